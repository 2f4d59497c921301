// A healthy cluster of any size on paper: what each of its nodes would answer, as long as a real
// server's answers. Half of the nodes are masters (slightly less, so that there are spares); fewer
// than six are masters all. Every node has an address of its own in 127.66/16 and the same port.
#ifndef REHOME_TESTS_BENCH_CROWD_H
#define REHOME_TESTS_BENCH_CROWD_H

#include <netinet/in.h>
#include <stddef.h>

#include "fixture.h"
#include "rehome/base/strbuf.h"

typedef struct Crowd Crowd;

Crowd *crowd_new(size_t n, int port);
void crowd_free(Crowd *c);

size_t crowd_size(const Crowd *c);
size_t crowd_masters(const Crowd *c);
const char *crowd_addr(const Crowd *c, size_t i); // "127.66.0.1:7000"; until the next call
NodeId crowd_id(const Crowd *c, size_t i);
size_t crowd_index(const Crowd *c, struct in_addr ip); // crowd_size() when it is nobody's

// Everything that changes on a busy server does: load, keys, offsets.
void crowd_work(Crowd *c, size_t i);

// Each adds to out.
void crowd_info(const Crowd *c, size_t i, StrBuf *out);
void crowd_nodes(const Crowd *c, size_t i, StrBuf *out);
void crowd_cluster(const Crowd *c, size_t i, StrBuf *out);
void crowd_settings(const Crowd *c, StrBuf *out); // "name value" lines

#endif
