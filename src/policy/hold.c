#include "rehome/policy/hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// The limit is by the hour; what is older says nothing any more.
static const int64_t hour_ms = 3600000;

static const char *const kind_texts[] = {
#define X(name, text) [HOLD_##name] = text,
    HOLD_KINDS(X)
#undef X
};

static const char *const scope_texts[] = {
#define X(name, text) [HOLD_ON_##name] = text,
    HOLD_SCOPES(X)
#undef X
};

const char *hold_kind_text(HoldKind kind)
{
    return (size_t)kind < ARRAY_LEN(kind_texts) ? kind_texts[kind] : "";
}

const char *hold_scope_text(HoldScope scope)
{
    return (size_t)scope < ARRAY_LEN(scope_texts) ? scope_texts[scope] : "";
}

static bool is_one_of(const char *text, const char *const *of, size_t n, size_t *at)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text, of[i]) == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

bool hold_kind_parse(const char *text, HoldKind *out)
{
    size_t at = 0;
    bool found = is_one_of(text, kind_texts, ARRAY_LEN(kind_texts), &at);
    *out = found ? (HoldKind)at : *out;
    return found;
}

bool hold_scope_parse(const char *text, HoldScope *out)
{
    size_t at = 0;
    bool found = is_one_of(text, scope_texts, ARRAY_LEN(scope_texts), &at);
    *out = found ? (HoldScope)at : *out;
    return found;
}

size_t hold_members(const Snapshot *s, NodeId out[HOLD_MEMBERS])
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_owners && n < HOLD_MEMBERS; i++) {
        out[n++] = s->nodes[s->masters[i]].id;
    }
    return n;
}

Hold hold_make(const Snapshot *s, const HoldSubject *on, const char *owner, const char *reason,
               int64_t wall_ms, int64_t for_ms)
{
    Hold hold = {
        .on = *on,
        .since_ms = wall_ms,
        .until_ms = for_ms > 0 ? wall_ms + for_ms : 0,
    };
    text_clean_into(hold.owner, sizeof(hold.owner), sv_trim(sv(owner)));
    text_clean_into(hold.reason, sizeof(hold.reason), sv_trim(sv(reason)));
    hold.n_members = hold_members(s, hold.members);
    return hold;
}

bool hold_is_over(const Hold *hold, int64_t wall_ms)
{
    return hold->until_ms != 0 && hold->until_ms <= wall_ms;
}

bool hold_concerns(const Hold *hold, const Snapshot *s)
{
    if (hold->on.scope == HOLD_ON_NODE) {
        return snapshot_find(s, hold->on.node) >= 0;
    }
    for (size_t i = 0; i < hold->n_members; i++) {
        if (snapshot_find(s, hold->members[i]) >= 0) {
            return true;
        }
    }
    return hold->n_members == 0;
}

bool hold_covers(const Hold *hold, const Node *node)
{
    if (hold->on.kind != HOLD_DOWNTIME) {
        return false;
    }
    if (hold->on.scope == HOLD_ON_NODE) {
        return node_id_eq(hold->on.node, node->id);
    }
    // Whoever set it may have looked without the labels that we have.
    return hold->on.scope == HOLD_ON_HOST && hold->on.host[0] != '\0' &&
           (strcmp(hold->on.host, node->host) == 0 || strcmp(hold->on.host, node->ip) == 0 ||
            strcmp(hold->on.host, node->hostname) == 0);
}

bool hold_subject_eq(const HoldSubject *a, const HoldSubject *b)
{
    return a->kind == b->kind && a->scope == b->scope &&
           (a->scope != HOLD_ON_NODE || node_id_eq(a->node, b->node)) &&
           (a->scope != HOLD_ON_HOST || strcmp(a->host, b->host) == 0);
}

static void remove_at(Holds *all, size_t i)
{
    all->n--;
    memmove(&all->at[i], &all->at[i + 1], (all->n - i) * sizeof(all->at[0]));
}

bool holds_put(Holds *all, const Hold *hold, const Snapshot *s)
{
    for (size_t i = all->n; i-- > 0;) {
        if (hold_subject_eq(&all->at[i].on, &hold->on) && hold_concerns(&all->at[i], s)) {
            remove_at(all, i);
        }
    }
    if (all->n == HOLDS_MAX) {
        return false;
    }
    all->at[all->n++] = *hold;
    return true;
}

bool hold_try_concerns(const HoldTry *attempt, const Snapshot *s)
{
    return snapshot_find(s, attempt->replica) >= 0 || snapshot_find(s, attempt->donor) >= 0 ||
           snapshot_find(s, attempt->target) >= 0;
}

static void forget_tries(Holds *all, const Snapshot *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->n_tries; i++) {
        if (!hold_try_concerns(&all->tries[i], s)) {
            all->tries[kept++] = all->tries[i];
        }
    }
    all->n_tries = kept;
}

