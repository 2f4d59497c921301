// What one node told us, as raw as it came: the border between those who talk to servers (live
// poller, tape, tests) and those who think. Nothing here is parsed yet.
#ifndef REHOME_MODEL_OBSERVATION_H
#define REHOME_MODEL_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/str.h"
#include "rehome/model/node_id.h"
#include "rehome/model/query.h"

typedef enum {
    REACH_OK,          // answered in this round
    REACH_CONNECTING,  // no answer yet, first attempt still under way
    REACH_LATE,        // connected, but the answer to this round has not come in time
    REACH_UNREACHABLE, // cannot connect, or the connection was lost
    REACH_DENIED,      // connected, but not allowed to ask (AUTH, ACL, protected mode)
    REACH_WRONG_NODE,  // another node answers at this address
    REACH_NO_CLUSTER,  // a server, but not in cluster mode
} Reach;

// Texts are borrowed from whoever made the observation, for the length of the call they are
// passed to. Times are by the same monotonic clock as every now_ms; 0: never.
typedef struct {
    NodeId id;           // by its own word, on the connection in use; none before it has told us
    NodeId expected;     // whom we meant to reach there; none for a seed
    const char *dialled; // "127.0.0.1:7001"
    Reach reach;
    const char *why; // clean text, what went wrong and what to do; "" when REACH_OK
    bool loading;    // answered -LOADING where it answers at all
    StrView info;    // last INFO reply
    int64_t info_ms;
    StrView nodes; // last CLUSTER NODES reply
    int64_t nodes_ms;
    bool view_spared; // it was not asked for CLUSTER NODES in this round: others were
    StrView cluster;  // last CLUSTER INFO reply
    int64_t cluster_ms;
    StrView settings; // last CONFIG GET cluster-*, one "name value" a line
    int64_t settings_ms;
    unsigned forbidden;     // ASK_..: what its ACL does not allow us
    unsigned refused;       // ASK_..: what it answers with another error: renamed, or not known
    int64_t identity_ms;    // last time CLUSTER MYID (or its myself line) confirmed id
    int64_t rtt_us;         // of the last INFO; -1 unknown
    int64_t certificate_ms; // Unix time when the certificate that it showed us ends; 0: none
} Observation;

#endif
