#include "rehome/base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"

static void make_room(StrBuf *buf, size_t more)
{
    buf->at = mem_grow(buf->at, &buf->cap, buf->n + more + 1, 1);
}

void strbuf_add_sv(StrBuf *buf, StrView text)
{
    make_room(buf, text.n);
    if (text.n > 0) {
        memcpy(buf->at + buf->n, text.at, text.n);
    }
    buf->n += text.n;
    buf->at[buf->n] = '\0';
}

void strbuf_add(StrBuf *buf, const char *text)
{
    strbuf_add_sv(buf, sv(text));
}

void strbuf_addf(StrBuf *buf, const char *format, ...)
{
    enum { SHORT = 31 };
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    make_room(buf, SHORT); // what is short, as most is, is then written at once
    size_t room = buf->cap - buf->n;
    int n = vsnprintf(buf->at + buf->n, room, format, args);
    va_end(args);
    if (n < 0) {
        abort(); // a broken format is our own bug
    }
    if ((size_t)n >= room) {
        make_room(buf, (size_t)n);
        vsnprintf(buf->at + buf->n, (size_t)n + 1, format, again);
    }
    va_end(again);
    buf->n += (size_t)n;
}

void strbuf_clear(StrBuf *buf)
{
    buf->n = 0;
    if (buf->at != NULL) {
        buf->at[0] = '\0';
    }
}

const char *strbuf_text(const StrBuf *buf)
{
    return buf->at == NULL ? "" : buf->at;
}

void strbuf_done(StrBuf *buf)
{
    mem_free(buf->at);
    *buf = (StrBuf){0};
}
