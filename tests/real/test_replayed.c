// What was on the screen is on it again: every view, drawn at each round of a real cluster as the
// dashboard draws it, and drawn once more at the same round of the tape.
//
// Different by intention, and left out of the comparison:
// - the line of the tape, and message and keys below it: a tape has keys of its own, and what was
//   said to the operator was an answer to his;
// - the banner " REPLAY day time " of the second line; where it pushes something out of that line,
//   the line;
// - offers of a move ("press m to give it :7004"): nothing on a tape can be changed. The live
//   pictures are those of a dashboard that is read-only, which offers none either;
// - the clock between two rounds: both are drawn at the moment of the round;
// - rounds behind which something was told, or a move ended, before the next one: the tape has it
//   with the round, the screen had it a moment later;
// - how a node was over the last half hour: it is cut into half minutes by a clock that is another
//   one on a tape;
// - what only the process knows: "asking before_move", the lease, how many moves of a plan wait.
#include "stage.h"

#include <stdio.h>
#include <string.h>

#include "../../src/app/dashboard_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// Each picture begins with a dashboard of its own.
static const struct {
    const char *keys;
    int w;
    int h;
} shots[] = {
    {"1", 80, 24}, {"1", 120, 40}, {"1", 200, 60}, {"2", 80, 24},  {"3", 80, 24},   {"3", 120, 40},
    {"4", 80, 24}, {"5", 80, 24},  {"5", 120, 40}, {"\r", 80, 40}, {"j\r", 80, 40}, {"e", 80, 40},
};

// What a round is of.
typedef enum {
    STORY_REST,
    STORY_ORPHAN, // lit, and nobody moves yet
    STORY_MOVING,
    STORY_HEALED,
    STORY_HELD, // a node is in downtime
    STORY_MOMENTS
} Story;

typedef struct {
    Story story;
    bool is_moving;
    size_t n_told; // events so far, when it was drawn
    StrBuf text[ARRAY_LEN(shots)];
} Moment;

typedef struct {
    Dashboard d;
    Moment *at;
    size_t n;
    size_t cap;
    size_t n_told;
    Story story; // what is waited for now
    // in the middle of rounds
    Moment drawn;
    size_t n_between;
    size_t n_compared;
} Screen;

enum { CHARGE = 1, WIDE = 200, MESSAGE_AND_KEYS = 2 };

// Of a dump those rows that are to be the same.
static void add_rows(const StrBuf *dump, int h, StrBuf *out)
{
    StrView rest = sv(strbuf_text(dump));
    StrView row;
    for (int y = 0; y < h - MESSAGE_AND_KEYS && sv_next(&rest, '\n', &row); y++) {
        if (y != CHARGE) {
            strbuf_add_sv(out, row);
            strbuf_add(out, "\n");
        }
    }
}

// Who is in charge, behind the banner; where there is room, the banner takes none from the others.
static void add_charge(const StrBuf *dump, StrBuf *out)
{
    static const char between[] = " · ";
    StrView rest = sv(strbuf_text(dump));
    StrView row = {0};
    for (int y = 0; y <= CHARGE; y++) {
        assert_true(sv_next(&rest, '\n', &row));
    }
    const char *behind = memmem(row.at, row.n, between, strlen(between));
    assert_non_null(behind);
    const char *tabs = memmem(behind, row.n - (size_t)(behind - row.at), "   ", 3);
    assert_non_null(tabs); // at the right end of either line
    strbuf_add_sv(out, sv_of(behind, (size_t)(tabs - behind)));
    strbuf_add(out, "\n");
}

static void draw_shot(const Scene *scene, size_t i, StrBuf *out)
{
    int tape = scene->replay != NULL ? 1 : 0;
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    Canvas *c = canvas_new(shots[i].w, shots[i].h + tape, false);
    ui_draw(ui, scene, c);
    for (const char *key = shots[i].keys; *key != '\0'; key++) {
        ui_key(ui, scene, (uint32_t)*key);
        ui_draw(ui, scene, c);
    }
    StrBuf text = {0};
    StrBuf roles = {0};
    canvas_dump_text(c, &text);
    canvas_dump_roles(c, &roles);
    add_rows(&text, shots[i].h, out);
    add_rows(&roles, shots[i].h, out);
    if (shots[i].w == WIDE) {
        add_charge(&text, out);
    }
    strbuf_done(&text);
    strbuf_done(&roles);
    canvas_free(c);
    ui_free(ui);
}

