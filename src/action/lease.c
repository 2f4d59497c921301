// The lease: having it, wanting it, and whose its slot is.
#include "rehome/action/lease.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lease_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/model/key_slot.h"

Lease *lease_new(const LeaseOptions *options)
{
    Lease *l = mem_alloc(sizeof(*l));
    snprintf(l->key, sizeof(l->key), "%s", options->key);
    text_clean_into(l->shown_key, sizeof(l->shown_key), sv(l->key));
    l->slot = key_slot(sv(l->key));
    text_clean_into(l->host, sizeof(l->host), sv(options->host));
    for (char *c = l->host; *c != '\0'; c++) { // a word of the token
        if (*c == ' ') {
            *c = '_';
        }
    }
    l->pid = options->pid;
    l->nonce = options->nonce;
    l->ttl_ms = options->ttl_ms > 0 ? options->ttl_ms : LEASE_TTL_MS;
    snprintf(l->ttl, sizeof(l->ttl), "%lld", (long long)l->ttl_ms);
    l->next = LEASE_ASK_LOOK;
    return l;
}

void lease_free(Lease *l)
{
    mem_free(l);
}

void lease_ask_next(Lease *l, LeaseAsk ask, int64_t at_ms)
{
    l->next = ask;
    l->next_ms = at_ms;
}

void lease_say_why(Lease *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(l->why, sizeof(l->why), format, args);
    va_end(args);
}

// --- having it

void lease_hold(Lease *l, int64_t now_ms)
{
    if (l->state != LEASE_OURS) {
        // Later than right then somebody may have had it in between.
        bool ran_out = l->asked == LEASE_ASK_TAKE && l->holder_ends_ms > 0 &&
                       l->asked_ms >= l->holder_ends_ms &&
                       l->asked_ms < l->holder_ends_ms + LEASE_AGAIN_MS;
        l->since_ms = now_ms;
        l->counts_ms = ran_out ? now_ms : now_ms + l->ttl_ms;
    }
    if (l->counts_ms < l->settled_ms) {
        l->counts_ms = l->settled_ms;
    }
    l->state = LEASE_OURS;
    l->may_extend = true;
    l->take_is_open = false;
    l->vain_takes = 0;
    l->why[0] = '\0';
    l->good_ms = l->asked_ms + l->ttl_ms - l->ttl_ms / LEASE_MARGIN_SHARE;
    lease_ask_next(l, LEASE_ASK_EXTEND, l->asked_ms + l->ttl_ms / LEASE_EXTEND_SHARE);
}

void lease_run_out(Lease *l, int64_t now_ms)
{
    if (l->state != LEASE_OURS || now_ms < l->good_ms) {
        return;
    }
    if (l->why[0] == '\0') {
        lease_say_why(l, "it was not extended in time (were we stopped?)");
    }
    l->state = LEASE_UNKNOWN;
    lease_ask_next(l, LEASE_ASK_LOOK, l->next_ms < now_ms ? l->next_ms : now_ms);
}

bool lease_may_write(const Lease *l, int64_t now_ms)
{
    return l->wanted && lease_state(l, now_ms) == LEASE_OURS;
}

// The key may have been free for no other reason than that its server has begun anew, which only a
// later round shows.
bool lease_is_confirmed(const Lease *l)
{
    return l->owner_told_ms >= l->since_ms;
}

LeaseState lease_state(const Lease *l, int64_t now_ms)
{
    if (l->state != LEASE_OURS) {
        return l->state;
    }
    if (now_ms >= l->good_ms) {
        return LEASE_UNKNOWN;
    }
    return now_ms < l->counts_ms || !lease_is_confirmed(l) ? LEASE_SETTLING : LEASE_OURS;
}

void lease_want(Lease *l, bool wanted, int64_t now_ms)
{
    if (wanted && !l->wanted && l->state != LEASE_OURS && l->asked == LEASE_ASK_NOTHING) {
        lease_ask_next(l, LEASE_ASK_LOOK, now_ms);
    }
    l->wanted = wanted;
}

// --- whose the slot is

static const Node *find_owner(const Snapshot *s, int slot)
{
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *n = &s->nodes[s->masters[i]];
        if (slot_ranges_has(n->slots, slot)) {
            return n;
        }
    }
    return NULL;
}

static void lose_owner(Lease *l, const Node *failed)
{
    l->owner = (NodeId){.hex = ""};
    if (failed != NULL) {
        lease_say_why(l,
                      "%.63s, which owns slot %d of the key, has failed: one of its replicas "
                      "has to be promoted first",
                      failed->addr, l->slot);
    } else {
        lease_say_why(l, "slot %d of the key has no owner", l->slot);
    }
    if (l->state != LEASE_OURS) { // ours runs out by itself
        l->state = LEASE_UNKNOWN;
    }
}

// Another server, or the same one begun anew: it may not know what the one before was told last.
static void change_hands(Lease *l, int64_t now_ms)
{
    bool was_ours = l->state == LEASE_OURS;
    l->settled_ms = now_ms + l->ttl_ms;
    l->is_stale = l->asked != LEASE_ASK_NOTHING;
    l->may_extend = false;
    l->holder_ends_ms = 0;
    l->state = LEASE_UNKNOWN;
    lease_say_why(l, "slot %d of the key is served by %.63s anew, which has to confirm it", l->slot,
                  l->owner_addr);
    lease_ask_next(l, was_ours ? LEASE_ASK_EXTEND : LEASE_ASK_LOOK, now_ms);
}

void lease_round(Lease *l, const Snapshot *s)
{
    l->wall_offset_ms = s->wall_ms - s->now_ms;
    lease_run_out(l, s->now_ms);
    const Node *n = find_owner(s, l->slot);
    if (n == NULL || node_has(n, NODE_FAIL)) {
        lose_owner(l, n);
        return;
    }
    bool told = n->says != NULL && n->says->has_info;
    const char *run = told ? n->says->info.run_id : "";
    bool is_other = !node_id_eq(l->known_owner, n->id);
    bool changed = !node_id_is_none(l->known_owner) &&
                   (is_other || n->config_epoch > l->owner_epoch ||
                    (*run != '\0' && l->owner_run[0] != '\0' && strcmp(run, l->owner_run) != 0));
    if (is_other || n->config_epoch > l->owner_epoch) {
        l->owner_epoch = n->config_epoch;
    }
    if (is_other || *run != '\0') {
        snprintf(l->owner_run, sizeof(l->owner_run), "%s", run);
    }
    l->owner = l->known_owner = n->id;
    snprintf(l->owner_addr, sizeof(l->owner_addr), "%s", n->addr);
    l->owner_told_ms = told ? n->says->info_ms : 0;
    if (changed) {
        change_hands(l, s->now_ms);
    }
}
