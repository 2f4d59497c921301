// What nodes say of themselves, and how far it can be trusted: shared by health, plan and gate.
#ifndef REHOME_SRC_POLICY_WORD_H
#define REHOME_SRC_POLICY_WORD_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/policy/health.h"

// Its INFO is of this round, or not older than fresh_ms.
bool word_is_fresh(const Snapshot *s, int node, int64_t fresh_ms);

// The node answered in this round, INFO not older than since_ms.
bool word_is_newer(const Snapshot *s, int node, int64_t since_ms);

// A slot owner whose view and cluster info are of this round and not older than since_ms: one of
// those whose agreement counts.
bool word_is_witness(const Snapshot *s, int node, int64_t since_ms);

// Index of the master that a replica names itself; the listed one when it names none that we know.
int word_master(const Snapshot *s, int replica);

// The node a slaveN line is about, among all nodes; -1: none that we know.
int word_line_node(const Snapshot *s, const SlaveLine *line);

// How a master lists this replica among its own connected ones; NULL: not at all.
const SlaveLine *word_slave_line(const Snapshot *s, int master, int replica);

// Replicas that a master lists as online, without this one; -1: the master has not told.
int word_others_online(const Snapshot *s, int master, int replica);

// Works, and may take over from its master: it is not told never to.
bool word_can_stand_in(const Health *h, int replica);

// Replicas of a master that can stand in for it, without this one; -1: all.
int word_stand_ins(const Health *h, int master, int replica);

// The same node in an earlier or later snapshot, -1: not there.
int word_twin(const Snapshot *s, const Snapshot *other, int node);

// By its own word this node's process is another one than before. False when nobody can tell.
bool word_has_restarted(const Snapshot *before, const Snapshot *s, int node);

// Its replicas as the servers count them: listed and not FAIL, whatever their links.
int word_live_replicas(const Snapshot *s, const Node *master);

// How many of these the best covered master has; at least 2: nobody moves a master's only one.
int word_most_live_replicas(const Snapshot *s);

// Who would move by the servers' own migration: of all replicas of the best covered masters, dead
// ones included, the one with the smallest ID. -1: nobody is covered that well.
int word_servers_choice(const Snapshot *s);

// It does not ask for votes, because it lost its link to its master too long ago, or has had none
// since its start (clusterHandleSlaveFailover, cluster.c 7.0). Only by its own fresh word.
bool word_is_too_old(const Snapshot *s, int replica);

// Its replicas that may yet be elected: the cluster does not call them failed, votes can reach
// them, their data is not too old, and nothing forbids them to take over.
int word_heirs(const Snapshot *s, int master);

// Slots that nobody will take over: without owner, or of a failed owner without an heir.
int word_lost_slots(const Snapshot *s);

bool word_same_host(const Node *a, const Node *b);  // both known and equal
bool word_other_host(const Node *a, const Node *b); // both known and different

#endif
