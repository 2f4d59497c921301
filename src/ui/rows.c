#include "rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "words.h"

// Order of classes when the worst comes first. A dead master that owns nothing any more (its
// replica took over) is history, not an emergency.
enum { CLASS_SILENT = 3, CLASS_WELL = 5, CLASS_REST = 6 };

const char *row_order_text(RowOrder order)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ROW_ORDERS(X)
#undef X
    };
    return order < ORDER_COUNT ? texts[order] : "";
}

// Whoever cannot be asked: the master itself comes before a replica of it.
static int class_of_silence(const Health *h, int node)
{
    const Node *n = &h->snapshot->nodes[node];
    if (finding_is_unreachable(h, node)) {
        return CLASS_SILENT;
    }
    for (size_t i = 0; i < n->n_replicas; i++) {
        if (finding_is_unreachable(h, n->replicas[i])) {
            return CLASS_SILENT + 1;
        }
    }
    return CLASS_WELL;
}

static int class_of(const Health *h, int node)
{
    const Node *n = &h->snapshot->nodes[node];
    switch (h->of[node].master) {
    case STATE_FAILED:
        return n->slot_count > 0 ? 0 : CLASS_REST;
    case STATE_ORPHANED:
        return 1;
    case STATE_AT_RISK:
        return 2;
    case STATE_EMPTY:
        return CLASS_REST;
    case STATE_PROTECTED:
        break;
    }
    return class_of_silence(h, node);
}

bool master_is_unwell(const Health *h, int node)
{
    return class_of(h, node) < CLASS_WELL;
}

static bool folds_has(const Folds *folds, NodeId master)
{
    return folds->all != node_set_has(&folds->except, master);
}

void folds_set(Folds *folds, NodeId master, bool folded)
{
    if (folded == folds->all) {
        node_set_drop(&folds->except, master);
    } else {
        node_set_put(&folds->except, master);
    }
}

void folds_set_all(Folds *folds, bool folded)
{
    folds->all = folded;
    node_set_clear(&folds->except);
}

// What rows are made of.
typedef struct {
    Rows *rows;
    const Health *h;
    const RowsAsk *ask;
    int keep; // index of the node to keep; -1: none
} Maker;

static Row *add(Maker *m, RowKind kind, int node, bool wanted)
{
    Rows *rows = m->rows;
    rows->at = mem_grow(rows->at, &rows->cap, (size_t)rows->n + 1, sizeof(*rows->at));
    Row *row = &rows->at[rows->n++];
    *row = (Row){.kind = kind, .node = node, .context = !wanted};
    if (kind != ROW_NOTE) {
        rows->placed[node] = true;
        rows->shown += wanted;
    }
    return row;
}

static bool is_filtered(const Maker *m)
{
    return m->ask->filter != NULL && m->ask->filter->n > 0;
}

static bool is_wanted(const Maker *m, int node)
{
    return !is_filtered(m) || filter_matches(m->ask->filter, m->h, node);
}

static bool is_folded(const Maker *m, int master)
{
    return m->ask->folds != NULL && !is_filtered(m) && !master_is_unwell(m->h, master) &&
           folds_has(m->ask->folds, m->h->snapshot->nodes[master].id);
}

static void fold(Maker *m, int master_row)
{
    const Node *n = &m->h->snapshot->nodes[m->rows->at[master_row].node];
    m->rows->at[master_row].folded = (int)n->n_replicas;
    for (size_t i = 0; i < n->n_replicas; i++) {
        m->rows->placed[n->replicas[i]] = true;
        m->rows->shown++;
    }
}

// A master is shown when it is wanted, or one below it is.
static void add_master(Maker *m, int node)
{
    const Node *n = &m->h->snapshot->nodes[node];
    bool among = !m->ask->problems || master_is_unwell(m->h, node);
    int first = m->rows->n;
    add(m, ROW_MASTER, node, among && is_wanted(m, node));
    if (among && n->n_replicas > 0 && is_folded(m, node)) {
        fold(m, first);
        return;
    }
    for (size_t i = 0; i < n->n_replicas; i++) {
        int replica = n->replicas[i];
        bool wanted = among && is_wanted(m, replica);
        if (wanted || replica == m->keep) {
            add(m, ROW_REPLICA, replica, wanted);
        }
    }
    if (m->rows->n == first + 1 && m->rows->at[first].context && node != m->keep) {
        m->rows->n = first; // nobody wants it
        m->rows->hidden_orphans += m->h->of[node].master == STATE_ORPHANED;
        return;
    }
    if (m->h->of[node].master == STATE_ORPHANED && n->n_replicas == 0) {
        add(m, ROW_NOTE, node, true);
    }
    if (m->rows->n > first + 1) {
        m->rows->at[m->rows->n - 1].last = true;
    }
}

