// Small words that the text reports share.
#ifndef REHOME_REPORT_WORDS_H
#define REHOME_REPORT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/base/strbuf.h"

// Seconds that were measured as whole ones: "9s", "3m05s"; "?" when negative.
void add_whole_seconds(StrBuf *out, int64_t seconds);

void add_percent(StrBuf *out, int permille); // "41.3%"

#endif
