#include "key_cases.h"

#include <stdio.h>

#include "rehome/base/mem.h"

#define VIEWS      (IN_TREE | IN_HOSTS | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS)
#define PAGES      (IN_WHY | IN_HELP)
#define LISTS      (VIEWS | PAGES | IN_PICK)
#define ROWS       (IN_TREE | IN_PROBLEMS | IN_EVENTS)
#define EVERYWHERE (LISTS | IN_CONFIRM | IN_FORM | IN_FILTER | IN_COMMAND)
#define PREVIEW    "redis-cli -h"

// --- what there is to see ------------------------------------------------------------------------

// Thirty masters on as many hosts, of which half have lost their replica; one has a spare. Few are
// asked for their view, as each is long.
static Stage *crowd(void)
{
    enum { MASTERS = 30, EACH = 546, ASKED = 18 };
    Fixture *f = fixture_new();
    int replica[MASTERS];
    for (int i = 0; i < MASTERS; i++) {
        char addr[40];
        char slots[32];
        snprintf(addr, sizeof(addr), "127.0.%d.1:%d", i, 7001 + i);
        snprintf(slots, sizeof(slots), "%d-%d", i * EACH,
                 i + 1 == MASTERS ? 16383 : i * EACH + EACH - 1);
        int master = fixture_master(f, addr, slots);
        fixture_node(f, master)->silent = i >= ASKED;
        snprintf(addr, sizeof(addr), "127.0.%d.1:%d", (i + 1) % MASTERS, 7101 + i);
        replica[i] = fixture_replica(f, addr, master);
        fixture_node(f, replica[i])->silent = true;
    }
    fixture_node(f, fixture_replica(f, "127.0.9.1:7201", fixture_port(f, 7002)))->silent = true;
    Stage *st = stage_new(f);
    st->automatic.mode = AUTO_OBSERVE;
    stage_rounds(st, 1000, 2000);
    for (int i = 0; i < MASTERS; i += 2) {
        fixture_fail(f, replica[i]);
    }
    stage_rounds(st, 3000, 5000);
    return st;
}

static void can_undo(Desk *d)
{
    const Fixture *f = d->st->f;
    MoveSpec spec = {
        .replica = fixture_id(f, fixture_port(f, 7004)),
        .donor = fixture_id(f, fixture_port(f, 7003)),
        .target = fixture_id(f, fixture_port(f, 7001)),
        .origin = ORIGIN_UNDO,
        .replica_addr = "127.0.99.171:7004",
        .donor_addr = "127.0.99.171:7003",
        .target_addr = "127.0.99.170:7001",
    };
    ui_set_undo(d->ui, &spec);
    d->st->scene.can_undo = true;
}

static void is_moving(Desk *d)
{
    Fixture *f = d->st->f;
    stage_move(d->st, fixture_port(f, 7004), fixture_port(f, 7003), fixture_port(f, 7001),
               MOVE_SYNC);
}

static void is_braked(Desk *d)
{
    d->st->automatic.brake = true;
}

static void is_demo(Desk *d)
{
    d->st->scene.demo = true;
}

static void is_tape(Desk *d)
{
    static const SceneReplay replay = {.speed = "1x", .end_ms = 60000, .rounds = 60};
    d->st->scene.replay = &replay;
}

static void has_columns(Desk *d)
{
    static ColumnSets sets;
    sets = column_sets_default();
    ui_set_columns(d->ui, &sets, sets.at);
}

// Down one row is not nowhere and not a page; up again is where it began.
#define MOVES_IN(place, to)                                                                        \
    {ACT_ROW_DOWN, place, .stage = crowd, .way = to, .path = "g", .unlike = to " g"},              \
        {ACT_ROW_DOWN, place, .stage = crowd, .way = to, .path = "g", .unlike = to " g PgDn"},     \
        {ACT_ROW_UP, place, .stage = crowd, .way = to, .path = "g j", .like = to " g"},            \
        {ACT_PAGE_DOWN, place, .stage = crowd, .way = to, .path = "g", .unlike = to " g"},         \
        {ACT_PAGE_DOWN, place, .stage = crowd, .way = to, .path = "g", .unlike = to " g j"},       \
        {ACT_PAGE_UP, place, .stage = crowd, .way = to, .path = "g PgDn", .like = to " g"},        \
        {ACT_FIRST, place, .stage = crowd, .way = to, .path = "j j PgDn", .like = to " g"},        \
    {                                                                                              \
        ACT_LAST, place,                                                                           \
            .stage = crowd, .way = to, .path = "g",                                                \
            .like = to " g PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn"  \
    }

