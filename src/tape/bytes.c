#include "bytes.h"

#include "rehome/base/text.h"

void bytes_put(StrBuf *out, uint64_t number)
{
    char byte[10];
    size_t n = 0;
    do {
        unsigned low = (unsigned)(number & 127U);
        number >>= 7;
        byte[n++] = (char)(unsigned char)(number != 0 ? low | 128U : low);
    } while (number != 0);
    strbuf_add_sv(out, sv_of(byte, n));
}

// The sign goes to the lowest bit, so that small negative numbers are short too.
void bytes_put_signed(StrBuf *out, int64_t number)
{
    uint64_t bits = (uint64_t)number << 1;
    bytes_put(out, number < 0 ? ~bits : bits);
}

void bytes_put_text(StrBuf *out, StrView text)
{
    bytes_put(out, text.n);
    strbuf_add_sv(out, text);
}

void bytes_put_id(StrBuf *out, NodeId id)
{
    bytes_put_text(out, sv(id.hex));
}

uint64_t bytes_get(Bytes *in)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !in->is_bad && in->rest.n > 0; shift += 7) {
        unsigned byte = (unsigned char)in->rest.at[0];
        in->rest = sv_of(in->rest.at + 1, in->rest.n - 1);
        number |= (uint64_t)(byte & 127U) << shift;
        if (byte < 128) {
            return number;
        }
    }
    in->is_bad = true;
    return 0;
}

uint64_t bytes_get_below(Bytes *in, uint64_t limit)
{
    uint64_t number = bytes_get(in);
    if (number >= limit) {
        in->is_bad = true;
        return 0;
    }
    return number;
}

int64_t bytes_get_signed(Bytes *in)
{
    uint64_t bits = bytes_get(in);
    int64_t half = (int64_t)(bits >> 1);
    return (bits & 1) != 0 ? -half - 1 : half;
}

int64_t bytes_get_ms(Bytes *in)
{
    int64_t ms = bytes_get_signed(in);
    if (ms < -(INT64_MAX >> 8) || ms > INT64_MAX >> 8) {
        in->is_bad = true;
        return 0;
    }
    return ms;
}

StrView bytes_get_text(Bytes *in)
{
    uint64_t n = bytes_get(in);
    if (in->is_bad || n > in->rest.n) {
        in->is_bad = true;
        return (StrView){0};
    }
    StrView text = sv_of(in->rest.at, (size_t)n);
    in->rest = sv_of(in->rest.at + n, in->rest.n - (size_t)n);
    return text;
}

NodeId bytes_get_id(Bytes *in)
{
    NodeId id = {.hex = ""};
    StrView text = bytes_get_text(in);
    if (text.n > 0 && !node_id_parse(text, &id)) {
        in->is_bad = true;
    }
    return id;
}

void bytes_get_clean(Bytes *in, char *out, size_t size)
{
    text_clean_into(out, size, bytes_get_text(in));
}
