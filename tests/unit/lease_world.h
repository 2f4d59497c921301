// A cluster whose lease key stands on :7001, and instances that want it. The key's server is
// played: what a lease sends is carried out there, at once or later, and told or not.
#ifndef REHOME_TESTS_LEASE_WORLD_H
#define REHOME_TESTS_LEASE_WORLD_H

#include "../fixture.h"
#include "rehome/action/lease.h"

enum { ASH, BIRCH, LEASES, LEASE_TEST_TTL_MS = 10000 };

typedef struct {
    Fixture *f;
    int owner; // :7001
    int64_t now_ms;
    Lease *lease[LEASES];    // of "ash" pid 100 and "birch" pid 101
    int64_t skew_ms[LEASES]; // of their wall clocks
    // what stands in the key
    char value[300]; // "": nothing
    int64_t ends_ms; // 0: never
    // how the server is
    const char *error; // to everything; NULL: none
    bool no_eval;
    bool unsent[LEASES]; // nothing gets to it from there
    bool deaf[LEASES];   // it is carried out, and the answer is lost
    bool lost[LEASES];   // it gets lost
    int asked;           // commands so far
    int taken;           // of these, good SETs
    char last[LEASES][400];
    // told by lease_news()
    int n_news;
    Level level;
    char news[200];
} LeaseWorld;

void lease_world_init(LeaseWorld *w);
void lease_world_done(LeaseWorld *w);

// Ash has had it for long enough to count, and birch knows.
void lease_give_to_ash(LeaseWorld *w);

// A world for a test that has it as *state: given to ash, or with nothing done yet.
int lease_world_given(void **state);
int lease_world_fresh(void **state);
int lease_world_end(void **state);
#define GIVEN(test) cmocka_unit_test_setup_teardown(test, lease_world_given, lease_world_end)
#define FRESH(test) cmocka_unit_test_setup_teardown(test, lease_world_fresh, lease_world_end)

void lease_look(LeaseWorld *w, int i);                 // a round of that instance
void lease_run(LeaseWorld *w, int i);                  // step until it has nothing to send
void lease_pass(LeaseWorld *w, int64_t ms);            // all of them, in steps of 100 ms
void lease_pass_one(LeaseWorld *w, int i, int64_t ms); // the others are stopped
void lease_want_all(LeaseWorld *w);

// Step ash alone until it has something to send.
LeaseCommand next_of_ash(LeaseWorld *w);

LeaseState world_state(const LeaseWorld *w, int i);
bool world_may_write(const LeaseWorld *w, int i);
const char *world_words(const LeaseWorld *w, int i); // good until the next call
void assert_lease_says(const LeaseWorld *w, int i, const char *text);

// Carry out the command in the key.
void lease_serve(LeaseWorld *w, const LeaseCommand *c, bool *ok, char *reply, size_t size);

#endif
