#include "rehome/policy/charge.h"

#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// Beyond so many nodes a line for each helps nobody: redis-cli can ask them all.
enum { LINES_MOST = 16 };

static const char ALLOW[] = "cluster-allow-replica-migration";
static const char BARRIER[] = "cluster-migration-barrier";

typedef enum { SET_ON, SET_OFF, SET_DENIED, SET_LACKING, SET_UNKNOWN } Setting;

// Before 6.2.2 there is no switch: they migrate.
static Setting setting_of(const Node *n)
{
    const NodeSays *says = n->says;
    if (says != NULL && says->has_settings) {
        return says->settings.allow_migration == TRI_NO ? SET_OFF : SET_ON;
    }
    if (says != NULL && (says->forbidden & ASK_SETTINGS) != 0) {
        return SET_DENIED;
    }
    return says != NULL && (says->refused & ASK_SETTINGS) != 0 ? SET_LACKING : SET_UNKNOWN;
}

static bool is_switchable(const Node *n)
{
    return n->says->settings.allow_migration != TRI_UNKNOWN;
}

static int barrier_of(const Node *n)
{
    return n->says != NULL && n->says->has_settings ? n->says->settings.barrier : -1;
}

Charge charge_look(const Snapshot *s)
{
    Charge c = {.barrier_min = -1, .barrier_max = -1};
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        switch (setting_of(n)) {
        case SET_ON:
            c.on++;
            break;
        case SET_OFF:
            c.off++;
            break;
        case SET_DENIED:
            c.denied++;
            break;
        case SET_LACKING:
            c.lacking++;
            break;
        case SET_UNKNOWN:
            c.unknown++;
            break;
        }
        int barrier = barrier_of(n);
        if (barrier >= 0) {
            c.barrier_min = c.barrier_min < 0 || barrier < c.barrier_min ? barrier : c.barrier_min;
            c.barrier_max = barrier > c.barrier_max ? barrier : c.barrier_max;
        }
    }
    return c;
}

// Does any rehome act? Whoever has the lease is one that was told to.
static bool rehome_acts(const Automatic *a)
{
    return a->mode == AUTO_ACT || a->lease_at[0] != '\0';
}

char *charge_words(const Charge *c, const Automatic *a, char *out, size_t size)
{
    bool maybe = c->on == 0 && c->denied + c->lacking + c->unknown > 0;
    if (rehome_acts(a)) {
        bool is_other = a->lease_at[0] != '\0';
        snprintf(out, size, "%s%s%s", is_other ? a->lease_at : "rehome",
                 is_other         ? " (lease)"
                 : a->lacks_lease ? " (once it has the lease)"
                                  : "",
                 c->on > 0 ? " and the servers"
                 : maybe   ? ", perhaps the servers too"
                           : " alone");
    } else {
        snprintf(out, size, "%s",
                 c->on > 0 ? "the servers alone"
                 : maybe   ? "perhaps the servers"
                           : "nobody");
    }
    return out;
}

static void add_count(StrBuf *out, int count, const char *what)
{
    if (count > 0) {
        strbuf_addf(out, "%s%s %d", out->n > 0 ? ", " : "", what, count);
    }
}

void charge_settings_text(StrBuf *out, const Charge *c)
{
    strbuf_clear(out);
    add_count(out, c->on, "on at");
    add_count(out, c->off, "off at");
    add_count(out, c->denied, "not allowed to ask");
    add_count(out, c->lacking, "no CONFIG at");
    add_count(out, c->unknown, "not told by");
    int nodes = c->on + c->off + c->denied + c->lacking + c->unknown;
    strbuf_addf(out, " of %d node%s", nodes, plural(nodes));
    if (c->barrier_min >= 0 && c->barrier_min == c->barrier_max) {
        strbuf_addf(out, "; barrier %d", c->barrier_min);
    } else if (c->barrier_min >= 0) {
        strbuf_addf(out, "; barriers from %d to %d", c->barrier_min, c->barrier_max);
    }
}

