#include "rehome/base/text.h"

#include <string.h>

#include "text_tables.h"

enum { REPLACEMENT = 0xFFFD };

static bool in_table(const CodeRange *table, size_t n, uint32_t code)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (code > table[mid].last) {
            low = mid + 1;
        } else if (code < table[mid].first) {
            high = mid;
        } else {
            return true;
        }
    }
    return false;
}

// Bytes of the sequence that lead starts, by its lead byte; 0 when it cannot start one.
static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        return 4;
    }
    return 0;
}

// false: the first byte is not the start of a well-formed sequence.
static bool decode(StrView text, uint32_t *code, size_t *length)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text.at;
    size_t n = sequence_length(bytes[0]);
    if (n == 0 || n > text.n) {
        return false;
    }
    uint32_t value = bytes[0] & lead_bits[n];
    for (size_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return false;
        }
        value = value << 6 | (bytes[i] & 0x3F);
    }
    if (value < smallest[n] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return false;
    }
    *code = value;
    *length = n;
    return true;
}

uint32_t text_next(StrView *rest)
{
    uint32_t code = REPLACEMENT;
    size_t length = 1;
    decode(*rest, &code, &length);
    *rest = sv_of(rest->at + length, rest->n - length);
    return code;
}

size_t text_put(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        code = REPLACEMENT;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

int text_code_width(uint32_t code)
{
    if (is_control(code)) {
        return 0;
    }
    if (code < 0x300) {
        return code == 0xAD ? 0 : 1;
    }
    if (in_table(zero_width, ZERO_WIDTH_N, code)) {
        return 0;
    }
    return in_table(double_width, DOUBLE_WIDTH_N, code) ? 2 : 1;
}

int text_width(const char *utf8)
{
    int width = 0;
    for (StrView rest = sv(utf8); rest.n > 0;) {
        width += text_code_width(text_next(&rest));
    }
    return width;
}

// What a terminal would act on, hide, or turn around.
static bool is_harmful(uint32_t code)
{
    if (is_control(code)) {
        return true;
    }
    if (code < 0x300) {
        return code == 0xAD;
    }
    return (code & 0xFFFE) == 0xFFFE || in_table(invisible, INVISIBLE_N, code);
}

// Cleans as much of raw as fits into max bytes; returns the bytes written. Never writes more than
// raw has, since what stands in for a sequence is never longer than it.
static size_t clean(char *out, size_t max, StrView raw)
{
    size_t n = 0;
    while (raw.n > 0) {
        if (raw.at[0] >= ' ' && raw.at[0] <= '~') { // nearly all there ever is
            if (n == max) {
                break;
            }
            out[n++] = raw.at[0];
            raw = (StrView){.at = raw.at + 1, .n = raw.n - 1};
            continue;
        }
        uint32_t code = '?';
        size_t length = 1;
        const char *from = raw.at;
        size_t written = 1;
        if (decode(raw, &code, &length) && !is_harmful(code)) {
            written = length;
        } else {
            from = "?";
        }
        if (written > max - n) {
            break;
        }
        memcpy(out + n, from, written);
        n += written;
        raw = sv_of(raw.at + length, raw.n - length);
    }
    return n;
}

char *text_clean(Arena *arena, StrView raw, size_t max)
{
    size_t room = max == 0 || max > raw.n ? raw.n : max;
    char *out = arena_strndup(arena, raw.at, room);
    out[clean(out, room, raw)] = '\0';
    return out;
}

void text_clean_into(char *out, size_t size, StrView raw)
{
    out[clean(out, size - 1, raw)] = '\0';
}
