// How long a key takes to be answered on the screen, while all is well and while nodes hang.
#include <stdio.h>

#include "bench.h"
#include "press.h"
#include "swarm.h"

enum { NODES = 50, MANY_NODES = 1000, W = 120, H = 40, HANG_EVERY = 5 };

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
        if (pty_wait(p, "10 silent")) {
            press_keys(p, "  ... while 10 of them hang");
        }
    }
    pty_end(p);
    swarm_stop(s);
    press_among_many();
}
