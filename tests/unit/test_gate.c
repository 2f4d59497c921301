#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/policy/gate.h"
#include "watch.h"

// The decision of the scenario, :7004 to the orphaned :7001, made at 1000; rounds at 2000 and 3000.
typedef struct {
    Watch w;
    GateAsk ask;
    GateVerdict verdict;
} Try;

static Try try_of(Fixture *f)
{
    Try t = {.w = watch_new(f)};
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 1000);
    t.ask = (GateAsk){
        .replica = watch_id(&t.w, 7004),
        .donor = watch_id(&t.w, 7003),
        .target = watch_id(&t.w, 7001),
        .heal = true,
        .decided_ms = 1000,
    };
    return t;
}

static Try scenario(void)
{
    return try_of(fixture_scenario());
}

static void check(Try *t)
{
    gate_check(&t->ask, t->w.before, t->w.h, &t->verdict);
}

static void round_and_check(Try *t)
{
    watch_round(&t->w, 2000);
    watch_round(&t->w, 3000);
    check(t);
}

static void done(Try *t)
{
    watch_done(&t->w);
}

static void assert_refused(const Try *t, GateRule rule, const char *text)
{
    assert_false(t->verdict.check[rule].passed);
    assert_string_equal(t->verdict.check[rule].text, text);
    assert_false(t->verdict.open);
    assert_int_equal(t->verdict.refused_by, rule);
}

static void assert_text(const Try *t, GateRule rule, const char *text)
{
    assert_true(t->verdict.check[rule].passed);
    assert_string_equal(t->verdict.check[rule].text, text);
}

// After this change of the fixture the rule refuses with these words, and is the first to do so.
typedef void Change(Try *t);

static void refuses(Change *change, GateRule rule, const char *text)
{
    Try t = scenario();
    change(&t);
    round_and_check(&t);
    assert_refused(&t, rule, text);
    done(&t);
}

static void it_opens_and_says_what_was_measured(void **state)
{
    (void)state;
    Try t = scenario();
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_int_equal(t.verdict.refused_by, GATE_RULE_COUNT);
    assert_text(&t, GATE_IDENTITY,
                "127.0.99.171:7004, 127.0.99.171:7003 and 127.0.99.170:7001 confirmed their IDs");
    assert_text(&t, GATE_MAJORITY, "3 of 3 slot owners answered directly, twice");
    assert_text(&t, GATE_AGREEMENT, "slots, masters and epoch 3 the same for all, twice");
    assert_text(&t, GATE_TARGET,
                "127.0.99.170:7001 is a live master without a usable replica (lost)");
    assert_text(&t, GATE_TARGET_READY, "127.0.99.170:7001: last bgsave ok, 1.3G in use of 64G");
    assert_text(&t, GATE_DONOR, "donor keeps 1 of floor 1: 127.0.99.171:7003");
    assert_text(&t, GATE_CANDIDATE, "127.0.99.171:7004 is a working replica of 127.0.99.171:7003");
    assert_text(&t, GATE_ROOM, "127.0.99.171:7004 has no maxmemory, the dataset is 1.2G");
    assert_text(&t, GATE_HOST, "127.0.99.171:7004 is on 127.0.99.171, the target on 127.0.99.170");
    done(&t);
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

// --- IDENTITY

static void replica_silent(Try *t)
{
    fixture_lose(t->w.f, fixture_port(t->w.f, 7004));
}

static void donor_wrong(Try *t)
{
    knob(&t->w, 7003)->reach = REACH_WRONG_NODE;
}

static void target_late(Try *t)
{
    knob(&t->w, 7001)->reach = REACH_LATE;
}

static void target_unconfirmed(Try *t)
{
    knob(&t->w, 7001)->age_ms = 1000;
}

static void nobody(Try *t)
{
    t->ask.donor = (NodeId){{0}};
}

static void stranger(Try *t)
{
    t->ask.replica = (NodeId){"abcdefabcdefabcdefabcdefabcdefabcdefabcd"};
}

static void all_three_confirm_their_ids(void **state)
{
    (void)state;
    refuses(replica_silent, GATE_IDENTITY,
            "replica 127.0.99.171:7004 does not answer: Connection refused");
    refuses(donor_wrong, GATE_IDENTITY,
            "donor 127.0.99.171:7003 does not answer: another node answers at this address");
    refuses(target_late, GATE_IDENTITY,
            "target 127.0.99.170:7001 does not answer: no answer in time");
    refuses(target_unconfirmed, GATE_IDENTITY,
            "target 127.0.99.170:7001 has not confirmed its ID since the decision");
    refuses(nobody, GATE_IDENTITY, "donor (none) is not known to the cluster");
    refuses(stranger, GATE_IDENTITY, "replica abcdefab is not known to the cluster");
}

// --- MAJORITY

static void most_owners_have_to_answer_twice(void **state)
{
    (void)state;
    Try t = scenario();
    fixture_lose(t.w.f, fixture_port(t.w.f, 7005));
    round_and_check(&t);
    assert_true(t.verdict.open); // 2 of 3 are enough
    assert_text(&t, GATE_MAJORITY, "2 of 3 slot owners answered directly, twice");
    done(&t);

    t = scenario();
    knob(&t.w, 7005)->silent = true;
    knob(&t.w, 7003)->silent = true;
    watch_round(&t.w, 2000);
    knob(&t.w, 7005)->silent = false;
    knob(&t.w, 7003)->silent = false;
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_MAJORITY,
                   "1 of 3 slot owners answered directly in the first round, "
                   "more than half are needed");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7005)->silent = true;
    knob(&t.w, 7003)->silent = true;
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_MAJORITY,
                   "1 of 3 slot owners answered directly in the second round, "
                   "more than half are needed");
    done(&t);
}

