#include "rehome/base/write_some.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

// Not to wait is asked for only while it writes: the shell, and whoever else has this terminal,
// shares the flag. Without it a terminal that takes something may still not take all.
static ssize_t write_now(int fd, const char *at, size_t n)
{
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    ssize_t took = write(fd, at, n);
    int why = errno;
    fcntl(fd, F_SETFL, flags);
    errno = why;
    return took;
}

bool write_some(int fd, const char *at, size_t n, int waits, size_t *done)
{
    enum { MOMENT_MS = 5 };
    *done = 0;
    while (*done < n) {
        ssize_t took = write_now(fd, at + *done, n - *done);
        if (took > 0) {
            *done += (size_t)took;
        } else if (took < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        } else if (waits-- <= 0) {
            break;
        } else {
            struct pollfd reader = {.fd = fd, .events = POLLOUT};
            (void)poll(&reader, 1, MOMENT_MS);
        }
    }
    return true;
}
