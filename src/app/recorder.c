#include "recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "paths.h"
#include "rehome/base/mem.h"
#include "tape_file.h"

enum {
    SEGMENTS = 16, // files of a flight: the oldest goes when a new one begins
    FILES_MAX = 200,
    FLIGHT_S = 2 * 3600, // for how long a flight has to last, however many nodes there are
};

struct Recorder {
    char *path; // of a flight: the present segment; NULL: none yet
    char *dir;  // of a flight; NULL: it is none
    int64_t most_bytes;
    TapeHead head;
    int segment;
    TapeWriter *writer;
    TapeFile file;
    StrBuf frames; // not yet written
    bool is_begun; // the file has our head
    bool is_broken;
    char news[240];
    uint64_t rounds;
    // Bytes that may be written: what a flight does not use up is there when much happens.
    int64_t credit;
    int64_t credit_ms;
    bool leaves_out; // this round
    MoveState move_state;
    int64_t move_serial;
};

static Recorder *recorder_new(const TapeHead *head)
{
    Recorder *r = mem_alloc(sizeof(*r));
    r->head = *head;
    r->file.fd = -1;
    r->writer = tape_writer_new(head->redacted);
    return r;
}

Recorder *recorder_to_file(const char *path, const TapeHead *head, Error *err)
{
    Recorder *r = recorder_new(head);
    r->path = mem_strdup(path);
    // Other names are the same ones only throughout one session.
    if (!tape_file_open(path, FILE_NAMED, head->redacted, &r->file, err)) {
        recorder_free(r);
        return NULL;
    }
    return r;
}

char *recorder_flight_dir(const char *state_dir)
{
    return folder_path(state_dir, "flight");
}

Recorder *recorder_of_flight(const char *state_dir, const TapeHead *head, int64_t most_bytes)
{
    Recorder *r = recorder_new(head);
    r->dir = recorder_flight_dir(state_dir);
    r->most_bytes = most_bytes;
    r->credit = most_bytes / SEGMENTS;
    return r;
}

void recorder_free(Recorder *r)
{
    if (r == NULL) {
        return;
    }
    tape_file_close(&r->file);
    tape_writer_free(r->writer);
    strbuf_done(&r->frames);
    mem_free(r->path);
    mem_free(r->dir);
    mem_free(r);
}

// --- writing

static bool begin_segment(Recorder *r, Error *err)
{
    char name[64];
    if (!paths_make_dirs(r->dir, err)) {
        return false;
    }
    tape_file_close(&r->file);
    folder_prune(r->dir, RECORDER_SUFFIX, r->most_bytes - r->most_bytes / SEGMENTS, FILES_MAX);
    snprintf(name, sizeof(name), "%" PRId64 "-%d-%04d" RECORDER_SUFFIX, r->head.wall_ms,
             (int)getpid(), r->segment);
    mem_free(r->path);
    r->path = folder_path(r->dir, name);
    r->head.continues = r->segment > 0;
    r->segment++;
    r->is_begun = false;
    return tape_file_open(r->path, FILE_OF_STATE, false, &r->file, err);
}

static bool is_full(const Recorder *r)
{
    return r->dir != NULL && (r->file.fd < 0 || r->file.bytes > r->most_bytes / SEGMENTS);
}

// What is in frames was not written: nothing that follows makes sense without it.
static void give_up(Recorder *r, const Error *err)
{
    if (!r->is_broken) {
        snprintf(r->news, sizeof(r->news), "%s cannot be written: %.190s",
                 r->dir != NULL ? "the flight recorder" : "the tape", err->text);
    }
    r->is_broken = true;
    r->is_begun = false;
    r->head.continues = true;
    strbuf_clear(&r->frames);
}

static void write_frames(Recorder *r)
{
    Error err = {0};
    int64_t n = (int64_t)r->frames.n;
    if (n == 0) {
        return;
    }
    if (!tape_file_append(&r->file, &r->frames, &err)) {
        give_up(r, &err);
        return;
    }
    strbuf_done(&r->frames); // a full round may be large
    r->credit -= n;
    if (r->is_broken) {
        r->is_broken = false;
        snprintf(r->news, sizeof(r->news), "%s can be written again; what was meanwhile is missing",
                 r->dir != NULL ? "the flight recorder" : "the tape");
    }
}

// A full folder's worth in so many seconds.
static void earn(Recorder *r, int64_t now_ms)
{
    int64_t most = r->most_bytes / SEGMENTS;
    if (r->credit_ms != 0) {
        r->credit += (now_ms - r->credit_ms) * (r->most_bytes / FLIGHT_S) / 1000;
    }
    r->credit = r->credit < most ? r->credit : most;
    r->credit_ms = now_ms;
}

void recorder_round(Recorder *r, const TapeRound *round)
{
    Error err = {0};
    if (r->dir != NULL) {
        earn(r, round->in.now_ms);
    }
    r->leaves_out = r->dir != NULL && r->credit < 0;
    if (r->leaves_out) {
        return;
    }
    if (is_full(r) && !begin_segment(r, &err)) {
        give_up(r, &err);
        return;
    }
    if (!r->is_begun) {
        tape_write_head(r->writer, &r->head, r->file.bytes == 0, &r->frames);
        r->is_begun = true;
    }
    tape_write_round(r->writer, round, &r->frames);
    r->rounds++;
    write_frames(r);
}

// Before the first round there is nothing that it could be about.
void recorder_event(Recorder *r, const Event *event)
{
    if (event_is_ours(event->code) && r->is_begun) {
        tape_write_event(r->writer, event, &r->frames);
        write_frames(r);
    }
}

void recorder_after(Recorder *r, const Move *last)
{
    bool tells =
        last != NULL && r->is_begun && !r->leaves_out &&
        (!move_is_over(last) || last->serial != r->move_serial || last->state != r->move_state);
    if (tells) {
        tape_write_move(r->writer, last, &r->frames);
        r->move_serial = last->serial;
        r->move_state = last->state;
        write_frames(r);
    }
}

bool recorder_news(Recorder *r, char *out, size_t size)
{
    bool is_any = r->news[0] != '\0';
    snprintf(out, size, "%s", r->news);
    r->news[0] = '\0';
    return is_any;
}

bool recorder_is_broken(const Recorder *r)
{
    return r->is_broken;
}

uint64_t recorder_rounds(const Recorder *r)
{
    return r->rounds;
}

int64_t recorder_bytes(const Recorder *r)
{
    return r->file.bytes;
}
