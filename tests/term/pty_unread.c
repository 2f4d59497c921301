#include "pty_parts.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

// The program's end of the line; never the terminal of the tests themselves.
static int open_line(const Pty *p)
{
    char name[64] = "";
    return ptsname_r(p->fd, name, sizeof(name)) == 0 ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
                                                     : -1;
}

void pty_hold(Pty *p, bool on)
{
    int line = open_line(p);
    if (line >= 0) {
        tcflow(line, on ? TCOOFF : TCOON);
        close(line);
    }
}

bool pty_takes(const Pty *p)
{
    struct pollfd line = {.fd = open_line(p), .events = POLLOUT};
    bool takes = poll(&line, 1, 0) > 0 && (line.revents & POLLOUT) != 0;
    close(line.fd);
    return takes;
}

bool pty_wait_unread(Pty *p, PtyPredicate *holds, void *context, int64_t deadline_ms)
{
    enum { STEP_MS = 20 };
    for (int64_t left = deadline_ms; !holds(p, context); left -= STEP_MS) {
        if (left <= 0) {
            return false;
        }
        poll(NULL, 0, STEP_MS);
    }
    return true;
}

typedef struct {
    const char *key;
    int full; // so often in a row; once may be because the program is just writing
} Fill;

static bool is_full(Pty *p, void *context)
{
    enum { CERTAIN = 5 };
    Fill *fill = context;
    if (pty_takes(p)) {
        fill->full = 0;
        pty_keys(p, fill->key);
    } else {
        fill->full++;
    }
    return fill->full >= CERTAIN;
}

bool pty_fill(Pty *p, const char *key)
{
    Fill fill = {.key = key};
    return pty_wait_unread(p, is_full, &fill, PTY_DEADLINE_MS);
}

static bool has_ended(Pty *p, void *context)
{
    (void)context;
    return pty_ended(p);
}

bool pty_wait_exit_unread(Pty *p)
{
    return pty_wait_unread(p, has_ended, NULL, PTY_DEADLINE_MS);
}
