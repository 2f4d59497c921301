// Links against a server that misbehaves on demand, and against a real one.
#include "unit/unit.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "fake_server.h"
#include "loop.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/redis/ask.h"
#include "rehome/redis/link.h"

enum { LIMIT = 10000 };

typedef struct {
    struct ev_loop *loop;
    FakeServer *fake;
    LinkOptions options;
    Link *link;
    bool inside; // a link function: callbacks must not come now
    int ups;
    int downs;
    Reach reach;
    char why[400];
    int answers[4]; // by AnswerKind
    StrBuf text;    // of the last answer
    bool free_on_answer;
    bool close_on_lost;
} World;

static void on_up(void *ctx)
{
    World *w = ctx;
    assert_false(w->inside);
    w->ups++;
}

static void on_down(void *ctx, Reach reach, const char *why)
{
    World *w = ctx;
    assert_false(w->inside);
    assert_int_equal(link_state(w->link), LINK_CLOSED);
    assert_int_equal(link_owed(w->link), 0);
    w->downs++;
    w->reach = reach;
    snprintf(w->why, sizeof(w->why), "%s", why);
}

static void on_answer(void *ctx, const Answer *answer)
{
    World *w = ctx;
    assert_false(w->inside);
    w->answers[answer->kind]++;
    strbuf_clear(&w->text);
    strbuf_add_sv(&w->text, answer->text);
    if (w->free_on_answer) {
        link_free(w->link);
        w->link = NULL;
    } else if (w->close_on_lost && answer->kind == ANSWER_LOST) {
        link_close(w->link);
    }
}

static int set_up(void **state)
{
    World *w = mem_alloc(sizeof(*w));
    w->loop = ev_loop_new(EVFLAG_AUTO);
    w->fake = fake_start(w->loop, "127.0.0.1", 0);
    w->options = (LinkOptions){.connect_timeout_ms = 2000, .request_timeout_ms = 2000};
    LinkListener listener = {.ctx = w, .up = on_up, .down = on_down};
    w->link = link_new(w->loop, &w->options, &listener);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    World *w = *state;
    link_free(w->link);
    fake_stop(w->fake);
    strbuf_done(&w->text);
    ev_loop_destroy(w->loop);
    mem_free(w);
    return 0;
}

static void open_link(World *w)
{
    w->inside = true;
    link_open(w->link, "127.0.0.1", fake_port(w->fake));
    w->inside = false;
    assert_int_equal(link_state(w->link), LINK_OPENING);
}

static bool is_up(void *ctx)
{
    return ((World *)ctx)->ups > 0;
}

static bool is_down(void *ctx)
{
    return ((World *)ctx)->downs > 0;
}

static int answered(const World *w)
{
    return w->answers[ANSWER_OK] + w->answers[ANSWER_ERROR] + w->answers[ANSWER_LATE] +
           w->answers[ANSWER_LOST];
}

static bool is_answered(void *ctx)
{
    return answered(ctx) > 0;
}

static bool is_settled(void *ctx)
{
    World *w = ctx;
    return link_owed(w->link) == 0;
}

static void wait_for(World *w, Condition *holds)
{
    assert_true(loop_until(w->loop, LIMIT, holds, w));
}

static void come_up(World *w)
{
    open_link(w);
    wait_for(w, is_up);
}

static bool send_words(World *w, const char *one, const char *two)
{
    const char *argv[] = {one, two};
    w->inside = true;
    bool sent = link_send(w->link, two == NULL ? 1 : 2, argv, on_answer, w);
    w->inside = false;
    return sent;
}

