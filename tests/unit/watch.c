#include "watch.h"

#include <stdio.h>

#include "unit.h"

Watch watch_new(Fixture *f)
{
    return (Watch){.f = f};
}

void watch_done(Watch *w)
{
    snapshot_free(w->snapshots[0]);
    snapshot_free(w->snapshots[1]);
    fixture_free(w->f);
}

const Health *watch_round(Watch *w, int64_t now_ms)
{
    snapshot_free(w->snapshots[0]);
    w->snapshots[0] = w->snapshots[1];
    w->before = w->h;
    w->snapshots[1] = fixture_snapshot(w->f, now_ms);
    w->h = health_assess(w->snapshots[1], w->before, &w->options);
    w->now_ms = now_ms;
    return w->h;
}

const Health *watch_rounds(Watch *w, int n)
{
    for (int i = 0; i < n; i++) {
        watch_round(w, w->now_ms + 1000);
    }
    return w->h;
}

int watch_index(const Watch *w, int port)
{
    int i = fixture_port(w->f, port);
    assert_true(i >= 0);
    int found = snapshot_find(w->h->snapshot, fixture_id(w->f, i));
    assert_true(found >= 0);
    return found;
}

const NodeHealth *watch_node(const Watch *w, int port)
{
    return &w->h->of[watch_index(w, port)];
}

NodeId watch_id(const Watch *w, int port)
{
    return fixture_id(w->f, fixture_port(w->f, port));
}

FixtureNode *knob(const Watch *w, int port)
{
    int i = fixture_port(w->f, port);
    assert_true(i >= 0);
    return fixture_node(w->f, i);
}

void watch_fail(Watch *w, int port)
{
    fixture_fail(w->f, fixture_port(w->f, port));
}

int watch_port(const Watch *w, int index)
{
    return index >= 0 ? w->h->snapshot->nodes[index].port : -1;
}

static void spread(Fixture *f, int masters)
{
    char addr[64];
    char slots[32];
    for (int i = 0; i < masters; i++) {
        int last = i == masters - 1 ? SLOT_COUNT - 1 : (i + 1) * (SLOT_COUNT / masters) - 1;
        snprintf(addr, sizeof(addr), "10.0.0.%d:%d", i + 1, 7001 + i);
        snprintf(slots, sizeof(slots), "%d-%d", i * (SLOT_COUNT / masters), last);
        fixture_master(f, addr, slots);
    }
    for (int i = 0; i < masters; i++) {
        snprintf(addr, sizeof(addr), "10.0.0.%d:%d", (i + 1) % masters + 1, 7101 + i);
        fixture_replica(f, addr, i);
    }
}

Fixture *ten_masters(void)
{
    Fixture *f = fixture_new();
    spread(f, 10);
    fixture_replica(f, "10.0.0.8:7201", 0);
    fixture_replica(f, "10.0.0.9:7202", 1);
    fixture_replica(f, "10.0.0.10:7203", 2);
    return f;
}

Fixture *well_placed(void)
{
    Fixture *f = fixture_new();
    spread(f, 3);
    return f;
}
