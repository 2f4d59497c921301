#include "rehome/report/check.h"

#include <string.h>

#include "document.h"
#include "opinion_report.h"
#include "redis_cli.h"
#include "rehome/base/text.h"
#include "rehome/policy/charge.h"
#include "rehome/report/hold_report.h"
#include "value.h"
#include "words.h"

int check_status(const Findings *findings)
{
    int status = 0;
    for (size_t i = 0; i < findings->n; i++) {
        int severity = findings->at[i].severity == LEVEL_CRITICAL ? 2 : 1;
        status = severity > status ? severity : status;
    }
    return status;
}

void check_json(StrBuf *out, const Health *h, const Findings *findings)
{
    json_t *document = document_make(h, findings);
    value_set(document, "views", opinions_value(h));
    value_write(out, document, JSON_INDENT(2));
}

// --- the tree: plain ASCII, because it ends up in mails and logs -----------------------------

static const char *cluster_state(const Snapshot *s)
{
    if (!s->state_known) {
        return "state unknown";
    }
    return s->state_ok ? "state ok" : "state fail";
}

static void add_totals(StrBuf *out, const Health *h)
{
    const Snapshot *s = h->snapshot;
    strbuf_addf(out, "%s  %s  %d/%d slots  %zu master%s  %zu replica%s  %d orphaned  %d spare%s\n",
                s->name, cluster_state(s), s->slots_covered - s->slots_fail, SLOT_COUNT,
                s->n_masters, plural(s->n_masters), s->n_replicas, plural(s->n_replicas),
                h->orphaned, h->spares, plural(h->spares));
}

// So that the states stand in one column.
static int widest_address(const Snapshot *s)
{
    int widest = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        int width = text_width(s->nodes[i].addr);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void add_address(StrBuf *out, const char *branch, const Node *n, int widest)
{
    int padding = widest + 3 - (int)strlen(branch) - text_width(n->addr);
    strbuf_addf(out, "%s%s%*s  ", branch, n->addr, padding > 0 ? padding : 0, "");
}

// A label that says more than the address does.
static void add_host(StrBuf *out, const Node *n)
{
    if (n->host[0] != '\0' && strcmp(n->host, n->ip) != 0) {
        strbuf_addf(out, "  host %s", n->host);
    }
}

static void add_downtime(StrBuf *out, const Health *h, const NodeHealth *health)
{
    char left[32];
    if (health->downtime != NULL) {
        strbuf_addf(out, "  DOWNTIME %s",
                    hold_left(left, sizeof(left), health->downtime, h->snapshot->wall_ms));
    }
}

static void add_since(StrBuf *out, const Health *h, const NodeHealth *health)
{
    char clock[16];
    int64_t since = health_told_since_ms(h, (int)(health - h->of));
    strbuf_addf(out, " for %s", format_clock(clock, sizeof clock, h->snapshot->now_ms - since));
}

static void add_master(StrBuf *out, const Health *h, const Node *n, const NodeHealth *health,
                       int widest)
{
    add_address(out, "", n, widest);
    strbuf_add(out, master_state_text(health->master));
    if (health->orphan != ORPHAN_NOT) {
        strbuf_addf(out, " (%s)", orphan_kind_text(health->orphan));
    }
    if (health->master != STATE_PROTECTED && health->master != STATE_EMPTY) {
        add_since(out, h, health);
    }
    if (health->spares > 0) {
        strbuf_addf(out, ", %d spare%s", health->spares, plural(health->spares));
    }
    strbuf_addf(out, "  %d slots", n->slot_count);
    add_downtime(out, h, health);
    add_host(out, n);
    strbuf_add(out, "\n");
}

static void add_lag(StrBuf *out, const NodeHealth *health)
{
    char bytes[32];
    strbuf_addf(out, "  lag %s", format_bytes(bytes, sizeof bytes, health->lag_bytes));
    if (health->lag_s >= 0) {
        strbuf_add(out, " ");
        add_whole_seconds(out, health->lag_s);
    }
}

static void add_sync(StrBuf *out, const NodeHealth *health)
{
    if (health->sync_permille >= 0) {
        strbuf_add(out, "  ");
        add_percent(out, health->sync_permille);
    }
    if (health->sync_eta_s >= 0) {
        strbuf_add(out, "  ");
        add_whole_seconds(out, health->sync_eta_s);
        strbuf_add(out, " left");
    }
}

static void add_replica(StrBuf *out, const Health *h, int i, const char *branch, int widest)
{
    const Node *n = &h->snapshot->nodes[i];
    const NodeHealth *health = &h->of[i];
    add_address(out, branch, n, widest);
    strbuf_add(out, replica_state_text(health->replica));
    switch (health->replica) {
    case REPLICA_WORKING:
        add_lag(out, health);
        break;
    case REPLICA_SYNCING:
    case REPLICA_LOADING:
        add_since(out, h, health);
        add_sync(out, health);
        break;
    case REPLICA_UNVERIFIED:
        add_since(out, h, health);
        if (n->says != NULL && n->says->why[0] != '\0') {
            strbuf_addf(out, "  %s", n->says->why);
        }
        break;
    case REPLICA_LINKING:
    case REPLICA_LINK_DOWN:
    case REPLICA_FAILED:
        add_since(out, h, health);
        break;
    }
    if (health->arriving) {
        strbuf_add(out, "  being moved here by rehome");
    }
    if (health->same_host) {
        strbuf_add(out, "  same host");
    }
    add_downtime(out, h, health);
    add_host(out, n);
    strbuf_add(out, "\n");
}

static void add_tree(StrBuf *out, const Health *h)
{
    const Snapshot *s = h->snapshot;
    int widest = widest_address(s);
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *master = &s->nodes[s->masters[i]];
        add_master(out, h, master, &h->of[s->masters[i]], widest);
        for (size_t r = 0; r < master->n_replicas; r++) {
            add_replica(out, h, master->replicas[r], r + 1 < master->n_replicas ? "|- " : "`- ",
                        widest);
        }
    }
    bool any = false;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (node_is_detached(s, &s->nodes[i])) {
            strbuf_add(out, any ? "" : "replicas without a master of their own:\n");
            add_replica(out, h, (int)i, "?- ", widest);
            any = true;
        }
    }
}

