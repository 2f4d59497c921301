// What servers do not let us ask. Told once for all nodes that refuse the same: users are mostly
// made by one hand.
#include "finding_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/model/query.h"

// Without CONFIG all but the fence works, and many who sell servers allow it to nobody.
static bool is_alike(const Node *a, const Node *b)
{
    unsigned matters = ~(unsigned)ASK_SETTINGS;
    return (a->says->forbidden & matters) == (b->says->forbidden & matters) &&
           (a->says->refused & matters) == (b->says->refused & matters);
}

// Nodes that refuse what this one does.
typedef struct {
    int first;
    size_t n;
    size_t asked;  // of all nodes, those of whom we know what they refuse
    int64_t since; // when the first of them was seen to
} Group;

// 0: it refuses nothing that we know of.
static int64_t since_of(const Search *f, size_t i)
{
    return f->s->nodes[i].says != NULL ? f->h->of[i].condition_ms[NODE_IS_CLOSED] : 0;
}

// Marks its nodes in told.
static Group group_of(const Search *f, int first, bool *told)
{
    Group g = {.first = first, .since = since_of(f, (size_t)first)};
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        const Node *n = &f->s->nodes[i];
        g.asked += n->says != NULL && !node_has(n, NODE_FAIL) ? 1 : 0;
        if (since_of(f, i) == 0 || !is_alike(n, &f->s->nodes[first])) {
            continue;
        }
        told[i] = true;
        g.n++;
        g.since = since_of(f, i) < g.since ? since_of(f, i) : g.since;
    }
    return g;
}

// "all 7 nodes", or the first of them by their addresses.
static const char *subject(const Search *f, const Group *g)
{
    enum { NAMED = 3 };
    if (g->n > 1 && g->n == g->asked) {
        return arena_printf(f->arena, "all %zu nodes", g->n);
    }
    size_t named = 0;
    const char *names = "";
    for (size_t i = (size_t)g->first; i < f->s->n_nodes && named < NAMED; i++) {
        const Node *n = &f->s->nodes[i];
        if (since_of(f, i) != 0 && is_alike(n, &f->s->nodes[g->first])) {
            const char *joint = named == 0 ? "" : named + 1 == g->n ? " and " : ", ";
            names = arena_printf(f->arena, "%s%s%s", names, joint, n->addr);
            named++;
        }
    }
    return g->n == named ? names : arena_printf(f->arena, "%s and %zu more", names, g->n - named);
}

// The line that a person with the right to it has to type, where.
static const char *grant(const Search *f, const Group *g, const char *line)
{
    const char *who = "let an administrator allow it";
    if (g->n > 1 && g->n == g->asked) {
        return arena_printf(f->arena, "%s: redis-cli --cluster call %s %s", who, f->contact, line);
    }
    return arena_printf(f->arena, "%s%s: redis-cli %s %s", who, g->n > 1 ? ", at each of them" : "",
                        plan_dial(f->s, g->first), line);
}

static void add_forbidden(Search *f, const Group *g)
{
    const Snapshot *s = f->s;
    const NodeSays *says = s->nodes[g->first].says;
    char names[QUERIES_SIZE];
    char line[ACL_LINE_SIZE];
    const char *user =
        s->user[0] != '\0' ? arena_printf(f->arena, "user %s", s->user) : "this user";
    finding_add(f, FINDING_NOT_ALLOWED, LEVEL_WARNING, g->n == 1 ? g->first : -1, g->since,
                arena_printf(f->arena, "%s %s not allow %s to %s", subject(f, g),
                             g->n == 1 ? "does" : "do",
                             queries_text(names, sizeof(names), says->forbidden), user),
                grant(f, g, queries_acl_line(line, sizeof(line), s->user, says->forbidden)));
}

static void add_refused(Search *f, const Group *g)
{
    const NodeSays *says = f->s->nodes[g->first].says;
    char names[QUERIES_SIZE];
    finding_add(f, FINDING_NOT_ALLOWED, LEVEL_WARNING, g->n == 1 ? g->first : -1, g->since,
                arena_printf(f->arena, "%s %s not know %s", subject(f, g),
                             g->n == 1 ? "does" : "do",
                             queries_text(names, sizeof(names), says->refused)),
                "look for rename-command in its redis.conf, or ask whoever runs the server");
}

void find_access(Search *f)
{
    const unsigned matters = ~(unsigned)ASK_SETTINGS;
    bool *told = arena_array(f->arena, f->s->n_nodes, sizeof(*told));
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        if (since_of(f, i) == 0 || told[i]) {
            continue;
        }
        Group g = group_of(f, (int)i, told);
        const NodeSays *says = f->s->nodes[i].says;
        if ((says->forbidden & matters) != 0) {
            add_forbidden(f, &g);
        }
        if ((says->refused & matters) != 0) {
            add_refused(f, &g);
        }
    }
}
