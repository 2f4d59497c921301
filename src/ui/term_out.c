#include "term_out.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rehome/base/strbuf.h"
#include "rehome/base/write_some.h"

static struct {
    FILE *file;     // what curses has
    bool diverted;  // it is memory
    StrBuf waiting; // not sent, but for its beginning
    size_t sent;    // of it
} out;

FILE *out_open(Error *err)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    out.file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out.file == NULL) {
        fail(err, ERR_IO, "this terminal cannot be opened: %s", strerror(errno));
    }
    return out.file;
}

bool out_divert(Error *err)
{
    int fd = memfd_create("rehome-screen", MFD_CLOEXEC);
    out.diverted = fd >= 0 && dup3(fd, fileno(out.file), O_CLOEXEC) >= 0;
    if (!out.diverted) {
        fail(err, ERR_IO, "no memory to draw in: %s", strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return out.diverted;
}

static void forget(void)
{
    strbuf_clear(&out.waiting);
    out.sent = 0;
}

void out_close(void)
{
    if (out.file != NULL) {
        fclose(out.file);
    }
    out.file = NULL;
    out.diverted = false;
    forget();
    strbuf_done(&out.waiting);
}

// What curses has written since.
static void collect(void)
{
    int fd = out.diverted ? fileno(out.file) : -1;
    off_t n = fd >= 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    char bytes[8192];
    for (off_t at = 0; at < n;) {
        size_t left = (size_t)(n - at);
        ssize_t got = pread(fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes), at);
        if (got <= 0) {
            break;
        }
        strbuf_add_sv(&out.waiting, sv_of(bytes, (size_t)got));
        at += got;
    }
    if (n > 0) {
        lseek(fd, 0, SEEK_SET);
    }
}

void out_add(const char *text)
{
    enum { MOST_BYTES = 1 << 20 }; // a theme that changes all night before a terminal that hangs
    collect();
    if (out.waiting.n + strlen(text) <= MOST_BYTES) {
        strbuf_add(&out.waiting, text);
    }
}

// How much it took; all of it where it is gone and needs nothing more.
static size_t push(const char *at, size_t n, int waits)
{
    size_t done;
    return write_some(STDOUT_FILENO, at, n, waits, &done) ? done : n;
}

static bool send_waiting(int waits)
{
    collect();
    out.sent += push(strbuf_text(&out.waiting) + out.sent, out.waiting.n - out.sent, waits);
    bool all = out.sent == out.waiting.n;
    if (all) {
        forget();
    }
    return all;
}

bool out_send(void)
{
    return send_waiting(0);
}

enum { LAST_WAITS = 200 };

void out_finish(void)
{
    if (!send_waiting(LAST_WAITS)) {
        forget();
    }
}

void out_finish_async(const char *text, size_t n)
{
    push(text, n, LAST_WAITS);
}
