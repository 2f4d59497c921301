// A move as bytes: what a screen shows of it.
#ifndef REHOME_SRC_TAPE_MOVE_CODE_H
#define REHOME_SRC_TAPE_MOVE_CODE_H

#include "bytes.h"
#include "rehome/action/move.h"

void move_put(StrBuf *out, const Move *m);

// Times are as they were put. false: it is none.
bool move_get(Bytes *in, Move *out);

#endif