void charge_gap_text(StrBuf *out, const Snapshot *s)
{
    Charge c = charge_look(s);
    int closed = c.denied + c.lacking;
    strbuf_clear(out);
    if (closed == 0) {
        return;
    }
    strbuf_addf(out,
                "CONFIG GET is %s at %d of %zu nodes: settings are not known there, and a move "
                "is not fenced",
                c.lacking == 0  ? "not allowed"
                : c.denied == 0 ? "not known"
                                : "not allowed or not known",
                closed, s->n_nodes);
    if (c.denied > 0) {
        char line[ACL_LINE_SIZE];
        strbuf_addf(out, "; %s", queries_acl_line(line, sizeof(line), s->user, ASK_SETTINGS));
    }
}

// --- the whole story

static void add_meaning(Explanation *e, const Charge *c, const Automatic *a)
{
    StrBuf settings = {0};
    char words[128];
    charge_settings_text(&settings, c);
    explain_add(e, EXPLAIN_TITLE, 0, "", "In charge: %s", charge_words(c, a, words, sizeof(words)));
    explain_add(e, EXPLAIN_TEXT, 1, "rehome", "automatic mode is %s%s%s", auto_mode_text(a->mode),
                a->lease[0] != '\0' ? " here; " : "", a->lease);
    explain_add(e, EXPLAIN_TEXT, 1, "servers", "replica migration is %s", strbuf_text(&settings));
    strbuf_done(&settings);
    if (c->on > 0) {
        explain_add(e, EXPLAIN_TEXT, 1, "",
                    "A server moves a spare of its own accord some 5 s after a master's replicas "
                    "have all failed. It looks at no hosts, links or sizes, and helps no master "
                    "whose last replica was moved away or forgotten.");
    }
    if (c->on > 0 && rehome_acts(a)) {
        explain_add(e, EXPLAIN_TEXT, 1, "",
                    "Both may act: whoever comes first. The gate refuses rehome's move when "
                    "the server's is due, so no master gets two.");
    }
    if (c->on == 0 && c->denied + c->lacking + c->unknown == 0 && !rehome_acts(a)) {
        explain_add(e, EXPLAIN_HELD, 1, "", "An orphan stays one until a person acts.");
    }
    if (c->on > 0 && c->off > 0) {
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "The nodes differ: whether a spare moves depends on which one it is.");
    }
    if (c->barrier_min != c->barrier_max) {
        explain_add(e, EXPLAIN_HELD, 1, "",
                    "The barriers differ: each replica goes by its own. rehome keeps the highest.");
    }
}

// The barrier that most nodes told; -1: nobody did.
static int usual_barrier(const Snapshot *s, const Charge *c)
{
    int best = -1;
    int most = 0;
    for (size_t i = 0; i < s->n_nodes && c->barrier_min != c->barrier_max; i++) {
        int barrier = barrier_of(&s->nodes[i]);
        int same = 0;
        for (size_t k = 0; k < s->n_nodes && barrier >= 0; k++) {
            same += barrier_of(&s->nodes[k]) == barrier;
        }
        best = same > most ? barrier : best;
        most = same > most ? same : most;
    }
    return most > 0 ? best : c->barrier_min;
}

// The nodes whose word is not like most others', by name.
static void add_differing(Explanation *e, const Snapshot *s, const Charge *c)
{
    static const char *const words[] = {
        [SET_ON] = "migrates",
        [SET_OFF] = "does not migrate",
        [SET_DENIED] = "does not allow CONFIG GET",
        [SET_LACKING] = "knows no CONFIG GET",
        [SET_UNKNOWN] = "has not told",
    };
    const int counts[] = {
        [SET_ON] = c->on,           [SET_OFF] = c->off,         [SET_DENIED] = c->denied,
        [SET_LACKING] = c->lacking, [SET_UNKNOWN] = c->unknown,
    };
    Setting most = SET_ON;
    for (int i = SET_OFF; i <= SET_UNKNOWN; i++) {
        most = counts[i] > counts[most] ? (Setting)i : most;
    }
    int usual = usual_barrier(s, c);
    int shown = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        Setting setting = setting_of(n);
        int barrier = barrier_of(n);
        bool differs = setting != most || (barrier >= 0 && barrier != usual);
        if (!differs || shown++ >= LINES_MOST) {
            continue;
        }
        if (shown == 1) {
            explain_add(e, EXPLAIN_TITLE, 0, "", "Nodes that differ");
        }
        if (barrier >= 0) {
            explain_add(e, EXPLAIN_TEXT, 1, "", "%s %s, barrier %d", n->addr, words[setting],
                        barrier);
        } else {
            explain_add(e, EXPLAIN_TEXT, 1, "", "%s %s", n->addr, words[setting]);
        }
    }
    if (shown > LINES_MOST) {
        explain_add(e, EXPLAIN_TEXT, 1, "", "and %d more", shown - LINES_MOST);
    }
}

