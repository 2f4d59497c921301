#include <stdlib.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "snapshot_merge.h"

// Of views older than this round, when there is no other, so many of the newest are enough.
enum { OLD_VIEWS_MAX = 16 };

static bool is_fresh(int64_t at_ms, StrView text, int64_t started_ms)
{
    return text.n > 0 && at_ms >= started_ms;
}

// Another node answers where this one was expected: that tells only that it is not there.
static bool is_of_expected(const Observation *o)
{
    return o->reach != REACH_WRONG_NODE;
}

static void read_word(const Observation *o, int64_t started_ms, Arena *arena, Word *out)
{
    NodeSays *says = &out->says;
    says->reach = o->reach;
    says->why = arena_strdup(arena, o->why == NULL ? "" : o->why);
    says->dialled = text_clean(arena, sv(o->dialled), 0);
    says->identity_ms = o->identity_ms;
    says->rtt_us = o->rtt_us;
    says->certificate_ms = o->certificate_ms;
    out->id = o->expected;
    if (!is_of_expected(o)) {
        return;
    }
    if (!node_id_is_none(o->id)) {
        out->id = o->id;
    }
    says->loading = o->loading;
    says->has_info = o->info.n > 0;
    if (says->has_info) {
        info_parse(o->info, arena, &says->info);
        says->info_ms = o->info_ms;
        out->fresh_info = is_fresh(o->info_ms, o->info, started_ms);
    }
    if (o->cluster.n > 0) {
        cluster_info_parse(o->cluster, &says->cluster);
        says->has_cluster = says->cluster.known;
        says->cluster_ms = o->cluster_ms;
    }
    says->forbidden = o->forbidden;
    says->refused = o->refused;
    says->view_spared = o->view_spared;
    if (o->settings.n > 0) {
        settings_parse(o->settings, &says->settings);
        says->has_settings = true;
        says->settings_ms = o->settings_ms;
    }
}

// A view counts when it can be read and says who its reporter is.
static bool read_view(const Observation *o, Arena *arena, Word *word)
{
    NodesView view;
    if (!nodes_parse(o->nodes, arena, &view, NULL) || view.myself < 0) {
        return false;
    }
    NodeId myself = view.at[view.myself].id;
    if (node_id_is_none(o->id)) {
        word->id = myself;
    } else if (!node_id_eq(o->id, myself)) {
        return false; // it got a new ID between two answers
    }
    word->says.view = view;
    word->says.view_ms = o->nodes_ms;
    word->says.has_view = true;
    return true;
}

// Views of this round; where there are none, the newest old ones.
static void read_views(const RoundInput *in, Arena *arena, Word *words)
{
    bool any = false;
    for (size_t i = 0; i < in->n; i++) {
        const Observation *o = &in->at[i];
        if (is_of_expected(o) && is_fresh(o->nodes_ms, o->nodes, in->started_ms)) {
            words[i].fresh_view = read_view(o, arena, &words[i]);
            any = any || words[i].fresh_view;
        }
    }
    if (any) {
        return;
    }
    bool *tried = mem_array(in->n, sizeof(*tried));
    for (int count = 0; count < OLD_VIEWS_MAX; count++) {
        const Observation *newest = NULL;
        for (size_t i = 0; i < in->n; i++) {
            const Observation *o = &in->at[i];
            if (!tried[i] && is_of_expected(o) && o->nodes.n > 0 &&
                (newest == NULL || o->nodes_ms > newest->nodes_ms)) {
                newest = o;
            }
        }
        if (newest == NULL) {
            break;
        }
        tried[newest - in->at] = true;
        read_view(newest, arena, &words[newest - in->at]);
    }
    mem_free(tried);
}

static int64_t last_word_ms(const NodeSays *says)
{
    return says->info_ms > says->view_ms ? says->info_ms : says->view_ms;
}

// By ID; of several for one node (a seed is also discovered) the one that tells most comes first.
static int word_cmp(const void *a, const void *b)
{
    const Word *x = a;
    const Word *y = b;
    int order = node_id_cmp(x->id, y->id);
    if (order != 0) {
        return order;
    }
    if ((x->says.reach == REACH_OK) != (y->says.reach == REACH_OK)) {
        return x->says.reach == REACH_OK ? -1 : 1;
    }
    if (x->says.has_view != y->says.has_view) {
        return x->says.has_view ? -1 : 1;
    }
    int64_t x_ms = last_word_ms(&x->says);
    int64_t y_ms = last_word_ms(&y->says);
    if (x_ms != y_ms) {
        return x_ms > y_ms ? -1 : 1;
    }
    return x->place < y->place ? -1 : 1;
}

// One word for each node we know by ID; sorted.
Word *words_read(const RoundInput *in, Arena *arena, size_t *n)
{
    Word *words = arena_array(arena, in->n, sizeof(*words));
    for (size_t i = 0; i < in->n; i++) {
        words[i].place = i;
        read_word(&in->at[i], in->started_ms, arena, &words[i]);
    }
    read_views(in, arena, words);
    qsort(words, in->n, sizeof(*words), word_cmp);
    size_t kept = 0;
    for (size_t i = 0; i < in->n; i++) {
        bool is_named = !node_id_is_none(words[i].id);
        if (is_named && (kept == 0 || !node_id_eq(words[kept - 1].id, words[i].id))) {
            words[kept++] = words[i];
        }
    }
    *n = kept;
    return words;
}
