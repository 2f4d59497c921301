// Random histories of one move against a replica that behaves as a server does: an unanswered
// command was executed, or lies in its pipe until it next answers anything, or is lost. Whatever
// happens, no fence of ours is left without a line in the journal that lifts it.
//
// A failing walk prints its seed.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

enum { WALKS = 300, STEPS = 60, FAIR_STEPS = 400, PIPE = 8 };

#define TO(state) (1U << MOVE_##state)

// Every way there is, written down a second time: the walks have to find exactly these.
static const unsigned listed[MOVE_STATE_COUNT] = {
    [MOVE_GATE] = TO(FENCE_READ) | TO(REPLICATE) | TO(REFUSED) | TO(FAILED),
    [MOVE_FENCE_READ] = TO(FENCE) | TO(REPLICATE) | TO(UNFENCE) | TO(REFUSED) | TO(FAILED),
    [MOVE_FENCE] = TO(FENCE_READ) | TO(REPLICATE) | TO(UNFENCE) | TO(REFUSED) | TO(FAILED),
    [MOVE_REPLICATE] = TO(ASK) | TO(SYNC) | TO(UNFENCE) | TO(FAILED),
    [MOVE_ASK] = TO(SYNC) | TO(UNFENCE) | TO(FAILED),
    [MOVE_SYNC] = TO(UNFENCE) | TO(DONE) | TO(FAILED),
    [MOVE_UNFENCE] = TO(DONE) | TO(REFUSED) | TO(FAILED),
};

typedef struct {
    Rig rig;
    uint64_t seed;
    uint64_t random;
    bool fence; // on the server
    bool config_denied;
    char pipe[PIPE][128]; // unanswered commands it has not read yet
    size_t n_pipe;
    int replicates_noted;
    int replicates_done;
    bool lost; // we cannot reach the replica
} Walk;

static unsigned pick(Walk *w, unsigned n)
{
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(w->random >> 33) % n;
}

static bool chance(Walk *w, unsigned percent)
{
    return pick(w, 100) < percent;
}

#define claim(w, what)                                                                             \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            print_error("walk %llu: %s\n%s%s", (unsigned long long)(w)->seed, #what,               \
                        strbuf_text(&(w)->rig.log), strbuf_text(&(w)->rig.events));                \
        }                                                                                          \
        assert_true(what);                                                                         \
    } while (0)

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void execute(Walk *w, const char *command)
{
    if (starts(command, "CONFIG SET")) {
        w->fence = strstr(command, " yes") != NULL;
    } else if (starts(command, "CLUSTER REPLICATE")) {
        world_follow(&w->rig.w, w->rig.w.target);
        w->replicates_done++;
    }
}

static void drain_pipe(Walk *w)
{
    for (size_t i = 0; i < w->n_pipe; i++) {
        execute(w, w->pipe[i]);
    }
    w->n_pipe = 0;
}

static void note_sent(Walk *w)
{
    if (w->rig.replicates == w->replicates_noted) {
        return;
    }
    w->replicates_noted = w->rig.replicates;
    claim(w, runner_move(w->rig.r)->fence != FENCE_SET || w->fence);
    claim(w, !runner_move(w->rig.r)->resumed);
    claim(w, runner_move(w->rig.r)->verdict.open);
}

static void answer_late(Walk *w, const char *command)
{
    switch (pick(w, 3)) {
    case 0:
        drain_pipe(w);
        execute(w, command);
        break;
    case 1:
        if (w->n_pipe < PIPE) {
            snprintf(w->pipe[w->n_pipe++], sizeof(w->pipe[0]), "%s", command);
        }
        break;
    default:
        break;
    }
    rig_late(&w->rig);
}

static void answer(Walk *w, bool fair)
{
    char command[sizeof(w->rig.sent)];
    snprintf(command, sizeof(command), "%s", w->rig.sent);
    if (!fair && (w->lost || chance(w, 20))) {
        answer_late(w, command);
    } else if (w->config_denied && starts(command, "CONFIG SET")) {
        drain_pipe(w);
        rig_reply(&w->rig, false, "NOPERM");
    } else if (!fair && chance(w, 10)) {
        drain_pipe(w);
        rig_reply(&w->rig, false, "ERR something");
    } else {
        drain_pipe(w);
        execute(w, command);
        rig_reply(&w->rig, true, starts(command, "CONFIG GET") ? (w->fence ? "yes" : "no") : "OK");
    }
    note_sent(w);
}

static bool is_in_sync(const Walk *w)
{
    const FixtureNode *r = fixture_node(w->rig.w.f, w->rig.w.replica);
    return r->master == w->rig.w.target && r->link_up && !r->sync_in_progress && !r->loading;
}

static void look(Walk *w)
{
    if (!w->lost) {
        drain_pipe(w);
    }
    const Move *m = runner_move(w->rig.r);
    MoveState was = m->state;
    rig_look(&w->rig);
    note_sent(w);
    bool became_done =
        m->state == MOVE_DONE || (m->state == MOVE_UNFENCE && m->end_as == MOVE_DONE);
    if (was == MOVE_SYNC && became_done) {
        claim(w, is_in_sync(w) && !w->lost);
    }
}

