#include "rehome/policy/opinion.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "opinion_work.h"
#include "rehome/base/mem.h"

enum { NAMED = 2 };

const char *opinion_topic_text(OpinionTopic topic)
{
    static const char *const texts[] = {
#define X(name, text) [OPINION_##name] = text,
        OPINION_TOPICS(X)
#undef X
    };
    return (size_t)topic < ARRAY_LEN(texts) ? texts[topic] : "";
}

// --- who speaks

static const char *addr_of(const Compare *c, int node)
{
    return c->s->nodes[node].addr;
}

static void index_group(Compare *c, ViewGroup *group, const NodesView *view)
{
    *group = (ViewGroup){.view = view};
    group->lines = arena_array(c->arena, c->s->n_nodes, sizeof(*group->lines));
    for (size_t i = 0; i < view->n; i++) {
        const NodeLine *line = &view->at[i];
        int node = (line->flags & NODE_HANDSHAKE) != 0 ? -1 : snapshot_find(c->s, line->id);
        if (node >= 0) {
            group->lines[node] = line;
            group->listed++;
        }
    }
    group->outside = 2 * group->listed < c->s->n_nodes && view->belief != c->s->belief;
}

// A belief, and how many have it.
typedef struct {
    const NodesView *view; // of the first of them
    size_t votes;
    size_t n;
} Belief;

static Belief *belief_of(Belief *beliefs, size_t n, const NodesView *view)
{
    size_t i = 0;
    while (i < n && beliefs[i].view->belief != view->belief) {
        i++;
    }
    return &beliefs[i];
}

// That of most first, then by how many have it.
static bool is_commoner(const Snapshot *s, const Belief *a, const Belief *b)
{
    bool is_most = a->view->belief == s->belief;
    if (is_most != (b->view->belief == s->belief)) {
        return is_most;
    }
    return a->n != b->n ? a->n > b->n : a->votes > b->votes;
}

// Where there are more beliefs than can be compared, the rarest are left out.
static void make_groups(Compare *c, Belief *beliefs, size_t n)
{
    for (; c->n_groups < OPINION_GROUPS_MAX && (size_t)c->n_groups < n; c->n_groups++) {
        size_t best = (size_t)c->n_groups;
        for (size_t i = best + 1; i < n; i++) {
            best = is_commoner(c->s, &beliefs[i], &beliefs[best]) ? i : best;
        }
        Belief chosen = beliefs[best];
        beliefs[best] = beliefs[c->n_groups];
        beliefs[c->n_groups] = chosen;
        index_group(c, &c->groups[c->n_groups], chosen.view);
    }
}

static int group_of(const Compare *c, const NodesView *view)
{
    for (int g = 0; g < c->n_groups; g++) {
        if (c->groups[g].view->belief == view->belief) {
            return g;
        }
    }
    return -1;
}

static void listen(Compare *c)
{
    const Snapshot *s = c->s;
    Belief *beliefs = mem_array(s->n_views, sizeof(*beliefs));
    size_t n = 0;
    c->speakers = arena_array(c->arena, s->n_views, sizeof(*c->speakers));
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says == NULL || !says->has_view || c->n_speakers == s->n_views) {
            continue;
        }
        bool votes = node_is_owner(&s->nodes[i]);
        c->speakers[c->n_speakers++] =
            (Speaker){.node = (int)i, .votes = votes, .age_ms = s->now_ms - says->view_ms};
        Belief *belief = belief_of(beliefs, n, &says->view);
        n += belief == &beliefs[n];
        belief->view = belief->n == 0 ? &says->view : belief->view;
        belief->votes += votes;
        belief->n++;
    }
    make_groups(c, beliefs, n);
    mem_free(beliefs);
    for (size_t i = 0; i < c->n_speakers; i++) {
        c->speakers[i].group = group_of(c, &s->nodes[c->speakers[i].node].says->view);
    }
}

const NodeLine *opinion_line(const Compare *c, const Speaker *speaker, int node)
{
    return speaker->group < 0 || node < 0 ? NULL : c->groups[speaker->group].lines[node];
}

