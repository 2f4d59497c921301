#include "sides.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"

static struct {
    bool left_home;
    int home;
    int at[SIDES + 1];
} sides;

static int present_namespace(void)
{
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void run_ip(const char *commands)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/ip.batch", stage_folder());
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(commands, file);
    fclose(file);
    Run *run = stage_other((const char *[]){"ip", "-batch", path, NULL});
    int status = run_end(run, LIMIT_MS);
    if (status != 0) {
        print_message("ip(8) of iproute2 cannot do what the test needs (exit %d): %s\n", status,
                      run_err(run));
        skip();
    }
}

static void make_namespace(Side side)
{
    if (unshare(CLONE_NEWNET) != 0) {
        print_message("network namespaces may not be made here: %s\n", strerror(errno));
        skip();
    }
    sides.left_home = true;
    sides.at[side] = present_namespace();
}

void sides_open(void)
{
    sides.home = present_namespace();
    for (int i = 0; i < SIDES; i++) {
        make_namespace((Side)i);
    }
    char commands[512];
    sides_enter(SIDE_A);
    snprintf(commands, sizeof(commands),
             "link add cable type veth peer name cable netns /proc/%d/fd/%d\n", (int)getpid(),
             sides.at[SIDE_B]);
    run_ip(commands);
    for (int i = 0; i < SIDES; i++) {
        sides_enter((Side)i);
        int n = snprintf(commands, sizeof(commands), "link set lo up\nlink set cable up\n");
        for (int host = 1; host <= SIDE_HOSTS; host++) {
            n += snprintf(commands + n, sizeof(commands) - (size_t)n,
                          "address add 10.77.%d.%d/16 dev cable\n", i + 1, host);
        }
        run_ip(commands);
    }
}

void sides_open_beside(void)
{
    char commands[512];
    make_namespace(SIDE_NONE);
    int n = snprintf(commands, sizeof(commands), "link set lo up\n");
    for (int i = 0; i < SIDES; i++) {
        n += snprintf(commands + n, sizeof(commands) - (size_t)n,
                      "link add to%d type veth peer name beside netns /proc/%d/fd/%d\n"
                      "link set to%d up\n"
                      "address add 10.78.%d.1/24 dev to%d\n",
                      i, (int)getpid(), sides.at[i], i, i + 1, i);
    }
    run_ip(commands);
    for (int i = 0; i < SIDES; i++) {
        snprintf(commands, sizeof(commands),
                 "link set beside up\naddress add 10.78.%d.2/24 dev beside\n", i + 1);
        sides_enter((Side)i);
        run_ip(commands);
        snprintf(commands, sizeof(commands), "route add 10.77.%d.0/24 via 10.78.%d.2\n", i + 1,
                 i + 1);
        sides_enter(SIDE_NONE);
        run_ip(commands);
    }
}

void sides_enter(Side side)
{
    assert_int_equal(setns(sides.at[side], CLONE_NEWNET), 0);
}

void sides_address(Side side, const char *address)
{
    char command[128];
    bool is_v6 = strchr(address, ':') != NULL;
    sides_enter(side);
    snprintf(command, sizeof(command), "address add %s dev lo%s\n", address, is_v6 ? " nodad" : "");
    run_ip(command);
}

void sides_cut(void)
{
    sides_enter(SIDE_A);
    run_ip("link set cable down\n");
}

void sides_mend(void)
{
    sides_enter(SIDE_A);
    run_ip("link set cable up\n");
}

void sides_leave(void)
{
    if (!sides.left_home) {
        return;
    }
    assert_int_equal(setns(sides.home, CLONE_NEWNET), 0);
    for (int i = 0; i <= SIDE_NONE; i++) {
        if (sides.at[i] > 0) {
            close(sides.at[i]); // with its last process gone too, the kernel takes it down
        }
    }
    close(sides.home);
    memset(&sides, 0, sizeof(sides));
}
