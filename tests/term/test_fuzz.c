// Random keys, sizes and deaths of servers, on the demo's cluster: the program neither crashes nor
// hangs nor leaves the terminal as it should not be, and never moves anything that no key asked
// for.
//
// REHOME_FUZZ_SECONDS: how long each claim is tried (5). REHOME_FUZZ_SEED: other keys (1).
#include "../unit/unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pty.h"
#include "rehome/app/lab.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"

enum { NODES = 7, STEP_MS = 4, FAULT_EVERY = 40, MOST_DOWN = 3 };

typedef struct {
    Lab *lab; // NULL: the program has one of its own, `demo`
    Pty *pty;
    const char *option; // of the program; NULL: none
    const char *keys;   // names, as in the table of keys
    uint64_t random;    // state of the generator
    int64_t calls_gone; // CLUSTER REPLICATE that servers had counted when they were killed
    int64_t asked;      // keys that may end in a move
    bool stopped[NODES];
} Fuzz;

static Fuzz fuzz; // of the test that runs

// Keys that ask for nothing to be written; y is the answer to a question that nobody asked.
#define LOOKING                                                                                    \
    "j k Down Up PgDn PgUp g G Home End s 1 4 ? F1 r Ctrl-L Ctrl-Z Esc n y X b Tab Space Left "    \
    "Right Backspace Ctrl-A z 7 / f ! S N - + F Z U o c"
#define MOVING " m m M M u Enter Enter y y Esc"

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t number_of(const char *variable, int64_t otherwise)
{
    const char *text = getenv(variable);
    int64_t value = 0;
    return text != NULL && sv_to_i64(sv(text), &value) ? value : otherwise;
}

static void begin(const char *option, const char *keys, bool demo)
{
    Error err = {0};
    fuzz = (Fuzz){.option = option, .keys = keys};
    fuzz.random = (uint64_t)number_of("REHOME_FUZZ_SEED", 1) * 0x9E3779B97F4A7C15ULL;
    if (!demo) {
        fuzz.lab = lab_start(&lab_scenario, NULL, NULL, &err);
        if (fuzz.lab == NULL) {
            fail_msg("%s", err.text);
        }
    }
}

static int clear(void **state)
{
    (void)state;
    pty_end(fuzz.pty);
    lab_free(fuzz.lab);
    fuzz = (Fuzz){0};
    return 0;
}

// xorshift64*, which is good enough and the same everywhere.
static size_t pick(Fuzz *f, size_t n)
{
    f->random ^= f->random >> 12;
    f->random ^= f->random << 25;
    f->random ^= f->random >> 27;
    return (size_t)((f->random * 0x2545F4914F6CDD1DULL) >> 33) % n;
}

// --- the servers ---------------------------------------------------------------------------------

// How often a server was told CLUSTER REPLICATE since it started; before 7.0 it does not say.
static int64_t replicate_calls(Fuzz *f, size_t i)
{
    static const char counter[] = "cmdstat_cluster|replicate:calls=";
    StrBuf info = {0};
    int64_t calls = 0;
    if (lab_is_running(f->lab, i) && lab_ask(f->lab, i, PTY_DEADLINE_MS, &info,
                                             (const char *[]){"INFO", "commandstats", NULL})) {
        const char *at = strstr(strbuf_text(&info), counter);
        StrView rest = sv(at != NULL ? at + sizeof(counter) - 1 : "");
        StrView digits;
        if (sv_cut(&rest, ',', &digits)) {
            assert_true(sv_to_i64(digits, &calls));
        }
    }
    strbuf_done(&info);
    return calls;
}

static void go_on(Fuzz *f, size_t i)
{
    lab_signal(f->lab, i, SIGCONT);
    f->stopped[i] = false;
}

static int64_t replicate_calls_of_all(Fuzz *f)
{
    int64_t calls = f->calls_gone;
    for (size_t i = 0; i < NODES; i++) {
        go_on(f, i);
        calls += replicate_calls(f, i);
    }
    return calls;
}

