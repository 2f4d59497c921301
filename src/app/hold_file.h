// Where holds are kept: holds.json in the state folder, for all clusters that this machine looks
// at. Several processes use it: it is written under a lock, by a temporary file that takes its
// place, so whoever reads sees the old or the new one; and it is read anew when it has changed.
#ifndef REHOME_APP_HOLD_FILE_H
#define REHOME_APP_HOLD_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/base/error.h"
#include "rehome/policy/hold.h"

typedef struct HoldFile HoldFile;

HoldFile *hold_file_new(const char *state_dir); // copied; nothing is created yet
void hold_file_free(HoldFile *f);               // NULL is fine

// What is kept now. Borrowed until the next call with f. A file that cannot be understood counts as
// a brake in every cluster, because what it held is unknown: it stays where it is until somebody
// writes; then it is put aside, and the brake stays until a person releases it.
const Holds *hold_file_look(HoldFile *f);

// Read, change and write, with nobody else in between. change: false and err to leave it as it is.
bool hold_file_change(HoldFile *f, bool (*change)(void *ctx, Holds *all, Error *err), void *ctx,
                      int64_t wall_ms, Error *err);

// Could it be written? Makes the folder and the lock file. Says so to whoever looks, too.
bool hold_file_try(HoldFile *f, Error *err);

#endif
