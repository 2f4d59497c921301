// When to ask, and what: rounds, and whom they wait for.
#include "clock.h"
#include "poller_state.h"
#include "rehome/base/mem.h"

enum {
    SETTINGS_EVERY_MS = 15000,
    SLACK_MS = 25,      // for those who were late or lost, when all others have answered
    LOSSES_GAP_MS = 50, // between the starts of rounds that lost connections bring about
};

static void set_timer(Poller *p, ev_timer *timer, int64_t ms)
{
    ev_timer_stop(p->loop, timer);
    ev_timer_set(timer, ms > 0 ? (double)ms / 1000. : 0., 0.);
    ev_timer_start(p->loop, timer);
}

// --- whom the round waits for --------------------------------------------------------------------

static void set_wait(Poller *p, Peer *peer, Wait wait)
{
    p->n_hard -= peer->wait == WAIT_HARD ? 1 : 0;
    p->n_soft -= peer->wait == WAIT_SOFT ? 1 : 0;
    peer->wait = wait;
    p->n_hard += wait == WAIT_HARD ? 1 : 0;
    p->n_soft += wait == WAIT_SOFT ? 1 : 0;
}

// Never ends the round itself: whoever called is in the middle of something.
static void consider_end(Poller *p)
{
    if (!p->is_running || p->n_hard > 0 || discovery_is_under_way(p) ||
        ev_is_active(&p->discover_timer)) {
        ev_timer_stop(p->loop, &p->slack_timer);
    } else if (p->n_soft == 0) {
        set_timer(p, &p->slack_timer, 0);
    } else if (!ev_is_active(&p->slack_timer)) {
        set_timer(p, &p->slack_timer, SLACK_MS);
    }
}

// The first picture is to be complete: a first attempt is waited for, unless the cluster itself
// holds the node for dead, or it is only a seed tried once more.
static bool is_first_attempt(const Poller *p, Peer *peer)
{
    return !peer->tried && peer_is_trying(peer) && !peer->flagged &&
           (p->n_known == 0 || !peer->is_seed);
}

void round_expect(Poller *p, Peer *peer)
{
    if (p->is_running && is_first_attempt(p, peer)) {
        set_wait(p, peer, WAIT_HARD);
        consider_end(p);
    }
}

void round_forget(Poller *p, Peer *peer)
{
    set_wait(p, peer, WAIT_NO);
}

// --- what is asked -------------------------------------------------------------------------------

static bool is_small(const Poller *p)
{
    return p->options.witnesses < 0 || p->n_peers <= (size_t)p->options.witnesses;
}

static size_t count_owners(const Poller *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_peers; i++) {
        n += p->peers[i]->is_owner ? 1 : 0;
    }
    return n;
}

// How many views this round asks for. A full round's are a majority of the slot owners, and some
// more for those that do not answer in time.
static size_t count_views(const Poller *p)
{
    if (is_small(p) || (p->is_full && p->n_peers <= (size_t)p->options.full_views)) {
        return p->n_peers;
    }
    size_t owners = count_owners(p);
    size_t safe = owners / 2 + owners / 16 + 1;
    size_t few = (size_t)(p->is_full ? p->options.full_views : p->options.witnesses);
    return p->is_full && few < safe ? safe : few;
}

static bool may_witness(const Peer *peer, bool owners_only)
{
    return !peer->is_witness && peer_is_up(peer) && peer->is_trusted &&
           (peer->is_owner || !owners_only);
}

// From where the last choice ended, so that everybody's view is seen in time.
static size_t rotate(Poller *p, size_t wanted, bool owners_only)
{
    size_t n = p->n_peers;
    size_t start = p->rotor < n ? p->rotor : 0;
    for (size_t i = 0; i < n && wanted > 0; i++) {
        size_t at = start + i < n ? start + i : start + i - n;
        if (may_witness(p->peers[at], owners_only)) {
            p->peers[at]->is_witness = true;
            p->rotor = at + 1;
            wanted--;
        }
    }
    return wanted;
}

