// Why one view likely differs from most: first what is so of the whole view, then what the two say.
#include <inttypes.h>
#include <string.h>

#include "opinion_work.h"
#include "rehome/base/text.h"
#include "settled.h"

enum { TIMEOUT_DEFAULT_MS = 15000, SETTLING_MS = 5000 };

static const NodeSays *says_of(const Dissent *d, const Speaker *speaker)
{
    return d->c->s->nodes[speaker->node].says;
}

static const char *addr_of(const Dissent *d, int node)
{
    return d->c->s->nodes[node].addr;
}

static int64_t timeout_ms(const Dissent *d)
{
    int64_t told = d->c->s->node_timeout_ms;
    return told > 0 ? told : TIMEOUT_DEFAULT_MS;
}

// How long its process has run, if that is so short that it need not have heard everything; -1.
static int64_t just_begun_s(const Dissent *d, int node)
{
    const NodeSays *says = node < 0 ? NULL : d->c->s->nodes[node].says;
    int64_t up_s = says != NULL && says->has_info ? says->info.uptime_s : -1;
    return up_s >= 0 && up_s * 1000 < 2 * timeout_ms(d) + SETTLING_MS ? up_s : -1;
}

// The same where it sets the node apart: in a cluster that is new as a whole it explains nothing.
static int64_t young_s(const Dissent *d, int node)
{
    return just_begun_s(d, d->most->node) < 0 ? just_begun_s(d, node) : -1;
}

// How long the reporter has not heard of the node, by its own clock; "" not known.
static const char *silence(const Dissent *d, const Speaker *speaker, int node)
{
    const NodeLine *line = opinion_line(d->c, speaker, node);
    const NodesView *view = &says_of(d, speaker)->view;
    int64_t last_ms = 0;
    for (size_t i = 0; i < view->n; i++) {
        last_ms = view->at[i].pong_ms > last_ms ? view->at[i].pong_ms : last_ms;
    }
    if (line == NULL || line->pong_ms <= 0 || last_ms - line->pong_ms < 1000) {
        return "";
    }
    char text[16];
    return arena_printf(d->c->arena, ", last heard %s ago",
                        format_seconds(text, sizeof(text), last_ms - line->pong_ms));
}

// --- of the whole view

static bool is_introduced_to(const Dissent *d, const Speaker *speaker, int node)
{
    const NodesView *view = &says_of(d, speaker)->view;
    for (size_t i = 0; node >= 0 && i < view->n; i++) {
        const NodeLine *line = &view->at[i];
        if ((line->flags & NODE_HANDSHAKE) != 0 &&
            node_is_at(&d->c->s->nodes[node], line->ip, line->port)) {
            return true;
        }
    }
    return false;
}

static const char *by_whole_view(const Dissent *d)
{
    const Snapshot *s = d->c->s;
    const NodeSays *says = says_of(d, d->other);
    char text[16];
    if (says->view_ms < s->asked_ms) {
        return arena_printf(d->c->arena, "an old word: it has not answered for %s",
                            format_seconds(text, sizeof(text), d->other->age_ms));
    }
    if (says->view.n == 1 && s->n_nodes > 1) {
        return "it knows nobody but itself: it was reset, or never met the others";
    }
    if (is_introduced_to(d, d->other, d->node)) {
        return "in handshake with it: it is just being introduced";
    }
    int64_t up_s = young_s(d, d->other->node);
    if (up_s >= 0) {
        return arena_printf(d->c->arena, "a young node: up for %s, it has not heard everything yet",
                            format_seconds(text, sizeof(text), up_s * 1000));
    }
    size_t all;
    size_t well = settled_count_well(&says->view, &all);
    if (all > 1 && 2 * well <= all) {
        return arena_printf(d->c->arena,
                            "on a minority's side: %zu of %zu slot owners are well in its view",
                            well, all);
    }
    return "";
}

// --- of one topic

static const char *why_members(const Dissent *d)
{
    (void)d;
    return "never joined with the rest, or told to forget it";
}

