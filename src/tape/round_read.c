#include <string.h>

#include "delta.h"
#include "frame.h"
#include "reader_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// No round has more bytes: what claims to is damaged, or meant to hurt.
enum { ROUND_MAX = 256 << 20, WORDS_MAX = 1024, ROOM_FOR_ONE = 8 };

static int64_t get_time(Bytes *in, int64_t now_ms)
{
    return bytes_get_below(in, 2) == 1 ? now_ms - bytes_get_ms(in) : 0;
}

static void get_words(Bytes *in, StrBuf *out)
{
    char text[WORDS_MAX];
    bytes_get_clean(in, text, sizeof(text));
    strbuf_clear(out);
    strbuf_add(out, text);
}

// left: how many bytes of replies the round may still have.
static void get_reply(TapeReader *r, Bytes *in, Speaker *s, SaidKind kind, size_t *left)
{
    Said *said = &s->said[kind];
    switch ((SaidWay)bytes_get_below(in, SAID_WAYS)) {
    case SAID_NOTHING:
        said->ms = 0;
        strbuf_clear(&said->text);
        break;
    case SAID_SAME:
        break;
    case SAID_ANEW: {
        StrBuf text = {0};
        StrBuf *reference = memory_reference(&r->memory, s, kind);
        said->ms = get_time(in, r->memory.now_ms);
        if (!delta_get(in, sv_of(strbuf_text(reference), reference->n), *left, &text)) {
            in->is_bad = true;
        }
        if (kind == SAID_NODES) {
            strbuf_clear(reference);
            strbuf_add_sv(reference, sv_of(strbuf_text(&text), text.n));
        }
        strbuf_done(&said->text);
        said->text = text;
        break;
    }
    case SAID_WAYS:
        break;
    }
    size_t n = said->text.n;
    in->is_bad = in->is_bad || n > *left;
    *left -= in->is_bad ? 0 : n;
}

static int64_t shifted(const TapeReader *r, int64_t ms)
{
    return ms != 0 ? ms + r->shift_ms : 0;
}

static Observation observe(const TapeReader *r, const Speaker *s)
{
    const Said *said = s->said;
    return (Observation){
        .id = s->id,
        .expected = s->expected,
        .dialled = strbuf_text(&s->dialled),
        .why = strbuf_text(&s->why),
        .info = said_text(&said[SAID_INFO]),
        .info_ms = shifted(r, said[SAID_INFO].ms),
        .nodes = said_text(&said[SAID_NODES]),
        .nodes_ms = shifted(r, said[SAID_NODES].ms),
        .cluster = said_text(&said[SAID_CLUSTER]),
        .cluster_ms = shifted(r, said[SAID_CLUSTER].ms),
        .settings = said_text(&said[SAID_SETTINGS]),
        .settings_ms = shifted(r, said[SAID_SETTINGS].ms),
    };
}

static void get_observation(TapeReader *r, Bytes *in, size_t *left)
{
    Memory *m = &r->memory;
    uint64_t place = bytes_get_below(in, m->before.n + 1);
    bool is_new = place == 0;
    Speaker *s = memory_take(m, is_new ? m->before.n : (size_t)place - 1);
    if (is_new) {
        s->id = bytes_get_id(in);
        s->expected = bytes_get_id(in);
        get_words(in, &s->dialled);
    }
    Reach reach = (Reach)bytes_get_below(in, REACH_NO_CLUSTER + 1);
    uint64_t traits = bytes_get(in);
    int64_t certificate_ms = (traits & HAS_CERTIFICATE) != 0 ? bytes_get_signed(in) : 0;
    get_words(in, &s->why);
    int64_t identity_ms = get_time(in, m->now_ms);
    int64_t rtt_us = bytes_get_signed(in);
    for (SaidKind kind = SAID_NODES; kind < SAID_KINDS && !in->is_bad; kind++) {
        get_reply(r, in, s, kind, left);
    }
    Observation *o = &r->observations[m->now.n - 1];
    *o = observe(r, s);
    o->reach = reach;
    o->loading = (traits & 1) != 0;
    o->view_spared = (traits & 2) != 0;
    o->forbidden = (unsigned)(traits >> FORBIDDEN_SHIFT) & ASK_ALL;
    o->refused = (unsigned)(traits >> REFUSED_SHIFT) & ASK_ALL;
    if ((traits & 4) != 0) { // older tapes: CONFIG GET, for whatever reason
        o->forbidden |= ASK_SETTINGS;
    }
    o->identity_ms = shifted(r, identity_ms);
    o->rtt_us = rtt_us;
    o->certificate_ms = certificate_ms;
}

static OwnMove get_own(Bytes *in)
{
    OwnMove own = {.replica = bytes_get_id(in)};
    own.target = bytes_get_id(in);
    return own;
}

// A session may begin a moment before the one that it follows has ended, by the wall's clock.
static void set_clock(TapeReader *r, int64_t now_ms, int64_t wall_ms)
{
    if (!r->shift_is_known) {
        r->shift_is_known = true;
        r->shift_ms = wall_ms - now_ms;
        if (now_ms + r->shift_ms <= r->last_ms) {
            r->shift_ms = r->last_ms + 1 - now_ms;
        }
    }
    r->last_ms = now_ms + r->shift_ms;
}

static bool is_sane(int64_t ms)
{
    return ms > -(INT64_MAX >> 8) && ms < INT64_MAX >> 8;
}

bool round_read(TapeReader *r)
{
    Bytes in = {.rest = sv_of(strbuf_text(&r->unpacked), r->unpacked.n)};
    Memory *m = &r->memory;
    TapeRound round = {.in = {.round = bytes_get(&in)}};
    int64_t now_ms = m->now_ms + bytes_get_ms(&in);
    int64_t wall_ms = m->wall_ms + bytes_get_ms(&in);
    if (in.is_bad || !is_sane(now_ms) || !is_sane(wall_ms)) {
        return false;
    }
    memory_turn(m);
    m->now_ms = now_ms;
    m->wall_ms = wall_ms;
    set_clock(r, m->now_ms, m->wall_ms);
    round.in.now_ms = shifted(r, m->now_ms);
    round.in.wall_ms = m->wall_ms;
    round.in.started_ms = shifted(r, get_time(&in, m->now_ms));
    get_words(&in, &r->name);
    get_words(&in, &r->notice);
    round.mode = (AutoMode)bytes_get_below(&in, AUTO_ACT + 1);
    round.in_flight = get_own(&in);
    round.written = get_own(&in);
    // Each takes some bytes, so their number is bounded by what is there.
    uint64_t most = in.rest.n / ROOM_FOR_ONE + 1;
    round.in.n =
        (size_t)bytes_get_below(&in, (most < CLUSTER_NODES_MAX ? most : CLUSTER_NODES_MAX) + 1);
    r->observations = mem_grow(r->observations, &r->cap, round.in.n, sizeof(*r->observations));
    size_t left = ROUND_MAX;
    for (size_t i = 0; i < round.in.n && !in.is_bad; i++) {
        get_observation(r, &in, &left);
    }
    round.in.at = r->observations;
    round.in.name = strbuf_text(&r->name);
    round.notice = strbuf_text(&r->notice);
    round.holds = r->holds;
    round.n_holds = r->n_holds;
    round.tries = r->tries;
    round.n_tries = r->n_tries;
    round.unkept = r->unkept;
    r->round = round;
    return !in.is_bad;
}
