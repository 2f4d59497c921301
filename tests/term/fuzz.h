// Random keys, sizes, signals and deaths of servers for a program on a terminal: what test_fuzz.c
// makes its claims of. All of it follows from the seed, as far as servers and clocks allow.
#ifndef REHOME_TESTS_TERM_FUZZ_H
#define REHOME_TESTS_TERM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pty.h"
#include "rehome/app/lab.h"
#include "rehome/base/strbuf.h"

enum { FUZZ_NODES = 7 };

// What was done, for the report.
typedef struct {
    int starts;
    int keys;
    int pieces; // of escape sequences, UTF-8, pastes and the mouse
    int sizes;
    int changes; // of the cluster
    int stops;   // with Ctrl-Z, and back with fg
    int signals; // that ended it
} FuzzCounts;

// Commands that change a server, as the servers count them. Before 7.0 they do not say.
typedef struct {
    int64_t replicate;
    int64_t settings; // CONFIG SET
    int64_t others;
} FuzzWrites;

typedef struct {
    Lab *lab;                   // NULL: the program has one of its own, `demo`
    const char *const *options; // of the program, ends with NULL
    const char *const *keys;    // phrases of names as in the table of keys, ends with NULL
    uint64_t random;            // state of the generator
    Pty *pty;                   // NULL: it does not run
    bool in_shell;              // it is the job of a shell
    bool is_dark;               // the terminal has a second screen
    size_t seen;                // of the shell's output
    bool stopped[FUZZ_NODES];
    FuzzWrites gone;            // counted by servers that were killed
    FuzzWrites ours;            // sent by the test
    int64_t asked;              // keys that may end in a move
    int64_t left_in_the_middle; // ends of the program while a move was under way
    FuzzCounts counts;
} Fuzz;

// Below n, which is above 0.
size_t fuzz_pick(Fuzz *f, size_t n);

// --- the servers

void fuzz_disturb(Fuzz *f);      // a server dies, comes back, stops, is promoted or moved
void fuzz_calm(Fuzz *f);         // all are back but one: time for a move
FuzzWrites fuzz_writes(Fuzz *f); // of all servers so far but the test's own; lets all run

// --- the program

void fuzz_start(Fuzz *f);
void fuzz_press(Fuzz *f); // a phrase of keys
void fuzz_send(Fuzz *f);  // what no table of keys knows
void fuzz_resize(Fuzz *f);
void fuzz_signal(Fuzz *f); // one that ends it
void fuzz_follow(Fuzz *f); // it may have been stopped or have ended by what was done: is all well?
void fuzz_leave(Fuzz *f);  // by keys

#endif
