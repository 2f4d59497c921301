// Keys pressed in a dashboard, and how long their answer takes to be on the screen.
#include "press.h"

#include <stdio.h>
#include <string.h>

#include "bench.h"

enum { PRESSES = 50, LIMIT_MS = 5000 };

// The address on the cursor's row; "" when there is no cursor.
static void cursor_row(Pty *p, char *out, size_t size)
{
    enum { CURSOR = 0x25B6 };
    out[0] = '\0';
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    for (int y = 0; y < h; y++) {
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

void press_nothing(Pty *p, int ms)
{
    int64_t until = bench_now_us() + (int64_t)ms * 1000;
    (void)pty_wait_until(p, is_time, &until, ms + LIMIT_MS);
    pty_output_clear(p);
}

// Between presses: anywhere within a round and a frame.
static void let_run(Pty *p, size_t press)
{
    press_nothing(p, 60 + (int)(press * 7919 % 97));
}

void press_keys(Pty *p, const char *what)
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
