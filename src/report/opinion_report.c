#include "opinion_report.h"

#include "document.h"
#include "rehome/policy/opinion.h"
#include "value.h"

// --- text ------------------------------------------------------------------------------------

void opinions_text(StrBuf *out, const Health *h)
{
    Arena *arena = arena_new();
    Opinions o = opinions_find(h, arena);
    if (o.n > 0) {
        Explanation lines = {.arena = arena};
        opinions_explain(&lines, h, &o);
        strbuf_add(out, ">>> ");
        explain_text(out, &lines);
    }
    arena_free(arena);
}

// --- JSON ------------------------------------------------------------------------------------

static json_t *voices_value(const Snapshot *s, const Opinion *opinion)
{
    json_t *voices = json_array();
    for (size_t i = 0; i < opinion->n; i++) {
        const Voice *voice = &opinion->at[i];
        json_t *one = value_node(s->nodes[voice->node].id, s->nodes[voice->node].addr);
        value_set(one, "age_s", value_seconds(voice->age_ms));
        value_set(one, "reason", value_word(voice->reason));
        value_push(voices, one);
    }
    return voices;
}

static json_t *says_value(const Snapshot *s, const Disagreement *d)
{
    json_t *says = json_array();
    for (size_t i = 0; i < d->n; i++) {
        json_t *one = json_object();
        value_set(one, "word", value_text(d->at[i].word));
        value_set(one, "slot_owners", json_integer((json_int_t)d->at[i].votes));
        value_set(one, "by", voices_value(s, &d->at[i]));
        value_push(says, one);
    }
    return says;
}

static json_t *disagreement_value(const Snapshot *s, const Disagreement *d)
{
    json_t *nodes = json_array();
    for (size_t i = 0; i < d->n_nodes; i++) {
        value_push(nodes, value_word(s->nodes[d->nodes[i]].id.hex));
    }
    json_t *one = json_object();
    value_set(one, "topic", json_string(opinion_topic_text(d->topic)));
    value_set(one, "about", value_text(d->about));
    value_set(one, "nodes", nodes);
    value_set(one, "slot_ranges", document_ranges(d->slots));
    value_set(one, "says", says_value(s, d));
    return one;
}

json_t *opinions_value(const Health *h)
{
    Arena *arena = arena_new();
    Opinions o = opinions_find(h, arena);
    json_t *disagreements = json_array();
    for (size_t i = 0; i < o.n; i++) {
        value_push(disagreements, disagreement_value(h->snapshot, &o.at[i]));
    }
    json_t *views = json_object();
    value_set(views, "told", json_integer((json_int_t)o.n_views));
    value_set(views, "differ", json_integer((json_int_t)o.n_differ));
    value_set(views, "oldest_s", value_seconds(o.oldest_ms));
    value_set(views, "missing", json_integer((json_int_t)o.n_missing));
    value_set(views, "not_asked", json_integer((json_int_t)o.n_unasked));
    value_set(views, "not_compared", json_integer((json_int_t)o.n_uncompared));
    value_set(views, "disagreements", disagreements);
    value_set(views, "more_disagreements", json_integer((json_int_t)o.n_more));
    arena_free(arena);
    return views;
}
