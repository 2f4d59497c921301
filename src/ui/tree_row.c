#include "tree_row.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "words.h"

static bool is_answering(const Node *n)
{
    return n->says != NULL && n->says->has_info && n->says->reach == REACH_OK;
}

void ranges_brief(SlotRanges ranges, int width, char *out, size_t size)
{
    out[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < ranges.n; i++) {
        char one[16];
        char more[16] = "";
        const SlotRange *r = &ranges.at[i];
        int n = r->first == r->last ? snprintf(one, sizeof(one), "%d", r->first)
                                    : snprintf(one, sizeof(one), "%d-%d", r->first, r->last);
        int tail = i + 1 < ranges.n ? snprintf(more, sizeof(more), " +%zu", ranges.n - i - 1) : 0;
        size_t need = used + (used > 0) + (size_t)n;
        bool fits = need + (size_t)tail <= (size_t)(width > 0 ? width : 0) && need + 1 < size;
        if (!fits) {
            if (i > 0) {
                snprintf(out + used, size - used, " +%zu", ranges.n - i);
            } else {
                snprintf(out, size, "%zu ranges", ranges.n);
            }
            return;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? " " : "", one);
    }
}

// Where in the 16384 slots a master's lie. A cell with any of them is never blank.
static void draw_slot_bar(Canvas *c, int y, Column bar, SlotRanges ranges)
{
    enum { MAX_CELLS = 64 };
    int owned[MAX_CELLS] = {0};
    int n = bar.w - 2 < MAX_CELLS ? bar.w - 2 : MAX_CELLS;
    for (size_t i = 0; i < ranges.n && n > 0; i++) {
        int first = ranges.at[i].first;
        int last = ranges.at[i].last;
        for (int cell = first * n / SLOT_COUNT; cell < n && cell * SLOT_COUNT / n <= last; cell++) {
            int from = cell * SLOT_COUNT / n;
            int to = (cell + 1) * SLOT_COUNT / n - 1;
            from = first > from ? first : from;
            to = last < to ? last : to;
            owned[cell] += to >= from ? to - from + 1 : 0;
        }
    }
    canvas_text(c, bar.x, y, 1, ROLE_DIM, glyph_text(GLYPH_BAR_LEFT, c->ascii));
    for (int cell = 0; cell < n; cell++) {
        int whole = SLOT_COUNT / n;
        Glyph g = owned[cell] * 3 > whole * 2 ? GLYPH_SLOT_FULL
                  : owned[cell] > 0           ? GLYPH_SLOT_HALF
                                              : GLYPH_SLOT_NONE;
        canvas_text(c, bar.x + 1 + cell, y, 1, ROLE_SLOTS, glyph_text(g, c->ascii));
    }
    canvas_text(c, bar.x + 1 + n, y, 1, ROLE_DIM, glyph_text(GLYPH_BAR_RIGHT, c->ascii));
}

static void draw_number(const RowPen *pen, Column column, Role role, const char *text)
{
    if (column.w > 0) {
        canvas_right(pen->c, column.x + column.w, pen->y, column.w, role, text);
    }
}

static void draw_load(const RowPen *pen, int node)
{
    const Node *n = &pen->p->nodes[node];
    char text[24];
    if (n->says == NULL || !n->says->has_info) {
        draw_number(pen, pen->k.memory, ROLE_STALE, "?");
        return;
    }
    const NodeInfo *info = &n->says->info;
    Role role = is_answering(n) ? ROLE_TEXT : ROLE_STALE;
    draw_number(pen, pen->k.memory, role, format_bytes(text, sizeof(text), info->used_memory));
    if (pen->k.keys.w > 0) {
        char count[16];
        snprintf(text, sizeof(text), "%s keys", format_count(count, sizeof(count), info->keys));
        draw_number(pen, pen->k.keys, role, text);
    }
    if (is_answering(n)) {
        char rate[16];
        snprintf(text, sizeof(text), "%s/s", format_count(rate, sizeof(rate), info->ops_per_s));
        draw_number(pen, pen->k.ops, role, info->ops_per_s < 0 ? "?" : text);
    } else { // from when on, the state says
        bool is_said = finding_is_unreachable(pen->s->health, node);
        draw_number(pen, pen->k.ops, ROLE_STALE, is_said ? "?" : "silent");
    }
}