static void disturb_a_server(Fuzz *f)
{
    int down = 0;
    size_t i = pick(f, NODES);
    for (size_t other = 0; other < NODES; other++) {
        down += f->stopped[other] || !lab_is_running(f->lab, other);
    }
    if (f->stopped[i]) {
        go_on(f, i);
    } else if (!lab_is_running(f->lab, i)) {
        assert_true(lab_restart(f->lab, i, NULL));
    } else if (down < MOST_DOWN && pick(f, 3) == 0) {
        f->stopped[i] = lab_signal(f->lab, i, SIGSTOP);
    } else if (down < MOST_DOWN) {
        f->calls_gone += replicate_calls(f, i);
        lab_kill(f->lab, i);
    }
}

// --- the program ---------------------------------------------------------------------------------

// Until then the line's own keys would end it: Ctrl-C is not ours yet.
static bool takes_keys(Pty *p, void *context)
{
    struct termios modes;
    (void)context;
    return pty_ended(p) || (pty_modes(p, &modes) && (modes.c_lflag & (ICANON | ISIG)) == 0);
}

static void start_program(Fuzz *f)
{
    enum { LAB_MS = 60000 };
    static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}, {40, 10}, {1, 1}};
    static const char *const terms[] = {"xterm-256color", "xterm-256color", "linux", "vt100"};
    const char *program = getenv("REHOME_BIN");
    const char *argv[NODES + 5] = {program != NULL ? program : pty_beside("rehome"), "--interval",
                                   "0.3"};
    size_t n = 3;
    if (f->option != NULL) {
        argv[n++] = f->option;
    }
    for (size_t i = 0; f->lab != NULL && i < NODES; i++) {
        argv[n++] = lab_addr(f->lab, i);
    }
    char state[600] = "";
    if (f->lab != NULL) {
        snprintf(state, sizeof(state), "XDG_STATE_HOME=%s", lab_folder(f->lab));
    }
    size_t size = pick(f, ARRAY_LEN(sizes));
    f->pty = pty_start(&(PtyStart){
        .argv = argv,
        .env = f->lab != NULL ? (const char *[]){state, NULL} : NULL,
        .w = sizes[size][0],
        .h = sizes[size][1],
        .term = terms[pick(f, ARRAY_LEN(terms))],
        .locale = pick(f, 4) == 0 ? "C" : NULL,
    });
    assert_non_null(f->pty);
    assert_true(pty_wait_until(f->pty, takes_keys, NULL, LAB_MS));
}

// It ended because a key said so: in order, and the terminal is as it was.
static void assert_left_in_order(Fuzz *f)
{
    if (pty_status(f->pty) != 0) {
        size_t n = 0;
        const char *said = pty_output(f->pty, &n);
        fwrite(said, 1, n, stderr); // with what the sanitizers have to say
        fail_msg("it ended with %d", pty_status(f->pty));
    }
    assert_false(pty_alt_screen(f->pty));
    assert_true(pty_cursor_visible(f->pty));
    pty_end(f->pty);
    f->pty = NULL;
}

static void press_a_key(Fuzz *f)
{
    size_t n = 0;
    StrView rest = sv(f->keys);
    StrView name;
    while (sv_next(&rest, ' ', &name)) {
        n++;
    }
    rest = sv(f->keys);
    for (size_t i = pick(f, n) + 1; i > 0; i--) {
        sv_next(&rest, ' ', &name);
    }
    char text[16];
    snprintf(text, sizeof(text), "%.*s", (int)name.n, name.at);
    f->asked += strcmp(text, "m") == 0 || strcmp(text, "M") == 0 || strcmp(text, "u") == 0 ||
                strcmp(text, "Enter") == 0;
    assert_true(pty_keys(f->pty, text));
}

