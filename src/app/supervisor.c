#include "supervisor.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/policy/automatic.h"

#ifdef REHOME_SYSTEMD
#include <systemd/sd-daemon.h>

static void tell(const char *words)
{
    (void)sd_notify(0, words); // nobody listens, or it is not there any more: we go on
}

// Half the time after which we would be killed; 0: nobody waits.
static double beat_s(void)
{
    uint64_t limit_us;
    return sd_watchdog_enabled(0, &limit_us) > 0 ? (double)limit_us / 2e6 : 0;
}

const char *supervisor_library(void)
{
    return "libsystemd";
}
#else
static void tell(const char *words)
{
    (void)words;
}

static double beat_s(void)
{
    return 0;
}

const char *supervisor_library(void)
{
    return "no libsystemd";
}
#endif

// That the loop turns is what there is to prove: servers that do not answer are no reason to be
// started anew.
static void on_beat(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)timer;
    (void)revents;
    tell("WATCHDOG=1");
}

void supervisor_start(Supervisor *s, struct ev_loop *loop)
{
    double every_s = beat_s();
    *s = (Supervisor){.loop = loop};
    ev_timer_init(&s->watchdog, on_beat, 0., every_s);
    if (every_s > 0) {
        ev_timer_start(loop, &s->watchdog);
    }
    tell("READY=1\nSTATUS=looking for the cluster");
}

static void describe(const Engine *e, char *out, size_t size)
{
    const Health *h = engine_health(e);
    const char *trouble = engine_trouble(e);
    if (*trouble != '\0') {
        snprintf(out, size, "STATUS=%s", trouble);
    } else {
        snprintf(out, size, "STATUS=%zu masters, %d orphaned, %d at risk, %d spare%s%s%s",
                 h->snapshot->n_owners, h->orphaned, h->at_risk, h->spares,
                 plural((size_t)h->spares), h->brake != NULL ? "; the brake is on" : "",
                 h->pause != NULL ? "; paused" : "");
    }
    char *end = strchr(out + strlen("STATUS="), '\n');
    if (end != NULL) {
        *end = '\0'; // a second line would be an order
    }
}

void supervisor_round(Supervisor *s, const Engine *e)
{
    char status[sizeof(s->status)];
    describe(e, status, sizeof(status));
    if (strcmp(status, s->status) != 0) {
        memcpy(s->status, status, sizeof(status));
        tell(status);
    }
}

void supervisor_reloading(Supervisor *s)
{
    (void)s;
    tell("RELOADING=1");
}

void supervisor_reloaded(Supervisor *s)
{
    (void)s;
    tell("READY=1");
}

void supervisor_stop(Supervisor *s)
{
    ev_timer_stop(s->loop, &s->watchdog);
    tell("STOPPING=1");
}
