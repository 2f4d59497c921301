#include "look.h"

#include <stdio.h>

Look look(Fixture *f)
{
    static const HealthOptions options = {0};
    Look l = {.before = fixture_snapshot(f, 1000)};
    l.now = fixture_snapshot(f, 13000);
    l.health = health_assess(l.now, health_assess(l.before, NULL, &options), &options);
    return l;
}

void look_done(Look *l)
{
    snapshot_free(l->before);
    snapshot_free(l->now);
}

Finding look_finding(FindingCode code, Level severity, NodeId node, const char *text,
                     const char *remedy)
{
    return (Finding){.code = code,
                     .severity = severity,
                     .node = node,
                     .since_ms = 1000,
                     .text = text,
                     .remedy = remedy};
}

Fixture *look_troubled(void)
{
    Fixture *f = fixture_scenario();
    int spare = fixture_port(f, 7004);
    fixture_node(f, spare)->link_up = false;
    fixture_node(f, spare)->sync_in_progress = true;
    fixture_node(f, spare)->sync_total = 2000000000;
    fixture_node(f, spare)->sync_read = 826000000;
    fixture_node(f, spare)->sync_left = 1174000000;
    fixture_fail(f, fixture_port(f, 7008));
    fixture_node(f, fixture_port(f, 7006))->link_up = false;
    fixture_node(f, fixture_port(f, 7006))->link_down_s = 40;
    fixture_node(f, fixture_port(f, 7003))->slots[0] = '\0';
    snprintf(fixture_node(f, fixture_port(f, 7005))->open_slots, 256, "[77->-%s]",
             fixture_id(f, fixture_port(f, 7001)).hex);
    int loading = fixture_replica(f, "127.0.99.173:7009", fixture_port(f, 7005));
    fixture_node(f, loading)->loading = true;
    fixture_node(f, loading)->loading_total = 1000;
    fixture_node(f, loading)->loading_done = 250;
    fixture_node(f, loading)->loading_eta_s = 9;
    fixture_lose(f, fixture_replica(f, "127.0.99.173:7010", fixture_port(f, 7005)));
    snprintf(fixture_node(f, fixture_port(f, 7002))->hostname, 64, "%s", "cache-2.example.com");
    fixture_replica(f, "127.0.99.173:7011", spare);
    fixture_fail(f, fixture_master(f, "127.0.99.173:7012", "6826-12287"));
    return f;
}
