// The gate's rule about the servers' own replica migration: SERVER_RACE.
//
// A replica moves by itself when it has seen a master orphaned for more than 5000 ms (cluster.c,
// clusterHandleSlaveMigration, CLUSTER_SLAVE_MIGRATION_DELAY; looked at ten times a second), and
// at once when that master was an orphan earlier (orphaned_time is not reset). It asks nobody, so
// one of the donor's other replicas may leave in the very moment in which we take ours: both pass
// their own check, and the donor is left with none. Seen on 7.0.15. So nothing is written while
// that is due.
//
// Nor shortly before: the others hear of our move from the moved replica itself, and whoever has
// not heard of it still sees an orphan. Nodes ping whom they have not heard of for half a
// cluster-node-timeout, which is 7.5 s by default. Only when we take the very one that the servers
// would take does it not matter: to those who have not heard, it is still the one to go.
//
// News of any other move takes as long, and until all have it nobody knows what each of them sees.
#include "gate_work.h"
#include "rehome/base/text.h"
#include "word.h"

enum {
    AT_ONCE_MS = 150, // two looks of the server, and the news of it
    SERVERS_DELAY_MS = 5000,
    ON_THE_WAY_MS = 300, // from our evidence to what our write does
    CRON_MS = 100,       // between two looks of a server at whom to ping
    DUE_TO_MS = 6500,
    UNKNOWN_TIMEOUT_MS = 15000, // the default
};

// Until everyone has heard from a node.
static int64_t news_ms(const Snapshot *s)
{
    int64_t timeout = s->node_timeout_ms < 0 ? UNKNOWN_TIMEOUT_MS : s->node_timeout_ms;
    return timeout / 2 + CRON_MS;
}

// What we saw happen then may not have reached everyone; 0: nothing happened.
static bool is_news(const Snapshot *s, int64_t happened_ms)
{
    return happened_ms != 0 && s->now_ms - happened_ms < news_ms(s) + AT_ONCE_MS;
}

// A master's live replicas, as any server may count them that has heard less than we have.
typedef struct {
    int least;
    int most;
} LiveCount;

static LiveCount count_live(const GateRound *r, int master)
{
    const Node *m = &r->s->nodes[master];
    LiveCount count = {0, 0};
    for (size_t i = 0; i < m->n_replicas; i++) {
        const NodeHealth *replica = &r->health->of[m->replicas[i]];
        bool failed = node_has(&r->s->nodes[m->replicas[i]], NODE_FAIL);
        bool unsure = is_news(r->s, failed ? replica->fail_ms : replica->back_ms) ||
                      is_news(r->s, replica->moved_ms);
        count.least += !failed && !unsure;
        count.most += !failed || unsure;
    }
    if (node_has(m, NODE_FAIL)) {
        count.least = 0;
    }
    return count;
}

// Only replicas of the best covered masters move by themselves, and never a master's only one.
static bool donor_may_lose_one(const GateRound *r)
{
    if (r->donor < 0) {
        return false;
    }
    int donors = count_live(r, r->donor).most;
    for (size_t i = 0; i < r->s->n_nodes; i++) {
        donors += is_news(r->s, r->health->of[i].moved_ms); // it may have come from there
    }
    int others = 2;
    for (size_t i = 0; i < r->s->n_masters; i++) {
        int least = count_live(r, r->s->masters[i]).least;
        others = least > others ? least : others;
    }
    return donors >= others;
}

static bool is_servers_choice(const GateRound *r)
{
    int best = word_most_live_replicas(r->s);
    for (size_t i = 0; i < r->s->n_masters; i++) {
        LiveCount count = count_live(r, r->s->masters[i]);
        if (count.least < count.most && count.most >= best) {
            return false; // who is covered best, and so whose replica goes, is not seen alike
        }
    }
    return r->replica >= 0 && word_servers_choice(r->s) == r->replica;
}

