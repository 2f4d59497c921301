#include "heal_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "lab_view.h"
#include "real/stage.h"
#include "rehome/base/mem.h"

enum {
    LOOK_EVERY_MS = 10,
    YOUNG_MS = 3500,    // rounds that automatic mode wants to have seen
    HOLD_MS = 1000,     // what is settled stays so for that long
    GIVE_UP_MS = 30000, // and some node timeouts, until somebody comes
    NOTICED_MS = 500,   // the servers look at their orphans ten times a second
};

typedef struct {
    const HealSpec *spec;
    HealResult *out;
    Lab *lab;
    LabView view;
    Run *program[HEAL_INSTANCES];
    size_t lost;                      // the node that is killed
    size_t orphan;                    // the master that is then without a replica
    size_t donor;                     // the only master with a spare
    ptrdiff_t was_of[LAB_VIEW_NODES]; // master before the loss
    ptrdiff_t is_of[LAB_VIEW_NODES];  // by its last word
    int64_t lost_us;
    int64_t give_up_ms; // since then
    StrBuf story;
    StrBuf last; // of the story, without the time
} Heal;

const char *heal_loss_text(HealLoss loss)
{
    static const char *const texts[] = {
#define X(name, text) [LOSE_##name] = text,
        HEAL_LOSSES(X)
#undef X
    };
    return texts[loss];
}

bool heal_is_broken(const HealResult *r)
{
    return !r->is_complete || r->floor_by_us || r->by_us > 1 ||
           (r->by_us > 0 && r->newcomers > 1) || r->fence_left || r->is_unfinished;
}

static int64_t since_loss_ms(const Heal *h)
{
    return (bench_now_us() - h->lost_us) / 1000;
}

// --- what is seen --------------------------------------------------------------------------------

static void describe(const Heal *h, StrBuf *out)
{
    const LabView *v = &h->view;
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        const NodeLine *own = lab_view_own(v, i);
        ptrdiff_t master = lab_view_master(v, i);
        strbuf_addf(out, "  %d", lab_port(h->lab, i) % 10);
        if (own == NULL) {
            strbuf_add(out, " down");
        } else if (master >= 0) {
            strbuf_addf(out, ">%d %s", lab_port(h->lab, (size_t)master) % 10,
                        lab_view_in_sync(v, i)        ? "in sync"
                        : v->info[i].sync_in_progress ? "syncing"
                        : v->info[i].link_up          ? "link up"
                                                      : "link down");
        } else {
            strbuf_addf(out, " has %d", v->info[i].connected_slaves);
        }
        size_t fail = lab_view_count(v, i, NODE_FAIL);
        size_t pfail = lab_view_count(v, i, NODE_PFAIL);
        if (fail + pfail > 0) {
            strbuf_addf(out, " (fail to %zu, fail? to %zu)", fail, pfail);
        }
        strbuf_add(out, lab_view_count(v, i, NODE_NOFAILOVER) > 0 ? " fenced" : "");
    }
}

static void look(Heal *h)
{
    StrBuf now = {0};
    lab_view_look(&h->view);
    describe(h, &now);
    if (strcmp(strbuf_text(&now), strbuf_text(&h->last)) != 0) {
        strbuf_addf(&h->story, "%6lld ms%s\n", (long long)since_loss_ms(h), strbuf_text(&now));
        strbuf_done(&h->last);
        h->last = now;
    } else {
        strbuf_done(&now);
    }
}

static void look_after_a_while(Heal *h)
{
    bench_let_run(LOOK_EVERY_MS);
    look(h);
}

// --- before the loss -----------------------------------------------------------------------------

static void wait_until_as_before(Heal *h, size_t back)
{
    int64_t end_us = bench_now_us() + h->give_up_ms * 1000;
    do {
        look_after_a_while(h);
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
        look_after_a_while(h);
    } while (lab_view_count(&h->view, h->lost, NODE_FAIL) < lab_view_up(&h->view));
    bench_let_run(NOTICED_MS);
    if (!lab_restart(h->lab, h->lost, &err)) {
        fail_msg("%s", err.text);
    }
    wait_until_as_before(h, h->lost);
}

static void start_program(Heal *h, size_t i)
{
    const char *argv[24];
    size_t n = 0;
    argv[n++] = bench_program();
    argv[n++] = "watch";
    argv[n++] = "--auto";
    argv[n++] = "act";
    if (h->spec->grace != NULL) {
        argv[n++] = "--grace";
        argv[n++] = h->spec->grace;
    }
    argv[n++] = "--format";
    argv[n++] = "json";
    for (size_t k = 0; k < lab_size(h->lab); k++) {
        argv[n++] = lab_addr(h->lab, k);
    }
    argv[n] = NULL;
    h->program[i] = run_start(argv);
}

static void begin(Heal *h)
{
    LabSpec lab = lab_scenario;
    if (!h->spec->server_migration) {
        lab.extra = (const char *[]){"--cluster-allow-replica-migration", "no", NULL};
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
    // Losses come at any moment between two rounds.
    bench_let_run(YOUNG_MS + (int)(h->spec->number * 137 % 1000));
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        h->was_of[i] = h->is_of[i] = lab_view_master(&h->view, i);
        stage_ask(h->lab, lab_port(h->lab, i), (const char *[]){"CONFIG", "RESETSTAT", NULL});
    }
}

// --- while it is repaired ------------------------------------------------------------------------

static bool has_come(const Heal *h, size_t i)
{
    return h->is_of[i] == (ptrdiff_t)h->orphan && h->was_of[i] != (ptrdiff_t)h->orphan;
}

