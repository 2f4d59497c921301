#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

char *folder_path(const char *dir, const char *name)
{
    StrBuf path = {0};
    strbuf_addf(&path, "%s/%s", dir, name);
    char *out = mem_strdup(strbuf_text(&path));
    strbuf_done(&path);
    return out;
}

static bool is_ours(const char *name, const char *suffix)
{
    size_t n = strlen(name);
    size_t end = strlen(suffix);
    return n > end && n < sizeof(((FolderFile *)NULL)->name) &&
           strcmp(name + n - end, suffix) == 0 && name[0] >= '0' && name[0] <= '9';
}

static int file_cmp(const void *a, const void *b)
{
    const FolderFile *x = a;
    const FolderFile *y = b;
    if (x->changed.tv_sec != y->changed.tv_sec) {
        return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
    }
    return x->changed.tv_nsec < y->changed.tv_nsec   ? -1
           : x->changed.tv_nsec > y->changed.tv_nsec ? 1
                                                     : strcmp(x->name, y->name);
}

Folder folder_list(const char *dir, const char *suffix)
{
    Folder folder = {0};
    size_t cap = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        struct stat st;
        if (!is_ours(e->d_name, suffix) ||
            fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
            continue;
        }
        folder.at = mem_grow(folder.at, &cap, folder.n + 1, sizeof(*folder.at));
        FolderFile *file = &folder.at[folder.n++];
        *file = (FolderFile){.bytes = st.st_size, .changed = st.st_mtim};
        snprintf(file->name, sizeof(file->name), "%s", e->d_name);
    }
    if (d != NULL) {
        closedir(d);
    }
    if (folder.n > 0) {
        qsort(folder.at, folder.n, sizeof(*folder.at), file_cmp);
    }
    return folder;
}

void folder_done(Folder *folder)
{
    mem_free(folder->at);
}

void folder_prune(const char *dir, const char *suffix, int64_t most_bytes, size_t most_files)
{
    Folder folder = folder_list(dir, suffix);
    int64_t bytes = 0;
    for (size_t i = folder.n; i-- > 0;) {
        bytes += folder.at[i].bytes;
        if (bytes > most_bytes || folder.n - i > most_files) {
            char *path = folder_path(dir, folder.at[i].name);
            unlink(path); // in vain: then it stays
            mem_free(path);
        }
    }
    folder_done(&folder);
}