static void resize(Fuzz *f)
{
    static const int edges[][2] = {{1, 1},   {60, 15},  {59, 15},   {60, 14},  {80, 24},
                                   {40, 10}, {120, 40}, {160, 30},  {200, 60}, {300, 2},
                                   {2, 100}, {110, 16}, {255, 255}, {80, 5}};
    if (pick(f, 2) == 0) {
        size_t i = pick(f, ARRAY_LEN(edges));
        pty_resize(f->pty, edges[i][0], edges[i][1]);
    } else {
        pty_resize(f->pty, 1 + (int)pick(f, 220), 1 + (int)pick(f, 70));
    }
}

static void do_anything(Fuzz *f)
{
    // A mouse nobody asked for, keys and answers that no table knows.
    static const char *const odd[] = {"\x1b[<0;10;10M", "\x1b[M !!",  "\x1b[1;5A", "\x1bOm",
                                      "\x1b[?62;c",     "\x1b[15;2~", "\xC3\xA4",  "\xE2\x96\xB2"};
    size_t what = pick(f, 200);
    if (what < 160) {
        press_a_key(f);
    } else if (what < 185) {
        resize(f);
    } else if (what < 199) {
        pty_send(f->pty, odd[pick(f, ARRAY_LEN(odd))]);
    } else if (f->lab != NULL) { // a demo takes seconds to start again
        pty_keys(f->pty, "q");
    }
}

static void leave(Fuzz *f)
{
    enum { TRIES = 40, REST_MS = 100 };
    for (int i = 0; i < TRIES && !pty_ended(f->pty); i++) {
        pty_keys(f->pty, i % 2 == 0 ? "Esc" : "q y"); // y: also out of a move
        pty_wait_rest(f->pty, REST_MS);
    }
    if (!pty_ended(f->pty)) {
        pty_print(f->pty);
        fail_msg("it does not leave");
    }
    assert_left_in_order(f);
}

static void run(Fuzz *f)
{
    int64_t end = now_ms() + number_of("REHOME_FUZZ_SECONDS", 5) * 1000;
    for (int step = 1; now_ms() < end; step++) {
        if (f->pty == NULL) {
            start_program(f);
        }
        do_anything(f);
        pty_wait_rest(f->pty, STEP_MS);
        if (f->lab != NULL && step % FAULT_EVERY == 0) {
            disturb_a_server(f);
        }
        if (pty_ended(f->pty)) {
            assert_left_in_order(f);
        }
    }
    if (f->pty != NULL) {
        leave(f);
    }
}

// --- the claims ----------------------------------------------------------------------------------

static void nothing_moves_unless_a_key_asks_for_it(void **state)
{
    (void)state;
    begin(NULL, LOOKING, false);
    int64_t before = replicate_calls_of_all(&fuzz);
    run(&fuzz);
    assert_int_equal(replicate_calls_of_all(&fuzz), before);
}

static void read_only_moves_nothing_whatever_is_pressed(void **state)
{
    (void)state;
    begin("--read-only", LOOKING MOVING " a a", false);
    int64_t before = replicate_calls_of_all(&fuzz);
    run(&fuzz);
    assert_int_equal(replicate_calls_of_all(&fuzz), before);
}

static void no_more_moves_than_were_asked_for(void **state)
{
    (void)state;
    begin(NULL, LOOKING MOVING, false);
    int64_t before = replicate_calls_of_all(&fuzz);
    run(&fuzz);
    int64_t moves = replicate_calls_of_all(&fuzz) - before;
    assert_in_range(moves, 0, fuzz.asked);
    fprintf(stderr, "%" PRId64 " moves for %" PRId64 " keys\n", moves, fuzz.asked);
}

static void the_demo_takes_every_key(void **state)
{
    (void)state;
    begin("demo", LOOKING MOVING " a a K K R R", true);
    run(&fuzz);
}

TESTS(fuzz, cmocka_unit_test_teardown(nothing_moves_unless_a_key_asks_for_it, clear),
      cmocka_unit_test_teardown(read_only_moves_nothing_whatever_is_pressed, clear),
      cmocka_unit_test_teardown(no_more_moves_than_were_asked_for, clear),
      cmocka_unit_test_teardown(the_demo_takes_every_key, clear))
