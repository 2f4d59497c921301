#include "unit.h"

#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/nodes.h"

#define ID_A "07c37dfeb235213a872192d90877d0cd55635b91"
#define ID_B "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca"
#define ID_C "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1"

// One line of each shape that servers of any version are known to send.
static const char samples[] =
    "07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004 slave "
    "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected\n"
    "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001 myself,master - 0 0 1 "
    "connected "
    "0-5460 [77->-67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1] "
    "[93-<-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f]\n"
    "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 10.0.0.2:6379@16379,redis-2.example.com master - 0 "
    "1426238316232 2 connected 5461-5470 5472 5480-10922\n"
    "292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f fd00::1:2:6379@16379 master,fail? - 1700000001000 "
    "1700000000412 3 connected 10923-16383\n"
    "6ec23923021cf3ffec47632106199cb7f496ce01 10.0.0.9:6379@16379 slave,fail,nofailover "
    "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 1700000001000 1699999990000 5 disconnected\n"
    "824fe116063bc5fcf9f4ffd895bc17aee7731ac3 :0@0 master,noaddr - 1700000001000 1699999990000 6 "
    "disconnected\n"
    "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567 10.0.0.7:6379@16379 handshake - 1700000001000 0 0 "
    "connected\n"
    "1111111111111111111111111111111111111111 :6379@16379 master - 0 0 0 connected\n"
    "2222222222222222222222222222222222222222 10.0.0.8:6379@16379 slave - 0 1700000000000 4 "
    "connected\n"
    "3333333333333333333333333333333333333333 :0@0 noflags - 0 0 0 disconnected\n";

static NodesView parse_n(Arena *arena, const char *text, size_t n)
{
    NodesView view;
    Error err = {0};
    if (!nodes_parse(sv_of(text, n), arena, &view, &err)) {
        fail_msg("%s", err.text);
    }
    return view;
}

static NodesView parse(Arena *arena, const char *text)
{
    return parse_n(arena, text, strlen(text));
}

static void every_known_shape_is_read(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodesView v = parse(arena, samples);
    assert_int_equal(v.n, 10);
    assert_int_equal(v.bad_lines, 0);
    assert_int_equal(v.myself, 1);

    const NodeLine *l = &v.at[0]; // 3.x: no bus port
    assert_string_equal(l->id.hex, ID_A);
    assert_string_equal(l->ip, "127.0.0.1");
    assert_string_equal(l->hostname, "");
    assert_int_equal(l->port, 30004);
    assert_int_equal(l->flags, NODE_REPLICA);
    assert_string_equal(l->master.hex, ID_B);
    assert_true(l->pong_ms == INT64_C(1426238317239));
    assert_true(l->config_epoch == 4);
    assert_true(l->link_connected);
    assert_int_equal(l->slots.n, 0);

    l = &v.at[1];
    assert_int_equal(l->flags, NODE_MYSELF | NODE_MASTER);
    assert_true(node_id_is_none(l->master));
    assert_string_equal(slot_ranges_text(arena, l->slots), "0-5460");
    assert_int_equal(l->open_slots, 2);

    l = &v.at[2];
    assert_string_equal(l->hostname, "redis-2.example.com");
    assert_string_equal(slot_ranges_text(arena, l->slots), "5461-5470 5472 5480-10922");

    l = &v.at[3]; // an IPv6 address without brackets
    assert_string_equal(l->ip, "fd00::1:2");
    assert_int_equal(l->port, 6379);
    assert_int_equal(l->flags, NODE_MASTER | NODE_PFAIL);
    assert_true(l->ping_ms == INT64_C(1700000001000));

    assert_int_equal(v.at[4].flags, NODE_REPLICA | NODE_FAIL | NODE_NOFAILOVER);
    assert_false(v.at[4].link_connected);

    l = &v.at[5]; // address unknown
    assert_string_equal(l->ip, "");
    assert_int_equal(l->port, 0);
    assert_int_equal(l->flags, NODE_MASTER | NODE_NOADDR);

    assert_int_equal(v.at[6].flags, NODE_HANDSHAKE);
    assert_string_equal(v.at[7].ip, ""); // does not know its own IP
    assert_int_equal(v.at[7].port, 6379);
    assert_int_equal(v.at[8].flags, NODE_REPLICA); // its master is not known here
    assert_true(node_id_is_none(v.at[8].master));
    assert_int_equal(v.at[9].flags, 0);
    assert_ptr_equal(nodes_find(&v, v.at[4].id), &v.at[4]);
    assert_null(nodes_find(&v, (NodeId){.hex = ID_C "x"}));
    arena_free(arena);
}

