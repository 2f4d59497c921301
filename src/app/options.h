// The command line: one table of commands, one of options; both feed --help.
#ifndef REHOME_APP_OPTIONS_H
#define REHOME_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/action/move.h"
#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/aliases.h"
#include "rehome/policy/automatic.h"
#include "rehome/redis/address.h"
#include "rehome/redis/address_map.h"
#include "rehome/ui/column_sets.h"
#include "rehome/ui/key_remap.h"
#include "rehome/ui/ui.h"

typedef enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_NAGIOS, FORMAT_PROMETHEUS } Format;

enum {
    MAX_SEEDS = 32,
    MAX_ARGS = 64,
    OPTIONS_MAX = 80, // at least as many as the table has rows; a test says so
};

// As TlsOptions has them, but owned.
typedef struct {
    char *sni;
    char *ca_file;
    char *ca_folder;
    bool insecure;
    char *cert;
    char *key;
    char *ciphers;
    char *ciphersuites;
} TlsFiles;

typedef struct {
    const struct Command *command;
    Address seeds[MAX_SEEDS];
    size_t n_seeds;
    const char *args[MAX_ARGS]; // of `move`: REPLICA MASTER; of `downtime` and `release`: WHAT; of
                                // `whatif`: HOST|NODE...; of `record`: FILE
    size_t n_args;
    // connecting
    char *host; // -h
    int port;   // -p
    char *user;
    char *pass;
    bool ask_pass;
    AddressMap map;
    bool use_tls; // with every address
    TlsFiles tls;
    int64_t interval_ms;
    // behaviour
    AutoMode mode;
    AutoLimits limits;
    int floor; // 0: the cluster's barrier
    bool spread;
    char *labels; // a file; NULL: none
    FencePolicy fencing;
    char *lease;       // key; NULL: none
    char *before_move; // commands; NULL: none
    char *after_move;
    int64_t hook_timeout_ms;
    char *audit; // a file; NULL: none
    char *log;   // a file; NULL: none
    char *tape;  // as above
    bool redact;
    int flight_mb; // 0: no flight recorder
    bool read_only;
    int64_t for_ms; // watch, record: 0 until stopped; downtime: 0 the default
    char *reason;   // of a downtime; NULL: none
    char *owner;    // of a downtime; NULL: whoever calls
    bool dry_run;
    bool yes;
    bool no_wait;
    bool force;
    Format format;
    // looks
    char *theme;
    bool list_themes;
    char *check_theme; // a file; NULL: none
    bool ascii;
    bool no_color;
    bool mouse;
    bool slow;
    ConfirmMode confirm;
    char *columns; // name of the set the tree begins with; NULL: auto
    bool help;
    bool version;
    bool default_config;
    bool man;
    char *completion; // bash or zsh; NULL: not asked for
    char *config;     // a file; NULL: the one in its usual place
    // its other sections
    KeyRemap *keys; // NULL: as built in
    ColumnSets column_sets;
    Aliases aliases;
    bool given[OPTIONS_MAX]; // by row of the option table: on the command line
} Options;

// Read config.ini, then the environment (REDISCLI_AUTH, NO_COLOR), then argv: each goes before
// those it follows. Passwords in argv are overwritten once they are read, so that
// a process list does not show them for longer than it takes to start.
// False: wrong has all that is wrong with a file, a line each, or else with argv; of out only the
// format is to be relied on then, which is NAGIOS when it was asked for wherever it stands.
bool options_parse(int argc, char **argv, Options *out, StrBuf *wrong);
void options_done(Options *o);

// As options_parse() would have it now: the file and the environment read again, behind them what
// was given on the command line; passwords excepted, which are not kept. out is to be freed by
// options_done() in any case.
bool options_again(const Options *o, Options *out, StrBuf *wrong);

#endif
