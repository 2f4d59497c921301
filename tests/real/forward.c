#include "forward.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sides.h"
#include "unit/unit.h"

enum { FORWARDS_MAX = 8 };

static pid_t forwarder;

static struct sockaddr_in place_of(const char *ip, int port)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, ip, &place.sin_addr);
    return place;
}

static int listen_at(int port)
{
    struct sockaddr_in place = place_of("127.0.0.1", port);
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&place, sizeof(place)), 0);
    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static bool carry(int from, int to)
{
    char bytes[4096];
    ssize_t n = read(from, bytes, sizeof(bytes));
    for (ssize_t done = 0; done < n;) {
        ssize_t written = write(to, bytes + done, (size_t)(n - done));
        if (written < 0) {
            return false;
        }
        done += written;
    }
    return n > 0;
}

// One connection, until either end has enough of it.
static void carry_all(int client, const Forward *way)
{
    struct sockaddr_in place = place_of(way->ip, way->to_port);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool goes_on = connect(server, (const struct sockaddr *)&place, sizeof(place)) == 0;
    while (goes_on) {
        struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
        goes_on = poll(ends, 2, -1) > 0 && (ends[0].revents == 0 || carry(client, server)) &&
                  (ends[1].revents == 0 || carry(server, client));
    }
}

static void die_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
}

static void serve(const Forward *at, size_t n, const struct pollfd *doors)
{
    struct pollfd ready[FORWARDS_MAX];
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_IGN}, NULL); // nobody waits for them
    for (;;) {
        memcpy(ready, doors, n * sizeof(*ready));
        (void)poll(ready, n, -1);
        for (size_t i = 0; i < n; i++) {
            int client = ready[i].revents != 0 ? accept(ready[i].fd, NULL, NULL) : -1;
            pid_t parent = getpid();
            if (client >= 0 && fork() == 0) {
                die_with(parent);
                carry_all(client, &at[i]);
                _exit(0);
            }
            if (client >= 0) {
                close(client);
            }
        }
    }
}

void forward_start(const Forward *at, size_t n)
{
    struct pollfd doors[FORWARDS_MAX];
    assert_true(n <= FORWARDS_MAX);
    sides_enter(SIDE_B); // a socket stays where it was made
    for (size_t i = 0; i < n; i++) {
        doors[i] = (struct pollfd){.fd = listen_at(at[i].port), .events = POLLIN};
    }
    sides_enter(SIDE_A);
    pid_t parent = getpid();
    forwarder = fork();
    assert_true(forwarder >= 0);
    if (forwarder == 0) {
        die_with(parent);
        serve(at, n, doors);
    }
    for (size_t i = 0; i < n; i++) {
        close(doors[i].fd);
    }
}

void forward_stop(void)
{
    if (forwarder > 0) {
        kill(forwarder, SIGKILL);
        (void)waitpid(forwarder, NULL, 0);
        forwarder = 0;
    }
}
