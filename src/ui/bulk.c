#include "bulk.h"

#include <stdarg.h>
#include <stdio.h>

#include "dialog_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

// A list in the making: what each donor has given away in it already.
typedef struct {
    Ui *ui;
    const Scene *s;
    const Health *h;
    int *given;  // by node
    bool *taken; // by node: the replica has its move
} Draft;

static Draft draft_new(Ui *ui, const Scene *s)
{
    size_t n = s->health->snapshot->n_nodes;
    ui->bulk.n = ui->bulk.n_left_out = 0;
    ui->bulk.kind = QUEUE_STOPS;
    return (Draft){ui, s, s->health, mem_array(n, sizeof(int)), mem_array(n, sizeof(bool))};
}

static void leave_out(Draft *d, int node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void leave_out(Draft *d, int node, const char *format, ...)
{
    Bulk *b = &d->ui->bulk;
    if (b->n_left_out++ >= BULK_LEFT_OUT) {
        return;
    }
    size_t at = (size_t)b->n_left_out - 1;
    short_name(d->h->snapshot, node, b->left_out[at].who, sizeof(b->left_out[at].who));
    va_list args;
    va_start(args, format);
    vsnprintf(b->left_out[at].why, sizeof(b->left_out[at].why), format, args);
    va_end(args);
}

// Every move of the list takes one from its donor, which must keep its floor after all of them.
static bool donor_can_give(const Draft *d, int replica)
{
    int donor = d->h->snapshot->nodes[replica].master;
    return donor >= 0 && d->given[donor] < d->h->of[donor].spares;
}

// The first help for an orphan heals it; those behind it are a person's wish.
static void take(Draft *d, int replica, int target, bool heals)
{
    Bulk *b = &d->ui->bulk;
    MoveSpec spec = dialog_spec(d->s, replica, target, ORIGIN_MANUAL);
    spec.purpose = heals ? spec.purpose : PURPOSE_MANUAL;
    b->at[b->n++] = spec;
    d->given[d->h->snapshot->nodes[replica].master]++;
    d->taken[replica] = true;
}

static Request announce(Draft *d)
{
    mem_free(d->given);
    mem_free(d->taken);
    Bulk *b = &d->ui->bulk;
    if (b->n > 0) {
        return dialog_queue(d->ui, d->s, DIALOG_QUEUE);
    }
    if (b->n_left_out > 0) {
        ui_note(d->ui, d->s, LEVEL_WARNING, "nothing can be moved: %s: %s", b->left_out[0].who,
                b->left_out[0].why);
    } else {
        ui_note(d->ui, d->s, LEVEL_GOOD, "no master is orphaned");
    }
    return (Request){0};
}

static bool is_marked(const Ui *ui, const Snapshot *p, int node)
{
    return node_set_has(&ui->marks, p->nodes[node].id);
}

static void offer(Draft *d, int replica, int target)
{
    PlanCandidate pair = plan_pair(d->h, replica, target);
    if (!pair.legal) {
        leave_out(d, replica, "%s", pair.refused);
    } else if (!donor_can_give(d, replica)) {
        leave_out(d, replica, "its master would be left below its floor of %d", d->h->floor);
    } else if (d->ui->bulk.n == QUEUE_MAX) {
        leave_out(d, replica, "%d moves are enough for one list", QUEUE_MAX);
    } else {
        take(d, replica, target, d->ui->bulk.n == 0);
    }
}

// In the order of the plan: the best one heals, where there is something to heal.
Request bulk_to(Ui *ui, const Scene *s, int target)
{
    Draft d = draft_new(ui, s);
    const Snapshot *p = s->health->snapshot;
    PlanTarget t = plan_target(s->health, target);
    for (size_t i = 0; i < t.n; i++) {
        if (is_marked(ui, p, t.candidates[i].replica)) {
            offer(&d, t.candidates[i].replica, target);
        }
    }
    const Node *n = &p->nodes[target];
    for (size_t i = 0; i < n->n_replicas; i++) {
        if (is_marked(ui, p, n->replicas[i])) {
            leave_out(&d, n->replicas[i], "it is there already");
        }
    }
    return announce(&d);
}

bool bulk_marks_orphans(const Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    for (size_t i = 0; i < p->n_masters && ui->marks.n > 0; i++) {
        if (is_marked(ui, p, p->masters[i])) {
            return true;
        }
    }
    return false;
}

static bool marks_replicas(const Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    for (int i = 0; i < (int)p->n_nodes; i++) {
        if (!s->health->of[i].is_master && is_marked(ui, p, i)) {
            return true;
        }
    }
    return false;
}

// The best candidate that is still to be had.
static void help_one(Draft *d, int target, bool only_marked)
{
    const Snapshot *p = d->h->snapshot;
    PlanTarget t = plan_target(d->h, target);
    for (size_t i = 0; i < t.n && d->ui->bulk.n < QUEUE_MAX; i++) {
        const PlanCandidate *one = &t.candidates[i];
        if (one->legal && !d->taken[one->replica] && donor_can_give(d, one->replica) &&
            (!only_marked || is_marked(d->ui, p, one->replica))) {
            take(d, one->replica, target, true);
            return;
        }
    }
    leave_out(d, target, "%s",
              d->ui->bulk.n == QUEUE_MAX ? "there are enough moves for one list"
              : only_marked              ? "no marked replica is left that may come"
              : t.chosen < 0             ? t.reason
                                         : "no spare is left for it");
}

Request bulk_one_each(Ui *ui, const Scene *s)
{
    Draft d = draft_new(ui, s);
    bool only_orphans = bulk_marks_orphans(ui, s);
    bool only_marked = marks_replicas(ui, s);
    for (size_t i = 0; i < s->plan->n_orphans; i++) { // most urgent first
        int target = s->plan->at[i].target;
        if (!only_orphans || is_marked(ui, s->health->snapshot, target)) {
            help_one(&d, target, only_marked);
        }
    }
    return announce(&d);
}

bool bulk_has_changed(const Bulk *bulk, const Scene *s, char *why, size_t size)
{
    for (int i = 0; i < bulk->n; i++) {
        if (dialog_spec_has_changed(&bulk->at[i], s, why, size)) {
            return true;
        }
    }
    return false;
}

// --- drawing

static int64_t dataset(const Snapshot *p, int node)
{
    const NodeSays *says = node >= 0 ? p->nodes[node].says : NULL;
    return says != NULL && says->has_info ? says->info.used_memory : -1;
}

static void add_moves(Page *page, const Bulk *b, const Snapshot *p, int most, bool ascii)
{
    int shown = b->n <= most ? b->n : most - 1;
    for (int i = 0; i < shown; i++) {
        const MoveSpec *spec = &b->at[i];
        char place[16];
        char cost[16];
        char replica[NAME_MAX_BYTES];
        char donor[NAME_MAX_BYTES];
        char target[NAME_MAX_BYTES];
        int r = snapshot_find(p, spec->replica);
        int t = snapshot_find(p, spec->target);
        short_name_of(p, spec->replica, spec->replica_addr, replica, sizeof(replica));
        short_name_of(p, spec->donor, spec->donor_addr, donor, sizeof(donor));
        short_name_of(p, spec->target, spec->target_addr, target, sizeof(target));
        bool same = r >= 0 && t >= 0 && p->nodes[r].host[0] != '\0' &&
                    sv_is(sv(p->nodes[r].host), p->nodes[t].host);
        snprintf(place, sizeof(place), "%d.", i + 1);
        page_addf(page, place, same ? ROLE_WARN : ROLE_TEXT, "%s from %s %s %s, copies %s%s",
                  replica, donor, glyph_text(GLYPH_ARROW, ascii), target,
                  format_bytes(cost, sizeof(cost), dataset(p, t)), same ? ", SAME HOST" : "");
    }
    if (shown < b->n) {
        page_addf(page, "", ROLE_DIM, "and %d more", b->n - shown);
    }
}

static void add_left_out(Page *page, const Bulk *b, const Snapshot *p)
{
    for (int i = 0; i < b->n_left_out && i < BULK_LEFT_OUT; i++) {
        char text[sizeof(b->left_out[i].why) + 80];
        char brief[sizeof(text)];
        snprintf(text, sizeof(text), "%s: %s", b->left_out[i].who, b->left_out[i].why);
        short_text(p, text, brief, sizeof(brief));
        page_add(page, ROLE_WARN, i == 0 ? "not" : "", ROLE_WARN, brief);
    }
    if (b->n_left_out > BULK_LEFT_OUT) {
        page_addf(page, "", ROLE_WARN, "and %d more", b->n_left_out - BULK_LEFT_OUT);
    }
}

static void add_terms(Page *page, const Ui *ui, const Snapshot *p)
{
    const Bulk *b = &ui->bulk;
    char cost[16];
    char key[KEY_NAME_SIZE];
    int64_t total = 0;
    for (int i = 0; i < b->n; i++) {
        int64_t bytes = dataset(p, snapshot_find(p, b->at[i].target));
        total = bytes < 0 || total < 0 ? -1 : total + bytes;
    }
    page_addf(page, "cost", ROLE_TEXT, "copies %s in all; each target forks for its copy",
              format_bytes(cost, sizeof(cost), total));
    page_addf(page, "risk", ROLE_TEXT, "until it is in sync, each one protects neither master");
    page_addf(page, "how", ROLE_TEXT,
              "one after the other, each only when the one before is in sync");
    keys_first(ui->keys, ACT_GO_ON, IN_CONFIRM, key, sizeof(key));
    bool goes_on = b->kind == QUEUE_GOES_ON;
    page_addf(page, "", goes_on ? ROLE_WARN : ROLE_TEXT,
              goes_on ? "one that is refused or fails is passed over (%s: stop there)"
                      : "the first that is refused or fails stops the rest (%s: go on)",
              key);
}

void bulk_draw(const Ui *ui, const Scene *s, Canvas *c)
{
    enum { LEFT_WIDTH = 6, CHROME = 8, TERMS = 5 };
    const Bulk *b = &ui->bulk;
    const Snapshot *p = s->health->snapshot;
    int w = dialog_width(c);
    Page page = {.width = w - 4, .left_w = LEFT_WIDTH};
    char title[64];
    int left_out = b->n_left_out < BULK_LEFT_OUT ? b->n_left_out : BULK_LEFT_OUT + 1;
    int most = c->h - CHROME - TERMS - 2 * left_out;
    add_moves(&page, b, p, most > 2 ? most : 2, c->ascii);
    add_left_out(&page, b, p);
    page_blank(&page);
    add_terms(&page, ui, p);
    page_blank(&page);
    int h = page.n + 3 < c->h ? page.n + 3 : c->h;
    snprintf(title, sizeof(title), "%d move%s", b->n, plural(b->n));
    Rect in = dialog_box(c, w, h, ROLE_MOVING, title);
    page_draw(&page, c, (Rect){in.x, in.y, in.w, in.h - 1}, 0);
    dialog_countdown(ui, s, c, in.x, in.y + in.h - 1, in.w);
    page_done(&page);
}
