// One link to one fake server, for tests of links.
#ifndef REHOME_TESTS_REAL_LINK_WORLD_H
#define REHOME_TESTS_REAL_LINK_WORLD_H

#include <stdbool.h>

#include "fake_server.h"
#include "loop.h"
#include "rehome/base/strbuf.h"
#include "rehome/redis/link.h"

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

int link_set_up(void **state); // of each test
int link_tear_down(void **state);

#define CLAIM(claim) cmocka_unit_test_setup_teardown(claim, link_set_up, link_tear_down)

void open_link(World *w);
void come_up(World *w);
bool send_words(World *w, const char *one, const char *two); // two may be NULL
bool ask_words(World *w, const char *one);                   // by link_ask()

// Conditions, and to wait for one.
bool is_down(void *ctx);
bool is_answered(void *ctx);
bool is_settled(void *ctx); // no answer is owed
void wait_for(World *w, Condition *holds);

int answered(const World *w); // of whatever kind

// It goes down once, for this reason, in these words.
void expect_down(World *w, Reach reach, const char *words);

#endif
