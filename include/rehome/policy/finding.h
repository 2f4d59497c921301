// Findings: one thing wrong each, with what to do about it.
#ifndef REHOME_POLICY_FINDING_H
#define REHOME_POLICY_FINDING_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/policy/health.h"

// Code and its severity; the names are part of the contract of `check --format json`.
#define FINDING_CODES(X)                                                                           \
    X(SLOTS_UNCOVERED, "slots-uncovered")                                                          \
    X(CLUSTER_DOWN, "cluster-down")                                                                \
    X(MASTER_FAILED, "master-failed")                                                              \
    X(ORPHANED, "orphaned")                                                                        \
    X(AT_RISK, "at-risk")                                                                          \
    X(VIEWS_DISAGREE, "views-disagree")                                                            \
    X(OPEN_SLOTS, "open-slots")                                                                    \
    X(REPLICA_FAILED, "replica-failed")                                                            \
    X(REPLICA_LINK_DOWN, "replica-link-down")                                                      \
    X(UNREACHABLE, "unreachable")                                                                  \
    X(SAME_HOST, "same-host")                                                                      \
    X(HOST_UNSAFE, "host-unsafe")                                                                  \
    X(NO_SPARE, "no-spare")                                                                        \
    X(SERVER_MIGRATION_MIXED, "server-migration-mixed")

typedef enum {
#define X(name, text) FINDING_##name,
    FINDING_CODES(X)
#undef X
        FINDING_CODE_COUNT
} FindingCode;

typedef struct {
    FindingCode code;
    Level severity;     // LEVEL_CRITICAL or LEVEL_WARNING
    NodeId node;        // none: the cluster
    int64_t since_ms;   // monotonic, as far as we have seen
    const char *text;   // one sentence
    const char *remedy; // what to do: a key, a command line, or both; never ""
} Finding;

typedef struct {
    const Finding *at; // worst first; in the snapshot's arena
    size_t n;
} Findings;

Findings findings_find(const Health *h);
const char *finding_code_text(FindingCode code);

#endif
