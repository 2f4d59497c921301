// Random keys, sizes, signals and deaths of servers: the program neither crashes nor hangs, gives
// the terminal back as it was, and writes to no server what nobody asked for.
//
// REHOME_FUZZ_SECONDS: how long each claim is tried (4). REHOME_FUZZ_SEED: other keys (1).
#include "../unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"

enum { STEP_MS = 4, FAULT_EVERY = 30 };

static Fuzz fuzz; // of the test that runs
static char audit[700];

// Nothing here asks for a write; y is the answer to a question that nobody asked.
#define LOOKING                                                                                    \
    "j", "k", "Down", "Up", "PgDn", "PgUp", "g", "G", "Home", "End", "s", "S", "1", "2", "3", "4", \
        "5", "?", "F1", "r", "Ctrl-L", "Ctrl-Z", "Esc", "Esc", "n", "N", "b", "X", "Space",        \
        "Left", "Right", "Backspace", "Ctrl-A", "z", "7", "-", "+", "F", "Z", "U", "o", "c", "t",  \
        "v", "!", "e", "x", "Enter", "2 Right Right x", "2 j Enter PgDn", "3 j Enter", "3 z G e",  \
        "4 v v f", "4 Home Enter", "5 j e PgDn", "j Enter PgDn", "e G", "? PgDn PgDn",             \
        "/ 7 0 0 Down Down", "/ 7 0 0 4 Enter n N", "f r o l e : r e p l i c a Enter",             \
        "f s t a t e : f a i l e d", "\\ ! 1 7 0 Ctrl-U", ": v i e w Space h o s t s Enter",       \
        ": g o t o Space : 7 0 0 3 Enter", ": s o r t Space n a m e Enter", ": w r o n g Enter",   \
        ": Up Up Down Enter", "p Tab h i Esc", "p Ctrl-U 5 Enter", "p Enter",                      \
        "d Right Tab Tab o l d Enter", "d Enter", "d Esc", "Space j Space"
// What a Tab finds may be a setting, and how moves are confirmed is one.
#define COMPLETING                                                                                 \
    ": Tab Tab Enter", ": t h e m e Space Tab Enter", ": e x p Tab : 7 Tab Enter", "Tab"
#define ANSWER "y", "y", "n"
#define MOVING                                                                                     \
    "m", "m", "M", "M", "H", "H PgDn G", "u", "Enter", "Enter", "m Down Enter", "m Enter",         \
        "m Up Up Enter", "Space j Space m Enter", "Space Space m o", "m c", "c",                   \
        ": m o v e Space : 7 0 0 4 Space : 7 0 0 1 Enter"
#define MOVING_AND_YES MOVING, "m y", "1 M y", "M y", "H y", "m Enter y", "u y", "y"
#define AUTO           "a", "a a", ": a u t o Space o b s e r v e Enter", ": a u t o Space a c t Enter"

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

static void start_lab(void)
{
    Error err = {0};
    fuzz.lab = lab_start(&lab_scenario, NULL, NULL, &err);
    if (fuzz.lab == NULL) {
        fail_msg("%s", err.text);
    }
    snprintf(audit, sizeof(audit), "%s/audit", lab_folder(fuzz.lab));
}

static int clear(void **state)
{
    (void)state;
    pty_end(fuzz.pty);
    lab_free(fuzz.lab);
    fuzz = (Fuzz){0};
    return 0;
}

static void do_anything(Fuzz *f)
{
    size_t what = fuzz_pick(f, f->lab != NULL ? 400 : 397); // a demo takes seconds to start again
    if (what < 320) {
        fuzz_press(f);
    } else if (what < 360) {
        fuzz_resize(f);
    } else if (what < 397) {
        fuzz_send(f);
    } else if (what == 397) {
        fuzz_signal(f);
    } else {
        pty_keys(f->pty, "q");
    }
}

// Nothing can be moved while everything changes, so half of the time one server is down, no more.
static void disturb(Fuzz *f, int fault)
{
    enum { SEASON = 24 };
    if (fault % SEASON == 1) {
        fuzz_calm(f);
    } else if (fault % SEASON > SEASON / 2) {
        fuzz_disturb(f);
    }
}

