#include "rehome/report/heal_report.h"

#include "document.h"
#include "outcome.h"
#include "rehome/base/text.h"
#include "value.h"

static const char *result_text(HealResult result)
{
    static const char *const texts[] = {
#define X(name, text) [HEAL_##name] = (text),
        HEAL_RESULTS(X)
#undef X
    };
    return texts[result];
}

// A move that nobody needs any more is no failure.
static bool is_good(const HealReport *r, const HealedMove *m)
{
    bool needless = m->result == HEAL_NOT_BEGUN && r->stopped[0] != '\0';
    bool made = m->result == HEAL_DONE || m->result == HEAL_PLANNED;
    return (made || needless) && (m->move == NULL || !m->move->unfinished) &&
           (m->gate == NULL || m->gate->open);
}

int heal_status(const HealReport *r)
{
    bool good = r->left->n_rest == 0 && (r->dry_run || r->left->n == 0);
    for (size_t i = 0; i < r->n; i++) {
        good = good && is_good(r, &r->moves[i]);
    }
    return good ? 0 : 1;
}

// --- text

static const char *yes_no(bool safe)
{
    return safe ? "YES" : "NO";
}

// "host-safe NO (10.0.0.1) -> YES, 1 orphaned -> 0"
static void add_head(StrBuf *out, const HealReport *r)
{
    const Health *then = r->dry_run ? r->left->after : r->now;
    strbuf_addf(out, "host-safe %s%s%s%s", yes_no(r->was_safe), r->was_safe ? "" : " (",
                r->was_worst, r->was_safe ? "" : ")");
    if (r->was_safe != then->hosts.safe || r->n > 0) {
        strbuf_addf(out, " -> %s", yes_no(then->hosts.safe));
    }
    if (r->was_orphaned > 0 || then->orphaned > 0) {
        strbuf_addf(out, ", %d orphaned -> %d", r->was_orphaned, then->orphaned);
    }
    strbuf_add(out, "\n");
}

static void add_gate(StrBuf *out, const HealReport *r, const HealedMove *m)
{
    if (m->gate == NULL) {
        strbuf_add(out, r->dry_run ? "   gate: asked when the moves above are done\n" : "");
    } else if (m->gate->open) {
        strbuf_add(out, "   gate: would let it pass now\n");
    } else {
        GateRule by = m->gate->refused_by;
        strbuf_addf(out, "   gate: would refuse it now (%s: %s)\n", gate_rule_text(by),
                    m->gate->check[by].text);
    }
}

static void add_move(StrBuf *out, const HealReport *r, size_t i)
{
    const HealedMove *m = &r->moves[i];
    char cost[16];
    char took[32];
    strbuf_addf(out, "\n%zu. %s to %s, from %s: ", i + 1, m->spec.replica_addr, m->spec.target_addr,
                m->spec.donor_addr);
    if (r->dry_run) {
        strbuf_addf(out, "copies %s\n", format_bytes(cost, sizeof(cost), m->cost_bytes));
    } else {
        strbuf_addf(out, "%s%s%s", result_text(m->result), m->text[0] != '\0' ? ", " : "", m->text);
        strbuf_addf(out, m->move != NULL ? " (%s)\n" : "\n",
                    m->move != NULL ? format_seconds(took, sizeof(took), outcome_took_ms(m->move))
                                    : "");
    }
    strbuf_addf(out, "   %s\n   %s\n", m->reason, m->command);
    add_gate(out, r, m);
}

static void add_left(StrBuf *out, const HealReport *r)
{
    size_t still = r->dry_run ? 0 : r->left->n;
    if (still > 0 || r->left->n_rest > 0) {
        strbuf_add(out, r->dry_run ? "\nWhat would remain:\n" : "\nWhat remains:\n");
    }
    for (size_t i = 0; i < still; i++) {
        const HealMove *m = &r->left->moves[i];
        const Node *nodes = r->left->before->snapshot->nodes;
        strbuf_addf(out, "- %s could go to %s: `heal` again\n", nodes[m->replica].addr,
                    nodes[m->target].addr);
    }
    for (size_t i = 0; i < r->left->n_rest; i++) {
        const HealRest *rest = &r->left->rest[i];
        strbuf_addf(out, "- %s%s%s\n",
                    rest->master >= 0 ? r->left->after->snapshot->nodes[rest->master].addr : "",
                    rest->master >= 0 ? ": " : "", rest->text);
    }
    if (!r->spread && !r->left->after->hosts.safe) {
        strbuf_add(out, "\n--spread looks for moves that make it host-safe, too.\n");
    }
}

