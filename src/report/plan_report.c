#include "rehome/report/plan_report.h"

#include <inttypes.h>

#include "document.h"
#include "rehome/base/text.h"
#include "value.h"
#include "words.h"

int plan_status(const Plan *plan)
{
    return plan->n_moves > 0 ? 4 : 0;
}

// --- text ------------------------------------------------------------------------------------

static const char *addr_of(const Health *h, int node)
{
    return h->snapshot->nodes[node].addr;
}

static void add_values(StrBuf *out, const PlanCandidate *c)
{
    for (PlanRule rule = 0; rule < PLAN_RULE_COUNT; rule++) {
        strbuf_addf(out, "  %s %" PRId64, plan_rule_text(rule), c->value[rule]);
    }
    strbuf_add(out, "\n");
}

static void add_candidate(StrBuf *out, const Health *h, const PlanCandidate *c, bool chosen)
{
    strbuf_addf(out, "  %c %s, replica of %s",
                chosen     ? '>'
                : c->legal ? '+'
                           : '-',
                addr_of(h, c->replica), c->donor >= 0 ? addr_of(h, c->donor) : "nobody");
    if (!c->legal) {
        strbuf_addf(out, "\n      %s: %s\n", c->refused_rule, c->refused);
        return;
    }
    add_values(out, c);
    if (c->why != NULL && c->why[0] != '\0') {
        strbuf_addf(out, "      %s\n", c->why);
    }
}

static void add_target(StrBuf *out, const Health *h, const PlanTarget *t)
{
    const NodeHealth *health = &h->of[t->target];
    char text[32];
    strbuf_addf(out, "\n%s %s", addr_of(h, t->target), master_state_text(health->master));
    if (health->orphan != ORPHAN_NOT) {
        strbuf_addf(out, " (%s)", orphan_kind_text(health->orphan));
    }
    strbuf_addf(out, " for %s, %d slots\n",
                format_clock(text, sizeof text, h->snapshot->now_ms - health->since_ms),
                h->snapshot->nodes[t->target].slot_count);
    if (t->chosen >= 0) {
        const PlanCandidate *c = &t->candidates[t->chosen];
        strbuf_addf(out, "  move %s from %s to %s\n      %s\n", addr_of(h, c->replica),
                    addr_of(h, c->donor), addr_of(h, t->target), t->reason);
        strbuf_addf(out, "  to copy: %s\n", format_bytes(text, sizeof text, t->cost_bytes));
        strbuf_addf(out, "  $ %s\n", plan_command(h->snapshot, c->replica, t->target));
    } else {
        strbuf_addf(out, "  no move (%s): %s\n", t->refused_rule, t->reason);
    }
    for (size_t i = 0; i < t->n; i++) {
        add_candidate(out, h, &t->candidates[i], (int)i == t->chosen);
    }
}

static void add_legend(StrBuf *out)
{
    strbuf_add(
        out, "\n> chosen  + possible  - refused; best first, by these in turn, less is better:\n");
    for (PlanRule rule = 0; rule < PLAN_RULE_COUNT; rule++) {
        strbuf_addf(out, "  %-13s  %s\n", plan_rule_text(rule), plan_rule_words(rule));
    }
}

void plan_text(StrBuf *out, const Health *h, const Plan *plan)
{
    if (plan->n == 0) {
        strbuf_add(out, "Nothing to do: no master is orphaned.\n");
        return;
    }
    strbuf_addf(out, "%zu move%s for %zu orphaned master%s; a donor keeps at least %d working\n",
                plan->n_moves, report_plural(plan->n_moves), plan->n, report_plural(plan->n),
                h->floor);
    for (size_t i = 0; i < plan->n; i++) {
        add_target(out, h, &plan->at[i]);
    }
    add_legend(out);
}

// --- JSON ------------------------------------------------------------------------------------

static json_t *id_value(const Health *h, int node)
{
    return node < 0 ? json_null() : value_word(h->snapshot->nodes[node].id.hex);
}

static json_t *move_value(const Health *h, const PlanTarget *t)
{
    const PlanCandidate *c = &t->candidates[t->chosen];
    json_t *move = json_object();
    value_set(move, "replica", id_value(h, c->replica));
    value_set(move, "donor", id_value(h, c->donor));
    value_set(move, "target", id_value(h, t->target));
    value_set(move, "reason", value_text(t->reason));
    value_set(move, "cost_bytes", value_known(t->cost_bytes));
    value_set(move, "command", value_text(plan_command(h->snapshot, c->replica, t->target)));
    return move;
}

static json_t *refusal_value(const Health *h, int target, int candidate, const char *rule,
                             const char *text)
{
    json_t *refusal = json_object();
    value_set(refusal, "target", id_value(h, target));
    value_set(refusal, "candidate", id_value(h, candidate));
    value_set(refusal, "rule", value_text(rule));
    value_set(refusal, "text", value_text(text));
    return refusal;
}

// Every candidate that may not go, and every target that gets none (candidate null).
static json_t *refused_value(const Health *h, const Plan *plan)
{
    json_t *refused = json_array();
    for (size_t i = 0; i < plan->n; i++) {
        const PlanTarget *t = &plan->at[i];
        if (t->chosen < 0) {
            value_push(refused, refusal_value(h, t->target, -1, t->refused_rule, t->reason));
        }
        for (size_t k = 0; k < t->n; k++) {
            const PlanCandidate *c = &t->candidates[k];
            if (!c->legal) {
                value_push(refused,
                           refusal_value(h, t->target, c->replica, c->refused_rule, c->refused));
            }
        }
    }
    return refused;
}

void plan_json(StrBuf *out, const Health *h, const Findings *findings, const Plan *plan)
{
    json_t *document = document_make(h, findings);
    json_t *moves = json_array();
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->at[i].chosen >= 0) {
            value_push(moves, move_value(h, &plan->at[i]));
        }
    }
    value_set(document, "moves", moves);
    value_set(document, "refused", refused_value(h, plan));
    value_write(out, document, JSON_INDENT(2));
}
