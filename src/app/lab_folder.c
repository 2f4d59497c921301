#include "lab_internal.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char prefix[] = "rehome-lab-";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    (void)remove(path); // what cannot be removed stays for the next run to try again
    return 0;
}

void lab_folder_remove(const char *folder)
{
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

// The process that made a folder of this name; 0: the name is not ours.
static pid_t folder_owner(const char *name)
{
    StrView rest = sv(name);
    if (!sv_starts(rest, prefix)) {
        return 0;
    }
    rest = sv_of(rest.at + sizeof(prefix) - 1, rest.n - (sizeof(prefix) - 1));
    StrView digits;
    int64_t pid = 0;
    bool is_ours = sv_cut(&rest, '-', &digits) && sv_to_i64(digits, &pid) && pid > 1;
    return is_ours && pid <= INT32_MAX ? (pid_t)pid : 0;
}

// kill -9 leaves folders behind; the servers themselves have died with their parent.
static void remove_abandoned(const char *tmp, Arena *arena)
{
    DIR *dir = opendir(tmp);
    if (dir == NULL) {
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        pid_t pid = folder_owner(entry->d_name);
        if (pid != 0 && kill(pid, 0) != 0 && errno == ESRCH) {
            lab_folder_remove(arena_printf(arena, "%s/%s", tmp, entry->d_name));
        }
    }
    closedir(dir);
}

const char *lab_folder_make(Arena *arena, Error *err)
{
    const char *tmp = getenv("TMPDIR");
    if (tmp == NULL || tmp[0] == '\0') {
        tmp = "/tmp";
    }
    remove_abandoned(tmp, arena);
    char *folder = arena_printf(arena, "%s/%s%ld-XXXXXX", tmp, prefix, (long)getpid());
    if (mkdtemp(folder) == NULL) {
        fail(err, ERR_IO,
             "cannot make a temporary folder %s: %s; set TMPDIR to a folder that can be written",
             folder, strerror(errno));
        return NULL;
    }
    return folder;
}
