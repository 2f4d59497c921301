// A replica that is alive, and useless: its replication link is broken. The server sees nothing.
#include "stage.h"

static void a_master_whose_living_replica_has_no_link_is_cut_off_and_healed(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    // A master without a password refuses AUTH, so the replica can never link again.
    stage_ask(lab, 7008, (const char *[]){"CONFIG", "SET", "masterauth", "wrong", NULL});
    stage_ask(lab, 7001, (const char *[]){"CLIENT", "KILL", "TYPE", "replica", NULL});
    Run *look = stage_run(lab, (const char *[]){"watch", "--format", "json", NULL});
    run_event(look, "orphaned", 7001, LIMIT_MS);
    // a first look has only the replica's own word on how long, in whole seconds
    stage_wait_reply(lab, 7008, "master_link_down_since_seconds:12",
                     (const char *[]){"INFO", "replication", NULL});
    int status;
    const json_t *document = stage_check(lab, &status);
    assert_int_equal(status, 2);
    assert_string_equal(word_in(master_in(document, 7001), "state"), "orphaned");
    assert_string_equal(word_in(master_in(document, 7001), "orphan_kind"), "cut-off");
    assert_string_equal(word_in(replica_in(document, 7008), "state"), "link-down");
    assert_string_equal(word_in(replica_in(document, 7008), "link"), "down");
    Run *watch = stage_run(
        lab, (const char *[]){"watch", "--auto", "act", "--grace", "0", "--format", "json", NULL});
    run_event(watch, "move-done", 7004, LIMIT_MS);
    document = stage_check(lab, &status);
    assert_int_equal(number_in(document, "orphaned"), 0);
    assert_int_equal(master_of(document, 7004), 7001);
    assert_int_equal(master_of(document, 7008), 7001);
}

TESTS(cut_off, STAGED(a_master_whose_living_replica_has_no_link_is_cut_off_and_healed))
