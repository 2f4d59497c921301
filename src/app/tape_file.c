#include "tape_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/tape/tape.h"

static bool fail_read(const char *path, Error *err)
{
    return fail(err, ERR_IO, "cannot read the tape %.200s: %s", path, strerror(errno));
}

static bool fail_open(const char *path, FileKind kind, Error *err)
{
    return fail(err, ERR_IO, "cannot record to %.160s: %s; %s", path, strerror(errno),
                errno == EEXIST ? "what leaves names out begins a new file, name one"
                                : paths_write_remedy(kind, errno));
}

static bool map_fd(int fd, const char *path, StrView *out, Error *err)
{
    struct stat st;
    *out = (StrView){0};
    if (fstat(fd, &st) != 0) {
        return fail_read(path, err);
    }
    if (!S_ISREG(st.st_mode)) {
        return fail(err, ERR_IO, "%.200s is no file: a tape is", path);
    }
    if (st.st_size == 0) {
        return true;
    }
    // Private: what another process does to the file meanwhile is of no concern, as long as it does
    // not make it shorter, which nobody does with a tape that is whole.
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) {
        return fail_read(path, err);
    }
    *out = sv_of(at, (size_t)st.st_size);
    return true;
}

bool tape_file_map(const char *path, StrView *out, Error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return fail_read(path, err);
    }
    bool ok = map_fd(fd, path, out, err);
    close(fd);
    return ok;
}

void tape_file_unmap(StrView bytes)
{
    if (bytes.n > 0) {
        void *at;
        memcpy(&at, &bytes.at, sizeof(at)); // it was never ours to write to, but is to give back
        munmap(at, bytes.n);
    }
}

// Where our session begins in a file that was there already.
static bool find_end(TapeFile *f, const char *path, Error *err)
{
    StrView bytes;
    Error why = {0};
    if (!map_fd(f->fd, path, &bytes, err)) {
        return false;
    }
    f->bytes = (int64_t)tape_whole(bytes);
    TapeReader *r = bytes.n == 0 ? NULL : tape_reader_new(bytes, &why);
    bool ok = bytes.n == 0 || r != NULL;
    tape_reader_free(r);
    tape_file_unmap(bytes);
    if (!ok) {
        return fail(err, ERR_IO, "%.120s is left alone: %.160s", path, why.text);
    }
    if (ftruncate(f->fd, f->bytes) != 0 || lseek(f->fd, f->bytes, SEEK_SET) < 0) {
        return fail_open(path, f->kind, err);
    }
    return true;
}

bool tape_file_open(const char *path, FileKind kind, bool is_new, TapeFile *out, Error *err)
{
    int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (is_new ? O_EXCL : 0);
    TapeFile f = {.fd = open(path, flags, 0600), .kind = kind};
    if (f.fd < 0) {
        return fail_open(path, kind, err);
    }
    bool ok = flock(f.fd, LOCK_EX | LOCK_NB) == 0 ||
              fail(err, ERR_IO, "%.200s: another process is recording to it", path);
    ok = ok && find_end(&f, path, err);
    if (!ok) {
        close(f.fd);
        return false;
    }
    *out = f;
    return true;
}

void tape_file_close(TapeFile *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    f->fd = -1;
}

bool tape_file_append(TapeFile *f, const StrBuf *frames, Error *err)
{
    ssize_t written = write(f->fd, frames->at, frames->n);
    if (written == (ssize_t)frames->n) {
        f->bytes += written;
        return true;
    }
    int why = written < 0 ? errno : ENOSPC;
    // In vain: then a reader sees that the end is not whole.
    if (ftruncate(f->fd, f->bytes) == 0) {
        lseek(f->fd, f->bytes, SEEK_SET);
    }
    return fail(err, ERR_IO, "%s; %s", strerror(why), paths_write_remedy(f->kind, why));
}