size_t holds_drop(Holds *all, const HoldSubject *on, const Snapshot *s)
{
    size_t dropped = 0;
    for (size_t i = all->n; i-- > 0;) {
        if (hold_subject_eq(&all->at[i].on, on) && hold_concerns(&all->at[i], s)) {
            remove_at(all, i);
            dropped++;
        }
    }
    if (on->kind == HOLD_BRAKE) {
        forget_tries(all, s);
    }
    return dropped;
}

void holds_try(Holds *all, const HoldTry *attempt)
{
    if (all->n_tries == HOLD_TRIES_MAX) {
        all->n_tries--;
        memmove(&all->tries[0], &all->tries[1], all->n_tries * sizeof(all->tries[0]));
    }
    all->tries[all->n_tries++] = *attempt;
}

void holds_prune(Holds *all, int64_t wall_ms)
{
    for (size_t i = all->n; i-- > 0;) {
        if (hold_is_over(&all->at[i], wall_ms)) {
            remove_at(all, i);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < all->n_tries; i++) {
        if (wall_ms - all->tries[i].at_ms < hour_ms) {
            all->tries[kept++] = all->tries[i];
        }
    }
    all->n_tries = kept;
}

// --- words

char *hold_left(char *out, size_t size, const Hold *hold, int64_t wall_ms)
{
    if (hold->until_ms == 0) {
        snprintf(out, size, "until released");
        return out;
    }
    int64_t s = hold->until_ms > wall_ms ? (hold->until_ms - wall_ms + 999) / 1000 : 0;
    int64_t min = (s + 59) / 60; // of the last minute the seconds are told
    if (s < 60) {
        snprintf(out, size, "%" PRId64 " s left", s);
    } else if (min < 120) {
        snprintf(out, size, "%" PRId64 " min left", min);
    } else if (min < INT64_C(48) * 60) {
        snprintf(out, size, "%" PRId64 " h %02" PRId64 " left", min / 60, min % 60);
    } else {
        snprintf(out, size, "%" PRId64 " d %" PRId64 " h left", min / 1440, min / 60 % 24);
    }
    return out;
}

char *hold_words(char *out, size_t size, const Hold *hold, int64_t wall_ms)
{
    static const char *const verbs[] = {
        [HOLD_BRAKE] = "braked",
        [HOLD_PAUSE] = "paused",
        [HOLD_DOWNTIME] = "in downtime",
    };
    char left[32];
    snprintf(out, size, "%s by %s, %s%s%s", verbs[hold->on.kind], hold->owner,
             hold_left(left, sizeof(left), hold, wall_ms), hold->reason[0] != '\0' ? ": " : "",
             hold->reason);
    return out;
}

char *hold_subject_text(char *out, size_t size, const HoldSubject *on, const Snapshot *s)
{
    int node = on->scope == HOLD_ON_NODE ? snapshot_find(s, on->node) : -1;
    switch (on->scope) {
    case HOLD_ON_NODE:
        snprintf(out, size, "%s", node >= 0 ? s->nodes[node].addr : on->node.hex);
        break;
    case HOLD_ON_HOST:
        snprintf(out, size, "host %s", on->host);
        break;
    case HOLD_ON_ALL:
    case HOLD_SCOPE_COUNT:
        snprintf(out, size, "automatic mode");
        break;
    }
    return out;
}

static bool is_host(const Snapshot *s, const char *text)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (strcmp(s->nodes[i].host, text) == 0 || strcmp(s->nodes[i].ip, text) == 0 ||
            strcmp(s->nodes[i].hostname, text) == 0) {
            return true;
        }
    }
    return false;
}

bool hold_subject_find(const Snapshot *s, const char *what, HoldSubject *out, Error *err)
{
    Error why = {0};
    if (strcmp(what, "all") == 0) {
        *out = (HoldSubject){.kind = HOLD_PAUSE, .scope = HOLD_ON_ALL};
        return true;
    }
    char host[HOLD_HOST_SIZE];
    text_clean_into(host, sizeof(host), sv(what));
    int node = snapshot_name(s, what, &why);
    bool host_too = is_host(s, host);
    if (node >= 0 && host_too) {
        return fail(err, ERR_USAGE, "\"%s\" is a host and a node: give the node as host:port",
                    host);
    }
    *out = (HoldSubject){.kind = HOLD_DOWNTIME, .scope = HOLD_ON_NODE};
    if (node >= 0) {
        out->node = s->nodes[node].id;
        return true;
    }
    out->scope = HOLD_ON_HOST;
    memcpy(out->host, host, sizeof(host));
    return host_too || fail(err, ERR_USAGE, "%s; and no host is called so", why.text);
}
