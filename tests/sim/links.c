// Replication links: up, connecting, a full sync, loading. A master that cannot save gives none,
// and who has less memory than its master's dataset fails at the end of each.
#include <string.h>

#include "world.h"

static void link_to(World *w, int i, Link link, int64_t ms)
{
    SimNode *n = &w->node[i];
    if (n->link == LINK_UP) {
        node_leave(w, i, LEFT_FAULT);
        n->down_ms = w->now_ms;
    }
    if (link == LINK_CONNECTING && n->link != LINK_CONNECTING) {
        n->quiet_ms = 0;
    }
    if (n->link == LINK_UP || link == LINK_UP) {
        n->link_ms = w->now_ms;
    }
    n->link = link;
    n->next_ms = w->now_ms + ms;
}

static bool is_there(const World *w, int i, int master)
{
    const SimNode *m = &w->node[master];
    return node_is_awake(w, master) && m->side == w->node[i].side && m->view[master].is_master &&
           w->node[i].view[master].place == m->place;
}

// The other end is silent: the link is given up after repl-timeout; when its process is gone or it
// is no master any more, at once.
static void lose_link(World *w, int i, int master)
{
    SimNode *n = &w->node[i];
    n->quiet_ms = n->quiet_ms == 0 ? w->now_ms : n->quiet_ms;
    bool at_once = !w->node[master].up || !w->node[master].view[master].is_master ||
                   w->node[i].view[master].place != w->node[master].place;
    if (at_once || w->now_ms - n->quiet_ms > w->repl_timeout_ms) {
        link_to(w, i, LINK_CONNECTING, 1000);
    }
}

static void connect(World *w, int i, int master)
{
    if (!is_there(w, i, master) || w->node[i].is_broken) {
        link_to(w, i, LINK_CONNECTING, 1000);
    } else if (w->node[i].data == w->node[master].data && w->node[i].data >= 0) {
        link_to(w, i, LINK_UP, 0);
    } else if (!node_can_save(w, master)) {
        w->node[master].bgsave_ok = false;
        link_to(w, i, LINK_CONNECTING, 1000);
    } else {
        w->node[master].bgsave_ok = true;
        link_to(w, i, LINK_SYNCING, w->sync_ms / 2 + pick(&w->random, (unsigned)w->sync_ms));
    }
}

static void copy_key(SimNode *to, const SimNode *from)
{
    if (from->key[0] != '\0' || to->key[0] != '\0') {
        memcpy(to->key, from->key, sizeof(to->key));
        to->key_until_ms = from->key_until_ms;
    }
}

void link_cron(World *w, int i)
{
    SimNode *n = &w->node[i];
    int master = master_of(w, i);
    if (!n->up || w->now_ms < n->hung_until_ms) {
        return;
    }
    if (master < 0) {
        n->offset = w->now_ms;
        return;
    }
    bool there = is_there(w, i, master);
    n->quiet_ms = there ? 0 : n->quiet_ms;
    switch (n->link) {
    case LINK_UP:
        if (n->is_broken) {
            link_to(w, i, LINK_CONNECTING, 1000);
        } else if (!there) {
            lose_link(w, i, master);
        } else {
            copy_key(n, &w->node[master]);
            n->offset = w->node[master].offset;
        }
        break;
    case LINK_CONNECTING:
        if (w->now_ms >= n->next_ms) {
            connect(w, i, master);
        }
        break;
    case LINK_SYNCING:
        if (!there) {
            lose_link(w, i, master);
        } else if (w->now_ms >= n->next_ms) {
            n->data = -1;
            link_to(w, i, LINK_LOADING, w->load_ms);
        }
        break;
    case LINK_LOADING:
        if (w->now_ms >= n->next_ms && !node_has_room(w, i, memory_of(w, master))) {
            link_to(w, i, LINK_CONNECTING, 1000);
        } else if (w->now_ms >= n->next_ms) {
            copy_key(n, &w->node[master]);
            n->data = w->node[master].data;
            n->offset = w->node[master].offset;
            link_to(w, i, LINK_UP, 0);
        }
        break;
    }
}
