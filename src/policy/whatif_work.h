// One question under way: what whatif.c, whatif_after.c and whatif_words.c share.
#ifndef REHOME_SRC_POLICY_WHATIF_WORK_H
#define REHOME_SRC_POLICY_WHATIF_WORK_H

#include "rehome/policy/whatif.h"

typedef struct {
    const Health *h;
    const Snapshot *s; // of h
    Arena *arena;      // of the answer
    bool *dead;        // by node: it dies now
    WhatIf *out;
} WhatIfWork;

// May it be this replica that is promoted: as much data as the heir has, as far as we can see.
bool whatif_is_heir(const WhatIfWork *w, const ShardLoss *shard, int replica);

// The picture once the servers have settled: the dead are FAIL, the heirs of out->shards are
// masters. Indices are those of the picture before.
Snapshot *whatif_after(const WhatIfWork *w);

// Whether the servers would move a replica by themselves, by their rules.
typedef enum {
    MIGRATION_NO_ORPHAN, // nobody needs one, or the servers do not know of the need
    MIGRATION_OFF,
    MIGRATION_STATE,   // cluster_state is fail: they do nothing then
    MIGRATION_NOBODY,  // no master has two replicas
    MIGRATION_BARRIER, // cluster-migration-barrier
    MIGRATION_BLOCKED, // the smallest node ID is that of a dead replica
    MIGRATION_MOVES,
} MigrationVerdict;

typedef struct {
    MigrationVerdict verdict;
    int replica;
    int target;
    size_t n_targets; // the servers take any of so many
} ServerMigration;

ServerMigration whatif_migration(const WhatIfWork *w, const Snapshot *after);

// Fills in the texts of the shards and the steps.
void whatif_words(WhatIfWork *w, const ServerMigration *migration);

#endif
