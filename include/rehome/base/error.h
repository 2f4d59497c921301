// One error as a value: a kind for the program, a sentence for the person.
#ifndef REHOME_BASE_ERROR_H
#define REHOME_BASE_ERROR_H

#include <stdbool.h>

typedef enum {
    ERR_NONE,
    ERR_USAGE,   // the caller's words were off
    ERR_PARSE,   // text that is not what it should be
    ERR_IO,      // a file or the terminal
    ERR_CONNECT, // no connection, or it was lost
    ERR_AUTH,    // the server wants other credentials
    ERR_REFUSED, // a rule, or the server, said no
    ERR_TIMEOUT, // no answer in time; what happened is unknown
} ErrorCode;

typedef struct {
    ErrorCode code;
    char text[320]; // what was expected, what came, where, and what to do; no trailing newline
} Error;

// Fill err (which may be NULL) and return false, so a caller can write `return fail(err, ...)`.
bool fail(Error *err, ErrorCode code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