// Runs of digits count as numbers: :7002 before :10001.
static int name_cmp(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, "0");
            b += strspn(b, "0");
            size_t na = strspn(a, "0123456789");
            size_t nb = strspn(b, "0123456789");
            int order = na != nb ? (na < nb ? -1 : 1) : strncmp(a, b, na);
            if (order != 0) {
                return order;
            }
            a += na;
            b += nb;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int64_t most_lag(const Health *h, const Node *n)
{
    int64_t most = -1;
    for (size_t i = 0; i < n->n_replicas; i++) {
        int64_t lag = h->of[n->replicas[i]].lag_bytes;
        most = lag > most ? lag : most;
    }
    return most;
}

// Less comes first.
static int64_t value_of(const Maker *m, int node)
{
    const Node *n = &m->h->snapshot->nodes[node];
    const NodeInfo *info = n->says != NULL && n->says->has_info ? &n->says->info : NULL;
    switch (m->ask->order) {
    case ORDER_WORST:
        return class_of(m->h, node);
    case ORDER_MEMORY:
        return info != NULL ? -info->used_memory : 1;
    case ORDER_OPS:
        return info != NULL ? -info->ops_per_s : 1;
    case ORDER_LAG:
        return -most_lag(m->h, n);
    case ORDER_SLOTS:
    case ORDER_NAME:
    case ORDER_COUNT:
        break;
    }
    return 0;
}

static int key_cmp(const void *a, const void *b)
{
    const RowKey *x = a;
    const RowKey *y = b;
    if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    int order = x->name != NULL ? name_cmp(x->name, y->name) : 0;
    if (order != 0) {
        return x->reverse ? -order : order;
    }
    return x->place < y->place ? -1 : 1;
}

static void sort_masters(Maker *m)
{
    const Snapshot *s = m->h->snapshot;
    Rows *rows = m->rows;
    bool reverse = m->ask->reverse;
    rows->keys = mem_grow(rows->keys, &rows->keys_cap, s->n_masters, sizeof(*rows->keys));
    for (size_t i = 0; i < s->n_masters; i++) {
        int64_t value = value_of(m, s->masters[i]);
        rows->keys[i] = (RowKey){
            .master = s->masters[i],
            .place = reverse && m->ask->order == ORDER_SLOTS ? -(int)i : (int)i,
            .value = reverse ? -value : value,
            .name = m->ask->order == ORDER_NAME ? node_title(&s->nodes[s->masters[i]]) : NULL,
            .reverse = reverse,
        };
    }
    if (s->n_masters > 0) {
        qsort(rows->keys, s->n_masters, sizeof(*rows->keys), key_cmp);
    }
}

// A replica of a master that is in the list of masters: it has its place there, shown or not.
static bool has_a_place(const Health *h, int node)
{
    int master = h->snapshot->nodes[node].master;
    return h->of[node].is_master || (master >= 0 && h->of[master].is_master);
}

void rows_build(Rows *rows, const Health *h, const RowsAsk *ask)
{
    rows->n = rows->shown = rows->total = rows->hidden_orphans = 0;
    if (h == NULL) {
        return;
    }
    const Snapshot *s = h->snapshot;
    rows->total = (int)s->n_nodes;
    Maker m = {rows, h, ask, snapshot_find(s, ask->keep)};
    rows->placed = mem_grow(rows->placed, &rows->placed_cap, s->n_nodes, sizeof(*rows->placed));
    memset(rows->placed, 0, s->n_nodes * sizeof(*rows->placed));
    sort_masters(&m);
    for (size_t i = 0; i < s->n_masters; i++) {
        add_master(&m, rows->keys[i].master);
    }
    for (int i = 0; i < (int)s->n_nodes; i++) {
        bool stray = !rows->placed[i] && !has_a_place(h, i);
        bool wanted = is_wanted(&m, i);
        if (stray && (wanted || i == m.keep)) {
            add(&m, ROW_STRAY, i, wanted);
        }
    }
}

void rows_done(Rows *rows)
{
    mem_free(rows->at);
    mem_free(rows->placed);
    mem_free(rows->keys);
    *rows = (Rows){0};
}

static bool row_is_node(const Row *row)
{
    return row->kind != ROW_NOTE;
}

int rows_find(const Rows *rows, const Snapshot *s, NodeId id)
{
    for (int i = 0; i < rows->n && !node_id_is_none(id); i++) {
        if (row_is_node(&rows->at[i]) && node_id_eq(s->nodes[rows->at[i].node].id, id)) {
            return i;
        }
    }
    return -1;
}

int rows_nearest(const Rows *rows, int row)
{
    if (rows->n == 0) {
        return -1;
    }
    int at = row < 0 ? 0 : row >= rows->n ? rows->n - 1 : row;
    for (int i = at; i < rows->n; i++) {
        if (row_is_node(&rows->at[i])) {
            return i;
        }
    }
    while (at >= 0 && !row_is_node(&rows->at[at])) {
        at--;
    }
    return at;
}

int rows_step(const Rows *rows, int row, int direction)
{
    for (int i = row + direction; i >= 0 && i < rows->n; i += direction) {
        if (row_is_node(&rows->at[i])) {
            return i;
        }
    }
    return row;
}
