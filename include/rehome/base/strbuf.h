// A growing string. Zero-initialise it; strbuf_done() frees it.
#ifndef REHOME_BASE_STRBUF_H
#define REHOME_BASE_STRBUF_H

#include "rehome/base/str.h"

typedef struct {
    char *at; // NUL-terminated once anything was added; NULL before
    size_t n; // bytes without the NUL
    size_t cap;
} StrBuf;

void strbuf_add(StrBuf *buf, const char *text);
void strbuf_add_sv(StrBuf *buf, StrView text);
void strbuf_addf(StrBuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_clear(StrBuf *buf);             // keeps the memory
const char *strbuf_text(const StrBuf *buf); // "" when empty, never NULL
void strbuf_done(StrBuf *buf);

#endif
