#include "review.h"

#include <stdio.h>
#include <string.h>

#include "dialog_parts.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

void review_done(Review *r)
{
    heal_plan_free(r->plan);
    *r = (Review){0};
}

static void refuse(Ui *ui, const Scene *s, const HealPlan *plan)
{
    char brief[sizeof(ui->note)];
    char more[64] = "";
    char key[KEY_NAME_SIZE];
    if (plan->n_rest == 0) {
        ui_note(ui, s, LEVEL_GOOD, "nothing to heal: the cluster is host-safe");
        return;
    }
    if (plan->n_rest > 1) {
        keys_first(ui->keys, ACT_VIEW_PROBLEMS, IN_TREE, key, sizeof(key));
        snprintf(more, sizeof(more), " (%zu reasons; %s has more)", plan->n_rest, key);
    }
    short_text(s->health->snapshot, plan->rest[0].text, brief, sizeof(brief));
    ui_note(ui, s, LEVEL_WARNING, "no move helps%s: %s", more, brief);
}

// A donor of a later move may be another one than now.
static MoveSpec spec_of(const Scene *s, const HealMove *m)
{
    const Node *donor = &s->health->snapshot->nodes[m->donor];
    MoveSpec spec = dialog_spec(s, m->replica, m->target, ORIGIN_MANUAL);
    spec.purpose = m->purpose;
    spec.donor = donor->id;
    snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s", donor->addr);
    return spec;
}

Request review_open(Ui *ui, const Scene *s)
{
    const HealPlan *plan = heal_plan_make(s->health, true);
    if (plan->n == 0) {
        refuse(ui, s, plan);
        heal_plan_free(plan);
        return (Request){0};
    }
    review_done(&ui->review);
    ui->review.plan = plan;
    ui->review_page = (Scroll){0};
    ui->bulk.n = (int)plan->n;
    ui->bulk.n_left_out = 0;
    ui->bulk.kind = QUEUE_SPREADS;
    for (size_t i = 0; i < plan->n; i++) {
        MoveSpec spec = spec_of(s, &plan->moves[i]);
        ui->bulk.at[i] = spec;
        ui->review.steps[i] = (HealStep){spec.replica, spec.target, spec.purpose};
    }
    return dialog_queue(ui, s, DIALOG_HEAL);
}

bool review_has_changed(Ui *ui, const Scene *s, char *why, size_t size)
{
    Review *r = &ui->review;
    const HealPlan *now = heal_plan_renew(s->health, true, r->steps, (size_t)ui->bulk.n, why, size);
    heal_plan_free(r->plan);
    r->plan = now;
    return now == NULL;
}

bool review_key(Ui *ui, uint32_t key)
{
    if (!scroll_act(&ui->review_page, keys_lookup(ui->keys, key, IN_HELP))) {
        return false;
    }
    ui->dialog.counting = false;
    return true;
}

// --- drawing

static void add_outcome(Page *page, const HealPlan *p, bool ascii)
{
    const Health *now = p->before;
    const Health *then = p->after;
    char worst[48];
    short_host(now->snapshot, now->hosts.worst, worst, sizeof(worst));
    page_addf(page, "now", ROLE_WARN, "host-safe NO (%s), %d orphaned", worst, now->orphaned);
    page_addf(page, "then", then->hosts.safe ? ROLE_OK : ROLE_WARN, "host-safe %s, %d orphaned",
              then->hosts.safe ? "YES" : "NO", then->orphaned);
    for (size_t i = 0; i < p->n_rest; i++) {
        char brief[240];
        short_text(now->snapshot, p->rest[i].text, brief, sizeof(brief));
        page_addf(page, i == 0 ? "left" : "", ROLE_WARN, "%s %s", glyph_text(GLYPH_WARN, ascii),
                  brief);
    }
}

// One clause is enough here: what a step is for, else what speaks for the move.
static void brief_reason(const char *reason, char *out, size_t size, int width)
{
    const char *then = strstr(reason, "; then it can give ");
    const char *why = strstr(reason, ": ");
    snprintf(out, size, "%s", then != NULL ? then + 2 : why != NULL ? why + 2 : reason);
    first_clauses(out, width);
}