static void draw_words(const RowPen *pen, int glyph_x, int name_x, Role name_role, const char *name,
                       const Words *w)
{
    Canvas *c = pen->c;
    canvas_text(c, glyph_x, pen->y, 1, w->role, glyph_text(w->glyph, c->ascii));
    canvas_text_middle(c, name_x, pen->y, pen->k.name_end - name_x, name_role, name);
    canvas_text(c, pen->k.state.x, pen->y, pen->k.state.w, w->role, w->text);
}

// "downtime 42 min left"; the x behind it, or x when there is none.
static int draw_downtime(const RowPen *pen, int node, int x, int x_end)
{
    const Hold *hold = pen->s->health->of[node].downtime;
    char left[32];
    if (hold == NULL) {
        return x;
    }
    return canvas_textf(pen->c, x, pen->y, x_end - x, ROLE_BANNER, "downtime %s",
                        hold_left(left, sizeof(left), hold, pen->s->wall_ms));
}

// "2 replicas, 1 syncing": what is folded away below a master.
static void draw_folded(const RowPen *pen, const Node *n, int x, int x_end)
{
    enum { STATES = REPLICA_UNVERIFIED + 1 };
    int count[STATES] = {0};
    char text[96];
    for (size_t i = 0; i < n->n_replicas; i++) {
        count[pen->s->health->of[n->replicas[i]].replica]++;
    }
    size_t used = (size_t)snprintf(text, sizeof(text), "+ %zu replica%s", n->n_replicas,
                                   plural(n->n_replicas));
    bool well = true;
    for (int i = REPLICA_WORKING + 1; i < STATES; i++) {
        if (count[i] > 0 && used < sizeof(text)) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, ", %d %s", count[i],
                                     replica_state_text((ReplicaState)i));
            well = false;
        }
    }
    draw_cut(pen->c, x, pen->y, x_end - x, well ? ROLE_DIM : ROLE_WARN, text);
}

// While a replica is picked up: what a master is as a target.
static void draw_target(const RowPen *pen, const PickTarget *t)
{
    int x = pen->k.state.x + pen->k.state.w + 1;
    int room = pen->k.end - x;
    if (t->legal) {
        canvas_textf(pen->c, x, pen->y, room, ROLE_TARGET, "%d. %s", t->rank, t->words);
    } else {
        char text[sizeof(t->words)];
        short_text(pen->p, t->words, text, sizeof(text));
        draw_cut(pen->c, x, pen->y, room, ROLE_DIM, text);
    }
}

// Where its slots are; a downtime or what is folded away says more. Without such columns they take
// the place of the load. Returns false when that is gone.
static bool draw_slots(const RowPen *pen, const Node *n, int node, int folded)
{
    const Columns *k = &pen->k;
    bool held = pen->s->health->of[node].downtime != NULL;
    bool no_room = k->bar.w == 0 && k->ranges.w == 0;
    int x = no_room ? k->rest : k->bar.w > 0 ? k->bar.x : k->ranges.x;
    int x_end = no_room           ? k->end
                : k->ranges.w > 0 ? k->ranges.x + k->ranges.w
                                  : k->bar.x + k->bar.w;
    if (held) {
        x = draw_downtime(pen, node, x, x_end) + 2;
    }
    if (folded > 0) {
        draw_folded(pen, n, x, x_end);
    } else if (n->slot_count > 0 && !held) {
        char ranges[64];
        if (k->bar.w > 0) {
            draw_slot_bar(pen->c, pen->y, k->bar, n->slots);
        }
        ranges_brief(n->slots, k->ranges.w, ranges, sizeof(ranges));
        canvas_text(pen->c, k->ranges.x, pen->y, k->ranges.w, ROLE_TEXT, ranges);
    }
    return !no_room || !(held || folded > 0);
}

static bool is_hit(const RowPen *pen, const Node *n)
{
    return filter_finds(pen->ui->find.search, n);
}

