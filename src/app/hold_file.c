#include "hold_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "folder.h"
#include "hold_json.h"
#include "paths.h"
#include "rehome/base/mem.h"

enum {
    // Whoever has the lock needs it for a write and a rename only.
    LOCK_TRIES = 25,
    LOCK_PAUSE_MS = 20,
    MOST_BYTES = 1 << 20, // what is larger was not written by us
};

struct HoldFile {
    char *dir;
    char *path;
    struct stat seen; // of the file as last read; st_nlink 0: it was not there, or nobody looked
    bool looked;
    bool broken; // it could not be understood
    Holds all;
};

HoldFile *hold_file_new(const char *state_dir)
{
    HoldFile *f = mem_alloc(sizeof(*f));
    f->dir = mem_strdup(state_dir);
    f->path = folder_path(state_dir, "holds.json");
    return f;
}

void hold_file_free(HoldFile *f)
{
    if (f != NULL) {
        mem_free(f->dir);
        mem_free(f->path);
        mem_free(f);
    }
}

// --- reading

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_nlink != 0 && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool read_text(int fd, StrBuf *out, Error *err)
{
    char block[4096];
    for (;;) {
        ssize_t n = read(fd, block, sizeof(block));
        if (n == 0) {
            return true;
        }
        if (n < 0 || out->n > MOST_BYTES) {
            return fail(err, ERR_IO, "%s", n < 0 ? strerror(errno) : "too large");
        }
        strbuf_add_sv(out, sv_of(block, (size_t)n));
    }
}

// What was held is unknown, so everything is: automatic mode stands still in every cluster. Every
// process that reads this file says the same, whenever it does.
static void assume_brake(HoldFile *f, const char *what, const char *why, const char *remedy)
{
    Hold brake = {.on = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL}};
    brake.since_ms = (int64_t)f->seen.st_mtim.tv_sec * 1000;
    snprintf(brake.owner, sizeof(brake.owner), "rehome");
    snprintf(brake.reason, sizeof(brake.reason),
             "holds.json in the state folder cannot be %s (%.40s): %s, then release the brake",
             what, why, remedy);
    f->all.n = 1;
    f->all.n_tries = 0;
    f->all.at[0] = brake;
    f->broken = true;
}

static void read_file(HoldFile *f)
{
    Error err = {0};
    StrBuf text = {0};
    char unkept[sizeof(f->all.unkept)];
    memcpy(unkept, f->all.unkept, sizeof(unkept));
    f->broken = false;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        f->seen = (struct stat){0};
        f->all.n = 0;
        f->all.n_tries = 0;
        return;
    }
    if (fd < 0) {
        assume_brake(f, "read", strerror(errno), "let this user read it");
        return;
    }
    bool ok = fstat(fd, &f->seen) == 0 && read_text(fd, &text, &err) &&
              hold_json_read(sv_of(strbuf_text(&text), text.n), &f->all, &err);
    close(fd);
    strbuf_done(&text);
    memcpy(f->all.unkept, unkept, sizeof(unkept));
    if (!ok) {
        assume_brake(f, "understood", err.text, "look what it held");
    }
}

const Holds *hold_file_look(HoldFile *f)
{
    struct stat now = {0};
    bool is_there = stat(f->path, &now) == 0;
    bool was_there = f->seen.st_nlink != 0;
    if (!f->looked || is_there != was_there || (is_there && !is_same(&f->seen, &now))) {
        read_file(f);
        f->looked = true;
    }
    return &f->all;
}

// --- writing

// The lock is on a file of its own: the other one is replaced with each change.
static int lock(HoldFile *f, Error *err)
{
    if (!paths_make_dirs(f->dir, err)) {
        return -1;
    }
    char *path = folder_path(f->dir, "holds.lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        paths_fail_write(path, errno, err);
    }
    bool locked = false;
    for (int i = 0; fd >= 0 && !locked && i < LOCK_TRIES; i++) {
        locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (!locked) {
            poll(NULL, 0, LOCK_PAUSE_MS);
        }
    }
    if (fd >= 0 && !locked) {
        fail(err, ERR_IO, "%s is locked by another rehome", path);
        close(fd);
        fd = -1;
    }
    mem_free(path);
    return fd;
}