static const NodeLine *address(Arena *arena, const char *column)
{
    StrBuf text = {0};
    strbuf_addf(&text, ID_A " %s master - 0 0 1 connected", column);
    NodesView v = parse(arena, strbuf_text(&text));
    strbuf_done(&text);
    assert_int_equal(v.n, 1);
    return &v.at[0];
}

static void addresses_come_with_extras(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    const NodeLine *l = address(arena, "10.0.0.2:1@2,,shard-id=" ID_B);
    assert_string_equal(l->ip, "10.0.0.2");
    assert_string_equal(l->hostname, "");
    l = address(arena, "10.0.0.2:1@2,host.example,shard-id=" ID_B);
    assert_string_equal(l->hostname, "host.example");
    l = address(arena, "10.0.0.2:1@2,shard-id=" ID_B);
    assert_string_equal(l->hostname, "");
    l = address(arena, "redis-0.redis.svc:6379@16379");
    assert_string_equal(l->ip, "redis-0.redis.svc");
    l = address(arena, "[::1]:6379@16379");
    assert_string_equal(l->ip, "::1");
    l = address(arena, "::1:65535@75535");
    assert_string_equal(l->ip, "::1");
    assert_int_equal(l->port, 65535);
    l = address(arena, "h\033]0;x\007:1@2,\xe2\x80\x8b"
                       "evil");
    assert_string_equal(l->ip, "h?]0;x?");
    assert_string_equal(l->hostname, "?evil");
    arena_free(arena);
}

static void lines_may_end_in_any_way(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9\n" ID_B " 1.1.1.1:2@3 slave " ID_A
             " 0 0 1 connected\n",
        ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9\r\n\r\n\n" ID_B
             " 1.1.1.1:2@3 slave " ID_A " 0 0 1 connected\r\n",
        ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9  \n" ID_B " 1.1.1.1:2@3 slave " ID_A
             " 0 0 1 connected ",
        "  " ID_A "  1.1.1.1:1@2 myself,master  - 0 0 1 connected   0-9\n \n" ID_B
        " 1.1.1.1:2@3 slave " ID_A " 0 0 1 connected",
    };
    Arena *arena = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        NodesView v = parse(arena, texts[i]);
        assert_int_equal(v.n, 2);
        assert_int_equal(v.bad_lines, 0);
        assert_int_equal(v.myself, 0);
        assert_int_equal(slot_ranges_count(v.at[0].slots), 10);
    }
    arena_free(arena);
}

