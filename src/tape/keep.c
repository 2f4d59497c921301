#include "keep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/model/info.h"
#include "rehome/model/node_id.h"

static void keep_fields(StrView reply, char sep, bool (*reads)(StrView name), StrBuf *out)
{
    StrView line;
    while (sv_next(&reply, '\n', &line)) {
        StrView value = sv_trim(line);
        StrView name;
        if (sv_cut(&value, sep, &name) && reads(sv_trim(name))) {
            const char between[] = {sep, '\0'};
            strbuf_add_sv(out, sv_trim(name));
            strbuf_add(out, between);
            strbuf_add_sv(out, sv_trim(value));
            strbuf_add(out, "\n");
        }
    }
}

void keep_info(StrView reply, StrBuf *out)
{
    keep_fields(reply, ':', info_reads, out);
}

void keep_cluster(StrView reply, StrBuf *out)
{
    keep_fields(reply, ':', cluster_info_reads, out);
}

void keep_settings(StrView reply, StrBuf *out)
{
    keep_fields(reply, ' ', settings_reads, out);
}

typedef struct {
    StrView line;
    NodeId id; // none: the line does not begin with one
    size_t at; // of two lines for one ID the first counts
} Line;

static Line line_of(StrView text, size_t at)
{
    Line line = {.line = text, .at = at};
    StrView rest = text;
    StrView id;
    if (sv_next(&rest, ' ', &id)) {
        node_id_parse(id, &line.id);
    }
    return line;
}

// Nothing but IDs counts, because all the rest of a line may be renamed, and read and sorted again.
static int line_cmp(const void *a, const void *b)
{
    const Line *x = a;
    const Line *y = b;
    bool has_id = !node_id_is_none(x->id);
    if (has_id == node_id_is_none(y->id)) {
        return has_id ? -1 : 1;
    }
    int order = node_id_cmp(x->id, y->id);
    return order != 0 ? order : x->at < y->at ? -1 : 1;
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

enum { ADDRESS = 1, FLAGS = 2, PING = 4, PONG = 5, COLUMNS = 8 };

// The first columns; fewer when there are no more. What is behind them stays in line.
static size_t split(StrView *line, StrView *column)
{
    size_t n = 0;
    while (n < COLUMNS && sv_next(line, ' ', &column[n])) {
        n += column[n].n > 0 ? 1 : 0;
    }
    return n;
}

static int64_t pong_of(StrView line)
{
    StrView column[COLUMNS];
    int64_t ms = 0;
    return split(&line, column) > PONG && sv_to_i64(column[PONG], &ms) ? ms : 0;
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

static void add_line(StrBuf *out, StrView line, int64_t newest_ms)
{
    StrView column[COLUMNS];
    size_t n = split(&line, column);
    for (size_t i = 0; i < n; i++) {
        int64_t ms;
        strbuf_add(out, i > 0 ? " " : "");
        if (i == ADDRESS) {
            add_address(out, column[i]);
        } else if (i == PING && sv_to_i64(column[i], &ms)) {
            strbuf_add(out, "0"); // nobody asks for it
        } else if (i == PONG && sv_to_i64(column[i], &ms)) {
            add_pong(out, column[FLAGS], ms, newest_ms);
        } else {
            strbuf_add_sv(out, column[i]);
        }
    }
    if (line.n > 0) {
        strbuf_add(out, " ");
        strbuf_add_sv(out, line);
    }
    strbuf_add(out, "\n");
}

void keep_nodes(StrView reply, StrBuf *out)
{
    Line *lines = NULL;
    size_t n = 0;
    size_t cap = 0;
    int64_t newest_ms = 0;
    StrView line;
    while (sv_next(&reply, '\n', &line)) {
        line = sv_trim(line);
        if (line.n > 0) {
            int64_t ms = pong_of(line);
            newest_ms = ms > newest_ms ? ms : newest_ms;
            lines = mem_grow(lines, &cap, n + 1, sizeof(*lines));
            lines[n] = line_of(line, n);
            n++;
        }
    }
    if (n > 0) {
        qsort(lines, n, sizeof(*lines), line_cmp);
    }
    for (size_t i = 0; i < n; i++) {
        add_line(out, lines[i].line, newest_ms);
    }
    mem_free(lines);
}
