// The operator's own names for nodes: shown instead of addresses, and understood as names.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"

static Desk *named(Aliases *aliases, const char *name, const char *node)
{
    Error err = {0};
    Stage *st = stage_new(fixture_scenario());
    assert_true(aliases_add(aliases, sv(name), sv(node), &err));
    fixture_aliases(st->f, aliases);
    stage_rounds(st, 1000, 3000);
    return desk_new(st, CONFIRM_ASK);
}

static int named_node(const Desk *d, const char *text)
{
    Error err = {0};
    return snapshot_name(d->st->scene.health->snapshot, text, &err);
}

static void a_node_is_shown_by_its_alias(void **state)
{
    (void)state;
    Aliases aliases = {.at = NULL};
    Desk *d = named(&aliases, "cache-a", "127.0.99.172:7008");
    assert_true(shows(d, "cache-a"));
    assert_null(strstr(screen(d), "127.0.99.172:7008"));
    fixture_fail(d->st->f, fixture_port(d->st->f, 7008));
    stage_rounds(d->st, 4000, 5000);
    assert_true(shows(d, "only replica cache-a failed")); // an event
    desk_free(d);
    aliases_done(&aliases);
}

static void a_node_is_named_by_its_alias(void **state)
{
    (void)state;
    Aliases aliases = {.at = NULL};
    Desk *d = named(&aliases, "cache-a", ":7008");
    int node = stage_port(d->st, 7008);
    assert_int_equal(named_node(d, "cache-a"), node);
    assert_int_equal(named_node(d, "127.0.99.172:7008"), node);
    assert_int_equal(named_node(d, "cache-b"), -1);
    desk_free(d);
    aliases_done(&aliases);
}

static void an_alias_by_id_follows_the_node(void **state)
{
    (void)state;
    Aliases aliases = {.at = NULL};
    Stage *st = stage_new(fixture_scenario());
    char id[9];
    Error err = {0};
    snprintf(id, sizeof(id), "%.8s", fixture_id(st->f, fixture_port(st->f, 7004)).hex);
    assert_true(aliases_add(&aliases, sv("spare"), sv(id), &err));
    fixture_aliases(st->f, &aliases);
    stage_rounds(st, 1000, 3000);
    assert_string_equal(st->scene.health->snapshot->nodes[stage_port(st, 7004)].alias, "spare");
    stage_free(st);
    aliases_done(&aliases);
}

static void what_could_be_any_of_several_is_nobodys(void **state)
{
    (void)state;
    Aliases aliases = {.at = NULL};
    Desk *d = named(&aliases, "nobody", "no-such-host");
    const Snapshot *p = d->st->scene.health->snapshot;
    for (size_t i = 0; i < p->n_nodes; i++) {
        assert_string_equal(p->nodes[i].alias, "");
    }
    desk_free(d);
    aliases_done(&aliases);
}

TESTS(aliases, cmocka_unit_test(a_node_is_shown_by_its_alias),
      cmocka_unit_test(a_node_is_named_by_its_alias),
      cmocka_unit_test(an_alias_by_id_follows_the_node),
      cmocka_unit_test(what_could_be_any_of_several_is_nobodys))