static void add_move(Page *page, const HealPlan *p, size_t i, bool ascii)
{
    const HealMove *m = &p->moves[i];
    const Snapshot *snapshot = p->before->snapshot;
    char place[16];
    char cost[16];
    char replica[NAME_MAX_BYTES];
    char donor[NAME_MAX_BYTES];
    char target[NAME_MAX_BYTES];
    char brief[320];
    char why[sizeof(brief)];
    short_name(snapshot, m->replica, replica, sizeof(replica));
    short_name(snapshot, m->donor, donor, sizeof(donor));
    short_name(snapshot, m->target, target, sizeof(target));
    snprintf(place, sizeof(place), "%zu.", i + 1);
    page_addf(page, place, m->same_host ? ROLE_WARN : ROLE_REPLICA,
              "%s from %s %s %s%s, copies %s%s", replica, donor, glyph_text(GLYPH_ARROW, ascii),
              target, m->purpose == PURPOSE_HEAL ? " (orphaned)" : "",
              format_bytes(cost, sizeof(cost), m->cost_bytes), m->same_host ? ", SAME HOST" : "");
    short_text(snapshot, m->reason, brief, sizeof(brief));
    brief_reason(brief, why, sizeof(why), page->width - page->left_w);
    page_add(page, ROLE_DIM, "", ROLE_TEXT, why);
    page_add(page, ROLE_DIM, "", ROLE_DIM, m->command);
}

// What the loss of each host would cost, where that changes.
static void add_hosts(Page *page, const HealPlan *p, bool ascii)
{
    enum { SHOWN = 3 };
    int changed = 0;
    for (size_t i = 0; i < p->before->hosts.n; i++) {
        const HostLoss *was = &p->before->hosts.at[i];
        const HostLoss *then = host_loss_find(&p->after->hosts, was->host);
        char host[48];
        char now_text[128];
        char then_text[128];
        if (then == NULL) {
            continue;
        }
        host_loss_text(was, now_text, sizeof(now_text));
        host_loss_text(then, then_text, sizeof(then_text));
        bool matters = !host_loss_is_survived(was) || !host_loss_is_survived(then);
        if (matters && strcmp(now_text, then_text) != 0 && changed++ < SHOWN) {
            short_host(p->after->snapshot, was->host, host, sizeof(host));
            page_addf(page, changed == 1 ? "hosts" : "",
                      host_loss_is_survived(then) ? ROLE_TEXT : ROLE_WARN, "%s: %s %s %s", host,
                      now_text, glyph_text(GLYPH_ARROW, ascii), then_text);
        }
    }
    if (changed > SHOWN) {
        page_addf(page, "", ROLE_DIM, "and %d more hosts", changed - SHOWN);
    }
}

static void add_terms(Page *page, const Ui *ui, const HealPlan *p)
{
    char cost[16];
    char stop[KEY_NAME_SIZE];
    keys_first(ui->keys, ACT_STOP_MOVE, IN_TREE, stop, sizeof(stop));
    page_addf(page, "cost", ROLE_TEXT, "copies %s in all; each target forks for its copy",
              format_bytes(cost, sizeof(cost), p->cost_bytes));
    page_addf(page, "risk", ROLE_TEXT, "until it is in sync, each one protects neither master");
    page_addf(page, "how", ROLE_TEXT,
              "one after the other, each verified before the next; %s stops", stop);
}

void review_draw(Ui *ui, const Scene *s, Canvas *c)
{
    enum { LEFT_WIDTH = 6 };
    const HealPlan *p = ui->review.plan;
    Page page = {.width = dialog_width(c) - 4, .left_w = LEFT_WIDTH};
    char title[80];
    char hint[64];
    if (p == NULL) {
        return;
    }
    add_outcome(&page, p, c->ascii);
    page_blank(&page);
    for (size_t i = 0; i < p->n; i++) {
        add_move(&page, p, i, c->ascii);
    }
    page_blank(&page);
    add_hosts(&page, p, c->ascii);
    add_terms(&page, ui, p);
    int most = c->h > 20 ? c->h - 3 : c->h; // the header and the keys stay in sight
    int h = page.n + 4 < most ? page.n + 4 : most;
    snprintf(title, sizeof(title), "%zu move%s, host-safe NO %s %s", p->n, plural(p->n),
             glyph_text(GLYPH_ARROW, c->ascii), p->after->hosts.safe ? "YES" : "NO");
    Rect in = dialog_box(c, dialog_width(c), h, ROLE_MOVING, title);
    scroll_clamp(&ui->review_page, in.h - 2, page.n);
    page_draw(&page, c, (Rect){in.x, in.y, in.w, in.h - 2}, ui->review_page.top);
    scroll_hint(&ui->review_page, c->ascii, hint, sizeof(hint));
    canvas_right(c, in.x + in.w, in.y + in.h - 2, in.w, ROLE_KEY, hint);
    dialog_countdown(ui, s, c, in.x, in.y + in.h - 1, in.w);
    page_done(&page);
}
