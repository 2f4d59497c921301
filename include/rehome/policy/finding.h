// Findings: one thing wrong each, with what to do about it.
#ifndef REHOME_POLICY_FINDING_H
#define REHOME_POLICY_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/health.h"

// One row: enum, name (part of the contract of `check --format json`), what it is called where many
// are listed, why it matters, and what holds when there is none of it.
// clang-format off
#define FINDING_CODES(X) \
    X(SLOTS_UNCOVERED, "slots-uncovered", "Slots uncovered", \
      "Keys in these slots are served by nobody: reads and writes of them fail.", \
      "every slot has an owner") \
    X(CLUSTER_DOWN, "cluster-down", "Cluster down", \
      "Nodes that think so refuse queries: for clients the cluster is down, as a whole or in part.", \
      "cluster_state is ok") \
    X(MASTER_FAILED, "master-failed", "Master failed", \
      "Its slots are not served until a replica is promoted or it comes back.", \
      "no master has failed") \
    X(MASTER_LOADING, "master-loading", "Master loading", \
      "Until its dataset is loaded its slots are not served: clients are answered -LOADING.", \
      "no master is loading its dataset") \
    X(ORPHANED, "orphaned", "Orphaned", \
      "It has no working replica: if it dies now, its slots stop being served and its data is lost.", \
      "no master is without a working replica") \
    X(AT_RISK, "at-risk", "At risk", \
      "Until its replica is in sync, nothing can take over from this master.", \
      "no master waits for its only replica") \
    X(VIEWS_DISAGREE, "views-disagree", "Views disagree", \
      "Clients are sent to different nodes depending on whom they ask; while slot owners differ, nothing is moved.", \
      "all nodes agree who owns which slots") \
    X(OPEN_SLOTS, "open-slots", "Open slots", \
      "Keys of an open slot are on two nodes; a resharding that broke off leaves it so for ever.", \
      "no slot is in the middle of being moved") \
    X(HANDSHAKE, "handshake", "Handshake", \
      "Somebody is being introduced to the cluster, or cannot be; nothing is moved meanwhile.", \
      "nobody is in handshake") \
    X(DETACHED, "detached", "Detached", \
      "It is no master's replica: no failover can use it, and its data may be anybody's.", \
      "every replica follows a master") \
    X(REPLICA_FAILED, "replica-failed", "Replica failed", \
      "Its master has one copy less; the cluster waits for the node until it is forgotten.", \
      "no replica has failed") \
    X(REPLICA_LINK_DOWN, "replica-link-down", "Link down", \
      "It gets no writes: its copy grows old, and soon it is too old to take over.", \
      "every replica has its link to its master") \
    X(LEFT_BEHIND, "left-behind", "Left behind", \
      "A dead node without slots guards nothing; all others go on trying to reach it.", \
      "no dead node is left in the list") \
    X(GHOST, "ghost", "Ghost", \
      "Some of the cluster still believe in it; by their gossip it may come back at any time.", \
      "every node is known to all, with its address") \
    X(UNREACHABLE, "unreachable", "Cannot be asked", \
      "Whoever cannot be asked is not counted as working, and nothing is done on a guess.", \
      "every node answers us") \
    X(NOT_ALLOWED, "not-allowed", "Not allowed", \
      "What may not be asked is not known, and nothing is done on a guess.", \
      "every node lets us ask what we need") \
    X(SAME_HOST, "same-host", "On one host", \
      "If that host dies, the master and all its replicas die together: nothing is left to take over.", \
      "no master shares its host with all its replicas") \
    X(HOST_UNSAFE, "host-unsafe", "Not host-safe", \
      "The loss of a single host takes slots or the majority with it, and no failover mends that.", \
      "whichever host dies, all slots go on being served") \
    X(HOST_MAJORITY, "host-majority", "Majority", \
      "Without a majority of the masters nobody is promoted, whatever replicas there are.", \
      "no single host has the majority of the masters") \
    X(NO_FAILOVER, "no-failover", "No failover", \
      "It has the data, but when its master dies it stands by: it is forbidden to take over.", \
      "every replica may take over") \
    X(REPLICA_TOO_SMALL, "replica-too-small", "Too small", \
      "Once it is promoted, it has no room for the data that it has: it evicts keys, or refuses writes.", \
      "every replica has room for its master's data") \
    X(NO_SPARE, "no-spare", "No spare", \
      "Nothing that runs now can be moved there: only another replica brings protection back.", \
      "there is a spare for each orphan") \
    X(SERVER_MIGRATION_MIXED, "server-migration-mixed", "Settings differ", \
      "Some nodes may move replicas by themselves and others not: who repairs an orphan is left to chance.", \
      "the servers' own replica migration is set the same everywhere") \
    X(CERTIFICATE, "certificate", "Certificate", \
      "Once it has ended, no client and no other node can open a new connection to that server.", \
      "no server's certificate ends within 14 days") \
    X(VERSIONS_MIXED, "versions-mixed", "Versions differ", \
      "Fine during an upgrade; for longer, what holds for one server need not hold for the next.", \
      "all servers are of one version")
// clang-format on

typedef enum {
#define X(name, text, title, why, good) FINDING_##name,
    FINDING_CODES(X)
#undef X
        FINDING_CODE_COUNT
} FindingCode;

typedef enum { START_NOTHING, START_MOVE, START_PLAN, START_VIEWS } FindingStart;

typedef struct {
    FindingCode code;
    Level severity;      // LEVEL_CRITICAL or LEVEL_WARNING
    NodeId node;         // none: the cluster
    int64_t since_ms;    // monotonic, as far as we have seen
    const char *text;    // one sentence
    const char *remedy;  // what to do: in words, a command line, or both; names no key; never ""
    const char *command; // the command line at the end of it; "" when there is none
    FindingStart start;  // what it begins with that the dashboard has a key for: "give it .."
} Finding;

typedef struct {
    const Finding *at; // worst first; in the snapshot's arena
    size_t n;
} Findings;

Findings findings_find(const Health *h);
bool finding_is_unreachable(const Health *h, int node); // FINDING_UNREACHABLE is about it
const char *finding_code_text(FindingCode code);
const char *finding_title(FindingCode code); // "Orphaned"
const char *finding_why(FindingCode code);   // why it matters, one plain sentence
const char *finding_good(FindingCode code);  // "no master is without a working replica"

#endif
