#include "words.h"

#include <inttypes.h>

#include "rehome/base/text.h"

void add_whole_seconds(StrBuf *out, int64_t seconds)
{
    char text[32];
    if (seconds >= 0 && seconds < 60) {
        strbuf_addf(out, "%" PRId64 "s", seconds);
    } else {
        strbuf_add(out, format_seconds(text, sizeof text, seconds * 1000));
    }
}

void add_percent(StrBuf *out, int permille)
{
    strbuf_addf(out, "%d.%d%%", permille / 10, permille % 10);
}
