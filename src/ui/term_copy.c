#include "term_copy.h"

#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"

static void add_base64(StrBuf *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = (const unsigned char *)text;
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i += 3) {
        unsigned group = (unsigned)bytes[i] << 16;
        group |= i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= i + 2 < n ? (unsigned)bytes[i + 2] : 0;
        strbuf_addf(out, "%c%c%c%c", digits[group >> 18], digits[group >> 12 & 63],
                    i + 1 < n ? digits[group >> 6 & 63] : '=',
                    i + 2 < n ? digits[group & 63] : '=');
    }
}

static bool has_clipboard(void)
{
    static const char *const without[] = {"linux", "vt1", "vt2",  "vt5",
                                          "cons",  "sun", "wsvt", "dumb"};
    const char *name = getenv("TERM");
    for (size_t i = 0; name != NULL && i < ARRAY_LEN(without); i++) {
        if (strncmp(name, without[i], strlen(without[i])) == 0) {
            return false;
        }
    }
    return name != NULL;
}

// screen passes on only what is wrapped for it. tmux takes the bare sequence, and a wrapped one
// only where it is allowed.
static bool is_in_screen(void)
{
    return getenv("STY") != NULL && getenv("TMUX") == NULL;
}

bool term_copy_sequence(const char *text, StrBuf *out)
{
    if (strlen(text) > TERM_COPY_MAX_BYTES || !has_clipboard()) {
        return false;
    }
    bool wrapped = is_in_screen();
    strbuf_add(out, wrapped ? "\033P\033]52;c;" : "\033]52;c;");
    add_base64(out, text);
    strbuf_add(out, wrapped ? "\007\033\\" : "\007");
    return true;
}