static const char *why_known(const Dissent *d)
{
    bool other_knows = opinion_line(d->c, d->other, d->node) != NULL;
    int64_t up_s = young_s(d, d->node);
    char text[16];
    if (d->other->node == d->node) {
        return "itself: most have forgotten it, or never met it";
    }
    if (other_knows) {
        return "it has not forgotten it, most have; by gossip it may come back to them";
    }
    if (up_s >= 0) {
        return arena_printf(d->c->arena, "%s is young, up for %s: the news is on its way",
                            addr_of(d, d->node), format_seconds(text, sizeof(text), up_s * 1000));
    }
    return "it was told to forget it, or never met it";
}

static const char *why_state(const Dissent *d)
{
    const NodeLine *line = opinion_line(d->c, d->other, d->node);
    if (line == NULL) {
        return "";
    }
    if (d->other->node == d->node) {
        return "itself: it does not see that others cannot reach it";
    }
    if ((line->flags & NODE_FAIL) != 0) {
        return "it has not heard yet that it is back, or keeps the flag for a while";
    }
    if ((line->flags & NODE_PFAIL) != 0) {
        return arena_printf(d->c->arena, "its own suspicion, no majority shares it%s",
                            silence(d, d->other, d->node));
    }
    return "it still hears from it, or has not missed it for long enough";
}

static int master_in(const Dissent *d, const Speaker *speaker)
{
    const NodeLine *line = opinion_line(d->c, speaker, d->node);
    return line == NULL || node_id_is_none(line->master) ? -1
                                                         : snapshot_find(d->c->s, line->master);
}

static const char *why_follows(const Dissent *d)
{
    const Snapshot *s = d->c->s;
    int other = master_in(d, d->other);
    int most = master_in(d, d->most);
    char text[16];
    format_seconds(text, sizeof(text), timeout_ms(d) / 2);
    if (other >= 0 && most >= 0 && s->nodes[other].master == most) {
        return arena_printf(d->c->arena, "chained: %s itself follows %s", addr_of(d, other),
                            addr_of(d, most));
    }
    if (other >= 0 && most >= 0 && s->nodes[most].master == other) {
        return arena_printf(d->c->arena, "most see it chained: %s itself follows %s",
                            addr_of(d, most), addr_of(d, other));
    }
    if (d->other->node == d->node) {
        return arena_printf(d->c->arena, "its own word, which counts: others hear of it within %s",
                            text);
    }
    const NodeLine *line = opinion_line(d->c, d->other, d->node);
    if (line != NULL && (line->flags & NODE_REPLICA) != 0 && node_id_is_none(line->master)) {
        return "it has forgotten its master, or never met it";
    }
    if (other >= 0 && other == s->nodes[d->node].master) {
        return "it goes by the node's own word already, most have not heard it";
    }
    return arena_printf(d->c->arena, "it has not heard the node's own word: that takes up to %s",
                        text);
}

// Who goes by the higher config epoch will be right in the end.
static const char *by_epochs(const Dissent *d, uint64_t other, uint64_t most)
{
    if (other < most) {
        return arena_printf(d->c->arena,
                            "it goes by config epoch %" PRIu64 " and has not heard of %" PRIu64,
                            other, most);
    }
    return arena_printf(d->c->arena,
                        "it goes by config epoch %" PRIu64 ", most have not heard beyond %" PRIu64,
                        other, most);
}

static const char *why_role(const Dissent *d)
{
    const NodeLine *other = opinion_line(d->c, d->other, d->node);
    const NodeLine *most = opinion_line(d->c, d->most, d->node);
    if (other != NULL && most != NULL && other->config_epoch != most->config_epoch) {
        return by_epochs(d, other->config_epoch, most->config_epoch);
    }
    return d->other->node == d->node ? "its own word, which counts: others have not heard it yet"
                                     : "it has not heard the node's own word";
}

