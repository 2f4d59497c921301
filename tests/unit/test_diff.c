#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/event.h"

// One cluster over time: each step builds the next picture and writes down what changed.
typedef struct {
    Fixture *f;
    Snapshot *before;
    int64_t now_ms;
    OwnMove own;
    StrBuf told; // "code by text" a line
} Story;

static void write_down(void *ctx, const Event *event)
{
    Story *story = ctx;
    const char *by = event_by_text(event->by);
    strbuf_addf(&story->told, "%s%s%s: %s\n", event_code_text(event->code),
                by[0] == '\0' ? "" : " ", by, event->text);
    assert_true(event->wall_ms == INT64_C(1700000000000) + story->now_ms);
}

static const char *step(Story *story)
{
    story->now_ms += 1000;
    strbuf_clear(&story->told);
    Snapshot *after = fixture_snapshot(story->f, story->now_ms);
    snapshot_diff(story->before, after, &story->own, write_down, story);
    snapshot_free(story->before);
    story->before = after;
    return strbuf_text(&story->told);
}

static Story begin(void)
{
    Story story = {.f = fixture_scenario()};
    assert_string_equal(step(&story), ""); // the first picture tells nothing
    assert_string_equal(step(&story), ""); // nor does the same again
    return story;
}

static void end(Story *story)
{
    fixture_free(story->f);
    snapshot_free(story->before);
    strbuf_done(&story->told);
}

static FixtureNode *node(Story *story, int port)
{
    return fixture_node(story->f, fixture_port(story->f, port));
}

static void whoever_cannot_be_reached_is_named_once(void **state)
{
    (void)state;
    Story story = begin();
    int r = fixture_port(story.f, 7008);
    fixture_lose(story.f, r);
    node(&story, 7008)->why = "127.0.99.172:7008 closed the connection";
    assert_string_equal(step(&story),
                        "unreachable: replica 127.0.99.172:7008 closed the connection\n");
    end(&story);
}

static void a_replica_fails_and_comes_back(void **state)
{
    (void)state;
    Story story = begin();
    int r = fixture_port(story.f, 7008);
    fixture_lose(story.f, r);
    assert_string_equal(step(&story),
                        "unreachable: replica 127.0.99.172:7008: Connection refused\n");
    fixture_view_says(story.f, 1, r, NODE_PFAIL);
    assert_string_equal(step(&story),
                        "replica-suspected: replica 127.0.99.172:7008 is suspected (by "
                        "1 of 3 masters)\n");
    fixture_view_says(story.f, 1, r, 0);
    fixture_fail(story.f, r);
    assert_string_equal(
        step(&story), "replica-failed: replica 127.0.99.172:7008 failed (3 of 3 masters agree)\n");
    assert_string_equal(step(&story), "");
    fixture_restore(story.f, r);
    assert_string_equal(step(&story), "replica-back: 127.0.99.172:7008 is back as a replica of "
                                      "127.0.99.170:7001\n");
    end(&story);
}

static void a_suspicion_may_pass(void **state)
{
    (void)state;
    Story story = begin();
    fixture_view_says(story.f, 1, 0, NODE_PFAIL);
    assert_string_equal(step(&story),
                        "master-suspected: master 127.0.99.170:7001 is suspected (by 1 "
                        "of 2 masters)\n");
    fixture_view_says(story.f, 1, 0, 0);
    assert_string_equal(step(&story),
                        "master-back: master 127.0.99.170:7001 is no longer suspected\n");
    end(&story);
}

static void who_moved_a_replica_is_told(void **state)
{
    (void)state;
    Story story = begin();
    // Us.
    story.own.replica = node(&story, 7002)->id;
    story.own.target = node(&story, 7001)->id;
    node(&story, 7002)->master = fixture_port(story.f, 7001);
    assert_string_equal(
        step(&story),
        "replica-moved us: replica 127.0.99.170:7002 moved from 127.0.99.171:7003 to "
        "127.0.99.170:7001 (by rehome)\n"
        "replica-in-sync: replica 127.0.99.170:7002 is in sync with 127.0.99.170:7001\n");
    // Somebody else: the target was in no need. Our last move was another one.
    node(&story, 7002)->master = fixture_port(story.f, 7005);
    node(&story, 7002)->link_up = false;
    assert_string_equal(step(&story),
                        "replica-moved other: replica 127.0.99.170:7002 moved from "
                        "127.0.99.170:7001 to 127.0.99.172:7005 (by somebody else)\n");
    // The server: the target had nobody left.
    fixture_fail(story.f, fixture_port(story.f, 7008));
    step(&story);
    node(&story, 7006)->master = fixture_port(story.f, 7001);
    node(&story, 7006)->link_up = false;
    assert_string_equal(step(&story),
                        "replica-moved server: replica 127.0.99.172:7006 moved from "
                        "127.0.99.172:7005 to 127.0.99.170:7001 (probably by the server)\n");
    end(&story);
}

