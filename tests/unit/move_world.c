#include "unit.h"

#include "move_world.h"

#include <stdio.h>
#include <string.h>

static void put_addr(Fixture *f, int i, char *out, size_t size)
{
    FixtureNode *n = fixture_node(f, i);
    snprintf(out, size, "%s:%d", n->ip, n->port);
}

void world_init(World *w)
{
    *w = (World){.f = fixture_scenario(), .now_ms = WORLD_START_MS};
    w->replica = fixture_port(w->f, 7004);
    w->donor = fixture_port(w->f, 7003);
    w->target = fixture_port(w->f, 7001);
    fixture_fail(w->f, fixture_port(w->f, 7008));
    for (size_t i = 0; i < fixture_count(w->f); i++) {
        fixture_node(w->f, (int)i)->allow_migration = TRI_NO; // nobody else is about to act
    }
    w->spec = (MoveSpec){
        .replica = fixture_id(w->f, w->replica),
        .donor = fixture_id(w->f, w->donor),
        .target = fixture_id(w->f, w->target),
        .purpose = PURPOSE_HEAL,
    };
    put_addr(w->f, w->replica, w->spec.replica_addr, sizeof(w->spec.replica_addr));
    put_addr(w->f, w->donor, w->spec.donor_addr, sizeof(w->spec.donor_addr));
    put_addr(w->f, w->target, w->spec.target_addr, sizeof(w->spec.target_addr));
    world_look(w, 0);
}

void world_done(World *w)
{
    snapshot_free(w->older);
    snapshot_free(w->latest);
    fixture_free(w->f);
}

void world_look(World *w, int64_t ms)
{
    w->now_ms += ms;
    Snapshot *s = fixture_snapshot(w->f, w->now_ms);
    HealthOptions options = {.moving = w->own};
    const Health *h = health_assess(s, w->health, &options);
    snapshot_free(w->older);
    w->older = w->latest;
    w->before = w->health;
    w->latest = s;
    w->health = h;
}

FixtureNode *world_replica(World *w)
{
    return fixture_node(w->f, w->replica);
}

void world_follow(World *w, int master)
{
    FixtureNode *r = world_replica(w);
    r->master = master;
    r->link_up = false;
    r->sync_in_progress = false;
    r->loading = false;
}

void world_sync(World *w, int64_t read, int64_t total)
{
    FixtureNode *r = world_replica(w);
    r->sync_in_progress = true;
    r->sync_read = read;
    r->sync_total = total;
    r->sync_left = total - read;
}

void world_in_sync(World *w)
{
    FixtureNode *r = world_replica(w);
    r->sync_in_progress = false;
    r->loading = false;
    r->link_up = true;
}

static void ask_round(void *ctx)
{
    Rig *rig = ctx;
    strbuf_add(&rig->log, "round\n");
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Rig *rig = ctx;
    assert_true(node_id_eq(node, rig->w.spec.replica));
    bool is_write = strcmp(argv[1], "GET") != 0;
    if (rig->cannot_send) {
        strbuf_add(&rig->log, "unsent\n");
        rig->fresh_line = false;
        return false;
    }
    strbuf_add(&rig->log, "send");
    rig->sent[0] = '\0';
    for (int i = 0; i < argc; i++) {
        strbuf_addf(&rig->log, " %s", argv[i]);
        size_t n = strlen(rig->sent);
        snprintf(rig->sent + n, sizeof(rig->sent) - n, "%s%s", i > 0 ? " " : "", argv[i]);
    }
    rig->owed++;
    strbuf_add(&rig->log, "\n");
    rig->writes += is_write;
    rig->replicates += strcmp(argv[1], "REPLICATE") == 0;
    rig->unjournaled += is_write && !rig->fresh_line;
    rig->fresh_line = false;
    return true;
}

static const char *fence_word(Fence fence)
{
    static const char *const words[] = {
        [FENCE_NONE] = "none",     [FENCE_SET] = "set",       [FENCE_WAS_SET] = "was",
        [FENCE_DENIED] = "denied", [FENCE_NOT_NEEDED] = "no", [FENCE_MAYBE] = "maybe",
        [FENCE_LIFTED] = "lifted",
    };
    return words[fence];
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    Rig *rig = ctx;
    if (rig->journal_fails) {
        strbuf_add(&rig->log, "journal fails\n");
        return fail(err, ERR_IO, "the disk is full");
    }
    size_t n = strlen(line);
    JournalEntry e;
    assert_true(n > 0 && line[n - 1] == '\n');
    assert_true(journal_parse(sv_of(line, n - 1), &e, NULL));
    strbuf_addf(&rig->log, "journal %s %s\n", move_state_text(e.state), fence_word(e.fence));
    strbuf_add(&rig->journal, line);
    rig->journal_lines++;
    rig->fresh_line = true;
    return true;
}

static int64_t wall_ms(void *ctx)
{
    const Rig *rig = ctx;
    return 1700000000000 + rig->w.now_ms;
}

