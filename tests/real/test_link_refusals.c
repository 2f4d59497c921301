// Links that do not come up, are refused, or get what no Redis server sends.
#include "link_world.h"

#include <string.h>

#include "loop.h"
#include "unit/unit.h"

static void says_what_refuses(void **state)
{
    World *w = *state;
    fake_listen(w->fake, 0);
    open_link(w);
    expect_down(w, REACH_UNREACHABLE, "Connection refused");
    assert_non_null(strstr(w->why, "127.0.0.1:"));
}

static void says_what_cannot_be_dialled(void **state)
{
    World *w = *state;
    w->inside = true;
    link_open(w->link, "255.255.255.255", 7001, "");
    w->inside = false;
    expect_down(w, REACH_UNREACHABLE, "cannot connect to 255.255.255.255:7001: ");
}

static void says_what_is_silent_at_login(void **state)
{
    World *w = *state;
    w->options.pass = "secret";
    w->options.connect_timeout_ms = 200;
    fake_hang(w->fake, 1);
    open_link(w);
    expect_down(w, REACH_UNREACHABLE, "has not answered the login for 0.2 s");
    assert_int_equal(w->ups, 0);
}

static void logs_in_first(void **state)
{
    World *w = *state;
    w->options.user = "me";
    w->options.pass = "pass word";
    fake_answer(w->fake, "AUTH me pass word", "+OK\r\n");
    come_up(w);
    assert_int_equal(fake_asked(w->fake, "AUTH"), 1);
    assert_string_equal(link_notice(w->link), "");
}

static void expect_login_refused(World *w, const char *reply, const char *words)
{
    w->options.pass = "hunter2";
    fake_answer(w->fake, "AUTH", reply);
    w->downs = 0;
    open_link(w);
    expect_down(w, REACH_DENIED, words);
    assert_null(strstr(w->why, "hunter2"));
    assert_int_equal(w->ups, 0);
}

static void says_how_the_login_was_refused(void **state)
{
    World *w = *state;
    expect_login_refused(w, "-WRONGPASS invalid username-password pair or user is disabled.\r\n",
                         "refused the password");
    expect_login_refused(w, "-ERR invalid password\r\n", "refused the password");
    expect_login_refused(w, "-ERR some\x1b[2Jthing else\r\n", "refused the login: ERR some?[2J");
    w->options.user = "me";
    expect_login_refused(w, "-WRONGPASS invalid username-password pair\r\n", "user me");
    expect_login_refused(w, "-ERR wrong number of arguments for 'auth' command\r\n",
                         "leave out --user");
}

static void goes_on_without_a_needless_password(void **state)
{
    World *w = *state;
    w->options.pass = "hunter2";
    fake_answer(w->fake, "AUTH", "-ERR Client sent AUTH, but no password is set\r\n");
    come_up(w);
    assert_non_null(strstr(link_notice(w->link), "needs no password"));
    assert_null(strstr(link_notice(w->link), "hunter2"));
}

static void says_that_a_password_is_wanted(void **state)
{
    World *w = *state;
    fake_answer(w->fake, "CLIENT", "-NOAUTH Authentication required.\r\n");
    fake_answer(w->fake, "INFO", "-NOAUTH Authentication required.\r\n");
    come_up(w);
    send_words(w, "INFO", NULL);
    expect_down(w, REACH_DENIED, "REDISCLI_AUTH");
    assert_int_equal(w->answers[ANSWER_LOST], 1);
}

static void passes_on_what_is_not_allowed(void **state)
{
    World *w = *state;
    fake_answer(w->fake, "INFO", "-NOPERM this user has no permissions\r\n");
    come_up(w);
    send_words(w, "INFO", NULL);
    wait_for(w, is_settled);
    assert_int_equal(w->answers[ANSWER_ERROR], 1);
    assert_true(strncmp(strbuf_text(&w->text), "NOPERM ", 7) == 0);
    assert_int_equal(w->downs, 0);
}

static void explains_protected_mode(void **state)
{
    World *w = *state;
    fake_greet(w->fake, "-DENIED Redis is running in protected mode because ...\r\n");
    open_link(w);
    expect_down(w, REACH_DENIED, "protected mode");
}

