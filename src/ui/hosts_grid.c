#include "hosts_grid.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "tree_row.h"
#include "words.h"

enum {
    GAP = 2,
    OUTCOME_WIDTH = 21, // ":7008 promoted, alone"
    HOST_MAX = 16,
    RANGES_WIDTH = 14,
};

typedef struct {
    int name_w;
    int ranges_x;
    int ranges_w; // 0: not shown
    int hosts_x;
    int host_w; // with its gap
    int gap;
    int first;  // host
    int n;      // hosts shown
    int more_w; // "<12 "
    int outcome_x;
    int outcome_w;
} Layout;

static int host_width(const HostTable *t)
{
    int widest = 4;
    for (int i = 0; i < t->n_hosts; i++) {
        char host[64];
        short_host(t->h->snapshot, t->hosts[i].name, host, sizeof(host));
        int width = text_width(host);
        widest = width > widest ? width : widest;
    }
    int cells = 0; // the fullest cell
    for (int i = 0; i < t->n_shards; i++) {
        for (size_t k = 0; t->shards[i].master >= 0 && k < t->shards[i].n_nodes; k++) {
            int here = 0;
            for (size_t j = 0; j < t->shards[i].n_nodes; j++) {
                here += t->host_of[t->shards[i].nodes[j]] == t->host_of[t->shards[i].nodes[k]];
            }
            cells = here > cells ? here : cells;
        }
    }
    widest = cells > widest ? cells : widest;
    return widest < HOST_MAX ? widest : HOST_MAX;
}

static int name_width(const HostTable *t)
{
    int widest = (int)sizeof("shard") - 1;
    for (int i = 0; i < t->n_shards; i++) {
        if (t->shards[i].master >= 0) {
            char name[NAME_MAX_BYTES];
            short_name(t->h->snapshot, t->shards[i].master, name, sizeof(name));
            int width = text_width(name);
            widest = width > widest ? width : widest;
        }
    }
    return widest;
}

int hosts_grid_width(const HostTable *t)
{
    return name_width(t) + GAP + RANGES_WIDTH + GAP + t->n_hosts * (host_width(t) + GAP) +
           OUTCOME_WIDTH;
}

int hosts_grid_min_width(const HostTable *t)
{
    return name_width(t) + GAP + t->n_hosts * (host_width(t) + 1) + OUTCOME_WIDTH;
}

// Scrolls so that the selected host is in sight.
static int first_shown(const HostsGrid *g, int n)
{
    int first = *g->left;
    int last = g->t->n_hosts - n;
    first = first > last ? last : first;
    first = g->selected >= first + n ? g->selected - n + 1 : first;
    first = g->selected < first ? g->selected : first;
    *g->left = first;
    return first;
}

// What does not fit gives way: first the ranges of slots, then room between hosts, then hosts.
static Layout lay_out(const HostsGrid *g, int w)
{
    const HostTable *t = g->t;
    Layout l = {.name_w = name_width(t), .host_w = host_width(t) + GAP, .n = t->n_hosts};
    l.ranges_x = l.hosts_x = l.name_w + GAP;
    int room = w - l.hosts_x - OUTCOME_WIDTH;
    l.gap = room >= t->n_hosts * l.host_w ? GAP : 1;
    l.host_w += l.gap - GAP;
    if (room >= t->n_hosts * l.host_w + RANGES_WIDTH + GAP) {
        l.ranges_w = RANGES_WIDTH;
        l.hosts_x += RANGES_WIDTH + GAP;
    }
    bool scrolls = room < t->n_hosts * l.host_w;
    if (scrolls) {
        l.more_w = t->n_hosts > 100 ? (int)sizeof("<123") : (int)sizeof("<12");
        l.hosts_x += l.more_w;
        l.n = (room - 2 * l.more_w) / l.host_w;
        l.n = l.n < 1 ? 1 : l.n;
    }
    l.first = first_shown(g, l.n);
    l.outcome_x = l.hosts_x + l.n * l.host_w + l.more_w;
    l.outcome_w = w - l.outcome_x;
    return l;
}

