// What of a reply goes on the tape: the lines and words that the parsers look at, and no others. It
// keeps secrets out, whatever a server may tell one day, and most of the bytes.
#ifndef REHOME_SRC_TAPE_KEEP_H
#define REHOME_SRC_TAPE_KEEP_H

#include "rehome/base/strbuf.h"

// Each appends lines that the parser of model/ makes the same of as of the whole reply.
void keep_info(StrView reply, StrBuf *out);
void keep_cluster(StrView reply, StrBuf *out);
void keep_settings(StrView reply, StrBuf *out);

// Sorted by ID: every server has an order of its own, and views that agree are then alike. Most
// times of pongs are kept to ten seconds: they only tell an old word from a new one, and are what
// differs between any two views.
void keep_nodes(StrView reply, StrBuf *out);

#endif
