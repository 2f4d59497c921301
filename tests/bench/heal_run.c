#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "heal_parts.h"
#include "real/stage.h"

enum {
    YOUNG_MS = 3500,    // rounds that automatic mode wants to have seen
    HOLD_MS = 1000,     // what is settled stays so for that long
    GIVE_UP_MS = 30000, // and some node timeouts, until somebody comes
    NOTICED_MS = 500,   // the servers look at their orphans ten times a second
};

const char *heal_loss_text(HealLoss loss)
{
    static const char *const texts[] = {
#define X(name, text) [LOSE_##name] = text,
        HEAL_LOSSES(X)
#undef X
    };
    return texts[loss];
}

static void wait_until_as_before(Heal *h, size_t back)
{
    int64_t end_us = bench_now_us() + h->give_up_ms * 1000;
    do {
        heal_look(h);
        if (bench_now_us() > end_us) {
            fail_msg("the cluster is not as before:%s", strbuf_text(&h->last));
        }
    } while (!lab_view_in_sync(&h->view, back) || lab_view_count(&h->view, back, NODE_FAIL) > 0 ||
             lab_view_count(&h->view, back, NODE_PFAIL) > 0);
}

// The servers remember for how long a master has been an orphan, also when it is one no more.
static void orphan_it_once(Heal *h)
{
    Error err = {0};
    lab_kill(h->lab, h->lost);
    do {
        heal_look(h);
    } while (lab_view_count(&h->view, h->lost, NODE_FAIL) < lab_view_up(&h->view));
    bench_let_run(NOTICED_MS);
    if (!lab_restart(h->lab, h->lost, &err)) {
        fail_msg("%s", err.text);
    }
    wait_until_as_before(h, h->lost);
}

// Each as on a machine of its own: on one they would meet at the journal.
static void start_program(Heal *h, size_t i)
{
    const char *argv[LAB_VIEW_NODES + 16];
    size_t n = 0;
    char state[300];
    snprintf(state, sizeof(state), "%s/machine-%zu", stage_folder(), i);
    setenv("XDG_STATE_HOME", state, 1);
    argv[n++] = bench_program();
    argv[n++] = "watch";
    argv[n++] = "--auto";
    argv[n++] = "act";
    if (h->spec->grace != NULL) {
        argv[n++] = "--grace";
        argv[n++] = h->spec->grace;
    }
    if (h->spec->lease != NULL) {
        argv[n++] = "--lease";
        argv[n++] = h->spec->lease;
    }
    argv[n++] = "--format";
    argv[n++] = "json";
    for (size_t k = 0; k < lab_size(h->lab); k++) {
        argv[n++] = lab_addr(h->lab, k);
    }
    argv[n] = NULL;
    h->program[i] = run_start(argv);
}

// Whoever takes it counts on it only a while later.
static void wait_for_lease(Heal *h)
{
    int64_t end_us = bench_now_us() + (int64_t)LIMIT_MS * 1000;
    for (size_t i = 0;; i = (i + 1) % (size_t)h->spec->instances) {
        (void)run_has_event(h->program[i], "lease", 0); // reads what there is
        if (strstr(run_out(h->program[i]), "we hold the lease") != NULL) {
            return;
        }
        if (bench_now_us() > end_us) {
            fail_msg("nobody holds the lease");
        }
        heal_look(h);
    }
}

static void begin(Heal *h)
{
    static const char *const no_server_migration[] = {"--cluster-allow-replica-migration", "no",
                                                      NULL};
    LabSpec lab = lab_scenario;
    if (!h->spec->server_migration) {
        lab.extra = no_server_migration;
    }
    if (h->spec->node_timeout_ms > 0) {
        lab.node_timeout_ms = h->spec->node_timeout_ms;
    }
    h->give_up_ms = GIVE_UP_MS + 3 * lab.node_timeout_ms;
    h->lab = stage_lab(&lab);
    lab_view_open(&h->view, h->lab);
    h->donor = stage_port(h->lab, 7003);
    h->orphan = stage_port(h->lab, h->spec->loss == LOSE_OTHER ? 7005 : 7001);
    h->lost = stage_port(h->lab, h->spec->loss == LOSE_OTHER ? 7006 : 7008);
    h->lost_us = bench_now_us();
    if (h->spec->loss == LOSE_AGAIN) {
        orphan_it_once(h);
    }
    if (h->spec->loss == LOSE_MASTER) {
        size_t heir = h->lost;
        h->lost = h->orphan;
        h->orphan = heir;
    }
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        start_program(h, i);
    }
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        run_event(h->program[i], "connected", 0, LIMIT_MS);
    }
    if (h->spec->lease != NULL && h->spec->instances > 0) {
        wait_for_lease(h);
    }
    // Losses come at any moment between two rounds.
    bench_let_run(YOUNG_MS + (int)(h->spec->number * 137 % 1000));
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        h->was_of[i] = h->is_of[i] = lab_view_master(&h->view, i);
        stage_ask(h->lab, lab_port(h->lab, i), (const char *[]){"CONFIG", "RESETSTAT", NULL});
    }
}

static void follow(Heal *h)
{
    int64_t calm_ms = -1;
    while (heal_since_loss_ms(h) < h->give_up_ms) {
        heal_look(h);
        heal_take_times(h);
        if (h->out->in_sync_ms < 0 || !heal_is_calm(h)) {
            calm_ms = -1;
        } else if (calm_ms < 0) {
            calm_ms = heal_since_loss_ms(h);
        } else if (heal_since_loss_ms(h) - calm_ms >= HOLD_MS) {
            return;
        }
    }
}

static void end(Heal *h)
{
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        run_signal(h->program[i], 15);
    }
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        (void)run_end(h->program[i], LIMIT_MS);
    }
    if (h->spec->always_tell || heal_is_broken(h->out)) {
        heal_tell(h);
    }
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        run_free(h->program[i]);
    }
    lab_view_close(&h->view);
    stage_clear(NULL);
    strbuf_done(&h->story);
    strbuf_done(&h->last);
}

void heal_run(const HealSpec *spec, HealResult *out)
{
    *out = (HealResult){.orphaned_ms = -1, .moved_ms = -1, .in_sync_ms = -1};
    Heal h = {.spec = spec, .out = out};
    begin(&h);
    h.lost_us = bench_now_us();
    struct timespec wall; // the program's events have it
    clock_gettime(CLOCK_REALTIME, &wall);
    strbuf_addf(&h.story, "lost at %lld.%03ld\n", (long long)wall.tv_sec, wall.tv_nsec / 1000000);
    lab_kill(h.lab, h.lost);
    follow(&h);
    heal_judge(&h);
    out->is_complete = true;
    end(&h);
}