static void half_of_the_owners_is_not_enough(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    snprintf(fixture_node(f, fixture_port(f, 7003))->slots, 128, "6826-10000");
    fixture_master(f, "127.0.99.173:7009", "10001-12287");
    Try t = try_of(f);
    fixture_lose(f, fixture_port(f, 7005));
    fixture_lose(f, fixture_port(f, 7009));
    round_and_check(&t);
    assert_refused(&t, GATE_MAJORITY,
                   "2 of 4 slot owners answered directly in the first round, "
                   "more than half are needed");
    done(&t);
}

static void answers_from_before_the_decision_do_not_count(void **state)
{
    (void)state;
    Try t = scenario();
    watch_round(&t.w, 2000);
    watch_round(&t.w, 3000);
    t.ask.decided_ms = 1950; // the first round's answers are of that very millisecond
    check(&t);
    assert_refused(&t, GATE_MAJORITY,
                   "0 of 3 slot owners answered directly in the first round, "
                   "more than half are needed");
    t.ask.decided_ms = 1949;
    check(&t);
    assert_true(t.verdict.open);
    done(&t);
}

static void the_second_round_has_to_be_asked_after_the_first(void **state)
{
    (void)state;
    Try t = scenario();
    watch_round(&t.w, 2000);
    watch_round(&t.w, 2049); // its answers are of 1999
    check(&t);
    assert_false(t.verdict.open);
    assert_string_equal(t.verdict.check[GATE_MAJORITY].text,
                        "0 of 3 slot owners answered directly in the second round, more than half "
                        "are needed");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    gate_check(&t.ask, t.w.h, t.w.h, &t.verdict);
    assert_false(t.verdict.open);
    done(&t);
}

static void rounds_in_the_wrong_order_are_not_two_rounds(void **state)
{
    (void)state;
    Try t = scenario();
    watch_round(&t.w, 3050);
    watch_round(&t.w, 3000); // asked later by a clock that went back
    gate_check(&t.ask, t.w.h, t.w.before, &t.verdict);
    assert_refused(&t, GATE_AGREEMENT, "these are not two rounds running");
    done(&t);
}

// --- AGREEMENT

static void slots_disagree(Try *t)
{
    fixture_view_slots(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7003), "6826-12000",
                       3);
}

static void epochs_disagree(Try *t)
{
    knob(&t->w, 7003)->current_epoch = 9;
}

static void handshake(Try *t)
{
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7006),
                      NODE_HANDSHAKE);
}

static void fresh_view(Try *t)
{
    fixture_view_master(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7006), -1);
}

static void state_fail(Try *t)
{
    knob(&t->w, 7005)->state_fail = true;
}

static void failover_due(Try *t)
{
    watch_fail(&t->w, 7005); // 7006 lives
}

static void target_failed_for_one(Try *t)
{
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7001), NODE_FAIL);
}

static void target_has_another_for_one(Try *t)
{
    // 7006 cannot be asked, and one view has it behind the target.
    fixture_lose(t->w.f, fixture_port(t->w.f, 7006));
    fixture_view_master(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7006),
                        fixture_port(t->w.f, 7001));
}

static void the_owners_have_to_agree(void **state)
{
    (void)state;
    refuses(slots_disagree, GATE_AGREEMENT,
            "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots "
            "(first round)");
    refuses(epochs_disagree, GATE_AGREEMENT,
            "127.0.99.170:7001 is at epoch 3, 127.0.99.171:7003 at 9 (first round)");
    refuses(handshake, GATE_AGREEMENT, "1 node is in handshake (first round)");
    refuses(fresh_view, GATE_AGREEMENT,
            "1 replica is without a known master in some view (first round)");
    refuses(failover_due, GATE_AGREEMENT,
            "a failover is due: 127.0.99.172:7005 has failed and has 1 live replica (first round)");
    refuses(state_fail, GATE_AGREEMENT,
            "127.0.99.172:7005 says cluster_state:fail and no slot is lost (first round)");
    refuses(target_failed_for_one, GATE_AGREEMENT,
            "127.0.99.172:7005 sees the target as failed (first round)");
    refuses(target_has_another_for_one, GATE_AGREEMENT,
            "127.0.99.171:7003 sees 127.0.99.172:7006 following the target (first round)");
}