static const char *why_slots(const Dissent *d)
{
    int other = opinion_owner(d->c, d->other, d->slot);
    int most = opinion_owner(d->c, d->most, d->slot);
    const NodeLine *theirs = opinion_line(d->c, d->other, other);
    const NodeLine *ours = opinion_line(d->c, d->most, most);
    if (ours != NULL && opinion_line(d->c, d->other, most) == NULL) {
        return arena_printf(d->c->arena, "it does not know %s", addr_of(d, most));
    }
    if (theirs == NULL) {
        return "it knows of no owner: it has lost it, or not heard of it yet";
    }
    if (ours != NULL && theirs->config_epoch == ours->config_epoch) {
        return arena_printf(d->c->arena,
                            "config epoch collision: both owners have %" PRIu64
                            "; one of them takes a new one",
                            ours->config_epoch);
    }
    if (ours != NULL) {
        return by_epochs(d, theirs->config_epoch, ours->config_epoch);
    }
    return d->other->node == other ? "its own word: most have not heard it yet" : "";
}

// Who else, in the views of most, has the epoch that this master had or has.
static const char *why_config_epoch(const Dissent *d)
{
    const NodeLine *other = opinion_line(d->c, d->other, d->node);
    const NodeLine *most = opinion_line(d->c, d->most, d->node);
    if (other == NULL || most == NULL) {
        return "";
    }
    for (size_t i = 0; i < d->c->s->n_masters; i++) {
        int master = d->c->s->masters[i];
        const NodeLine *line = opinion_line(d->c, d->most, master);
        if (line != NULL && master != d->node && line->slots.n > 0 &&
            line->config_epoch == (other->config_epoch < most->config_epoch ? other->config_epoch
                                                                            : most->config_epoch)) {
            return arena_printf(d->c->arena,
                                "config epoch collision: %s has %" PRIu64
                                " too; the higher one is the way out of it",
                                addr_of(d, master), line->config_epoch);
        }
    }
    return by_epochs(d, other->config_epoch, most->config_epoch);
}

static const char *why_address(const Dissent *d)
{
    const NodeLine *line = opinion_line(d->c, d->other, d->node);
    if (line == NULL) {
        return "";
    }
    if (d->other->node == d->node) {
        return line->ip[0] == '\0' ? "it has not been told its own address yet"
                                   : "its own word: it has moved, most have not heard it yet";
    }
    if (line->ip[0] == '\0') {
        return "it has lost the address: another node answered there";
    }
    return line->link_connected
               ? "an old address, or it meets the node on another network"
               : arena_printf(d->c->arena, "an old address%s", silence(d, d->other, d->node));
}

static const char *why_cluster_state(const Dissent *d)
{
    const NodesView *view = &says_of(d, d->other)->view;
    size_t all;
    size_t well = settled_count_well(view, &all);
    if (says_of(d, d->other)->cluster.state_ok) {
        return "";
    }
    return well < all ? arena_printf(d->c->arena, "%zu of %zu slot owners are not well in its view",
                                     all - well, all)
                      : "it has just come back to the majority, or knows no owner of some slot";
}

static const char *why_current_epoch(const Dissent *d)
{
    uint64_t other = says_of(d, d->other)->cluster.current_epoch;
    uint64_t most = says_of(d, d->most)->cluster.current_epoch;
    return other < most ? "it has not heard of the new epoch yet"
                        : "an election or a new config epoch that most have not heard of";
}

const char *opinion_reason(const Dissent *d)
{
    static const char *(*const whys[OPINION_TOPIC_COUNT])(const Dissent *) = {
        [OPINION_MEMBERS] = why_members,
        [OPINION_KNOWN] = why_known,
        [OPINION_STATE] = why_state,
        [OPINION_ROLE] = why_role,
        [OPINION_MASTER] = why_follows,
        [OPINION_SLOTS] = why_slots,
        [OPINION_CONFIG_EPOCH] = why_config_epoch,
        [OPINION_ADDRESS] = why_address,
        [OPINION_CLUSTER_STATE] = why_cluster_state,
        [OPINION_CURRENT_EPOCH] = why_current_epoch,
    };
    const char *why = by_whole_view(d);
    if (why[0] != '\0') {
        return why;
    }
    if (d->topic == OPINION_HANDSHAKE) {
        return "it waits for the other's answer on the bus port";
    }
    return whys[d->topic] != NULL ? whys[d->topic](d) : "";
}
