// A folder of files that come and go by themselves: each process writes to its own, and whoever
// begins a new one takes the oldest away.
#ifndef REHOME_SRC_APP_FOLDER_H
#define REHOME_SRC_APP_FOLDER_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct {
    char name[64];
    int64_t bytes;
    struct timespec changed;
} FolderFile;

typedef struct {
    FolderFile *at; // by when they were last written to: what goes on is not old
    size_t n;
} Folder;

// Its regular files whose names begin with a digit and end in suffix. Nothing where there is none.
Folder folder_list(const char *dir, const char *suffix);
void folder_done(Folder *folder);

// Take the oldest away until the others have no more bytes, and are no more, than that.
void folder_prune(const char *dir, const char *suffix, int64_t most_bytes, size_t most_files);

char *folder_path(const char *dir, const char *name); // owned by the caller

#endif
