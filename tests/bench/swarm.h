// A cluster of any size in one child process behind one listening socket: a node is the address it
// was dialled at. What the child uses is not counted as the program's.
#ifndef REHOME_TESTS_BENCH_SWARM_H
#define REHOME_TESTS_BENCH_SWARM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Swarm Swarm;

Swarm *swarm_start(size_t n);
void swarm_stop(Swarm *s);

size_t swarm_masters(const Swarm *s);
size_t swarm_spares(const Swarm *s);
const char *swarm_addr(const Swarm *s, size_t i); // until the next call

void swarm_delay(Swarm *s, int ms);      // every answer comes so late
void swarm_hang(Swarm *s, size_t every); // every so many-th node accepts and says nothing; 0: none
void swarm_busy(Swarm *s, bool on);      // what changes on a busy server changes each time

// Since swarm_forget(). A batch is what a client asks before it has all answers: on one connection
// batches are round trips one after the other.
typedef struct {
    size_t connections;
    size_t batches; // of all connections together
    size_t deepest; // ... of the connection with most
    size_t views;   // CLUSTER NODES asked
    size_t bytes;   // sent
} SwarmCount;

void swarm_forget(Swarm *s);
SwarmCount swarm_count(const Swarm *s);

#endif
