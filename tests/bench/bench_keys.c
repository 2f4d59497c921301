// How long a key takes to be answered on the screen, while all is well and while nodes hang.
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "swarm.h"
#include "term/pty.h"

enum {
    NODES = 50,
    MANY_NODES = 1000,
    PRESSES = 50,
    W = 120,
    H = 40,
    LIMIT_MS = 5000,
    HANG_EVERY = 5,
    SETTLE_MS = 8000
};

// The address on the cursor's row; "" when there is no cursor.
static void cursor_row(Pty *p, char *out, size_t size)
{
    enum { CURSOR = 0x25B6 };
    out[0] = '\0';
    for (int y = 0; y < H; y++) {
        if (pty_cell(p, 0, y).code == CURSOR) {
            const char *at = strstr(pty_row(p, y), "127.");
            snprintf(out, size, "%.*s", at != NULL ? (int)strcspn(at, " ") : 0,
                     at != NULL ? at : "");
            return;
        }
    }
}

static bool has_moved(Pty *p, void *context)
{
    char row[80];
    cursor_row(p, row, sizeof(row));
    return row[0] != '\0' && strcmp(row, context) != 0;
}

static bool is_time(Pty *p, void *context)
{
    (void)p;
    return bench_now_us() >= *(int64_t *)context;
}

// Between presses: anywhere within a round and a frame.
static void let_run(Pty *p, size_t press)
{
    int64_t until = bench_now_us() + 60000 + (int64_t)(press * 7919 % 97) * 1000;
    (void)pty_wait_until(p, is_time, &until, LIMIT_MS);
    pty_output_clear(p);
}

static void press_keys(Pty *p, const char *what)
{
    int64_t took[PRESSES];
    for (size_t i = 0; i < PRESSES; i++) {
        let_run(p, i);
        char before[80];
        cursor_row(p, before, sizeof(before));
        int64_t at = bench_now_us();
        pty_send(p, i % 40 < 20 ? "j" : "k");
        if (!pty_wait_until(p, has_moved, before, LIMIT_MS)) {
            pty_print(p);
        }
        took[i] = bench_now_us() - at;
    }
    double median_ms = (double)bench_median(took, PRESSES) / 1000.;
    bench_row(what, "< 20 ms", "%.1f ms, at most %.1f (%d presses)", median_ms,
              (double)took[PRESSES - 1] / 1000., PRESSES);
}

static Pty *open_dashboard(Swarm *s)
{
    char counts[40];
    snprintf(counts, sizeof(counts), "%zu masters", swarm_masters(s));
    Pty *p = pty_start(&(PtyStart){
        .argv = (const char *[]){bench_program(), swarm_addr(s, 0), "--read-only", NULL},
        .w = W,
        .h = H,
    });
    if (p != NULL && !pty_wait(p, counts)) {
        pty_end(p);
        p = NULL;
    }
    return p;
}

static void press_among_many(void)
{
    Swarm *s = swarm_start(MANY_NODES);
    Pty *p = open_dashboard(s);
    if (p != NULL) {
        press_keys(p, "  ... with 1000 nodes");
    }
    pty_end(p);
    swarm_stop(s);
}

void bench_keys(void)
{
    Swarm *s = swarm_start(NODES);
    Pty *p = open_dashboard(s);
    if (p != NULL) {
        press_keys(p, "a key's answer on the screen, 50 nodes");
        swarm_hang(s, HANG_EVERY);
        int64_t until = bench_now_us() + (int64_t)SETTLE_MS * 1000;
        (void)pty_wait_until(p, is_time, &until, 2 * SETTLE_MS);
        press_keys(p, "  ... while 10 of them hang");
    }
    pty_end(p);
    swarm_stop(s);
    press_among_many();
}