// What goes on in the cluster by itself.
static void live(Walk *w)
{
    World *world = &w->rig.w;
    FixtureNode *r = world_replica(world);
    if (r->master != world->donor && chance(w, 30)) {
        if (chance(w, 50)) {
            world_sync(world, 10, 20);
        } else {
            world_in_sync(world);
        }
    }
    if (chance(w, 5)) {
        w->lost = !w->lost;
        r->reach = w->lost ? REACH_LATE : REACH_OK;
        r->age_ms = 0;
    }
    if (chance(w, 2)) {
        world_follow(world, fixture_port(world->f, 7005)); // somebody else's doing
    }
    if (chance(w, 2)) {
        FixtureNode *t = fixture_node(world->f, world->target);
        t->failed ? fixture_restore(world->f, world->target)
                  : fixture_fail(world->f, world->target);
    }
    w->rig.cannot_send = chance(w, 4);
    w->rig.journal_fails = chance(w, 2);
}

static void make_fair(Walk *w)
{
    World *world = &w->rig.w;
    w->lost = false;
    w->config_denied = false;
    w->rig.cannot_send = false;
    w->rig.journal_fails = false;
    world_replica(world)->reach = REACH_OK;
    fixture_restore(world->f, world->target);
}

static void finish(Walk *w)
{
    make_fair(w);
    for (int i = 0; i < FAIR_STEPS && runner_is_busy(w->rig.r); i++) {
        if (w->rig.owed > 0) {
            answer(w, true);
        }
        world_in_sync(&w->rig.w);
        look(w);
    }
    claim(w, !runner_is_busy(w->rig.r));
}

static void check_end(Walk *w, bool was_resumed)
{
    const Move *m = runner_move(w->rig.r);
    JournalEntry e;
    bool unfinished = rig_unfinished(&w->rig, &e);
    while (w->rig.owed > 0) {
        answer(w, true);
    }
    drain_pipe(w);
    claim(w, !w->fence || unfinished);
    claim(w, w->rig.replicates <= 1 && w->replicates_done <= 1);
    claim(w, w->rig.unjournaled == 0);
    claim(w, *m->why != '\0');
    claim(w, m->unfinished ? unfinished || w->rig.journal_lines == 0 : !was_resumed || !unfinished);
}

static void walk(uint64_t seed, unsigned edges[MOVE_STATE_COUNT])
{
    Walk w = {.seed = seed, .random = seed * UINT64_C(0x9e3779b97f4a7c15)};
    rig_init(&w.rig, false);
    pick(&w, 2);
    w.config_denied = chance(&w, 10);
    w.rig.w.spec.fencing = chance(&w, 10) ? FENCE_OFF : chance(&w, 20) ? FENCE_REQUIRE : FENCE_AUTO;
    rig_start(&w.rig);
    if (chance(&w, 90)) { // most of them get past the gate
        look(&w);
        look(&w);
    } else if (chance(&w, 30)) {
        rig_stop(&w.rig);
    }
    for (int i = 0; i < STEPS && runner_is_busy(w.rig.r); i++) {
        live(&w);
        if (w.rig.owed > 0 && chance(&w, 70)) {
            answer(&w, false);
        } else if (chance(&w, 60)) {
            look(&w);
        } else {
            rig_tick(&w.rig, pick(&w, 1500));
            note_sent(&w);
        }
        if (chance(&w, 3)) {
            rig_stop(&w.rig);
        }
    }
    finish(&w);
    check_end(&w, false);
    JournalEntry e;
    while (rig_unfinished(&w.rig, &e)) { // the next start
        rig_resume(&w.rig, &e);
        finish(&w);
        check_end(&w, true);
    }
    claim(&w, !w.fence);
    for (int i = 0; i < MOVE_STATE_COUNT; i++) {
        claim(&w, (w.rig.edges[i] & ~listed[i]) == 0);
        edges[i] |= w.rig.edges[i];
    }
    rig_done(&w.rig);
}

static void no_history_leaves_a_fence_behind(void **state)
{
    (void)state;
    unsigned edges[MOVE_STATE_COUNT] = {0};
    for (uint64_t seed = 1; seed <= WALKS; seed++) {
        walk(seed, edges);
    }
    for (int i = 0; i < MOVE_STATE_COUNT; i++) {
        if (edges[i] != listed[i]) {
            print_error("never walked from %s: %x\n", move_state_text((MoveState)i),
                        listed[i] & ~edges[i]);
        }
        assert_int_equal(edges[i], listed[i]);
    }
}

// From every state: a person stops it and nothing answers any more. It ends within a minute and
// leaves no fence behind, or a journal that lifts it.
static void stop_and_silence_end_it_from_every_state(void **state)
{
    (void)state;
    static void (*const until[])(Rig *) = {rig_start, rig_pass_gate, rig_pass_fence, rig_replicate,
                                           rig_sync};
    for (size_t i = 0; i < ARRAY_LEN(until) * 2; i++) {
        Rig rig;
        rig_init(&rig, false);
        until[i / 2](&rig);
        if (i % 2 == 1 && rig.owed > 0) {
            rig_late(&rig); // FENCE_READ again, ASK
        }
        bool fenced = rig.writes > 0;
        fixture_lose(rig.w.f, rig.w.replica);
        rig.cannot_send = true;
        rig_stop(&rig);
        int64_t end_ms = rig.w.now_ms + 60000;
        while (runner_is_busy(rig.r) && rig.w.now_ms < end_ms) {
            if (rig.owed > 0) {
                rig_late(&rig);
            } else {
                rig_look(&rig);
            }
        }
        assert_false(runner_is_busy(rig.r));
        assert_int_equal(rig_unfinished(&rig, NULL), fenced);
        rig_done(&rig);
    }
}

TESTS(move_walk, cmocka_unit_test(no_history_leaves_a_fence_behind),
      cmocka_unit_test(stop_and_silence_end_it_from_every_state))
