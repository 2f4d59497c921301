#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rehome/report/event_report.h"

enum { NARROW = 78, BAR = 10 };

static void add_bar(StrBuf *line, int permille)
{
    char bar[BAR + 1];
    int full = permille * BAR / 1000;
    memset(bar, '-', BAR);
    memset(bar, '#', (size_t)full);
    bar[BAR] = '\0';
    strbuf_addf(line, "[%s] ", bar);
}

void progress_show(Progress *p, const char *place, const Move *m, int64_t now_ms)
{
    StrBuf line = {0};
    bool is_terminal = isatty(STDERR_FILENO) != 0;
    strbuf_add(&line, place);
    if (is_terminal && m->sync_permille >= 0 && !move_is_over(m)) {
        add_bar(&line, m->sync_permille);
    }
    move_progress_text(&line, m, now_ms);
    int tenths = m->sync_permille < 0 ? -1 : m->sync_permille / 100;
    if (is_terminal) {
        fprintf(stderr, "\r%-*.*s", NARROW, NARROW, strbuf_text(&line));
        if (move_is_over(m)) {
            fputc('\n', stderr);
        }
    } else if (m->state != p->state || tenths != p->tenths || m->trouble != p->trouble) {
        fprintf(stderr, "%s\n", strbuf_text(&line));
    }
    *p = (Progress){m->state, tenths, m->trouble};
    strbuf_done(&line);
}