int opinion_owner(const Compare *c, const Speaker *speaker, int slot)
{
    for (size_t i = 0; speaker->group >= 0 && i < c->s->n_nodes; i++) {
        const NodeLine *line = c->groups[speaker->group].lines[i];
        if (line != NULL && slot_ranges_has(line->slots, slot)) {
            return (int)i;
        }
    }
    return -1;
}

// --- who says what

static const char *nodes_text(const Compare *c, const OpinionDraft *draft)
{
    const char *text = "";
    for (size_t i = 0; i < draft->n_nodes && i < NAMED; i++) {
        text =
            arena_printf(c->arena, "%s%s%s", text, i > 0 ? ", " : "", addr_of(c, draft->nodes[i]));
    }
    return draft->n_nodes > NAMED
               ? arena_printf(c->arena, "%s and %zu more", text, draft->n_nodes - NAMED)
               : text;
}

static const char *about_text(const Compare *c, const OpinionDraft *draft, const Disagreement *d)
{
    static const char *const of[OPINION_TOPIC_COUNT] = {
        [OPINION_KNOWN] = "membership of ", [OPINION_HANDSHAKE] = "handshake with ",
        [OPINION_STATE] = "state of ",      [OPINION_ROLE] = "role of ",
        [OPINION_MASTER] = "master of ",    [OPINION_CONFIG_EPOCH] = "config epoch of ",
        [OPINION_ADDRESS] = "address of ",
    };
    if (draft->subject[0] != '\0') {
        return draft->subject;
    }
    if (draft->topic == OPINION_SLOTS) {
        return arena_printf(c->arena, "owner of slots %s", slot_ranges_text(c->arena, d->slots));
    }
    return arena_printf(c->arena, "%s%s", of[draft->topic], nodes_text(c, draft));
}

// Most slot owners first, then most views, then who it is about.
static bool weighs_more(const Opinion *a, const Opinion *b, int about)
{
    if (a->votes != b->votes) {
        return a->votes > b->votes;
    }
    if (a->n != b->n) {
        return a->n > b->n;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (a->at[i].node == about) {
            return true;
        }
    }
    return false;
}

static const char *word_of(const OpinionDraft *draft, const Speaker *speaker, size_t place)
{
    return draft->by_speaker != NULL ? draft->by_speaker[place]
           : speaker->group >= 0     ? draft->by_group[speaker->group]
                                     : NULL;
}

// The opinions, each with its voices.
static Opinion *gather(const Compare *c, const OpinionDraft *draft, size_t *n)
{
    Opinion *all = arena_array(c->arena, c->n_speakers, sizeof(*all));
    Opinion **says = mem_array(c->n_speakers, sizeof(*says));
    for (size_t i = 0; i < c->n_speakers; i++) {
        const char *word = word_of(draft, &c->speakers[i], i);
        size_t k = 0;
        while (word != NULL && k < *n && strcmp(all[k].word, word) != 0) {
            k++;
        }
        if (word != NULL) {
            *n += k == *n;
            says[i] = &all[k];
            all[k].word = word;
            all[k].n++;
            all[k].votes += c->speakers[i].votes;
        }
    }
    for (size_t k = 0; k < *n; k++) {
        Voice *voices = arena_array(c->arena, all[k].n, sizeof(*voices));
        size_t heard = 0;
        for (size_t i = 0; i < c->n_speakers; i++) {
            if (says[i] == &all[k]) {
                const Speaker *speaker = &c->speakers[i];
                voices[heard++] =
                    (Voice){.node = speaker->node, .age_ms = speaker->age_ms, .reason = ""};
            }
        }
        all[k].at = voices;
    }
    mem_free(says);
    return all;
}

static void swap(Opinion *a, Opinion *b)
{
    Opinion swapped = *a;
    *a = *b;
    *b = swapped;
}

