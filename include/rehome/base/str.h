// Borrowed slices of text and numbers read from them. Nothing here allocates.
#ifndef REHOME_BASE_STR_H
#define REHOME_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A slice of somebody else's bytes: need not end in NUL, may hold any byte. It is valid as long
// as what it was cut from.
typedef struct {
    const char *at; // never NULL when n > 0
    size_t n;
} StrView;

StrView sv(const char *text); // NULL gives the empty slice
StrView sv_of(const char *text, size_t n);
bool sv_eq(StrView a, StrView b);
bool sv_is(StrView a, const char *text); // equal to the C string
bool sv_starts(StrView a, const char *prefix);
StrView sv_trim(StrView a); // without spaces, tabs, CR, LF at both ends

// Cut at the first sep: *head gets what is before it, *rest keeps what is behind it; true.
// Without sep: false, and neither is touched.
bool sv_cut(StrView *rest, char sep, StrView *head);

// The next piece up to sep or the end; false when *rest is used up. Keeps empty
// pieces, except behind a separator at the very end: lines may end in the separator or not.
bool sv_next(StrView *rest, char sep, StrView *piece);

// Position of the last c, or -1.
ptrdiff_t sv_rfind(StrView a, char c);

// "10.0.0.1:7001", "[fd00::1]:7001" or, as servers write it, "fd00::1:7001" in two; the host
// without brackets. False, and neither touched: no host before the last colon, or no port behind
// it.
bool sv_host_port(StrView addr, StrView *host, int *port);

// How many letters a typist got wrong: left out, put in, replaced, or swapped with the next one.
// Slices longer than 32 bytes are not compared: SIZE_MAX.
size_t sv_distance(StrView a, StrView b);

// Below, 0 or above 0 as a stands before b: as people sort, 10.0.0.9 before 10.0.0.10. Only equal
// strings give 0.
int str_compare(const char *a, const char *b);

// Decimal numbers that fill the whole slice; false (and *out untouched) on anything else,
// overflow included.
bool sv_to_u64(StrView a, uint64_t *out);
bool sv_to_i64(StrView a, int64_t *out);

// A decimal fraction such as "-0.00" or "41.57" as thousandths: 41570. false on anything else.
bool sv_to_milli(StrView a, int64_t *out);

#endif