static void every_owner_has_to_know_a_target_without_slots(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    int target = fixture_master(f, "127.0.99.173:7009", "");
    Try t = try_of(f);
    t.ask.heal = false;
    t.ask.target = watch_id(&t.w, 7009);
    round_and_check(&t);
    assert_true(t.verdict.open);
    fixture_view_omits(f, fixture_port(f, 7005), target);
    round_and_check(&t);
    assert_refused(&t, GATE_AGREEMENT, "127.0.99.172:7005 does not know the target (first round)");
    fixture_view_master(f, fixture_port(f, 7001), target, fixture_port(f, 7003));
    round_and_check(&t);
    assert_refused(&t, GATE_AGREEMENT,
                   "127.0.99.170:7001 sees the target as no master (first round)");
    done(&t);
}

static void they_have_to_agree_in_the_second_round_too(void **state)
{
    (void)state;
    static const struct {
        Change *change;
        const char *text;
    } rows[] = {
        {slots_disagree, "127.0.99.170:7001 and 127.0.99.172:7005 disagree on who owns which slots "
                         "(second round)"},
        {epochs_disagree, "127.0.99.170:7001 is at epoch 3, 127.0.99.171:7003 at 9 (second round)"},
        {handshake, "1 node is in handshake (second round)"},
        {state_fail, "127.0.99.172:7005 says cluster_state:fail and no slot is lost "
                     "(second round)"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Try t = scenario();
        watch_round(&t.w, 2000);
        rows[i].change(&t);
        watch_round(&t.w, 3000);
        check(&t);
        assert_refused(&t, GATE_AGREEMENT, rows[i].text);
        done(&t);
    }
}

static void nothing_may_change_between_the_rounds(void **state)
{
    (void)state;
    Try t = scenario();
    watch_round(&t.w, 2000);
    for (size_t i = 0; i < fixture_count(t.w.f); i++) {
        fixture_node(t.w.f, (int)i)->current_epoch = 8;
    }
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_AGREEMENT, "the epoch went from 3 to 8 between the two rounds");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    snprintf(knob(&t.w, 7003)->slots, 128, "6826-12000");
    snprintf(knob(&t.w, 7005)->slots, 128, "5461-6825 12001-16383");
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_AGREEMENT, "slots changed their owner between the two rounds");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7006)->master = fixture_port(t.w.f, 7003);
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_AGREEMENT,
                   "127.0.99.172:7006 changed its master between the two rounds");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7006)->master = -1; // reset by somebody
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_AGREEMENT, "127.0.99.172:7006 changed its role between the two rounds");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    fixture_replica(t.w.f, "127.0.99.172:7010", fixture_port(t.w.f, 7005));
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_AGREEMENT, "127.0.99.172:7010 joined between the two rounds");
    done(&t);

    t = scenario();
    watch_round(&t.w, 2000);
    knob(&t.w, 7006)->forgotten = true;
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_AGREEMENT, "127.0.99.172:7006 left between the two rounds");
    done(&t);
}

static void a_shard_lost_for_good_is_no_reason_against_it(void **state)
{
    (void)state;
    Try t = scenario();
    watch_fail(&t.w, 7005);
    watch_fail(&t.w, 7006);
    round_and_check(&t);
    assert_false(t.w.h->snapshot->state_ok);
    assert_true(t.verdict.open);
    assert_text(&t, GATE_MAJORITY, "2 of 3 slot owners answered directly, twice");
    assert_text(&t, GATE_AGREEMENT,
                "slots, masters and epoch 3 the same for all, twice; 5461 slots "
                "are lost for good");
    done(&t);
}

static void slots_without_an_owner_are_no_reason_against_it(void **state)
{
    (void)state;
    Try t = scenario();
    snprintf(knob(&t.w, 7003)->slots, 128, "6826-12000");
    for (size_t i = 0; i < fixture_count(t.w.f); i++) {
        fixture_node(t.w.f, (int)i)->state_fail = true;
    }
    round_and_check(&t);
    assert_true(t.verdict.open);
    done(&t);
}

static void a_settled_failover_is_no_obstacle(void **state)
{
    (void)state;
    Fixture *f = fixture_scenario();
    Try t = try_of(f);
    fixture_restore(f, fixture_port(f, 7008));
    fixture_fail(f, fixture_port(f, 7001));
    fixture_promote(f, fixture_port(f, 7008));
    t.ask.target = watch_id(&t.w, 7008);
    round_and_check(&t);
    assert_true(t.verdict.open);
    done(&t);
}

