// What is wrong with the cluster as a whole, and with no node in particular.
#include <string.h>

#include "condition.h"
#include "finding_work.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "word.h"

// --- the majority

static int masters_on(const Search *f, const Node *n)
{
    const HostLoss *host = host_loss_find(&f->h->hosts, host_of(n));
    return host != NULL ? host->masters : 0;
}

// A replica elsewhere that can take a master's place, on the host with the fewest masters; -1:
// there is none.
static int find_heir(const Search *f, const HostLoss *host)
{
    const Snapshot *s = f->s;
    int best = -1;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        bool can = word_can_stand_in(f->h, (int)i) && !node_is_master(n) && n->master >= 0 &&
                   node_is_owner(&s->nodes[n->master]) &&
                   strcmp(host_of(&s->nodes[n->master]), host->host) == 0 &&
                   strcmp(host_of(n), host->host) != 0;
        if (can && (best < 0 || masters_on(f, n) < masters_on(f, &s->nodes[best]))) {
            best = (int)i;
        }
    }
    return best;
}

static void find_majority(Search *f)
{
    const HostLoss *host = condition_majority_host(&f->h->hosts);
    if (host == NULL) {
        return;
    }
    int heir = find_heir(f, host);
    const char *remedy =
        heir >= 0
            ? arena_printf(f->arena,
                           "promote %s in the place of its master there: redis-cli %s CLUSTER "
                           "FAILOVER",
                           f->s->nodes[heir].addr, plan_dial(f->s, heir))
            : arena_printf(f->arena,
                           "add replicas on other hosts and promote them: redis-cli --cluster "
                           "add-node NEWHOST:NEWPORT %s --cluster-slave",
                           f->contact);
    int failed = f->h->failed_masters;
    const char *beside = failed == 0 ? ""
                                     : arena_printf(f->arena, ", and %d %s failed", failed,
                                                    failed == 1 ? "has" : "have");
    finding_add(f, FINDING_HOST_MAJORITY, LEVEL_WARNING, -1, f->h->since_ms[CLUSTER_HOST_MAJORITY],
                arena_printf(f->arena,
                             "if host %s dies, no majority of masters is left: it has %d of %zu%s",
                             host->host, host->masters, f->s->n_owners, beside),
                remedy);
}

// --- what is set, and what runs

static void find_migration(Search *f)
{
    const Snapshot *s = f->s;
    int64_t since = f->h->since_ms[CLUSTER_MIGRATION_MIXED];
    if (since == 0) {
        return;
    }
    const char *differs =
        s->migration_mixed ? "cluster-allow-replica-migration is yes on some nodes and no on others"
                           : "";
    const char *setting = "cluster-allow-replica-migration no";
    if (s->barrier_min != s->barrier) {
        differs =
            arena_printf(f->arena, "%s%scluster-migration-barrier is between %d and %d", differs,
                         differs[0] != '\0' ? ", and " : "", s->barrier_min, s->barrier);
        setting = s->migration_mixed
                      ? setting
                      : arena_printf(f->arena, "cluster-migration-barrier %d", s->barrier);
    }
    finding_add(f, FINDING_SERVER_MIGRATION_MIXED, LEVEL_WARNING, -1, since, differs,
                arena_printf(f->arena,
                             "make it the same everywhere: redis-cli --cluster call %s CONFIG SET "
                             "%s",
                             f->contact, setting));
}

static void find_handshake(Search *f)
{
    int64_t since = f->h->since_ms[CLUSTER_HANDSHAKE];
    const Snapshot *s = f->s;
    if (since == 0) {
        return;
    }
    finding_add(
        f, FINDING_HANDSHAKE, LEVEL_WARNING, -1, since,
        arena_printf(f->arena, "%zu node%s in handshake%s%s", s->n_handshake,
                     s->n_handshake == 1 ? " is" : "s are",
                     s->handshake_addr[0] != '\0' ? ", with " : "", s->handshake_addr),
        arena_printf(f->arena,
                     "it should pass within seconds; if not, the bus port (usually the port "
                     "+ 10000) of one cannot be reached from the others; redis-cli %s "
                     "CLUSTER NODES",
                     f->seed));
}

// "7.0.15 on 5, 7.2.4 on 2"
static const char *versions_text(const Search *f)
{
    enum { MOST = 6 };
    struct {
        const char *version;
        int nodes;
    } at[MOST];
    size_t n = 0;
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        const NodeSays *says = f->s->nodes[i].says;
        const char *version = says != NULL && says->has_info ? says->info.version : "";
        size_t k = 0;
        while (k < n && strcmp(at[k].version, version) != 0) {
            k++;
        }
        if (version[0] == '\0' || k == ARRAY_LEN(at)) {
            continue;
        }
        at[k].nodes = k < n ? at[k].nodes + 1 : 1;
        at[k].version = version;
        n += k == n;
    }
    const char *text = "";
    for (size_t k = 0; k < n; k++) {
        text = arena_printf(f->arena, "%s%s%s on %d", text, k > 0 ? ", " : "", at[k].version,
                            at[k].nodes);
    }
    return text;
}

static void find_versions(Search *f)
{
    int64_t since = f->h->since_ms[CLUSTER_VERSIONS_MIXED];
    if (since != 0) {
        finding_add(f, FINDING_VERSIONS_MIXED, LEVEL_WARNING, -1, since,
                    arena_printf(f->arena, "servers differ in version: %s", versions_text(f)),
                    arena_printf(f->arena,
                                 "go on with the upgrade; who runs what: redis-cli --cluster call "
                                 "%s INFO server",
                                 f->contact));
    }
}

void find_cluster(Search *f)
{
    find_majority(f);
    find_migration(f);
    find_handshake(f);
    find_versions(f);
}
