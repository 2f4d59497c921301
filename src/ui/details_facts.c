// What a node is, by the cluster, and what it says of itself.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "details_sheet.h"
#include "rehome/base/text.h"
#include "tree_row.h"
#include "words.h"

// Its last word is not of the present picture.
static bool is_old(const Sheet *t)
{
    const NodeSays *says = t->n->says;
    return says == NULL || says->reach != REACH_OK || !says->has_info ||
           t->p->now_ms - says->info_ms > t->s->health->options.fresh_ms;
}

static Role told(const Sheet *t)
{
    return is_old(t) ? ROLE_STALE : ROLE_TEXT;
}

// --- by the cluster

static void add_flags(Sheet *t)
{
    static const struct {
        NodeFlag flag;
        const char *text;
    } words[] = {
        {NODE_FAIL, ", fail"},
        {NODE_PFAIL, ", fail?"},
        {NODE_HANDSHAKE, ", handshake"},
        {NODE_NOADDR, ", noaddr"},
        {NODE_NOFAILOVER, ", nofailover"},
    };
    char text[80];
    size_t n = (size_t)snprintf(text, sizeof(text), "%s", t->nh->is_master ? "master" : "slave");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (node_has(t->n, words[i].flag)) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", words[i].text);
        }
    }
    page_add(&t->page, ROLE_DIM, "flags", ROLE_TEXT, text);
    page_addf(&t->page, "epoch", ROLE_TEXT, "%" PRIu64 ", the cluster's is %" PRIu64,
              t->n->config_epoch, t->p->current_epoch);
}

static void add_master(Sheet *t)
{
    char coming[32] = "";
    if (t->nh->coming > 0) {
        snprintf(coming, sizeof(coming), ", %d on the way", t->nh->coming);
    }
    page_addf(&t->page, "replicas", ROLE_TEXT, "%d of %zu working%s", t->nh->working,
              t->n->n_replicas, coming);
    page_addf(&t->page, "spares", t->nh->spares > 0 ? ROLE_SPARE : ROLE_TEXT, "%d (floor %d)",
              t->nh->spares, t->s->health->floor);
    if (t->n->slot_count > 0) {
        enum { LINES = 4 }; // resharded for years, it may own hundreds of ranges
        char ranges[512];
        int room = LINES * (t->page.width - t->page.left_w);
        ranges_brief(t->n->slots, room, ranges, sizeof(ranges));
        bool all = t->n->slots.n < 2 || strstr(ranges, " +") == NULL;
        page_addf(&t->page, "slots", ROLE_TEXT, "%d: %s%s", t->n->slot_count, ranges,
                  all ? "" : " ranges");
    }
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
        page_addf(&t->page, "lag", told(t), "%s, last word %" PRId64 " s ago",
                  format_bytes(text, sizeof(text), t->nh->lag_bytes), t->nh->lag_s);
    }
    if (t->nh->sync_permille >= 0) {
        page_addf(&t->page, "transfer", ROLE_SYNC, "%d.%d%%", t->nh->sync_permille / 10,
                  t->nh->sync_permille % 10);
    }
}

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
    if (t->n->ip[0] != '\0' && t->n->hostname[0] != '\0' &&
        strcmp(t->n->host, t->n->hostname) != 0) {
        page_add(&t->page, ROLE_DIM, "hostname", ROLE_TEXT, t->n->hostname);
    }
    // Behind NAT, or under a name: not where it says it is.
    if (node_answers_at(t->n)[0] != '\0' && strcmp(node_answers_at(t->n), t->n->addr) != 0) {
        page_add(&t->page, ROLE_DIM, "reached", ROLE_TEXT, node_answers_at(t->n));
    }
}

// --- by its own word

static void add_link(Sheet *t, const NodeInfo *info)
{
    if (info->is_master) {
        return;
    }
    char since[24] = "";
    if (!info->link_up && info->link_down_s >= 0) {
        char clock[16];
        snprintf(since, sizeof(since), " for %s",
                 format_clock(clock, sizeof(clock), info->link_down_s * 1000));
    }
    Role role = is_old(t) ? ROLE_STALE : info->link_up ? ROLE_OK : ROLE_WARN;
    page_addf(&t->page, "link", role, "%s%s%s", info->link_up ? "up" : "down", since,
              info->sync_in_progress ? ", a sync is under way" : "");
}

