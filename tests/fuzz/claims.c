#include "claims.h"

#include <string.h>

#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// --- text

// Piece by piece, each as long as it can be without a character that is cut.
static void claim_clean_view(StrView text)
{
    enum { MOST = 512 };
    char again[MOST];
    while (text.n > 0) {
        size_t n = text.n < MOST ? text.n : MOST - 1;
        while (n < text.n && n > 0 && ((unsigned char)text.at[n] & 0xC0) == 0x80) {
            n--;
        }
        text_clean_into(again, sizeof(again), sv_of(text.at, n));
        CLAIM(n > 0 && strlen(again) == n && memcmp(again, text.at, n) == 0);
        text = sv_of(text.at + n, text.n - n);
    }
}

void claim_clean(const char *text)
{
    claim_clean_view(sv(text));
}

void claim_all_clean(StrView text)
{
    StrView line;
    while (sv_next(&text, '\n', &line)) {
        claim_clean_view(line);
    }
}

void claim_whole(const Canvas *c)
{
    for (int i = 0; i < c->w * c->h; i++) {
        const Cell *cell = &c->cells[i];
        CLAIM(cell->role < ROLE_COUNT);
        if (cell->code == 0) {
            CLAIM(i % c->w > 0 && text_code_width(cell[-1].code) == 2);
            continue;
        }
        int width = text_code_width(cell->code);
        CLAIM(cell->code >= ' ' && width > 0);
        CLAIM(width == 1 || (width == 2 && i % c->w < c->w - 1 && cell[1].code == 0));
        CLAIM(!c->ascii || cell->code < 0x7F);
        if (cell->code > '~') {
            char utf8[5] = {0};
            text_put(cell->code, utf8);
            claim_clean(utf8);
        }
    }
}

// --- what servers say

// The slots are sorted, apart, and what is printed of them says the same.
static void claim_ranges(SlotRanges ranges, Arena *arena)
{
    SlotRange again[SLOT_COUNT / 2];
    size_t n = 0;
    int count = 0;
    StrView rest = sv(slot_ranges_text(arena, ranges));
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        CLAIM(n < ranges.n && slot_range_parse(word, &again[n]));
        CLAIM(again[n].first == ranges.at[n].first && again[n].last == ranges.at[n].last);
        CLAIM(again[n].first <= again[n].last && again[n].last < SLOT_COUNT);
        CLAIM(n == 0 || again[n].first > again[n - 1].last + 1);
        count += again[n].last - again[n].first + 1;
        n++;
    }
    CLAIM(n == ranges.n && count == slot_ranges_count(ranges) && count <= SLOT_COUNT);
}

void claim_info(const NodeInfo *info)
{
    const int64_t numbers[] = {
        info->uptime_s,
        info->process_id,
        info->link_down_s,
        info->last_io_s,
        info->repl_offset,
        info->sync_total_bytes,
        info->sync_read_bytes,
        info->sync_left_bytes,
        info->replica_priority,
        info->connected_slaves,
        info->master_repl_offset,
        info->backlog_bytes,
        info->loading_eta_s,
        info->loading_total_bytes,
        info->loading_done_bytes,
        info->used_memory,
        info->maxmemory,
        info->total_system_memory,
        info->ops_per_s,
        info->latest_fork_us,
        info->connected_clients,
        info->used_memory_rss,
        info->keys,
        info->input_kbps_milli,
    };
    const char *const texts[] = {info->version, info->run_id, info->availability_zone,
                                 info->master_replid, info->master_host};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        CLAIM(numbers[i] >= -1);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        claim_clean(texts[i]);
    }
    for (size_t i = 0; i < info->n_slaves; i++) {
        const SlaveLine *line = &info->slaves[i];
        claim_clean(line->ip);
        CLAIM(line->port >= 0 && line->port <= UINT16_MAX);
    }
}

void claim_view(const NodesView *view)
{
    Arena *arena = arena_new();
    CLAIM(view->myself >= -1 && view->myself < (ptrdiff_t)view->n);
    for (size_t i = 0; i < view->n; i++) {
        const NodeLine *line = &view->at[i];
        NodeId same;
        CLAIM(node_id_parse(sv(line->id.hex), &same));
        CLAIM(node_id_is_none(line->master) || node_id_parse(sv(line->master.hex), &same));
        CLAIM(line->port >= 0 && line->port <= UINT16_MAX);
        CLAIM(line->importing >= 0 && line->importing <= line->open_slots);
        claim_clean(line->ip);
        claim_clean(line->hostname);
        claim_ranges(line->slots, arena);
        CLAIM(nodes_find(view, line->id) == line); // so none is there twice
    }
    arena_free(arena);
}

// --- a picture

static void claim_node(const Snapshot *s, int i)
{
    const Node *n = &s->nodes[i];
    const char *const texts[] = {n->ip, n->hostname, n->addr, n->alias, n->host};
    for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
        claim_clean(texts[k]);
    }
    claim_ranges(n->slots, s->arena);
    CLAIM(n->addr[0] != '\0');
    CLAIM(node_is_master(n) != node_has(n, NODE_REPLICA));
    CLAIM(n->slot_count == slot_ranges_count(n->slots));
    CLAIM(node_is_master(n) || n->slot_count == 0);
    CLAIM(n->master >= -1 && n->master < (int)s->n_nodes && n->master != i);
    CLAIM(!node_is_master(n) || n->master == -1);
    CLAIM(n->master < 0 || node_id_eq(s->nodes[n->master].id, n->master_id));
    CLAIM(n->fail_views + n->pfail_views + n->unlisted_views <= 2 * n->views);
    CLAIM(n->silent_ms >= -1);
    CLAIM(snapshot_find(s, n->id) == i);
    for (size_t k = 0; k < n->n_replicas; k++) {
        CLAIM(s->nodes[n->replicas[k]].master == i);
    }
}

void claim_picture(const Snapshot *s)
{
    size_t n_owners = 0;
    size_t n_listed = 0;
    int covered = 0;
    int failed = 0;
    CLAIM(s->n_masters + s->n_replicas == s->n_nodes);
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        claim_node(s, (int)i);
        n_owners += node_is_owner(n);
        n_listed += n->n_replicas;
        covered += n->slot_count;
        failed += node_has(n, NODE_FAIL) ? n->slot_count : 0;
    }
    CLAIM(n_owners == s->n_owners && n_listed <= s->n_replicas);
    CLAIM(s->n_owners_asked <= s->n_owners);
    CLAIM(covered == s->slots_covered && covered <= SLOT_COUNT); // no slot has two owners
    CLAIM(failed == s->slots_fail);
    for (size_t i = 0; i < s->n_masters; i++) {
        CLAIM(node_is_master(&s->nodes[s->masters[i]]));
        CLAIM(node_is_owner(&s->nodes[s->masters[i]]) == (i < n_owners));
    }
    claim_clean(s->dissenter);
    claim_clean(s->dissenters);
    claim_clean(s->handshake_addr);
}
