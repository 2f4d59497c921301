// Search and filter of the tree: typing them, and going from hit to hit.
#ifndef REHOME_UI_FIND_H
#define REHOME_UI_FIND_H

#include "filter.h"
#include "prompt.h"
#include "rehome/ui/ui.h"

typedef enum { FIND_NOTHING, FIND_SEARCH, FIND_FILTER } FindKind;

typedef struct {
    FindKind typing;
    Prompt prompt;
    char search[PROMPT_SIZE]; // in force; "": none
    int nth;                  // the cursor is on this hit, from 1; 0: on none
    int hits;                 // in the tree, folded or not
    int elsewhere;            // filtered out
    char filter[PROMPT_SIZE]; // as typed; "": none is in force
    Filter terms;             // of the last text that made sense
    char wrong[160];          // what is wrong with what is typed; "": nothing
    // to go back to
    NodeId from;
    char before[PROMPT_SIZE];
} Find;

void find_open(Ui *ui, const Scene *s, FindKind kind);
void find_key(Ui *ui, const Scene *s, uint32_t key);          // while typing
void find_step(Ui *ui, const Scene *s, int direction);        // the next hit (1) or the one before
void find_forget(Ui *ui, FindKind kind);                      // ends the search or the filter
void find_draw(const Ui *ui, Canvas *c, int x, int y, int w); // what is typed

#endif