static void add_memory(Sheet *t, const NodeInfo *info)
{
    char used[16];
    char rss[24] = "";
    char limit[40] = "";
    char text[16];
    if (info->used_memory < 0) {
        return;
    }
    if (info->used_memory_rss >= 0) {
        snprintf(rss, sizeof(rss), ", rss %s",
                 format_bytes(text, sizeof(text), info->used_memory_rss));
    }
    if (info->maxmemory > 0) {
        snprintf(limit, sizeof(limit), ", maxmemory %s",
                 format_bytes(text, sizeof(text), info->maxmemory));
    }
    page_addf(&t->page, "memory", told(t), "%s%s%s",
              format_bytes(used, sizeof(used), info->used_memory), rss, limit);
}

static void add_load(Sheet *t, const NodeInfo *info)
{
    char text[24];
    if (info->keys >= 0) {
        page_add(&t->page, ROLE_DIM, "keys", told(t), format_count(text, sizeof(text), info->keys));
    }
    if (info->ops_per_s >= 0) {
        page_addf(&t->page, "load", told(t), "%s/s",
                  format_count(text, sizeof(text), info->ops_per_s));
    }
    if (info->connected_clients >= 0) {
        page_addf(&t->page, "clients", told(t), "%" PRId64, info->connected_clients);
    }
    int64_t offset = info->is_master ? info->master_repl_offset : info->repl_offset;
    if (offset >= 0) {
        page_addf(&t->page, "offset", told(t), "%" PRId64, offset);
    }
    page_addf(&t->page, "version", told(t), "%s%s", info->is_valkey ? "valkey " : "",
              info->version);
    if (info->uptime_s >= 0) {
        page_addf(&t->page, "up", told(t), "%s",
                  format_clock(text, sizeof(text), info->uptime_s * 1000));
    }
}

static void add_contact(Sheet *t, const NodeSays *says)
{
    if (says->reach != REACH_OK) {
        page_add(&t->page, ROLE_DIM, "contact", ROLE_STALE, says->why);
    } else if (says->rtt_us > 0) {
        page_addf(&t->page, "contact", ROLE_TEXT, "answers in %" PRId64 ".%" PRId64 " ms",
                  says->rtt_us / 1000, says->rtt_us / 100 % 10);
    }
}

// That its view differs is told at the top; that it does not, only where there is room.
static void add_view(Sheet *t, const NodeSays *says)
{
    if (!t->ui->details || snapshot_view_differs(t->p, t->node)) {
        return;
    }
    if (says->has_view) {
        page_add(&t->page, ROLE_DIM, "its view", ROLE_TEXT, "as most have it");
    } else if (says->view_spared) {
        page_add(&t->page, ROLE_DIM, "its view", ROLE_STALE, "not asked for in this round");
    }
}

static void add_access(Sheet *t, const NodeSays *says)
{
    char names[QUERIES_SIZE];
    char line[ACL_LINE_SIZE];
    if (says->forbidden != 0) {
        page_addf(&t->page, "denied", ROLE_WARN, "%s: %s",
                  queries_text(names, sizeof(names), says->forbidden),
                  queries_acl_line(line, sizeof(line), t->p->user, says->forbidden));
    }
    if (says->refused != 0) {
        page_addf(&t->page, "denied", ROLE_WARN, "%s: renamed, or not known there",
                  queries_text(names, sizeof(names), says->refused));
    }
}

static void add_certificate(Sheet *t, const NodeSays *says)
{
    char day[16];
    char left[16];
    int64_t left_ms = says->certificate_ms - t->p->wall_ms;
    if (says->certificate_ms == 0) {
        return;
    }
    format_day(day, sizeof(day), says->certificate_ms);
    format_clock(left, sizeof(left), left_ms < 0 ? -left_ms : left_ms);
    page_addf(&t->page, "TLS", left_ms <= 0 ? ROLE_CRIT : ROLE_TEXT,
              left_ms <= 0 ? "certificate has ended on %s, %s ago"
                           : "certificate ends on %s, in %s",
              day, left);
}

static void add_says(Sheet *t)
{
    const NodeSays *says = t->n->says;
    char text[24];
    if (says == NULL) {
        page_add(&t->page, ROLE_DIM, "contact", ROLE_STALE, "never asked");
        return;
    }
    add_contact(t, says);
    add_view(t, says);
    add_access(t, says);
    add_certificate(t, says);
    if (!says->has_info) {
        return;
    }
    if (is_old(t)) {
        page_addf(&t->page, "last told", ROLE_STALE, "%s ago: below is how it was then",
                  format_seconds(text, sizeof(text), t->s->now_ms - says->info_ms));
    }
    add_link(t, &says->info);
    add_memory(t, &says->info);
    add_load(t, &says->info);
}

void details_add_facts(Sheet *t)
{
    page_blank(&t->page);
    if (t->nh->is_master) {
        add_master(t);
    } else {
        add_replica(t);
    }
    add_host(t);
    add_flags(t);
    add_says(t);
}
