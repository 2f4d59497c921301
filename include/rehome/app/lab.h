// A throw-away cluster of real redis-servers on this machine: the demo and the real-cluster tests
// stand on it. Everything is in one temporary folder and ends with us: the servers die with their
// parent, the folder is removed by lab_free() or by the next run that finds it abandoned.
#ifndef REHOME_APP_LAB_H
#define REHOME_APP_LAB_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"

typedef struct {
    int host;          // last byte of the loopback address: 170 is 127.0.N.170, N chosen by the lab
    int port;          // 1024..55535
    int master;        // index of its master in the spec; -1: a master
    const char *slots; // "0-5460" or "5461-6825 12288-16383"; NULL or "": none
} LabNode;

typedef struct {
    const LabNode *nodes;
    size_t n;
    int net;                // third byte N to try first; the next free one is taken
    const char *const *ips; // numeric, of each node, in a network of the caller's own, which is not
                            // looked after; NULL: 127.0.N.host
    int node_timeout_ms;
    const char *const
        *extra; // further redis-server arguments for every node, NULL-terminated; may be NULL
    const char *server; // program; NULL: redis-server
    const char *pass;   // requirepass and masterauth of every node; NULL: none
    const char *tls; // folder with ca.crt, node.crt and node.key: the ports speak TLS; NULL: plain
    const volatile sig_atomic_t *stop; // lab_start() gives up once this is not 0; may be NULL
} LabSpec;

typedef struct Lab Lab;

// Start the servers, make the cluster, wait until all know all and every link is up. Blocking:
// for use before the loop starts. say (may be NULL) is told each step. On failure everything is
// stopped and removed.
Lab *lab_start(const LabSpec *spec, void (*say)(void *ctx, const char *text), void *ctx,
               Error *err);
void lab_free(Lab *lab); // stop all, remove the folder; NULL is fine

extern const LabSpec lab_scenario; // the seven nodes of the owner's scenario, node timeout 2000 ms

size_t lab_size(const Lab *lab);
const char *lab_folder(const Lab *lab);         // for whatever should end with the lab
const char *lab_addr(const Lab *lab, size_t i); // "127.0.99.170:7001"
const char *lab_ip(const Lab *lab, size_t i);
int lab_port(const Lab *lab, size_t i);
const char *lab_id(const Lab *lab, size_t i); // 40 digits
int lab_by_port(const Lab *lab, int port);    // index, or -1

// Its process: kill -9, start again with the files it had, SIGSTOP/SIGCONT. None of them waits.
bool lab_kill(Lab *lab, size_t i);
bool lab_restart(Lab *lab, size_t i, Error *err);
bool lab_signal(Lab *lab, size_t i, int signal_number);
bool lab_is_running(const Lab *lab, size_t i);

// One command to one node, blocking, at most timeout_ms; the reply as text (errors start with '-').
// False when there was no answer.
bool lab_ask(const Lab *lab, size_t i, int timeout_ms, StrBuf *reply, const char *const *argv);

#endif