// A master that was an orphan before is helped within a tenth of a second.
static void the_server_may_move_at_once(void **state)
{
    (void)state;
    Story story = begin();
    fixture_fail(story.f, fixture_port(story.f, 7008));
    node(&story, 7002)->master = fixture_port(story.f, 7001);
    node(&story, 7002)->link_up = false;
    assert_non_null(strstr(step(&story), "replica-moved server: replica 127.0.99.170:7002 moved"));
    end(&story);
}

static void the_server_is_not_blamed_where_it_may_not_move(void **state)
{
    (void)state;
    Story story = begin();
    for (int i = 0; i < 7; i++) {
        fixture_node(story.f, i)->allow_migration = TRI_NO;
    }
    fixture_fail(story.f, fixture_port(story.f, 7008));
    step(&story);
    node(&story, 7004)->master = fixture_port(story.f, 7001);
    node(&story, 7004)->link_up = false;
    assert_string_equal(step(&story),
                        "replica-moved other: replica 127.0.99.171:7004 moved from "
                        "127.0.99.171:7003 to 127.0.99.170:7001 (by somebody else)\n");
    end(&story);
}

static void a_failover_is_one_story(void **state)
{
    (void)state;
    Story story = begin();
    int extra = fixture_replica(story.f, "127.0.99.171:7009", 0);
    assert_string_equal(step(&story), "node-added: replica 127.0.99.171:7009 joined\n");
    fixture_fail(story.f, 0);
    assert_string_equal(step(&story),
                        "slots-lost: 5461 slots have no working master\n"
                        "master-failed: master 127.0.99.170:7001 failed (2 of 2 masters agree)\n"
                        "cluster-state: cluster_state is fail\n"
                        "replica-link-down: replica 127.0.99.171:7009 lost its link to "
                        "127.0.99.170:7001\n"
                        "replica-link-down: replica 127.0.99.172:7008 lost its link to "
                        "127.0.99.170:7001\n");
    fixture_promote(story.f, fixture_port(story.f, 7008));
    assert_string_equal(
        step(&story),
        "failover server: replica 127.0.99.172:7008 was promoted in place of 127.0.99.170:7001\n"
        "replica-moved server: replica 127.0.99.171:7009 now follows 127.0.99.172:7008 "
        "(127.0.99.170:7001 owns no slots any more)\n"
        "slots-covered: all 16384 slots have a working master\n"
        "replica-in-sync: replica 127.0.99.171:7009 is in sync with 127.0.99.172:7008\n"
        "cluster-state: cluster_state is ok\n");
    fixture_restore(story.f, 0);
    assert_string_equal(step(&story), "replica-back: 127.0.99.170:7001 is back as a replica of "
                                      "127.0.99.172:7008\n");
    assert_int_equal(fixture_node(story.f, extra)->master, fixture_port(story.f, 7008));
    end(&story);
}

static void a_promotion_over_a_live_master_is_a_persons(void **state)
{
    (void)state;
    Story story = begin();
    fixture_promote(story.f, fixture_port(story.f, 7008));
    assert_string_equal(step(&story), "failover other: replica 127.0.99.172:7008 was promoted in "
                                      "place of 127.0.99.170:7001\n");
    end(&story);
}

// The new role is known from INFO before the views tell of its slots.
static void a_failover_seen_in_two_steps_is_told_once(void **state)
{
    (void)state;
    Story story = begin();
    FixtureNode *heir = node(&story, 7008);
    fixture_fail(story.f, 0);
    step(&story);
    heir->master = -1;
    assert_string_equal(step(&story), "");
    heir->master = 0;
    fixture_promote(story.f, fixture_port(story.f, 7008));
    const char *told = step(&story);
    assert_non_null(strstr(told, "failover server: replica 127.0.99.172:7008 was promoted"));
    assert_null(strstr(step(&story), "failover"));
    end(&story);
}

