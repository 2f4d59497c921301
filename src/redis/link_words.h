// What a link's troubles are called, and what to do about them. No hiredis, no I/O.
#ifndef REHOME_SRC_REDIS_LINK_WORDS_H
#define REHOME_SRC_REDIS_LINK_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/base/str.h"
#include "rehome/model/observation.h"

typedef struct {
    Reach reach;
    char why[320]; // clean
} Trouble;

// An error that ends a connection whatever it was the answer to (no login, protected mode, no
// free connection). False: an ordinary error.
bool trouble_of_error(const char *where, bool has_pass, StrView error, Trouble *out);

// The answer to AUTH was this error. False: the server has no password, go on without.
bool trouble_of_login(const char *where, const char *user, StrView error, Trouble *out);

// An error the server sent by itself before it closed.
void trouble_of_farewell(const char *where, bool has_pass, StrView error, Trouble *out);

// reason: strerror()'s words.
void trouble_of_connect(const char *where, const char *reason, Trouble *out);
void trouble_set(Trouble *out, Reach reach, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
