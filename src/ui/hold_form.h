// The questions of a downtime and of a pause: of what, for how long, why.
#ifndef REHOME_UI_HOLD_FORM_H
#define REHOME_UI_HOLD_FORM_H

#include "prompt.h"
#include "rehome/ui/ui.h"
#include "words.h"

typedef enum { FIELD_SCOPE, FIELD_MINUTES, FIELD_REASON, FIELD_COUNT } FormField;
typedef enum { OF_NODE, OF_HOST, OF_ALL, OF_COUNT } FormScope;

typedef struct {
    FormScope scope;
    bool only_all; // a pause: there is nothing to choose
    NodeId node;
    char name[NAME_MAX_BYTES]; // of the node
    char host[HOLD_HOST_SIZE];
    char host_name[NAME_MAX_BYTES]; // how it is called here
    Prompt minutes;
    Prompt reason;
    FormField field; // that has the keys
    bool wrong;      // the minutes are no number that we take
} HoldForm;

// For a node of the picture; -1: a pause.
void hold_form_open(HoldForm *form, const Scene *s, int node);

// PROMPT_COMMIT: *out is the request; PROMPT_CANCEL: it is over.
PromptAnswer hold_form_key(HoldForm *form, uint32_t key, Request *out);

int hold_form_height(const HoldForm *form); // in lines
void hold_form_draw(const HoldForm *form, Canvas *c, Rect r);
void hold_form_line(const HoldForm *form, Canvas *c, int y); // the field that has the keys

#endif
