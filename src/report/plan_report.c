#include "rehome/report/plan_report.h"
#include "rehome/base/text.h"

#include "document.h"
#include "rehome/policy/explain.h"
#include "rehome/report/hold_report.h"
#include "value.h"
#include "words.h"

int plan_status(const Plan *plan)
{
    return plan->n_moves > 0 ? 4 : 0;
}

// --- text ------------------------------------------------------------------------------------

static size_t count(const Plan *plan, MovePurpose purpose)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n; i++) {
        n += plan->at[i].purpose == purpose;
    }
    return n;
}

// "1 move for 1 orphaned master and 2 masters on one host with all their replicas; ..."
static void add_head(StrBuf *out, const Health *h, const Plan *plan)
{
    size_t alone = count(plan, PURPOSE_SPREAD);
    strbuf_addf(out, "%zu move%s for ", plan->n_moves, plural(plan->n_moves));
    if (plan->n_orphans > 0) {
        strbuf_addf(out, "%zu orphaned master%s%s", plan->n_orphans, plural(plan->n_orphans),
                    alone > 0 ? " and " : "");
    }
    if (alone > 0) {
        strbuf_addf(out, "%zu master%s on one host with all %s replicas", alone, plural(alone),
                    alone == 1 ? "its" : "their");
    }
    strbuf_addf(out, "; a donor keeps at least %d working\n", h->floor);
}

static void add_legend(StrBuf *out, const Plan *plan)
{
    strbuf_add(out,
               "\n> the best  + possible  - refused; in order of these rules, less is better:\n");
    if (count(plan, PURPOSE_STEP) > 0) {
        strbuf_add(out,
                   "  exchange       (first of two steps) it comes from the master they help\n");
    }
    for (PlanRule rule = 0; rule < PLAN_RULE_COUNT; rule++) {
        strbuf_addf(out, "  %-13s  %s\n", plan_rule_text(rule), plan_rule_words(rule));
    }
}

void plan_text(StrBuf *out, const Health *h, const Plan *plan)
{
    holds_text(out, h);
    if (plan->n == 0) {
        strbuf_addf(out, "Nothing to do: no master is orphaned%s.\n",
                    !h->options.spread ? ""
                    : h->hosts.n > 1   ? ", and none is on one host with all its replicas"
                                       : ", and there is no other host to spread replicas to");
        return;
    }
    add_head(out, h, plan);
    for (size_t i = 0; i < plan->n; i++) {
        Explanation e = {.arena = h->snapshot->arena};
        explain_target(&e, h, &plan->at[i]);
        strbuf_add(out, "\n");
        explain_text(out, &e);
    }
    add_legend(out, plan);
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
    value_set(move, "purpose", value_word(purpose_text(t->purpose)));
    value_set(move, "for", id_value(h, t->for_target >= 0 ? t->for_target : t->target));
    value_set(move, "after_previous", json_boolean(t->after_previous));
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