static void add_findings(StrBuf *out, const Findings *findings)
{
    if (findings->n == 0) {
        strbuf_add(out, "[OK] Every master has a working replica.\n");
    }
    for (size_t i = 0; i < findings->n; i++) {
        const Finding *f = &findings->at[i];
        strbuf_addf(out, "[%s] %s: %s\n      remedy: %s\n",
                    f->severity == LEVEL_CRITICAL ? "ERR" : "WARNING", finding_code_text(f->code),
                    f->text, f->remedy);
    }
}

// No finding: who runs other people's servers mostly keeps CONFIG to himself.
static void add_settings(StrBuf *out, const Snapshot *s)
{
    StrBuf gap = {0};
    charge_gap_text(&gap, s);
    if (gap.n > 0) {
        strbuf_addf(out, "%s\n", strbuf_text(&gap));
    }
    strbuf_done(&gap);
}

static void add_host_safety(StrBuf *out, const HostSafety *hosts)
{
    if (hosts->safe) {
        strbuf_add(out, "host-safe YES: no single host's loss costs a slot or the majority\n");
        return;
    }
    strbuf_addf(out, "host-safe NO: the loss of %s costs", hosts->worst);
    const HostLoss *worst = hosts->n > 0 ? &hosts->at[0] : NULL;
    if (worst != NULL && worst->slots_lost > 0) {
        strbuf_addf(out, " %d slots%s", worst->slots_lost, worst->majority_kept ? "" : " and");
    }
    strbuf_add(out,
               worst != NULL && !worst->majority_kept ? " the majority of the masters\n" : "\n");
}

void check_text(StrBuf *out, const Health *h, const Findings *findings)
{
    redis_cli_check(out, h->snapshot);
    strbuf_add(out, ">>> Replicas of every master\n");
    add_totals(out, h);
    add_tree(out, h);
    if (h->n_holds > 0) {
        strbuf_add(out, ">>> Automatic mode is held back\n");
        holds_text(out, h);
    }
    opinions_text(out, h);
    strbuf_add(out, ">>> Findings\n");
    add_findings(out, findings);
    add_host_safety(out, &h->hosts);
    add_settings(out, h->snapshot);
}
