#include "line_out.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "rehome/base/write_some.h"
#include "session.h"

enum {
    MOST_BYTES = 1 << 20, // of some thousand lines
    LAST_WAITS = 200,     // at the end, of a moment each
};

static void tell_lost(LineOut *out)
{
    if (out->n_lost > 0) {
        session_say("%zu line%s not written, because nobody read them", out->n_lost,
                    out->n_lost == 1 ? " was" : "s were");
        out->n_lost = 0;
    }
}

static void drop(StrBuf *waiting, size_t n)
{
    waiting->n -= n;
    memmove(waiting->at, waiting->at + n, waiting->n + 1);
}

// However much is taken of what waits.
static void send_some(LineOut *out, int waits)
{
    size_t done;
    bool can = write_some(STDOUT_FILENO, strbuf_text(&out->waiting), out->waiting.n, waits, &done);
    int why = errno;
    drop(&out->waiting, can ? done : out->waiting.n);
    if (out->waiting.n > 0) {
        ev_io_start(out->loop, &out->writable);
        return;
    }
    ev_io_stop(out->loop, &out->writable);
    if (can) {
        tell_lost(out);
        return;
    }
    if (why != EPIPE) {
        session_say("cannot write to stdout: %s", strerror(why));
    }
    out->gone(out->ctx);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)revents;
    send_some(w->data, 0);
}

void line_out_start(LineOut *out, struct ev_loop *loop, void (*gone)(void *ctx), void *ctx)
{
    *out = (LineOut){.loop = loop, .gone = gone, .ctx = ctx};
    ev_io_init(&out->writable, on_writable, STDOUT_FILENO, EV_WRITE);
    out->writable.data = out;
}

void line_out_add(LineOut *out, const StrBuf *line)
{
    if (out->n_lost > 0 || out->waiting.n + line->n > MOST_BYTES) {
        out->n_lost++; // and what comes behind it: a hole has one place
        return;
    }
    strbuf_add_sv(&out->waiting, sv_of(line->at, line->n));
    send_some(out, 0);
}

void line_out_end(LineOut *out)
{
    for (size_t before = SIZE_MAX; out->waiting.n > 0 && out->waiting.n < before;) {
        before = out->waiting.n;
        send_some(out, LAST_WAITS);
    }
    ev_io_stop(out->loop, &out->writable);
    strbuf_done(&out->waiting);
}
