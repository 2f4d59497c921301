// The machine as a table: in each situation, what each input leads to.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "move_world.h"
#include "rehome/base/mem.h"

// How to get there, a letter a step. Inputs: r a round, n and y the answers of CONFIG GET, o OK, e
// an error, l late, u unsent, t a tick at once, T one a second later, s stop. In the cluster: F the
// replica follows the target, S it is in sync, L the target is loading.
static const struct {
    const char *steps;
    const char *leads_to; // STATE/effect for each of INPUTS; ! is a write, with a journal line, and
                          // . an end with one
} table[] = {
    // GATE
    {"", "GATE = r:GATE/round n:GATE/wait y:GATE/wait o:GATE/wait e:GATE/wait "
         "l:GATE/wait u:GATE/wait t:GATE/round s:FAILED/over."},
    // GATE, one round in
    {"tr", "GATE = r:FENCE_READ/send n:GATE/wait y:GATE/wait o:GATE/wait e:GATE/wait "
           "l:GATE/wait u:GATE/wait t:GATE/wait s:FAILED/over."},
    // FENCE_READ
    {"trr", "FENCE_READ = r:FENCE_READ/wait n:FENCE/send! y:REPLICATE/send! "
            "o:REPLICATE/send! e:REPLICATE/send! l:FAILED/over. u:FAILED/over. "
            "t:FENCE_READ/wait s:FAILED/over."},
    // FENCE
    {"trrn", "FENCE = r:FENCE/wait n:REPLICATE/send! y:REPLICATE/send! o:REPLICATE/send! "
             "e:REPLICATE/send! l:FENCE_READ/send u:FAILED/over. t:FENCE/wait s:FENCE/wait"},
    // FENCE_READ, after an unanswered FENCE
    {"trrnl", "FENCE_READ = r:FENCE_READ/wait n:UNFENCE/send y:REPLICATE/send! o:UNFENCE/send "
              "e:FENCE_READ/wait l:FENCE_READ/wait u:FENCE_READ/wait t:FENCE_READ/wait "
              "s:UNFENCE/send"},
    // the same, pausing
    {"trrnlu", "FENCE_READ = r:FENCE_READ/wait n:FENCE_READ/wait y:FENCE_READ/wait "
               "o:FENCE_READ/wait e:FENCE_READ/wait l:FENCE_READ/wait u:FENCE_READ/wait "
               "t:FENCE_READ/wait s:UNFENCE/send"},
    // REPLICATE
    {"trrno", "REPLICATE = r:REPLICATE/wait n:SYNC/round y:SYNC/round o:SYNC/round "
              "e:UNFENCE/send! l:ASK/round u:UNFENCE/send! t:REPLICATE/wait s:REPLICATE/wait"},
    // ASK
    {"trrnol", "ASK = r:ASK/wait n:ASK/wait y:ASK/wait o:ASK/wait e:ASK/wait l:ASK/wait "
               "u:ASK/wait t:ASK/wait s:FAILED/over"},
    // SYNC, nothing linked yet
    {"trrnoFo", "SYNC = r:SYNC/wait n:SYNC/wait y:SYNC/wait o:SYNC/wait e:SYNC/wait l:SYNC/wait "
                "u:SYNC/wait t:SYNC/wait s:SYNC/wait"},
    // SYNC, in sync
    {"trrnoFoS", "SYNC = r:UNFENCE/send! n:SYNC/wait y:SYNC/wait o:SYNC/wait e:SYNC/wait "
                 "l:SYNC/wait u:SYNC/wait t:SYNC/wait s:SYNC/wait"},
    // REPLICATE refused without a fence of ours
    {"trrye", "FAILED = r:FAILED/over n:FAILED/over y:FAILED/over o:FAILED/over e:FAILED/over "
              "l:FAILED/over u:FAILED/over t:FAILED/over s:FAILED/over"},
    // UNFENCE
    {"trrnoFoSr", "UNFENCE = r:UNFENCE/wait n:DONE/over. y:DONE/over. o:DONE/over. e:UNFENCE/wait "
                  "l:UNFENCE/wait u:UNFENCE/wait t:UNFENCE/wait s:UNFENCE/wait"},
    // UNFENCE, pausing
    {"trrnoFoSre", "UNFENCE = r:UNFENCE/wait n:UNFENCE/wait y:UNFENCE/wait o:UNFENCE/wait "
                   "e:UNFENCE/wait l:UNFENCE/wait u:UNFENCE/wait t:UNFENCE/wait s:UNFENCE/wait"},
    // UNFENCE, reading
    {"trrnoFoSrlT", "UNFENCE = r:UNFENCE/wait n:DONE/over. y:UNFENCE/send! o:DONE/over. "
                    "e:UNFENCE/send! l:UNFENCE/wait u:UNFENCE/wait t:UNFENCE/wait s:UNFENCE/wait"},
    // UNFENCE, the last try
    {"trrnoFoSreTeT", "UNFENCE = r:UNFENCE/wait n:DONE/over. y:DONE/over. o:DONE/over. e:DONE/over "
                      "l:DONE/over u:DONE/over t:UNFENCE/wait s:UNFENCE/wait"},
    // DONE
    {"trrnoFoSro", "DONE = r:DONE/over n:DONE/over y:DONE/over o:DONE/over e:DONE/over l:DONE/over "
                   "u:DONE/over t:DONE/over s:DONE/over"},
    // REFUSED
    {"tLrr", "REFUSED = r:REFUSED/over n:REFUSED/over y:REFUSED/over o:REFUSED/over "
             "e:REFUSED/over l:REFUSED/over u:REFUSED/over t:REFUSED/over s:REFUSED/over"},
};

