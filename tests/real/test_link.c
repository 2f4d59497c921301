// A link's ordinary life and its deadlines, against a server that misbehaves on demand.
// test_link_refusals.c has what a link does not go along with.
#include "link_world.h"

#include <ev.h>
#include <string.h>

#include "loop.h"
#include "rehome/redis/ask.h"
#include "unit/unit.h"

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

static bool is_owed_late(void *ctx)
{
    World *w = ctx;
    return link_late(w->link) == 1;
}

static void but_not_to_whom_asks_patiently(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 50;
    fake_answer_bulk(w->fake, "INFO", "x");
    come_up(w);
    wait_for(w, is_settled);
    fake_hang(w->fake, 1);
    ask_words(w, "INFO");
    wait_for(w, is_owed_late);
    assert_int_equal(answered(w), 0);
    fake_hang(w->fake, 0);
    wait_for(w, is_settled);
    assert_int_equal(w->answers[ANSWER_OK], 1);
    assert_int_equal(answered(w), 1);
    w->options.hung_timeout_ms = 100;
    fake_hang(w->fake, 1);
    ask_words(w, "INFO");
    expect_down(w, REACH_UNREACHABLE, "does not answer");
    assert_int_equal(w->answers[ANSWER_LOST], 1);
    assert_int_equal(w->answers[ANSWER_LATE], 0);
}

static void gives_up_what_hangs(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 50;
    w->options.hung_timeout_ms = 300;
    fake_answer(w->fake, "INFO", NULL);
    come_up(w);
    send_words(w, "INFO", NULL);
    expect_down(w, REACH_UNREACHABLE, "is connected, but does not answer");
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
    expect_down(w, REACH_UNREACHABLE, "does not answer");
    // On a busy machine the last ones were sent a while after the first, and are not late yet.
    assert_true(w->answers[ANSWER_LATE] > 64);
    assert_int_equal(w->answers[ANSWER_LATE] + w->answers[ANSWER_LOST], 100);
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

// The deadline is the whole reply's: no byte of it buys time for the next.
static void a_reply_that_drips_for_ever_is_late_and_then_given_up(void **state)
{
    World *w = *state;
    w->options.request_timeout_ms = 100;
    w->options.hung_timeout_ms = 300;
    fake_answer(w->fake, "CLIENT", "+OK\r\n");
    fake_answer_flood(w->fake, "INFO", 1000000);
    fake_drip(w->fake, 1, 1);
    come_up(w);
    send_words(w, "INFO", NULL);
    wait_for(w, is_answered);
    assert_int_equal(w->answers[ANSWER_LATE], 1);
    expect_down(w, REACH_UNREACHABLE, "does not answer");
    assert_true(fake_sent(w->fake) < 10000); // it was still going on
}

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

TESTS(link, CLAIM(carries_requests_in_order), CLAIM(renders_every_kind_of_reply),
      CLAIM(opens_again_after_its_end), CLAIM(may_be_freed_by_whom_it_answers),
      CLAIM(may_be_freed_when_it_is_lost), CLAIM(closing_ends_all_callbacks),
      CLAIM(may_be_closed_while_it_connects), CLAIM(drops_late_replies),
      CLAIM(but_not_to_whom_asks_patiently), CLAIM(gives_up_what_hangs),
      CLAIM(gives_up_what_owes_too_much), CLAIM(half_a_reply_is_late_not_served),
      CLAIM(half_a_reply_and_the_end), CLAIM(a_dripping_reply_is_still_one),
      CLAIM(a_reply_that_drips_for_ever_is_late_and_then_given_up), CLAIM(asks_one_thing))