// --- the cases -----------------------------------------------------------------------------------

// clang-format off
const KeyCase key_cases[] = {
    // moving
    {ACT_MOVE, IN_TREE | IN_PROBLEMS | IN_DETAILS, .path = "", .then = IN_CONFIRM, .shows = PREVIEW},
    {ACT_MOVE, IN_TREE, .path = "/ 7 0 0 4 Enter", .then = IN_PICK, .shows = "picked up"},
    {ACT_MOVE_URGENT, VIEWS, .path = "", .then = IN_CONFIRM, .shows = PREVIEW},
    {ACT_HEAL, VIEWS, .path = "", .then = IN_CONFIRM, .shows = "1. "},
    {ACT_UNDO, VIEWS, .prepare = can_undo, .path = "", .then = IN_CONFIRM, .shows = PREVIEW},
    {ACT_STOP_MOVE, VIEWS, .prepare = is_moving, .path = "", .request = REQUEST_STOP_MOVE},
    {ACT_RELEASE_BRAKE, VIEWS, .prepare = is_braked, .path = "", .request = REQUEST_END_HOLD},
    {ACT_DEMO_KILL, IN_TREE, .prepare = is_demo, .path = "", .request = REQUEST_DEMO_KILL},
    {ACT_DEMO_RESTART, IN_TREE, .prepare = is_demo, .path = "", .request = REQUEST_DEMO_RESTART},
    {ACT_CHOOSE, IN_PICK, .path = "", .then = IN_CONFIRM, .shows = PREVIEW},
    {ACT_ONE_EACH, IN_PICK, .way = "/ 7 0 0 4 Enter Space m", .path = "", .then = IN_CONFIRM, .shows = "1 move"},
    {ACT_CONFIRM, IN_CONFIRM, .path = "", .request = REQUEST_MOVE, .then = IN_TREE, .hides = PREVIEW},
    {ACT_CANCEL, IN_CONFIRM, .path = "", .then = IN_TREE, .shows = "nothing was sent", .hides = PREVIEW},
    {ACT_DECLINE, IN_CONFIRM, .path = "", .then = IN_TREE, .shows = "nothing was sent", .hides = PREVIEW},
    {ACT_GO_ON, IN_CONFIRM, .way = "/ 7 0 0 4 Enter Space m o", .path = "", .then = IN_CONFIRM, .shows = "passed over"},
    {ACT_COPY_COMMAND, IN_PROBLEMS | IN_CONFIRM, .path = "", .request = REQUEST_COPY},
    // leaving
    {ACT_CANCEL, IN_HOSTS | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS | PAGES, .path = "", .then = IN_TREE, .like = ""},
    {ACT_CANCEL, IN_PICK, .path = "", .then = IN_TREE, .hides = "picked up"},
    {ACT_CANCEL, IN_TREE, .path = "f o r p h a n Enter", .then = IN_TREE, .hides = "FILTER orphan"},
    {ACT_CANCEL, IN_TREE, .path = "!", .then = IN_TREE, .like = ""},
    {ACT_CANCEL, IN_FORM | IN_COMMAND, .path = "", .then = IN_TREE, .like = ""},
    {ACT_CANCEL, IN_FILTER, .path = "o r p h a n", .then = IN_TREE, .like = ""},
    {ACT_QUIT, LISTS, .path = "", .request = REQUEST_QUIT},
    {ACT_SUSPEND, EVERYWHERE, .path = "", .request = REQUEST_SUSPEND},
    // views and pages
    {ACT_VIEW_TREE, VIEWS | PAGES, .path = "", .then = IN_TREE, .like = ""},
    {ACT_VIEW_HOSTS, VIEWS | PAGES, .path = "", .then = IN_HOSTS, .like = "2"},
    {ACT_VIEW_PROBLEMS, VIEWS | PAGES, .path = "", .then = IN_PROBLEMS, .like = "3"},
    {ACT_VIEW_EVENTS, VIEWS | PAGES, .path = "", .then = IN_EVENTS, .like = "4"},
    {ACT_VIEW_AUTO, VIEWS | PAGES, .path = "", .then = IN_AUTO, .like = "5"},
    {ACT_VIEW_HOSTS, IN_TREE, .path = "", .shows = "not host-safe"},
    {ACT_VIEW_PROBLEMS, IN_TREE, .path = "", .shows = "why it matters"},
    {ACT_VIEW_EVENTS, IN_TREE, .path = "", .then = IN_EVENTS, .hides = "protected"},
    {ACT_VIEW_AUTO, IN_TREE, .path = "", .shows = "grace"},
    {ACT_HELP, LISTS & ~(unsigned)IN_HELP, .path = "", .then = IN_HELP},
    {ACT_HELP, IN_HELP, .path = "", .then = IN_TREE, .like = ""},
    {ACT_DETAILS, IN_TREE, .path = "", .then = IN_DETAILS, .shows = "Who could come"},
    {ACT_DETAILS, IN_DETAILS, .path = "", .then = IN_TREE, .like = ""},
    {ACT_EXPLAIN, IN_TREE | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS, .path = "", .then = IN_WHY},
    {ACT_EXPLAIN, IN_WHY, .path = "", .then = IN_TREE, .like = ""},
    {ACT_OPINION, VIEWS | IN_WHY, .path = "", .then = IN_WHY, .shows = "Second opinion"},
    {ACT_OPINION, IN_WHY, .way = "V", .path = "", .then = IN_TREE, .like = ""},
    {ACT_WHATIF, IN_HOSTS, .path = "", .then = IN_WHY, .shows = "If host 127.0.99.170 died"},
    {ACT_WHATIF, IN_TREE | IN_PROBLEMS | IN_DETAILS, .path = "", .then = IN_WHY, .shows = "died"},
    {ACT_WHATIF, IN_WHY, .path = "", .then = IN_TREE, .like = ""},
    {ACT_CHOOSE, IN_HOSTS, .path = "j", .then = IN_WHY, .shows = "If host 127.0.99.172 died"},
    {ACT_CHOOSE, IN_PROBLEMS | IN_EVENTS, .path = "", .then = IN_TREE},
    {ACT_CHOOSE, IN_AUTO, .stage = crowd, .path = "j j j", .then = IN_TREE},
    {ACT_EVENT_KIND, IN_EVENTS, .path = "", .then = IN_EVENTS, .shows = "failures"},
    {ACT_EVENT_NODE, IN_EVENTS, .path = "", .then = IN_EVENTS, .shows = ":7001 · 1 of 2"},
    {ACT_FOLD_ALL, IN_PROBLEMS, .stage = crowd, .path = "", .unlike = "3"},
    // automatic mode
    {ACT_AUTO, VIEWS, .path = "", .request = REQUEST_AUTO},
    {ACT_PAUSE, VIEWS, .path = "", .then = IN_FORM, .shows = "minutes"},
    {ACT_DOWNTIME, IN_TREE | IN_PROBLEMS | IN_DETAILS, .path = "", .then = IN_FORM, .shows = "[127.0.99."},
    {ACT_CHOOSE, IN_FORM, .path = "", .request = REQUEST_HOLD, .then = IN_TREE},
    {ACT_NEXT_FIELD, IN_FORM, .path = "", .after = "z z", .then = IN_FORM, .shows = "zz"},
    {ACT_PREVIOUS_FIELD, IN_FORM, .path = "Tab", .after = "9", .then = IN_FORM, .shows = "609"},
    {ACT_ERASE, IN_FORM, .path = "7 7 7", .then = IN_FORM, .hides = "60777"},
    {ACT_ERASE, IN_FILTER, .path = "o r p h a n", .then = IN_FILTER, .hides = "filter orphan"},
    // many nodes
    {ACT_SEARCH, IN_TREE, .path = "", .then = IN_FILTER, .shows = "search"},
    {ACT_SEARCH_NEXT, IN_TREE, .path = "/ 9 9 . 1 7 0 Enter", .shows = "hit 2 of 2"},
    {ACT_SEARCH_PREVIOUS, IN_TREE, .path = "/ 9 9 . 1 7 0 Enter n", .shows = "hit 1 of 2"},
    {ACT_NEXT_FIELD, IN_FILTER, .way = "/", .path = "9 9 . 1 7 0", .then = IN_FILTER, .shows = "hit 2 of 2"},
    {ACT_FILTER, IN_TREE, .path = "", .then = IN_FILTER, .shows = "filter"},
    {ACT_CHOOSE, IN_FILTER, .path = "o r p h a n e d", .then = IN_TREE},
    {ACT_ONLY_PROBLEMS, IN_TREE, .path = "", .hides = ":7005"},
    {ACT_MARK, IN_TREE, .path = "/ 7 0 0 4 Enter", .shows = "1 marked"},
    {ACT_MARK, IN_TREE, .path = "/ 7 0 0 4 Enter Space Up", .hides = "1 marked"},
    {ACT_UNMARK, IN_TREE, .path = "/ 7 0 0 4 Enter Space", .hides = "1 marked"},
    {ACT_SORT, IN_TREE, .path = "", .shows = "slot order"},
    {ACT_REVERSE, IN_TREE, .path = "", .shows = "reversed"},
    {ACT_FOLD, IN_TREE, .stage = healthy, .path = "", .hides = ":7008"},
    {ACT_UNFOLD, IN_TREE, .stage = healthy, .path = "-", .shows = ":7008", .like = ""},
    {ACT_FOLD_ALL, IN_TREE, .stage = healthy, .path = "", .hides = ":7004"},
    {ACT_FOLD_ALL, IN_TREE, .stage = healthy, .path = "z", .shows = ":7004"},
    {ACT_FOLLOW, IN_TREE, .path = "G", .shows = "follows the most urgent"},
    {ACT_FREEZE, VIEWS, .path = "", .shows = "FROZEN"},
    {ACT_COLUMNS, IN_TREE, .prepare = has_columns, .path = "", .shows = "columns: "},
    // the command line
    {ACT_COMMAND, VIEWS | PAGES, .path = "", .then = IN_COMMAND},
    {ACT_CHOOSE, IN_COMMAND, .path = "v i e w Space h o s t s", .then = IN_HOSTS, .like = "2"},
    {ACT_COMPLETE, IN_COMMAND, .path = "v i", .then = IN_COMMAND, .shows = ":view"},
    {ACT_OLDER, IN_COMMAND, .path = "s o r t Space n a m e Enter :", .then = IN_COMMAND, .shows = ":sort name"},
    {ACT_NEWER, IN_COMMAND, .path = "s o r t Space n a m e Enter : Up", .then = IN_COMMAND, .hides = ":sort name"},
    // lists
    MOVES_IN(IN_TREE, ""), MOVES_IN(IN_PROBLEMS, "3"), MOVES_IN(IN_EVENTS, "4"), MOVES_IN(IN_AUTO, "5"),
    MOVES_IN(IN_DETAILS, "Enter"), MOVES_IN(IN_WHY, "e"), MOVES_IN(IN_HELP, "?"),
    MOVES_IN(IN_PICK, "/ 7 2 0 1 Enter m"),
    {ACT_ROW_DOWN, IN_HOSTS, .stage = crowd, .path = "", .unlike = "2"},
    {ACT_ROW_UP, IN_HOSTS, .stage = crowd, .path = "j", .like = "2"},
    {ACT_FIRST, IN_HOSTS, .stage = crowd, .path = "j j j", .like = "2"},
    {ACT_LAST, IN_HOSTS, .stage = crowd, .path = "", .unlike = "2"},
    {ACT_LAST, IN_HOSTS, .stage = crowd, .path = "", .unlike = "2 j"},
    {ACT_PAGE_DOWN, IN_HOSTS, .stage = crowd, .path = "", .unlike = "2"},
    {ACT_PAGE_UP, IN_HOSTS, .stage = crowd, .path = "PgDn", .like = "2"},
    {ACT_LEFT, IN_HOSTS, .path = "Right", .like = "2"},
    {ACT_RIGHT, IN_HOSTS, .path = "", .unlike = "2"},
    // the program
    {ACT_REFRESH, LISTS, .path = "", .request = REQUEST_REFRESH},
    {ACT_THEME, VIEWS | PAGES, .path = "", .request = REQUEST_THEME},
    {ACT_COPY_ADDRESS, IN_TREE | IN_PROBLEMS | IN_DETAILS, .path = "", .request = REQUEST_COPY},
    {ACT_COPY_ID, IN_TREE | IN_PROBLEMS | IN_DETAILS, .path = "", .request = REQUEST_COPY},
    {ACT_MOUSE, VIEWS | PAGES, .path = "", .request = REQUEST_MOUSE},
    {ACT_REDRAW, EVERYWHERE, .path = "", .request = REQUEST_REDRAW},
    // a tape: which of them is asked for, test_ui_replay.c looks at
    {ACT_PLAY, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_STEP, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_STEP_BACK, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_FASTER, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_SLOWER, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_NEXT_EVENT, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_PREVIOUS_EVENT, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_MINUTE_ON, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_MINUTE_BACK, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_TAPE_BEGIN, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
    {ACT_TAPE_END, IN_TREE, .prepare = is_tape, .path = "", .request = REQUEST_REPLAY},
};
// clang-format on

const size_t key_cases_n = ARRAY_LEN(key_cases);
