#include "rehome/report/audit_report.h"

#include "document.h"
#include "outcome.h"
#include "rehome/base/mem.h"
#include "value.h"

struct AuditTree {
    json_t *masters;
};

static json_t *record(const char *kind, int64_t wall_ms, const AuditWho *who)
{
    json_t *line = json_object();
    value_set(line, "schema", json_integer(1));
    value_set(line, "t", value_seconds(wall_ms));
    value_set(line, "record", json_string(kind));
    json_t *person = json_object();
    value_set(person, "user", value_word(who->user));
    value_set(person, "login", value_word(who->login));
    value_set(person, "host", value_word(who->host));
    value_set(person, "pid", json_integer(who->pid));
    value_set(line, "who", person);
    return line;
}

static json_t *rule_value(const char *rule, bool passed, const char *text)
{
    json_t *value = json_object();
    value_set(value, "rule", value_text(rule));
    value_set(value, "passed", json_boolean(passed));
    value_set(value, "text", value_text(text));
    return value;
}

static json_t *refusal_value(const char *rule, const char *text)
{
    json_t *value = json_object();
    value_set(value, "rule", value_text(rule));
    value_set(value, "text", value_text(text));
    return value;
}

// --- decisions

static json_t *index_value(const Health *h, int node)
{
    return node < 0 ? json_null()
                    : value_node(h->snapshot->nodes[node].id, h->snapshot->nodes[node].addr);
}

static json_t *id_value(const Health *h, NodeId id)
{
    int node = node_id_is_none(id) ? -1 : snapshot_find(h->snapshot, id);
    return node < 0 ? value_node(id, "") : index_value(h, node);
}

static json_t *candidate_value(const Health *h, const PlanCandidate *c, bool chosen)
{
    json_t *candidate = json_object();
    value_set(candidate, "replica", index_value(h, c->replica));
    value_set(candidate, "donor", index_value(h, c->donor));
    value_set(candidate, "legal", json_boolean(c->legal));
    value_set(candidate, "chosen", json_boolean(chosen));
    json_t *values = json_null();
    json_t *measured = json_null();
    if (c->legal) {
        values = json_object();
        measured = json_object();
        for (int i = 0; i < PLAN_RULE_COUNT; i++) {
            const char *rule = plan_rule_text((PlanRule)i);
            bool known = c->value[i] != INT64_MAX;
            value_set(values, rule, known ? json_integer(c->value[i]) : json_null());
            value_set(measured, rule, value_text(c->measured[i]));
        }
    }
    value_set(candidate, "values", values);
    value_set(candidate, "measured", measured);
    value_set(candidate, "refused",
              c->legal ? json_null() : refusal_value(c->refused_rule, c->refused));
    return candidate;
}

// The plan for the decision's master; without one, for the most urgent. NULL: there is none.
static const PlanTarget *target_of(const Plan *plan, const Health *h, NodeId target)
{
    for (size_t i = 0; i < plan->n; i++) {
        NodeId id = h->snapshot->nodes[plan->at[i].target].id;
        if (node_id_eq(id, target) && !plan->at[i].after_previous) {
            return &plan->at[i];
        }
    }
    return plan->n > 0 ? &plan->at[0] : NULL;
}

static void add_candidates(json_t *line, const Health *h, const PlanTarget *t)
{
    json_t *candidates = json_array();
    size_t shown = 0;
    for (; t != NULL && shown < t->n && shown < AUDIT_CANDIDATES; shown++) {
        value_push(candidates, candidate_value(h, &t->candidates[shown], (int)shown == t->chosen));
    }
    size_t all = t != NULL ? t->n + t->n_left_out : 0;
    value_set(line, "candidates", candidates);
    value_set(line, "left_out", json_integer((json_int_t)(all - shown)));
}

static void add_rules(json_t *line, const Health *h, const Automatic *a, const PlanTarget *t)
{
    AutoCheck checks[AUTO_RULE_COUNT];
    json_t *rules = json_array();
    auto_check(a, h, t, checks);
    for (int i = 0; i < AUTO_RULE_COUNT; i++) {
        if (checks[i].asked) {
            value_push(rules, rule_value(checks[i].rule, checks[i].passed, checks[i].text));
        }
    }
    value_set(line, "rules", rules);
}

static void add_why(json_t *line, const Explanation *why)
{
    json_t *lines = json_array();
    StrBuf text = {0};
    for (size_t i = 0; i < why->n; i++) {
        strbuf_clear(&text);
        explain_line_text(&text, &why->at[i]);
        value_push(lines, value_text(strbuf_text(&text)));
    }
    strbuf_done(&text);
    value_set(line, "why", lines);
}

static const char *verdict_text(AutoVerdict verdict)
{
    static const char *const texts[] = {
        [AUTO_DECIDE_NOTHING] = "nothing", [AUTO_DECIDE_WAIT] = "wait",
        [AUTO_DECIDE_BLOCKED] = "blocked", [AUTO_DECIDE_WOULD] = "would",
        [AUTO_DECIDE_ACT] = "act",
    };
    return texts[verdict];
}

