#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "heal_parts.h"
#include "real/stage.h"
#include "rehome/base/str.h"

enum { LOOK_EVERY_MS = 10 };

bool heal_is_broken(const HealResult *r)
{
    return !r->is_complete || r->floor_by_us || r->by_us > 1 ||
           (r->by_us > 0 && r->newcomers > 1) || r->fence_left || r->is_unfinished;
}

// --- what is seen --------------------------------------------------------------------------------

int64_t heal_since_loss_ms(const Heal *h)
{
    return (bench_now_us() - h->lost_us) / 1000;
}

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

static void see(Heal *h)
{
    StrBuf now = {0};
    lab_view_look(&h->view);
    describe(h, &now);
    if (strcmp(strbuf_text(&now), strbuf_text(&h->last)) != 0) {
        strbuf_addf(&h->story, "%6lld ms%s\n", (long long)heal_since_loss_ms(h), strbuf_text(&now));
        strbuf_done(&h->last);
        h->last = now;
    } else {
        strbuf_done(&now);
    }
}

void heal_look(Heal *h)
{
    bench_let_run(LOOK_EVERY_MS);
    see(h);
}

// --- while it is repaired ------------------------------------------------------------------------

static bool has_come(const Heal *h, size_t i)
{
    return h->is_of[i] == (ptrdiff_t)h->orphan && h->was_of[i] != (ptrdiff_t)h->orphan;
}

void heal_take_times(Heal *h)
{
    HealResult *out = h->out;
    bool is_orphaned = h->spec->loss == LOSE_MASTER
                           ? lab_view_is_master(&h->view, h->orphan)
                           : lab_view_count(&h->view, h->lost, NODE_FAIL) > 0;
    if (is_orphaned && out->orphaned_ms < 0) {
        out->orphaned_ms = heal_since_loss_ms(h);
    }
    for (size_t i = 0; i < lab_size(h->lab); i++) {
        if (lab_view_own(&h->view, i) != NULL) {
            h->is_of[i] = lab_view_master(&h->view, i);
        }
        if (has_come(h, i) && out->moved_ms < 0) {
            out->moved_ms = heal_since_loss_ms(h);
        }
        if (has_come(h, i) && out->in_sync_ms < 0 && lab_view_in_sync(&h->view, i)) {
            out->in_sync_ms = heal_since_loss_ms(h);
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
bool heal_is_calm(const Heal *h)
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

void heal_judge(Heal *h)
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

void heal_tell(const Heal *h)
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
