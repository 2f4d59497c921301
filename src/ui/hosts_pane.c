// The grid of the hosts view beside the tree, where a wall has room for it: all shards or none, and
// what the death of the selected node's host would do to each.
#include "hosts_pane.h"

#include "hosts_grid.h"
#include "words.h"

enum { HEADER_AND_LEGEND = 2 };

int hosts_pane_height(const Health *h)
{
    const Snapshot *p = h->snapshot;
    bool has_others = p->n_masters > p->n_owners; // one row for all that belong to no shard
    return (int)p->n_owners + has_others + HEADER_AND_LEGEND;
}

void hosts_pane_draw(const Scene *s, int node, Canvas *c, Rect r)
{
    HostTable t = host_table(s->health);
    int host = node >= 0 ? t.host_of[node] : t.n_hosts > 0 ? t.by_loss[0] : -1;
    if (host >= 0) {
        const HostLoss *loss = t.hosts[host].loss;
        const WhatIf *answer =
            whatif_ask(s->health, t.hosts[host].name, loss != NULL ? loss->members : NULL,
                       loss != NULL ? loss->n_members : 0);
        int left = 0;
        Scroll rows = {0};
        Spots spots = {0}; // its hosts are chosen in their own view
        HostsGrid g = {s, &t, answer, host, &left, &rows, &spots};
        hosts_grid_draw(&g, c, (Rect){r.x, r.y, r.w, r.h - 1});
        hosts_legend_draw(c, r.x, r.y + r.h - 1, r.w);
        spots_done(&spots);
        whatif_free(answer);
    }
    host_table_done(&t);
}
