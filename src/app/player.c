#include "player.h"

#include <ev.h>
#include <stdio.h>

#include "rehome/base/mem.h"
#include "tape_file.h"

// A folder that is not there: what is kept on this machine about clusters is not about a tape.
#define NO_FOLDER "/nonexistent"

typedef struct {
    const char *path; // borrowed
    StrView bytes;
} Reel;

struct Player {
    const Options *options;
    const Labels *labels;
    EngineListener listener;
    Engine **engine;
    Reel *reels;
    size_t n_reels;
    size_t reel; // being read
    TapeReader *reader;
    TapeItem next;     // not fed yet: a round, or the end
    bool begins;       // it is the first one of a session
    TapeRound present; // the one that was fed last; its texts are gone
    int64_t now_ms;
    uint64_t rounds; // fed so far
    Move move;       // the last one of whoever recorded
    bool has_move;
    char damage[400];
};

// --- the source

static void ignore_round(void *ctx, bool full)
{
    (void)ctx; // it comes when its time has come
    (void)full;
}

static void ignore_hurry(void *ctx, bool on)
{
    (void)ctx;
    (void)on;
}

static void ignore_snapshot(void *ctx, const Snapshot *s)
{
    (void)ctx;
    (void)s;
}

static void ignore_interval(void *ctx, int64_t ms)
{
    (void)ctx;
    (void)ms;
}

static void ignore_login(void *ctx, const char *user, const char *pass)
{
    (void)ctx;
    (void)user;
    (void)pass;
}

static bool refuse(void *ctx, Channel channel, NodeId node, int argc, const char **argv)
{
    (void)ctx;
    (void)channel;
    (void)node;
    (void)argc;
    (void)argv;
    return false;
}

static const char *notice(void *ctx)
{
    const Player *p = ctx;
    return p->next.kind == TAPE_ROUND ? p->next.round->notice : "";
}

static int64_t now_ms(void *ctx)
{
    const Player *p = ctx;
    return p->now_ms;
}

static int64_t wall_ms(void *ctx)
{
    const Player *p = ctx;
    return p->present.in.wall_ms + (p->now_ms - p->present.in.now_ms);
}

static void begin_session(Player *p)
{
    const Options *o = p->options;
    const TapeHead *head = p->next.head;
    bool anew = o->mode != AUTO_OFF;
    Source source = {
        .ctx = p,
        .round = ignore_round,
        .hurry = ignore_hurry,
        .follow = ignore_snapshot,
        .set_interval = ignore_interval,
        .set_login = ignore_login,
        .send = refuse,
        .notice = notice,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
    };
    EngineOptions options = {
        .source = &source,
        .is_quiet = !anew,
        .mode = anew ? AUTO_OBSERVE : AUTO_OFF, // nothing can be done about what was
        .limits = anew ? o->limits : head->limits,
        .floor = o->floor != 0 ? o->floor : head->floor,
        .spread = o->spread || head->spread,
        .labels = p->labels,
        .aliases = &o->aliases,
        .read_only = true,
        .state_dir = NO_FOLDER,
    };
    engine_free(*p->engine);
    *p->engine = engine_new(ev_default_loop(0), &options, &p->listener);
    p->begins = false;
}

// --- reading

static bool next_reel(Player *p)
{
    if (p->reel + 1 >= p->n_reels) {
        return false;
    }
    p->reel++;
    Error err = {0};
    const Reel *reel = &p->reels[p->reel];
    if (!tape_reader_next(p->reader, reel->bytes, &err)) {
        snprintf(p->damage, sizeof(p->damage), "%.120s: %.200s", reel->path, err.text);
    }
    return true;
}

// What was decided when it was recorded is of no interest when it is decided anew; what was moved
// is: it explains the pictures.
static bool is_told(const Player *p, EventCode code)
{
    return p->options->mode == AUTO_OFF || event_kind(code) != EVENT_KIND_AUTOMATIC;
}

