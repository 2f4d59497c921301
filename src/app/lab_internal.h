// What the files of the lab share. Linux only: 127/8, PR_SET_PDEATHSIG, abstract sockets.
#ifndef REHOME_SRC_APP_LAB_INTERNAL_H
#define REHOME_SRC_APP_LAB_INTERNAL_H

#include <sys/types.h>

#include "rehome/app/lab.h"
#include "rehome/base/arena.h"

// One redis-server. Its folder holds its configuration, log and nodes.conf from start to restart.
typedef struct {
    LabNode spec; // slots copied into the lab's arena
    char ip[46];
    char addr[56];
    char id[41];        // "" until the server has told it
    const char *folder; // below the lab's
    pid_t pid;          // 0: never started, or seen to be gone
} LabServer;

struct Lab {
    Arena *arena;
    LabServer *servers;
    size_t n;
    const char *program;
    const char *pass;                  // NULL: none
    const char *tls;                   // NULL: plain text
    const char *const *extra;          // NULL-terminated
    const volatile sig_atomic_t *stop; // NULL: nobody will
    int node_timeout_ms;
    const char *folder; // NULL: not made yet
    int claim;          // the socket that keeps 127.0.N ours; -1: none
    void (*say)(void *ctx, const char *text);
    void *say_ctx;
};

void lab_tell(const Lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));

// lab_folder.c: $TMPDIR/rehome-lab-PID-XXXXXX

// A new one, after removing those whose process is gone. NULL and err on failure.
const char *lab_folder_make(Arena *arena, Error *err);
void lab_folder_remove(const char *folder); // with all that is in it

// lab_net.c: which addresses

// Take the first 127.0.N from *net on where every port and bus port of the servers is free and no
// other lab is, and write the servers' ip and addr. The socket returned keeps it ours until it is
// closed; -1 and err: none is free.
int lab_net_claim(LabServer *servers, size_t n, int *net, Error *err);

// Write these addresses instead.
void lab_net_take(LabServer *servers, size_t n, const char *const *ips);

// lab_server.c: one process

// In the server's folder, which is made when it does not exist. Does not wait until it answers.
bool lab_server_start(const Lab *lab, LabServer *server, Error *err);
bool lab_server_is_running(LabServer *server);
void lab_server_end(LabServer *server); // kill -9 and wait until it is gone
const char *lab_server_socket(const LabServer *server, Arena *arena); // for a lab that speaks TLS
const char *lab_server_last_words(const LabServer *server, Arena *arena); // of its log; "" none

// lab_cluster.c: make the running servers one cluster as their specs say, and wait for it
bool lab_cluster_make(Lab *lab, Error *err);

#endif
