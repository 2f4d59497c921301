#include "held.h"

#include <stdio.h>

// The longer one of two that cover the same.
static const Hold *longer(const Hold *a, const Hold *b)
{
    if (a == NULL || (a->until_ms != 0 && (b->until_ms == 0 || b->until_ms > a->until_ms))) {
        return b;
    }
    return a;
}

static void cover_nodes(Health *h, const Hold *hold)
{
    const Snapshot *s = h->snapshot;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (hold_covers(hold, &s->nodes[i])) {
            h->in_downtime += h->of[i].downtime == NULL;
            h->of[i].downtime = longer(h->of[i].downtime, hold);
        }
    }
}

void held_take(Health *h, const Holds *all)
{
    const Snapshot *s = h->snapshot;
    h->unkept = "";
    h->options.holds = NULL;
    if (all == NULL) {
        return;
    }
    h->unkept = arena_strdup(s->arena, all->unkept);
    Hold *at = arena_array(s->arena, all->n, sizeof(*at));
    for (size_t i = 0; i < all->n; i++) {
        if (!hold_is_over(&all->at[i], s->wall_ms) && hold_concerns(&all->at[i], s)) {
            at[h->n_holds++] = all->at[i];
        }
    }
    h->holds = at;
    for (size_t i = 0; i < h->n_holds; i++) {
        switch (at[i].on.kind) {
        case HOLD_BRAKE:
            h->brake = &at[i];
            break;
        case HOLD_PAUSE:
            h->pause = longer(h->pause, &at[i]);
            break;
        case HOLD_DOWNTIME:
            cover_nodes(h, &at[i]);
            break;
        case HOLD_KIND_COUNT:
            break;
        }
    }
}

// Where the hold on the same subject is in the health's list; -1: nowhere.
static int same_in(const Health *h, const Hold *hold)
{
    for (size_t i = 0; h != NULL && i < h->n_holds; i++) {
        if (hold_subject_eq(&h->holds[i].on, &hold->on)) {
            return (int)i;
        }
    }
    return -1;
}

static void tell(const Health *h, const Hold *hold, Level level, const char *words, EventSink *sink,
                 void *ctx)
{
    const Snapshot *s = h->snapshot;
    bool is_pause = hold->on.kind == HOLD_PAUSE;
    int node = hold->on.scope == HOLD_ON_NODE ? snapshot_find(s, hold->on.node) : -1;
    char what[160];
    hold_subject_text(what, sizeof(what), &hold->on, s);
    Event event = event_make(is_pause ? EVENT_PAUSE : EVENT_DOWNTIME, level, s->wall_ms,
                             node >= 0 ? &s->nodes[node] : NULL, "%s %s", what, words);
    sink(ctx, &event);
}

// Not put anew meanwhile.
static bool is_as_before(const Health *before, const Hold *hold)
{
    int was = same_in(before, hold);
    return before != NULL && was >= 0 && before->holds[was].since_ms == hold->since_ms;
}

// The brake is not told here: whoever decides trips it, and says so.
void held_diff(const Health *before, const Health *after, EventSink *sink, void *ctx)
{
    const Snapshot *s = after->snapshot;
    for (size_t i = 0; before != NULL && i < before->n_holds; i++) {
        const Hold *hold = &before->holds[i];
        if (hold->on.kind == HOLD_BRAKE || same_in(after, hold) >= 0) {
            continue;
        }
        char words[200];
        snprintf(words, sizeof(words), "is %s: %s by %s %s",
                 hold->on.kind == HOLD_PAUSE ? "no longer paused" : "no longer in downtime",
                 hold->on.kind == HOLD_PAUSE ? "the pause" : "the downtime", hold->owner,
                 hold_is_over(hold, s->wall_ms) ? "is over" : "was ended");
        tell(after, hold, LEVEL_INFO, words, sink, ctx);
    }
    for (size_t i = 0; i < after->n_holds; i++) {
        const Hold *hold = &after->holds[i];
        if (hold->on.kind == HOLD_BRAKE || is_as_before(before, hold)) {
            continue;
        }
        char held[320];
        char words[340];
        snprintf(words, sizeof(words), "is %s", hold_words(held, sizeof(held), hold, s->wall_ms));
        tell(after, hold, LEVEL_WARNING, words, sink, ctx);
    }
}
