// The lease's line of the README: with it the lease is taken, told, kept and given back, and
// without any one right of it just that is missed.
#include "acl_lines.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

// What comes of a lease.
typedef enum {
    ALL_WELL,  // taken, and given back at the end
    NO_LEASE,  // not taken at all
    NO_HOLDER, // another's is not told
    IS_LOST,   // taken, but not kept
    IS_LEFT,   // taken, but not given back
} Outcome;

static const struct {
    const char *without; // NULL: nothing
    Outcome outcome;
} rows[] = {
    {NULL, ALL_WELL},     {"~rehome:lease", NO_LEASE}, {"+getrange", NO_LEASE},
    {"+pttl", NO_HOLDER}, {"+set", NO_LEASE},          {"+eval", NO_LEASE},
    {"+get", NO_LEASE},   {"+pexpire", IS_LOST},       {"+del", IS_LEFT},
};

static const char key_format[] = "rehome:lease:%d";

// The reply of whoever owns the key's slot.
static const char *ask_owner(const Lab *lab, StrBuf *reply, const char *const *argv)
{
    static const int masters[] = {7001, 7003, 7005};
    for (size_t i = 0; i < ARRAY_LEN(masters); i++) {
        strbuf_clear(reply);
        strbuf_add(reply, stage_ask(lab, masters[i], argv));
        if (strstr(strbuf_text(reply), "MOVED ") == NULL) {
            return strbuf_text(reply);
        }
    }
    fail_msg("nobody owns the slot of %s", argv[1]);
    return NULL;
}

static Run *start(const Lab *lab, const Line *mover, const Line *lease, int row)
{
    char user[16];
    char key[32];
    snprintf(user, sizeof(user), "mover%d", row);
    snprintf(key, sizeof(key), key_format, row);
    type_line(lab, mover, user, NULL, NULL);
    type_line(lab, lease, user, rows[row].without, key);
    if (rows[row].outcome == NO_HOLDER) {
        StrBuf reply = {0};
        const char *const hold[] = {"SET", key, "somebody", "PX", "600000", NULL};
        assert_string_equal(ask_owner(lab, &reply, hold), "OK");
        strbuf_done(&reply);
    }
    return run_as(
        lab, user,
        (const char *[]){"watch", "--auto", "act", "--grace", "3600", "--lease", key, NULL});
}

static bool is_kept(const Lab *lab, int row)
{
    char key[32];
    StrBuf reply = {0};
    snprintf(key, sizeof(key), key_format, row);
    bool kept = strcmp(ask_owner(lab, &reply, (const char *[]){"EXISTS", key, NULL}), "1") == 0;
    strbuf_done(&reply);
    return kept;
}

static void expect(const Lab *lab, Run *watch, int row)
{
    static const char may_not[] = "this user may not use the key: grant it ~rehome:lease:";
    static const char ours[] = "the lease is ours, and counts";
    Outcome outcome = rows[row].outcome;
    if (outcome == NO_LEASE || outcome == NO_HOLDER) {
        run_wait_out(watch, may_not, LIMIT_MS);
        assert_null(strstr(run_out(watch), ours));
        return;
    }
    run_wait_out(watch, ours, LIMIT_MS);
    if (outcome == IS_LOST) {
        run_wait_out(watch, "lease lost: ", LIMIT_MS);
        assert_non_null(strstr(run_out(watch), may_not));
        return;
    }
    assert_null(strstr(run_out(watch), may_not));
    run_signal(watch, SIGTERM);
    run_end(watch, LIMIT_MS);
    if (outcome == IS_LEFT) {
        assert_true(is_kept(lab, row));
    }
}

// Who leaves waits half a second for it at most, which a busy machine may not do: then once more.
static void expect_given_back(const Lab *lab, const Line *mover, const Line *lease)
{
    for (int tries = 0; tries < 5 && is_kept(lab, 0); tries++) {
        expect(lab, start(lab, mover, lease, 0), 0);
    }
    assert_false(is_kept(lab, 0));
}

static void without_one_right_of_the_lease_just_that_is_missed(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    stage_needs_rights(lab);
    Line mover = readme_line(MOVER);
    Line lease = readme_line(LEASE);
    Run *runs[ARRAY_LEN(rows)];
    size_t rights = 0;
    for (size_t i = 3; i < lease.n; i++) {
        rights += is_right(lease.words[i]);
    }
    assert_int_equal(rights, ARRAY_LEN(rows) - 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(rows[i].without == NULL || has_word(&lease, rows[i].without));
        runs[i] = start(lab, &mover, &lease, (int)i);
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("without %s\n", rows[i].without != NULL ? rows[i].without : "nothing");
        expect(lab, runs[i], (int)i);
        if (rows[i].outcome == ALL_WELL) { // at once: it would run out by itself
            expect_given_back(lab, &mover, &lease);
        }
    }
}

TESTS(acl_lease, STAGED(without_one_right_of_the_lease_just_that_is_missed))
