#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "frame.h"
#include "hold_code.h"
#include "move_code.h"
#include "reader_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

TapeReader *tape_reader_new(StrView bytes, Error *err)
{
    enum { NO_HEADER = -15 };
    size_t at = 0;
    if (!frame_begin(bytes, &at, err)) {
        return NULL;
    }
    TapeReader *r = mem_alloc(sizeof(*r));
    r->bytes = bytes;
    r->at = at;
    r->head.limits = auto_limits_default();
    r->holds = mem_array(HOLDS_MAX, sizeof(*r->holds));
    r->tries = mem_array(HOLD_TRIES_MAX, sizeof(*r->tries));
    if (inflateInit2(&r->pack, NO_HEADER) != Z_OK) {
        abort(); // only without memory
    }
    return r;
}

void tape_reader_free(TapeReader *r)
{
    if (r == NULL) {
        return;
    }
    inflateEnd(&r->pack);
    memory_done(&r->memory);
    strbuf_done(&r->unpacked);
    strbuf_done(&r->name);
    strbuf_done(&r->notice);
    mem_free(r->observations);
    mem_free(r->holds);
    mem_free(r->tries);
    mem_free(r);
}

bool tape_reader_next(TapeReader *r, StrView bytes, Error *err)
{
    size_t at = 0;
    if (!frame_begin(bytes, &at, err)) {
        return false;
    }
    r->bytes = bytes;
    r->at = at;
    r->follows = false;
    return true;
}

const char *tape_damage(const TapeReader *r)
{
    return r->damage;
}

static void say_damage(TapeReader *r)
{
    if (r->is_cut) {
        snprintf(r->damage, sizeof(r->damage),
                 "the last %zu bytes are not whole: the tape was cut off there, or still grows",
                 r->lost_bytes);
    } else {
        snprintf(r->damage, sizeof(r->damage),
                 "%zu bytes and %zu rounds in the middle are damaged and left out", r->lost_bytes,
                 r->lost_frames);
    }
}

// --- frames

static bool unpack(TapeReader *r, StrView payload)
{
    static const char flush_mark[] = {0, 0, (char)0xff, (char)0xff};
    const StrView inputs[] = {payload, sv_of(flush_mark, sizeof(flush_mark))};
    strbuf_clear(&r->unpacked);
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
        // zlib only reads what it is given, whatever its type says.
        memcpy(&r->pack.next_in, &inputs[i].at, sizeof(r->pack.next_in));
        r->pack.avail_in = (uInt)inputs[i].n;
        do {
            char block[16384];
            r->pack.next_out = (Bytef *)block;
            r->pack.avail_out = sizeof(block);
            int status = inflate(&r->pack, Z_SYNC_FLUSH);
            if (status != Z_OK && status != Z_BUF_ERROR) {
                return false;
            }
            strbuf_add_sv(&r->unpacked, sv_of(block, sizeof(block) - r->pack.avail_out));
            if (r->unpacked.n > FRAME_MAX) {
                return false;
            }
        } while (r->pack.avail_out == 0);
    }
    return true;
}

static bool read_head(TapeReader *r, StrView payload)
{
    Bytes in = {.rest = payload};
    TapeHead head = {.limits = auto_limits_default()};
    bytes_get_clean(&in, head.creator, sizeof(head.creator));
    head.wall_ms = bytes_get_signed(&in);
    head.continues = bytes_get_below(&in, 2) == 1;
    head.redacted = bytes_get_below(&in, 2) == 1;
    head.floor = (int)bytes_get_below(&in, 1001);
    head.spread = bytes_get_below(&in, 2) == 1;
    head.limits.grace_ms = (int64_t)bytes_get_below(&in, INT64_MAX);
    head.limits.max_moves_per_hour = (int)bytes_get_below(&in, 1001);
    if (!in.is_bad) {
        r->head = head;
        r->shift_is_known = r->shift_is_known && head.continues;
        r->follows = false;
        r->n_holds = head.continues ? r->n_holds : 0;
        r->n_tries = head.continues ? r->n_tries : 0;
    }
    return !in.is_bad;
}

