// What is done to the file of holds: by the engine, by the dashboard's keys and by the commands.
#ifndef REHOME_APP_HOLD_CHANGE_H
#define REHOME_APP_HOLD_CHANGE_H

#include "hold_file.h"

// Each false with err when it could not be kept; end also when there was nothing on the subject.
bool hold_change_begin(HoldFile *f, const Hold *hold, const Snapshot *s, int64_t wall_ms,
                       Error *err);
bool hold_change_end(HoldFile *f, const HoldSubject *on, const Snapshot *s, int64_t wall_ms,
                     Error *err);
bool hold_change_try(HoldFile *f, const HoldTry *attempt, int64_t wall_ms, Error *err);

#endif
