// The second opinion as lines.
#include <stdio.h>
#include <string.h>

#include "opinion_work.h"
#include "rehome/base/text.h"
#include "settled.h"
#include "word.h"

enum { NAMED = 4, WORDS_SHOWN = 8, FRESH_MS = 1000 };

static void add_calm(Explanation *e, const Opinions *o)
{
    char age[16];
    if (o->n_views == 0) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "Second opinion: no node has told its view");
        return;
    }
    explain_add(e, EXPLAIN_TITLE, 0, "", "Second opinion: nothing that differs");
    explain_add(e, EXPLAIN_GOOD, 1, "",
                "All %zu views agree: who is there and where, in which role, whose replica, how it "
                "is, with which slots and epochs. The oldest is %s old.",
                o->n_views, format_seconds(age, sizeof(age), o->oldest_ms));
}

static void add_unheard(Explanation *e, const Opinions *o)
{
    if (o->n_missing > 0) {
        explain_add(
            e, EXPLAIN_NOTE, 1, "",
            "%zu node%s told no view: whoever has failed, cannot be reached, or is loading.",
            o->n_missing, o->n_missing == 1 ? " has" : "s have");
    }
    if (o->n_unasked > 0) {
        explain_add(e, EXPLAIN_NOTE, 1, "",
                    "%zu node%s not asked this time: in a large cluster a few speak for all.",
                    o->n_unasked, o->n_unasked == 1 ? " was" : "s were");
    }
}

// --- what it means

// Slot owners that we wanted to hear, and did not: the gate wants most of all.
static size_t count_silent(const Snapshot *s, int64_t since_ms)
{
    size_t silent = 0;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *n = &s->nodes[s->masters[i]];
        bool spared = n->says != NULL && n->says->view_spared;
        silent += node_is_owner(n) && !spared && !word_is_witness(s, s->masters[i], since_ms);
    }
    return silent;
}

// As automatic mode looks at it in every round; the gate does once more before each move.
OpinionMeaning opinions_meaning(const Health *h, Arena *arena)
{
    const Snapshot *s = h->snapshot;
    int64_t since_ms = s->now_ms - h->options.fresh_ms;
    Settled settled = settled_look(s, since_ms);
    size_t heard = s->n_owners - count_silent(s, since_ms);
    if (!settled.is_so) {
        return (OpinionMeaning){settled.rule, arena_strdup(arena, settled.text)};
    }
    if (2 * heard <= s->n_owners) {
        return (OpinionMeaning){
            "majority",
            arena_printf(arena, "%zu of %zu slot owners answer, more than half are needed", heard,
                         s->n_owners)};
    }
    return (OpinionMeaning){"",
                            arena_printf(arena, "%zu of %zu slot owners agree on slots and epoch",
                                         settled.witnesses, s->n_owners)};
}

static void add_meaning(Explanation *e, const Health *h)
{
    OpinionMeaning meaning = opinions_meaning(h, e->arena);
    if (meaning.rule[0] == '\0') {
        explain_add(e, EXPLAIN_NOTE, 1, "",
                    "Holds no move back by itself: %s; the gate looks again before each move.",
                    meaning.text);
    } else {
        explain_add(e, EXPLAIN_HELD, 1, "", "No move is made meanwhile (%s): %s.", meaning.rule,
                    meaning.text);
    }
}

void opinion_explain_node(Explanation *e, const Health *h, int node)
{
    if (snapshot_view_differs(h->snapshot, node)) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "Its own view of the cluster differs from most");
        add_meaning(e, h);
    }
}

// --- who says what

static const char *names(const Explanation *e, const Health *h, const Opinion *o, size_t first,
                         size_t *n)
{
    const char *text = "";
    *n = 0;
    for (size_t i = first; i < o->n; i++) {
        if (strcmp(o->at[i].reason, o->at[first].reason) != 0) {
            continue;
        }
        if (*n < NAMED) {
            text = arena_printf(e->arena, "%s%s%s", text, *n > 0 ? ", " : "",
                                h->snapshot->nodes[o->at[i].node].addr);
        }
        ++*n;
    }
    return *n > NAMED ? arena_printf(e->arena, "%s and %zu more", text, *n - NAMED) : text;
}

