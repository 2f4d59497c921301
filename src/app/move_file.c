#include "move_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "paths.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

// A journal that grew past this and holds no unfinished move starts afresh.
enum { KEEP_BYTES = 64 * 1024 };

struct MoveFile {
    char *dir;
    int fd; // -1: none open
};

MoveFile *move_file_new(const char *state_dir)
{
    MoveFile *f = mem_alloc(sizeof(*f));
    f->fd = -1;
    StrBuf dir = {0};
    strbuf_addf(&dir, "%s/moves", state_dir);
    f->dir = mem_strdup(strbuf_text(&dir));
    strbuf_done(&dir);
    return f;
}

void move_file_free(MoveFile *f)
{
    if (f == NULL) {
        return;
    }
    move_file_close(f);
    mem_free(f->dir);
    mem_free(f);
}

void move_file_close(MoveFile *f)
{
    if (f->fd >= 0) {
        close(f->fd); // ends the lock too
        f->fd = -1;
    }
}

static int open_locked(const MoveFile *f, NodeId replica, int flags, Error *err)
{
    StrBuf path = {0};
    strbuf_addf(&path, "%s/%s", f->dir, replica.hex);
    int fd = open(strbuf_text(&path), flags | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        paths_fail_write(strbuf_text(&path), errno, err);
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        fail(err, ERR_REFUSED,
             "another rehome on this machine is moving this replica (%s is locked)",
             strbuf_text(&path));
        close(fd);
        fd = -1;
    }
    strbuf_done(&path);
    return fd;
}

static void read_all(int fd, StrBuf *out)
{
    char block[4096];
    off_t at = 0;
    for (;;) {
        ssize_t n = pread(fd, block, sizeof(block), at);
        if (n <= 0) {
            return;
        }
        strbuf_add_sv(out, sv_of(block, (size_t)n));
        at += n;
    }
}

// Make the file ready for more lines: a line torn by a crash gets its end, so that it cannot spoil
// the next one, and a long file without an unfinished move starts afresh.
static bool settle(int fd, const StrBuf *text, Error *err)
{
    if (text->n == 0) {
        return true;
    }
    if (text->at[text->n - 1] != '\n' && write(fd, "\n", 1) != 1) {
        return paths_fail_write("the journal of moves", errno, err);
    }
    JournalEntry left;
    if (text->n > KEEP_BYTES && !journal_unfinished(sv_of(text->at, text->n), &left) &&
        ftruncate(fd, 0) != 0) {
        return paths_fail_write("the journal of moves", errno, err);
    }
    return true;
}

bool move_file_open(MoveFile *f, NodeId replica, Error *err)
{
    move_file_close(f);
    if (!paths_make_dirs(f->dir, err)) {
        return false;
    }
    int fd = open_locked(f, replica, O_CREAT, err);
    if (fd < 0) {
        return false;
    }
    StrBuf text = {0};
    read_all(fd, &text);
    bool ok = settle(fd, &text, err);
    strbuf_done(&text);
    if (!ok) {
        close(fd);
        return false;
    }
    f->fd = fd;
    return true;
}

bool move_file_append(MoveFile *f, const char *line, Error *err)
{
    if (f->fd < 0) {
        return fail(err, ERR_IO, "the journal of the move is not open");
    }
    size_t n = strlen(line);
    off_t end = lseek(f->fd, 0, SEEK_END);
    ssize_t written = write(f->fd, line, n);
    if (written != (ssize_t)n) {
        int why = written < 0 ? errno : ENOSPC;
        if (written > 0 && ftruncate(f->fd, end) != 0) {
            why = errno; // half a line stays, and move_file_open() ends it
        }
        return paths_fail_write(f->dir, why, err);
    }
    if (fdatasync(f->fd) != 0) {
        return paths_fail_write(f->dir, errno, err);
    }
    return true;
}

bool move_file_unfinished(MoveFile *f, NodeId replica, JournalEntry *out)
{
    int fd = open_locked(f, replica, 0, NULL);
    if (fd < 0) {
        return false;
    }
    StrBuf text = {0};
    read_all(fd, &text);
    bool found = journal_unfinished(sv_of(strbuf_text(&text), text.n), out);
    strbuf_done(&text);
    if (!found) {
        close(fd);
        return false;
    }
    move_file_close(f);
    f->fd = fd;
    return true;
}