// How old an orphan may be at most for our write to be in time; not above 0: however young it is.
static int64_t early_until_ms(const GateRound *r)
{
    int64_t until = SERVERS_DELAY_MS - ON_THE_WAY_MS;
    return is_servers_choice(r) ? until : until - news_ms(r->s);
}

// For how long nothing has been heard of the node, by the clock of the reporter; -1: not told.
static int64_t silence_ms(const NodesView *view, NodeId id)
{
    int64_t newest = 0;
    const NodeLine *line = nodes_find(view, id);
    for (size_t i = 0; i < view->n; i++) {
        newest = view->at[i].pong_ms > newest ? view->at[i].pong_ms : newest;
    }
    return line == NULL || line->pong_ms == 0 ? -1 : newest - line->pong_ms;
}

// We did not see it become an orphan, but the last word of its last replica is so old that the
// servers would have acted by now if they were going to.
static bool is_long_past(const GateRound *r, const Node *orphan)
{
    int64_t timeout = r->s->node_timeout_ms;
    if (timeout < 0 || orphan->n_replicas == 0 || orphan->says == NULL || !orphan->says->has_view) {
        return false;
    }
    for (size_t i = 0; i < orphan->n_replicas; i++) {
        NodeId id = r->s->nodes[orphan->replicas[i]].id;
        if (silence_ms(&orphan->says->view, id) <= 2 * timeout + DUE_TO_MS) {
            return false;
        }
    }
    return true;
}

// It began in between.
typedef struct {
    int64_t after_ms; // 0: not known
    int64_t since_ms; // so we have seen
} Beginning;

// Is this master, to the servers, one without a replica, and since when? Our own words will not do:
// a replica that is merely cut off is one to the servers until it has failed, and one that has
// failed is none, also when our own move brings it there and we wait for it.
static bool is_orphan_to_servers(const GateRound *r, const Node *m, const NodeHealth *health,
                                 Beginning *out)
{
    *out = (Beginning){.after_ms = health->after_ms, .since_ms = health->since_ms};
    if (!node_is_owner(m) || node_has(m, NODE_FAIL) || word_live_replicas(r->s, m) > 0) {
        return false;
    }
    for (size_t i = 0; i < m->n_replicas; i++) {
        const NodeHealth *replica = &r->health->of[m->replicas[i]];
        if (i == 0 || replica->fail_ms > out->since_ms) {
            *out = (Beginning){.after_ms = replica->fail_after_ms, .since_ms = replica->fail_ms};
        }
    }
    // The last one to go need not have failed: it may have moved away.
    out->since_ms = health->bare_ms > out->since_ms ? health->bare_ms : out->since_ms;
    // And the servers' clock need not have been set back since it was an orphan the last time.
    if (health->bare_before_ms != 0 && r->s->now_ms - health->bare_before_ms < DUE_TO_MS &&
        health->bare_before_ms < out->after_ms) {
        out->after_ms = health->bare_before_ms;
    }
    return true;
}

// For another orphan the servers may take the next of this donor's replicas, and count to those
// that stay one of which only we know that it does not work.
static bool servers_may_take_the_last(const GateRound *r)
{
    int barrier = r->s->barrier > 1 ? r->s->barrier : 1;
    int left = word_live_replicas(r->s, &r->s->nodes[r->donor]) - 1;
    return left > barrier && word_stand_ins(r->health, r->donor, r->replica) <= r->health->floor;
}

// Who was asked before that may have gone since.
static bool is_past(const GateRound *r, const Beginning *began)
{
    return r->s->asked_ms - began->since_ms > DUE_TO_MS;
}

// A replica goes to the first orphan in its list or to none, so that one for which it is time waits
// until that other one has had its time as well, or is none any more; then it goes at once.
static bool waits_for_another(const GateRound *r, int master)
{
    for (size_t i = 0; i < r->s->n_masters; i++) {
        int other = r->s->masters[i];
        Beginning began;
        if (other != master &&
            (is_news(r->s, r->health->of[other].covered_ms) ||
             (is_orphan_to_servers(r, &r->s->nodes[other], &r->health->of[other], &began) &&
              !is_past(r, &began)))) {
            return true;
        }
    }
    return false;
}

