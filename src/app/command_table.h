// The commands: one table feeds the command line, --help, the man page and the completion.
#ifndef REHOME_APP_COMMAND_TABLE_H
#define REHOME_APP_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

typedef struct Command {
    const char *name; // "" is the dashboard
    const char *args; // for the usage line
    const char *summary;
    int (*run)(const Options *o);
    size_t min_args; // words besides addresses
    size_t may_args; // so many more are no addresses either
    bool takes_addresses;
    bool takes_names;  // words are names; an address is one by its "://"
    bool for_monitors; // takes the formats of monitoring programs too
    bool is_flight;    // it goes on for long: the flight recorder is on
} Command;

extern const Command command_table[];
extern const size_t command_table_n;

const Command *command_named(const char *name); // NULL: there is none

// The command that was meant by a word which could be a host's name too; NULL: none.
const Command *command_meant(const char *word);

#endif
