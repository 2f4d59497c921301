// Numbers and texts as bytes: small numbers take one byte, texts have their length before them.
#ifndef REHOME_SRC_TAPE_BYTES_H
#define REHOME_SRC_TAPE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/base/strbuf.h"
#include "rehome/model/node_id.h"

void bytes_put(StrBuf *out, uint64_t number);
void bytes_put_signed(StrBuf *out, int64_t number);
void bytes_put_text(StrBuf *out, StrView text);
void bytes_put_id(StrBuf *out, NodeId id);

// What was put, from the front of rest. Once something is not there, or not what it should be,
// is_bad stays set, and everything is 0 or empty.
typedef struct {
    StrView rest;
    bool is_bad;
} Bytes;

uint64_t bytes_get(Bytes *in);
uint64_t bytes_get_below(Bytes *in, uint64_t limit); // anything else is bad
int64_t bytes_get_signed(Bytes *in);
// A time, or a difference of two, of which a few can be added up; anything else is bad.
int64_t bytes_get_ms(Bytes *in);
StrView bytes_get_text(Bytes *in);
NodeId bytes_get_id(Bytes *in);
void bytes_get_clean(Bytes *in, char *out, size_t size); // a text, clean

#endif
