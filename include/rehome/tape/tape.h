// A tape: what the cluster said, round after round, and what we did about it, as bytes that can be
// looked at again. Pure: bytes go in and come out, files are the app's.
//
// The file begins with the line "rehome tape 1\n"; frames follow. Each has a mark, a kind, a length
// and a checksum, so that a tape that was cut off, or damaged in the middle, is read as far as it
// is whole, and says so. A head frame begins a session (a process that recorded); several may
// follow one another in one file. Rounds are written as what differs from the round before and
// packed with zlib; every so often one is written in full, and reading can begin there.
//
// Of the replies only those lines are kept that the parsers of model/ look at (src/tape/keep.h), so
// nothing else that a server tells can get into a tape.
#ifndef REHOME_TAPE_TAPE_H
#define REHOME_TAPE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/action/move.h"
#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/event.h"
#include "rehome/model/observation.h"
#include "rehome/model/snapshot.h"
#include "rehome/policy/automatic.h"
#include "rehome/policy/hold.h"

enum { TAPE_VERSION = 1 };

// Of a session: who recorded, when, and what made its pictures what they were.
typedef struct {
    char creator[64]; // "rehome 0.1.0"; clean when read
    int64_t wall_ms;
    bool continues; // the session of the file before this one
    bool redacted;  // hosts have other names
    int floor;      // as in PilotOptions
    bool spread;
    AutoLimits limits;
} TapeHead;

// One round, and how things stood with us when it came.
typedef struct {
    RoundInput in; // without labels and aliases
    const char *notice;
    AutoMode mode;
    OwnMove in_flight; // that health is to know of
    OwnMove written;   // that is to be told as our doing
    const Hold *holds; // that were in force in this cluster; read ones are of every cluster
    size_t n_holds;
    const HoldTry *tries; // the same
    size_t n_tries;
    const char *unkept; // as in Holds
} TapeRound;

// --- writing

typedef struct TapeWriter TapeWriter;

// redact: hosts get other names, the same ones throughout.
TapeWriter *tape_writer_new(bool redact);
void tape_writer_free(TapeWriter *w); // NULL is fine

// Each appends to out what has to follow what was written before. A session begins with its head;
// the round behind it is a full one. is_first: of the file.
void tape_write_head(TapeWriter *w, const TapeHead *head, bool is_first, StrBuf *out);
void tape_write_round(TapeWriter *w, const TapeRound *round, StrBuf *out);
void tape_write_event(TapeWriter *w, const Event *event, StrBuf *out);
void tape_write_move(TapeWriter *w, const Move *m, StrBuf *out); // as it stands now

// --- reading

typedef enum { TAPE_END, TAPE_HEAD, TAPE_ROUND, TAPE_EVENT, TAPE_MOVE } TapeKind;

// Of what the kind says; borrowed until the next call of the reader.
typedef struct {
    TapeKind kind;
    const TapeHead *head; // of the session, whatever the kind
    const TapeRound *round;
    const Event *event;
    const Move *move; // with what a screen shows of it
} TapeItem;

typedef struct TapeReader TapeReader;

// bytes are borrowed for the reader's life. NULL: it is no tape, or of a version we do not read.
TapeReader *tape_reader_new(StrView bytes, Error *err);
void tape_reader_free(TapeReader *r); // NULL is fine

TapeItem tape_read(TapeReader *r);

// Go on with the file that follows the one that is read to its end. false: as tape_reader_new(),
// and nothing is changed.
bool tape_reader_next(TapeReader *r, StrView bytes, Error *err);

// What could not be read so far, for a person: "the last 31 bytes are not whole: ..."; "" nothing.
const char *tape_damage(const TapeReader *r);

// How many bytes from the beginning are whole: where another session may be appended. 0: no tape.
size_t tape_whole(StrView bytes);

#endif
