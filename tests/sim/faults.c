// When what is planned begins and ends, and whom it hits.
#include "history.h"

static int index_of(const World *w, NodeId id)
{
    for (int i = 0; i < w->n; i++) {
        if (node_id_eq(w->node[i].id, id)) {
            return i;
        }
    }
    return -1;
}

// Another replica of the donor.
static int sibling_of(const World *w, int replica, int donor)
{
    for (int i = 0; i < w->n; i++) {
        if (i != replica && w->node[i].up && master_of(w, i) == donor) {
            return i;
        }
    }
    return -1;
}

static int node_of(const World *w, const Move *m, const Fault *f)
{
    int replica = index_of(w, m->spec.replica);
    int donor = index_of(w, m->spec.donor);
    switch (f->who) {
    case WHO_REPLICA:
        return replica;
    case WHO_DONOR:
        return donor;
    case WHO_TARGET:
        return index_of(w, m->spec.target);
    case WHO_SIBLING:
        return sibling_of(w, replica, donor);
    case WHO_PLANNED:
        break;
    }
    return f->node;
}

// A move has come to the gate: whom the fault will hit, and when.
static void aim(History *h, Fault *f, int instance, const Move *m)
{
    const World *w = &h->w;
    int node = node_of(w, m, f);
    bool is_about_us = f->kind == FAULT_KILL_US || f->kind == FAULT_STOP_US;
    if (is_about_us || node < 0) {
        node = f->node;
    } else if (f->kind == FAULT_FREEZE_US) {
        node = instance;
    }
    bool moves = f->kind == FAULT_OPERATOR || f->kind == FAULT_ORDER;
    if (moves && f->who == WHO_TARGET) {
        f->other = node; // somebody else comes to it
        node = f->node;
    } else if (f->kind == FAULT_SPLIT && node != f->node) {
        f->mask = 1U << node | (1U << f->node & f->mask);
    }
    f->node = node;
    f->is_due = true;
    f->at_ms = w->now_ms + f->delay_ms;
}

static void look_at_gate(History *h, Fault *f)
{
    for (int i = 0; i < h->n_instances; i++) {
        const Move *m = instance_move(&h->instance[i]);
        if (m != NULL && m->state == MOVE_GATE && h->w.now_ms >= f->at_ms) {
            aim(h, f, i, m);
            return;
        }
    }
    if (h->w.now_ms > h->no_gate_ms) {
        f->begun = f->ended = true;
    }
}

void faults_tick(History *h)
{
    for (int i = 0; i < h->n_faults; i++) {
        Fault *f = &h->fault[i];
        if (!f->begun && f->at_gate && !f->is_due) {
            look_at_gate(h, f);
        }
        if (!f->begun && (!f->at_gate || f->is_due) && h->w.now_ms >= f->at_ms) {
            f->begun = true;
            h->fault_ms = h->w.now_ms;
            f->ended = f->ms == 0;
            harm_begin(h, f);
        } else if (f->begun && !f->ended && h->w.now_ms >= f->at_ms + f->ms) {
            f->ended = true;
            h->fault_ms = h->w.now_ms;
            harm_end(h, f);
        }
    }
}

bool faults_are_over(const History *h)
{
    for (int i = 0; i < h->n_faults; i++) {
        if (!h->fault[i].ended) {
            return false;
        }
    }
    return true;
}
