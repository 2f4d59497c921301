#include "manager.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stage.h"

const char *manager_path(void)
{
    static char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    snprintf(path, sizeof(path), "%s/notify", stage_folder());
    return path;
}

int manager_open(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", manager_path());
    unlink(at.sun_path);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
    struct timeval limit = {.tv_sec = LIMIT_MS / 1000};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
    return fd;
}

void manager_hears(int fd, const char *words)
{
    for (;;) {
        char said[512];
        ssize_t n = recv(fd, said, sizeof(said) - 1, 0);
        if (n <= 0) {
            fail_msg("the service never said \"%s\"", words);
        }
        said[n] = '\0';
        if (strstr(said, words) != NULL) {
            return;
        }
    }
}
