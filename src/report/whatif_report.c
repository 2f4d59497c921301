#include "rehome/report/whatif_report.h"
#include "rehome/base/text.h"

#include "document.h"
#include "value.h"
#include "words.h"

// --- text ------------------------------------------------------------------------------------

enum { LEFT_WIDTH = 9 };

static int widest_addr(const WhatIf *w)
{
    int widest = 0;
    for (size_t i = 0; i < w->n_shards; i++) {
        int width = (int)sv(w->before->snapshot->nodes[w->shards[i].master].addr).n;
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void add_answer(StrBuf *out, const WhatIf *w)
{
    char cost[128];
    strbuf_addf(out, "%s, %d node%s: %s\n", w->what, w->loss.nodes, plural(w->loss.nodes),
                w->loss.nodes > 0 ? host_loss_text(&w->loss, cost, sizeof(cost))
                                  : "failed already");
    int widest = widest_addr(w);
    for (size_t i = 0; i < w->n_shards; i++) {
        const ShardLoss *shard = &w->shards[i];
        strbuf_addf(out, "  %-*s %-*s  %s\n", LEFT_WIDTH, shard_fate_text(shard->fate), widest,
                    w->before->snapshot->nodes[shard->master].addr, shard->text);
    }
    for (size_t i = 0; i < w->n_steps; i++) {
        strbuf_addf(out, "  %-*s %s\n", LEFT_WIDTH, whatif_part_text(w->steps[i].part),
                    w->steps[i].text);
    }
}

void whatif_text(StrBuf *out, const WhatIf *const *answers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        strbuf_add(out, i > 0 ? "\n" : "");
        add_answer(out, answers[i]);
    }
}

// --- JSON ------------------------------------------------------------------------------------

static json_t *id_value(const WhatIf *w, int node)
{
    return node < 0 ? json_null() : value_word(w->before->snapshot->nodes[node].id.hex);
}

static json_t *nodes_value(const WhatIf *w)
{
    json_t *nodes = json_array();
    for (size_t i = 0; i < w->loss.n_members; i++) {
        value_push(nodes, id_value(w, w->loss.members[i]));
    }
    return nodes;
}

static json_t *shards_value(const WhatIf *w)
{
    json_t *shards = json_array();
    for (size_t i = 0; i < w->n_shards; i++) {
        const ShardLoss *loss = &w->shards[i];
        const Node *m = &w->before->snapshot->nodes[loss->master];
        json_t *shard = json_object();
        value_set(shard, "master", id_value(w, loss->master));
        value_set(shard, "addr", value_text(m->addr));
        value_set(shard, "slots", json_integer(m->slot_count));
        value_set(shard, "fate", json_string(shard_fate_text(loss->fate)));
        bool promoted = loss->fate == SHARD_TAKEN_OVER;
        value_set(shard, "heir", promoted ? id_value(w, loss->heir) : json_null());
        value_set(shard, "working_left", json_integer(loss->working_left));
        value_set(shard, "text", value_text(loss->text));
        value_push(shards, shard);
    }
    return shards;
}

static json_t *server_move_value(const WhatIf *w)
{
    if (w->server_replica < 0) {
        return json_null();
    }
    json_t *move = json_object();
    value_set(move, "replica", id_value(w, w->server_replica));
    value_set(move, "target", id_value(w, w->server_target));
    return move;
}

static json_t *moves_value(const WhatIf *w)
{
    json_t *moves = json_array();
    for (size_t i = 0; i < w->plan.n && w->loss.majority_kept; i++) {
        const PlanTarget *t = &w->plan.at[i];
        if (t->chosen >= 0) {
            json_t *move = json_object();
            value_set(move, "replica", id_value(w, t->candidates[t->chosen].replica));
            value_set(move, "donor", id_value(w, t->candidates[t->chosen].donor));
            value_set(move, "target", id_value(w, t->target));
            value_push(moves, move);
        }
    }
    return moves;
}

static json_t *steps_value(const WhatIf *w)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < w->n_steps; i++) {
        json_t *step = json_object();
        value_set(step, "part", json_string(whatif_part_text(w->steps[i].part)));
        value_set(step, "text", value_text(w->steps[i].text));
        value_push(steps, step);
    }
    return steps;
}

static json_t *loss_value(const WhatIf *w)
{
    json_t *loss = json_object();
    value_set(loss, "what", value_text(w->what));
    value_set(loss, "nodes", nodes_value(w));
    value_set(loss, "survived", json_boolean(host_loss_is_survived(&w->loss)));
    value_set(loss, "slots_lost", json_integer(w->loss.slots_lost));
    value_set(loss, "slots_stuck", json_integer(w->loss.slots_stuck));
    value_set(loss, "masters_lost", json_integer(w->loss.masters));
    value_set(loss, "failovers", json_integer(w->loss.majority_kept ? w->loss.failovers : 0));
    value_set(loss, "left_alone", json_integer(w->loss.left_alone + w->loss.promoted_alone));
    value_set(loss, "majority_kept", json_boolean(w->loss.majority_kept));
    value_set(loss, "cluster_state", json_string(w->state_ok ? "ok" : "fail"));
    value_set(loss, "shards", shards_value(w));
    value_set(loss, "server_move", server_move_value(w));
    value_set(loss, "moves", moves_value(w));
    value_set(loss, "next", steps_value(w));
    return loss;
}

void whatif_json(StrBuf *out, const Health *h, const WhatIf *const *answers, size_t n)
{
    json_t *document = document_head(h);
    json_t *losses = json_array();
    for (size_t i = 0; i < n; i++) {
        value_push(losses, loss_value(answers[i]));
    }
    value_set(document, "losses", losses);
    value_write(out, document, JSON_INDENT(2));
}
