#include "unit.h"

#include "lease_world.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"

static const char *const hosts[LEASES] = {[ASH] = "ash", [BIRCH] = "birch"};

void lease_world_init(LeaseWorld *w)
{
    *w = (LeaseWorld){.f = fixture_scenario(), .now_ms = 100000};
    w->owner = fixture_port(w->f, 7001);
    for (int i = 0; i < LEASES; i++) {
        LeaseOptions options = {.key = "rehome:lease",
                                .host = hosts[i],
                                .pid = 100 + i,
                                .nonce = 7,
                                .ttl_ms = LEASE_TEST_TTL_MS};
        w->lease[i] = lease_new(&options);
        lease_look(w, i);
    }
}

void lease_world_done(LeaseWorld *w)
{
    for (int i = 0; i < LEASES; i++) {
        lease_free(w->lease[i]);
    }
    fixture_free(w->f);
}

void lease_look(LeaseWorld *w, int i)
{
    Snapshot *s = fixture_snapshot(w->f, w->now_ms);
    s->wall_ms += w->skew_ms[i];
    lease_round(w->lease[i], s);
    snapshot_free(s);
}

static void expire(LeaseWorld *w)
{
    if (w->ends_ms != 0 && w->now_ms >= w->ends_ms) {
        w->value[0] = '\0';
        w->ends_ms = 0;
    }
}

static int64_t number(const char *text)
{
    int64_t value = 0;
    assert_true(sv_to_i64(sv(text), &value));
    return value;
}

static void serve_eval(LeaseWorld *w, const LeaseCommand *c, char *reply, size_t size)
{
    assert_string_equal(c->argv[2], "1");
    bool is_same = strcmp(w->value, c->argv[4]) == 0;
    bool extends = strstr(c->argv[1], "PEXPIRE") != NULL;
    assert_int_equal(c->argc, extends ? 6 : 5);
    if (is_same && extends) {
        w->ends_ms = w->now_ms + number(c->argv[5]);
    } else if (is_same) {
        assert_non_null(strstr(c->argv[1], "'DEL'"));
        w->value[0] = '\0';
        w->ends_ms = 0;
    }
    snprintf(reply, size, "%d", is_same);
}

void lease_serve(LeaseWorld *w, const LeaseCommand *c, bool *ok, char *reply, size_t size)
{
    expire(w);
    reply[0] = '\0';
    *ok = w->error == NULL;
    const char *name = c->argv[0];
    if (w->error != NULL) {
        snprintf(reply, size, "%s", w->error);
    } else if (strcmp(name, "EVAL") == 0 && w->no_eval) {
        *ok = false;
        snprintf(reply, size, "ERR unknown command 'EVAL', with args beginning with: ");
    } else if (strcmp(name, "EVAL") == 0) {
        serve_eval(w, c, reply, size);
    } else if (strcmp(name, "GETRANGE") == 0) {
        assert_string_equal(c->argv[2], "0"); // not all of a large one
        assert_string_equal(c->argv[3], "255");
        snprintf(reply, size, "%.255s", w->value);
    } else if (strcmp(name, "PTTL") == 0) {
        int64_t left = w->value[0] == '\0' ? -2 : w->ends_ms == 0 ? -1 : w->ends_ms - w->now_ms;
        snprintf(reply, size, "%lld", (long long)left);
    } else {
        assert_string_equal(name, "SET");
        assert_string_equal(c->argv[3], "NX");
        assert_string_equal(c->argv[4], "PX");
        if (w->value[0] == '\0') {
            snprintf(w->value, sizeof(w->value), "%s", c->argv[2]);
            w->ends_ms = w->now_ms + number(c->argv[5]);
            w->taken++;
            snprintf(reply, size, "OK");
        }
    }
}

static void take_news(LeaseWorld *w, int i)
{
    if (lease_news(w->lease[i], w->now_ms, &w->level, w->news, sizeof(w->news))) {
        w->n_news++;
    }
}

