// Everything worth knowing about the selected node: beside the tree, or over the whole screen.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

typedef struct {
    const Scene *s;
    const Snapshot *p;
    const Node *n;
    const NodeHealth *nh;
    int node;
    bool is_problem;
    Page page;
} Sheet;

static void add_bytes(Sheet *t, const char *left, int64_t bytes)
{
    char text[16];
    if (bytes >= 0) {
        page_add(&t->page, ROLE_DIM, left, ROLE_TEXT, format_bytes(text, sizeof(text), bytes));
    }
}

static void add_state(Sheet *t)
{
    char why[40];
    Words w = node_words(t->s, t->node);
    orphan_words(t->s->health, t->node, why, sizeof(why));
    page_addf(&t->page, "state", w.role, "%s%s%s", w.text, why[0] != '\0' ? ", " : "", why);
    if (t->nh->downtime != NULL) {
        char words[320];
        hold_words(words, sizeof(words), t->nh->downtime, t->s->wall_ms);
        page_add(&t->page, ROLE_DIM, "held", ROLE_BANNER, words);
    }
    if (node_has(t->n, NODE_FAIL) || node_has(t->n, NODE_PFAIL)) {
        char suspect[24] = "";
        if (t->n->fail_views > 0 && t->n->pfail_views > 0) {
            snprintf(suspect, sizeof(suspect), ", %d fail?", t->n->pfail_views);
        }
        bool only_suspected = t->n->fail_views == 0;
        page_addf(&t->page, "views", ROLE_WARN, "%d of %d masters say %s%s",
                  only_suspected ? t->n->pfail_views : t->n->fail_views, t->n->views,
                  only_suspected ? "fail?" : "fail", suspect);
    }
}

static void add_wide(Sheet *t, Role role, const char *text)
{
    char brief[400];
    short_text(t->p, text, brief, sizeof(brief));
    page_wide(&t->page, role, brief);
}

// What is wrong with this node, and what to do about it.
static void add_findings(Sheet *t)
{
    const Findings *f = t->s->findings;
    for (size_t i = 0; f != NULL && i < f->n; i++) {
        if (node_id_eq(f->at[i].node, t->n->id)) {
            page_blank(&t->page);
            add_wide(t, level_role(f->at[i].severity), f->at[i].text);
            page_wide(&t->page, ROLE_TEXT, f->at[i].remedy); // commands stay as they are typed
        }
    }
}

// Who would come, were it to get a replica.
static void add_candidates(Sheet *t)
{
    const Plan *plan = t->s->plan;
    for (size_t i = 0; plan != NULL && i < plan->n; i++) {
        const PlanTarget *target = &plan->at[i];
        if (target->target != t->node) {
            continue;
        }
        page_blank(&t->page);
        page_title(&t->page, "Who could come");
        if (target->chosen < 0) {
            add_wide(t, ROLE_WARN, target->reason);
        }
        for (size_t k = 0; k < target->n && k < 6; k++) {
            const PlanCandidate *one = &target->candidates[k];
            char name[NAME_MAX_BYTES];
            short_name(t->p, one->replica, name, sizeof(name));
            Role role = (int)k == target->chosen ? ROLE_OK : one->legal ? ROLE_TEXT : ROLE_DIM;
            char text[400];
            short_text(t->p, one->legal ? one->why : one->refused, text, sizeof(text));
            first_clauses(text, 2 * (t->page.width - t->page.left_w));
            page_add(&t->page, role, name, role, text);
        }
    }
}

static void add_replicas(Sheet *t)
{
    char coming[32] = "";
    if (t->nh->coming > 0) {
        snprintf(coming, sizeof(coming), ", %d on the way", t->nh->coming);
    }
    page_addf(&t->page, "replicas", ROLE_TEXT, "%d of %zu working%s", t->nh->working,
              t->n->n_replicas, coming);
    page_addf(&t->page, "spares", t->nh->spares > 0 ? ROLE_SPARE : ROLE_TEXT, "%d (floor %d)",
              t->nh->spares, t->s->health->floor);
}

static void add_master(Sheet *t)
{
    add_replicas(t);
    if (t->n->slot_count > 0) {
        page_addf(&t->page, "slots", ROLE_TEXT, "%d: %s", t->n->slot_count,
                  slot_ranges_text(t->page.arena, t->n->slots));
    }
    page_addf(&t->page, "epoch", ROLE_TEXT, "%" PRIu64, t->n->config_epoch);
}

