// A screen that nobody touches: a hundred nodes at rest, a minute long, beside a monitor that
// everybody knows.
#include <stdio.h>
#include <unistd.h>

#include "at_rest.h"
#include "bench.h"
#include "rehome/base/mem.h"

enum { NODES = 100, WARM_UP_MS = 3000, WINDOW_MS = 60000, VIEW_WINDOW_MS = 10000 };

// It looks at this machine, not at a cluster. NULL: not installed.
static Pty *start_htop(void)
{
    static const char *const paths[] = {"/usr/bin/htop", "/usr/local/bin/htop", "/bin/htop"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        if (access(paths[i], X_OK) == 0) {
            return pty_start(&(PtyStart){
                .argv = (const char *[]){paths[i], "-d", "10", NULL},
                .w = AT_REST_W,
                .h = AT_REST_H,
            });
        }
    }
    return NULL;
}

static void show_traffic(const char *what, const char *budget, double bytes_per_s)
{
    bench_row(what, budget, "%.0f B/s", bytes_per_s);
}

static void measure_beside_htop(const Swarm *s)
{
    double first_ms;
    Pty *both[] = {dashboard_start(s, NODES, NULL, &first_ms), start_htop()};
    Cost cost[ARRAY_LEN(both)];
    cost_of_terminals(both, ARRAY_LEN(both), WARM_UP_MS, WINDOW_MS, cost);
    cost_show(NODES, "dashboard", &cost[0], "< 1 %", "< 12 MB");
    show_traffic("dashboard, 100 nodes, 120x40: to the terminal, idle", "< 350 B/s",
                 cost[0].bytes_per_s);
    if (both[1] == NULL) {
        bench_row("htop beside it", "", "not installed");
    } else {
        bench_row("htop beside it, every 1 s", "", "%.2f %%, %.1f MB, %.0f B/s",
                  cost[1].cpu_percent, cost[1].now_mb, cost[1].bytes_per_s);
    }
    pty_end(both[0]);
    pty_end(both[1]);
}

static void measure_views(const Swarm *s)
{
    static const char *const views[] = {"hosts", "problems", "events", "automatic"};
    double first_ms;
    Pty *p = dashboard_start(s, NODES, NULL, &first_ms);
    for (size_t i = 0; p != NULL && i < ARRAY_LEN(views); i++) {
        char what[80];
        char key[2] = {(char)('2' + i), '\0'};
        pty_send(p, key);
        snprintf(what, sizeof(what), "  ... in the view of %s", views[i]);
        show_traffic(what, "< 350 B/s",
                     cost_of_terminal(p, WARM_UP_MS, VIEW_WINDOW_MS).bytes_per_s);
    }
    pty_end(p);
}

static void measure_busy(Swarm *s, const char *option, const char *what)
{
    double first_ms;
    Pty *p = dashboard_start(s, NODES, option, &first_ms);
    swarm_busy(s, true);
    if (p != NULL) {
        show_traffic(what, "", cost_of_terminal(p, WARM_UP_MS, VIEW_WINDOW_MS).bytes_per_s);
    }
    swarm_busy(s, false);
    pty_end(p);
}

void bench_idle(void)
{
    Swarm *s = swarm_start(NODES);
    measure_beside_htop(s);
    measure_views(s);
    measure_busy(s, NULL, "  ... when every number on it changes");
    measure_busy(s, "--slow", "  ... the same with --slow");
    swarm_stop(s);
}