static void garbage_is_counted_and_left_out(void **state)
{
    (void)state;
    static const char *const bad[] = {
        " 6b026fbd:0@0 fail? - 1626879202865 0 0 disconnected", // a shifted ghost of 6.0.9
        "x",
        ID_A,
        ID_A " 1.1.1.1:1@2 master - 0 0 1",
        "07c37dfe 1.1.1.1:1@2 master - 0 0 1 connected and then some more words",
        ID_A " 1.1.1.1 master - 0 0 1 connected",
        ID_A " 1.1.1.1:70000@2 master - 0 0 1 connected",
        ID_A " 1.1.1.1:x@2 master - 0 0 1 connected",
        ID_A " 1.1.1.1:1@2 slave nobody 0 0 1 connected",
        ID_A " 1.1.1.1:1@2 master - zero 0 1 connected",
        ID_A " 1.1.1.1:1@2 master - 0 0 -1 connected",
        ID_A " 1.1.1.1:1@2 master - 0 0 99999999999999999999999 connected",
        ID_A " 1.1.1.1:1@2 master - 0 0 1 connected 0-16384",
        ID_A " 1.1.1.1:1@2 master - 0 0 1 connected 9-5",
        "vars currentEpoch 6 lastVoteEpoch 0",
    };
    Arena *arena = arena_new();
    StrBuf text = {0};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        strbuf_clear(&text);
        strbuf_addf(&text, "%s\n" ID_B " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0\n", bad[i]);
        NodesView v = parse(arena, strbuf_text(&text));
        if (v.n != 1 || v.bad_lines != 1) {
            fail_msg("%s: %zu lines", bad[i], v.n);
        }
    }
    strbuf_done(&text);
    arena_free(arena);
}

static void newer_words_do_no_harm(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodesView v = parse(arena, ID_A " 1.1.1.1:1@2,h,new=1 master,shiny,fail?x - 0 0 1 resting 0-3 "
                                    "colour=blue [5->-" ID_B "]");
    assert_int_equal(v.n, 1);
    assert_int_equal(v.at[0].flags, NODE_MASTER);
    assert_false(v.at[0].link_connected);
    assert_int_equal(slot_ranges_count(v.at[0].slots), 4);
    assert_int_equal(v.at[0].open_slots, 1);
    arena_free(arena);
}

static void a_reply_without_a_good_line_fails_and_touches_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\r\n  \n", "-ERR This instance has cluster support",
                                        "LOADING Redis is loading the dataset in memory"};
    Arena *arena = arena_new();
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        NodesView v = {.n = 77};
        Error err = {0};
        assert_false(nodes_parse(sv(texts[i]), arena, &v, &err));
        assert_int_equal(v.n, 77);
        assert_int_equal(err.code, ERR_PARSE);
        assert_non_null(strstr(err.text, "CLUSTER NODES"));
        assert_false(nodes_parse(sv(texts[i]), arena, &v, NULL));
    }
    Error err = {0};
    NodesView v;
    assert_false(nodes_parse(sv("\033[2J"), arena, &v, &err));
    assert_null(strchr(err.text, '\033'));
    arena_free(arena);
}

static void of_two_lines_for_one_id_the_first_counts(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodesView v = parse(arena, ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9\n" ID_B
                                    " 1.1.1.1:2@3 master - 0 0 1 connected 10\n" ID_A
                                    " 2.2.2.2:9@9 master - 0 0 7 connected 5000\n");
    assert_int_equal(v.n, 2);
    assert_int_equal(v.bad_lines, 1);
    assert_int_equal(v.myself, 0);
    assert_string_equal(v.at[0].ip, "1.1.1.1");
    assert_string_equal(v.at[1].id.hex, ID_B);
    // Two IDs at one address are two nodes: an old one and its successor.
    v = parse(arena, ID_A " 1.1.1.1:1@2 master,fail - 0 0 1 disconnected\n" ID_B
                          " 1.1.1.1:1@2 myself,master - 0 0 1 connected\n");
    assert_int_equal(v.n, 2);
    arena_free(arena);
}

static void a_view_needs_exactly_one_reporter(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodesView v = parse(arena, ID_A " 1.1.1.1:1@2 master - 0 0 1 connected\n");
    assert_int_equal(v.myself, -1);
    v = parse(arena, ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected\n" ID_B
                          " 1.1.1.1:2@3 myself,master - 0 0 1 connected\n");
    assert_int_equal(v.myself, -1);
    arena_free(arena);
}

