// Both ends of a tape, as every test of it needs them.
#ifndef REHOME_TESTS_UNIT_TAPE_TRY_H
#define REHOME_TESTS_UNIT_TAPE_TRY_H

#include "rehome/tape/tape.h"

// What a recording of ours begins with: floor 2, the default limits.
void tape_try_head(TapeWriter *w, StrBuf *out);

// Fails the test where it is no tape. Freed by the caller.
TapeReader *tape_try_reader(StrView bytes);

#endif