// The scenario, with :7008 failing between the looks at 1000 and at 2000, and the last two rounds
// so long after it.
static Try orphaned_for(int64_t age_ms)
{
    Try t = {.w = watch_new(fixture_scenario())};
    watch_round(&t.w, 1000);
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 2000);
    t.ask = (GateAsk){
        .replica = watch_id(&t.w, 7004),
        .donor = watch_id(&t.w, 7003),
        .target = watch_id(&t.w, 7001),
        .heal = true,
        .decided_ms = 1500,
    };
    watch_round(&t.w, 2000 + age_ms - 60);
    watch_round(&t.w, 2000 + age_ms);
    check(&t);
    return t;
}

static void assert_race(int64_t age_ms, const char *refusal)
{
    Try t = orphaned_for(age_ms);
    if (refusal != NULL) {
        assert_refused(&t, GATE_SERVER_RACE, refusal);
    } else {
        assert_text(&t, GATE_SERVER_RACE, "no move by the server's own migration is due");
        assert_true(t.verdict.open);
    }
    done(&t);
}

static void nothing_is_written_while_the_servers_may_act_themselves(void **state)
{
    (void)state;
    assert_race(100, "the server's own migration to 127.0.99.170:7001 may come any moment: "
                     "orphaned for 0.1s");
    assert_race(150, NULL);
    assert_race(3600, NULL);
    assert_race(3800, "the server's own migration to 127.0.99.170:7001 may come any moment: "
                      "orphaned for 3.8s");
    assert_race(6500, "the server's own migration to 127.0.99.170:7001 may come any moment: "
                      "orphaned for 6.5s");
    assert_race(6600, NULL);
}

static void an_orphan_whose_beginning_was_not_seen_is_given_the_servers_time(void **state)
{
    (void)state;
    Try t = scenario();
    knob(&t.w, 7008)->master = fixture_port(t.w.f, 7005); // nobody tells since when
    round_and_check(&t);
    assert_refused(&t, GATE_SERVER_RACE,
                   "the server's own migration to 127.0.99.170:7001 may come any moment: orphaned "
                   "for 2.0s that we have seen, and longer");
    watch_round(&t.w, 8600);
    watch_round(&t.w, 8700);
    check(&t);
    assert_true(t.verdict.check[GATE_SERVER_RACE].passed);
    done(&t);
}

static void set_migration(Try *t, Tri allow)
{
    for (size_t i = 0; i < fixture_count(t->w.f); i++) {
        fixture_node(t->w.f, (int)i)->allow_migration = allow;
    }
}

static void servers_that_do_not_act_are_not_waited_for(void **state)
{
    (void)state;
    Try t = orphaned_for(4000);
    set_migration(&t, TRI_NO);
    watch_round(&t.w, 6001);
    check(&t);
    assert_text(&t, GATE_SERVER_RACE, "the server's own migration is off");
    done(&t);
    // Nobody else is left with the donor to go: the other rules have their say, not this one.
    t = orphaned_for(4000);
    watch_fail(&t.w, 7002);
    watch_round(&t.w, 6001);
    check(&t);
    assert_text(&t, GATE_SERVER_RACE, "the servers would not take a replica of this donor");
    done(&t);
}

static void a_replica_that_left_the_target_itself_does_not_stand_in_the_way(void **state)
{
    (void)state;
    Try t = scenario();
    // It was moved away; one view has not heard of it yet.
    fixture_view_master(t.w.f, fixture_port(t.w.f, 7005), fixture_port(t.w.f, 7006),
                        fixture_port(t.w.f, 7001));
    round_and_check(&t);
    assert_true(t.verdict.open);
    done(&t);
}

// --- each answer by itself has to be new

// What a node says in the last round, to make one answer of it older than the others.
static NodeSays *says(const Try *t, int port)
{
    const Node *n = &t->w.h->snapshot->nodes[watch_index(&t->w, port)];
    return (NodeSays *)(uintptr_t)n->says;
}