void audit_decision_json(StrBuf *out, const Decision *d, const Health *h, const Plan *plan,
                         const Automatic *a, const AuditWho *who)
{
    const AutoDecision *what = &d->what;
    bool goes = what->verdict == AUTO_DECIDE_WOULD || what->verdict == AUTO_DECIDE_ACT;
    const PlanTarget *t = target_of(plan, h, what->target);
    json_t *line = record("decision", d->wall_ms, who);
    value_set(line, "cluster", value_text(h->snapshot->name));
    value_set(line, "verdict", json_string(verdict_text(what->verdict)));
    value_set(line, "rule", value_word(what->rule));
    value_set(line, "text", value_word(what->text));
    value_set(line, "mode", json_string(auto_mode_text(d->mode)));
    value_set(line, "origin", json_string(move_origin_text(ORIGIN_AUTO)));
    value_set(line, "purpose", goes ? json_string(purpose_text(what->purpose)) : json_null());
    value_set(line, "target", id_value(h, what->target));
    value_set(line, "replica", id_value(h, what->replica));
    value_set(line, "donor", id_value(h, what->donor));
    add_rules(line, h, a, t);
    add_candidates(line, h, t);
    add_why(line, &d->why);
    value_write(out, line, JSON_COMPACT);
}

// --- moves

static void add_master(json_t *masters, const Health *h, int *seen, size_t *n, int node)
{
    for (size_t i = 0; i < *n; i++) {
        if (seen[i] == node) {
            return;
        }
    }
    if (node >= 0 && node_is_master(&h->snapshot->nodes[node])) {
        seen[(*n)++] = node;
        value_push(masters, document_master(h, node));
    }
}

AuditTree *audit_tree_new(const Health *h, const MoveSpec *spec)
{
    const Snapshot *s = h->snapshot;
    int seen[3] = {-1, -1, -1};
    size_t n = 0;
    int replica = snapshot_find(s, spec->replica);
    AuditTree *tree = mem_alloc(sizeof(*tree));
    tree->masters = json_array();
    add_master(tree->masters, h, seen, &n, snapshot_find(s, spec->target));
    if (!node_id_is_none(spec->donor)) {
        add_master(tree->masters, h, seen, &n, snapshot_find(s, spec->donor));
    }
    add_master(tree->masters, h, seen, &n, replica < 0 ? -1 : s->nodes[replica].master);
    return tree;
}

void audit_tree_free(AuditTree *tree)
{
    if (tree != NULL) {
        json_decref(tree->masters);
        mem_free(tree);
    }
}

static json_t *tree_value(const AuditTree *tree)
{
    return tree == NULL ? json_null() : json_incref(tree->masters);
}

static const char *fence_text(Fence fence)
{
    static const char *const texts[] = {
        [FENCE_NONE] = "none",
        [FENCE_SET] = "set",
        [FENCE_WAS_SET] = "was-set",
        [FENCE_DENIED] = "denied",
        [FENCE_NOT_NEEDED] = "not-needed",
        [FENCE_MAYBE] = "maybe",
        [FENCE_LIFTED] = "lifted",
    };
    return texts[fence];
}

static json_t *gate_value(const Move *m)
{
    json_t *gate = json_array();
    bool checked = m->verdict.open || m->verdict.check[0].text[0] != '\0';
    for (int i = 0; i < GATE_RULE_COUNT && checked; i++) {
        const GateCheck *c = &m->verdict.check[i];
        value_push(gate, rule_value(gate_rule_text((GateRule)i), c->passed, c->text));
    }
    return gate;
}

static json_t *refused_value(const Move *m)
{
    GateRule by = m->verdict.refused_by;
    bool by_gate = m->state == MOVE_REFUSED && !m->verdict.open && by < GATE_RULE_COUNT &&
                   m->verdict.check[by].text[0] != '\0';
    return by_gate ? refusal_value(gate_rule_text(by), m->verdict.check[by].text) : json_null();
}

static json_t *command_value(const Move *m)
{
    StrBuf text = {0};
    strbuf_addf(&text, "CLUSTER REPLICATE %s", m->spec.target.hex);
    json_t *command = m->write_ms == 0 ? json_null() : value_text(strbuf_text(&text));
    strbuf_done(&text);
    return command;
}

void audit_move_json(StrBuf *out, const AuditMove *over)
{
    const Move *m = over->move;
    const MoveSpec *spec = &m->spec;
    json_t *line = record("move", over->wall_ms, over->who);
    value_set(line, "cluster", value_text(over->cluster));
    value_set(line, "origin", json_string(move_origin_text(spec->origin)));
    value_set(line, "purpose", json_string(purpose_text(spec->purpose)));
    value_set(line, "replica", value_node(spec->replica, spec->replica_addr));
    value_set(line, "donor", value_node(spec->donor, spec->donor_addr));
    value_set(line, "target", value_node(spec->target, spec->target_addr));
    value_set(line, "command", command_value(m));
    value_set(line, "reply", value_word(m->reply));
    value_set(line, "fence", json_string(fence_text(m->fence)));
    value_set(line, "refused", refused_value(m));
    outcome_add(line, m);
    value_set(line, "durations_s", outcome_durations(m));
    value_set(line, "gate", gate_value(m));
    value_set(line, "before", tree_value(over->before));
    value_set(line, "after", tree_value(over->after));
    value_write(out, line, JSON_COMPACT);
}

// --- the rest

void audit_event_json(StrBuf *out, const Event *e, const AuditWho *who)
{
    json_t *line = record("event", e->wall_ms, who);
    value_set(line, "event", json_string(event_code_text(e->code)));
    value_set(line, "node", value_word(e->node.hex));
    value_set(line, "addr", value_word(e->addr));
    value_set(line, "text", value_text(e->text));
    value_write(out, line, JSON_COMPACT);
}

void audit_gap_json(StrBuf *out, int64_t wall_ms, int64_t lost, const char *why,
                    const AuditWho *who)
{
    json_t *line = record("gap", wall_ms, who);
    value_set(line, "lost", json_integer(lost));
    value_set(line, "text", value_text(why));
    value_write(out, line, JSON_COMPACT);
}
