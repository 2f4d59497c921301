// The hard rules (may this replica go to this target?) and the values by which legal ones are put
// in order.
#include "plan_work.h"

#include "rehome/base/mem.h"
#include "word.h"

static bool is_serving(const Health *h, int master)
{
    const Snapshot *s = h->snapshot;
    const Node *m = &s->nodes[master];
    for (size_t i = 0; i < m->n_replicas; i++) {
        int r = m->replicas[i];
        // A replica that receives its dataset says so also while it loads what has come.
        if (h->of[r].replica == REPLICA_SYNCING ||
            (h->of[r].replica == REPLICA_LOADING && s->nodes[r].says->info.sync_in_progress)) {
            return true;
        }
    }
    for (size_t i = 0; m->says != NULL && m->says->has_info && i < m->says->info.n_slaves; i++) {
        SlaveState state = m->says->info.slaves[i].state;
        if (state == SLAVE_WAIT_BGSAVE || state == SLAVE_SEND_BULK) {
            return true;
        }
    }
    return false;
}

PlanWork plan_work(const Health *h, PlanHeed heed)
{
    const Snapshot *s = h->snapshot;
    PlanWork w = {
        .h = h,
        .heed = heed,
        .taken = mem_array(s->n_nodes, sizeof(*w.taken)),
        .promised = mem_array(s->n_nodes, sizeof(*w.promised)),
        .verdicts = mem_array(s->n_nodes, sizeof(*w.verdicts)),
        .serving = mem_array(s->n_masters, sizeof(*w.serving)),
        .lent = -1,
        .lent_to = -1,
    };
    for (size_t i = 0; i < s->n_masters; i++) {
        if (is_serving(h, s->masters[i])) {
            w.serving[w.n_serving++] = s->masters[i];
        }
    }
    // What our move in flight takes away is promised too, until its own word says that it has gone.
    const OwnMove *moving = &h->options.moving;
    int leaving = node_id_is_none(moving->replica) ? -1 : snapshot_find(s, moving->replica);
    if (leaving >= 0 && s->nodes[leaving].master >= 0 && !h->of[leaving].arriving) {
        plan_promise(&w, leaving);
    }
    return w;
}

void plan_work_done(PlanWork *w)
{
    mem_free(w->taken);
    mem_free(w->promised);
    mem_free(w->verdicts);
    mem_free(w->serving);
    *w = (PlanWork){0};
}

static void judge_anew(PlanWork *w, int donor)
{
    const Node *d = &w->h->snapshot->nodes[donor];
    for (size_t i = 0; i < d->n_replicas; i++) {
        w->verdicts[d->replicas[i]].known = false;
    }
}

void plan_promise(PlanWork *w, int replica)
{
    int donor = w->h->snapshot->nodes[replica].master;
    w->taken[replica] = true;
    w->promised[donor] += w->h->of[replica].replica == REPLICA_WORKING;
    judge_anew(w, donor);
}

void plan_lend(PlanWork *w, int replica, int to)
{
    int before = w->lent_to;
    w->lent = replica;
    w->lent_to = to;
    if (before >= 0) {
        judge_anew(w, before);
    }
    if (to >= 0) {
        judge_anew(w, to);
    }
}

static int lent_to(const PlanWork *w, int master)
{
    return w->lent_to == master ? 1 : 0;
}

// "it is in downtime by alice, 42 min left: new kernel"
static PlanVerdict held(const Health *h, const char *who, const Hold *hold)
{
    char words[320];
    hold_words(words, sizeof(words), hold, h->snapshot->wall_ms);
    return (PlanVerdict){true, "downtime",
                         arena_printf(h->snapshot->arena, "%s is %s", who, words)};
}

PlanVerdict plan_target_verdict(const PlanWork *w, int target)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    const Node *t = &s->nodes[target];
    if (!node_is_master(t)) {
        return (PlanVerdict){true, "not-a-master",
                             arena_printf(s->arena, "%s is no master", t->addr)};
    }
    if (node_has(t, NODE_FAIL)) {
        return (PlanVerdict){true, "failed", arena_printf(s->arena, "%s has failed", t->addr)};
    }
    // Its last word may still be fresh, but a lost connection is the first sign of a master's
    // death.
    const NodeSays *says = t->says;
    if (says == NULL || says->reach == REACH_UNREACHABLE ||
        !word_is_fresh(s, target, h->options.fresh_ms)) {
        const char *why = says != NULL ? says->why : "";
        return (PlanVerdict){true, "not-reachable",
                             arena_printf(s->arena, "%s cannot be asked%s%s", t->addr,
                                          why[0] != '\0' ? ": " : "", why)};
    }
    if (!says->info.is_master) {
        return (PlanVerdict){true, "not-a-master",
                             arena_printf(s->arena, "%s says that it is a replica", t->addr)};
    }
    if (says->info.loading || says->loading) {
        return (PlanVerdict){true, "loading",
                             arena_printf(s->arena, "%s is loading its dataset", t->addr)};
    }
    if (w->heed == HEED_ALL && h->of[target].downtime != NULL) {
        return held(h, t->addr, h->of[target].downtime);
    }
    return (PlanVerdict){.known = true, .rule = "", .text = ""};
}

