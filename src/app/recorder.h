// Keeps tapes of what an engine sees: the one that was asked for, and the flight recorder's.
#ifndef REHOME_SRC_APP_RECORDER_H
#define REHOME_SRC_APP_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/app/engine.h"

typedef struct Recorder Recorder;

// To this file, all of it. NULL: it cannot be written; err says why.
Recorder *recorder_to_file(const char *path, const TapeHead *head, Error *err);

// To the state folder, the last so many bytes of it, for whoever comes later. Where there are many
// nodes rounds are left out, so that it is hours that they are about.
Recorder *recorder_of_flight(const char *state_dir, const TapeHead *head, int64_t most_bytes);
void recorder_free(Recorder *r); // NULL is fine

void recorder_round(Recorder *r, const TapeRound *round);
void recorder_event(Recorder *r, const Event *event); // one of ours; others are read off the rounds
void recorder_after(Recorder *r, const Move *last);

// What has changed about whether it can write, once, in a sentence; false: nothing. It goes on
// trying.
bool recorder_news(Recorder *r, char *out, size_t size);
bool recorder_is_broken(const Recorder *r);

uint64_t recorder_rounds(const Recorder *r);
int64_t recorder_bytes(const Recorder *r); // of the file it writes to now

// Where the flight recorder keeps its tapes; owned by the caller.
char *recorder_flight_dir(const char *state_dir);
#define RECORDER_SUFFIX ".tape"

#endif
