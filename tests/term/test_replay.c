// A tape on a terminal: what was recorded is seen again, wherever one goes on it.
#include "../unit/unit.h"
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

enum { TREE_FROM = 2, TREE_ROWS = 7 };

static const char *program(void)
{
    const char *path = getenv("REHOME_BIN");
    return path != NULL ? path : pty_beside("rehome");
}

// The owner's scenario: :7008 is killed, automatic mode gives :7001 the spare :7004, :7008 is back.
static Pty *play_scenario(void)
{
    char tape[512];
    const char *root = getenv("REHOME_ROOT");
    snprintf(tape, sizeof(tape), "%s/tests/tapes/scenario.tape", root != NULL ? root : ".");
    const char *argv[] = {program(), "replay", tape, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    assert_true(pty_wait(p, "REPLAY"));
    return p;
}

static void quit(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    assert_false(pty_alt_screen(p));
    pty_end(p);
}

static void a_tape_is_gone_through_in_both_directions(void **state)
{
    (void)state;
    Pty *p = play_scenario();
    pty_keys(p, "Space $");
    assert_true(pty_wait(p, "paused"));
    assert_true(pty_wait(p, "replica :7008 answers us again"));
    assert_true(pty_wait_gone(p, "FAILED"));
    pty_keys(p, "[ [ [ [");
    assert_true(pty_wait(p, "FAILED"));
    assert_true(pty_wait(p, "moving :7004"));
    pty_keys(p, "5");
    assert_true(pty_wait(p, "acts")); // what was decided is thought once more
    pty_keys(p, "1 [ [");
    assert_true(pty_wait_gone(p, "moving :7004"));
    pty_keys(p, "^");
    assert_true(pty_wait_gone(p, "FAILED"));
    assert_true(pty_wait_gone(p, "answers us again"));
    pty_keys(p, "]");
    assert_true(pty_wait(p, "Connection refused"));
    pty_keys(p, ",");
    assert_true(pty_wait_gone(p, "Connection refused"));
    pty_keys(p, ".");
    assert_true(pty_wait(p, "Connection refused"));
    quit(p);
}

static void a_tape_plays_to_its_end_and_stands_still_there(void **state)
{
    (void)state;
    Pty *p = play_scenario();
    pty_keys(p, "> > > > > >");
    assert_true(pty_wait(p, "64x"));
    assert_true(pty_wait(p, "replica :7008 answers us again"));
    assert_true(pty_wait(p, "paused"));
    pty_keys(p, "Space"); // and once more
    assert_true(pty_wait(p, "paused"));
    assert_true(pty_wait(p, "replica :7008 answers us again"));
    quit(p);
}

static void nothing_on_a_tape_can_be_changed(void **state)
{
    (void)state;
    static const char *const lines[] = {"auto act", "pause 5", "move :7002 :7001"};
    Pty *p = play_scenario();
    pty_keys(p, "Space m");
    assert_true(pty_wait(p, "this is a tape"));
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        pty_keys(p, ":");
        pty_send(p, lines[i]);
        pty_keys(p, "Enter");
        pty_wait_rest(p, 100);
        assert_false(pty_contains(p, "Esc stops it"));
        assert_false(pty_contains(p, "PAUSED"));
        pty_keys(p, "Esc");
    }
    quit(p);
}

static void a_tape_that_was_cut_off_says_so(void **state)
{
    (void)state;
    char whole[512];
    char block[4096];
    char cut[] = "/tmp/rehome-tape-XXXXXX";
    const char *root = getenv("REHOME_ROOT");
    snprintf(whole, sizeof(whole), "%s/tests/tapes/scenario.tape", root != NULL ? root : ".");
    FILE *from = fopen(whole, "rb");
    assert_non_null(from);
    size_t n = fread(block, 1, sizeof(block), from);
    fclose(from);
    int fd = mkstemp(cut);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, block, n), n);
    close(fd);
    const char *argv[] = {program(), "replay", cut, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 160});
    assert_non_null(p);
    assert_true(pty_wait(p, "REPLAY"));
    assert_true(pty_wait(p, "not whole"));
    quit(p);
    unlink(cut);
}

static void copy_tree(Pty *p, StrBuf *out)
{
    strbuf_clear(out);
    for (int y = TREE_FROM; y < TREE_FROM + TREE_ROWS; y++) {
        strbuf_addf(out, "%s\n", pty_row(p, y));
    }
}

static bool is_tree(Pty *p, void *context)
{
    StrBuf now = {0};
    const StrBuf *wanted = context;
    copy_tree(p, &now);
    bool is = strcmp(strbuf_text(&now), strbuf_text(wanted)) == 0;
    strbuf_done(&now);
    return is;
}

// Round by round from the end: what stood there live has to come.
static void find_again(const char *tape, StrBuf *tree)
{
    enum { ROUNDS_BACK = 40, STEP_MS = 1000 };
    const char *argv[] = {program(), "replay", tape, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    assert_true(pty_wait(p, "REPLAY"));
    pty_keys(p, "Space $");
    bool found = pty_wait_until(p, is_tree, tree, STEP_MS);
    for (int i = 0; i < ROUNDS_BACK && !found; i++) {
        pty_keys(p, ",");
        found = pty_wait_until(p, is_tree, tree, STEP_MS);
    }
    if (!found) {
        pty_print(p);
        fail_msg("this was seen live and is not on the tape:\n%s", strbuf_text(tree));
    }
    quit(p);
}

static void what_was_on_the_screen_is_on_it_again(void **state)
{
    (void)state;
    char tape[] = "/tmp/rehome-tape-XXXXXX";
    int fd = mkstemp(tape);
    assert_true(fd >= 0);
    close(fd);
    StrBuf tree = {0};
    const char *argv[] = {program(), "demo", "--tape", tape, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv});
    assert_non_null(p);
    drive_wait_long(p, "1 spare");
    pty_keys(p, "g j K");
    drive_wait_long(p, "ORPHANED");
    pty_keys(p, "M");
    drive_wait_long(p, "Esc stops it");
    pty_keys(p, "y");
    drive_wait_long(p, "0 orphaned");
    pty_keys(p, "g");
    pty_wait_rest(p, 200);
    copy_tree(p, &tree);
    quit(p);
    find_again(tape, &tree);
    strbuf_done(&tree);
    unlink(tape);
}

TESTS(replay, cmocka_unit_test(a_tape_is_gone_through_in_both_directions),
      cmocka_unit_test(a_tape_plays_to_its_end_and_stands_still_there),
      cmocka_unit_test(nothing_on_a_tape_can_be_changed),
      cmocka_unit_test(a_tape_that_was_cut_off_says_so),
      cmocka_unit_test(what_was_on_the_screen_is_on_it_again))