static void the_link_is_told_by_the_replica_itself(void **state)
{
    (void)state;
    Story story = begin();
    node(&story, 7006)->link_up = false;
    assert_string_equal(step(&story),
                        "replica-link-down: replica 127.0.99.172:7006 lost its link to "
                        "127.0.99.172:7005\n");
    node(&story, 7006)->sync_in_progress = true;
    assert_string_equal(step(&story), "");
    node(&story, 7006)->loading = true;
    assert_string_equal(step(&story), "");
    node(&story, 7006)->loading = false;
    node(&story, 7006)->sync_in_progress = false;
    node(&story, 7006)->link_up = true;
    assert_string_equal(step(&story), "replica-in-sync: replica 127.0.99.172:7006 is in sync with "
                                      "127.0.99.172:7005\n");
    end(&story);
}

static void our_own_reach_is_another_matter(void **state)
{
    (void)state;
    Story story = begin();
    node(&story, 7003)->reach = REACH_LATE; // slow once: nothing to tell
    assert_string_equal(step(&story), "");
    node(&story, 7003)->reach = REACH_DENIED;
    assert_string_equal(step(&story),
                        "unreachable: master 127.0.99.171:7003: NOAUTH Authentication required.\n");
    node(&story, 7003)->reach = REACH_OK;
    assert_string_equal(step(&story), "reachable: master 127.0.99.171:7003 answers us again\n");
    end(&story);
}

static void losing_all_contact_is_one_event(void **state)
{
    (void)state;
    Story story = begin();
    for (int i = 0; i < 7; i++) {
        fixture_node(story.f, i)->reach = REACH_UNREACHABLE;
    }
    assert_string_equal(step(&story), "lost: no node of the cluster answers any more\n");
    assert_string_equal(step(&story), "");
    for (int i = 0; i < 7; i++) {
        fixture_node(story.f, i)->reach = REACH_OK;
    }
    assert_string_equal(step(&story), "connected: connected to 3 masters and 4 replicas\n");
    // With their last words still at hand it is no other story.
    for (int i = 0; i < 7; i++) {
        fixture_node(story.f, i)->reach = REACH_UNREACHABLE;
        fixture_node(story.f, i)->age_ms = 1500;
    }
    assert_string_equal(step(&story), "lost: no node of the cluster answers any more\n");
    end(&story);
}

static void views_may_differ_for_a_while(void **state)
{
    (void)state;
    Story story = begin();
    fixture_view_slots(story.f, 1, 0, "0-5000", 1);
    assert_string_equal(step(&story), "views-disagree: nodes disagree about who owns which slots "
                                      "(127.0.99.172:7005 differs)\n");
    assert_string_equal(step(&story), "");
    fixture_view_slots(story.f, 1, 0, "0-5460", 1);
    assert_string_equal(step(&story), "views-agree: all nodes agree about who owns which slots\n");
    end(&story);
}

static void nodes_come_and_go(void **state)
{
    (void)state;
    Story story = begin();
    node(&story, 7006)->forgotten = true;
    assert_string_equal(
        step(&story), "node-gone: replica 127.0.99.172:7006 is gone: no node lists it any more\n");
    fixture_master(story.f, "127.0.99.173:7010", "");
    assert_string_equal(step(&story), "node-added: master 127.0.99.173:7010 joined\n");
    end(&story);
}

static void slots_go_and_come_in_parts(void **state)
{
    (void)state;
    Story story = begin();
    snprintf(fixture_node(story.f, 0)->slots, 128, "0-4999");
    assert_string_equal(step(&story), "slots-lost: 461 slots have no working master\n");
    snprintf(fixture_node(story.f, 0)->slots, 128, "0-5199");
    assert_string_equal(step(&story),
                        "slots-covered: 16123 of 16384 slots have a working master\n");
    end(&story);
}

