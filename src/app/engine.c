#include "rehome/app/engine.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "move_file.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// A gap between two rounds that says we slept (suspend, SIGSTOP): what we knew is old.
enum { SLEPT_MS = 15000 };

// How long a node that stopped answering keeps the rounds fast: the cluster takes up to one and a
// half node timeouts to call it failed.
enum { HURRY_MS = 30000 };

// Flushing a large dataset keeps a replica silent for up to ten minutes (seen by users); nobody has
// told of fifteen.
enum { STUCK_MS = 900000 };

typedef struct {
    MoveSpec spec;
    int64_t decided_ms;
    int rounds;                                          // complete ones asked for since then
    void (*done)(void *ctx, const GateVerdict *verdict); // NULL: no rehearsal
    void *ctx;
} Rehearsal;

struct Engine {
    struct ev_loop *loop;
    ev_timer wake; // the runner's own clock
    Poller *poller;
    Runner *runner;
    MoveFile *file;
    Automatic automatic;
    int floor;
    EngineListener listener;
    Snapshot *snapshot; // the present picture, and what was thought about it
    Snapshot *before;   // the picture before it: a gate needs two
    const Health *health;
    const Health *health_before;
    Findings findings;
    Plan plan;
    char trouble[320];
    uint64_t rounds;
    int64_t round_ms;     // when the last round ended
    int64_t disturbed_ms; // when a node last stopped or started answering; 0: never
    bool hopeless;        // the last round: nobody answered, and nobody is still being tried
    bool recovered;       // unfinished moves of earlier processes were looked for
    bool was_busy;        // the runner, before the call under way
    Rehearsal rehearsal;
};

static void tell(void *ctx, const Event *event)
{
    Engine *e = ctx;
    e->listener.event(e->listener.ctx, event);
}

static void tell_text(Engine *e, EventCode code, Level level, EventBy by, const char *text)
{
    Event event = event_make(code, level, poller_wall_ms(), NULL, "%s", text);
    event.by = by;
    tell(e, &event);
}

// The runner's world.

static void ask_round(void *ctx)
{
    Engine *e = ctx;
    poller_full_round(e->poller);
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Engine *e = ctx;
    return poller_send(e->poller, node, argc, argv);
}

// A move that never came to a write leaves nothing behind, so its end needs no line.
static bool keep_line(void *ctx, const char *line, Error *err)
{
    Engine *e = ctx;
    const Move *m = runner_move(e->runner);
    if (!move_file_is_open(e->file)) {
        if (move_is_over(m)) {
            return true;
        }
        if (!move_file_open(e->file, m->spec.replica, err)) {
            return false;
        }
    }
    return move_file_append(e->file, line, err);
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return poller_wall_ms();
}

static void schedule_wake(Engine *e)
{
    ev_timer_stop(e->loop, &e->wake);
    int64_t at = runner_wake_ms(e->runner);
    if (at == 0) {
        return;
    }
    int64_t left = at - poller_now_ms();
    ev_timer_set(&e->wake, left > 0 ? (double)left / 1000 : 0.0, 0.0);
    ev_timer_start(e->loop, &e->wake);
}

// After every call into the runner: notice the end of a move, and when to call again.
static void after_runner(Engine *e)
{
    bool busy = runner_is_busy(e->runner);
    if (e->was_busy && !busy) {
        const Move *m = runner_move(e->runner);
        // Refused before anything was written, a move cools down its target only: the others took
        // no part, and may be what the next orphan needs.
        bool wrote = m->state != MOVE_REFUSED || m->write_ms != 0;
        auto_moved(&e->automatic, wrote ? m->spec.replica : (NodeId){0},
                   wrote ? m->spec.donor : (NodeId){0}, m->spec.target,
                   m->spec.origin != ORIGIN_AUTO, m->state == MOVE_DONE, poller_now_ms());
        move_file_close(e->file);
        poller_full_round(e->poller);
    }
    e->was_busy = busy;
    schedule_wake(e);
}

static void on_wake(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    Engine *e = w->data;
    runner_tick(e->runner, poller_now_ms());
    after_runner(e);
}