static void take_times(Heal *h)
{
    HealResult *out = h->out;
    bool is_orphaned = h->spec->loss == LOSE_MASTER
                           ? lab_view_is_master(&h->view, h->orphan)
                           : lab_view_count(&h->view, h->lost, NODE_FAIL) > 0;
    if (is_orphaned && out->orphaned_ms < 0) {
        out->orphaned_ms = since_loss_ms(h);
    }
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        if (lab_view_own(&h->view, i) != NULL) {
            h->is_of[i] = lab_view_master(&h->view, i);
        }
        if (has_come(h, i) && out->moved_ms < 0) {
            out->moved_ms = since_loss_ms(h);
        }
        if (has_come(h, i) && out->in_sync_ms < 0 && lab_view_in_sync(&h->view, i)) {
            out->in_sync_ms = since_loss_ms(h);
        }
    }
    // A donor has its floor as long as one replica is there: cluster-migration-barrier is 1.
    if (lab_view_own(&h->view, h->donor) != NULL && lab_view_working(&h->view, h->donor) == 0) {
        out->floor_broken = true;
    }
}

static size_t count_text(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) {
        n++;
    }
    return n;
}

// A move that has begun is done, has failed, or was refused by the gate.
static bool programs_are_idle(const Heal *h)
{
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        (void)run_has_event(h->program[i], "move-done", 0); // reads what there is
        const char *out = run_out(h->program[i]);
        if (count_text(out, "\"event\":\"move-started\"") >
            count_text(out, "\"event\":\"move-done\"") +
                count_text(out, "\"event\":\"move-failed\"") +
                count_text(out, "\"event\":\"refused\"")) {
            return false;
        }
    }
    return true;
}

// Everybody sees the same, nobody is fenced, and nothing is under way.
static bool is_calm(const Heal *h)
{
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        if (lab_view_count(&h->view, i, NODE_NOFAILOVER) > 0) {
            return false;
        }
        if (h->is_of[i] < 0 || lab_view_own(&h->view, i) == NULL) {
            continue;
        }
        for (size_t k = 0; k < lab_size(h->lab); k++) {
            const NodeLine *line = lab_view_line(&h->view, k, i);
            if (line != NULL && !node_id_eq(line->master, h->view.id[h->is_of[i]])) {
                return false;
            }
        }
        if (lab_view_master(&h->view, i) >= 0 && !lab_view_in_sync(&h->view, i)) {
            return false;
        }
    }
    return programs_are_idle(h);
}

static void follow(Heal *h)
{
    int64_t calm_ms = -1;
    while (since_loss_ms(h) < h->give_up_ms) {
        look_after_a_while(h);
        take_times(h);
        if (h->out->in_sync_ms < 0 || !is_calm(h)) {
            calm_ms = -1;
        } else if (calm_ms < 0) {
            calm_ms = since_loss_ms(h);
        } else if (since_loss_ms(h) - calm_ms >= HOLD_MS) {
            return;
        }
    }
}

// --- afterwards ----------------------------------------------------------------------------------

// REPLICATEs that the node has carried out since its statistics were reset.
static int count_replicates(const Heal *h, size_t i)
{
    static const char field[] = "cmdstat_cluster|replicate:calls=";
    const char *const ask[] = {"INFO", "commandstats", NULL};
    const char *at = strstr(stage_ask(h->lab, lab_port(h->lab, i), ask), field);
    int64_t calls = 0;
    StrView rest = sv(at != NULL ? at + strlen(field) : "");
    StrView number;
    return sv_cut(&rest, ',', &number) && sv_to_i64(number, &calls) ? (int)calls : 0;
}

static void judge(Heal *h)
{
    HealResult *out = h->out;
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        if (!lab_is_running(h->lab, i)) {
            continue;
        }
        int told = count_replicates(h, i);
        bool has_moved = h->is_of[i] >= 0 && h->is_of[i] != h->was_of[i];
        out->by_us += told;
        out->replicas_told += told > 0;
        out->by_server += told == 0 && has_moved;
        out->newcomers += has_come(h, i);
        out->floor_by_us |= out->floor_broken && told > 0 && h->was_of[i] == (ptrdiff_t)h->donor;
        const char *fence =
            stage_ask(h->lab, lab_port(h->lab, i),
                      (const char *[]){"CONFIG", "GET", "cluster-replica-no-failover", NULL});
        out->fence_left |= strstr(fence, "yes") != NULL;
    }
    out->is_unfinished = !programs_are_idle(h);
}

static void tell(const Heal *h)
{
    FILE *file = h->spec->story != NULL ? fopen(h->spec->story, "we") : NULL;
    if (file == NULL) {
        return;
    }
    const HealResult *r = h->out;
    fprintf(file,
            "lost: %s; grace %s; instances %d; by us %d, by the server %d; newcomers %d\n"
            "floor broken %d, by us %d; fence left %d; unfinished %d; orphaned at %lld ms, "
            "REPLICATE %lld, in sync %lld\n",
            heal_loss_text(h->spec->loss), h->spec->grace != NULL ? h->spec->grace : "default",
            h->spec->instances, r->by_us, r->by_server, r->newcomers, r->floor_broken,
            r->floor_by_us, r->fence_left, r->is_unfinished, (long long)r->orphaned_ms,
            (long long)r->moved_ms, (long long)r->in_sync_ms);
    fprintf(file, "%s", strbuf_text(&h->story));
    for (size_t i = 0; i < (size_t)h->spec->instances; i++) {
        fprintf(file, "--- instance %zu\n%s%s", i, run_out(h->program[i]), run_err(h->program[i]));
    }
    fclose(file);
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
        tell(h);
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
    judge(&h);
    out->is_complete = true;
    end(&h);
}
