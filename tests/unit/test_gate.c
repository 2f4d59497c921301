#include "unit.h"

#include "gate_try.h"

static void it_opens_and_says_what_was_measured(void **state)
{
    (void)state;
    Try t = try_scenario();
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_int_equal(t.verdict.refused_by, GATE_RULE_COUNT);
    assert_gate_passed(
        &t, GATE_IDENTITY,
        "127.0.99.171:7004, 127.0.99.171:7003 and 127.0.99.170:7001 confirmed their IDs");
    assert_gate_passed(&t, GATE_MAJORITY, "3 of 3 slot owners answered directly, twice");
    assert_gate_passed(&t, GATE_AGREEMENT, "slots, masters and epoch 3 the same for all, twice");
    assert_gate_passed(&t, GATE_TARGET,
                       "127.0.99.170:7001 is a live master without a usable replica (lost)");
    assert_gate_passed(&t, GATE_TARGET_READY,
                       "127.0.99.170:7001: last bgsave ok, 1.3G in use of 64G");
    assert_gate_passed(&t, GATE_DONOR, "donor keeps 1 of floor 1: 127.0.99.171:7003");
    assert_gate_passed(&t, GATE_CANDIDATE,
                       "127.0.99.171:7004 is a working replica of 127.0.99.171:7003");
    assert_gate_passed(&t, GATE_ROOM, "127.0.99.171:7004 has no maxmemory, the dataset is 1.2G");
    assert_gate_passed(&t, GATE_HOST,
                       "127.0.99.171:7004 is on 127.0.99.171, the target on 127.0.99.170");
    try_done(&t);
}

static void the_rules_have_names_and_know_what_protects_data(void **state)
{
    (void)state;
    assert_string_equal(gate_rule_text(GATE_IDENTITY), "identity");
    assert_string_equal(gate_rule_text(GATE_TARGET_READY), "target-ready");
    assert_string_equal(gate_rule_text(GATE_RULE_COUNT), "");
    assert_true(gate_rule_protects_data(GATE_MAJORITY));
    assert_true(gate_rule_protects_data(GATE_DONOR));
    assert_false(gate_rule_protects_data(GATE_TARGET_READY));
    assert_false(gate_rule_protects_data(GATE_ROOM));
    assert_false(gate_rule_protects_data(GATE_HOST));
}

// --- ROOM, HOST and who may override what

static void the_dataset_has_to_fit(void **state)
{
    (void)state;
    assert_change_refused(try_too_small, GATE_ROOM,
                          "maxmemory of 127.0.99.171:7004 is 1.2G, less than the dataset's 1.2G");
    Try t = try_scenario();
    knob(&t.w, 7004)->maxmemory = INT64_C(1229) << 20;
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_gate_passed(&t, GATE_ROOM, "maxmemory of 127.0.99.171:7004 is 1.2G, the dataset 1.2G");
    try_done(&t);
}

static void the_targets_own_host_is_a_warning_when_healing(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.ask.replica = watch_id(&t.w, 7002);
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_gate_passed(&t, GATE_HOST,
                       "warning: 127.0.99.170:7002 is on the target's own host 127.0.99.170");
    t.ask.purpose = PURPOSE_MANUAL;
    try_check(&t);
    assert_gate_refused(&t, GATE_HOST,
                        "127.0.99.170:7002 is on the target's own host 127.0.99.170");
    t.ask.accept_risk = true;
    try_check(&t);
    assert_true(t.verdict.open);
    assert_false(t.verdict.check[GATE_HOST].passed); // still on record
    try_done(&t);
}

static void a_person_may_override_judgement_and_nothing_else(void **state)
{
    (void)state;
    Try t = try_scenario();
    try_too_small(&t);
    try_bgsave_failed(&t);
    t.ask.accept_risk = true;
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_false(t.verdict.check[GATE_ROOM].passed);
    assert_false(t.verdict.check[GATE_TARGET_READY].passed);
    try_done(&t);

    static TryChange *const protecting[] = {try_slots_disagree, try_target_suspected,
                                            try_sibling_gone, try_candidate_syncing,
                                            try_replica_silent};
    for (size_t i = 0; i < sizeof(protecting) / sizeof(protecting[0]); i++) {
        t = try_scenario();
        t.ask.accept_risk = true;
        protecting[i](&t);
        try_rounds(&t);
        assert_false(t.verdict.open);
        try_done(&t);
    }
}

static void force_overrides_all_but_identity(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.ask.force = true;
    try_slots_disagree(&t);
    try_target_suspected(&t);
    try_sibling_gone(&t);
    try_candidate_link_down(&t);
    try_too_small(&t);
    try_rounds(&t);
    assert_true(t.verdict.open);
    assert_false(t.verdict.check[GATE_AGREEMENT].passed);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_false(t.verdict.check[GATE_DONOR].passed);
    assert_false(t.verdict.check[GATE_CANDIDATE].passed);
    try_target_late(&t);
    try_rounds(&t);
    assert_false(t.verdict.open);
    assert_int_equal(t.verdict.refused_by, GATE_IDENTITY);
    try_done(&t);
}

static void every_check_is_filled_in_whatever_is_missing(void **state)
{
    (void)state;
    Try t = try_scenario();
    t.ask.replica = t.ask.donor = t.ask.target = (NodeId){{0}};
    try_rounds(&t);
    for (int i = 0; i < GATE_RULE_COUNT; i++) {
        assert_string_not_equal(t.verdict.check[i].text, "");
    }
    assert_false(t.verdict.open);
    assert_int_equal(t.verdict.refused_by, GATE_IDENTITY);
    try_done(&t);
}

TESTS(gate, cmocka_unit_test(it_opens_and_says_what_was_measured),
      cmocka_unit_test(the_rules_have_names_and_know_what_protects_data),
      cmocka_unit_test(the_dataset_has_to_fit),
      cmocka_unit_test(the_targets_own_host_is_a_warning_when_healing),
      cmocka_unit_test(a_person_may_override_judgement_and_nothing_else),
      cmocka_unit_test(force_overrides_all_but_identity),
      cmocka_unit_test(every_check_is_filled_in_whatever_is_missing))
