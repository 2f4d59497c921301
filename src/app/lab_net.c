#include "lab_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUS_OFFSET = 10000 }; // the cluster bus listens that far above the port

// True: it can be bound now. *why is the errno otherwise.
static bool is_free(const char *ip, int port, int *why)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        *why = errno;
        return false;
    }
    int on = 1; // as the server does, so that connections in TIME_WAIT are no obstacle
    bool ok = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
              inet_pton(AF_INET, ip, &to.sin_addr) == 1 &&
              bind(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
    *why = ok ? 0 : errno;
    close(fd);
    return ok;
}

// Two labs that start at the same moment would both find the same ports free. A name in the
// abstract socket space has one holder and is given up by the kernel when that dies.
static int claim_net(int net)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "rehome-lab-127.0.%d", net);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&name, size) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void write_addresses(LabServer *servers, size_t n, int net)
{
    for (size_t i = 0; i < n; i++) {
        LabServer *s = &servers[i];
        snprintf(s->ip, sizeof(s->ip), "127.0.%d.%d", net & 255, s->spec.host & 255);
        snprintf(s->addr, sizeof(s->addr), "%s:%d", s->ip, s->spec.port);
    }
}

void lab_net_take(LabServer *servers, size_t n, const char *const *ips)
{
    for (size_t i = 0; i < n; i++) {
        LabServer *s = &servers[i];
        bool is_v6 = strchr(ips[i], ':') != NULL;
        snprintf(s->ip, sizeof(s->ip), "%s", ips[i]);
        snprintf(s->addr, sizeof(s->addr), is_v6 ? "[%s]:%d" : "%s:%d", s->ip, s->spec.port);
    }
}

// The first address that cannot be had, or NULL.
static const LabServer *find_taken(const LabServer *servers, size_t n, int *why)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_free(servers[i].ip, servers[i].spec.port, why) ||
            !is_free(servers[i].ip, servers[i].spec.port + BUS_OFFSET, why)) {
            return &servers[i];
        }
    }
    return NULL;
}

int lab_net_claim(LabServer *servers, size_t n, int *net, Error *err)
{
    const LabServer *taken = NULL;
    int why = 0;
    for (int candidate = *net; candidate < 255; candidate++) {
        int fd = claim_net(candidate);
        if (fd < 0) {
            continue;
        }
        write_addresses(servers, n, candidate);
        taken = find_taken(servers, n, &why);
        if (taken == NULL) {
            *net = candidate;
            return fd;
        }
        close(fd);
    }
    if (taken == NULL) {
        fail(err, ERR_IO, "no address is free: other labs hold all of 127.0.%d to 127.0.254", *net);
    } else if (why == EADDRNOTAVAIL) {
        fail(err, ERR_IO,
             "this machine does not answer on %s: the lab needs all of 127.0.0.0/8, as "
             "Linux has it",
             taken->ip);
    } else {
        fail(err, ERR_IO, "no free addresses from 127.0.%d up: port %d or %d: %s", *net,
             taken->spec.port, taken->spec.port + BUS_OFFSET, strerror(why));
    }
    return -1;
}
