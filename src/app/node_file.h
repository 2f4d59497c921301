// The nodes of the cluster that was looked at last, kept for the completion of the shell, which
// cannot wait for servers.
#ifndef REHOME_APP_NODE_FILE_H
#define REHOME_APP_NODE_FILE_H

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/snapshot.h"

// Replaces what is kept in state_dir, which is made when it is missing. Losing it costs a
// completion, so nobody is told.
void node_file_keep(const char *state_dir, const Snapshot *s);

// Adds what is kept, a node a line: its address, "master" or "replica", its host ("-": unknown),
// and its alias when it has one. Nothing was kept: nothing is added.
bool node_file_read(const char *state_dir, StrBuf *out, Error *err);

#endif