static void run(const char *const *options, const char *const *keys)
{
    Fuzz *f = &fuzz;
    f->options = options;
    f->keys = keys;
    f->random = (uint64_t)number_of("REHOME_FUZZ_SEED", 1) * 0x9E3779B97F4A7C15ULL | 1;
    int64_t stop_ms = now_ms() + number_of("REHOME_FUZZ_SECONDS", 4) * 1000;
    for (int step = 1; now_ms() < stop_ms; step++) {
        if (f->pty == NULL) {
            fuzz_start(f);
        }
        do_anything(f);
        pty_wait_rest(f->pty, STEP_MS);
        fuzz_follow(f);
        if (f->lab != NULL && step % FAULT_EVERY == 0) {
            disturb(f, step / FAULT_EVERY);
        }
    }
    if (f->pty != NULL) {
        fuzz_leave(f);
    }
    const FuzzCounts *n = &f->counts;
    fprintf(stderr,
            "%d starts, %d keys, %d pieces, %d sizes, %d changes of the cluster, %d times to the "
            "shell and back, %d ended by a signal\n",
            n->starts, n->keys, n->pieces, n->sizes, n->changes, n->stops, n->signals);
}

static void assert_nothing_written(FuzzWrites before)
{
    FuzzWrites after = fuzz_writes(&fuzz);
    assert_int_equal(after.replicate, before.replicate);
    assert_int_equal(after.settings, before.settings);
    assert_int_equal(after.others, before.others);
}

// --- the claims ----------------------------------------------------------------------------------

static void nothing_is_written_unless_a_key_asks_for_it(void **state)
{
    (void)state;
    static const char *const keys[] = {LOOKING, COMPLETING, ANSWER, NULL};
    start_lab();
    FuzzWrites before = fuzz_writes(&fuzz);
    run((const char *[]){NULL}, keys);
    assert_nothing_written(before);
}

static void read_only_writes_nothing_whatever_is_pressed(void **state)
{
    (void)state;
    static const char *const keys[] = {LOOKING, COMPLETING, MOVING_AND_YES, AUTO, "a a y",
                                       "y",     NULL};
    start_lab();
    FuzzWrites before = fuzz_writes(&fuzz);
    run((const char *[]){"--read-only", NULL}, keys);
    assert_nothing_written(before);
}

static void nothing_is_written_before_somebody_says_yes(void **state)
{
    (void)state;
    static const char *const keys[] = {LOOKING, MOVING, MOVING, AUTO, NULL};
    start_lab();
    FuzzWrites before = fuzz_writes(&fuzz);
    run((const char *[]){"--confirm", "ask", NULL}, keys);
    assert_nothing_written(before);
}

// Lines of the audit file that have both words.
static int64_t count_records(const char *a, const char *b)
{
    static char line[65536]; // a decision with all its candidates is long
    int64_t n = 0;
    FILE *file = fopen(audit, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        n += strstr(line, a) != NULL && strstr(line, b) != NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return n;
}

static void what_is_written_was_asked_for_and_put_on_record(void **state)
{
    (void)state;
    static const char *const keys[] = {
        LOOKING, MOVING_AND_YES, MOVING_AND_YES, AUTO, "a a y", ANSWER, NULL};
    start_lab();
    FuzzWrites before = fuzz_writes(&fuzz);
    run((const char *[]){"--audit", audit, NULL}, keys);
    FuzzWrites after = fuzz_writes(&fuzz);
    int64_t moved = after.replicate - before.replicate;
    int64_t settings = after.settings - before.settings;
    int64_t sent = count_records("\"record\":\"move\"", "\"command\":\"CLUSTER REPLICATE");
    int64_t by_hand = count_records("\"record\":\"move\"", "\"origin\":\"manual\"");
    fprintf(stderr,
            "%" PRId64 " moves (%" PRId64 " by hand, %" PRId64 " left in the middle) for %" PRId64
            " keys, %" PRId64 " settings\n",
            moved, by_hand, fuzz.left_in_the_middle, fuzz.asked, settings);
    assert_in_range(moved, 0, sent + fuzz.left_in_the_middle);
    assert_in_range(by_hand, 0, fuzz.asked);
    assert_true(settings == 0 || sent + fuzz.left_in_the_middle > 0);
    assert_int_equal(after.others, before.others);
}

static void the_demo_takes_every_key(void **state)
{
    (void)state;
    static const char *const keys[] = {LOOKING, COMPLETING, MOVING_AND_YES, AUTO, "a a y",
                                       "K",     "K",        "j K",          "R",  "R",
                                       ANSWER,  NULL};
    run((const char *[]){"demo", NULL}, keys);
}

TESTS(fuzz, cmocka_unit_test_teardown(nothing_is_written_unless_a_key_asks_for_it, clear),
      cmocka_unit_test_teardown(read_only_writes_nothing_whatever_is_pressed, clear),
      cmocka_unit_test_teardown(nothing_is_written_before_somebody_says_yes, clear),
      cmocka_unit_test_teardown(what_is_written_was_asked_for_and_put_on_record, clear),
      cmocka_unit_test_teardown(the_demo_takes_every_key, clear))
