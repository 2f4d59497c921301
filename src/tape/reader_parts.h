// What the files of the reader share: reader.c finds the frames, round_read.c reads rounds.
#ifndef REHOME_SRC_TAPE_READER_PARTS_H
#define REHOME_SRC_TAPE_READER_PARTS_H

#include <zlib.h>

#include "bytes.h"
#include "rehome/tape/tape.h"
#include "speakers.h"

struct TapeReader {
    StrView bytes;
    size_t at;    // of the next frame
    bool follows; // the round before was read, so that the next one can be
    Memory memory;
    z_stream pack;
    StrBuf unpacked;
    TapeHead head;
    TapeRound round;
    Observation *observations;
    size_t cap;
    StrBuf name;
    StrBuf notice;
    Event event;
    Move move;
    Hold *holds; // HOLDS_MAX of them
    size_t n_holds;
    HoldTry *tries; // HOLD_TRIES_MAX of them
    size_t n_tries;
    char unkept[240];
    // The clock of one session is not that of the next: all are told by the wall's, as it was when
    // the session began, and never go back.
    bool shift_is_known;
    int64_t shift_ms;
    int64_t last_ms;
    // what could not be read
    size_t lost_bytes;
    size_t lost_frames;
    bool is_cut;
    char damage[160];
};

bool round_read(TapeReader *r); // from what was unpacked

#endif
