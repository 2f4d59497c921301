#include "link_world.h"

#include <ev.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "unit/unit.h"

enum { LIMIT = 10000 };

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

int link_set_up(void **state)
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

int link_tear_down(void **state)
{
    World *w = *state;
    link_free(w->link);
    fake_stop(w->fake);
    strbuf_done(&w->text);
    ev_loop_destroy(w->loop);
    mem_free(w);
    return 0;
}

void open_link(World *w)
{
    w->inside = true;
    link_open(w->link, "127.0.0.1", fake_port(w->fake), "");
    w->inside = false;
    assert_int_equal(link_state(w->link), LINK_OPENING);
}

static bool is_up(void *ctx)
{
    return ((World *)ctx)->ups > 0;
}

bool is_down(void *ctx)
{
    return ((World *)ctx)->downs > 0;
}

int answered(const World *w)
{
    return w->answers[ANSWER_OK] + w->answers[ANSWER_ERROR] + w->answers[ANSWER_LATE] +
           w->answers[ANSWER_LOST];
}

bool is_answered(void *ctx)
{
    return answered(ctx) > 0;
}

bool is_settled(void *ctx)
{
    World *w = ctx;
    return link_owed(w->link) == 0;
}

void wait_for(World *w, Condition *holds)
{
    assert_true(loop_until(w->loop, LIMIT, holds, w));
}

void come_up(World *w)
{
    open_link(w);
    wait_for(w, is_up);
}

bool send_words(World *w, const char *one, const char *two)
{
    const char *argv[] = {one, two};
    w->inside = true;
    bool sent = link_send(w->link, two == NULL ? 1 : 2, argv, on_answer, w);
    w->inside = false;
    return sent;
}

bool ask_words(World *w, const char *one)
{
    w->inside = true;
    bool sent = link_ask(w->link, 1, &one, on_answer, w);
    w->inside = false;
    return sent;
}

void expect_down(World *w, Reach reach, const char *words)
{
    wait_for(w, is_down);
    assert_int_equal(w->reach, reach);
    if (strstr(w->why, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", w->why, words);
    }
    assert_int_equal(w->downs, 1);
}