static void the_signature_is_about_slots_only(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    uint64_t one = parse(arena, ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9 20\n" ID_B
                                     " 1.1.1.1:2@3 master - 0 0 2 connected 30-40\n")
                       .signature;
    uint64_t same =
        parse(arena, ID_C " 1.1.1.1:3@4 slave,fail " ID_A " 5 5 1 disconnected\n" ID_B
                          " 9.9.9.9:2@3 myself,master - 7 7 5 connected 35-40 30-34\n" ID_A
                          " 1.1.1.1:1@2 master,fail? - 3 3 1 connected 20 0-9 [5->-" ID_B "]\n")
            .signature;
    uint64_t swapped =
        parse(arena, ID_B " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9 20\n" ID_A
                          " 1.1.1.1:2@3 master - 0 0 2 connected 30-40\n")
            .signature;
    uint64_t fewer = parse(arena, ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9\n" ID_B
                                       " 1.1.1.1:2@3 master - 0 0 2 connected 30-40\n")
                         .signature;
    assert_true(one == same);
    assert_true(one != swapped);
    assert_true(one != fewer);
    arena_free(arena);
}

// The server allows for 1024 + 16384 * 128 bytes on a line.
static void lines_of_two_mebibytes_are_read(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    StrBuf text = {0};
    strbuf_add(&text, ID_A " 1.1.1.1:1@2 myself,master - 0 0 1 connected");
    for (int slot = 0; slot < SLOT_COUNT; slot += 2) {
        strbuf_addf(&text, " %d", slot);
    }
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        strbuf_addf(&text, " [%d->-" ID_B "]", slot);
    }
    while (text.n < (size_t)2 << 20) {
        strbuf_add(&text, " [1-<-" ID_B "]");
    }
    NodesView v = parse(arena, strbuf_text(&text));
    assert_int_equal(v.n, 1);
    assert_int_equal(v.at[0].slots.n, SLOT_COUNT / 2);
    assert_true(v.at[0].open_slots >= SLOT_COUNT);
    strbuf_done(&text);
    arena_free(arena);
}

// Cut anywhere, with any byte changed: it may read less, it must not read outside.
static void damaged_replies_do_no_harm(void **state)
{
    (void)state;
    size_t whole = sizeof(samples) - 1;
    for (size_t n = 0; n <= whole; n++) {
        Arena *arena = arena_new();
        char *cut = mem_strndup(samples, n); // its own size, so that the sanitizer sees an overrun
        NodesView v;
        nodes_parse(sv_of(cut, n), arena, &v, NULL);
        mem_free(cut);
        arena_free(arena);
    }
    for (size_t at = 0; at < whole; at += 3) {
        static const char bytes[] = {'\0', ' ', '\n', ':', ',', '@', '-', '[', '\xff', '9'};
        for (size_t b = 0; b < sizeof(bytes); b++) {
            Arena *arena = arena_new();
            char *copy = mem_strndup(samples, whole);
            copy[at] = bytes[b];
            NodesView v;
            if (nodes_parse(sv_of(copy, whole), arena, &v, NULL)) {
                assert_true(v.n + v.bad_lines >= 9);
            }
            mem_free(copy);
            arena_free(arena);
        }
    }
}

TESTS(nodes, cmocka_unit_test(every_known_shape_is_read),
      cmocka_unit_test(addresses_come_with_extras), cmocka_unit_test(lines_may_end_in_any_way),
      cmocka_unit_test(garbage_is_counted_and_left_out), cmocka_unit_test(newer_words_do_no_harm),
      cmocka_unit_test(a_reply_without_a_good_line_fails_and_touches_nothing),
      cmocka_unit_test(of_two_lines_for_one_id_the_first_counts),
      cmocka_unit_test(a_view_needs_exactly_one_reporter),
      cmocka_unit_test(the_signature_is_about_slots_only),
      cmocka_unit_test(lines_of_two_mebibytes_are_read),
      cmocka_unit_test(damaged_replies_do_no_harm))
