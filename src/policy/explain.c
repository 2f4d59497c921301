#include "rehome/policy/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "explain_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

void explain_add(Explanation *e, ExplainKind kind, int indent, const char *left, const char *format,
                 ...)
{
    if (e->n == e->cap) {
        size_t cap = e->cap == 0 ? 32 : e->cap * 2;
        ExplainLine *at = arena_array(e->arena, cap, sizeof(*at));
        if (e->n > 0) {
            memcpy(at, e->at, e->n * sizeof(*at));
        }
        e->at = at;
        e->cap = cap;
    }
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    e->at[e->n++] = (ExplainLine){
        .kind = kind,
        .indent = indent,
        .left = arena_strdup(e->arena, left),
        .text = text_clean(e->arena, sv(text), 0),
    };
}

// --- candidates

static const char *addr_of(const Health *h, int node)
{
    return node < 0 ? "nobody" : h->snapshot->nodes[node].addr;
}

// The rule by which a legal candidate comes after the chosen one.
static const char *lost_by(const PlanTarget *t, const PlanCandidate *chosen, const PlanCandidate *c)
{
    if (t->for_target >= 0 && chosen->donor == t->for_target && c->donor != t->for_target) {
        return "exchange";
    }
    for (int i = 0; i < PLAN_RULE_COUNT; i++) {
        if (chosen->value[i] != c->value[i]) {
            return plan_rule_text((PlanRule)i);
        }
    }
    return "node ID";
}

static void add_values(Explanation *e, const PlanCandidate *c)
{
    for (int i = 0; i < PLAN_RULE_COUNT; i++) {
        const char *name = plan_rule_text((PlanRule)i);
        if (c->value[i] == INT64_MAX) {
            explain_add(e, EXPLAIN_TEXT, 2, name, "  ?  %s", c->measured[i]);
        } else {
            explain_add(e, EXPLAIN_TEXT, 2, name, "%3lld  %s", (long long)c->value[i],
                        c->measured[i]);
        }
    }
}

void explain_candidate(Explanation *e, const Health *h, const PlanTarget *t, size_t i)
{
    const PlanCandidate *c = &t->candidates[i];
    const char *replica = addr_of(h, c->replica);
    const char *donor = addr_of(h, c->donor);
    if (!c->legal) {
        explain_add(e, EXPLAIN_REFUSED, 1, "", "%s of %s may not", replica, donor);
        explain_add(e, EXPLAIN_TEXT, 2, c->refused_rule, "%s", c->refused);
    } else if ((int)i == t->chosen) {
        explain_add(e, EXPLAIN_CHOSEN, 1, "", "%s of %s is the best", replica, donor);
        add_values(e, c);
    } else if (t->chosen >= 0) {
        const PlanCandidate *chosen = &t->candidates[t->chosen];
        explain_add(e, EXPLAIN_POSSIBLE, 1, "", "%s of %s might, but is behind %s by %s", replica,
                    donor, addr_of(h, chosen->replica), lost_by(t, chosen, c));
        add_values(e, c);
    } else {
        explain_add(e, EXPLAIN_POSSIBLE, 1, "", "%s of %s might", replica, donor);
        add_values(e, c);
    }
}

void explain_candidates(Explanation *e, const Health *h, const PlanTarget *t)
{
    size_t refused = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->candidates[i].legal || refused++ < EXPLAIN_REFUSED_SHOWN) {
            explain_candidate(e, h, t, i);
        }
    }
    size_t left_out = t->n_left_out;
    left_out += refused > EXPLAIN_REFUSED_SHOWN ? refused - EXPLAIN_REFUSED_SHOWN : 0;
    if (left_out > 0) {
        explain_add(e, EXPLAIN_TEXT, 1, "", "%zu more, worse or refused, are left out", left_out);
    }
}

// --- one target