static void on_event(void *ctx, const Event *event)
{
    Rig *rig = ctx;
    assert_int_equal(event->by, BY_US);
    assert_true(node_id_eq(event->node, rig->w.spec.replica));
    strbuf_addf(&rig->events, "%s %s\n", event_code_text(event->code), event->text);
    MoveState now = rig_state(rig);
    if (event->code != EVENT_MOVE_STARTED && now != rig->at) {
        rig->edges[rig->at] |= 1U << now;
    }
    rig->at = now;
    rig->worst = event->level > rig->worst ? event->level : rig->worst;
}

void rig_init(Rig *rig, bool read_only)
{
    *rig = (Rig){0};
    world_init(&rig->w);
    Transport transport = {
        .ctx = rig,
        .ask_round = ask_round,
        .send = send_command,
        .journal = keep_line,
        .wall_ms = wall_ms,
    };
    rig->r = runner_new(&transport, read_only, on_event, rig);
}

void rig_done(Rig *rig)
{
    assert_int_equal(rig->unjournaled, 0);
    runner_free(rig->r);
    strbuf_done(&rig->log);
    strbuf_done(&rig->journal);
    strbuf_done(&rig->events);
    world_done(&rig->w);
}

void rig_start(Rig *rig)
{
    Error err;
    assert_true(runner_start(rig->r, &rig->w.spec, rig->w.now_ms, &err));
}

void rig_resume(Rig *rig, const JournalEntry *entry)
{
    Error err;
    assert_true(runner_resume(rig->r, entry, rig->w.now_ms, &err));
}

void rig_look(Rig *rig)
{
    rig->w.own = runner_own(rig->r);
    world_look(&rig->w, 100);
    runner_round(rig->r, rig->w.before, rig->w.health, rig->w.now_ms);
}

void rig_look_until(Rig *rig, MoveState leave)
{
    for (int i = 0; i < 50 && rig_state(rig) == leave; i++) {
        rig_look(rig);
    }
    assert_int_not_equal(rig_state(rig), leave);
}

void rig_look_every(Rig *rig, int64_t every_ms, int64_t ms)
{
    for (int64_t end = rig->w.now_ms + ms; rig->w.now_ms < end;) {
        rig->w.now_ms += every_ms - 100;
        rig_look(rig);
    }
}

void rig_look_for(Rig *rig, int64_t ms)
{
    rig_look_every(rig, 100, ms);
}

void rig_reply(Rig *rig, bool ok, const char *text)
{
    rig->w.now_ms += 2;
    rig->owed--;
    runner_reply(rig->r, ok, text, rig->w.now_ms);
}

void rig_ok(Rig *rig)
{
    rig_reply(rig, true, "OK");
}

void rig_late(Rig *rig)
{
    rig->w.now_ms += 2000;
    rig->owed--;
    runner_late(rig->r, rig->w.now_ms);
}

void rig_lost(Rig *rig)
{
    rig->w.now_ms += 2;
    rig->owed--;
    runner_late(rig->r, rig->w.now_ms);
}

void rig_tick(Rig *rig, int64_t ms)
{
    rig->w.now_ms += ms;
    runner_tick(rig->r, rig->w.now_ms);
}

void rig_stop(Rig *rig)
{
    runner_stop(rig->r, rig->w.now_ms);
}

void rig_pass_gate(Rig *rig)
{
    rig_start(rig);
    rig_look(rig);
    rig_look(rig);
    assert_int_equal(rig_state(rig), MOVE_FENCE_READ);
}

void rig_pass_fence(Rig *rig)
{
    rig_pass_gate(rig);
    rig_reply(rig, true, "no");
    assert_int_equal(rig_state(rig), MOVE_FENCE);
    rig_ok(rig);
    assert_int_equal(rig_state(rig), MOVE_REPLICATE);
}

void rig_replicate(Rig *rig)
{
    rig_pass_fence(rig);
    world_follow(&rig->w, rig->w.target);
    rig_ok(rig);
    assert_int_equal(rig_state(rig), MOVE_SYNC);
}

void rig_sync(Rig *rig)
{
    rig_replicate(rig);
    rig_look(rig);
    world_sync(&rig->w, 500, 1000);
    rig_look(rig);
    world_in_sync(&rig->w);
    rig_look(rig);
    assert_int_equal(rig_state(rig), MOVE_UNFENCE);
}

MoveState rig_state(const Rig *rig)
{
    return runner_move(rig->r)->state;
}

const char *rig_why(const Rig *rig)
{
    return runner_move(rig->r)->why;
}

bool rig_unfinished(const Rig *rig, JournalEntry *out)
{
    JournalEntry e;
    return journal_unfinished(sv_of(strbuf_text(&rig->journal), rig->journal.n),
                              out == NULL ? &e : out);
}

void rig_expect(Rig *rig, const char *log)
{
    assert_string_equal(strbuf_text(&rig->log), log);
    strbuf_clear(&rig->log);
}

void rig_begin_ask(Rig *rig)
{
    rig_init(rig, false);
    rig_pass_fence(rig);
    rig_late(rig);
    assert_int_equal(rig_state(rig), MOVE_ASK);
    strbuf_clear(&rig->log);
}

void rig_begin_sync(Rig *rig)
{
    rig_init(rig, false);
    rig_replicate(rig);
    strbuf_clear(&rig->log);
}
