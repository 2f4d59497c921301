// The key of the lease in the modelled cluster, and our channel to it, which is apart from that of
// the writes. The key lives in the memory of the master of its slot and of the replicas that are in
// sync with it; no restart preserves it.
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "history.h"
#include "rehome/model/key_slot.h"
#include "rehome/model/slots.h"

enum { REQUEST_MS = 2000 };

const char SIM_LEASE_KEY[] = "rehome:lease";

static void answer(LeaseLine *l, bool ok, const char *text)
{
    l->ok = ok;
    snprintf(l->reply, sizeof(l->reply), "%s", text);
}

static bool serves_key(const World *w, int i)
{
    int shard = key_slot(sv(SIM_LEASE_KEY)) * w->n_shards / SLOT_COUNT;
    return w->node[i].view[i].is_master && (w->node[i].view[i].shards >> shard & 1U) != 0;
}

int lease_owner(const World *w)
{
    for (int i = 0; i < w->n; i++) {
        if (node_is_awake(w, i) && w->node[i].state_ok && serves_key(w, i)) {
            return i;
        }
    }
    return -1;
}

static int64_t number(const char *text)
{
    int64_t n = 0;
    sv_to_i64(sv(text), &n);
    return n;
}

static void evaluate(const World *w, SimNode *n, LeaseLine *l)
{
    if (strcmp(n->key, l->argv[4]) != 0) {
        answer(l, true, "0");
        return;
    }
    bool extends = strstr(l->argv[1], "PEXPIRE") != NULL;
    n->key_until_ms = extends ? w->now_ms + number(l->argv[5]) : w->now_ms;
    answer(l, true, "1");
}

static void serve(const World *w, SimNode *n, LeaseLine *l)
{
    if (w->now_ms >= n->key_until_ms) {
        n->key[0] = '\0';
    }
    if (strcmp(l->argv[0], "EVAL") == 0) {
        evaluate(w, n, l);
    } else if (strcmp(l->argv[0], "GETRANGE") == 0) {
        answer(l, true, n->key);
    } else if (strcmp(l->argv[0], "PTTL") == 0) {
        snprintf(l->reply, sizeof(l->reply), "%lld",
                 (long long)(n->key[0] == '\0' ? -2 : n->key_until_ms - w->now_ms));
        l->ok = true;
    } else if (n->key[0] == '\0') { // SET NX PX
        snprintf(n->key, sizeof(n->key), "%s", l->argv[2]);
        n->key_until_ms = w->now_ms + number(l->argv[5]);
        answer(l, true, "OK");
    } else {
        answer(l, true, "");
    }
}

static void execute(Instance *in, LeaseLine *l)
{
    World *w = &in->h->w;
    int who = w->place[l->place].node;
    SimNode *n = &w->node[who];
    l->is_executed = true;
    if (n->link == LINK_LOADING) {
        answer(l, false, "LOADING Redis is loading the dataset in memory");
    } else if (!serves_key(w, who)) {
        answer(l, false, "MOVED 1 127.0.0.1:1");
    } else if (!n->state_ok) {
        answer(l, false, "CLUSTERDOWN The cluster is down");
    } else {
        serve(w, n, l);
    }
}

static bool is_cut(const World *w, const LeaseLine *l)
{
    return w->place[l->place].node < 0 || w->place[l->place].serial != l->serial;
}

// A good SET or extension holds from its sending on.
static void note_answer(Instance *in, const LeaseLine *l)
{
    bool takes = strcmp(l->argv[0], "SET") == 0 && strcmp(l->reply, "OK") == 0;
    bool extends = strcmp(l->argv[0], "EVAL") == 0 && strstr(l->argv[1], "PEXPIRE") != NULL &&
                   strcmp(l->reply, "1") == 0;
    if (l->ok && (takes || extends)) {
        in->lease_until_ms = l->sent_ms + number(l->argv[5]);
    }
}

static void deliver(Instance *in, LeaseLine *l)
{
    int64_t now_ms = in->h->w.now_ms;
    bool broken = !l->is_executed && is_cut(&in->h->w, l);
    bool came = l->is_executed && !l->is_mute && now_ms >= l->reply_ms;
    if (!came && !broken && now_ms - l->sent_ms < REQUEST_MS) {
        return;
    }
    l->is_answered = true;
    if (in->pilot == NULL) {
        return;
    }
    if (came) {
        note_answer(in, l);
        char reply[sizeof(l->reply)];
        snprintf(reply, sizeof(reply), "%s", l->reply);
        pilot_lease_reply(in->pilot, l->ok, reply, now_ms);
    } else {
        pilot_lease_late(in->pilot, now_ms);
    }
}

void lease_tick(Instance *in)
{
    const World *w = &in->h->w;
    for (int i = 0; i < in->n_lease_lines; i++) {
        LeaseLine *l = &in->lease_line[i];
        int who = w->place[l->place].node;
        if (!l->is_executed && !l->is_lost && !is_cut(w, l) && w->now_ms >= l->execute_ms &&
            node_is_awake(w, who) && !w->node[who].cut_off) {
            execute(in, l);
        }
    }
    for (int i = 0; i < in->n_lease_lines && !instance_is_frozen(in); i++) {
        if (!in->lease_line[i].is_answered) {
            deliver(in, &in->lease_line[i]);
            break;
        }
    }
    int kept = 0;
    for (int i = 0; i < in->n_lease_lines; i++) {
        const LeaseLine *l = &in->lease_line[i];
        bool may_come = !l->is_executed && !l->is_lost && !is_cut(w, l);
        if (!l->is_answered || may_come) {
            in->lease_line[kept++] = *l;
        }
    }
    in->n_lease_lines = kept;
}

bool lease_send(void *ctx, NodeId node, int argc, const char **argv)
{
    Instance *in = ctx;
    History *h = in->h;
    int to = find_node(&h->w, node.hex);
    if (to < 0 || !peer_serves(in, to) || in->n_lease_lines == LEASE_LINES_MAX) {
        return false;
    }
    LeaseLine *l = &in->lease_line[in->n_lease_lines++];
    *l = (LeaseLine){
        .place = in->peer[to].place, .serial = in->peer[to].serial, .sent_ms = h->w.now_ms};
    for (int i = 0; i < argc; i++) {
        snprintf(l->argv[i], sizeof(l->argv[i]), "%s", argv[i]);
    }
    unsigned slow = h->w.is_slow ? 600 : 10;
    l->execute_ms = h->w.now_ms + pick(&h->random, slow);
    l->reply_ms = l->execute_ms + pick(&h->random, slow);
    l->is_lost = h->w.is_slow && chance(&h->random, 10);
    l->is_mute = h->w.is_slow && chance(&h->random, 15);
    return true;
}

// Another process may write only when this one can have no faith in the lease any more.
void judge_lease(Instance *in, const char *what)
{
    History *h = in->h;
    if (!h->has_lease) {
        return;
    }
    if (h->w.now_ms >= in->lease_until_ms) {
        history_breaks(h, "lease", "%s is sent without the lease", what);
    }
    for (int i = 0; i < h->n_instances; i++) {
        const Instance *other = &h->instance[i];
        if (other != in && h->w.now_ms < other->wrote_until_ms) {
            history_breaks(h, "lease", "%s is sent while another's write is under its lease", what);
        }
    }
    in->wrote_until_ms = in->lease_until_ms;
}
