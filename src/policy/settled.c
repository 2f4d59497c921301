#include "settled.h"

#include <stdarg.h>
#include <stdio.h>

#include "rehome/base/text.h"
#include "word.h"

static bool unsettled(Settled *out, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool unsettled(Settled *out, const char *rule, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_clean_into(out->text, sizeof(out->text), sv(text));
    out->rule = rule;
    return false;
}

static bool agree_on_slots_and_epoch(const Snapshot *s, int64_t since_ms, Settled *out)
{
    const Node *other = NULL;
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *n = &s->nodes[s->masters[i]];
        if (!word_is_witness(s, s->masters[i], since_ms)) {
            continue;
        }
        out->witnesses++;
        uint64_t signature = n->says->view.signature;
        uint64_t epoch = n->says->cluster.current_epoch;
        if (other == NULL) {
            other = n;
            out->signature = signature;
            out->epoch = epoch;
        } else if (signature != out->signature) {
            return unsettled(out, "views-disagree", "%s and %s disagree on who owns which slots",
                             other->addr, n->addr);
        } else if (epoch != out->epoch) {
            return unsettled(out, "views-disagree", "%s is at epoch %llu, %s at %llu", other->addr,
                             (unsigned long long)out->epoch, n->addr, (unsigned long long)epoch);
        }
    }
    return other != NULL || unsettled(out, "unknowns", "no slot owner has told its view");
}

static bool nobody_is_new(const Snapshot *s, Settled *out)
{
    if (s->n_handshake > 0) {
        return unsettled(out, "unknowns", "%zu node%s in handshake", s->n_handshake,
                         s->n_handshake == 1 ? " is" : "s are");
    }
    if (s->n_orphan_lines > 0) {
        return unsettled(out, "unknowns", "%zu replica%s without a known master in some view",
                         s->n_orphan_lines, s->n_orphan_lines == 1 ? " is" : "s are");
    }
    return true;
}

static bool no_failover_is_due(const Snapshot *s, Settled *out)
{
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *m = &s->nodes[s->masters[i]];
        int live = word_heirs(s, s->masters[i]);
        if (node_is_owner(m) && node_has(m, NODE_FAIL) && live > 0) {
            return unsettled(out, "failover",
                             "a failover is due: %s has failed and has %d live replica%s", m->addr,
                             live, plural(live));
        }
    }
    return true;
}

// One without an address is not looked for, and so never called failed: each side of a cut would
// count it to its own. A replica does not vote, and may be lost to one owner and be with the rest.
static bool is_owners_view(const NodesView *view)
{
    for (size_t i = 0; i < view->n; i++) {
        if ((view->at[i].flags & NODE_MYSELF) != 0) {
            return (view->at[i].flags & NODE_MASTER) != 0 && view->at[i].slots.n > 0;
        }
    }
    return false;
}

size_t settled_count_well(const NodesView *view, size_t *all)
{
    unsigned ill = NODE_FAIL | NODE_PFAIL | (is_owners_view(view) ? (unsigned)NODE_NOADDR : 0U);
    size_t well = 0;
    *all = 0;
    for (size_t i = 0; i < view->n; i++) {
        const NodeLine *line = &view->at[i];
        bool owns = (line->flags & NODE_MASTER) != 0 && line->slots.n > 0;
        *all += owns;
        well += owns && (line->flags & ill) == 0;
    }
    return well;
}

// By everyone's own word the state is ok, or failed for no other reason than slots that are gone.
// Where some are gone the state does not tell any more who is cut off from most of the others.
static bool state_is_explained(const Snapshot *s, int64_t since_ms, Settled *out)
{
    out->lost_slots = word_lost_slots(s);
    for (size_t i = 0; i < s->n_masters; i++) {
        const Node *n = &s->nodes[s->masters[i]];
        if (!word_is_witness(s, s->masters[i], since_ms) || n->says->cluster.state_ok) {
            continue;
        }
        if (out->lost_slots == 0) {
            return unsettled(out, "cluster-state",
                             "%s says cluster_state:fail and no slot is lost; %zu of %zu slot "
                             "owners answer us",
                             n->addr, out->witnesses, s->n_owners);
        }
        size_t all;
        size_t well = settled_count_well(&n->says->view, &all);
        if (2 * well <= all) {
            return unsettled(out, "cluster-state",
                             "%s is not with the majority: %zu of %zu slot owners are well in its "
                             "view",
                             n->addr, well, all);
        }
    }
    return true;
}

Settled settled_look(const Snapshot *s, int64_t since_ms)
{
    Settled out = {.rule = ""};
    out.is_so = agree_on_slots_and_epoch(s, since_ms, &out) && nobody_is_new(s, &out) &&
                no_failover_is_due(s, &out) && state_is_explained(s, since_ms, &out);
    return out;
}
