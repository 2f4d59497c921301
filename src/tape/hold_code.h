// Holds as bytes. By which nodes a cluster is known again is left out: a tape is of one cluster.
#ifndef REHOME_SRC_TAPE_HOLD_CODE_H
#define REHOME_SRC_TAPE_HOLD_CODE_H

#include "bytes.h"
#include "rehome/policy/hold.h"

// Texts go through rename first, which may return what it is given.
void hold_put(StrBuf *out, const Hold *hold, StrView (*rename)(void *ctx, StrView text), void *ctx);

void hold_put_try(StrBuf *out, const HoldTry *attempt);

// false: it is none.
bool hold_get(Bytes *in, Hold *out);
bool hold_get_try(Bytes *in, HoldTry *out);

#endif