static void every_single_answer_has_to_be_new(void **state)
{
    (void)state;
    const struct {
        int port;
        GateRule rule;
        const char *text;
    } infos[] = {
        {7001, GATE_TARGET, "127.0.99.170:7001 has not told its INFO since the decision"},
        {7003, GATE_DONOR, "127.0.99.171:7003 has not told its INFO since the decision"},
        {7002, GATE_DONOR, "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003"},
        {7004, GATE_CANDIDATE, "127.0.99.171:7004 has not told its INFO since the decision"},
    };
    Try t = scenario();
    round_and_check(&t);
    for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
        int64_t told_ms = says(&t, infos[i].port)->info_ms;
        says(&t, infos[i].port)->info_ms = 1999; // the first round ended at 2000
        check(&t);
        assert_refused(&t, infos[i].rule, infos[i].text);
        says(&t, infos[i].port)->info_ms = told_ms;
    }
    says(&t, 7001)->info_ms = 1999;
    check(&t);
    assert_false(t.verdict.check[GATE_TARGET_READY].passed);
    assert_false(t.verdict.check[GATE_ROOM].passed);
    says(&t, 7001)->info_ms = 2950;

    says(&t, 7001)->view_ms = 1999;
    says(&t, 7003)->cluster_ms = 1999;
    check(&t);
    assert_refused(&t, GATE_MAJORITY,
                   "1 of 3 slot owners answered directly in the second round, "
                   "more than half are needed");
    says(&t, 7003)->cluster_ms = 2950;
    check(&t);
    assert_true(t.verdict.open);

    says(&t, 7003)->identity_ms = 1999;
    check(&t);
    assert_refused(&t, GATE_IDENTITY,
                   "donor 127.0.99.171:7003 has not confirmed its ID since the decision");
    done(&t);
}

static void masters_have_to_say_so_themselves(void **state)
{
    (void)state;
    Try t = scenario();
    round_and_check(&t);
    says(&t, 7001)->info.is_master = false; // its role changed after it had told its view
    check(&t);
    assert_refused(&t, GATE_TARGET, "127.0.99.170:7001 says itself that it is a replica");
    says(&t, 7001)->info.is_master = true;
    says(&t, 7004)->info.is_master = true;
    check(&t);
    assert_refused(&t, GATE_CANDIDATE, "127.0.99.171:7004 is a master");
    done(&t);
}

static void a_failed_donor_is_named_as_such(void **state)
{
    (void)state;
    Try t = scenario();
    t.ask.force = true; // AGREEMENT has refused already: a failover is due
    fixture_view_says(t.w.f, fixture_port(t.w.f, 7001), fixture_port(t.w.f, 7003), NODE_FAIL);
    fixture_view_says(t.w.f, fixture_port(t.w.f, 7005), fixture_port(t.w.f, 7003), NODE_FAIL);
    round_and_check(&t);
    assert_false(t.verdict.check[GATE_AGREEMENT].passed);
    assert_false(t.verdict.check[GATE_DONOR].passed);
    assert_string_equal(t.verdict.check[GATE_DONOR].text, "127.0.99.171:7003 has failed");
    done(&t);
}

// --- TARGET

static void target_suspected(Try *t)
{
    knob(&t->w, 7001)->pfail = true;
}

static void target_loading(Try *t)
{
    knob(&t->w, 7001)->loading = true;
    knob(&t->w, 7001)->valkey = true; // still gives its view
}

static void target_recovered(Try *t)
{
    fixture_restore(t->w.f, fixture_port(t->w.f, 7008));
}

static void target_unsure(Try *t)
{
    fixture_restore(t->w.f, fixture_port(t->w.f, 7008));
    fixture_lose(t->w.f, fixture_port(t->w.f, 7008));
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7001), fixture_port(t->w.f, 7008), NODE_FAIL);
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7003), fixture_port(t->w.f, 7008), NODE_FAIL);
    fixture_view_says(t->w.f, fixture_port(t->w.f, 7005), fixture_port(t->w.f, 7008), NODE_FAIL);
}

static void already_there(Try *t)
{
    knob(&t->w, 7004)->master = fixture_port(t->w.f, 7001);
    knob(&t->w, 7004)->sync_in_progress = true;
}

static void the_target_has_to_be_a_live_master_in_need(void **state)
{
    (void)state;
    refuses(target_suspected, GATE_TARGET, "127.0.99.170:7001 is suspected by 2 of 2 slot owners");
    refuses(target_loading, GATE_TARGET, "127.0.99.170:7001 is loading its dataset");
    Try t = scenario();
    target_unsure(&t); // every owner's view says failed
    round_and_check(&t);
    assert_true(t.verdict.open);
    done(&t);

    t = scenario();
    t.ask.force = true; // let AGREEMENT pass, to see what TARGET says
    target_recovered(&t);
    round_and_check(&t);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.170:7001 itself has 127.0.99.172:7008 online");
    done(&t);

    t = scenario();
    already_there(&t);
    round_and_check(&t);
    assert_false(t.verdict.open);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.171:7004 follows 127.0.99.170:7001 already");
    done(&t);
}