static void draw_all(Screen *s, Moment *m)
{
    Scene scene = dashboard_scene(&s->d);
    if (scene.health == NULL) {
        return;
    }
    scene.now_ms = scene.health->snapshot->now_ms; // the moment of the round, for both
    scene.wall_ms = scene.health->snapshot->wall_ms;
    scene.message = "";
    scene.history = NULL;
    scene.read_only = true; // then no picture offers a move
    m->n_told = s->n_told;
    m->story = s->story;
    m->is_moving = scene.move_busy;
    for (size_t i = 0; i < ARRAY_LEN(shots); i++) {
        strbuf_clear(&m->text[i]);
        draw_shot(&scene, i, &m->text[i]);
    }
}

static void on_event(void *ctx, const Event *event)
{
    Screen *s = ctx;
    event_log_add(s->d.log, event);
    s->n_told++;
}

static void on_round_live(void *ctx)
{
    Screen *s = ctx;
    s->at = mem_grow(s->at, &s->cap, s->n + 1, sizeof(*s->at));
    s->at[s->n] = (Moment){0};
    history_add(s->d.history, engine_health(s->d.session.engine));
    draw_all(s, &s->at[s->n++]);
}

static void on_round_again(void *ctx)
{
    Screen *s = ctx;
    history_add(s->d.history, engine_health(s->d.session.engine));
}

static Options options_of(const char *const *words, const Lab *lab)
{
    const char *argv[24] = {"rehome"};
    int n = 1;
    Options o;
    StrBuf wrong = {0};
    for (; *words != NULL; words++) {
        argv[n++] = *words;
    }
    for (size_t i = 0; lab != NULL && i < 2; i++) {
        argv[n++] = lab_addr(lab, i);
    }
    char *args[24];
    memcpy(args, argv, sizeof(args));
    if (!options_parse(n, args, &o, &wrong)) {
        fail_msg("%s", strbuf_text(&wrong));
    }
    strbuf_done(&wrong);
    return o;
}

static void screen_begin(Screen *s)
{
    *s = (Screen){0};
    s->d.log = event_log_new();
    s->d.history = history_new();
}

static void moment_done(Moment *m)
{
    for (size_t k = 0; k < ARRAY_LEN(shots); k++) {
        strbuf_done(&m->text[k]);
    }
}

static void screen_done(Screen *s)
{
    playback_done(&s->d.playback);
    session_done(&s->d.session);
    event_log_free(s->d.log);
    history_free(s->d.history);
    for (size_t i = 0; i < s->n; i++) {
        moment_done(&s->at[i]);
    }
    moment_done(&s->drawn);
    mem_free(s->at);
}

// --- the story

static bool is_whole(const Health *h)
{
    return h->orphaned == 0 && h->spares == 1 && h->snapshot->n_replicas == 4;
}

static bool is_orphan_lit(const Health *h)
{
    return h->orphaned == 1;
}

static bool is_healed(const Health *h)
{
    return h->orphaned == 0 && h->at_risk == 0;
}

static bool is_held(const Health *h)
{
    return h->in_downtime > 0;
}

// Some rounds of it; an orphan may be helped right after its first.
static void run_until(Screen *s, bool (*is_so)(const Health *h), Story story)
{
    int64_t end_ms = poller_now_ms() + LIMIT_MS;
    size_t seen = s->n;
    s->story = story;
    for (int rounds = story == STORY_ORPHAN ? 1 : 3; rounds > 0;) {
        ev_run(s->d.session.loop, EVRUN_ONCE);
        if (poller_now_ms() > end_ms) {
            fail_msg("moment %d of the story never came", (int)story);
        }
        const Health *h = engine_health(s->d.session.engine);
        if (s->n > seen) {
            seen = s->n;
            rounds -= h != NULL && is_so(h) ? 1 : 0;
        }
    }
}

// --- comparing

static bool is_same(const Moment *live, const Moment *again, size_t shot)
{
    StrView a = sv(strbuf_text(&live->text[shot]));
    StrView b = sv(strbuf_text(&again->text[shot]));
    bool same = true;
    StrView was;
    StrView is;
    while (sv_next(&a, '\n', &was) && sv_next(&b, '\n', &is)) {
        if (!sv_eq(was, is)) {
            print_message("-%.*s\n+%.*s\n", (int)was.n, was.at, (int)is.n, is.at);
            same = false;
        }
    }
    return same;
}

static void compare_between(void *ctx)
{
    Screen *s = ctx;
    s->n_between++;
    const Moment *before = s->n > 0 ? &s->at[s->n - 1] : NULL;
    draw_all(s, &s->drawn);
    if (before == NULL || s->drawn.n_told != before->n_told ||
        s->drawn.is_moving != before->is_moving) {
        return;
    }
    for (size_t k = 0; k < ARRAY_LEN(shots); k++) {
        if (!is_same(before, &s->drawn, k)) {
            fail_msg(
                "behind round %zu \"%s\" at %dx%d shows another picture than between the pieces "
                "of the next one",
                s->n, shots[k].keys, shots[k].w, shots[k].h);
        }
    }
    s->n_compared++;
}

