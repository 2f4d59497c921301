#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "bytes.h"
#include "delta.h"
#include "frame.h"
#include "hold_code.h"
#include "keep.h"
#include "move_code.h"
#include "names.h"
#include "rehome/base/mem.h"
#include "rehome/tape/tape.h"
#include "speakers.h"

// A full round so often: reading can begin there. At one round a second two minutes may be lost to
// a damage.
enum { KEY_ROUNDS = 120 };

// What zlib adds at the end of each flush, which the reader puts back.
enum { FLUSH_MARK = 4, PRESS_BYTES = 64 << 10 };

struct TapeWriter {
    Memory memory;
    Names *names; // NULL: hosts are told as they are
    z_stream pack;
    int rounds; // until the next full one
    StrBuf payload;
    StrBuf packed;
    StrBuf kept;
    StrBuf renamed;
    StrBuf holds; // as they were put last
};

TapeWriter *tape_writer_new(bool redact)
{
    enum { NO_HEADER = -15, MEMORY_LEVEL = 8 };
    TapeWriter *w = mem_alloc(sizeof(*w));
    w->names = redact ? names_new() : NULL;
    if (deflateInit2(&w->pack, Z_DEFAULT_COMPRESSION, Z_DEFLATED, NO_HEADER, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        abort(); // only without memory
    }
    return w;
}

void tape_writer_free(TapeWriter *w)
{
    if (w == NULL) {
        return;
    }
    deflateEnd(&w->pack);
    memory_done(&w->memory);
    names_free(w->names);
    strbuf_done(&w->payload);
    strbuf_done(&w->packed);
    strbuf_done(&w->kept);
    strbuf_done(&w->renamed);
    strbuf_done(&w->holds);
    mem_free(w);
}

// The text as it goes on the tape. Valid until the next call.
static StrView redacted(TapeWriter *w, StrView text)
{
    if (w->names == NULL) {
        return text;
    }
    strbuf_clear(&w->renamed);
    names_rename(w->names, text, &w->renamed);
    return sv_of(strbuf_text(&w->renamed), w->renamed.n);
}

static void put_words(TapeWriter *w, const char *text)
{
    bytes_put_text(&w->payload, redacted(w, sv(text)));
}

void tape_write_head(TapeWriter *w, const TapeHead *head, bool is_first, StrBuf *out)
{
    if (is_first) {
        strbuf_addf(out, TAPE_MAGIC "%d\n", TAPE_VERSION);
    }
    strbuf_clear(&w->payload);
    bytes_put_text(&w->payload, sv(head->creator));
    bytes_put_signed(&w->payload, head->wall_ms);
    bytes_put(&w->payload, head->continues);
    bytes_put(&w->payload, w->names != NULL);
    bytes_put(&w->payload, (uint64_t)head->floor);
    bytes_put(&w->payload, head->spread);
    bytes_put(&w->payload, (uint64_t)head->limits.grace_ms);
    bytes_put(&w->payload, (uint64_t)head->limits.max_moves_per_hour);
    frame_put(out, FRAME_HEAD, sv_of(strbuf_text(&w->payload), w->payload.n));
    w->rounds = 0;
}

// --- packing

// What is in payload goes into the stream, which goes on from full round to full round: what was
// said in rounds before costs little.
static void press(TapeWriter *w, int flush)
{
    enum { STEP = 16384 };
    w->pack.next_in = (Bytef *)w->payload.at;
    w->pack.avail_in = (uInt)w->payload.n;
    do {
        char block[STEP];
        w->pack.next_out = (Bytef *)block;
        w->pack.avail_out = sizeof(block);
        if (deflate(&w->pack, flush) == Z_STREAM_ERROR) {
            abort(); // a broken stream is our own bug
        }
        strbuf_add_sv(&w->packed, sv_of(block, sizeof(block) - w->pack.avail_out));
    } while (w->pack.avail_out == 0);
    strbuf_clear(&w->payload);
}

// --- a round

static const struct {
    void (*keep)(StrView reply, StrBuf *out);
    void (*learn)(Names *names, StrView kept); // NULL: there are no hosts in it
    void (*rename)(const Names *names, StrView kept, StrBuf *out);
} kinds[SAID_KINDS] = {
    [SAID_NODES] = {keep_nodes, names_learn_nodes, names_rename_nodes},
    [SAID_INFO] = {info_keep, names_learn_info, names_rename_info},
    [SAID_CLUSTER] = {cluster_info_keep, NULL, NULL},
    [SAID_SETTINGS] = {settings_keep, NULL, NULL},
};

static StrView reply_of(const Observation *o, SaidKind kind, int64_t *ms)
{
    switch (kind) {
    case SAID_NODES:
        *ms = o->nodes_ms;
        return o->nodes;
    case SAID_INFO:
        *ms = o->info_ms;
        return o->info;
    case SAID_CLUSTER:
        *ms = o->cluster_ms;
        return o->cluster;
    case SAID_SETTINGS:
        *ms = o->settings_ms;
        return o->settings;
    case SAID_KINDS:
        break;
    }
    *ms = 0;
    return (StrView){0};
}

static void learn(TapeWriter *w, const RoundInput *in)
{
    names_learn_address(w->names, sv(in->name));
    for (size_t i = 0; i < in->n; i++) {
        names_learn_address(w->names, sv(in->at[i].dialled));
        for (SaidKind kind = SAID_NODES; kind <= SAID_INFO; kind++) {
            int64_t ms;
            strbuf_clear(&w->kept);
            kinds[kind].keep(reply_of(&in->at[i], kind, &ms), &w->kept);
            kinds[kind].learn(w->names, sv_of(strbuf_text(&w->kept), w->kept.n));
        }
    }
}

static bool is_told_by(const Speaker *s, const Observation *o, StrView dialled)
{
    return node_id_eq(s->id, o->id) && node_id_eq(s->expected, o->expected) &&
           sv_eq(dialled, sv_of(strbuf_text(&s->dialled), s->dialled.n)) && s->dialled.n > 0;
}

// Its place in the round before, or the number of those: it is most often where it was.
static size_t place_of(const TapeWriter *w, const Observation *o, StrView dialled, size_t at)
{
    const Speakers *before = &w->memory.before;
    for (size_t i = 0; i < before->n; i++) {
        size_t place = at + i < before->n ? at + i : at + i - before->n;
        if (is_told_by(&before->at[place], o, dialled)) {
            return place;
        }
    }
    return before->n;
}

static void put_time(StrBuf *out, int64_t now_ms, int64_t ms)
{
    bytes_put(out, ms != 0);
    if (ms != 0) {
        bytes_put_signed(out, now_ms - ms);
    }
}

static void put_reply(TapeWriter *w, Speaker *s, const Observation *o, SaidKind kind)
{
    int64_t ms;
    StrView raw = reply_of(o, kind, &ms);
    Said *said = &s->said[kind];
    if (ms == 0) {
        bytes_put(&w->payload, SAID_NOTHING);
        strbuf_clear(&said->text);
    } else if (ms == said->ms && raw.n == said->raw_n) {
        bytes_put(&w->payload, SAID_SAME);
    } else {
        StrBuf *reference = memory_reference(&w->memory, s, kind);
        bytes_put(&w->payload, SAID_ANEW);
        put_time(&w->payload, w->memory.now_ms, ms);
        strbuf_clear(&w->kept);
        kinds[kind].keep(raw, &w->kept);
        StrView text = sv_of(strbuf_text(&w->kept), w->kept.n);
        if (w->names != NULL && kinds[kind].rename != NULL) {
            strbuf_clear(&w->renamed);
            kinds[kind].rename(w->names, text, &w->renamed);
            text = sv_of(strbuf_text(&w->renamed), w->renamed.n);
        }
        delta_put(&w->payload, sv_of(strbuf_text(reference), reference->n), text);
        memory_keep(reference, text);
    }
    said->ms = ms;
    said->raw_n = raw.n;
}

static void put_observation(TapeWriter *w, const Observation *o, size_t at)
{
    StrView dialled = redacted(w, sv(o->dialled));
    size_t place = place_of(w, o, dialled, at);
    bool is_new = place == w->memory.before.n;
    Speaker *s = memory_take(&w->memory, place);
    bytes_put(&w->payload, is_new ? 0 : place + 1);
    if (is_new) {
        s->id = o->id;
        s->expected = o->expected;
        strbuf_add_sv(&s->dialled, dialled);
        bytes_put_id(&w->payload, o->id);
        bytes_put_id(&w->payload, o->expected);
        bytes_put_text(&w->payload, dialled);
    }
    bytes_put(&w->payload, o->reach);
    bytes_put(&w->payload, (o->loading ? 1U : 0U) | (o->view_spared ? 2U : 0U) |
                               (o->certificate_ms != 0 ? (unsigned)HAS_CERTIFICATE : 0U) |
                               o->forbidden << FORBIDDEN_SHIFT | o->refused << REFUSED_SHIFT);
    if (o->certificate_ms != 0) {
        bytes_put_signed(&w->payload, o->certificate_ms);
    }
    put_words(w, o->why);
    put_time(&w->payload, w->memory.now_ms, o->identity_ms);
    bytes_put_signed(&w->payload, o->rtt_us);
    for (SaidKind kind = SAID_NODES; kind < SAID_KINDS; kind++) {
        put_reply(w, s, o, kind);
    }
}

static void put_round(TapeWriter *w, const TapeRound *round)
{
    const RoundInput *in = &round->in;
    Memory *m = &w->memory;
    bytes_put(&w->payload, in->round);
    bytes_put_signed(&w->payload, in->now_ms - m->now_ms);
    bytes_put_signed(&w->payload, in->wall_ms - m->wall_ms);
    m->now_ms = in->now_ms;
    m->wall_ms = in->wall_ms;
    put_time(&w->payload, in->now_ms, in->started_ms);
    put_words(w, in->name);
    put_words(w, round->notice);
    bytes_put(&w->payload, round->mode);
    bytes_put_id(&w->payload, round->in_flight.replica);
    bytes_put_id(&w->payload, round->in_flight.target);
    bytes_put_id(&w->payload, round->written.replica);
    bytes_put_id(&w->payload, round->written.target);
    bytes_put(&w->payload, in->n);
    for (size_t i = 0; i < in->n; i++) {
        put_observation(w, &in->at[i], i);
        if (w->payload.n > PRESS_BYTES) { // a full round of many nodes has megabytes
            press(w, Z_NO_FLUSH);
        }
    }
    press(w, Z_SYNC_FLUSH);
}

static StrView rename_text(void *ctx, StrView text)
{
    return redacted(ctx, text);
}

// Where they are others than before, and where reading can begin.
static void put_holds(TapeWriter *w, const TapeRound *round, bool is_key, StrBuf *out)
{
    strbuf_clear(&w->payload);
    put_words(w, round->unkept != NULL ? round->unkept : "");
    bytes_put(&w->payload, round->n_holds);
    for (size_t i = 0; i < round->n_holds; i++) {
        hold_put(&w->payload, &round->holds[i], rename_text, w);
    }
    bytes_put(&w->payload, round->n_tries);
    for (size_t i = 0; i < round->n_tries; i++) {
        hold_put_try(&w->payload, &round->tries[i]);
    }
    StrView now = sv_of(strbuf_text(&w->payload), w->payload.n);
    if (is_key || !sv_eq(now, sv_of(strbuf_text(&w->holds), w->holds.n))) {
        frame_put(out, FRAME_HOLDS, now);
        strbuf_clear(&w->holds);
        strbuf_add_sv(&w->holds, now);
    }
}

void tape_write_round(TapeWriter *w, const TapeRound *round, StrBuf *out)
{
    bool is_key = w->rounds == 0;
    w->rounds = is_key ? KEY_ROUNDS - 1 : w->rounds - 1;
    if (is_key) {
        memory_forget(&w->memory);
        deflateReset(&w->pack);
    }
    if (w->names != NULL) {
        learn(w, &round->in);
    }
    put_holds(w, round, is_key, out);
    memory_turn(&w->memory);
    strbuf_clear(&w->payload);
    put_round(w, round);
    frame_put(out, is_key ? FRAME_KEY : FRAME_ROUND, sv_of(w->packed.at, w->packed.n - FLUSH_MARK));
    strbuf_done(&w->packed);
    strbuf_done(&w->payload); // of a large cluster some hundred KB, from now to the next round
    strbuf_done(&w->kept);
}

// --- what we did

void tape_write_event(TapeWriter *w, const Event *event, StrBuf *out)
{
    strbuf_clear(&w->payload);
    put_words(w, event_code_text(event->code));
    put_words(w, event_level_text(event->level));
    put_words(w, event_by_text(event->by));
    bytes_put_signed(&w->payload, event->wall_ms);
    bytes_put_id(&w->payload, event->node);
    put_words(w, event->addr);
    put_words(w, event->text);
    frame_put(out, FRAME_EVENT, sv_of(strbuf_text(&w->payload), w->payload.n));
}

static void rename_in_place(TapeWriter *w, char *text, size_t size)
{
    StrView other = redacted(w, sv(text));
    if (other.at != text) {
        snprintf(text, size, "%.*s", (int)other.n, other.at);
    }
}

void tape_write_move(TapeWriter *w, const Move *m, StrBuf *out)
{
    Move told = *m;
    rename_in_place(w, told.spec.replica_addr, sizeof(told.spec.replica_addr));
    rename_in_place(w, told.spec.donor_addr, sizeof(told.spec.donor_addr));
    rename_in_place(w, told.spec.target_addr, sizeof(told.spec.target_addr));
    rename_in_place(w, told.goal_addr, sizeof(told.goal_addr));
    rename_in_place(w, told.reply, sizeof(told.reply));
    rename_in_place(w, told.why, sizeof(told.why));
    strbuf_clear(&w->payload);
    move_put(&w->payload, &told);
    frame_put(out, FRAME_MOVE, sv_of(strbuf_text(&w->payload), w->payload.n));
}