// What most slot owners say, then the others by how many say so: who reads them stops early.
static void sort(Opinion *all, size_t n, int about)
{
    for (size_t i = 1; i < n; i++) {
        if (weighs_more(&all[i], &all[0], about)) {
            swap(&all[i], &all[0]);
        }
    }
    for (size_t i = 2; i < n; i++) {
        for (size_t k = i; k > 1 && all[k].n > all[k - 1].n; k--) {
            swap(&all[k], &all[k - 1]);
        }
    }
}

static const Speaker *speaker_of(const Compare *c, int node)
{
    size_t i = 0;
    while (c->speakers[i].node != node) {
        i++;
    }
    return &c->speakers[i];
}

static void give_reasons(const Compare *c, const Disagreement *d, Opinion *all, bool *differs)
{
    Dissent dissent = {
        .c = c,
        .topic = d->topic,
        .node = d->n_nodes > 0 ? d->nodes[0] : -1,
        .slot = d->slots.n > 0 ? d->slots.at[0].first : -1,
        .most = speaker_of(c, all[0].at[0].node),
    };
    for (size_t k = 1; k < d->n; k++) {
        Voice *voices = arena_array(c->arena, all[k].n, sizeof(*voices));
        memcpy(voices, all[k].at, all[k].n * sizeof(*voices));
        for (size_t i = 0; i < all[k].n; i++) {
            dissent.other = speaker_of(c, voices[i].node);
            voices[i].reason = opinion_reason(&dissent);
            differs[dissent.other - c->speakers] = true;
        }
        all[k].at = voices;
    }
}

static Disagreement finish(const Compare *c, const OpinionDraft *draft, bool *differs)
{
    Disagreement d = {.topic = draft->topic, .n_nodes = draft->n_nodes};
    int *nodes = arena_array(c->arena, draft->n_nodes, sizeof(*nodes));
    if (draft->n_nodes > 0) {
        memcpy(nodes, draft->nodes, draft->n_nodes * sizeof(*nodes));
    }
    d.nodes = nodes;
    d.slots = slot_ranges_make(c->arena, draft->ranges, draft->n_ranges);
    d.about = about_text(c, draft, &d);
    Opinion *all = gather(c, draft, &d.n);
    sort(all, d.n, d.n_nodes > 0 ? nodes[0] : -1);
    d.at = all;
    give_reasons(c, &d, all, differs);
    return d;
}

static void count(const Compare *c, Opinions *out)
{
    const Snapshot *s = c->s;
    out->n_views = c->n_speakers;
    out->oldest_ms = -1;
    for (size_t i = 0; i < c->n_speakers; i++) {
        int64_t age_ms = c->speakers[i].age_ms;
        out->oldest_ms = age_ms > out->oldest_ms ? age_ms : out->oldest_ms;
        out->n_uncompared += c->speakers[i].group < 0;
    }
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        bool spared = says != NULL && says->view_spared;
        bool told = says != NULL && says->has_view;
        out->n_unasked += !told && spared;
        out->n_missing += !told && !spared;
    }
}

Opinions opinions_find(const Health *h, Arena *arena)
{
    OpinionSearch f = {.c = {.h = h, .s = h->snapshot, .arena = arena}};
    Opinions out = {0};
    listen(&f.c);
    count(&f.c, &out);
    opinions_compare(&f);
    bool *differs = mem_array(f.c.n_speakers, sizeof(*differs));
    Disagreement *at = arena_array(arena, f.n, sizeof(*at));
    for (size_t i = 0; i < f.n; i++) {
        at[i] = finish(&f.c, &f.at[i], differs);
        mem_free(f.at[i].nodes);
        mem_free(f.at[i].ranges);
    }
    for (size_t i = 0; i < f.c.n_speakers; i++) {
        bool is_untold = f.n_more > 0 || f.c.speakers[i].group < 0;
        out.n_differ +=
            differs[i] || (is_untold && snapshot_view_differs(h->snapshot, f.c.speakers[i].node));
    }
    out.at = at;
    out.n = f.n;
    out.n_more = f.n_more;
    mem_free(differs);
    mem_free(f.at);
    return out;
}