static void draw_master(const RowPen *pen, const Row *row)
{
    int node = row->node;
    const Node *n = &pen->p->nodes[node];
    Words w = master_words(pen->s, node);
    const Columns *k = &pen->k;
    const PickTarget *t = pick_target(&pen->ui->pick, node);
    Role name = ROLE_MASTER;
    if (w.role == ROLE_ORPHAN) { // a band: seen before it is read
        Rect band = {k->name_master - 2, pen->y, k->state.x + k->state.w - k->name_master + 2, 1};
        canvas_fill(pen->c, band, ROLE_ORPHAN, ' ');
        name = ROLE_ORPHAN;
    } else if (w.role == ROLE_CRIT) {
        name = ROLE_CRIT;
    } else if (is_hit(pen, n)) {
        name = ROLE_TARGET;
    }
    if (t != NULL) {
        name = t->legal ? ROLE_TARGET : name;
        draw_words(pen, k->name_master - 2, k->name_master, name, node_title_in(n, pen->name_w),
                   &w);
        draw_target(pen, t);
        return;
    }
    draw_words(pen, k->name_master - 2, k->name_master, name, node_title_in(n, pen->name_w), &w);
    if (k->why.w > 0) {
        char why[40];
        orphan_words(pen->s->health, node, why, sizeof(why));
        canvas_text(pen->c, k->why.x, pen->y, k->why.w, ROLE_WARN, why);
    }
    if (draw_slots(pen, n, node, row->folded)) {
        draw_load(pen, node);
    }
}

// The age of the last word: whole seconds, as the server counts them.
static void format_ack(char *out, size_t size, int64_t lag_s)
{
    if (lag_s < 60) {
        snprintf(out, size, "%ds", (int)lag_s);
    } else {
        format_seconds(out, size, lag_s * 1000);
    }
}

static void draw_lag(const RowPen *pen, const Node *n, const NodeHealth *nh)
{
    enum { SLOW_S = 10 };
    char text[48] = "lag ?";
    char bytes[16];
    char ack[16] = "";
    if (!is_answering(n)) { // the last lag it told of would look like one of now
        canvas_text(pen->c, pen->k.rest, pen->y, pen->k.end - pen->k.rest, ROLE_STALE, "silent");
        return;
    }
    if (nh->lag_s >= 0) {
        format_ack(ack, sizeof(ack), nh->lag_s);
    }
    if (nh->lag_bytes >= 0) {
        snprintf(text, sizeof(text), "lag %s %s", format_bytes(bytes, sizeof(bytes), nh->lag_bytes),
                 ack);
    }
    Role role = nh->lag_s >= SLOW_S ? ROLE_WARN : ROLE_DIM;
    canvas_text(pen->c, pen->k.rest, pen->y, pen->k.end - pen->k.rest, role, text);
}

// Why it could not be asked. The row says already whom that is about.
static void draw_silence(const RowPen *pen, const Node *n)
{
    char text[256];
    if (n->says == NULL) {
        return;
    }
    const char *why = n->says->why;
    size_t name = strlen(n->addr);
    if (strncmp(why, n->addr, name) == 0 && why[name] == ' ') {
        why += name + 1;
        why += strncmp(why, "is ", 3) == 0 ? 3 : 0;
    }
    static const char *const about[] = {"cannot connect to ", "TLS with "};
    for (size_t i = 0; i < ARRAY_LEN(about); i++) {
        const char *reason = strstr(why, ": "); // behind whom that was about
        bool is_about = strncmp(why, about[i], strlen(about[i])) == 0 && reason != NULL;
        why = is_about ? reason + 2 : why;
    }
    short_text(pen->s->health->snapshot, why, text, sizeof(text));
    draw_cut(pen->c, pen->k.rest, pen->y, pen->k.end - pen->k.rest, ROLE_STALE, text);
}

static void draw_replica_rest(const RowPen *pen, const Node *n, const NodeHealth *nh)
{
    enum { LAG_WIDTH = 16, SAME_HOST_WIDTH = 9, TRANSFER_WIDTH = 24 };
    int x = pen->k.rest + LAG_WIDTH;
    char numbers[48] = "";
    if (tree_draw_move(pen, n, nh)) {
        return;
    }
    switch (nh->replica) {
    case REPLICA_SYNCING:
    case REPLICA_LOADING:
        tree_add_eta(numbers, sizeof(numbers), nh->sync_eta_s);
        tree_draw_transfer(pen, ROLE_SYNC, nh->sync_permille, numbers);
        x = pen->k.rest + TRANSFER_WIDTH;
        break;
    case REPLICA_WORKING:
        if (nh->same_host && pen->k.end - pen->k.rest < LAG_WIDTH + SAME_HOST_WIDTH &&
            nh->lag_s < 10) {
            x = pen->k.rest; // it matters more than a lag that is none
        } else {
            draw_lag(pen, n, nh);
        }
        break;
    case REPLICA_UNVERIFIED:
        draw_silence(pen, n);
        return;
    case REPLICA_LINKING:
    case REPLICA_LINK_DOWN:
    case REPLICA_FAILED:
        x = pen->k.rest;
        break;
    }
    if (nh->same_host && nh->replica != REPLICA_FAILED) {
        canvas_text(pen->c, x, pen->y, pen->k.end - x, ROLE_WARN, "same host");
    }
}