static void expect_down(World *w, Reach reach, const char *words)
{
    wait_for(w, is_down);
    assert_int_equal(w->reach, reach);
    if (strstr(w->why, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", w->why, words);
    }
    assert_int_equal(w->downs, 1);
}

// --- ordinary life -------------------------------------------------------------------------------

static void carries_requests_in_order(void **state)
{
    World *w = *state;
    fake_answer_bulk(w->fake, "INFO", "role:master\r\n");
    fake_answer(w->fake, "PING", "+PONG\r\n");
    fake_answer(w->fake, "COUNT", ":-42\r\n");
    assert_false(send_words(w, "PING", NULL)); // closed
    come_up(w);
    assert_true(send_words(w, "INFO", NULL));
    assert_true(send_words(w, "PING", NULL));
    assert_true(send_words(w, "nothing", "known"));
    assert_true(send_words(w, "COUNT", NULL));
    wait_for(w, is_settled);
    assert_int_equal(w->answers[ANSWER_OK], 3);
    assert_int_equal(w->answers[ANSWER_ERROR], 1);
    assert_string_equal(strbuf_text(&w->text), "-42");
    assert_int_equal(fake_asked(w->fake, "CLIENT SETNAME rehome"), 1);
    assert_int_equal(w->downs, 0);
}

static void expect_text(World *w, const char *raw, size_t n, const char *text)
{
    fake_answer_bytes(w->fake, "GIVE", raw, n);
    memset(w->answers, 0, sizeof(w->answers));
    assert_true(send_words(w, "GIVE", NULL));
    wait_for(w, is_answered);
    assert_int_equal(w->answers[ANSWER_OK], 1);
    assert_string_equal(strbuf_text(&w->text), text);
}

#define EXPECT_TEXT(w, raw, text) expect_text(w, raw, sizeof(raw) - 1, text)

static void renders_every_kind_of_reply(void **state)
{
    World *w = *state;
    come_up(w);
    EXPECT_TEXT(w, "$-1\r\n", "");
    EXPECT_TEXT(w, "*-1\r\n", "");
    EXPECT_TEXT(w, "*0\r\n", "");
    EXPECT_TEXT(w, "$0\r\n\r\n", "");
    EXPECT_TEXT(w, "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$0\r\n\r\n", "a 1\nb \n");
    EXPECT_TEXT(w, "*2\r\n$1\r\na\r\n$5\r\nx\r\ny\n\r\n", "a x  y \n");
    EXPECT_TEXT(w, "*3\r\n$6\r\nmaster\r\n:7\r\n*1\r\n*3\r\n+ip\r\n$-1\r\n*0\r\n",
                "master 7\nip \n");
    EXPECT_TEXT(w, "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "1 ");
    assert_int_equal(w->downs, 0);
}

static void opens_again_after_its_end(void **state)
{
    World *w = *state;
    come_up(w);
    int64_t serial = link_serial(w->link);
    fake_cut(w->fake);
    expect_down(w, REACH_UNREACHABLE, "closed the connection");
    w->ups = 0;
    come_up(w);
    assert_true(link_serial(w->link) > serial);
}

static void may_be_freed_by_whom_it_answers(void **state)
{
    World *w = *state;
    fake_answer(w->fake, "PING", "+PONG\r\n");
    come_up(w);
    w->free_on_answer = true;
    send_words(w, "PING", NULL);
    send_words(w, "PING", NULL);
    wait_for(w, is_answered);
    loop_for(w->loop, 50);
    assert_int_equal(answered(w), 1);
    assert_null(w->link);
    assert_int_equal(w->downs, 0);
}

static void may_be_freed_when_it_is_lost(void **state)
{
    World *w = *state;
    fake_answer(w->fake, "PING", NULL);
    come_up(w);
    w->free_on_answer = true;
    send_words(w, "PING", NULL);
    send_words(w, "PING", NULL);
    loop_for(w->loop, 20);
    fake_cut(w->fake);
    wait_for(w, is_answered);
    assert_int_equal(w->answers[ANSWER_LOST], 1);
    assert_int_equal(w->downs, 0);
}

static void closing_ends_all_callbacks(void **state)
{
    World *w = *state;
    fake_answer(w->fake, "PING", NULL);
    come_up(w);
    send_words(w, "PING", NULL);
    link_close(w->link);
    loop_for(w->loop, 20);
    assert_int_equal(answered(w) + w->downs, 0);
    w->ups = 0;
    come_up(w);
    w->close_on_lost = true;
    send_words(w, "PING", NULL);
    send_words(w, "PING", NULL);
    loop_for(w->loop, 20);
    fake_cut(w->fake);
    wait_for(w, is_answered);
    loop_for(w->loop, 20);
    assert_int_equal(w->answers[ANSWER_LOST], 1);
    assert_int_equal(w->downs, 0);
}

static void may_be_closed_while_it_connects(void **state)
{
    World *w = *state;
    for (int i = 0; i < 20; i++) {
        open_link(w);
        if (i % 2 == 0) {
            ev_run(w->loop, EVRUN_NOWAIT);
        }
        link_close(w->link);
    }
    assert_int_equal(w->downs, 0);
}

// --- deadlines -----------------------------------------------------------------------------------

static bool is_late(void *ctx)
{
    return ((World *)ctx)->answers[ANSWER_LATE] >= 2;
}

static void drops_late_replies(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 100;
    fake_answer_bulk(w->fake, "INFO", "x");
    come_up(w);
    fake_hang(w->fake, 1);
    send_words(w, "INFO", NULL);
    send_words(w, "INFO", NULL);
    wait_for(w, is_late);
    assert_int_equal(link_state(w->link), LINK_UP);
    assert_true(link_owed(w->link) >= 2);
    fake_hang(w->fake, 0);
    wait_for(w, is_settled);
    assert_int_equal(w->answers[ANSWER_OK], 0);
    send_words(w, "INFO", NULL);
    wait_for(w, is_settled);
    assert_int_equal(w->answers[ANSWER_OK], 1);
    assert_int_equal(w->answers[ANSWER_LATE], 2);
    assert_int_equal(w->downs, 0);
}

static void gives_up_what_hangs(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 50;
    w->options.hung_timeout_ms = 300;
    fake_answer(w->fake, "INFO", NULL);
    come_up(w);
    send_words(w, "INFO", NULL);
    expect_down(w, REACH_UNREACHABLE, "has not answered for 0.3");
    assert_non_null(strstr(w->why, "hung or stopped?"));
    assert_int_equal(w->answers[ANSWER_LATE], 1);
    assert_int_equal(w->answers[ANSWER_LOST], 0);
}

static void gives_up_what_owes_too_much(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 50;
    fake_answer(w->fake, "INFO", NULL);
    come_up(w);
    for (int i = 0; i < 100; i++) {
        send_words(w, "INFO", NULL);
    }
    expect_down(w, REACH_UNREACHABLE, "has not answered");
    assert_int_equal(w->answers[ANSWER_LATE], 100);
}

static void half_a_reply_is_late_not_served(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 100;
    fake_answer(w->fake, "INFO", "$10\r\n01234");
    come_up(w);
    send_words(w, "INFO", NULL);
    wait_for(w, is_answered);
    assert_int_equal(w->answers[ANSWER_LATE], 1);
}

static void half_a_reply_and_the_end(void **state)
{
    World *w = *state;
    fake_answer_bulk(w->fake, "INFO", "0123456789");
    fake_cut_after(w->fake, 12);
    come_up(w);
    send_words(w, "INFO", NULL);
    expect_down(w, REACH_UNREACHABLE, "closed the connection");
    assert_int_equal(w->answers[ANSWER_LOST], 1);
    assert_int_equal(w->answers[ANSWER_OK], 0);
}

static void a_dripping_reply_is_still_one(void **state)
{
    World *w = *state;
    fake_answer(w->fake, "CLIENT", "+OK\r\n");
    fake_answer_bulk(w->fake, "INFO", "0123456789");
    fake_drip(w->fake, 1, 1);
    come_up(w);
    send_words(w, "INFO", NULL);
    wait_for(w, is_answered);
    assert_int_equal(w->answers[ANSWER_OK], 1);
    assert_string_equal(strbuf_text(&w->text), "0123456789");
}

// --- no connection -------------------------------------------------------------------------------

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
    link_open(w->link, "255.255.255.255", 7001);
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

// --- login ---------------------------------------------------------------------------------------

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

// --- garbage -------------------------------------------------------------------------------------

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

// --- asking without a loop -----------------------------------------------------------------------

static void asks_one_thing(void **state)
{
    World *w = *state;
    StrBuf reply = {0};
    Error err = {0};
    const char *argv[] = {"PING"};
    // Connected by the kernel, and nobody there to answer.
    assert_false(ask("127.0.0.1", fake_port(w->fake), NULL, 100, &reply, 1, argv, &err));
    assert_int_equal(err.code, ERR_TIMEOUT);
    int port = fake_port(w->fake);
    fake_listen(w->fake, 0);
    assert_false(ask("127.0.0.1", port, NULL, 100, &reply, 1, argv, &err));
    assert_int_equal(err.code, ERR_CONNECT);
    assert_non_null(strstr(err.text, "Connection refused"));
    assert_int_equal(reply.n, 0);
    strbuf_done(&reply);
}

#define CLAIM(claim) cmocka_unit_test_setup_teardown(claim, set_up, tear_down)

TESTS(link, CLAIM(carries_requests_in_order), CLAIM(renders_every_kind_of_reply),
      CLAIM(opens_again_after_its_end), CLAIM(may_be_freed_by_whom_it_answers),
      CLAIM(may_be_freed_when_it_is_lost), CLAIM(closing_ends_all_callbacks),
      CLAIM(may_be_closed_while_it_connects), CLAIM(drops_late_replies), CLAIM(gives_up_what_hangs),
      CLAIM(gives_up_what_owes_too_much), CLAIM(half_a_reply_is_late_not_served),
      CLAIM(half_a_reply_and_the_end), CLAIM(a_dripping_reply_is_still_one),
      CLAIM(says_what_refuses), CLAIM(says_what_cannot_be_dialled),
      CLAIM(says_what_is_silent_at_login), CLAIM(logs_in_first),
      CLAIM(says_how_the_login_was_refused), CLAIM(goes_on_without_a_needless_password),
      CLAIM(says_that_a_password_is_wanted), CLAIM(passes_on_what_is_not_allowed),
      CLAIM(explains_protected_mode), CLAIM(explains_too_many_clients), CLAIM(refuses_garbage),
      CLAIM(refuses_what_it_did_not_ask_for), CLAIM(refuses_a_flood),
      CLAIM(refuses_an_endless_line), CLAIM(asks_one_thing))