// "; 127.0.99.171:7002 may not take over", where one works and does not count for that.
static const char *no_stand_in(const Health *h, int donor, int replica)
{
    const Snapshot *s = h->snapshot;
    const Node *d = &s->nodes[donor];
    for (size_t i = 0; i < d->n_replicas; i++) {
        int other = d->replicas[i];
        if (other != replica && h->of[other].replica == REPLICA_WORKING &&
            !word_can_stand_in(h, other)) {
            return arena_printf(s->arena, "; %s may not take over", s->nodes[other].addr);
        }
    }
    return "";
}

// What the donor's own list and the replicas' own words leave it with.
static PlanVerdict judge_donor(const PlanWork *w, int replica)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    int donor = s->nodes[replica].master;
    const Node *d = &s->nodes[donor];
    if (!node_is_master(d)) {
        return (PlanVerdict){true, "no-donor",
                             arena_printf(s->arena, "it follows %s, which is no master", d->addr)};
    }
    if (node_has(d, NODE_FAIL)) {
        return (PlanVerdict){
            true, "donor-failed",
            arena_printf(s->arena, "its master %s has failed and may need it", d->addr)};
    }
    int change = lent_to(w, donor) - w->promised[donor];
    int working = word_stand_ins(h, donor, replica) + change;
    if (working < h->floor) {
        return (PlanVerdict){
            true, "donor-floor",
            arena_printf(s->arena, "its master %s would keep %d working, the floor is %d%s",
                         d->addr, working, h->floor, no_stand_in(h, donor, replica))};
    }
    int online =
        word_is_fresh(s, donor, h->options.fresh_ms) ? word_others_online(s, donor, replica) : -1;
    if (online < 0) {
        return (PlanVerdict){
            true, "donor-unknown",
            arena_printf(s->arena, "its master %s cannot be asked what it would keep", d->addr)};
    }
    if (online + change < h->floor) {
        return (PlanVerdict){
            true, "donor-list",
            arena_printf(s->arena, "its master %s itself lists %d others online, the floor is %d",
                         d->addr, online + change, h->floor)};
    }
    return (PlanVerdict){.known = true, .rule = "", .text = ""};
}

// What somebody works on may stop at any moment: it is neither given nor taken from, and what the
// donor keeps must be more than that.
static PlanVerdict judge_downtime(const PlanWork *w, int replica)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    int donor = s->nodes[replica].master;
    const Node *d = &s->nodes[donor];
    const Hold *kept_back = NULL;
    int working = lent_to(w, donor) - w->promised[donor];
    if (h->of[replica].downtime != NULL) {
        return held(h, "it", h->of[replica].downtime);
    }
    if (h->of[donor].downtime != NULL) {
        return held(h, arena_printf(s->arena, "its master %s", d->addr), h->of[donor].downtime);
    }
    for (size_t i = 0; i < d->n_replicas; i++) {
        const NodeHealth *other = &h->of[d->replicas[i]];
        if (d->replicas[i] == replica || other->replica != REPLICA_WORKING) {
            continue;
        }
        working += other->downtime == NULL;
        kept_back = other->downtime != NULL ? other->downtime : kept_back;
    }
    if (kept_back != NULL && working < h->floor) {
        return held(h, arena_printf(s->arena, "what its master %s would keep", d->addr), kept_back);
    }
    return (PlanVerdict){.known = true, .rule = "", .text = ""};
}

static PlanVerdict judge_replica(const PlanWork *w, int replica)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    const Node *r = &s->nodes[replica];
    const NodeId moving = h->options.moving.replica;
    if (!node_id_is_none(moving) && node_id_eq(moving, r->id)) {
        return (PlanVerdict){true, "moving", "our move of it is not finished"};
    }
    if (w->taken[replica]) {
        return (PlanVerdict){true, "promised", "it is promised to a more urgent master"};
    }
    if (h->of[replica].replica != REPLICA_WORKING) {
        return (PlanVerdict){
            true, "not-working",
            arena_printf(s->arena, "it is %s", replica_state_text(h->of[replica].replica))};
    }
    if (node_has(r, NODE_NOFAILOVER)) {
        return (PlanVerdict){true, "nofailover", "it is flagged nofailover"};
    }
    PlanVerdict donor = judge_donor(w, replica);
    // Last, so that a downtime is told where nothing else stands against the replica.
    return donor.rule[0] != '\0' || w->heed == HEED_NOTHING ? donor : judge_downtime(w, replica);
}