static void explains_too_many_clients(void **state)
{
    World *w = *state;
    fake_greet(w->fake, "-ERR max number of clients reached\r\n");
    open_link(w);
    expect_down(w, REACH_UNREACHABLE, "maxclients");
}

static void expect_garbage_refused(World *w, const char *raw, const char *words)
{
    fake_answer(w->fake, "INFO", raw);
    w->ups = w->downs = 0;
    come_up(w);
    send_words(w, "INFO", NULL);
    expect_down(w, REACH_UNREACHABLE, words);
}

static void refuses_garbage(void **state)
{
    World *w = *state;
    const char *not_redis = "does not answer as a Redis server does";
    expect_garbage_refused(w, "HTTP/1.1 400 Bad Request\r\n\r\n", not_redis);
    expect_garbage_refused(w, "\x15\x03\x01\r\n", not_redis);
    expect_garbage_refused(w, "+OK\r\n+OK\r\n", "nothing that was asked");
    expect_garbage_refused(w, "$1\r\nx\r\n*2\r\n+a\r\n+b\r\n", "nothing that was asked");
    expect_garbage_refused(w, "$99999999999999999999\r\n", not_redis);
    expect_garbage_refused(w, "*2147483647\r\n", "more than 64 MB");
    expect_garbage_refused(w, "*4294967297\r\n$1\r\n", not_redis);
    expect_garbage_refused(w, "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n+x\r\n",
                           "too deeply");
}

static void refuses_what_it_did_not_ask_for(void **state)
{
    World *w = *state;
    fake_greet(w->fake, "+hello\r\n+hello\r\n+hello\r\n");
    open_link(w);
    expect_down(w, REACH_UNREACHABLE, "nothing that was asked");
}

static void refuses_a_flood(void **state)
{
    World *w = *state;
    fake_answer_flood(w->fake, "INFO", (size_t)100 << 20);
    w->options.request_timeout_ms = 60000;
    come_up(w);
    send_words(w, "INFO", NULL);
    assert_true(loop_until(w->loop, 60000, is_down, w));
    expect_down(w, REACH_UNREACHABLE, "more than 64 MB");
    assert_int_equal(w->answers[ANSWER_LOST], 1);
    // What is in flight on the way comes on top.
    assert_true(fake_sent(w->fake) < (size_t)90 << 20);
}

// Each element is small; it is their sum that counts, and the array's own length already does.
static void refuses_an_array_of_too_many(void **state)
{
    World *w = *state;
    StrBuf raw = {0};
    strbuf_add(&raw, "*4000000\r\n");
    for (int i = 0; i < 1000000; i++) {
        strbuf_add(&raw, ":1\r\n");
    }
    fake_answer_bytes(w->fake, "INFO", raw.at, raw.n);
    strbuf_done(&raw);
    w->options.request_timeout_ms = 60000;
    come_up(w);
    send_words(w, "INFO", NULL);
    assert_true(loop_until(w->loop, 60000, is_down, w));
    expect_down(w, REACH_UNREACHABLE, "more than 64 MB");
    assert_int_equal(w->answers[ANSWER_LOST], 1);
}

static void refuses_an_endless_line(void **state)
{
    World *w = *state;
    StrBuf raw = {0};
    strbuf_add(&raw, "+");
    for (int i = 0; i < 20000; i++) {
        strbuf_add(&raw, "0123456789");
    }
    fake_answer_bytes(w->fake, "INFO", raw.at, raw.n);
    strbuf_done(&raw);
    come_up(w);
    send_words(w, "INFO", NULL);
    expect_down(w, REACH_UNREACHABLE, "a line without an end");
}

TESTS(link_refusals, CLAIM(says_what_refuses), CLAIM(says_what_cannot_be_dialled),
      CLAIM(says_what_is_silent_at_login), CLAIM(logs_in_first),
      CLAIM(says_how_the_login_was_refused), CLAIM(goes_on_without_a_needless_password),
      CLAIM(says_that_a_password_is_wanted), CLAIM(passes_on_what_is_not_allowed),
      CLAIM(explains_protected_mode), CLAIM(explains_too_many_clients), CLAIM(refuses_garbage),
      CLAIM(refuses_what_it_did_not_ask_for), CLAIM(refuses_a_flood),
      CLAIM(refuses_an_array_of_too_many), CLAIM(refuses_an_endless_line))