static bool is_due(const GateRound *r, int master, GateCheck *c)
{
    const Node *m = &r->s->nodes[master];
    Beginning began;
    if (!is_orphan_to_servers(r, m, &r->health->of[master], &began)) {
        return false;
    }
    int64_t age = r->s->now_ms - began.since_ms;
    bool seen = began.after_ms != 0;
    bool is_over = is_past(r, &began) || (!seen && is_long_past(r, m));
    if (is_over && !waits_for_another(r, master)) {
        return false;
    }
    bool is_early = seen && age >= AT_ONCE_MS && r->s->now_ms - began.after_ms < early_until_ms(r);
    if (is_early && (master == r->target || !servers_may_take_the_last(r))) {
        return false;
    }
    char held[32];
    const char *more = is_over ? ", second to another one"
                       : seen  ? ""
                               : " that we have seen, and longer";
    gate_refuse_check(c, "the server's own migration to %s may come any moment: orphaned for %s%s",
                      m->addr, format_seconds(held, sizeof(held), age), more);
    return true;
}

// Who goes next is up to what each of them has heard. One that has not heard of another's move may
// find, once it does, that it is the one to go, however old the orphan.
static bool news_has_arrived(const GateRound *r, GateCheck *c)
{
    const Snapshot *s = r->s;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeHealth *health = &r->health->of[i];
        if (is_news(s, health->moved_ms)) {
            char ago[32];
            return gate_refuse_check(
                c, "the news that %s has moved may not have reached everyone: that was %s ago",
                s->nodes[i].addr, format_seconds(ago, sizeof(ago), s->now_ms - health->moved_ms));
        }
    }
    return true;
}

// Each replica goes by its own settings and by the state that it sees itself, whatever most others
// say: one may not have told the first, and see the second become ok before the rest.
static bool all_stay(const GateRound *r, bool (*stays)(const GateRound *r, const NodeSays *says))
{
    const Node *d = r->donor >= 0 ? &r->s->nodes[r->donor] : NULL;
    for (size_t i = 0; d != NULL && i < d->n_replicas; i++) {
        const Node *n = &r->s->nodes[d->replicas[i]];
        if (d->replicas[i] != r->replica && !node_has(n, NODE_FAIL) && !stays(r, n->says)) {
            return false;
        }
    }
    return true;
}

static bool is_told_to_stay(const GateRound *r, const NodeSays *says)
{
    (void)r;
    return says != NULL && says->has_settings && says->settings.allow_migration == TRI_NO;
}

// Not everybody is asked.
static bool sees_no_ok(const GateRound *r, const NodeSays *says)
{
    return says == NULL || !says->has_cluster || says->cluster_ms < r->since_ms ||
           !says->cluster.state_ok;
}

void gate_server_race(const GateWork *w, GateCheck *c)
{
    const GateRound *r = &w->round[1];
    if (r->s->server_migration == TRI_NO && all_stay(r, is_told_to_stay)) {
        gate_pass(c, "the server's own migration is off");
        return;
    }
    if (r->s->state_known && !r->s->state_ok && all_stay(r, sees_no_ok)) {
        gate_pass(c, "cluster_state is fail: the servers do not move replicas by themselves");
        return;
    }
    if (!donor_may_lose_one(r)) {
        gate_pass(c, "the servers would not take a replica of this donor");
        return;
    }
    if (!news_has_arrived(r, c)) {
        return;
    }
    for (size_t i = 0; i < r->s->n_masters; i++) {
        if (is_due(r, r->s->masters[i], c)) {
            return;
        }
    }
    gate_pass(c, "no move by the server's own migration is due");
}