static void draw_replica(const RowPen *pen, const Row *row)
{
    const Node *n = &pen->p->nodes[row->node];
    const NodeHealth *nh = &pen->s->health->of[row->node];
    Words w = nh->is_master ? master_words(pen->s, row->node) : replica_words(pen->s, row->node);
    int x = pen->k.name_master - 2;
    if (row->kind == ROW_REPLICA) {
        Glyph branch = row->last ? GLYPH_LAST : GLYPH_BRANCH;
        canvas_text(pen->c, x, pen->y, 2, ROLE_FRAME, glyph_text(branch, pen->c->ascii));
    }
    Role name = is_hit(pen, n) ? ROLE_TARGET : w.role == ROLE_CRIT ? ROLE_CRIT : ROLE_REPLICA;
    bool held = pick_holds(pen->ui, n->id);
    if (held) {
        name = ROLE_TARGET;
        snprintf(w.text, sizeof(w.text), "picked up");
        w.role = ROLE_TARGET;
    }
    draw_words(pen, x + 3, pen->k.name_replica, name, node_title_in(n, pen->name_w), &w);
    if (pen->ui->pick.active) {
        if (!held) {
            canvas_mark(pen->c, (Rect){x, pen->y, pen->k.end - x, 1}, CELL_DIM);
        }
        return;
    }
    if (row->kind == ROW_STRAY) {
        bool chained = n->master >= 0;
        canvas_text(pen->c, pen->k.rest, pen->y, pen->k.end - pen->k.rest, ROLE_WARN,
                    chained ? "follows another replica" : "its master is unknown");
        return;
    }
    RowPen rest = *pen;
    int x_rest = draw_downtime(pen, row->node, pen->k.rest, pen->k.end);
    rest.k.rest = x_rest > pen->k.rest ? x_rest + 2 : x_rest;
    draw_replica_rest(&rest, n, nh);
}

static void draw_note(const RowPen *pen)
{
    int x = pen->k.name_master - 2;
    canvas_text(pen->c, x, pen->y, 2, ROLE_FRAME, glyph_text(GLYPH_LAST, pen->c->ascii));
    canvas_text(pen->c, x + 3, pen->y, pen->k.end - x - 3, ROLE_CRIT, "no replica");
}

void tree_row_draw(const RowPen *pen, int index, Rect r)
{
    const Row *row = &pen->ui->rows.at[index];
    switch (row->kind) {
    case ROW_MASTER:
        draw_master(pen, row);
        break;
    case ROW_REPLICA:
    case ROW_STRAY:
        draw_replica(pen, row);
        break;
    case ROW_NOTE:
        draw_note(pen);
        return;
    }
    if (row->context) {
        canvas_mark(pen->c, (Rect){r.x, pen->y, r.w, 1}, CELL_DIM);
    }
    if (node_set_has(&pen->ui->marks, pen->p->nodes[row->node].id)) {
        int x = pen->k.name_master - (row->kind == ROW_MASTER);
        canvas_text(pen->c, x, pen->y, 1, ROLE_TARGET, glyph_text(GLYPH_MARK, pen->c->ascii));
    }
    if (is_hit(pen, &pen->p->nodes[row->node])) {
        canvas_text(pen->c, r.x, pen->y, 1, ROLE_TARGET, "/");
    }
    if (index == pen->ui->cursor_row) {
        canvas_text(pen->c, r.x, pen->y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, pen->c->ascii));
        canvas_mark(pen->c, (Rect){r.x + 1, pen->y, r.w - 1, 1}, CELL_REVERSE);
    }
}