static void on_answer(void *ctx, bool late, bool ok, const char *text)
{
    Engine *e = ctx;
    if (late) {
        runner_late(e->runner, poller_now_ms());
    } else {
        runner_reply(e->runner, ok, text, poller_now_ms());
    }
    after_runner(e);
}

// One round.

static bool anybody_answered(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says != NULL && says->reach == REACH_OK) {
            return true;
        }
    }
    return false;
}

static bool is_reachable(const Node *n)
{
    return n->says != NULL && n->says->reach == REACH_OK;
}

static bool reach_changed(const Snapshot *before, const Snapshot *after)
{
    for (size_t i = 0; i < after->n_nodes; i++) {
        int was = snapshot_find(before, after->nodes[i].id);
        if (was < 0 || is_reachable(&before->nodes[was]) != is_reachable(&after->nodes[i])) {
            return true;
        }
    }
    return before->n_nodes != after->n_nodes;
}

static bool anybody_suspected(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (node_has(&s->nodes[i], NODE_PFAIL)) {
            return true;
        }
    }
    return false;
}

// Rounds come fast while something is about to be decided: by the cluster or by us.
static bool should_hurry(const Engine *e)
{
    const Move *m = runner_move(e->runner);
    bool deciding = runner_is_busy(e->runner) &&
                    (m->state != MOVE_SYNC || e->round_ms - m->state_ms < HURRY_MS);
    bool disturbed = e->disturbed_ms != 0 && e->round_ms - e->disturbed_ms < HURRY_MS;
    return deciding || disturbed || anybody_suspected(e->snapshot);
}

// runner_own() goes on for a while after the end, so that the diff can say who did it. A move that
// ended well must not hide an orphan for so long, nor keep its replica from helping again.
static OwnMove move_in_flight(const Engine *e)
{
    const Move *m = runner_move(e->runner);
    bool counts = runner_is_busy(e->runner) || (m != NULL && m->unfinished);
    return counts ? runner_own(e->runner) : (OwnMove){0};
}

static void take_picture(Engine *e, Snapshot *s)
{
    HealthOptions options = {
        .floor = e->floor,
        .moving = move_in_flight(e),
    };
    const Health *health = health_assess(s, e->health, &options);
    if (e->snapshot == NULL || *e->trouble != '\0') {
        char text[200];
        snprintf(text, sizeof(text), "connected to %s: %zu masters, %zu replicas", s->name,
                 s->n_masters, s->n_replicas);
        tell_text(e, EVENT_CONNECTED, LEVEL_INFO, BY_NOBODY, text);
    }
    OwnMove own = runner_own(e->runner);
    snapshot_diff(e->snapshot, s, &own, tell, e);
    health_diff(e->health, health, tell, e);
    if (e->snapshot != NULL && reach_changed(e->snapshot, s)) {
        e->disturbed_ms = e->round_ms;
    }
    *e->trouble = '\0';
    e->hopeless = false;
    snapshot_free(e->before);
    e->before = e->snapshot;
    e->health_before = e->health;
    e->snapshot = s;
    e->health = health;
    e->findings = findings_find(health);
    e->plan = plan_make(health);
}

static bool is_settled(const RoundInput *in)
{
    for (size_t i = 0; i < in->n; i++) {
        Reach reach = in->at[i].reach;
        if (reach == REACH_CONNECTING || reach == REACH_LATE || reach == REACH_OK) {
            return false;
        }
    }
    return true;
}

static void lose_contact(Engine *e, const RoundInput *in)
{
    e->hopeless = is_settled(in);
    bool was_in_contact = *e->trouble == '\0' && e->snapshot != NULL;
    const char *trouble = snapshot_trouble(in);
    snprintf(e->trouble, sizeof(e->trouble), "%s", *trouble != '\0' ? trouble : "no answer yet");
    if (was_in_contact) {
        tell_text(e, EVENT_LOST, LEVEL_CRITICAL, BY_NOBODY, e->trouble);
    }
    auto_young(&e->automatic);
}

