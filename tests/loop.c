#include "loop.h"

#include <ev.h>
#include <stddef.h>

static void on_timeout(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    *(bool *)timer->data = true;
}

bool loop_until(struct ev_loop *loop, int timeout_ms, Condition *holds, void *ctx)
{
    bool over = false;
    ev_timer timer;
    ev_now_update(loop);
    ev_timer_init(&timer, on_timeout, timeout_ms / 1000., 0.);
    timer.data = &over;
    ev_timer_start(loop, &timer);
    while (!holds(ctx) && !over) {
        ev_run(loop, EVRUN_ONCE);
    }
    ev_timer_stop(loop, &timer);
    return holds(ctx);
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

void loop_for(struct ev_loop *loop, int ms)
{
    loop_until(loop, ms, never, NULL);
}