static bool put_aside(HoldFile *f, int64_t wall_ms, Error *err)
{
    char name[64];
    snprintf(name, sizeof(name), "holds.json.unreadable-%lld", (long long)wall_ms);
    char *path = folder_path(f->dir, name);
    bool ok = rename(f->path, path) == 0 || paths_fail_write(path, errno, err);
    for (size_t i = 0; i < f->all.n; i++) {
        if (f->all.at[i].n_members == 0 && f->all.at[i].on.kind == HOLD_BRAKE) {
            snprintf(f->all.at[i].reason, sizeof(f->all.at[i].reason),
                     "%s could not be understood: look what it held, then release the brake", name);
        }
    }
    mem_free(path);
    return ok;
}

static bool write_text(const char *path, const StrBuf *text, Error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return paths_fail_write(path, errno, err);
    }
    ssize_t n = write(fd, strbuf_text(text), text->n);
    bool ok = n == (ssize_t)text->n && fsync(fd) == 0;
    if (!ok) {
        paths_fail_write(path, n >= 0 && n != (ssize_t)text->n ? ENOSPC : errno, err);
    }
    close(fd);
    return ok;
}

// A rename is on the disk when its folder is.
static void sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

static bool write_file(HoldFile *f, Error *err)
{
    StrBuf text = {0};
    hold_json_write(&text, &f->all);
    char *path = folder_path(f->dir, "holds.json.new");
    bool ok = write_text(path, &text, err);
    if (ok && rename(path, f->path) != 0) {
        ok = paths_fail_write(f->path, errno, err);
    }
    if (ok) {
        sync_folder(f->dir);
    }
    mem_free(path);
    strbuf_done(&text);
    return ok;
}

bool hold_file_change(HoldFile *f, bool (*change)(void *ctx, Holds *all, Error *err), void *ctx,
                      int64_t wall_ms, Error *err)
{
    int held = lock(f, err);
    if (held < 0) {
        return false;
    }
    read_file(f);
    bool broken = f->broken;
    holds_prune(&f->all, wall_ms);
    bool ok =
        change(ctx, &f->all, err) && (!broken || put_aside(f, wall_ms, err)) && write_file(f, err);
    close(held);
    f->looked = false; // what is in memory counts only as far as it is on the disk
    return ok;
}

// 0: it can, as far as can be told without doing it.
static int why_not_written(const char *dir)
{
    enum { ROOM_BYTES = 16 * 1024 };
    struct statvfs disk;
    if (access(dir, W_OK | X_OK) != 0) {
        return errno;
    }
    if (statvfs(dir, &disk) != 0 || disk.f_blocks == 0) {
        return 0; // it does not say how large it is
    }
    bool is_root = geteuid() == 0; // for whom some is kept
    return (is_root ? disk.f_bfree : disk.f_bavail) < ROOM_BYTES / disk.f_frsize + 1 ? ENOSPC : 0;
}

bool hold_file_try(HoldFile *f, Error *err)
{
    Error why = {0};
    int held = lock(f, &why);
    int why_not = held >= 0 ? why_not_written(f->dir) : 0;
    bool ok = held >= 0 && (why_not == 0 || paths_fail_write(f->dir, why_not, &why));
    if (held >= 0) {
        close(held);
    }
    f->all.unkept[0] = '\0';
    if (!ok) {
        snprintf(f->all.unkept, sizeof(f->all.unkept), "what it does cannot be kept: %.200s",
                 why.text);
        return fail(err, why.code, "%s", why.text);
    }
    return true;
}
