// What is between a process of ours and the nodes: rounds of questions, and commands on their way.
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "history.h"

enum { REQUEST_MS = 2000, ROUND_DEADLINE_MS = 1000, SLACK_MS = 250 };

static bool we_reach(const World *w, int i)
{
    return node_is_awake(w, i) && !w->node[i].cut_off;
}

// --- rounds

static void begin_round(Instance *in)
{
    History *h = in->h;
    const World *w = &h->w;
    in->in_round = true;
    in->wants_round = false;
    in->round_ms = w->now_ms;
    for (int i = 0; i < w->n; i++) {
        Heard *heard = &in->heard[i];
        heard->pending = true;
        heard->answer_ms = w->now_ms + (w->is_slow ? pick(&h->random, 900) : 0);
        if (chance(&h->random, 3)) {
            heard->answer_ms += pick(&h->random, 300);
        }
    }
}

static void hear(Instance *in, int i)
{
    const World *w = &in->h->w;
    Heard *heard = &in->heard[i];
    heard->pending = false;
    heard->reach = REACH_OK;
    heard->loading = w->node[i].link == LINK_LOADING;
    heard->info_ms = in->round_ms;
    sim_info(&heard->info, w, i);
    if (!heard->loading) {
        heard->nodes_ms = in->round_ms;
        sim_nodes(&heard->nodes, w, i);
        sim_cluster(&heard->cluster, w, i);
        sim_settings(&heard->settings, w, i);
    }
}

bool round_tick(Instance *in, int64_t *started_ms)
{
    const World *w = &in->h->w;
    if (!in->in_round) {
        if (!in->wants_round && w->now_ms < in->next_ms) {
            return false;
        }
        begin_round(in);
    }
    int pending = 0;
    for (int i = 0; i < w->n; i++) {
        Heard *heard = &in->heard[i];
        if (!heard->pending) {
            continue;
        }
        if (!w->node[i].up) {
            heard->pending = false;
            heard->reach = REACH_UNREACHABLE;
        } else if (w->now_ms >= heard->answer_ms && we_reach(w, i)) {
            hear(in, i);
        } else {
            // Whoever did not answer the last round is not waited for.
            bool soft = heard->reach != REACH_OK && w->now_ms - in->round_ms >= SLACK_MS;
            pending += !soft;
        }
    }
    if (pending > 0 && w->now_ms - in->round_ms < ROUND_DEADLINE_MS) {
        return false;
    }
    for (int i = 0; i < w->n; i++) {
        if (in->heard[i].pending) {
            in->heard[i].pending = false;
            in->heard[i].reach = REACH_LATE;
        }
    }
    in->in_round = false;
    *started_ms = in->round_ms;
    return true;
}

// --- commands

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static int find_node(const World *w, const char *hex)
{
    for (int i = 0; i < w->n; i++) {
        if (strcmp(w->node[i].id.hex, hex) == 0) {
            return i;
        }
    }
    return -1;
}

static void answer(Command *c, bool ok, const char *text)
{
    c->ok = ok;
    snprintf(c->reply, sizeof(c->reply), "%s", text);
}

static void execute_replicate(Instance *in, Command *c)
{
    World *w = &in->h->w;
    int target = find_node(w, c->text + strlen("CLUSTER REPLICATE "));
    if (target < 0 || !w->node[c->node].view[target].is_master || target == c->node) {
        answer(c, false, "ERR I can only replicate a master, not a replica.");
    } else if (is_owner(w, c->node)) {
        answer(c, false, "ERR To set a master the node must be empty.");
    } else {
        judge_replicate(in, c, target);
        if (master_of(w, c->node) != target) {
            node_follow(w, c->node, target, LEFT_US);
        }
        answer(c, true, "OK");
    }
}

static void execute(Instance *in, Command *c)
{
    World *w = &in->h->w;
    SimNode *n = &w->node[c->node];
    c->executed = true;
    bool loads = n->link == LINK_LOADING;
    if (starts(c->text, "CLUSTER REPLICATE")) {
        loads ? answer(c, false, "LOADING") : execute_replicate(in, c);
    } else if (w->config_denied) {
        answer(c, false, "NOPERM");
    } else if (starts(c->text, "CONFIG GET")) {
        answer(c, true, n->fence ? "yes" : "no");
    } else {
        n->fence = strstr(c->text, " yes") != NULL;
        n->fence_is_us = n->fence;
        answer(c, true, "OK");
    }
    tell(w, "%d answers %s: %s%s", port_of(c->node), c->text, c->reply,
         c->is_mute ? " (which is lost)" : "");
}

// What no longer is of interest to anybody goes.
static void sweep(Instance *in)
{
    int kept = 0;
    for (int i = 0; i < in->n_commands; i++) {
        const Command *c = &in->command[i];
        if (!c->answered || (!c->executed && !c->is_lost)) {
            in->command[kept++] = *c;
        }
    }
    in->n_commands = kept;
}

