// A tape: damaged, made up, and, whatever could be read of it, written once more.
#include "fuzz.h"

#include <string.h>
#include <zlib.h>

#include "../../src/tape/frame.h"
#include "claims.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/tape/tape.h"

// --- reading and writing

static void claim_observation(const Observation *o)
{
    NodeId same;
    CLAIM(node_id_is_none(o->id) || node_id_parse(sv(o->id.hex), &same));
    CLAIM(o->reach <= REACH_NO_CLUSTER);
    claim_clean(o->dialled);
    claim_clean(o->why);
}

static void claim_item(const TapeItem *item)
{
    claim_clean(item->head->creator);
    if (item->kind == TAPE_EVENT) {
        CLAIM(item->event->code < EVENT_CODE_COUNT);
        claim_clean(item->event->addr);
        claim_clean(item->event->text);
    } else if (item->kind == TAPE_MOVE) {
        CLAIM(item->move->state < MOVE_STATE_COUNT);
        claim_clean(item->move->why);
        claim_clean(item->move->reply);
        claim_clean(item->move->spec.replica_addr);
    } else if (item->kind == TAPE_ROUND) {
        const RoundInput *in = &item->round->in;
        claim_clean(in->name);
        claim_clean(item->round->notice);
        for (size_t i = 0; i < in->n; i++) {
            claim_observation(&in->at[i]);
        }
    }
}

static void add_text(StrBuf *out, StrView text)
{
    strbuf_addf(out, "%zu:", text.n);
    strbuf_add_sv(out, text);
}

// What a replay would see of it.
static void describe(const TapeItem *item, StrBuf *out)
{
    strbuf_addf(out, "%d\n", (int)item->kind);
    if (item->kind == TAPE_EVENT) {
        strbuf_addf(out, "%d %s %s\n", (int)item->event->code, item->event->addr,
                    item->event->text);
    }
    for (size_t i = 0; item->kind == TAPE_ROUND && i < item->round->in.n; i++) {
        const Observation *o = &item->round->in.at[i];
        strbuf_addf(out, "%s %s %s %d%d%d %s ", o->id.hex, o->expected.hex, o->dialled,
                    (int)o->reach, o->loading, (int)(o->forbidden | o->refused << QUERY_KINDS),
                    o->why);
        add_text(out, o->nodes);
        add_text(out, o->info);
        add_text(out, o->cluster);
        add_text(out, o->settings);
    }
}

// Everything that can be read, written to `again`; `told` is what was read.
static void copy(StrView bytes, bool redact, StrBuf *again, StrBuf *told)
{
    TapeReader *r = tape_reader_new(bytes, NULL);
    if (r == NULL) {
        return;
    }
    TapeWriter *w = tape_writer_new(redact);
    for (TapeItem item = tape_read(r); item.kind != TAPE_END; item = tape_read(r)) {
        claim_item(&item);
        describe(&item, told);
        if (item.kind == TAPE_HEAD || again->n == 0) {
            tape_write_head(w, item.head, again->n == 0, again);
        }
        if (item.kind == TAPE_ROUND) {
            tape_write_round(w, item.round, again);
        } else if (item.kind == TAPE_EVENT) {
            tape_write_event(w, item.event, again);
        } else if (item.kind == TAPE_MOVE) {
            tape_write_move(w, item.move, again);
        }
    }
    claim_clean(tape_damage(r));
    tape_writer_free(w);
    tape_reader_free(r);
}

// What we wrote is whole, and is read as it was written: nothing of a copy is lost in the next one.
static void claim_copied(const StrBuf *first)
{
    StrBuf told[2] = {{0}};
    StrBuf second = {0};
    StrBuf third = {0};
    StrView bytes = sv_of(strbuf_text(first), first->n);
    CLAIM(first->n == 0 || tape_whole(bytes) == first->n);
    copy(bytes, false, &second, &told[0]);
    copy(sv_of(strbuf_text(&second), second.n), false, &third, &told[1]);
    CLAIM(sv_eq(sv_of(strbuf_text(&told[0]), told[0].n), sv_of(strbuf_text(&told[1]), told[1].n)));
    strbuf_done(&told[0]);
    strbuf_done(&told[1]);
    strbuf_done(&second);
    strbuf_done(&third);
}

// --- making one up

static void press(z_stream *pack, StrView text, StrBuf *out)
{
    char block[1 << 17]; // of at most 64 KB
    memcpy(&pack->next_in, &text.at, sizeof(pack->next_in));
    pack->avail_in = (uInt)text.n;
    pack->next_out = (Bytef *)block;
    pack->avail_out = sizeof(block);
    int result = deflate(pack, Z_SYNC_FLUSH);
    CLAIM(result == Z_OK || (result == Z_BUF_ERROR && text.n == 0)); // right behind another flush
    CLAIM(pack->avail_out > 0);
    size_t n = sizeof(block) - pack->avail_out;
    strbuf_add_sv(out, sv_of(block, n > 4 ? n - 4 : 0)); // the reader adds the flush
}

// Frames with checksums and packing that are right, which a fuzzer does not find: kind, two bytes
// of length, and what is in it.
static void make_up(StrView recipe, StrBuf *out)
{
    enum { NO_HEADER = -15, MEMORY_LEVEL = 8 };
    z_stream pack = {0};
    CLAIM(deflateInit2(&pack, 1, Z_DEFLATED, NO_HEADER, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK);
    strbuf_addf(out, TAPE_MAGIC "%d\n", TAPE_VERSION);
    while (recipe.n > 0) {
        FrameKind kind = (FrameKind)fuzz_byte(&recipe);
        size_t n = fuzz_byte(&recipe);
        n = n << 8 | fuzz_byte(&recipe);
        n = n < recipe.n ? n : recipe.n;
        StrView payload = sv_of(recipe.at, n);
        StrBuf packed = {0};
        if (kind == FRAME_KEY) {
            deflateReset(&pack);
        }
        if (kind == FRAME_KEY || kind == FRAME_ROUND) {
            press(&pack, n > 0 ? payload : sv(""), &packed);
            payload = sv_of(strbuf_text(&packed), packed.n);
        }
        frame_put(out, kind, payload);
        strbuf_done(&packed);
        recipe = sv_of(recipe.at + n, recipe.n - n);
    }
    deflateEnd(&pack);
}

void fuzz_tape(StrView input)
{
    unsigned how = fuzz_byte(&input);
    StrBuf made = {0};
    StrBuf again = {0};
    StrBuf told = {0};
    if (how % 2 != 0) {
        make_up(input, &made);
        input = sv_of(strbuf_text(&made), made.n);
    }
    if (input.n > 0) {
        CLAIM(tape_whole(input) <= input.n);
        copy(input, how % 4 > 1, &again, &told);
    }
    claim_copied(&again);
    strbuf_done(&made);
    strbuf_done(&again);
    strbuf_done(&told);
}