static const char INPUTS[] = "rnyoeluts";

static MoveInput input_of(World *w, char step)
{
    switch (step) {
    case 'r':
        world_look(w, 100);
        return (MoveInput){.kind = INPUT_ROUND, .health = w->health, .before = w->before};
    case 'n':
        return (MoveInput){.kind = INPUT_REPLY, .reply_ok = true, .reply = "no"};
    case 'y':
        return (MoveInput){.kind = INPUT_REPLY, .reply_ok = true, .reply = "yes"};
    case 'o':
        return (MoveInput){.kind = INPUT_REPLY, .reply_ok = true, .reply = "OK"};
    case 'e':
        return (MoveInput){.kind = INPUT_REPLY, .reply = "ERR no"};
    case 'l':
        return (MoveInput){.kind = INPUT_LATE};
    case 'u':
        return (MoveInput){.kind = INPUT_UNSENT};
    case 's':
        return (MoveInput){.kind = INPUT_STOP};
    case 'T':
        w->now_ms += 1000;
        return (MoveInput){.kind = INPUT_TICK};
    default:
        return (MoveInput){.kind = INPUT_TICK};
    }
}

static MoveEffect take_step(World *w, Move *m, char step)
{
    MoveEffect e = {.kind = EFFECT_WAIT};
    if (step == 'F') {
        world_follow(w, w->target);
    } else if (step == 'S') {
        world_in_sync(w);
    } else if (step == 'L') {
        fixture_node(w->f, w->target)->loading = true;
    } else {
        MoveInput in = input_of(w, step);
        w->now_ms++;
        e = move_step(m, &in, w->now_ms);
    }
    return e;
}

static const char *effect_text(const MoveEffect *e)
{
    switch (e->kind) {
    case EFFECT_WAIT:
        return "wait";
    case EFFECT_ROUND:
        return "round";
    case EFFECT_SEND:
        assert_int_equal(e->is_write, e->journal);
        return e->is_write ? "send!" : "send";
    case EFFECT_OVER:
        return e->journal ? "over." : "over";
    }
    return "";
}

static const char *state_name(MoveState state)
{
    static const char *const names[MOVE_STATE_COUNT] = {
#define X(name, text, waits_for, limit_ms) [MOVE_##name] = #name,
        MOVE_STATES(X)
#undef X
    };
    return names[state];
}

static void add_outcome(StrBuf *out, const char *steps, char last)
{
    World w;
    world_init(&w);
    Move *m = move_new(&w.spec, w.now_ms);
    for (const char *s = steps; *s != '\0'; s++) {
        take_step(&w, m, *s);
    }
    if (last == INPUTS[0]) {
        strbuf_addf(out, "%s =", state_name(m->state));
    }
    MoveEffect e = take_step(&w, m, last);
    strbuf_addf(out, " %c:%s/%s", last, state_name(m->state), effect_text(&e));
    assert_int_equal(move_is_over(m), e.kind == EFFECT_OVER);
    assert_true(*m->why != '\0');
    move_free(m);
    world_done(&w);
}

static void each_input_in_each_situation(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        StrBuf leads_to = {0};
        for (const char *in = INPUTS; *in != '\0'; in++) {
            add_outcome(&leads_to, table[i].steps, *in);
        }
        assert_string_equal(strbuf_text(&leads_to), table[i].leads_to);
        strbuf_done(&leads_to);
    }
}

TESTS(move_table, cmocka_unit_test(each_input_in_each_situation))