static void add_replica(Sheet *t)
{
    char text[24];
    char name[NAME_MAX_BYTES];
    if (t->n->master >= 0) {
        short_name(t->p, t->n->master, name, sizeof(name));
        page_addf(&t->page, "follows", ROLE_TEXT, "%s%s", name,
                  t->nh->same_host ? ", on the same host" : "");
    } else {
        page_add(&t->page, ROLE_DIM, "follows", ROLE_WARN, "an unknown master");
    }
    if (t->nh->lag_bytes >= 0) {
        page_addf(&t->page, "lag", ROLE_TEXT, "%s, last word %" PRId64 " s ago",
                  format_bytes(text, sizeof(text), t->nh->lag_bytes), t->nh->lag_s);
    }
    if (t->nh->sync_permille >= 0) {
        page_addf(&t->page, "transfer", ROLE_SYNC, "%d.%d%%", t->nh->sync_permille / 10,
                  t->nh->sync_permille % 10);
    }
}

static void add_load(Sheet *t, const NodeInfo *info)
{
    char text[24];
    add_bytes(t, "memory", info->used_memory);
    add_bytes(t, "limit", info->maxmemory > 0 ? info->maxmemory : -1);
    if (info->keys >= 0) {
        page_add(&t->page, ROLE_DIM, "keys", ROLE_TEXT,
                 format_count(text, sizeof(text), info->keys));
    }
    if (info->ops_per_s >= 0) {
        page_addf(&t->page, "load", ROLE_TEXT, "%s/s",
                  format_count(text, sizeof(text), info->ops_per_s));
    }
    if (info->connected_clients >= 0) {
        page_addf(&t->page, "clients", ROLE_TEXT, "%" PRId64, info->connected_clients);
    }
    int64_t offset = info->is_master ? info->master_repl_offset : info->repl_offset;
    if (offset >= 0) {
        page_addf(&t->page, "offset", ROLE_TEXT, "%" PRId64, offset);
    }
    page_addf(&t->page, "version", ROLE_TEXT, "%s%s", info->is_valkey ? "valkey " : "",
              info->version);
    if (info->uptime_s >= 0) {
        page_addf(&t->page, "up", ROLE_TEXT, "%s",
                  format_clock(text, sizeof(text), info->uptime_s * 1000));
    }
}

static void add_says(Sheet *t)
{
    const NodeSays *says = t->n->says;
    char text[24];
    if (says == NULL) {
        page_add(&t->page, ROLE_DIM, "contact", ROLE_STALE, "never asked");
        return;
    }
    if (says->reach != REACH_OK) {
        page_add(&t->page, ROLE_DIM, "contact", ROLE_STALE, says->why);
    }
    if (says->has_info) {
        add_load(t, &says->info);
        int64_t age = t->s->now_ms - says->info_ms;
        if (says->reach != REACH_OK) {
            page_addf(&t->page, "last word", ROLE_STALE, "%s ago",
                      format_seconds(text, sizeof(text), age));
        }
    }
}

// What is urgent comes first: beside the tree there may be no room for the rest.
// A label, and what it stands for.
static void add_host(Sheet *t)
{
    const char *at = t->n->ip[0] != '\0' ? t->n->ip : t->n->hostname;
    if (strcmp(t->n->host, at) != 0 && at[0] != '\0') {
        page_addf(&t->page, "host", ROLE_TEXT, "%s (%s)", t->n->host, at);
    } else {
        const char *host = t->n->host[0] != '\0' ? t->n->host : "unknown";
        page_add(&t->page, ROLE_DIM, "host", ROLE_TEXT, host);
    }
}

static void fill(Sheet *t)
{
    char title[NAME_MAX_BYTES + ALIAS_MAX_BYTES + 16];
    bool named = t->n->alias[0] != '\0';
    snprintf(title, sizeof(title), "%s%s%.60s  %s", t->n->alias, named ? "  " : "", t->n->addr,
             t->nh->is_master ? "master" : "replica");
    page_title(&t->page, title);
    add_state(t);
    if (!t->is_problem) { // the view says it already
        add_findings(t);
    }
    add_candidates(t);
    page_blank(&t->page);
    if (t->nh->is_master) {
        add_master(t);
    } else {
        add_replica(t);
    }
    add_host(t);
    add_says(t);
    page_add(&t->page, ROLE_DIM, "id", ROLE_TEXT, t->n->id.hex);
}

void details_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    enum { LEFT_WIDTH = 10 };
    int node = ui_selected(ui, s);
    if (node < 0) {
        return;
    }
    const Snapshot *p = s->health->snapshot;
    Sheet t = {
        .s = s,
        .p = p,
        .n = &p->nodes[node],
        .nh = &s->health->of[node],
        .node = node,
        .is_problem = ui->view == &problems_view,
        .page = {.width = r.w, .left_w = LEFT_WIDTH},
    };
    fill(&t);
    scroll_clamp(&ui->details_page, r.h, t.page.n);
    page_draw(&t.page, c, r, ui->details_page.top);
    page_done(&t.page);
}