static void choose_witnesses(Poller *p)
{
    size_t wanted = count_views(p);
    bool all = wanted == p->n_peers;
    size_t in_trouble = 0;
    for (size_t i = 0; i < p->n_peers; i++) {
        Peer *peer = p->peers[i];
        // What a node in trouble believes is of interest, but not if half the cluster is.
        bool is_case = peer->flagged && peer_is_up(peer) && in_trouble < wanted;
        in_trouble += is_case ? 1 : 0;
        peer->is_witness = all || is_case || peer->is_seed;
    }
    if (!all) {
        wanted = rotate(p, wanted, true);
        wanted = p->is_full ? wanted : rotate(p, wanted, false);
    }
    p->witnesses_left = wanted;
}

static unsigned kinds_for(Poller *p, Peer *peer, int64_t now_ms)
{
    if (p->is_full || peer->is_seed) {
        peer->denied = 0;
        return peer->is_witness ? ASK_ALL : ASK_ALL & ~(unsigned)ASK_TOPOLOGY;
    }
    unsigned kinds = ASK_INFO;
    if (now_ms - peer->settings_asked_ms >= SETTINGS_EVERY_MS) {
        peer->denied = 0; // permissions may have changed
        kinds |= ASK_SETTINGS | peer->forbidden;
        peer->settings_asked_ms = now_ms;
    }
    if (peer->is_witness) {
        kinds |= ASK_TOPOLOGY;
    }
    if ((peer->denied & ASK_INFO) != 0) {
        kinds |= ASK_CLUSTER; // as a sign of life
    }
    if (!peer_is_confirmed(peer)) {
        kinds |= ASK_MYID;
    }
    return kinds;
}

static void ask(Poller *p, Peer *peer, unsigned kinds, Wait wait)
{
    peer_ask(peer, kinds);
    // There may be nothing left that it would answer.
    set_wait(p, peer, p->is_running && !peer_is_settled(peer) ? wait : WAIT_NO);
}

void round_on_up(Poller *p, Peer *peer)
{
    bool is_wanted = p->is_running && p->witnesses_left > 0 && peer->is_owner;
    p->witnesses_left -= is_wanted ? 1 : 0;
    peer->is_witness = is_wanted || peer->is_seed || count_views(p) == p->n_peers;
    ask(p, peer, peer->is_witness ? ASK_ALL : ASK_ALL & ~(unsigned)ASK_TOPOLOGY,
        peer->wait == WAIT_HARD ? WAIT_HARD : WAIT_SOFT);
    consider_end(p);
}

// A view is as long as the cluster is large: those of earlier witnesses go as soon as there is a
// newer one. (The snapshot looks at an old view only when a round brought no new one.)
static void forget_old_views(const Poller *p)
{
    for (size_t i = 0; i < p->n_peers; i++) {
        if (p->peers[i]->words[QUERY_NODES].ms < p->started_ms) {
            peer_forget_view(p->peers[i]);
        }
    }
}

void round_on_told(Poller *p, Peer *peer, QueryKind kind)
{
    if (peer->took_ms < p->options.round_deadline_ms) {
        peer->is_trusted = true; // also when its round went on without it
    }
    bool is_new = kind == QUERY_NODES && peer->words[kind].ms >= p->started_ms;
    if (is_new && p->is_running && !p->has_new_view && !is_small(p)) {
        forget_old_views(p);
    }
    p->has_new_view = p->has_new_view || is_new;
}

void round_on_settled(Poller *p, Peer *peer)
{
    set_wait(p, peer, WAIT_NO);
    consider_end(p);
}

void round_on_down(Poller *p, Peer *peer, bool was_proven)
{
    // Another address of it, or another way, may still be tried in this round.
    bool goes_on = is_first_attempt(p, peer);
    if (!goes_on) {
        set_wait(p, peer, WAIT_NO);
        peer->is_trusted = false;
    }
    if (was_proven) {
        p->wants_again = true;
        round_soon(p);
    }
    consider_end(p);
}

