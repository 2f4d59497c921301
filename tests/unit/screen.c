#include "screen.h"

#include <stdio.h>

#include "golden.h"
#include "rehome/base/mem.h"
#include "rehome/ui/canvas.h"
#include "unit.h"

void screen_show(const char *name, Ui *ui, const Scene *s, int w, int h, bool ascii)
{
    Canvas *c = canvas_new(w, h, ascii);
    StrBuf text = {0};
    char file[96];
    ui_draw(ui, s, c);
    canvas_dump_text(c, &text);
    strbuf_addf(&text, "=== roles\n");
    canvas_dump_roles(c, &text);
    snprintf(file, sizeof(file), "screen-%s.txt", name);
    bool same = golden_equal(file, strbuf_text(&text));
    strbuf_done(&text);
    canvas_free(c);
    assert_true(same);
}

void screen_press(Ui *ui, const Scene *s, const char *keys)
{
    StrView rest = sv(keys);
    StrView one;
    while (sv_next(&rest, ' ', &one)) {
        char name[16];
        snprintf(name, sizeof(name), "%.*s", (int)one.n, one.at);
        ui_key(ui, s, key_from_name(name));
    }
}

// The owner's cluster at rest.
Stage *stage_healthy(void)
{
    Stage *st = stage_new(fixture_scenario());
    Fixture *f = st->f;
    fixture_node(f, fixture_port(f, 7001))->ops = 12345;
    fixture_node(f, fixture_port(f, 7003))->ops = 10990;
    fixture_node(f, fixture_port(f, 7005))->ops = 850;
    stage_rounds(st, 1000, 3000);
    stage_time(st, 3300);
    return st;
}

// :7008 was killed, 12 s ago the cluster agreed.
Stage *stage_orphaned(void)
{
    Stage *st = stage_healthy();
    fixture_lose(st->f, fixture_port(st->f, 7008));
    stage_round(st, 4000);
    fixture_fail(st->f, fixture_port(st->f, 7008));
    stage_rounds(st, 5000, 17000);
    stage_time(st, 17400);
    return st;
}

// :7004 is on its way to :7001 by our own hand, and loads.
Stage *stage_moving(void)
{
    Stage *st = stage_orphaned();
    Fixture *f = st->f;
    int replica = fixture_port(f, 7004);
    int target = fixture_port(f, 7001);
    stage_move(st, replica, fixture_port(f, 7003), target, MOVE_SYNC);
    FixtureNode *n = fixture_node(f, replica);
    n->master = target;
    n->link_up = false;
    n->sync_in_progress = true;
    n->sync_total = 1180591620;
    n->sync_read = 484042564;
    n->sync_left = n->sync_total - n->sync_read;
    stage_rounds(st, 18000, 20000);
    stage_time(st, 20200);
    st->move.stage = REPLICA_SYNCING;
    st->move.sync_permille = 410;
    st->move.sync_bytes = n->sync_read;
    st->move.total_bytes = n->sync_total;
    st->move.rate_bytes_s = 96000000;
    st->move.eta_s = 7;
    st->automatic.mode = AUTO_OBSERVE;
    return st;
}

void screen_at(const char *what, Stage *st, const char *keys, int w, int h)
{
    char name[64];
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    Canvas *seen = canvas_new(w, h, false); // what a key does depends on what was drawn
    StrView rest = sv(keys);
    StrView one;
    while (sv_next(&rest, ' ', &one)) {
        char key[16];
        snprintf(key, sizeof(key), "%.*s", (int)one.n, one.at);
        ui_draw(ui, &st->scene, seen);
        screen_press(ui, &st->scene, key);
    }
    canvas_free(seen);
    snprintf(name, sizeof(name), "%s-%dx%d", what, w, h);
    screen_show(name, ui, &st->scene, w, h, false);
    ui_free(ui);
}

void screen_at_three_sizes(const char *what, Stage *st, const char *keys)
{
    screen_at(what, st, keys, 80, 24);
    screen_at(what, st, keys, 120, 40);
    screen_at(what, st, keys, 200, 60);
}