// How often each moment of the story was compared.
static void compare_all(Screen *live, Screen *again, size_t compared[STORY_MOMENTS])
{
    Moment drawn = {0};
    for (size_t i = 0; i < live->n; i++) {
        const Moment *m = &live->at[i];
        assert_true(player_step(again->d.session.player));
        draw_all(again, &drawn);
        if (drawn.n_told != m->n_told || drawn.is_moving != m->is_moving) {
            continue;
        }
        for (size_t k = 0; k < ARRAY_LEN(shots); k++) {
            if (!is_same(m, &drawn, k)) {
                fail_msg("round %zu of %zu: what \"%s\" shows at %dx%d is another picture", i,
                         live->n, shots[k].keys, shots[k].w, shots[k].h);
            }
        }
        compared[m->is_moving ? STORY_MOVING : m->story]++;
    }
    assert_false(player_step(again->d.session.player));
    moment_done(&drawn);
}

static void play_the_story(Screen *live, Lab *lab)
{
    run_until(live, is_whole, STORY_REST);
    lab_kill(lab, stage_port(lab, 7008));
    run_until(live, is_orphan_lit, STORY_ORPHAN);
    run_until(live, is_healed, STORY_HEALED);
    Run *down = stage_run(lab, (const char *[]){"downtime", ":7004", NULL});
    assert_int_equal(run_end(down, LIMIT_MS), 0);
    run_until(live, is_held, STORY_HELD);
}

static void every_view_shows_on_a_tape_what_it_showed_live(void **state)
{
    (void)state;
    char tape[300];
    snprintf(tape, sizeof(tape), "%s/replayed.tape", stage_folder());
    Lab *lab = stage_still_lab();
    Options of_live = options_of((const char *[]){"watch", "--auto", "act", "--grace", "2",
                                                  "--interval", "0.2", "--tape", tape, NULL},
                                 lab);
    Screen live;
    screen_begin(&live);
    EngineListener listener = {.ctx = &live, .round = on_round_live, .event = on_event};
    assert_true(session_start(&live.d.session, &of_live, false, &listener));
    play_the_story(&live, lab);
    tapes_end(&live.d.session.tapes);
    Options of_tape = options_of((const char *[]){"replay", tape, NULL}, NULL);
    Screen again;
    Survey survey;
    char *files[] = {tape};
    screen_begin(&again);
    listener = (EngineListener){.ctx = &again, .round = on_round_again, .event = on_event};
    assert_true(session_replay(&again.d.session, &of_tape, files, 1, &listener));
    assert_true(survey_take(&survey, files, 1, &of_tape, NULL, NULL, NULL));
    again.d.playback = playback_begin(again.d.session.player, survey, NULL, NULL);
    size_t compared[STORY_MOMENTS] = {0};
    compare_all(&live, &again, compared);
    for (size_t i = 0; i < STORY_MOMENTS; i++) {
        stage_measured("moment %zu of the story: %zu rounds compared", i, compared[i]);
        assert_true(compared[i] > 0);
    }
    screen_done(&again);
    screen_done(&live);
    options_done(&of_tape);
    options_done(&of_live);
}

// Whoever presses a key while a round's answers are worked on is answered from there.
static void in_the_middle_of_a_round_every_view_shows_what_it_showed_before(void **state)
{
    (void)state;
    char tape[300];
    snprintf(tape, sizeof(tape), "%s/between.tape", stage_folder());
    Lab *lab = stage_lab(&lab_scenario);
    Options o = options_of(
        (const char *[]){"watch", "--auto", "act", "--interval", "0.2", "--tape", tape, NULL}, lab);
    Screen live;
    screen_begin(&live);
    EngineListener listener = {
        .ctx = &live, .round = on_round_live, .event = on_event, .between = compare_between};
    assert_true(session_start(&live.d.session, &o, false, &listener));
    run_until(&live, is_whole, STORY_REST);
    lab_kill(lab, stage_port(lab, 7008));
    run_until(&live, is_orphan_lit, STORY_ORPHAN);
    stage_measured("%zu rounds, compared %zu times in their middle", live.n, live.n_compared);
    assert_true(live.n_compared > 0);
    assert_int_equal(live.n_between, 2 * live.n);
    screen_done(&live);
    options_done(&o);
}

TESTS(replayed, STAGED(every_view_shows_on_a_tape_what_it_showed_live),
      STAGED(in_the_middle_of_a_round_every_view_shows_what_it_showed_before))