static const char *node_sign(const Health *h, int node, bool ascii, Role *role)
{
    const Node *n = &h->snapshot->nodes[node];
    if (node_is_master(n)) {
        bool failed = node_has(n, NODE_FAIL);
        *role = failed ? ROLE_CRIT : ROLE_MASTER;
        return failed ? "X" : "M";
    }
    switch (h->of[node].replica) {
    case REPLICA_WORKING:
        *role = ROLE_OK;
        return glyph_text(GLYPH_OK, ascii);
    case REPLICA_LINKING:
    case REPLICA_SYNCING:
    case REPLICA_LOADING:
        *role = ROLE_SYNC;
        return glyph_text(GLYPH_SYNC, ascii);
    case REPLICA_LINK_DOWN:
        *role = ROLE_WARN;
        return glyph_text(GLYPH_LINK_DOWN, ascii);
    case REPLICA_FAILED:
        *role = ROLE_CRIT;
        return glyph_text(GLYPH_FAILED, ascii);
    case REPLICA_UNVERIFIED:
        break;
    }
    *role = ROLE_STALE;
    return glyph_text(GLYPH_UNKNOWN, ascii);
}

// All nodes of the shard that are on the host, and a dot where there are none. What does not fit
// is counted.
static void draw_cell(const HostsGrid *g, const ShardRow *shard, int host, Canvas *c, int x, int y,
                      int w)
{
    int total = 0;
    for (size_t i = 0; i < shard->n_nodes; i++) {
        total += g->t->host_of[shard->nodes[i]] == host;
    }
    if (total == 0) {
        canvas_text(c, x, y, w, ROLE_DIM, glyph_text(GLYPH_DOT, c->ascii));
        return;
    }
    int shown = 0;
    for (size_t i = 0; i < shard->n_nodes; i++) {
        if (g->t->host_of[shard->nodes[i]] != host) {
            continue;
        }
        if (total > w && shown == w - 3) {
            canvas_textf(c, x + shown, y, w - shown, ROLE_DIM, "+%d", total - shown);
            return;
        }
        Role role;
        const char *sign = node_sign(g->t->h, shard->nodes[i], c->ascii, &role);
        canvas_text(c, x + shown++, y, 1, role, sign);
    }
}

static void outcome_text(const HostsGrid *g, const ShardLoss *loss, char *out, size_t size)
{
    char heir[NAME_MAX_BYTES] = "";
    if (loss->heir >= 0) {
        short_name(g->t->h->snapshot, loss->heir, heir, sizeof(heir));
    }
    switch (loss->fate) {
    case SHARD_LOST:
        snprintf(out, size, "LOST: no other copy");
        break;
    case SHARD_STUCK:
        snprintf(out, size, loss->heir >= 0 ? "STUCK: no majority" : "STUCK: nofailover");
        break;
    case SHARD_ALONE:
        snprintf(out, size, "left without replica");
        break;
    case SHARD_TAKEN_OVER:
        if (loss->n_heirs > 1) {
            snprintf(heir, sizeof(heir), "one of %zu", loss->n_heirs);
        }
        snprintf(out, size, "%s promoted%s", heir, loss->working_left == 0 ? ", alone" : "");
        break;
    case SHARD_FEWER:
    case SHARD_FATE_COUNT:
        snprintf(out, size, "keeps %d replica%s", loss->working_left, plural(loss->working_left));
        break;
    }
}

static Role outcome_role(ShardFate fate)
{
    return fate <= SHARD_STUCK ? ROLE_CRIT : fate == SHARD_ALONE ? ROLE_WARN : ROLE_TEXT;
}

static void draw_row(const HostsGrid *g, const Layout *l, const ShardRow *shard, Canvas *c, int x,
                     int y)
{
    const Snapshot *p = g->t->h->snapshot;
    char text[NAME_MAX_BYTES];
    if (shard->master >= 0) {
        short_name(p, shard->master, text, sizeof(text));
        Words w = master_words(g->s, shard->master);
        canvas_text(c, x, y, l->name_w, w.role == ROLE_OK ? ROLE_MASTER : w.role, text);
        ranges_brief(p->nodes[shard->master].slots, l->ranges_w, text, sizeof(text));
        canvas_text(c, x + l->ranges_x, y, l->ranges_w, ROLE_DIM, text);
    } else {
        canvas_text(c, x, y, l->hosts_x - GAP, ROLE_DIM, l->ranges_w > 0 ? "no slots" : "none");
    }
    for (int i = 0; i < l->n; i++) {
        draw_cell(g, shard, l->first + i, c, x + l->hosts_x + i * l->host_w, y, l->host_w - l->gap);
    }
    const ShardLoss *loss = shard->master >= 0 ? whatif_shard(g->answer, shard->master) : NULL;
    if (loss == NULL) {
        canvas_text(c, x + l->outcome_x, y, l->outcome_w, ROLE_DIM,
                    glyph_text(GLYPH_DOT, c->ascii));
        return;
    }
    outcome_text(g, loss, text, sizeof(text));
    draw_cut(c, x + l->outcome_x, y, l->outcome_w, outcome_role(loss->fate), text);
}