static void note(LeaseWorld *w, int i, const LeaseCommand *c)
{
    w->last[i][0] = '\0';
    for (int k = 0; k < c->argc; k++) {
        size_t n = strlen(w->last[i]);
        snprintf(w->last[i] + n, sizeof(w->last[i]) - n, "%s%s", k > 0 ? " " : "", c->argv[k]);
    }
}

void lease_run(LeaseWorld *w, int i)
{
    LeaseCommand c;
    int steps = 0;
    while (lease_step(w->lease[i], w->now_ms, &c)) {
        assert_true(++steps < 10); // it does not spin
        assert_true(node_id_eq(c.node, fixture_id(w->f, w->owner)));
        note(w, i, &c);
        if (w->unsent[i]) {
            lease_unsent(w->lease[i], w->now_ms);
            take_news(w, i);
            continue;
        }
        w->asked++;
        bool ok = true;
        char reply[300] = "";
        if (!w->lost[i]) {
            lease_serve(w, &c, &ok, reply, sizeof(reply));
        }
        if (w->lost[i] || w->deaf[i]) {
            lease_late(w->lease[i], w->now_ms);
        } else {
            lease_reply(w->lease[i], ok, reply, w->now_ms);
        }
        take_news(w, i);
    }
    take_news(w, i);
    int64_t wake_ms = lease_wake_ms(w->lease[i]);
    assert_true(wake_ms == 0 || wake_ms > w->now_ms);
}

static void pass(LeaseWorld *w, int only, int64_t ms)
{
    for (int64_t end_ms = w->now_ms + ms; w->now_ms < end_ms;) {
        w->now_ms += 100;
        for (int i = 0; i < LEASES; i++) {
            if (only < 0 || only == i) {
                lease_look(w, i);
                lease_run(w, i);
            }
        }
        // what it is all about
        assert_false(lease_may_write(w->lease[0], w->now_ms) &&
                     lease_may_write(w->lease[1], w->now_ms));
    }
}

void lease_pass(LeaseWorld *w, int64_t ms)
{
    pass(w, -1, ms);
}

void lease_pass_one(LeaseWorld *w, int i, int64_t ms)
{
    pass(w, i, ms);
}

void lease_want_all(LeaseWorld *w)
{
    for (int i = 0; i < LEASES; i++) {
        lease_want(w->lease[i], true, w->now_ms);
    }
}

LeaseCommand next_of_ash(LeaseWorld *w)
{
    LeaseCommand c;
    while (!lease_step(w->lease[ASH], w->now_ms, &c)) {
        w->now_ms += 10;
    }
    return c;
}

LeaseState world_state(const LeaseWorld *w, int i)
{
    return lease_state(w->lease[i], w->now_ms);
}

bool world_may_write(const LeaseWorld *w, int i)
{
    return lease_may_write(w->lease[i], w->now_ms);
}

const char *world_words(const LeaseWorld *w, int i)
{
    static char words[256];
    lease_words(w->lease[i], w->now_ms, words, sizeof(words));
    return words;
}

void assert_lease_says(const LeaseWorld *w, int i, const char *text)
{
    if (strstr(world_words(w, i), text) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", world_words(w, i), text);
    }
}

// Ash has had it for long enough to count, and birch knows.
void lease_give_to_ash(LeaseWorld *w)
{
    lease_world_init(w);
    lease_want_all(w);
    lease_run(w, ASH);
    lease_pass(w, 15000);
    assert_true(world_may_write(w, ASH));
    assert_int_equal(world_state(w, BIRCH), LEASE_OTHERS);
}

int lease_world_fresh(void **state)
{
    LeaseWorld *w = mem_alloc(sizeof(*w));
    lease_world_init(w);
    *state = w;
    return 0;
}

int lease_world_given(void **state)
{
    LeaseWorld *w = mem_alloc(sizeof(*w));
    lease_give_to_ash(w);
    *state = w;
    return 0;
}

int lease_world_end(void **state)
{
    lease_world_done(*state);
    mem_free(*state);
    return 0;
}
