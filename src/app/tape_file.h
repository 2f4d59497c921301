// A tape as a file that only grows, or is there as a whole.
#ifndef REHOME_SRC_APP_TAPE_FILE_H
#define REHOME_SRC_APP_TAPE_FILE_H

#include <stdbool.h>

#include "paths.h"
#include "rehome/base/strbuf.h"

typedef struct {
    int fd;
    int64_t bytes; // whole frames in it
    FileKind kind;
} TapeFile;

// Open it for a session of ours, behind those that are in it; made when there is none (mode 0600).
// What an earlier process left unfinished at its end goes. Not another process's, not what is no
// tape, and with is_new none that is there.
bool tape_file_open(const char *path, FileKind kind, bool is_new, TapeFile *out, Error *err);
void tape_file_close(TapeFile *f);

// All of it, or nothing.
bool tape_file_append(TapeFile *f, const StrBuf *frames, Error *err);

// The file's bytes, to be given back by tape_file_unmap(). What is appended later is not in them.
bool tape_file_map(const char *path, StrView *out, Error *err);
void tape_file_unmap(StrView bytes);

#endif
