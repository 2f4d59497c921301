// Runs of lines that are in the text before, and pieces of new text, in turn: each run as how many
// lines and from where, each piece as its bytes. Where the next run begins is told from where the
// text went on when nothing was put in or left out, which is what happens most.
#include "delta.h"

#include <string.h>

#include "rehome/base/mem.h"

typedef struct {
    StrView *at; // each with its line end
    size_t n;
} Lines;

static StrView first_line(StrView text)
{
    const char *end = memchr(text.at, '\n', text.n);
    return end == NULL ? text : sv_of(text.at, (size_t)(end - text.at) + 1);
}

static Lines split(StrView text)
{
    Lines lines = {0};
    size_t cap = 0;
    while (text.n > 0) {
        StrView line = first_line(text);
        lines.at = mem_grow(lines.at, &cap, lines.n + 1, sizeof(*lines.at));
        lines.at[lines.n++] = line;
        text = sv_of(text.at + line.n, text.n - line.n);
    }
    return lines;
}

// --- where a line was before

typedef struct {
    size_t *at; // line numbers + 1; 0: free
    size_t size;
} Index;

// Eight bytes at a time: of a large cluster's replies megabytes go through it each round.
static size_t hash(StrView line)
{
    uint64_t sum = line.n;
    for (size_t at = 0; at < line.n; at += sizeof(sum)) {
        uint64_t bytes = 0;
        size_t left = line.n - at;
        memcpy(&bytes, line.at + at, left < sizeof(bytes) ? left : sizeof(bytes));
        sum = (sum ^ bytes) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 32;
    }
    return (size_t)sum;
}

static Index index_of(const Lines *lines)
{
    Index index = {.size = 16};
    while (index.size < lines->n * 2) {
        index.size *= 2;
    }
    index.at = mem_array(index.size, sizeof(*index.at));
    for (size_t i = 0; i < lines->n; i++) {
        size_t place = hash(lines->at[i]) & (index.size - 1);
        // Of lines that are alike the first: a reply may be of nothing else.
        while (index.at[place] != 0 && !sv_eq(lines->at[index.at[place] - 1], lines->at[i])) {
            place = (place + 1) & (index.size - 1);
        }
        index.at[place] = index.at[place] == 0 ? i + 1 : index.at[place];
    }
    return index;
}

static bool index_find(const Index *index, const Lines *lines, StrView line, size_t *at)
{
    size_t place = hash(line) & (index->size - 1);
    while (index->at[place] != 0) {
        if (sv_eq(lines->at[index->at[place] - 1], line)) {
            *at = index->at[place] - 1;
            return true;
        }
        place = (place + 1) & (index->size - 1);
    }
    return false;
}

// --- writing

typedef struct {
    Lines before;
    Index index; // made when it is first needed
    size_t next; // the line before that should come now
} Search;

static bool is_line(const Lines *lines, size_t at, StrView line)
{
    return at < lines->n && sv_eq(lines->at[at], line);
}

static bool find(Search *s, StrView line, size_t *at)
{
    if (is_line(&s->before, s->next, line)) {
        *at = s->next;
        return true;
    }
    if (s->index.at == NULL) {
        s->index = index_of(&s->before);
    }
    return index_find(&s->index, &s->before, line, at);
}

static void put_piece(StrBuf *out, const char *from, const char *to)
{
    if (to > from) {
        bytes_put(out, (uint64_t)(to - from) << 1);
        strbuf_add_sv(out, sv_of(from, (size_t)(to - from)));
    }
}

// From the line at on, as far as both go on alike; what is left of the text.
static StrView put_run(Search *s, StrBuf *out, size_t at, StrView text)
{
    size_t n = 0;
    StrView line = first_line(text);
    int64_t skipped = (int64_t)at - (int64_t)s->next;
    while (is_line(&s->before, at + n, line)) {
        text = sv_of(text.at + line.n, text.n - line.n);
        n++;
        if (text.n == 0) {
            break;
        }
        line = first_line(text);
    }
    bytes_put(out, (uint64_t)n << 1 | 1);
    bytes_put_signed(out, skipped);
    s->next = at + n;
    return text;
}

void delta_put(StrBuf *out, StrView before, StrView text)
{
    Search s = {.before = split(before)};
    StrBuf parts = {0};
    StrView rest = text;
    const char *fresh = text.at; // not put yet from here on
    while (rest.n > 0) {
        size_t at;
        if (find(&s, first_line(rest), &at)) {
            put_piece(&parts, fresh, rest.at);
            rest = put_run(&s, &parts, at, rest);
            fresh = rest.at;
        } else {
            size_t n = first_line(rest).n;
            rest = sv_of(rest.at + n, rest.n - n);
            s.next++; // it took the place of another
        }
    }
    put_piece(&parts, fresh, rest.at);
    bytes_put_text(out, sv_of(strbuf_text(&parts), parts.n));
    strbuf_done(&parts);
    mem_free(s.before.at);
    mem_free(s.index.at);
}

// --- reading

static size_t count_lines(StrView text)
{
    size_t n = 0;
    while (text.n > 0) {
        size_t line = first_line(text).n;
        text = sv_of(text.at + line, text.n - line);
        n++;
    }
    return n;
}

static bool get_run(Bytes *parts, const Lines *before, uint64_t n, size_t *next, size_t max,
                    StrBuf *text)
{
    int64_t skipped = bytes_get_signed(parts);
    int64_t most = (int64_t)before->n;
    int64_t at =
        skipped >= -most - (int64_t)*next && skipped <= most ? (int64_t)*next + skipped : -1;
    if (parts->is_bad || at < 0 || at > most || n > (uint64_t)(most - at)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        StrView line = before->at[at + (int64_t)i];
        if (line.n > max - text->n) {
            return false;
        }
        strbuf_add_sv(text, line);
    }
    *next = (size_t)at + (size_t)n;
    return true;
}

static bool get_parts(Bytes *parts, const Lines *before, size_t max, StrBuf *text)
{
    size_t next = 0;
    while (parts->rest.n > 0 && !parts->is_bad) {
        uint64_t word = bytes_get(parts);
        uint64_t n = word >> 1;
        if ((word & 1) != 0) {
            if (!get_run(parts, before, n, &next, max, text)) {
                return false;
            }
            continue;
        }
        if (n > parts->rest.n || n > max - text->n) {
            return false;
        }
        StrView piece = sv_of(parts->rest.at, (size_t)n);
        parts->rest = sv_of(parts->rest.at + n, parts->rest.n - (size_t)n);
        strbuf_add_sv(text, piece);
        next += count_lines(piece);
    }
    return !parts->is_bad;
}

bool delta_get(Bytes *in, StrView before, size_t max, StrBuf *text)
{
    Bytes parts = {.rest = bytes_get_text(in)};
    Lines lines = split(before);
    bool ok = !in->is_bad && text->n <= max && get_parts(&parts, &lines, max, text);
    mem_free(lines.at);
    return ok;
}