static void draw_header(const HostsGrid *g, const Layout *l, Canvas *c, int x, int y)
{
    canvas_text(c, x, y, l->name_w, ROLE_DIM, "shard");
    canvas_text(c, x + l->ranges_x, y, l->ranges_w, ROLE_DIM, "slots");
    char host[64];
    for (int i = 0; i < l->n; i++) {
        short_host(g->t->h->snapshot, g->t->hosts[l->first + i].name, host, sizeof(host));
        bool here = l->first + i == g->selected;
        canvas_text_middle(c, x + l->hosts_x + i * l->host_w, y, l->host_w - l->gap,
                           here ? ROLE_TITLE : ROLE_DIM, host);
    }
    int more = g->t->n_hosts - l->first - l->n;
    if (l->first > 0) {
        canvas_textf(c, x + l->hosts_x - l->more_w, y, l->more_w - 1, ROLE_KEY, "<%d", l->first);
    }
    if (more > 0) {
        canvas_textf(c, x + l->hosts_x + l->n * l->host_w, y, l->more_w - 1, ROLE_KEY, "%d>", more);
    }
    short_host(g->t->h->snapshot, g->t->hosts[g->selected].name, host, sizeof(host));
    char title[80];
    snprintf(title, sizeof(title), "if %s died", host);
    draw_cut(c, x + l->outcome_x, y, l->outcome_w, ROLE_TITLE, title);
}

void hosts_grid_draw(const HostsGrid *g, Canvas *c, Rect r)
{
    Layout l = lay_out(g, r.w);
    scroll_place(g->rows, (Rect){r.x, r.y + 1, r.w, r.h - 1}, g->t->n_shards);
    draw_header(g, &l, c, r.x, r.y);
    int n = g->rows->page < g->t->n_shards - g->rows->top ? g->rows->page
                                                          : g->t->n_shards - g->rows->top;
    for (int i = 0; i < n; i++) {
        draw_row(g, &l, &g->t->shards[g->rows->top + i], c, r.x, r.y + 1 + i);
    }
    for (int i = 0; i < l.n; i++) {
        Rect column = {r.x + l.hosts_x + i * l.host_w - 1, r.y, l.host_w, n + 1};
        Spot *spot = spot_add(g->spots, column);
        snprintf(spot->of.host, sizeof(spot->of.host), "%s", g->t->hosts[l.first + i].name);
    }
    int column = g->selected - l.first;
    canvas_mark(c, (Rect){r.x + l.hosts_x + column * l.host_w - 1, r.y, l.host_w, n + 1},
                CELL_REVERSE);
}

void hosts_legend_draw(Canvas *c, int x, int y, int w)
{
    static const struct {
        Glyph glyph;
        const char *sign; // in place of a glyph
        Role role;
        const char *text;
    } signs[] = {
        {GLYPH_OK, "M", ROLE_MASTER, "master"},
        {GLYPH_OK, NULL, ROLE_OK, "working replica"},
        {GLYPH_SYNC, NULL, ROLE_SYNC, "on its way"},
        {GLYPH_FAILED, NULL, ROLE_CRIT, "failed"},
        {GLYPH_OK, "X", ROLE_CRIT, "failed master"},
        {GLYPH_LINK_DOWN, NULL, ROLE_WARN, "link down"},
        {GLYPH_UNKNOWN, NULL, ROLE_STALE, "cannot be asked"},
    };
    int end = x + w;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const char *sign =
            signs[i].sign != NULL ? signs[i].sign : glyph_text(signs[i].glyph, c->ascii);
        if (x + 2 + text_width(signs[i].text) > end) {
            return;
        }
        canvas_text(c, x, y, 1, signs[i].role, sign);
        x = canvas_text(c, x + 2, y, end - x - 2, ROLE_DIM, signs[i].text) + GAP;
    }
}
