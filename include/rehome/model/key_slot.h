// Which hash slot a key belongs to.
#ifndef REHOME_MODEL_KEY_SLOT_H
#define REHOME_MODEL_KEY_SLOT_H

#include "rehome/base/str.h"

// 0..SLOT_COUNT - 1. Of "a{b}c" only b counts, unless it is empty.
int key_slot(StrView key);

#endif