void heal_text(StrBuf *out, const HealReport *r)
{
    add_head(out, r);
    if (r->n == 0) {
        strbuf_add(out, r->left->n_rest == 0 ? "Nothing to do.\n" : "Nothing can be moved.\n");
    }
    for (size_t i = 0; i < r->n; i++) {
        add_move(out, r, i);
    }
    if (r->stopped[0] != '\0') {
        strbuf_addf(out, "\nStopped: %s\n", r->stopped);
    }
    add_left(out, r);
    if (r->dry_run && r->n > 0) {
        strbuf_add(out, "\nDry run: nothing was sent.\n");
    }
}

void heal_prospect_text(StrBuf *out, const Health *h)
{
    const HealPlan *p = h->hosts.safe ? NULL : heal_plan_make(h, true);
    if (p != NULL && p->after->hosts.safe) {
        strbuf_addf(out,
                    "\n%zu move%s would make it host-safe: `rehome heal --spread --dry-run` shows "
                    "%s.\n",
                    p->n, plural(p->n), p->n == 1 ? "it" : "them");
    }
    heal_plan_free(p);
}

// --- JSON

static json_t *gate_value(const GateVerdict *gate)
{
    if (gate == NULL) {
        return json_null();
    }
    json_t *checks = json_array();
    for (int i = 0; i < GATE_RULE_COUNT; i++) {
        json_t *check = json_object();
        value_set(check, "rule", value_text(gate_rule_text((GateRule)i)));
        value_set(check, "passed", json_boolean(gate->check[i].passed));
        value_set(check, "text", value_text(gate->check[i].text));
        value_push(checks, check);
    }
    json_t *answer = json_object();
    value_set(answer, "open", json_boolean(gate->open));
    value_set(answer, "checks", checks);
    return answer;
}

static json_t *move_value(const HealedMove *m)
{
    json_t *move = json_object();
    value_set(move, "replica", value_word(m->spec.replica.hex));
    value_set(move, "donor", value_word(m->spec.donor.hex));
    value_set(move, "target", value_word(m->spec.target.hex));
    value_set(move, "replica_addr", value_text(m->spec.replica_addr));
    value_set(move, "donor_addr", value_text(m->spec.donor_addr));
    value_set(move, "target_addr", value_text(m->spec.target_addr));
    value_set(move, "purpose", value_word(purpose_text(m->spec.purpose)));
    value_set(move, "reason", value_text(m->reason));
    value_set(move, "cost_bytes", value_known(m->cost_bytes));
    value_set(move, "command", value_text(m->command));
    value_set(move, "result", json_string(result_text(m->result)));
    value_set(move, "text", value_word(m->text));
    value_set(move, "durations_s", m->move != NULL ? outcome_durations(m->move) : json_null());
    value_set(move, "gate", gate_value(m->gate));
    return move;
}

static json_t *remains_value(const HealReport *r)
{
    json_t *remains = json_array();
    for (size_t i = 0; i < r->left->n_rest; i++) {
        const HealRest *rest = &r->left->rest[i];
        json_t *value = json_object();
        const Node *master =
            rest->master >= 0 ? &r->left->after->snapshot->nodes[rest->master] : NULL;
        value_set(value, "master", master != NULL ? value_word(master->id.hex) : json_null());
        value_set(value, "addr", master != NULL ? value_text(master->addr) : json_null());
        value_set(value, "host", value_word(rest->host));
        value_set(value, "rule", value_text(rest->rule));
        value_set(value, "text", value_text(rest->text));
        value_push(remains, value);
    }
    return remains;
}

void heal_json(StrBuf *out, const HealReport *r)
{
    json_t *document = document_head(r->now);
    json_t *moves = json_array();
    for (size_t i = 0; i < r->n; i++) {
        value_push(moves, move_value(&r->moves[i]));
    }
    value_set(document, "dry_run", json_boolean(r->dry_run));
    value_set(document, "spread", json_boolean(r->spread));
    value_set(document, "host_safe_before", json_boolean(r->was_safe));
    value_set(document, "host_safe_after",
              json_boolean(r->dry_run ? r->left->after->hosts.safe : r->now->hosts.safe));
    value_set(document, "orphaned_before", json_integer(r->was_orphaned));
    value_set(document, "moves", moves);
    value_set(document, "stopped", value_word(r->stopped));
    value_set(document, "remains", remains_value(r));
    value_set(document, "still_possible", json_integer(r->dry_run ? 0 : (json_int_t)r->left->n));
    value_write(out, document, JSON_INDENT(2));
}
