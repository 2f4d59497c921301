// Published ports, as of containers: what connects to a port on one side of sides.h is connected to
// an address that only the other side knows.
#ifndef REHOME_TESTS_REAL_FORWARD_H
#define REHOME_TESTS_REAL_FORWARD_H

#include <stddef.h>

typedef struct {
    int port;       // on 127.0.0.1 of side B
    const char *ip; // IPv4, on side A
    int to_port;
} Forward;

// Runs in processes of its own, until forward_stop() or this process ends.
void forward_start(const Forward *at, size_t n);
void forward_stop(void); // harmless when nothing runs

#endif