// On to the next round, or the end.
static void look_ahead(Player *p)
{
    for (;;) {
        p->next = tape_read(p->reader);
        const char *damage = tape_damage(p->reader);
        if (*damage != '\0') {
            snprintf(p->damage, sizeof(p->damage), "%.120s: %.200s", p->reels[p->reel].path,
                     damage);
        }
        switch (p->next.kind) {
        case TAPE_HEAD:
            p->begins = p->begins || !p->next.head->continues;
            break;
        case TAPE_EVENT:
            if (*p->engine != NULL && is_told(p, p->next.event->code)) {
                engine_feed_event(*p->engine, p->next.event);
            }
            break;
        case TAPE_MOVE:
            p->move = *p->next.move;
            p->has_move = true;
            if (*p->engine != NULL && !player_is_anew(p)) {
                engine_feed_move(*p->engine, &p->move);
            }
            break;
        case TAPE_ROUND:
            return;
        case TAPE_END:
            if (!next_reel(p)) {
                return;
            }
            break;
        }
    }
}

// What was decided is thought once more, as it was then, for whoever asks why; nobody is told of
// it, as the tape has what was told.
static void follow_mode(Player *p)
{
    AutoMode mode = p->next.round->mode;
    if (!player_is_anew(p) && pilot_automatic(engine_pilot(*p->engine))->mode != mode) {
        engine_set_mode(*p->engine, mode);
    }
}

bool player_step(Player *p)
{
    if (p->next.kind != TAPE_ROUND) {
        return false;
    }
    if (p->begins) {
        begin_session(p);
    }
    p->present = *p->next.round;
    p->now_ms = p->present.in.now_ms;
    p->rounds++;
    follow_mode(p);
    if (player_is_anew(p)) {
        p->present.n_tries = 0;
        p->present.n_holds = 0; // what would it have done, had nobody held it back?
        p->present.unkept = "";
    }
    engine_feed(*p->engine, &p->present);
    look_ahead(p);
    return true;
}

int64_t player_next_ms(const Player *p)
{
    return p->next.kind == TAPE_ROUND ? p->next.round->in.now_ms : 0;
}

void player_set_now(Player *p, int64_t at_ms)
{
    p->now_ms = at_ms;
}

uint64_t player_rounds(const Player *p)
{
    return p->rounds;
}

AutoMode player_mode(const Player *p)
{
    return p->present.mode;
}

const Move *player_move(const Player *p)
{
    return p->has_move ? &p->move : NULL;
}

bool player_is_anew(const Player *p)
{
    return p->options->mode != AUTO_OFF;
}

const char *player_damage(const Player *p)
{
    return p->damage;
}

// --- beginning and end

static bool open_reels(Player *p, char *const *files, Error *err)
{
    for (size_t i = 0; i < p->n_reels; i++) {
        p->reels[i].path = files[i];
        if (!tape_file_map(files[i], &p->reels[i].bytes, err)) {
            return false;
        }
    }
    return true;
}

// To before the first round.
static bool begin(Player *p, Error *err)
{
    Error why = {0};
    tape_reader_free(p->reader);
    p->reader = tape_reader_new(p->reels[0].bytes, &why);
    if (p->reader == NULL) {
        return fail(err, why.code, "%.100s: %.200s", p->reels[0].path, why.text);
    }
    p->reel = 0;
    p->rounds = 0;
    p->has_move = false;
    p->begins = true;
    look_ahead(p);
    if (p->next.kind != TAPE_ROUND) {
        return fail(err, ERR_PARSE, "%.200s: there is no whole round on it", p->reels[0].path);
    }
    begin_session(p);
    return true;
}

void player_rewind(Player *p)
{
    begin(p, NULL); // it was begun before
}

Player *player_new(char *const *files, size_t n, const Options *o, const Labels *labels,
                   const EngineListener *listener, Engine **engine, Error *err)
{
    Player *p = mem_alloc(sizeof(*p));
    p->options = o;
    p->labels = labels;
    p->listener = *listener;
    p->engine = engine;
    p->reels = mem_array(n, sizeof(*p->reels));
    p->n_reels = n;
    if (!open_reels(p, files, err) || !begin(p, err)) {
        player_free(p);
        return NULL;
    }
    return p;
}

void player_free(Player *p)
{
    if (p == NULL) {
        return;
    }
    engine_free(*p->engine);
    *p->engine = NULL;
    tape_reader_free(p->reader);
    for (size_t i = 0; i < p->n_reels; i++) {
        tape_file_unmap(p->reels[i].bytes);
    }
    mem_free(p->reels);
    mem_free(p);
}
