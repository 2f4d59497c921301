// What the lease asks of the owner of its slot, and what an answer means.
#include <string.h>

#include "lease_parts.h"

// Whoever reads a foreign key does not want all of a large one.
static const char LOOK_BYTES[] = "255";

// Compare, then act: nobody may touch what another has taken in the meantime.
static const char EXTEND[] = "if redis.call('GET',KEYS[1])==ARGV[1] then "
                             "return redis.call('PEXPIRE',KEYS[1],ARGV[2]) else return 0 end";
static const char RELEASE[] = "if redis.call('GET',KEYS[1])==ARGV[1] then "
                              "return redis.call('DEL',KEYS[1]) else return 0 end";

static LeaseAsk choose(const Lease *l)
{
    if (l->wanted) {
        return l->next;
    }
    bool is_taking = l->next == LEASE_ASK_TAKE || l->next == LEASE_ASK_EXTEND;
    return l->state == LEASE_OURS ? LEASE_ASK_RELEASE : is_taking ? LEASE_ASK_LOOK : l->next;
}

static void put(LeaseCommand *c, const char *word)
{
    c->argv[c->argc++] = word;
}

static void put_script(Lease *l, LeaseCommand *c, const char *script)
{
    put(c, "EVAL");
    put(c, script);
    put(c, "1");
    put(c, l->key);
    put(c, l->token);
}

static void put_take(Lease *l, LeaseCommand *c)
{
    put(c, "SET");
    put(c, l->key);
    put(c, l->token);
    put(c, "NX");
    put(c, "PX");
    put(c, l->ttl);
}

static void write_down(Lease *l, LeaseAsk ask, LeaseCommand *c)
{
    *c = (LeaseCommand){.node = l->owner};
    switch (ask) {
    case LEASE_ASK_LOOK:
        put(c, "GETRANGE");
        put(c, l->key);
        put(c, "0");
        put(c, LOOK_BYTES);
        break;
    case LEASE_ASK_LEFT:
        put(c, "PTTL");
        put(c, l->key);
        break;
    case LEASE_ASK_TAKE:
        put_take(l, c);
        break;
    case LEASE_ASK_EXTEND:
        put_script(l, c, EXTEND);
        put(c, l->ttl);
        break;
    case LEASE_ASK_RELEASE:
        put_script(l, c, RELEASE);
        break;
    case LEASE_ASK_NOTHING:
        break;
    }
}

bool lease_step(Lease *l, int64_t now_ms, LeaseCommand *out)
{
    lease_run_out(l, now_ms);
    bool gives_back = !l->wanted && l->state == LEASE_OURS;
    if (l->asked != LEASE_ASK_NOTHING || node_id_is_none(l->owner) ||
        (now_ms < l->next_ms && !gives_back)) {
        return false;
    }
    LeaseAsk ask = choose(l);
    // One that may still arrive and be carried out is to be known for ours.
    if (l->token[0] == '\0' || (ask == LEASE_ASK_TAKE && !l->take_is_open)) {
        lease_make_token(l, now_ms);
    }
    l->take_is_open = l->take_is_open || ask == LEASE_ASK_TAKE;
    if (ask == LEASE_ASK_RELEASE) {
        l->state = LEASE_UNKNOWN;
        l->why[0] = '\0';
    }
    l->asked = ask;
    l->asked_ms = now_ms;
    l->is_stale = false;
    write_down(l, ask, out);
    return true;
}

bool lease_is_giving_back(const Lease *l)
{
    return !l->wanted && (l->state == LEASE_OURS || l->asked == LEASE_ASK_RELEASE);
}

int64_t lease_wake_ms(const Lease *l)
{
    int64_t at = 0;
    if (l->asked == LEASE_ASK_NOTHING && !node_id_is_none(l->owner)) {
        at = l->next_ms > 0 ? l->next_ms : 1;
    }
    if (l->state == LEASE_OURS) {
        bool begins =
            l->told == LEASE_SETTLING && lease_is_confirmed(l) && l->counts_ms < l->good_ms;
        int64_t turns_ms = begins ? l->counts_ms : l->good_ms;
        at = at == 0 || turns_ms < at ? turns_ms : at;
    }
    return at;
}

// --- answers

// Nobody has said anything. What we hold is extended again; else the next step is a look.
static void no_answer(Lease *l, int64_t now_ms)
{
    bool is_fresh = l->state == LEASE_OTHERS && now_ms < l->holder_seen_ms + l->ttl_ms;
    if (l->state != LEASE_OURS && !is_fresh) {
        l->state = LEASE_UNKNOWN;
    }
    lease_ask_next(l, l->state == LEASE_OURS ? LEASE_ASK_EXTEND : LEASE_ASK_LOOK,
                   now_ms + LEASE_AGAIN_MS);
}

// False: nothing was asked, or of an owner who is none any more.
static bool take_asked(Lease *l, LeaseAsk *asked)
{
    *asked = l->asked;
    l->asked = LEASE_ASK_NOTHING;
    return *asked != LEASE_ASK_NOTHING && !l->is_stale;
}