static const char *contact_of(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (s->nodes[i].says != NULL && s->nodes[i].says->reach == REACH_OK) {
            return plan_contact(s, (int)i);
        }
    }
    return s->n_nodes > 0 ? plan_contact(s, 0) : "HOST:PORT";
}

// CONFIG SET lines for the nodes that need one; node by node, or for all when there are many.
static void add_lines(Explanation *e, const Snapshot *s, const bool *needs, int n, const char *name,
                      const char *value)
{
    if (n > LINES_MOST) {
        explain_add(e, EXPLAIN_COMMAND, 1, "", "redis-cli%s --cluster call %s CONFIG SET %s %s",
                    s->redis_cli, contact_of(s), name, value);
        return;
    }
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (needs[i]) {
            explain_add(e, EXPLAIN_COMMAND, 1, "", "redis-cli%s %s CONFIG SET %s %s", s->redis_cli,
                        plan_dial(s, (int)i), name, value);
        }
    }
}

static void add_switch(Explanation *e, const Snapshot *s, Setting from, const char *title,
                       const char *value)
{
    bool *needs = arena_array(e->arena, s->n_nodes, sizeof(*needs));
    int n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        needs[i] = setting_of(node) == from && is_switchable(node);
        n += needs[i];
    }
    if (n > 0) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "%s", title);
        add_lines(e, s, needs, n, ALLOW, value);
    }
}

static void add_barriers(Explanation *e, const Snapshot *s, const Charge *c)
{
    if (c->barrier_min == c->barrier_max) {
        return;
    }
    bool *needs = arena_array(e->arena, s->n_nodes, sizeof(*needs));
    int n = 0;
    char value[16];
    snprintf(value, sizeof(value), "%d", c->barrier_max);
    for (size_t i = 0; i < s->n_nodes; i++) {
        int barrier = barrier_of(&s->nodes[i]);
        needs[i] = barrier >= 0 && barrier < c->barrier_max;
        n += needs[i];
    }
    explain_add(e, EXPLAIN_TITLE, 0, "", "To have one barrier");
    add_lines(e, s, needs, n, BARRIER, value);
}

static void add_acl(Explanation *e, const Charge *c, const char *user)
{
    if (c->denied > 0) {
        explain_add(e, EXPLAIN_TITLE, 0, "", "To let rehome see these settings (Redis 6: +config)");
        explain_add(e, EXPLAIN_COMMAND, 1, "", "ACL SETUSER %s +config|get", user);
    }
    if (c->lacking > 0) {
        explain_add(e, EXPLAIN_TEXT, 1, "",
                    "Where a server knows no CONFIG (renamed, or its provider's alone) no move is "
                    "fenced: --fence require refuses it there.");
    }
}

void explain_charge(Explanation *e, const Health *h, const Automatic *a, const char *user)
{
    const Snapshot *s = h->snapshot;
    Charge c = charge_look(s);
    add_meaning(e, &c, a);
    add_differing(e, s, &c);
    add_switch(e, s, SET_ON, "To leave it to rehome alone", "no");
    add_switch(e, s, SET_OFF, "To leave it to the servers, and rehome off or observing", "yes");
    add_barriers(e, s, &c);
    add_acl(e, &c, user);
    if (e->n > 0 && (c.on > 0 || c.off > 0)) {
        explain_add(e, EXPLAIN_TEXT, 1, "",
                    "rehome never sends these lines. CONFIG REWRITE behind each keeps it over a "
                    "restart.");
    }
}