static void the_same_picture_tells_nothing(void **state)
{
    (void)state;
    Story story = begin();
    fixture_fail(story.f, 0);
    fixture_view_says(story.f, 1, 2, NODE_PFAIL);
    step(&story);
    strbuf_clear(&story.told);
    snapshot_diff(story.before, story.before, NULL, write_down, &story);
    assert_string_equal(strbuf_text(&story.told), "");
    end(&story);
}

static void an_event_carries_clean_words(void **state)
{
    (void)state;
    Node n = {.id = {.hex = "07c37dfeb235213a872192d90877d0cd55635b91"}, .addr = "\033[31mh:1"};
    Event e =
        event_make(EVENT_ORPHANED, LEVEL_CRITICAL, 5, &n, "master %s\n%s", n.addr, "is alone");
    assert_string_equal(e.addr, "?[31mh:1");
    assert_string_equal(e.text, "master ?[31mh:1?is alone");
    assert_string_equal(e.node.hex, n.id.hex);
    assert_int_equal(e.by, BY_NOBODY);
    e = event_make(EVENT_BRAKE, LEVEL_WARNING, 5, NULL, "%0500d", 1);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_true(node_id_is_none(e.node));
    assert_string_equal(e.addr, "");
    assert_string_equal(event_code_text(EVENT_CONNECTED), "connected");
    assert_string_equal(event_code_text(EVENT_BRAKE), "brake");
    assert_string_equal(event_by_text(BY_US), "us");
    assert_string_equal(event_by_text(BY_SERVER), "server");
    assert_string_equal(event_by_text(BY_OTHER), "other");
    assert_string_equal(event_by_text(BY_NOBODY), "");
}

static void the_server_moves_nobody_while_the_state_is_fail(void **state)
{
    (void)state;
    Story story = begin();
    for (int i = 0; i < 7; i++) {
        fixture_node(story.f, i)->state_fail = true;
    }
    fixture_fail(story.f, fixture_port(story.f, 7008));
    step(&story);
    node(&story, 7004)->master = fixture_port(story.f, 7001);
    node(&story, 7004)->link_up = false;
    assert_non_null(strstr(step(&story), "replica-moved other"));
    end(&story);
}

static void fewer_who_call_it_failed_is_no_news(void **state)
{
    (void)state;
    Story story = begin();
    int r = fixture_port(story.f, 7008);
    fixture_fail(story.f, r);
    step(&story);
    fixture_view_says(story.f, 0, r, NODE_PFAIL);
    fixture_view_says(story.f, 1, r, NODE_PFAIL);
    assert_string_equal(step(&story), "");
    end(&story);
}

// Restarted so quickly that it is back as a replica before we look again.
static void a_master_that_had_failed_was_replaced_by_the_server(void **state)
{
    (void)state;
    Story story = begin();
    fixture_fail(story.f, 0);
    step(&story);
    fixture_promote(story.f, fixture_port(story.f, 7008));
    fixture_restore(story.f, 0);
    assert_non_null(strstr(step(&story), "failover server"));
    end(&story);
}

TESTS(diff, cmocka_unit_test(whoever_cannot_be_reached_is_named_once),
      cmocka_unit_test(a_replica_fails_and_comes_back), cmocka_unit_test(a_suspicion_may_pass),
      cmocka_unit_test(who_moved_a_replica_is_told), cmocka_unit_test(the_server_may_move_at_once),
      cmocka_unit_test(the_server_is_not_blamed_where_it_may_not_move),
      cmocka_unit_test(a_failover_is_one_story),
      cmocka_unit_test(a_promotion_over_a_live_master_is_a_persons),
      cmocka_unit_test(a_failover_seen_in_two_steps_is_told_once),
      cmocka_unit_test(the_link_is_told_by_the_replica_itself),
      cmocka_unit_test(our_own_reach_is_another_matter),
      cmocka_unit_test(losing_all_contact_is_one_event),
      cmocka_unit_test(views_may_differ_for_a_while), cmocka_unit_test(nodes_come_and_go),
      cmocka_unit_test(slots_go_and_come_in_parts),
      cmocka_unit_test(the_same_picture_tells_nothing),
      cmocka_unit_test(an_event_carries_clean_words),
      cmocka_unit_test(the_server_moves_nobody_while_the_state_is_fail),
      cmocka_unit_test(fewer_who_call_it_failed_is_no_news),
      cmocka_unit_test(a_master_that_had_failed_was_replaced_by_the_server))