// An earlier process may have ended in the middle of a move: say so, and see it through.
static void recover(Engine *e)
{
    if (e->recovered || runner_is_busy(e->runner)) {
        return;
    }
    e->recovered = true; // one process leaves at most one behind
    for (size_t i = 0; i < e->snapshot->n_nodes; i++) {
        JournalEntry entry;
        if (!move_file_unfinished(e->file, e->snapshot->nodes[i].id, &entry)) {
            continue;
        }
        Error err;
        if (!runner_resume(e->runner, &entry, poller_now_ms(), &err)) {
            move_file_close(e->file);
            char text[200];
            snprintf(
                text, sizeof(text),
                "an earlier rehome left a move of %s to %s unfinished: start without --read-only "
                "to see it through",
                entry.spec.replica_addr, entry.spec.target_addr);
            tell_text(e, EVENT_REFUSED, LEVEL_WARNING, BY_US, text);
        }
        after_runner(e);
        return;
    }
}

static void decide(Engine *e)
{
    bool changed = false;
    AutoDecision d =
        auto_decide(&e->automatic, e->health, &e->plan, runner_is_busy(e->runner), &changed);
    if (changed && *d.text != '\0') {
        bool bad = d.verdict == AUTO_DECIDE_BLOCKED;
        int at = snapshot_find(e->snapshot, d.target);
        Event event = event_make(strcmp(d.rule, "brake") == 0 ? EVENT_BRAKE : EVENT_DECISION,
                                 bad ? LEVEL_WARNING : LEVEL_INFO, poller_wall_ms(),
                                 at < 0 ? NULL : &e->snapshot->nodes[at], "%s", d.text);
        event.by = BY_US;
        tell(e, &event);
    }
    if (d.verdict != AUTO_DECIDE_ACT) {
        return;
    }
    int replica = snapshot_find(e->snapshot, d.replica);
    int target = snapshot_find(e->snapshot, d.target);
    if (replica >= 0 && target >= 0) {
        MoveSpec spec = engine_spec(e, replica, target, ORIGIN_AUTO);
        engine_move(e, &spec, NULL);
    }
}

// The replica of the move has been silent for so long that it will not come back by itself, and the
// next orphan waits for this move to end.
static bool move_is_stuck(const Move *m, int64_t now_ms)
{
    bool sent = m->state == MOVE_SYNC || m->state == MOVE_ASK;
    int64_t heard_ms = m->heard_ms > m->state_ms ? m->heard_ms : m->state_ms;
    return sent && !m->stopping && now_ms - heard_ms > STUCK_MS;
}

static void feed_runner(Engine *e)
{
    runner_round(e->runner, e->health_before, e->health, poller_now_ms());
    if (runner_is_busy(e->runner) && move_is_stuck(runner_move(e->runner), poller_now_ms())) {
        runner_stop(e->runner, poller_now_ms());
    }
    after_runner(e);
}

static void rehearse(Engine *e, bool full)
{
    Rehearsal *r = &e->rehearsal;
    if (r->done == NULL || !full) {
        return;
    }
    if (++r->rounds < 2) {
        poller_full_round(e->poller);
        return;
    }
    GateAsk ask = {
        .replica = r->spec.replica,
        .donor = r->spec.donor,
        .target = r->spec.target,
        .heal = r->spec.heal,
        .accept_risk = r->spec.accept_risk,
        .force = r->spec.force,
        .decided_ms = r->decided_ms,
    };
    GateVerdict verdict;
    gate_check(&ask, e->health_before, e->health, &verdict);
    void (*done)(void *, const GateVerdict *) = r->done;
    r->done = NULL;
    done(r->ctx, &verdict);
}

static void on_round(void *ctx, const RoundInput *in, bool full)
{
    Engine *e = ctx;
    e->rounds++;
    if (e->round_ms != 0 && in->now_ms - e->round_ms > SLEPT_MS) {
        auto_young(&e->automatic);
    }
    e->round_ms = in->now_ms;
    Snapshot *s = snapshot_build(in);
    if (s->n_nodes == 0 || !anybody_answered(s)) {
        lose_contact(e, in);
        snapshot_free(s);
    } else {
        take_picture(e, s);
        poller_follow(e->poller, s);
        feed_runner(e);
        rehearse(e, full);
        recover(e);
        decide(e);
        poller_hurry(e->poller, should_hurry(e));
    }
    e->listener.round(e->listener.ctx);
}