static void the_need_has_to_last_through_both_rounds(void **state)
{
    (void)state;
    Try t = scenario();
    t.ask.force = true;
    watch_round(&t.w, 2000);
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    knob(&t.w, 7008)->connected = false;
    watch_round(&t.w, 3000);
    check(&t);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.170:7001 is protected in the second round: 1 working, 0 on the "
                        "way, 0 not known");
    done(&t);

    t = scenario();
    t.ask.force = true;
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    knob(&t.w, 7008)->connected = false;
    watch_round(&t.w, 2000);
    watch_fail(&t.w, 7008);
    watch_round(&t.w, 3000);
    check(&t);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_string_equal(t.verdict.check[GATE_TARGET].text,
                        "127.0.99.170:7001 is protected in the first round: 1 working, 0 on the "
                        "way, 0 not known");
    done(&t);
}

static void a_sync_that_somebody_else_started_is_noticed(void **state)
{
    (void)state;
    // The server itself sent 7006 there: not a single view shows it, but the target is at it.
    Try t = scenario();
    FixtureNode *stray = knob(&t.w, 7008);
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    stray->failed = true; // for the cluster it is dead, and yet it gets a dataset
    stray->slave_state = "wait_bgsave";
    round_and_check(&t);
    assert_refused(&t, GATE_TARGET, "127.0.99.170:7001 is giving 127.0.99.172:7008 a sync already");
    stray->slave_state = "send_bulk";
    round_and_check(&t);
    assert_refused(&t, GATE_TARGET, "127.0.99.170:7001 is giving 127.0.99.172:7008 a sync already");
    stray->slave_state = "something_new";
    round_and_check(&t);
    assert_false(t.verdict.open);
    stray->slave_state = NULL; // online, as a dead host's replica is until its time-out
    round_and_check(&t);
    assert_true(t.verdict.open);
    done(&t);
}

static void a_cut_off_target_may_be_healed(void **state)
{
    (void)state;
    Try t = scenario();
    fixture_restore(t.w.f, fixture_port(t.w.f, 7008));
    knob(&t.w, 7008)->link_up = false;
    knob(&t.w, 7008)->link_down_s = 60;
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_text(&t, GATE_TARGET,
                "127.0.99.170:7001 is a live master without a usable replica (cut-off)");
    done(&t);
}

static void our_own_move_in_flight_does_not_count_as_help(void **state)
{
    (void)state;
    Try t = scenario();
    t.w.options.moving = (OwnMove){t.ask.replica, t.ask.target};
    round_and_check(&t);
    assert_int_equal(watch_node(&t.w, 7001)->master, STATE_AT_RISK);
    assert_true(t.verdict.open);
    done(&t);
}

static void by_hand_a_protected_master_may_get_another(void **state)
{
    (void)state;
    Try t = scenario();
    t.ask.heal = false;
    t.ask.target = watch_id(&t.w, 7005);
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_text(&t, GATE_TARGET, "127.0.99.172:7005 is a live master with 1 working replica(s)");
    knob(&t.w, 7006)->slave_state = "send_bulk"; // but not while another one is under way
    round_and_check(&t);
    assert_refused(&t, GATE_TARGET, "127.0.99.172:7005 is giving 127.0.99.172:7006 a sync already");
    done(&t);
}

// --- TARGET_READY

static void bgsave_failed(Try *t)
{
    knob(&t->w, 7001)->bgsave_failed = true;
}

static void no_room_to_fork(Try *t)
{
    knob(&t->w, 7001)->used_memory = INT64_C(52) << 30; // and a sixteenth more resident
}

static void the_target_has_to_be_able_to_fork(void **state)
{
    (void)state;
    refuses(bgsave_failed, GATE_TARGET_READY, "the last bgsave of 127.0.99.170:7001 failed");
    refuses(no_room_to_fork, GATE_TARGET_READY,
            "127.0.99.170:7001 uses 55G of 64G: a fork needs a quarter of that again");
    Try t = scenario();
    knob(&t.w, 7001)->used_memory = INT64_C(48) << 30; // 51 + a quarter just fits
    round_and_check(&t);
    assert_true(t.verdict.open);
    knob(&t.w, 7001)->total_system_memory = 0;
    round_and_check(&t);
    assert_text(&t, GATE_TARGET_READY,
                "127.0.99.170:7001: last bgsave ok, room for a fork unknown");
    done(&t);
}

// --- DONOR

static void sibling_gone(Try *t)
{
    watch_fail(&t->w, 7002);
}

static void sibling_not_listed(Try *t)
{
    knob(&t->w, 7002)->connected = false;
}

static void sibling_silent(Try *t)
{
    fixture_lose(t->w.f, fixture_port(t->w.f, 7002)); // its master still lists it
}

static void sibling_syncing(Try *t)
{
    knob(&t->w, 7002)->sync_in_progress = true;
    knob(&t->w, 7002)->slave_state = "online";
}

static void sibling_stale(Try *t)
{
    knob(&t->w, 7002)->reach = REACH_LATE; // working for us, but not by a new word
    knob(&t->w, 7002)->age_ms = 1500;
}

static void donor_suspected(Try *t)
{
    knob(&t->w, 7003)->pfail = true;
}

