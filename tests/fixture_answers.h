// The inside of a fixture: shared by fixture.c, which keeps the cluster, and fixture_answers.c,
// which renders what its servers would answer.
#ifndef REHOME_TESTS_FIXTURE_ANSWERS_H
#define REHOME_TESTS_FIXTURE_ANSWERS_H

#include "fixture.h"
#include "rehome/base/strbuf.h"

// What one reporter says of one node in place of the truth.
typedef struct {
    int reporter;
    int node;
    unsigned flags; // 0: as it is
    bool says_master;
    int master; // when says_master
    bool says_slots;
    char slots[128]; // when says_slots
    uint64_t epoch;
    bool omits;
    int port; // 0: the true one
} Lie;

// The texts of one node's answers, kept as long as the round is.
typedef struct {
    StrBuf info;
    StrBuf nodes;
    StrBuf cluster;
    StrBuf settings;
    StrBuf dialled;
} Answers;

struct Fixture {
    FixtureNode *nodes;
    size_t n;
    size_t nodes_cap;
    Lie *lies;
    size_t n_lies;
    size_t lies_cap;
    uint64_t next_epoch;
    uint64_t round;
    Answers *answers;
    size_t n_answers;
    Observation *observations;
    RoundInput input;
    const Labels *labels;
    const Aliases *aliases;
    const char *redis_cli; // as in RoundInput
};

// What is the same in every node's CLUSTER INFO.
typedef struct {
    int assigned;
    int failed;
    int known;
    int size;
} Totals;

Totals answer_totals(const Fixture *f);

void answer_address(StrBuf *out, const FixtureNode *node);
void answer_info(StrBuf *out, const Fixture *f, int i);
void answer_nodes(StrBuf *out, const Fixture *f, int reporter, int64_t wall_ms);
void answer_cluster(StrBuf *out, const Fixture *f, int i, const Totals *totals);
void answer_settings(StrBuf *out, const FixtureNode *node);

#endif
