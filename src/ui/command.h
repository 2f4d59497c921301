// The commands of the command line: one table of names, arguments, what completes them and what
// they do feeds dispatch, completion and the help page.
#ifndef REHOME_UI_COMMAND_H
#define REHOME_UI_COMMAND_H

#include "rehome/base/strbuf.h"
#include "view.h"

// What a word of a command can be.
typedef enum {
    WORD_FREE, // anything: nothing to complete
    WORD_NODE,
    WORD_REPLICA,
    WORD_MASTER,
    WORD_HELD, // a node, a host, all or brake
    WORD_VIEW,
    WORD_THEME,
    WORD_COLUMNS,
    WORD_ORDER,
    WORD_MODE,
    WORD_SETTING,
} CommandWord;

enum { COMMAND_WORDS = 3 };

typedef struct {
    char at[COMMAND_WORDS]
           [PROMPT_SIZE]; // behind the name; the last one may be the rest of the line
    size_t n;
} CommandArgs;

typedef struct LineCommand {
    const char *name;
    const char *args; // "REPLICA MASTER"; "" none
    CommandWord words[COMMAND_WORDS];
    size_t min;
    size_t max;         // the last of them takes the rest of the line
    bool needs_cluster; // the scene has a health
    const char *help;
    bool (*run)(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err);
} LineCommand;

extern const LineCommand line_commands[];
extern const size_t line_commands_n;

const LineCommand *command_find(StrView name); // NULL: there is none

// One of the settings that the app lets be changed, by its name; NULL: there is none.
const UiSetting *command_setting(const Ui *ui, const char *name);

// The request to set it. Always true.
bool command_set(const char *name, const char *value, Request *out);

// Can what a key does be said by its name as well?
bool command_can_act(Action action);

// What an order of masters is called behind `sort`: "worst", "memory".
StrView command_order(RowOrder order);

// Do what the line says. False: err says what is wrong with it, and nothing was done.
bool command_run(Ui *ui, const Scene *s, const char *line, Request *out, Error *err);

// What the last word of the line could become, one a line of out; returns where in the line that
// word begins.
size_t command_candidates(const Ui *ui, const Scene *s, const char *line, StrBuf *out);

// "move REPLICA MASTER: ...", once the line says which command it is; "" before that.
void command_usage(const Ui *ui, const char *line, StrBuf *out);

#endif
