// Who we are for other instances, and giving the lease back at the end.
#include <sys/random.h>
#include <unistd.h>

#include "engine_parts.h"
#include "person.h"

// Nobody waits for longer at our end: what is not given back expires.
enum { LEAVE_MS = 500 };

LeaseOptions engine_lease_options(const char *key, char *host, size_t size)
{
    person_host(host, size);
    LeaseOptions options = {.key = key, .host = host, .pid = getpid()};
    if (getrandom(&options.nonce, sizeof(options.nonce), 0) < 0) {
        options.nonce = (uint64_t)poller_wall_ms();
    }
    return options;
}

static void on_patience(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    *(bool *)timer->data = true;
}

static void ignore_round(void *ctx)
{
    (void)ctx;
}

static void ignore_event(void *ctx, const Event *event)
{
    (void)ctx;
    (void)event;
}

void engine_leave(Engine *e)
{
    if (e == NULL || !pilot_leave(e->pilot, engine_now_ms(e))) {
        return;
    }
    bool is_over = false;
    ev_timer patience;
    ev_timer_init(&patience, on_patience, LEAVE_MS / 1000., 0.);
    patience.data = &is_over;
    ev_now_update(e->loop);
    ev_timer_start(e->loop, &patience);
    e->listener = (EngineListener){.round = ignore_round, .event = ignore_event};
    while (!is_over && pilot_leave(e->pilot, engine_now_ms(e))) {
        ev_run(e->loop, EVRUN_ONCE);
    }
    ev_timer_stop(e->loop, &patience);
}