static bool was_said(const Opinion *o, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(o->at[i].reason, o->at[at].reason) == 0) {
            return true;
        }
    }
    return false;
}

static int64_t oldest_ms(const Opinion *o, const char *reason)
{
    int64_t oldest = 0;
    for (size_t i = 0; i < o->n; i++) {
        bool counts = strcmp(o->at[i].reason, reason) == 0 && o->at[i].age_ms > oldest;
        oldest = counts ? o->at[i].age_ms : oldest;
    }
    return oldest;
}

static void add_says(Explanation *e, ExplainKind kind, const char *word, size_t n, const char *by)
{
    char left[32];
    snprintf(left, sizeof(left), "%zu say%s", n, n == 1 ? "s" : "");
    explain_add(e, kind, 1, left, "%s%s%s%s", word, by[0] != '\0' ? " (" : "", by,
                by[0] != '\0' ? ")" : "");
}

// Those who differ for the same reason in one line.
static void add_others(Explanation *e, const Health *h, const Opinion *o)
{
    for (size_t i = 0; i < o->n; i++) {
        char age[16];
        size_t n;
        if (was_said(o, i)) {
            continue;
        }
        const char *reason = o->at[i].reason;
        const char *who = names(e, h, o, i, &n);
        int64_t age_ms = oldest_ms(o, reason);
        if (age_ms >= FRESH_MS) {
            format_seconds(age, sizeof(age), age_ms);
            who = arena_printf(e->arena, "%s, %s ago", who, age);
        }
        add_says(e, EXPLAIN_HELD, o->word, n, who);
        if (reason[0] != '\0') {
            explain_add(e, EXPLAIN_TEXT, 2, "likely", "%s", reason);
        }
    }
}

static void add_disagreement(Explanation *e, const Health *h, const Disagreement *d)
{
    enum { FEW = 2 };
    char about[256];
    size_t n;
    snprintf(about, sizeof(about), "%s", d->about);
    if (about[0] >= 'a' && about[0] <= 'z') {
        about[0] = (char)(about[0] - 'a' + 'A');
    }
    explain_add(e, EXPLAIN_TITLE, 0, "", "%s", about);
    const Opinion *most = &d->at[0];
    add_says(e, EXPLAIN_GOOD, most->word, most->n, most->n <= FEW ? names(e, h, most, 0, &n) : "");
    for (size_t i = 1; i < d->n && i < WORDS_SHOWN; i++) {
        add_others(e, h, &d->at[i]);
    }
    size_t left_out = 0;
    for (size_t i = WORDS_SHOWN; i < d->n; i++) {
        left_out += d->at[i].n;
    }
    if (left_out > 0) {
        add_says(e, EXPLAIN_HELD, "still something else", left_out, "");
    }
}

void opinions_explain(Explanation *e, const Health *h, const Opinions *o)
{
    if (o->n == 0) {
        add_calm(e, o);
        add_unheard(e, o);
        return;
    }
    explain_add(e, EXPLAIN_TITLE, 0, "", "Second opinion: %zu of %zu views differ", o->n_differ,
                o->n_views);
    add_meaning(e, h);
    for (size_t i = 0; i < o->n; i++) {
        add_disagreement(e, h, &o->at[i]);
    }
    if (o->n_more > 0) {
        explain_add(e, EXPLAIN_NOTE, 1, "", "and %zu more of which views differ", o->n_more);
    }
    if (o->n_uncompared > 0) {
        explain_add(e, EXPLAIN_NOTE, 1, "",
                    "%zu view%s not compared: too many differ from each other at once.",
                    o->n_uncompared, o->n_uncompared == 1 ? " was" : "s were");
    }
    add_unheard(e, o);
}
