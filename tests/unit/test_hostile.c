// Servers that lie, are broken, or mean harm: what they say becomes a picture all the same, and
// nothing of it reaches a screen raw. (Bytes at random are the fuzzers' part.)
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/snapshot.h"

#define ID_A "07c37dfeb235213a872192d90877d0cd55635b91"
#define ID_B "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca"

static Observation said(const char *nodes)
{
    return (Observation){
        .dialled = "10.0.0.1:1", .why = "", .nodes = sv(nodes), .nodes_ms = 900, .rtt_us = -1};
}

static Snapshot *build(const Observation *all, size_t n)
{
    return snapshot_build(&(RoundInput){.at = all, .n = n, .started_ms = 800, .now_ms = 1000});
}

static void who_does_not_say_its_own_role_has_that_of_the_others(void **state)
{
    (void)state;
    const Observation all[] = {
        said(ID_A " 10.0.0.1:1@2 myself - 0 0 1 connected 0-9\n"),
        said(ID_A " 10.0.0.1:1@2 master - 0 5 1 connected 0-9\n" ID_B
                  " 10.0.0.2:1@2 myself,master - 0 0 2 connected 10-16383\n"),
        said(ID_A " 10.0.0.1:1@2 myself,handshake - 0 0 1 connected\n"),
    };
    for (size_t i = 0; i < 2; i++) {
        Snapshot *s = build(&all[i], 2);
        assert_int_equal(s->n_nodes, 2);
        assert_int_equal(s->n_masters, 2);
        assert_int_equal(s->slots_covered, SLOT_COUNT);
        assert_int_equal(s->n_owners_asked, 1); // whoever has no role has no vote
        snapshot_free(s);
    }
}

TESTS(hostile, cmocka_unit_test(who_does_not_say_its_own_role_has_that_of_the_others))
