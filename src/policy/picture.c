#include "picture.h"

#include <string.h>

#include "word.h"

Snapshot *picture_copy(const Snapshot *s, Arena *arena)
{
    Snapshot *picture = arena_alloc(arena, sizeof(*picture));
    *picture = *s;
    picture->arena = arena;
    picture->nodes = arena_array(arena, s->n_nodes, sizeof(*picture->nodes));
    memcpy(picture->nodes, s->nodes, s->n_nodes * sizeof(*picture->nodes));
    return picture;
}

NodeSays *picture_own_says(const Snapshot *picture, int node)
{
    NodeSays *says = arena_alloc(picture->arena, sizeof(*says));
    *says = *picture->nodes[node].says;
    says->has_view = false;
    picture->nodes[node].says = says;
    return says;
}

static const char *told_host(const Node *n)
{
    return n->ip[0] != '\0' ? n->ip : n->hostname;
}

void picture_follow(Snapshot *picture, int replica, int master)
{
    Node *r = &picture->nodes[replica];
    const Node *m = &picture->nodes[master];
    r->master = master;
    r->master_id = m->id;
    if (r->says != NULL && r->says->has_info && !r->says->info.is_master) {
        NodeSays *says = picture_own_says(picture, replica);
        says->info.master_host = told_host(m);
        says->info.master_port = m->port;
    }
}

void picture_list_replicas(Snapshot *picture)
{
    Arena *arena = picture->arena;
    size_t *room = arena_array(arena, picture->n_nodes, sizeof(*room));
    int **lists = arena_array(arena, picture->n_nodes, sizeof(*lists));
    for (size_t i = 0; i < picture->n_nodes; i++) {
        picture->nodes[i].replicas = NULL;
        picture->nodes[i].n_replicas = 0;
        if (picture->nodes[i].master >= 0) {
            room[picture->nodes[i].master]++;
        }
    }
    for (size_t i = 0; i < picture->n_nodes; i++) {
        int master = picture->nodes[i].master;
        if (master < 0) {
            continue;
        }
        Node *m = &picture->nodes[master];
        if (lists[master] == NULL) {
            lists[master] = arena_array(arena, room[master], sizeof(int));
        }
        lists[master][m->n_replicas++] = (int)i;
        m->replicas = lists[master];
    }
}

// --- a move that has been made

static bool has_list(const Node *master)
{
    return master->says != NULL && master->says->has_info && master->says->info.is_master;
}

// The master's own list without the replica's line, with room for one more.
static SlaveLine *own_list(Snapshot *picture, int master, const SlaveLine *without)
{
    NodeInfo *info = &picture_own_says(picture, master)->info;
    SlaveLine *lines = arena_array(picture->arena, info->n_slaves + 1, sizeof(*lines));
    size_t n = 0;
    for (size_t i = 0; i < info->n_slaves; i++) {
        if (&info->slaves[i] != without) {
            lines[n++] = info->slaves[i];
        }
    }
    info->slaves = lines;
    info->n_slaves = n;
    info->connected_slaves = (int)n;
    return lines;
}

static void leave_list(Snapshot *picture, int master, int replica)
{
    const SlaveLine *line = word_slave_line(picture, master, replica);
    if (has_list(&picture->nodes[master]) && line != NULL) {
        own_list(picture, master, line);
    }
}

static void join_list(Snapshot *picture, int master, int replica)
{
    const Node *r = &picture->nodes[replica];
    SlaveLine *lines = own_list(picture, master, NULL);
    NodeSays *says = picture_own_says(picture, master);
    lines[says->info.n_slaves++] = (SlaveLine){
        .ip = told_host(r),
        .port = r->port,
        .state = SLAVE_ONLINE,
        .offset = says->info.master_repl_offset,
    };
    says->info.connected_slaves++;
    NodeInfo *info = &picture_own_says(picture, replica)->info;
    info->link_up = true;
    info->sync_in_progress = false;
    info->repl_offset = says->info.master_repl_offset;
    info->master_replid = says->info.master_replid;
}

const Health *picture_moved(const Health *h, int replica, int target)
{
    Snapshot *picture = picture_copy(h->snapshot, h->snapshot->arena);
    int donor = picture->nodes[replica].master;
    if (donor >= 0) {
        leave_list(picture, donor, replica);
    }
    picture_follow(picture, replica, target);
    if (has_list(&picture->nodes[target])) {
        join_list(picture, target, replica);
    }
    picture_list_replicas(picture);
    return health_assess(picture, h, &h->options);
}