int plan_kept_elsewhere(const PlanWork *w, int donor, int without)
{
    const Snapshot *s = w->h->snapshot;
    const Node *d = &s->nodes[donor];
    for (size_t i = 0; i < d->n_replicas; i++) {
        int r = d->replicas[i];
        if (r != without && !w->taken[r] && w->h->of[r].replica == REPLICA_WORKING &&
            word_other_host(&s->nodes[r], d)) {
            return r;
        }
    }
    return lent_to(w, donor) > 0 && word_other_host(&s->nodes[w->lent], d) ? w->lent : -1;
}

static bool host_is_serving(const PlanWork *w, int replica)
{
    const Snapshot *s = w->h->snapshot;
    for (size_t i = 0; i < w->n_serving; i++) {
        if (word_same_host(&s->nodes[w->serving[i]], &s->nodes[replica])) {
            return true;
        }
    }
    return false;
}

static void measure(const PlanWork *w, PlanCandidate *c, int target)
{
    const Health *h = w->h;
    const Snapshot *s = h->snapshot;
    const Node *r = &s->nodes[c->replica];
    const Node *t = &s->nodes[target];
    c->value[PLAN_RULE_OTHER_HOST] = word_other_host(r, t) ? 0 : word_same_host(r, t) ? 2 : 1;
    c->value[PLAN_RULE_DONOR_DIVERSE] = plan_kept_elsewhere(w, c->donor, -1) >= 0 &&
                                        plan_kept_elsewhere(w, c->donor, c->replica) < 0;
    c->value[PLAN_RULE_DONOR_SPARES] =
        w->promised[c->donor] - lent_to(w, c->donor) - h->of[c->donor].spares;
    c->value[PLAN_RULE_QUIET_HOST] = host_is_serving(w, c->replica);
    int64_t lag = h->of[c->replica].lag_bytes;
    c->value[PLAN_RULE_LAG] = lag >= 0 ? lag >> 20 : INT64_MAX;
}

PlanVerdict plan_replica_verdict(PlanWork *w, int replica)
{
    PlanVerdict *verdict = &w->verdicts[replica];
    if (!verdict->known) {
        *verdict = w->h->snapshot->nodes[replica].master < 0
                       ? (PlanVerdict){true, "no-donor", "it follows no master that we know"}
                       : judge_replica(w, replica);
    }
    return *verdict;
}

bool plan_fits(const Snapshot *s, int replica, int target)
{
    const NodeSays *says = s->nodes[replica].says;
    const NodeSays *needs = s->nodes[target].says;
    int64_t room = says != NULL && says->has_info ? says->info.maxmemory : 0;
    return room <= 0 || needs == NULL || !needs->has_info || room >= needs->info.used_memory;
}

// A move that is there to spread must not undo at the donor what it does at the target, and what is
// not known is no proof.
static const char *host_refusal(const Snapshot *s, const PlanCandidate *c, int target)
{
    const Node *r = &s->nodes[c->replica];
    const Node *t = &s->nodes[target];
    if (!word_other_host(r, t)) {
        return word_same_host(r, t) ? "same-host" : "host-unknown";
    }
    return c->value[PLAN_RULE_DONOR_DIVERSE] != 0 ? "donor-alone" : "";
}

// By its own view, where that is known: it would look for its new master nowhere.
static bool can_find(const Snapshot *s, int replica, int target)
{
    const NodeSays *says = s->nodes[replica].says;
    if (says == NULL || !says->has_view) {
        return true;
    }
    const NodeLine *line = nodes_find(&says->view, s->nodes[target].id);
    return line != NULL && (line->flags & NODE_NOADDR) == 0;
}

PlanCandidate plan_judge(PlanWork *w, int replica, int target, MovePurpose purpose)
{
    const Snapshot *s = w->h->snapshot;
    const Node *r = &s->nodes[replica];
    PlanCandidate c = {.replica = replica, .donor = r->master, .why = ""};
    PlanVerdict verdict = plan_replica_verdict(w, replica);
    c.refused_rule = verdict.rule;
    c.refused = verdict.text;
    if (verdict.rule[0] != '\0') {
        return c;
    }
    if (!plan_fits(s, replica, target)) {
        c.refused_rule = "too-small";
        c.refused = arena_printf(s->arena, "its maxmemory is %lld bytes, the target uses %lld",
                                 (long long)r->says->info.maxmemory,
                                 (long long)s->nodes[target].says->info.used_memory);
        return c;
    }
    if (!can_find(s, replica, target)) {
        c.refused_rule = "no-address";
        c.refused = arena_printf(s->arena, "it has no address for %s", s->nodes[target].addr);
        return c;
    }
    measure(w, &c, target);
    if (purpose == PURPOSE_SPREAD || purpose == PURPOSE_STEP) {
        c.refused_rule = host_refusal(s, &c, target);
    }
    c.legal = c.refused_rule[0] == '\0';
    return c;
}