static void the_donor_keeps_its_floor_by_its_list_and_by_their_word(void **state)
{
    (void)state;
    refuses(sibling_gone, GATE_DONOR, "donor lists 0 others online, floor 1: 127.0.99.171:7003");
    refuses(sibling_not_listed, GATE_DONOR,
            "donor lists 0 others online, floor 1: 127.0.99.171:7003");
    refuses(sibling_silent, GATE_DONOR,
            "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    refuses(sibling_syncing, GATE_DONOR,
            "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    refuses(sibling_stale, GATE_DONOR,
            "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    refuses(donor_suspected, GATE_DONOR, "127.0.99.171:7003 is suspected by 2 of 2 slot owners");

    Try t = scenario();
    t.w.options.floor = 2;
    round_and_check(&t);
    assert_refused(&t, GATE_DONOR, "donor lists 1 others online, floor 2: 127.0.99.171:7003");
    done(&t);
}

static void the_donor_keeps_its_floor_in_both_rounds(void **state)
{
    (void)state;
    Try t = scenario();
    sibling_silent(&t);
    watch_round(&t.w, 2000);
    fixture_restore(t.w.f, fixture_port(t.w.f, 7002));
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_DONOR,
                   "donor keeps 0 of floor 1 working by their own word: 127.0.99.171:7003");
    done(&t);
}

// --- CANDIDATE

static void candidate_syncing(Try *t)
{
    knob(&t->w, 7004)->sync_in_progress = true;
}

static void candidate_link_down(Try *t)
{
    knob(&t->w, 7004)->link_up = false;
}

static void candidate_failed(Try *t)
{
    knob(&t->w, 7004)->failed = true;
}

static void candidate_elsewhere(Try *t)
{
    knob(&t->w, 7004)->master = fixture_port(t->w.f, 7005);
    fixture_replica(t->w.f, "127.0.99.172:7010", fixture_port(t->w.f, 7003)); // keeps the floor
}

static void candidate_is_master(Try *t)
{
    t->ask.replica = watch_id(&t->w, 7005);
}

static void the_candidate_has_to_be_a_working_replica_of_the_donor(void **state)
{
    (void)state;
    refuses(candidate_syncing, GATE_CANDIDATE, "127.0.99.171:7004 is syncing in the first round");
    refuses(candidate_link_down, GATE_CANDIDATE, "127.0.99.171:7004 is linking in the first round");
    refuses(candidate_failed, GATE_CANDIDATE, "127.0.99.171:7004 is failed in the first round");
    refuses(candidate_elsewhere, GATE_CANDIDATE,
            "127.0.99.171:7004 no longer follows 127.0.99.171:7003");
    refuses(candidate_is_master, GATE_CANDIDATE, "127.0.99.172:7005 is a master");
}

static void the_candidate_has_to_work_in_the_second_round_too(void **state)
{
    (void)state;
    Try t = scenario();
    watch_round(&t.w, 2000);
    candidate_link_down(&t);
    watch_round(&t.w, 3000);
    check(&t);
    assert_refused(&t, GATE_CANDIDATE, "127.0.99.171:7004 is linking in the second round");
    done(&t);
}

// --- ROOM, HOST and who may override what

static void too_small(Try *t)
{
    knob(&t->w, 7004)->maxmemory = INT64_C(1228) << 20;
}

static void the_dataset_has_to_fit(void **state)
{
    (void)state;
    refuses(too_small, GATE_ROOM,
            "maxmemory of 127.0.99.171:7004 is 1.2G, less than the dataset's 1.2G");
    Try t = scenario();
    knob(&t.w, 7004)->maxmemory = INT64_C(1229) << 20;
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_text(&t, GATE_ROOM, "maxmemory of 127.0.99.171:7004 is 1.2G, the dataset 1.2G");
    done(&t);
}

static void the_targets_own_host_is_a_warning_when_healing(void **state)
{
    (void)state;
    Try t = scenario();
    t.ask.replica = watch_id(&t.w, 7002);
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_text(&t, GATE_HOST,
                "warning: 127.0.99.170:7002 is on the target's own host 127.0.99.170");
    t.ask.heal = false;
    check(&t);
    assert_refused(&t, GATE_HOST, "127.0.99.170:7002 is on the target's own host 127.0.99.170");
    t.ask.accept_risk = true;
    check(&t);
    assert_true(t.verdict.open);
    assert_false(t.verdict.check[GATE_HOST].passed); // still on record
    done(&t);
}