// Only now is it known how many there are; none of them is up yet.
void round_on_discovered(Poller *p)
{
    p->witnesses_left = count_views(p);
}

void round_on_seeds_tried(Poller *p)
{
    consider_end(p);
}

// --- a round -------------------------------------------------------------------------------------

static void begin(Poller *p)
{
    ev_timer_stop(p->loop, &p->start_timer);
    p->is_running = true;
    p->is_full = p->wants_full;
    p->wants_round = false;
    p->wants_full = false;
    p->wants_again = false;
    p->has_new_view = false;
    p->started_ms = clock_now_ms();
    set_timer(p, &p->deadline_timer, p->options.round_deadline_ms);
    choose_witnesses(p);
    for (size_t i = 0; i < p->n_peers; i++) {
        Peer *peer = p->peers[i];
        if (peer_is_up(peer) && link_late(peer->link) == 0) {
            ask(p, peer, kinds_for(p, peer, p->started_ms),
                peer->is_trusted ? WAIT_HARD : WAIT_SOFT);
        } else if (is_first_attempt(p, peer)) {
            set_wait(p, peer, WAIT_HARD);
        }
    }
    consider_end(p);
}

static void schedule(Poller *p)
{
    int64_t now_ms = clock_now_ms();
    int64_t gap_ms = p->hurries ? p->options.fast_interval_ms : p->options.interval_ms;
    if (p->wants_again && gap_ms > LOSSES_GAP_MS) {
        gap_ms = LOSSES_GAP_MS;
    }
    if ((p->wants_full || p->wants_round) && p->n_known > 0) {
        gap_ms = 0;
    }
    ev_now_update(p->loop); // the report may have taken its time
    set_timer(p, &p->start_timer, p->started_ms + gap_ms - now_ms);
}

void round_soon(Poller *p)
{
    if (!p->is_running) {
        schedule(p);
    }
}

static void report(Poller *p, bool full)
{
    int64_t now_ms = clock_now_ms();
    p->observations =
        mem_grow(p->observations, &p->cap_observations, p->n_peers, sizeof(*p->observations));
    for (size_t i = 0; i < p->n_peers; i++) {
        peer_observe(p->peers[i], p->started_ms, now_ms, &p->observations[i]);
    }
    RoundInput in = {
        .at = p->observations,
        .n = p->n_peers,
        .name = p->n_seeds > 0 ? p->seeds[p->name].name : "",
        .user = poller_user(p),
        .round = p->round,
        .started_ms = p->started_ms,
        .now_ms = now_ms,
        .wall_ms = clock_wall_ms(),
    };
    p->listener.round(p->listener.ctx, &in, full);
}

static void end(Poller *p)
{
    ev_timer_stop(p->loop, &p->deadline_timer);
    ev_timer_stop(p->loop, &p->slack_timer);
    p->is_running = false;
    p->round++;
    for (size_t i = 0; i < p->n_peers; i++) {
        Peer *peer = p->peers[i];
        if (peer->wait == WAIT_HARD) { // the deadline came
            peer->is_trusted = false;
        }
        set_wait(p, peer, WAIT_NO);
        peer_ask_no_more(peer);
    }
    discovery_tidy(p);
    bool full = p->is_full && p->n_known > 0;
    p->wants_full = p->wants_full || (p->is_full && !full); // nobody there yet who could be asked
    p->is_full = false;
    report(p, full);
    discovery_bury(p);
    schedule(p);
}

static void on_start(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    begin(timer->data);
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    end(timer->data);
}

void round_init(Poller *p)
{
    ev_init(&p->start_timer, on_start);
    ev_init(&p->deadline_timer, on_end);
    ev_init(&p->slack_timer, on_end);
    p->start_timer.data = p->deadline_timer.data = p->slack_timer.data = p;
}

void round_done(Poller *p)
{
    ev_timer_stop(p->loop, &p->start_timer);
    ev_timer_stop(p->loop, &p->deadline_timer);
    ev_timer_stop(p->loop, &p->slack_timer);
    mem_free(p->observations);
}
