// The options: one table feeds the command line, config.ini, --help, --default-config and what can
// be set while the dashboard runs.
#ifndef REHOME_APP_OPTION_TABLE_H
#define REHOME_APP_OPTION_TABLE_H

#include "options.h"
#include "rehome/base/str.h"

typedef enum {
    KIND_FLAG,    // bool
    KIND_TEXT,    // char *, owned
    KIND_KEY,     // char *, owned; of the cluster
    KIND_SECRET,  // char *, owned; argv is overwritten
    KIND_INT,     // int, min..max
    KIND_SECONDS, // int64_t in ms; the user writes seconds, with a fraction if need be
    KIND_MODE,    // AutoMode
    KIND_FENCE,   // FencePolicy
    KIND_FORMAT,  // Format
    KIND_CONFIRM, // ConfirmMode
    KIND_SHELL,   // char *, owned
    KIND_MAP,     // AddressMap; each time it is given adds to it
} OptionKind;

// What is true of an option, in bits.
enum {
    OPTION_NOT_IN_FILE = 1,                // it means one run, and not a way to run
    OPTION_LIVE = 2,                       // it can be set while the dashboard runs; no text
    OPTION_ALONE = 4 | OPTION_NOT_IN_FILE, // it asks about the program: nothing else matters
};

typedef struct {
    const char *name;
    char letter;     // 0: none
    const char *arg; // NULL: takes none
    OptionKind kind;
    size_t at; // offsetof in Options
    int64_t min, max;
    unsigned traits;
    const char *help;
} Option;

extern const Option option_table[];
extern const size_t option_table_n;

// What holds when nobody says anything. Nothing in it is owned.
Options options_default(void);

// The words that it takes, with spaces between; NULL: others than a few.
const char *option_choices(const Option *option);

const Option *option_find(StrView name);    // NULL: there is none
const Option *option_nearest(StrView name); // one that is kept in files, and was meant; NULL: none

// Take the value over from text. called is how the option is called in errors: "--grace" or
// "grace". A flag is "yes" or "no"; a text that is empty is none.
bool option_read(Options *o, const Option *option, const char *called, const char *text,
                 Error *err);

void option_reset(Options *o, const Option *option); // as built in

// The value, as option_read() takes it; nothing when none is set. Not of a secret.
void option_show(const Options *o, const Option *option, StrBuf *out);

// Frees what the options own by the table; secrets are wiped.
void option_table_done(Options *o);

#endif
