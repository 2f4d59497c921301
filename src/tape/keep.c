#include "keep.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/model/node_id.h"

enum { ID = 0, ADDRESS = 1, FLAGS = 2, PING = 4, PONG = 5, COLUMNS = 8 };

// A line of a reply, told apart once: a round of a large cluster has thousands of them.
typedef struct {
    StrView column[COLUMNS];
    size_t n;     // of these; fewer when there are no more
    StrView rest; // what is behind them
    bool has_id;  // it begins with one
} Line;

static Line line_of(StrView text)
{
    NodeId id;
    Line line = {.rest = text};
    while (line.n < COLUMNS && sv_next(&line.rest, ' ', &line.column[line.n])) {
        line.n += line.column[line.n].n > 0 ? 1 : 0;
    }
    line.has_id = line.n > ID && node_id_parse(line.column[ID], &id);
    return line;
}

// What is sorted: small, and mostly told apart without a look at the line.
typedef struct {
    uint64_t first; // digits of the ID, in the order of bytes; behind all of them: it has none
    const Line *line;
} Place;

static Place place_of(const Line *line)
{
    uint64_t first = UINT64_MAX;
    if (line->has_id) {
        memcpy(&first, line->column[ID].at, sizeof(first));
        first = be64toh(first);
    }
    return (Place){.first = first, .line = line};
}

// Nothing but IDs counts, because all the rest of a line may be renamed, and read and sorted again.
// Of two lines for one ID the first counts.
static int place_cmp(const void *a, const void *b)
{
    const Place *x = a;
    const Place *y = b;
    if (x->first != y->first) {
        return x->first < y->first ? -1 : 1;
    }
    const Line *one = x->line;
    const Line *other = y->line;
    int order = one->has_id ? memcmp(one->column[ID].at, other->column[ID].at, NODE_ID_LEN) : 0;
    return order != 0 ? order : one < other ? -1 : 1;
}

// Without what is behind the hostname.
static void add_address(StrBuf *out, StrView address)
{
    StrView rest = address;
    StrView endpoint = address;
    StrView hostname = {0};
    if (sv_cut(&rest, ',', &endpoint)) {
        sv_next(&rest, ',', &hostname);
    }
    strbuf_add_sv(out, endpoint);
    if (hostname.n > 0 && sv_rfind(hostname, '=') < 0) {
        strbuf_add(out, ",");
        strbuf_add_sv(out, hostname);
    }
}

static int64_t pong_of(const Line *line)
{
    int64_t ms = 0;
    return line->n > PONG && sv_to_i64(line->column[PONG], &ms) ? ms : 0;
}

// Of whom the last pong matters to the millisecond: whoever failed has been silent since then, and
// the newest of all is the reporter's own clock.
static void add_pong(StrBuf *out, StrView flags, int64_t ms, int64_t newest_ms)
{
    enum { COARSE_MS = 10000 };
    StrView flag;
    bool is_exact = ms == newest_ms;
    while (sv_next(&flags, ',', &flag)) {
        is_exact = is_exact || sv_starts(flag, "fail");
    }
    strbuf_addf(out, "%" PRId64, is_exact ? ms : ms - ms % COARSE_MS);
}

static void add_line(StrBuf *out, const Line *line, int64_t newest_ms)
{
    for (size_t i = 0; i < line->n; i++) {
        StrView column = line->column[i];
        int64_t ms;
        if (i > 0) {
            strbuf_add_sv(out, sv_of(" ", 1));
        }
        if (i == ADDRESS) {
            add_address(out, column);
        } else if (i == PING && sv_to_i64(column, &ms)) {
            strbuf_add(out, "0"); // nobody asks for it
        } else if (i == PONG && sv_to_i64(column, &ms)) {
            add_pong(out, line->column[FLAGS], ms, newest_ms);
        } else {
            strbuf_add_sv(out, column);
        }
    }
    if (line->rest.n > 0) {
        strbuf_add(out, " ");
        strbuf_add_sv(out, line->rest);
    }
    strbuf_add(out, "\n");
}

void keep_nodes(StrView reply, StrBuf *out)
{
    Line *lines = NULL;
    size_t n = 0;
    size_t cap = 0;
    int64_t newest_ms = 0;
    StrView text;
    while (sv_next(&reply, '\n', &text)) {
        text = sv_trim(text);
        if (text.n > 0) {
            lines = mem_grow(lines, &cap, n + 1, sizeof(*lines));
            lines[n] = line_of(text);
            int64_t ms = pong_of(&lines[n]);
            newest_ms = ms > newest_ms ? ms : newest_ms;
            n++;
        }
    }
    Place *places = mem_array(n, sizeof(*places));
    for (size_t i = 0; i < n; i++) {
        places[i] = place_of(&lines[i]);
    }
    qsort(places, n, sizeof(*places), place_cmp);
    for (size_t i = 0; i < n; i++) {
        add_line(out, places[i].line, newest_ms);
    }
    mem_free(places);
    mem_free(lines);
}