static void read_holds(TapeReader *r, StrView payload)
{
    Bytes in = {.rest = payload};
    bytes_get_clean(&in, r->unkept, sizeof(r->unkept));
    size_t n = (size_t)bytes_get_below(&in, HOLDS_MAX + 1);
    r->n_holds = 0;
    while (r->n_holds < n && hold_get(&in, &r->holds[r->n_holds])) {
        r->n_holds++;
    }
    n = (size_t)bytes_get_below(&in, HOLD_TRIES_MAX + 1);
    r->n_tries = 0;
    while (r->n_tries < n && hold_get_try(&in, &r->tries[r->n_tries])) {
        r->n_tries++;
    }
}

static bool read_a_round(TapeReader *r, const Frame *frame)
{
    bool is_key = frame->kind == FRAME_KEY;
    if (is_key) {
        memory_forget(&r->memory);
        inflateReset(&r->pack);
    }
    r->follows = (r->follows || is_key) && unpack(r, frame->payload) && round_read(r);
    return r->follows;
}

static bool read_event(TapeReader *r, StrView payload)
{
    Bytes in = {.rest = payload};
    char code[32];
    char level[16];
    char by[16];
    bytes_get_clean(&in, code, sizeof(code));
    bytes_get_clean(&in, level, sizeof(level));
    bytes_get_clean(&in, by, sizeof(by));
    Event event = {.wall_ms = bytes_get_signed(&in)};
    event.node = bytes_get_id(&in);
    bytes_get_clean(&in, event.addr, sizeof(event.addr));
    bytes_get_clean(&in, event.text, sizeof(event.text));
    bool ok = !in.is_bad && event_words_read(code, level, by, &event);
    r->event = ok ? event : r->event;
    return ok;
}

static void shift(int64_t *ms, int64_t by_ms)
{
    *ms = *ms != 0 ? *ms + by_ms : 0;
}

static bool read_move(TapeReader *r, StrView payload)
{
    Bytes in = {.rest = payload};
    Move move;
    if (!r->shift_is_known || !move_get(&in, &move)) {
        return false;
    }
    int64_t *times[] = {&move.started_ms, &move.state_ms, &move.replicated_ms, &move.write_ms,
                        &move.ended_ms};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        shift(times[i], r->shift_ms);
    }
    r->move = move;
    return true;
}

static TapeKind read_frame(TapeReader *r, const Frame *frame)
{
    switch (frame->kind) {
    case FRAME_HEAD:
        return read_head(r, frame->payload) ? TAPE_HEAD : TAPE_END;
    case FRAME_KEY:
    case FRAME_ROUND:
        if (read_a_round(r, frame)) {
            return TAPE_ROUND;
        }
        r->lost_frames++;
        say_damage(r);
        return TAPE_END;
    case FRAME_EVENT:
        return read_event(r, frame->payload) ? TAPE_EVENT : TAPE_END;
    case FRAME_MOVE:
        return read_move(r, frame->payload) ? TAPE_MOVE : TAPE_END;
    case FRAME_HOLDS:
        read_holds(r, frame->payload);
        return TAPE_END; // they come with the next round
    default:
        return TAPE_END;
    }
}

TapeItem tape_read(TapeReader *r)
{
    TapeKind kind = TAPE_END;
    while (kind == TAPE_END && r->at < r->bytes.n) {
        Frame frame = frame_next(r->bytes, &r->at);
        if (frame.skipped > 0) {
            r->follows = false;
            r->lost_bytes += frame.skipped;
            r->is_cut = frame.kind == FRAME_NONE;
            say_damage(r);
        }
        kind = frame.kind == FRAME_NONE ? TAPE_END : read_frame(r, &frame);
    }
    return (TapeItem){
        .kind = kind,
        .head = &r->head,
        .round = kind == TAPE_ROUND ? &r->round : NULL,
        .event = kind == TAPE_EVENT ? &r->event : NULL,
        .move = kind == TAPE_MOVE ? &r->move : NULL,
    };
}
