#include "unit.h"

#include <string.h>

#include "rehome/redis/address.h"

static Address parse(const char *text)
{
    Address a = {0};
    Error err = {0};
    if (!address_parse(text, 6379, &a, &err)) {
        fail_msg("%s: %s", text, err.text);
    }
    return a;
}

static void expect(const char *text, const char *host, int port)
{
    Address a = parse(text);
    assert_string_equal(a.host, host);
    assert_int_equal(a.port, port);
    assert_false(a.tls);
    assert_null(a.user);
    assert_null(a.pass);
    address_done(&a);
}

static void reads_plain_forms(void **state)
{
    (void)state;
    expect("localhost", "localhost", 6379);
    expect("redis_1.example-net.org", "redis_1.example-net.org", 6379);
    expect("10.0.0.1:7001", "10.0.0.1", 7001);
    expect("[fd00::1]:7001", "fd00::1", 7001);
    expect("[::1]", "::1", 6379);
    expect("fd00::1:2", "fd00::1:2", 6379);
    expect("fe80::1%eth0", "fe80::1%eth0", 6379);
    expect("h:1", "h", 1);
    expect("h:65535", "h", 65535);
}

static void reads_uris(void **state)
{
    (void)state;
    expect("redis://h", "h", 6379);
    expect("redis://h:7001/", "h", 7001);
    expect("redis://[::1]:7001/0", "::1", 7001);
    Address a = parse("redis://us%65r:p%40s%3as:w%2f@h:7");
    assert_string_equal(a.user, "user");
    assert_string_equal(a.pass, "p@s:s:w/");
    assert_string_equal(a.host, "h");
    assert_int_equal(a.port, 7);
    address_done(&a);
    assert_null(a.pass);
    a = parse("rediss://:p@ss/word@h");
    assert_true(a.tls);
    assert_null(a.user);
    assert_string_equal(a.pass, "p@ss/word");
    assert_string_equal(a.host, "h");
    address_done(&a);
    a = parse("redis://secret@h"); // as redis-cli reads it
    assert_null(a.user);
    assert_string_equal(a.pass, "secret");
    address_done(&a);
    a = parse("redis://@h");
    assert_string_equal(a.pass, "");
    address_done(&a);
}

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        ":7001",
        "h:",
        "h:0",
        "h:65536",
        "h:70o1",
        "h:-1",
        "h: 1",
        "a b",
        "7001",
        "127.0.0.1:1:2",
        "[::1",
        "[::1]7001",
        "[h]:1",
        "::g",
        "-h:1",
        "redis://",
        "redis://:1",
        "redis://h/7",
        "http://h",
        "redis://u:%4@h",
        "redis://u:%zz@h",
        "redis://%00:p@h",
        "u:p@h",
        "h\x1b[2J:1",
        "redis://u:p@",
        "h:1\n",
        "fe80::1%",
        "fe80::1%eth\x0c0",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        Address a = {.port = 77};
        Error err = {0};
        if (address_parse(wrong[i], 6379, &a, &err)) {
            fail_msg("\"%s\" was taken", wrong[i]);
        }
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.text, "expected"));
        assert_null(strchr(err.text, '\x1b'));
        assert_int_equal(a.port, 77); // untouched
        assert_false(address_parse(wrong[i], 6379, &a, NULL));
    }
}

static void refuses_an_endless_host(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'a', sizeof(text));
    text[256] = '\0';
    Address a;
    assert_false(address_parse(text, 6379, &a, NULL));
    text[255] = '\0';
    assert_true(address_parse(text, 6379, &a, NULL));
}

static void never_repeats_a_password(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "user:hunter2@host", "redis://user:hunter2@host:port", "redis://:hunter2",
        "redis://hunter2/3", "redis://u:hunter2%@h",           "redis://hunter2@h/hunter2",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        Address a;
        Error err = {0};
        assert_false(address_parse(wrong[i], 6379, &a, &err));
        assert_null(strstr(err.text, "hunter2"));
    }
}

TESTS(address, cmocka_unit_test(reads_plain_forms), cmocka_unit_test(reads_uris),
      cmocka_unit_test(refuses_what_makes_no_sense), cmocka_unit_test(refuses_an_endless_host),
      cmocka_unit_test(never_repeats_a_password))