Stage *stage_all_states(void)
{
    Fixture *f = fixture_new();
    int m[8];
    static const char *const slots[] = {"0-2047",
                                        "2048-4095",
                                        "4096-6143",
                                        "6144-8191",
                                        "8192-10239",
                                        "10240-12287",
                                        "12288-14335 15000 15002-15999",
                                        "14336-14999 15001 16000-16383"};
    for (int i = 0; i < 8; i++) {
        char addr[32];
        snprintf(addr, sizeof(addr), "10.0.%d.1:6379", i);
        m[i] = fixture_master(f, addr, slots[i]);
    }
    fixture_replica(f, "10.0.0.2:6379", m[1]);
    int loading = fixture_replica(f, "10.0.0.3:6379", m[2]);
    int down = fixture_replica(f, "10.0.0.4:6379", m[3]);
    int lost = fixture_replica(f, "10.0.0.5:6379", m[4]);
    fixture_replica(f, "10.0.5.1:6380", m[5]);
    fixture_replica(f, "[2001:db8::1:2:3]:6379", m[6]);
    int suspected = fixture_replica(f, "10.0.7.3:6379", m[6]);
    int late = fixture_replica(f, "10.0.7.4:6379", m[6]);
    fixture_node(f, loading)->loading = true;
    fixture_node(f, loading)->loading_total = 1000;
    fixture_node(f, loading)->loading_done = 640;
    fixture_node(f, loading)->loading_eta_s = 75;
    fixture_node(f, down)->link_up = false;
    fixture_node(f, down)->link_down_s = 25;
    fixture_node(f, late)->lag_s = 14;
    fixture_node(f, late)->offset = 400000;
    fixture_master(f, "10.0.9.9:6379", "");
    fixture_fail(f, m[7]);
    Stage *st = stage_new(f);
    stage_rounds(st, 1000, 12000);
    fixture_lose(f, lost);
    fixture_node(f, lost)->why =
        "10.0.0.5:6379 is connected, but has not answered yet (is it hung, "
        "stopped or very busy?)";
    fixture_node(f, suspected)->pfail = true;
    stage_rounds(st, 13000, 20000);
    stage_time(st, 20500);
    return st;
}

Stage *stage_names(void)
{
    static const struct {
        int port;
        const char *name;
    } names[] = {
        {7001, "\xe3\x83\x87\xe3\x83\xbc\xe3\x82\xbf\xe3\x83\x99\xe3\x83\xbc\xe3\x82\xb9-"
               "\xe6\x9d\xb1\xe4\xba\xac-1"}, // データベース-東京-1
        {7002, "\xf0\x9f\x94\xa5"
               "fire-\xf0\x9f\x92\xbe.example"},
        {7003, "cafe\xcc\x81-\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0"},
        {7004, "evil\x1b]0;gotcha\x07\x1b[31m.example"},
        {7006, "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4-\xeb\x85\xb8\xeb\x93\x9c-"
               "\xec\x95\x84\xec\xa3\xbc-\xea\xb8\xb4-\xec\x9d\xb4\xeb\xa6\x84.example.com"},
        {7008, "\xff\xfe\xc3(broken"},
    };
    // Turns what follows around, and hides.
    static const char turned[] = {'\xe2', '\x80', '\xae', '\0'};
    static const char hidden[] = {'\xe2', '\x80', '\x8b', '\0'};
    Stage *st = stage_new(fixture_scenario());
    FixtureNode *liar = fixture_node(st->f, fixture_port(st->f, 7005));
    snprintf(liar->ip, sizeof(liar->ip), "abc%smoc.elpmaxe%s%s", turned, hidden, hidden);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        FixtureNode *n = fixture_node(st->f, fixture_port(st->f, names[i].port));
        snprintf(n->ip, sizeof(n->ip), "%s", names[i].name);
    }
    stage_rounds(st, 1000, 3000);
    stage_time(st, 3300);
    return st;
}
