// Where the journal of moves is kept: one file for each replica ever moved, named by its node ID,
// in the state folder. The file is locked while its move is under way, so that another process
// neither resumes a move that is still somebody's nor starts a second one of the same replica;
// the lock ends with the process, the lines stay.
#ifndef REHOME_APP_MOVE_FILE_H
#define REHOME_APP_MOVE_FILE_H

#include <stdbool.h>

#include "rehome/action/journal.h"
#include "rehome/base/error.h"
#include "rehome/model/node_id.h"

typedef struct MoveFile MoveFile;

// state_dir is copied; nothing is created yet.
MoveFile *move_file_new(const char *state_dir);
void move_file_free(MoveFile *f);

// Open and lock the journal of this replica's moves. False: somebody else is at it, or the folder
// cannot be written.
bool move_file_open(MoveFile *f, NodeId replica, Error *err);
void move_file_close(MoveFile *f);

// Append the line and have it on the disk before returning. The file must be open.
bool move_file_append(MoveFile *f, const char *line, Error *err);

// An unfinished move of this replica that no living process is at: opens and locks the file, true.
bool move_file_unfinished(MoveFile *f, NodeId replica, JournalEntry *out);

#endif