Engine *engine_new(struct ev_loop *loop, const EngineOptions *options,
                   const EngineListener *listener)
{
    Engine *e = mem_alloc(sizeof(*e));
    e->loop = loop;
    e->listener = *listener;
    e->floor = options->floor;
    snprintf(e->trouble, sizeof(e->trouble), "no answer yet");
    ev_init(&e->wake, on_wake);
    e->wake.data = e;
    auto_init(&e->automatic, options->mode, options->limits);
    e->file = move_file_new(options->state_dir);
    Transport transport = {
        .ctx = e,
        .ask_round = ask_round,
        .send = send_command,
        .journal = keep_line,
        .wall_ms = wall_ms,
    };
    e->runner = runner_new(&transport, options->read_only, tell, e);
    PollerListener poller = {.ctx = e, .round = on_round, .answer = on_answer};
    e->poller = poller_new(loop, &options->poll, options->seeds, options->n_seeds, &poller);
    return e;
}

void engine_free(Engine *e)
{
    if (e == NULL) {
        return;
    }
    ev_timer_stop(e->loop, &e->wake);
    poller_free(e->poller);
    runner_free(e->runner);
    move_file_free(e->file);
    snapshot_free(e->before);
    snapshot_free(e->snapshot);
    mem_free(e);
}

const Health *engine_health(const Engine *e)
{
    return e->health;
}

const Findings *engine_findings(const Engine *e)
{
    return e->health == NULL ? NULL : &e->findings;
}

const Plan *engine_plan(const Engine *e)
{
    return e->health == NULL ? NULL : &e->plan;
}

const char *engine_trouble(const Engine *e)
{
    return e->trouble;
}

bool engine_is_hopeless(const Engine *e)
{
    return e->hopeless;
}

uint64_t engine_rounds(const Engine *e)
{
    return e->rounds;
}

const Automatic *engine_automatic(const Engine *e)
{
    return &e->automatic;
}

const Runner *engine_runner(const Engine *e)
{
    return e->runner;
}

bool engine_move(Engine *e, const MoveSpec *spec, Error *err)
{
    bool ok = runner_start(e->runner, spec, poller_now_ms(), err);
    after_runner(e);
    return ok;
}

void engine_stop_move(Engine *e)
{
    runner_stop(e->runner, poller_now_ms());
    after_runner(e);
}

void engine_rehearse(Engine *e, const MoveSpec *spec,
                     void (*done)(void *ctx, const GateVerdict *verdict), void *ctx)
{
    e->rehearsal = (Rehearsal){
        .spec = *spec,
        .decided_ms = poller_now_ms() - 1, // a near node answers within the same millisecond
        .done = done,
        .ctx = ctx,
    };
    poller_full_round(e->poller);
}

void engine_set_mode(Engine *e, AutoMode mode)
{
    auto_set_mode(&e->automatic, mode);
    char text[80];
    snprintf(text, sizeof(text), "automatic mode is now %s", auto_mode_text(mode));
    tell_text(e, EVENT_AUTO_MODE, mode == AUTO_ACT ? LEVEL_WARNING : LEVEL_INFO, BY_US, text);
}

void engine_release(Engine *e)
{
    auto_release(&e->automatic);
    tell_text(e, EVENT_BRAKE, LEVEL_INFO, BY_US, "the brake was released by hand");
}

void engine_refresh(Engine *e)
{
    poller_full_round(e->poller);
}

MoveSpec engine_spec(const Engine *e, int replica, int target, MoveOrigin origin)
{
    const Node *r = &e->snapshot->nodes[replica];
    const Node *t = &e->snapshot->nodes[target];
    MoveSpec spec = {
        .replica = r->id,
        .donor = r->master_id,
        .target = t->id,
        .origin = origin,
        .heal = e->health->of[target].master == STATE_ORPHANED,
    };
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), "%s", r->addr);
    snprintf(spec.target_addr, sizeof(spec.target_addr), "%s", t->addr);
    if (r->master >= 0) {
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s",
                 e->snapshot->nodes[r->master].addr);
    }
    return spec;
}
