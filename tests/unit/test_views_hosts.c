// View 2 and the page of `x`, kept in tests/golden/screen-hosts-*.txt and screen-whatif-*.txt.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/ui/canvas.h"
#include "screen.h"
#include "watch.h"

static Stage *staged(Fixture *f)
{
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 3000);
    stage_time(st, 3300);
    return st;
}

static void the_hosts_of_the_owners_cluster(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at_three_sizes("hosts-scenario", st, "2");
    screen_at("hosts-scenario-safe", st, "2 j", 80, 24);
    screen_at("hosts-scenario", st, "2", 60, 15);
    stage_free(st);
}

static void the_hosts_in_ascii(void **state)
{
    (void)state;
    Stage *st = stage_orphaned();
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    ui_key(ui, &st->scene, '2');
    screen_show("hosts-ascii-80x24", ui, &st->scene, 80, 24, true);
    ui_free(ui);
    stage_free(st);
}

static void ten_masters_on_as_many_hosts(void **state)
{
    (void)state;
    Stage *st = staged(ten_masters());
    screen_at_three_sizes("hosts-ten", st, "2");
    stage_free(st);
}

static void a_host_of_which_all_nodes_have_failed(void **state)
{
    (void)state;
    Stage *st = staged(ten_masters());
    Fixture *f = st->f;
    fixture_fail(f, fixture_port(f, 7002));
    fixture_fail(f, fixture_port(f, 7101));
    fixture_promote(f, fixture_port(f, 7102));
    stage_rounds(st, 4000, 6000);
    screen_at("hosts-dead", st, "2 G", 80, 24);
    stage_free(st);
}

// 20 masters with two replicas each on 30 hosts, some with labels for addresses.
static Fixture *sixty(void)
{
    Fixture *f = fixture_new();
    int masters[20];
    char addr[32];
    for (int i = 0; i < 20; i++) {
        char range[32];
        snprintf(addr, sizeof(addr), "10.2.0.%d:%d", i % 30 + 1, 7000 + i);
        snprintf(range, sizeof(range), "%d-%d", i * 820, i == 19 ? 16383 : i * 820 + 819);
        masters[i] = fixture_master(f, addr, range);
    }
    for (int i = 0; i < 40; i++) {
        snprintf(addr, sizeof(addr), "10.2.0.%d:%d", (i + 20) % 30 + 1, 7100 + i);
        int replica = fixture_replica(f, addr, masters[i / 2]);
        fixture_node(f, replica)->silent = true;
    }
    return f;
}

static void sixty_nodes_on_thirty_hosts(void **state)
{
    (void)state;
    Stage *st = staged(sixty());
    screen_at_three_sizes("hosts-sixty", st, "2");
    screen_at("hosts-sixty-end", st, "2 Right Right PgDn j", 80, 24);
    stage_free(st);
}

static void everything_on_one_host(void **state)
{
    (void)state;
    Fixture *f = fixture_new();
    int a = fixture_master(f, "10.0.0.1:7001", "0-8191");
    int b = fixture_master(f, "10.0.0.1:7002", "8192-16383");
    fixture_replica(f, "10.0.0.1:7101", a);
    fixture_replica(f, "10.0.0.1:7102", b);
    Stage *st = staged(f);
    screen_at("hosts-one", st, "2", 80, 24);
    stage_free(st);
}

static void zones_and_unknown_hosts(void **state)
{
    (void)state;
    Labels *labels = NULL;
    Error err = {0};
    const char *rules = "10.0.0.1 = eu-west-1a\n10.0.0.2 = eu-west-1b\n10.0.0.3 = eu-west-1c\n";
    assert_true(labels_parse(sv(rules), "zones.txt", &labels, &err));
    Fixture *f = well_placed();
    fixture_labels(f, labels);
    fixture_master(f, "10.0.0.2:7009", ""); // owns nothing
    fixture_node(f, fixture_port(f, 7103))->noaddr = true;
    fixture_node(f, fixture_port(f, 7103))->silent = true;
    fixture_node(f, fixture_port(f, 7102))->sync_in_progress = true;
    Stage *st = staged(f);
    screen_at("hosts-zones", st, "2", 80, 24);
    screen_at("hosts-zones", st, "2", 120, 40);
    stage_free(st);
    labels_free(labels);
}

static void what_if_a_host_died(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at_three_sizes("whatif-host", st, "2 x");
    screen_at("whatif-survived", st, "2 j Enter", 80, 24);
    stage_free(st);
}

static void what_if_a_node_died(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    screen_at("whatif-master", st, "x", 80, 24);
    screen_at("whatif-replica", st, "j x", 80, 24);
    stage_free(st);
}

static void the_page_goes_back_where_it_came_from(void **state)
{
    (void)state;
    Stage *st = stage_healthy();
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    screen_press(ui, &st->scene, "2 j x Esc");
    screen_show("hosts-scenario-safe-80x24", ui, &st->scene, 80, 24, false); // the same host
    ui_free(ui);
    stage_free(st);
}

TESTS(views_hosts, cmocka_unit_test(the_hosts_of_the_owners_cluster),
      cmocka_unit_test(the_hosts_in_ascii), cmocka_unit_test(ten_masters_on_as_many_hosts),
      cmocka_unit_test(a_host_of_which_all_nodes_have_failed),
      cmocka_unit_test(sixty_nodes_on_thirty_hosts), cmocka_unit_test(everything_on_one_host),
      cmocka_unit_test(zones_and_unknown_hosts), cmocka_unit_test(what_if_a_host_died),
      cmocka_unit_test(what_if_a_node_died),
      cmocka_unit_test(the_page_goes_back_where_it_came_from))
