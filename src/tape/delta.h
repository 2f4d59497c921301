// A text as what differs, line by line, from another one.
#ifndef REHOME_SRC_TAPE_DELTA_H
#define REHOME_SRC_TAPE_DELTA_H

#include "bytes.h"

void delta_put(StrBuf *out, StrView before, StrView text);

// Appends the text. false: what is there does not fit to before, or it grows beyond max bytes.
bool delta_get(Bytes *in, StrView before, size_t max, StrBuf *text);

#endif
