// What `redis-cli --cluster check` would have printed, line for line, so that scripts which grep
// its output go on working.
#ifndef REHOME_REPORT_REDIS_CLI_H
#define REHOME_REPORT_REDIS_CLI_H

#include "rehome/base/strbuf.h"
#include "rehome/model/snapshot.h"

// Layout: redis-cli.c clusterManagerShowClusterInfo, clusterManagerNodeInfo and
// clusterManagerCheckCluster (5.0 to 7.4). Two lines are ours: "N additional replica(s)" is there
// also when N is 0, as redis-trib.rb had it, and open slots are counted, not listed.
void redis_cli_check(StrBuf *out, const Snapshot *s);

#endif
