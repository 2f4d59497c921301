#include "frame.h"

#include <string.h>
#include <zlib.h>

#include "rehome/base/text.h"
#include "rehome/tape/tape.h"

// Two bytes of mark, one of kind, four of length, four of checksum (of kind and payload).
enum { MARK_0 = 0x9e, MARK_1 = 'T', KIND_AT = 2, LENGTH_AT = 3, SUM_AT = 7, HEADER = 11 };

// So often a place that looks like a frame may be none before we give up looking.
enum { TRIES_MAX = 1000 };

static uint32_t checksum(unsigned char kind, StrView payload)
{
    uLong sum = crc32(crc32(0L, Z_NULL, 0), &kind, 1);
    if (payload.n > 0) { // without bytes it would begin anew
        sum = crc32(sum, (const Bytef *)payload.at, (uInt)payload.n);
    }
    return (uint32_t)sum;
}

static void put_32(char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (char)(unsigned char)(number >> (8 * i));
    }
}

static uint32_t get_32(const char *at)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++) {
        number |= (uint32_t)(unsigned char)at[i] << (8 * i);
    }
    return number;
}

void frame_put(StrBuf *out, FrameKind kind, StrView payload)
{
    char header[HEADER] = {(char)(unsigned char)MARK_0, MARK_1, (char)kind};
    put_32(header + LENGTH_AT, (uint32_t)payload.n);
    put_32(header + SUM_AT, checksum((unsigned char)kind, payload));
    strbuf_add_sv(out, sv_of(header, HEADER));
    strbuf_add_sv(out, payload);
}

bool frame_begin(StrView bytes, size_t *at, Error *err)
{
    enum { LINE_MAX_BYTES = 64 };
    StrView rest = sv_of(bytes.at, bytes.n < LINE_MAX_BYTES ? bytes.n : LINE_MAX_BYTES);
    StrView line;
    uint64_t version;
    size_t magic = strlen(TAPE_MAGIC);
    if (bytes.n == 0) {
        return fail(err, ERR_PARSE, "it is empty");
    }
    if (!sv_starts(rest, TAPE_MAGIC) || !sv_cut(&rest, '\n', &line) ||
        !sv_to_u64(sv_of(line.at + magic, line.n - magic), &version)) {
        return fail(err, ERR_PARSE, "it is no tape: a tape begins with \"" TAPE_MAGIC "1\"");
    }
    if (version != TAPE_VERSION) {
        return fail(err, ERR_PARSE,
                    "it is a tape of version %llu, and this rehome reads version %d: a newer "
                    "rehome wrote it",
                    (unsigned long long)version, TAPE_VERSION);
    }
    *at = line.n + 1;
    return true;
}

// A whole frame that begins right there.
static bool frame_at(StrView bytes, size_t at, Frame *out)
{
    if (bytes.n - at < HEADER || (unsigned char)bytes.at[at] != MARK_0 ||
        bytes.at[at + 1] != MARK_1) {
        return false;
    }
    const char *header = bytes.at + at;
    uint32_t n = get_32(header + LENGTH_AT);
    if (n > FRAME_MAX || n > bytes.n - at - HEADER) {
        return false;
    }
    StrView payload = sv_of(header + HEADER, n);
    unsigned char kind = (unsigned char)header[KIND_AT];
    if (kind == FRAME_NONE || checksum(kind, payload) != get_32(header + SUM_AT)) {
        return false;
    }
    *out = (Frame){.kind = kind, .payload = payload};
    return true;
}

static bool may_begin(StrView bytes, size_t at)
{
    if (bytes.n - at < HEADER || bytes.at[at + 1] != MARK_1) {
        return false;
    }
    char kind = bytes.at[at + KIND_AT];
    return kind == FRAME_HEAD || kind == FRAME_KEY || kind == FRAME_HOLDS;
}

Frame frame_next(StrView bytes, size_t *at)
{
    Frame frame = {.kind = FRAME_NONE};
    size_t from = *at;
    size_t look = from;
    if (from < bytes.n && frame_at(bytes, from, &frame)) {
        *at = from + HEADER + frame.payload.n;
        return frame;
    }
    for (int tries = 0; look < bytes.n && tries < TRIES_MAX; look++) {
        const char *mark = memchr(bytes.at + look, MARK_0, bytes.n - look);
        if (mark == NULL) {
            break;
        }
        look = (size_t)(mark - bytes.at);
        if (!may_begin(bytes, look)) {
            continue;
        }
        tries++;
        if (frame_at(bytes, look, &frame)) {
            frame.skipped = look - from;
            *at = look + HEADER + frame.payload.n;
            return frame;
        }
    }
    frame = (Frame){.kind = FRAME_NONE, .skipped = bytes.n - from};
    *at = bytes.n;
    return frame;
}

size_t tape_whole(StrView bytes)
{
    size_t at = 0;
    size_t whole = 0;
    if (!frame_begin(bytes, &at, NULL)) {
        return 0;
    }
    do {
        whole = at;
    } while (frame_next(bytes, &at).kind != FRAME_NONE);
    return whole;
}
