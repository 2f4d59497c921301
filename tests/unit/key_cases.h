// What each key does, for test_every_key.c. A new row in the table of keys needs a case here for
// each place it names.
#ifndef REHOME_TESTS_UNIT_KEY_CASES_H
#define REHOME_TESTS_UNIT_KEY_CASES_H

#include "desk.h"
#include "rehome/ui/keys.h"

// Paths are names of keys, separated by spaces. What is NULL or 0 is not looked at.
typedef struct {
    Action action;
    unsigned in;           // the places that it is about
    Stage *(*stage)(void); // NULL: the orphan of desk.h
    void (*prepare)(Desk *d);
    const char *way;     // to the place; NULL: the shortest
    const char *path;    // pressed there before the key
    const char *after;   // ... and after it
    RequestKind request; // what is then asked of the program, REQUEST_NONE being nothing
    unsigned then;       // where it leads
    const char *shows;   // on the screen behind it, not before it
    const char *hides;   // before it, not behind it
    const char *like;    // the screen is that of this path
    const char *unlike;  // ... is not
} KeyCase;

extern const KeyCase key_cases[];
extern const size_t key_cases_n;

#endif
