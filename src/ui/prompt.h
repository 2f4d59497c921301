// One line of text being typed: the cursor, what was written, and the keys that edit it.
#ifndef REHOME_UI_PROMPT_H
#define REHOME_UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/ui/canvas.h"

enum { PROMPT_SIZE = 160 };

typedef struct {
    char text[PROMPT_SIZE]; // whole characters of UTF-8
    size_t n;               // bytes
    size_t at;              // the cursor, a byte of it
} Prompt;

typedef enum {
    PROMPT_NOT_MINE,
    PROMPT_EDITED, // or nothing to edit: the key is used up
    PROMPT_COMMIT, // Enter
    PROMPT_CANCEL, // Esc
} PromptAnswer;

void prompt_set(Prompt *p, const char *text); // cursor at the end

// Characters, Backspace, Ctrl-U (all before the cursor), Left, Right, Home, End, Enter, Esc. What
// does not fit any more is not taken.
PromptAnswer prompt_key(Prompt *p, uint32_t key);

// In w cells, of which one is the cursor's; a long text is shown around it.
void prompt_draw(const Prompt *p, Canvas *c, int x, int y, int w, bool has_focus);

#endif
