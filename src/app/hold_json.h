// Holds as the text of their file.
#ifndef REHOME_APP_HOLD_JSON_H
#define REHOME_APP_HOLD_JSON_H

#include <stdbool.h>

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/hold.h"

void hold_json_write(StrBuf *out, const Holds *all);

// All or nothing: an entry that is not understood may be the one that matters.
bool hold_json_read(StrView text, Holds *out, Error *err);

#endif