static void deliver(Instance *in, Command *c)
{
    int64_t now_ms = in->h->w.now_ms;
    bool broken = !c->executed && c->is_lost && !in->h->w.node[c->node].up;
    bool came = c->executed && !c->is_mute && now_ms >= c->reply_ms;
    if (!came && !broken && now_ms - c->sent_ms < REQUEST_MS) {
        return;
    }
    c->answered = true;
    if (in->pilot == NULL) {
        return;
    }
    char reply[sizeof(c->reply)];
    snprintf(reply, sizeof(reply), "%s", c->reply);
    bool ok = c->ok;
    if (came) {
        pilot_reply(in->pilot, ok, reply, now_ms);
    } else {
        pilot_late(in->pilot, now_ms);
    }
}

void wire_tick(Instance *in)
{
    World *w = &in->h->w;
    for (int i = 0; i < in->n_commands; i++) {
        Command *c = &in->command[i];
        if (!c->executed && !w->node[c->node].up) {
            c->is_lost = true;
        }
        // What lies in a hung server's pipe is read when it goes on, in order.
        if (!c->executed && !c->is_lost && w->now_ms >= c->execute_ms && we_reach(w, c->node)) {
            execute(in, c);
        }
    }
    for (int i = 0; i < in->n_commands; i++) {
        if (!in->command[i].answered) {
            deliver(in, &in->command[i]);
            break; // answers come in order
        }
    }
    sweep(in);
}

static void ask_round(void *ctx, bool full)
{
    (void)full; // a small cluster: every round asks everybody
    Instance *in = ctx;
    in->wants_round = true;
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Instance *in = ctx;
    History *h = in->h;
    int i = find_node(&h->w, node.hex);
    if (i < 0 || in->heard[i].reach != REACH_OK || in->n_commands == COMMANDS_MAX) {
        return false;
    }
    Command *c = &in->command[in->n_commands];
    *c = (Command){
        .node = i,
        .sent_ms = h->w.now_ms,
        .evidence_ms = in->evidence_ms,
        .purpose = instance_move(in)->spec.purpose,
    };
    size_t n = 0;
    for (int k = 0; k < argc; k++) {
        n += (size_t)snprintf(c->text + n, sizeof(c->text) - n, "%s%s", k > 0 ? " " : "", argv[k]);
    }
    unsigned slow = h->w.is_slow ? 600 : 0;
    c->execute_ms = h->w.now_ms + pick(&h->random, 10) + (slow > 0 ? pick(&h->random, slow) : 0);
    c->reply_ms = c->execute_ms + pick(&h->random, 10) + (slow > 0 ? pick(&h->random, slow) : 0);
    c->is_lost = h->w.is_slow && chance(&h->random, 10);
    c->is_mute = h->w.is_slow && chance(&h->random, 15);
    bool write = strcmp(argv[1], "GET") != 0;
    if (write && !in->has_line) {
        history_breaks(h, "journal-first", "%s was sent without a journal line before it", c->text);
    }
    in->has_line = false;
    judge_send(in, c);
    tell(&h->w, "we send %s to %d%s", c->text, port_of(i), c->is_lost ? " (which is lost)" : "");
    in->n_commands++;
    return true;
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)err;
    Instance *in = ctx;
    in->open_replica = find_node(&in->h->w, replica.hex);
    return true;
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    Instance *in = ctx;
    if (in->h->disk_full) {
        return fail(err, ERR_IO, "the disk is full");
    }
    strbuf_add(&in->journal[in->open_replica], line);
    in->has_line = true;
    return true;
}

static void close_journal(void *ctx)
{
    Instance *in = ctx;
    in->open_replica = -1;
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    Instance *in = ctx;
    int i = find_node(&in->h->w, replica.hex);
    if (i < 0 || !instance_unfinished(in, i, out)) {
        return false;
    }
    in->open_replica = i;
    return true;
}

static int64_t now_ms(void *ctx)
{
    const Instance *in = ctx;
    return in->h->w.now_ms;
}

static int64_t wall_ms(void *ctx)
{
    const Instance *in = ctx;
    return sim_wall_ms(&in->h->w);
}

static void on_event(void *ctx, const Event *event)
{
    Instance *in = ctx;
    tell(&in->h->w, "we: %s: %s", event_code_text(event->code), event->text);
}

static void decided(void *ctx, const AutoDecision *d)
{
    Instance *in = ctx;
    if (d->verdict == AUTO_DECIDE_ACT && pilot_is_busy(in->pilot)) {
        history_breaks(in->h, "one-move", "automatic mode wanted a second move: %s", d->text);
    }
}

static void move_over(void *ctx, const Move *m)
{
    (void)m;
    Instance *in = ctx;
    in->sent_replicates = 0;
}

PilotWorld instance_world(Instance *in)
{
    return (PilotWorld){
        .ctx = in,
        .ask_round = ask_round,
        .send = send_command,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = on_event,
        .decided = decided,
        .move_over = move_over,
    };
}
