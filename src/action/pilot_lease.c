// What automatic mode may do when there is another instance: it acts only with the lease.
#include <stdio.h>

#include "move_parts.h"
#include "pilot_parts.h"
#include "rehome/base/text.h"

// A tripped brake or a pause does not give it back: the other instance would go on where this one
// was stopped. Nor does a change of mode while a move of ours is under way.
static bool is_wanted(const Pilot *p)
{
    const Move *m = runner_move(p->runner);
    bool moving = runner_is_busy(p->runner) && m->spec.origin == ORIGIN_AUTO;
    bool acts = p->automatic.mode == AUTO_ACT && !runner_is_read_only(p->runner);
    return !p->is_leaving && (acts || moving);
}

static void tell_news(Pilot *p, int64_t now_ms)
{
    Level level;
    char text[sizeof(((Event *)NULL)->text)];
    if (lease_news(p->lease, now_ms, &level, text, sizeof(text))) {
        pilot_tell(p, EVENT_LEASE, level, NULL, "%s", text);
    }
}

void pilot_lease_go_on(Pilot *p, int64_t now_ms)
{
    if (p->lease == NULL) {
        return;
    }
    lease_want(p->lease, is_wanted(p), now_ms);
    LeaseCommand c;
    while (lease_step(p->lease, now_ms, &c)) {
        if (!p->world.send_lease(p->world.ctx, c.node, c.argc, c.argv)) {
            lease_unsent(p->lease, now_ms);
        }
        tell_news(p, now_ms);
    }
    tell_news(p, now_ms);
}

void pilot_lease_round(Pilot *p, int64_t now_ms)
{
    if (p->lease == NULL) {
        return;
    }
    lease_round(p->lease, p->snapshot);
    pilot_lease_go_on(p, now_ms);
    char words[sizeof(p->automatic.lease)];
    lease_words(p->lease, now_ms, words, sizeof(words));
    bool is_ours = lease_may_write(p->lease, now_ms);
    // Whoever had it before may have died in a move, on this machine.
    if (is_ours && !p->had_lease) {
        p->recovered = false;
    }
    p->had_lease = is_ours;
    char other[sizeof(p->automatic.lease_at)];
    lease_other(p->lease, now_ms, other, sizeof(other));
    auto_set_lease(&p->automatic, is_ours, other, words);
}

void pilot_lease_reply(Pilot *p, bool ok, const char *text, int64_t now_ms)
{
    lease_reply(p->lease, ok, text, now_ms);
    tell_news(p, now_ms);
    pilot_lease_go_on(p, now_ms);
}

void pilot_lease_late(Pilot *p, int64_t now_ms)
{
    lease_late(p->lease, now_ms);
    tell_news(p, now_ms);
    pilot_lease_go_on(p, now_ms);
}

bool pilot_leave(Pilot *p, int64_t now_ms)
{
    if (p->lease == NULL || runner_is_busy(p->runner)) {
        return false;
    }
    p->is_leaving = true;
    pilot_lease_go_on(p, now_ms);
    return lease_is_giving_back(p->lease);
}

void pilot_lease_warn(Pilot *p, const MoveSpec *spec, int64_t now_ms)
{
    if (p->lease == NULL || spec->origin == ORIGIN_AUTO ||
        lease_state(p->lease, now_ms) != LEASE_OTHERS) {
        return;
    }
    char words[160];
    lease_words(p->lease, now_ms, words, sizeof(words));
    pilot_tell(p, EVENT_LEASE, LEVEL_WARNING, NULL, "moving by hand, but %s: it may act as well",
               words);
}

// --- the last word before a write

// The time of the step that decided is not good enough: the process may have been stopped since, or
// the disk may have taken its time with the journal. And what counts is how old the gate's evidence
// is by then: the replica may have taken its time with the fence before that.
//
// Lifting our own fence is allowed without the lease once the replica is in sync: left on, the
// fence would keep a master's only replica from ever being promoted, and nobody else lifts it, as
// everyone else takes it for somebody's wish. Before that it is not ours to lift any more: whoever
// has the lease now may be moving this very replica and rely on the fence that it found.
bool pilot_may_write(void *ctx, char *why, size_t size)
{
    const Pilot *p = ctx;
    const Move *m = runner_move(p->runner);
    int64_t now_ms = p->world.now_ms(p->world.ctx);
    bool is_ours =
        p->lease == NULL || m->spec.origin != ORIGIN_AUTO || lease_may_write(p->lease, now_ms);
    if (m->state == MOVE_UNFENCE) {
        is_ours = is_ours || pilot_needs_no_fence(p, m->spec.replica, now_ms);
    } else if (pilot_is_held(p, &m->spec, why, size)) {
        return false;
    } else if (is_ours && now_ms - m->gate_ms > GATE_EVIDENCE_MS) {
        char age[32];
        snprintf(why, size, "the gate was checked %s ago, which is too long: try again",
                 format_seconds(age, sizeof(age), now_ms - m->gate_ms));
        return false;
    }
    if (!is_ours) {
        lease_words(p->lease, now_ms, why, size);
    }
    return is_ours;
}
