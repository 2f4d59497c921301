// The line at the bottom in which commands are typed: editing, history, completion.
#ifndef REHOME_UI_COMMAND_LINE_H
#define REHOME_UI_COMMAND_LINE_H

#include "prompt.h"
#include "rehome/ui/ui.h"

enum { LINES_KEPT = 32 };

typedef struct {
    bool is_open;
    Prompt prompt;
    char wrong[320]; // with what was entered last; ""
    // what was entered before, oldest first
    char kept[LINES_KEPT][PROMPT_SIZE];
    size_t n_kept;
    size_t at;                // of them; n_kept: what is being typed
    char typed[PROMPT_SIZE];  // meanwhile
    char before[PROMPT_SIZE]; // Tab goes through the words that go on from here
    int round;                // of these; -1: it does not
} CommandLine;

void command_line_open(Ui *ui);
Request command_line_key(Ui *ui, const Scene *s, uint32_t key);
void command_line_draw(const Ui *ui, const Scene *s, Canvas *c);

#endif