void explain_head(Explanation *e, const Health *h, int master)
{
    const NodeHealth *health = &h->of[master];
    const Node *n = &h->snapshot->nodes[master];
    char text[32];
    format_clock(text, sizeof(text), h->snapshot->now_ms - health_told_since_ms(h, master));
    const char *kind = orphan_kind_text(health->orphan);
    explain_add(e, EXPLAIN_TITLE, 0, "", "%s %s%s%s%s for %s, %d slots", n->addr,
                master_state_text(health->master), *kind != '\0' ? " (" : "", kind,
                *kind != '\0' ? ")" : "", text, n->slot_count);
}

static void add_alone_head(Explanation *e, const Health *h, const PlanTarget *t)
{
    const Node *n = &h->snapshot->nodes[t->target];
    char text[32];
    format_clock(text, sizeof(text), h->snapshot->now_ms - h->of[t->target].host_alone_ms);
    explain_add(e, EXPLAIN_TITLE, 0, "",
                "%s on one host with all its replicas (%s) for %s, %d slots%s", n->addr, n->host,
                text, n->slot_count,
                t->after_previous ? ": second of two steps, once the first is in sync" : "");
}

void explain_target_head(Explanation *e, const Health *h, const PlanTarget *t)
{
    if (t->purpose == PURPOSE_STEP) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "%s: first of two steps for %s", addr_of(h, t->target),
                    addr_of(h, t->for_target));
    } else if (t->purpose == PURPOSE_SPREAD) {
        add_alone_head(e, h, t);
    } else {
        explain_head(e, h, t->target);
    }
}

void explain_choice(Explanation *e, const Health *h, const PlanTarget *t)
{
    if (t->chosen < 0) {
        explain_add(e, EXPLAIN_HELD, 1, "no move", "%s: %s", t->refused_rule, t->reason);
        return;
    }
    const PlanCandidate *c = &t->candidates[t->chosen];
    char bytes[32];
    explain_add(e, EXPLAIN_TEXT, 1, "move", "%s from %s to %s", addr_of(h, c->replica),
                addr_of(h, c->donor), addr_of(h, t->target));
    explain_add(e, EXPLAIN_TEXT, 1, "because", "%s", t->reason);
    explain_add(e, EXPLAIN_TEXT, 1, "to copy", "%s",
                format_bytes(bytes, sizeof(bytes), t->cost_bytes));
    explain_add(e, EXPLAIN_COMMAND, 1, "", "%s", plan_command(h->snapshot, c->replica, t->target));
}

void explain_target(Explanation *e, const Health *h, const PlanTarget *t)
{
    explain_target_head(e, h, t);
    explain_choice(e, h, t);
    explain_candidates(e, h, t);
}

// --- as text

void explain_line_text(StrBuf *out, const ExplainLine *line)
{
    static const char *const marks[] = {
        [EXPLAIN_TITLE] = "",     [EXPLAIN_TEXT] = "",       [EXPLAIN_GOOD] = "  ",
        [EXPLAIN_HELD] = "! ",    [EXPLAIN_BAD] = "x ",      [EXPLAIN_NOTE] = "  ",
        [EXPLAIN_CHOSEN] = "> ",  [EXPLAIN_POSSIBLE] = "+ ", [EXPLAIN_REFUSED] = "- ",
        [EXPLAIN_COMMAND] = "$ ",
    };
    strbuf_addf(out, "%*s%s", 2 * line->indent, "", marks[line->kind]);
    if (line->left[0] != '\0') {
        strbuf_addf(out, "%-14s  ", line->left);
    }
    strbuf_add(out, line->text);
}

void explain_text(StrBuf *out, const Explanation *e)
{
    for (size_t i = 0; i < e->n; i++) {
        if (e->at[i].kind == EXPLAIN_TITLE && i > 0) {
            strbuf_add(out, "\n");
        }
        explain_line_text(out, &e->at[i]);
        strbuf_add(out, "\n");
    }
}
