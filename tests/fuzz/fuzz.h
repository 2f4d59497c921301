// What is fuzzed: a row for each target, which is a function that is given any bytes. The same
// functions are run by libFuzzer (libfuzzer.c, `make fuzz`) and over what is kept in corpus/
// (replay.c, in `make test`).
#ifndef REHOME_TESTS_FUZZ_H
#define REHOME_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rehome/base/str.h"

// Name, which is also that of its corpus, the longest input that is of use, and how many executions
// `make fuzz` has when it is not told for how long: less than a minute of a small machine.
#define FUZZ_TARGETS(X)                                                                            \
    X(replies, 8192, 500000) /* RESP from a server, and each text that is parsed out of it */      \
    X(app, 20000, 3000)   /* rounds of replies, keys and sizes: picture, policy, pilot, screen */  \
    X(tape, 8192, 60000)  /* its reader, and back through the writer */                            \
    X(files, 8192, 50000) /* all that people and we ourselves keep in files, and what is typed */  \
    X(text, 1024, 12000)  /* cleaning, measuring, drawing, editing, the keyboard */

typedef void FuzzTarget(StrView input);

#define X(name, longest, executions) FuzzTarget fuzz_##name;
FUZZ_TARGETS(X)
#undef X

// What must hold whatever comes in.
#define CLAIM(holds)                                                                               \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

// From the front of an input: a number, and a piece up to sep.
static inline unsigned fuzz_byte(StrView *rest)
{
    if (rest->n == 0) {
        return 0;
    }
    unsigned byte = (unsigned char)rest->at[0];
    *rest = sv_of(rest->at + 1, rest->n - 1);
    return byte;
}

#endif
