#include "rehome/report/prometheus.h"

#include "rehome/base/arena.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static void begin(StrBuf *out, const char *metric, const char *help)
{
    strbuf_addf(out, "# HELP rehome_%s %s\n# TYPE rehome_%s gauge\n", metric, help, metric);
}

// Values may be any text: quotes and backslashes are escaped, and what ends a line is gone.
static void add_label(StrBuf *out, const char *name, const char *value)
{
    Arena *arena = arena_new();
    const char *clean = text_clean(arena, sv(value), 0);
    strbuf_addf(out, "%s=\"", name);
    for (const char *p = clean; *p != '\0'; p++) {
        strbuf_add(out, *p == '"' || *p == '\\' ? "\\" : "");
        strbuf_add_sv(out, sv_of(p, 1));
    }
    strbuf_add(out, "\"");
    arena_free(arena);
}

static void begin_sample(StrBuf *out, const char *metric, const char *cluster)
{
    strbuf_addf(out, "rehome_%s{", metric);
    add_label(out, "cluster", cluster);
}

static void add_gauge(StrBuf *out, const char *cluster, const char *metric, const char *help,
                      int value)
{
    begin(out, metric, help);
    begin_sample(out, metric, cluster);
    strbuf_addf(out, "} %d\n", value);
}

static void add_cluster(StrBuf *out, const Health *h, const char *cluster)
{
    const Snapshot *s = h->snapshot;
    const struct {
        const char *metric;
        const char *help;
        int value;
    } gauges[] = {
        {"slots_covered", "Slots that have an owner, of 16384.", s->slots_covered},
        {"slots_failed", "Slots whose owner has failed.", s->slots_fail},
        {"masters", "Masters, also those without slots.", (int)s->n_masters},
        {"replicas", "Replicas, in whatever state.", (int)s->n_replicas},
        {"nodes_failed", "Nodes that the cluster calls failed.", (int)snapshot_failed(s)},
        {"nodes_in_downtime", "Nodes that automatic mode leaves alone.", h->in_downtime},
        {"masters_orphaned", "Masters with slots and no working replica.", h->orphaned},
        {"masters_at_risk", "Masters whose only replica is on its way or unknown.", h->at_risk},
        {"masters_failed", "Failed masters that still own slots.", h->failed_masters},
        {"spares", "Working replicas above the floor of their masters.", h->spares},
        {"host_safe", "1: whichever host dies, all slots go on being served.", h->hosts.safe},
        {"brake", "1: automatic mode stopped itself until it is released.", h->brake != NULL},
        {"paused", "1: a person paused automatic mode.", h->pause != NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(gauges); i++) {
        add_gauge(out, cluster, gauges[i].metric, gauges[i].help, gauges[i].value);
    }
}

// What nobody told has no sample: neither 0 nor 1 would be true.
static void add_unsure(StrBuf *out, const Health *h, const char *cluster)
{
    const Snapshot *s = h->snapshot;
    if (s->state_known) {
        add_gauge(out, cluster, "cluster_state_ok", "1: the nodes tell cluster_state:ok.",
                  s->state_ok);
    }
    if (s->server_migration != TRI_UNKNOWN) {
        add_gauge(out, cluster, "server_migration",
                  "1: the servers may move replicas by themselves.",
                  s->server_migration == TRI_YES);
    }
}

static void begin_master_sample(StrBuf *out, const char *metric, const char *cluster,
                                const Node *node)
{
    begin_sample(out, metric, cluster);
    strbuf_add(out, ",");
    add_label(out, "master_id", node->id.hex);
    strbuf_add(out, ",");
    add_label(out, "addr", node->addr);
    strbuf_add(out, ",");
    add_label(out, "host", node->host);
}

static int working(const Node *node, const NodeHealth *health)
{
    (void)node;
    return health->working;
}

static int spares(const Node *node, const NodeHealth *health)
{
    (void)node;
    return health->spares;
}

static int slots(const Node *node, const NodeHealth *health)
{
    (void)health;
    return node->slot_count;
}

static int orphaned(const Node *node, const NodeHealth *health)
{
    (void)node;
    return health->master == STATE_ORPHANED;
}

// Of each master that owns slots. The samples of one metric have to stand together.
static void add_masters(StrBuf *out, const Health *h, const char *cluster)
{
    static const struct {
        const char *metric;
        const char *help;
        int (*value)(const Node *node, const NodeHealth *health);
    } gauges[] = {
        {"master_working_replicas", "Replicas that say themselves that they are in sync.", working},
        {"master_spares", "Of these, how many it could give away.", spares},
        {"master_slots", "Slots that it owns.", slots},
        {"master_orphaned", "1: it has no working replica, and none is on its way.", orphaned},
    };
    const Snapshot *s = h->snapshot;
    for (size_t g = 0; g < ARRAY_LEN(gauges); g++) {
        begin(out, gauges[g].metric, gauges[g].help);
        for (size_t i = 0; i < s->n_owners; i++) { // who come first
            const Node *node = &s->nodes[s->masters[i]];
            begin_master_sample(out, gauges[g].metric, cluster, node);
            strbuf_addf(out, "} %d\n", gauges[g].value(node, &h->of[s->masters[i]]));
        }
    }
}

static int count_findings(const Findings *findings, int code, Level severity)
{
    int n = 0;
    for (size_t i = 0; i < findings->n; i++) {
        n += (int)findings->at[i].code == code && findings->at[i].severity == severity;
    }
    return n;
}

// All that could be, so that what is over is 0 and does not merely stop being told.
static void add_findings(StrBuf *out, const Findings *findings, const char *cluster)
{
    static const struct {
        Level severity;
        const char *word;
    } severities[] = {{LEVEL_CRITICAL, "critical"}, {LEVEL_WARNING, "warning"}};
    begin(out, "finding", "What is wrong, by the codes of `rehome check`: how many of each.");
    for (int code = 0; code < FINDING_CODE_COUNT; code++) {
        for (size_t i = 0; i < 2; i++) {
            begin_sample(out, "finding", cluster);
            strbuf_addf(out, ",code=\"%s\",severity=\"%s\"} %d\n",
                        finding_code_text((FindingCode)code), severities[i].word,
                        count_findings(findings, code, severities[i].severity));
        }
    }
}

static void add_success(StrBuf *out, const char *cluster, bool success)
{
    add_gauge(out, cluster, "look_success", "1: the cluster could be looked at.", success);
}

void prometheus_page(StrBuf *out, const Health *h, const Findings *findings, const char *cluster)
{
    add_success(out, cluster, true);
    add_cluster(out, h, cluster);
    add_unsure(out, h, cluster);
    add_masters(out, h, cluster);
    add_findings(out, findings, cluster);
}

void prometheus_failed(StrBuf *out, const char *cluster)
{
    add_success(out, cluster, false);
}