void lease_unsent(Lease *l, int64_t now_ms)
{
    LeaseAsk asked;
    bool counts = take_asked(l, &asked);
    l->take_is_open = l->take_is_open && asked != LEASE_ASK_TAKE;
    if (counts) {
        lease_say_why(l, "there is no confirmed connection to %.63s, which owns slot %d of the key",
                      l->owner_addr, l->slot);
        no_answer(l, now_ms);
    }
}

void lease_late(Lease *l, int64_t now_ms)
{
    LeaseAsk asked;
    if (take_asked(l, &asked)) {
        lease_say_why(l, "%.63s, which owns slot %d of the key, does not answer", l->owner_addr,
                      l->slot);
        no_answer(l, now_ms);
    }
}

static void refused(Lease *l, LeaseAsk asked, const char *error, int64_t now_ms)
{
    int64_t again_ms = lease_read_error(l, error);
    l->take_is_open = l->take_is_open && asked != LEASE_ASK_TAKE;
    if (l->state != LEASE_OURS) {
        l->state = LEASE_UNKNOWN;
        lease_ask_next(l, LEASE_ASK_LOOK, now_ms + again_ms);
    } else {
        lease_ask_next(l, LEASE_ASK_EXTEND, now_ms + LEASE_AGAIN_MS);
    }
}

static void looked(Lease *l, const char *value, int64_t now_ms)
{
    if (value[0] == '\0') {
        l->state = LEASE_FREE;
        // Whoever may not extend it must not take it: it would come and go.
        LeaseAsk then = !l->wanted      ? LEASE_ASK_LOOK
                        : l->may_extend ? LEASE_ASK_TAKE
                                        : LEASE_ASK_EXTEND;
        lease_ask_next(l, then, l->wanted ? now_ms : now_ms + LEASE_LOOK_MS);
    } else if (strcmp(value, l->token) == 0) { // of an answer that did not come
        lease_ask_next(l, l->wanted ? LEASE_ASK_EXTEND : LEASE_ASK_RELEASE, now_ms);
    } else {
        lease_read_holder(l, value, now_ms);
        l->state = LEASE_OTHERS;
        l->take_is_open = false;
        l->holder_seen_ms = l->asked_ms;
        l->holder_ends_ms = 0;
        lease_ask_next(l, LEASE_ASK_LEFT, now_ms);
    }
}

static void told_left(Lease *l, const char *text, int64_t now_ms)
{
    int64_t left_ms;
    int64_t wait_ms = LEASE_LOOK_MS;
    if (!sv_to_i64(sv(text), &left_ms)) {
        left_ms = -2; // as if it had gone in between: the next look tells
    }
    l->holder_ends_ms = left_ms >= 0 ? now_ms + left_ms : left_ms == -1 ? -1 : 0;
    if (left_ms >= 0 && left_ms < wait_ms) {
        wait_ms = left_ms + 1;
    }
    lease_ask_next(l, LEASE_ASK_LOOK, now_ms + wait_ms);
}

static void extended(Lease *l, const char *text, int64_t now_ms)
{
    if (strcmp(text, "1") == 0) {
        lease_hold(l, now_ms);
        return;
    }
    l->may_extend = true;
    if (l->state == LEASE_OURS) {
        l->state = LEASE_UNKNOWN;
        lease_say_why(l, "the key does not hold our token any more");
    }
    lease_ask_next(l, l->state == LEASE_FREE ? LEASE_ASK_TAKE : LEASE_ASK_LOOK, now_ms);
}

static void took(Lease *l, const char *text, int64_t now_ms)
{
    if (strcmp(text, "OK") == 0) {
        lease_hold(l, now_ms);
        return;
    }
    l->take_is_open = false;
    l->state = LEASE_UNKNOWN;
    l->holder_ends_ms = 0; // not that one's: its time is not over
    l->why[0] = '\0';      // somebody was quicker, and the next look says who
    if (++l->vain_takes > 1) {
        lease_say_why(l, "the key %.60s is there with nothing in it: DEL it, or choose another",
                      l->shown_key);
    }
    lease_ask_next(l, LEASE_ASK_LOOK, now_ms + LEASE_AGAIN_MS);
}

void lease_reply(Lease *l, bool ok, const char *text, int64_t now_ms)
{
    lease_run_out(l, now_ms);
    LeaseAsk asked = l->asked;
    if (asked == LEASE_ASK_NOTHING || l->is_stale) {
        l->asked = LEASE_ASK_NOTHING;
        return;
    }
    if (!ok) {
        refused(l, asked, text, now_ms);
    } else if (asked == LEASE_ASK_LOOK) {
        looked(l, text, now_ms);
    } else if (asked == LEASE_ASK_LEFT) {
        told_left(l, text, now_ms);
    } else if (asked == LEASE_ASK_TAKE) {
        took(l, text, now_ms);
    } else if (asked == LEASE_ASK_EXTEND) {
        extended(l, text, now_ms);
    } else {
        l->state = strcmp(text, "1") == 0 ? LEASE_FREE : LEASE_UNKNOWN;
        lease_ask_next(l, LEASE_ASK_LOOK, now_ms + LEASE_LOOK_MS);
    }
    l->asked = LEASE_ASK_NOTHING;
}
