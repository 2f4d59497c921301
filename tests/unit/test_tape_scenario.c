// The owner's scenario as it was recorded from real servers (tests/tapes/scenario.tape): :7008 is
// killed, automatic mode moves :7004 to :7001, :7008 comes back. What is made of it is kept.
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "golden.h"
#include "rehome/base/mem.h"
#include "rehome/report/event_report.h"
#include "rehome/report/plan_report.h"
#include "rehome/tape/tape.h"

// Two pictures, as the program holds them.
typedef struct {
    Snapshot *snapshots[2];
    const Health *health; // of the newer one; NULL: none yet
    StrBuf told;
} Watcher;

static StrView read_tape(StrBuf *out)
{
    char path[512];
    char block[4096];
    const char *root = getenv("REHOME_ROOT");
    snprintf(path, sizeof(path), "%s/tests/tapes/scenario.tape", root != NULL ? root : ".");
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (size_t n = 0; (n = fread(block, 1, sizeof(block), f)) > 0;) {
        strbuf_add_sv(out, sv_of(block, n));
    }
    fclose(f);
    return sv_of(strbuf_text(out), out->n);
}

static void tell(void *ctx, const Event *event)
{
    Watcher *w = ctx;
    event_text(&w->told, event);
}

static void look(Watcher *w, const TapeRound *round)
{
    HealthOptions options = {.moving = round->in_flight};
    Snapshot *s = snapshot_build(&round->in);
    const Health *h = health_assess(s, w->health, &options);
    snapshot_diff(w->snapshots[1], s, &round->written, tell, w);
    health_diff(w->health, h, tell, w);
    snapshot_free(w->snapshots[0]);
    w->snapshots[0] = w->snapshots[1];
    w->snapshots[1] = s;
    w->health = h;
}

static void watcher_done(Watcher *w)
{
    snapshot_free(w->snapshots[0]);
    snapshot_free(w->snapshots[1]);
    strbuf_done(&w->told);
}

static void what_happened_is_read_off_the_tape(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    Watcher w = {0};
    setenv("TZ", "UTC0", 1);
    TapeReader *r = tape_reader_new(read_tape(&bytes), NULL);
    assert_non_null(r);
    for (TapeItem item = tape_read(r); item.kind != TAPE_END; item = tape_read(r)) {
        if (item.kind == TAPE_ROUND) {
            look(&w, item.round);
        }
    }
    assert_string_equal(tape_damage(r), "");
    assert_true(golden_equal("tape-scenario-events.txt", strbuf_text(&w.told)));
    tape_reader_free(r);
    watcher_done(&w);
    strbuf_done(&bytes);
}

// At the first orphan: whom the plan would send, and why.
static void the_spare_on_the_other_host_is_chosen_on_the_tape_too(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    StrBuf text = {0};
    Watcher w = {0};
    TapeReader *r = tape_reader_new(read_tape(&bytes), NULL);
    TapeItem item = tape_read(r);
    while (item.kind != TAPE_END && (w.health == NULL || w.health->orphaned == 0)) {
        if (item.kind == TAPE_ROUND) {
            look(&w, item.round);
        }
        item = tape_read(r);
    }
    Plan plan = plan_make(w.health);
    plan_text(&text, w.health, &plan);
    assert_true(golden_equal("tape-scenario-plan.txt", strbuf_text(&text)));
    tape_reader_free(r);
    watcher_done(&w);
    strbuf_done(&text);
    strbuf_done(&bytes);
}

TESTS(tape_scenario, cmocka_unit_test(what_happened_is_read_off_the_tape),
      cmocka_unit_test(the_spare_on_the_other_host_is_chosen_on_the_tape_too))