static void a_person_may_override_judgement_and_nothing_else(void **state)
{
    (void)state;
    Try t = scenario();
    too_small(&t);
    bgsave_failed(&t);
    t.ask.accept_risk = true;
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_false(t.verdict.check[GATE_ROOM].passed);
    assert_false(t.verdict.check[GATE_TARGET_READY].passed);
    done(&t);

    static Change *const protecting[] = {slots_disagree, target_suspected, sibling_gone,
                                         candidate_syncing, replica_silent};
    for (size_t i = 0; i < sizeof(protecting) / sizeof(protecting[0]); i++) {
        t = scenario();
        t.ask.accept_risk = true;
        protecting[i](&t);
        round_and_check(&t);
        assert_false(t.verdict.open);
        done(&t);
    }
}

static void force_overrides_all_but_identity(void **state)
{
    (void)state;
    Try t = scenario();
    t.ask.force = true;
    slots_disagree(&t);
    target_suspected(&t);
    sibling_gone(&t);
    candidate_link_down(&t);
    too_small(&t);
    round_and_check(&t);
    assert_true(t.verdict.open);
    assert_false(t.verdict.check[GATE_AGREEMENT].passed);
    assert_false(t.verdict.check[GATE_TARGET].passed);
    assert_false(t.verdict.check[GATE_DONOR].passed);
    assert_false(t.verdict.check[GATE_CANDIDATE].passed);
    target_late(&t);
    round_and_check(&t);
    assert_false(t.verdict.open);
    assert_int_equal(t.verdict.refused_by, GATE_IDENTITY);
    done(&t);
}

static void every_check_is_filled_in_whatever_is_missing(void **state)
{
    (void)state;
    Try t = scenario();
    t.ask.replica = t.ask.donor = t.ask.target = (NodeId){{0}};
    round_and_check(&t);
    for (int i = 0; i < GATE_RULE_COUNT; i++) {
        assert_string_not_equal(t.verdict.check[i].text, "");
    }
    assert_false(t.verdict.open);
    assert_int_equal(t.verdict.refused_by, GATE_IDENTITY);
    done(&t);
}

TESTS(gate, cmocka_unit_test(it_opens_and_says_what_was_measured),
      cmocka_unit_test(the_rules_have_names_and_know_what_protects_data),
      cmocka_unit_test(all_three_confirm_their_ids),
      cmocka_unit_test(most_owners_have_to_answer_twice),
      cmocka_unit_test(half_of_the_owners_is_not_enough),
      cmocka_unit_test(answers_from_before_the_decision_do_not_count),
      cmocka_unit_test(the_second_round_has_to_be_asked_after_the_first),
      cmocka_unit_test(rounds_in_the_wrong_order_are_not_two_rounds),
      cmocka_unit_test(the_owners_have_to_agree),
      cmocka_unit_test(every_owner_has_to_know_a_target_without_slots),
      cmocka_unit_test(they_have_to_agree_in_the_second_round_too),
      cmocka_unit_test(nothing_may_change_between_the_rounds),
      cmocka_unit_test(a_shard_lost_for_good_is_no_reason_against_it),
      cmocka_unit_test(slots_without_an_owner_are_no_reason_against_it),
      cmocka_unit_test(a_settled_failover_is_no_obstacle),
      cmocka_unit_test(nothing_is_written_while_the_servers_may_act_themselves),
      cmocka_unit_test(an_orphan_whose_beginning_was_not_seen_is_given_the_servers_time),
      cmocka_unit_test(servers_that_do_not_act_are_not_waited_for),
      cmocka_unit_test(a_replica_that_left_the_target_itself_does_not_stand_in_the_way),
      cmocka_unit_test(every_single_answer_has_to_be_new),
      cmocka_unit_test(masters_have_to_say_so_themselves),
      cmocka_unit_test(a_failed_donor_is_named_as_such),
      cmocka_unit_test(the_target_has_to_be_a_live_master_in_need),
      cmocka_unit_test(the_need_has_to_last_through_both_rounds),
      cmocka_unit_test(a_sync_that_somebody_else_started_is_noticed),
      cmocka_unit_test(a_cut_off_target_may_be_healed),
      cmocka_unit_test(our_own_move_in_flight_does_not_count_as_help),
      cmocka_unit_test(by_hand_a_protected_master_may_get_another),
      cmocka_unit_test(the_target_has_to_be_able_to_fork),
      cmocka_unit_test(the_donor_keeps_its_floor_by_its_list_and_by_their_word),
      cmocka_unit_test(the_donor_keeps_its_floor_in_both_rounds),
      cmocka_unit_test(the_candidate_has_to_be_a_working_replica_of_the_donor),
      cmocka_unit_test(the_candidate_has_to_work_in_the_second_round_too),
      cmocka_unit_test(the_dataset_has_to_fit),
      cmocka_unit_test(the_targets_own_host_is_a_warning_when_healing),
      cmocka_unit_test(a_person_may_override_judgement_and_nothing_else),
      cmocka_unit_test(force_overrides_all_but_identity),
      cmocka_unit_test(every_check_is_filled_in_whatever_is_missing))
