// What a test has put up: real servers and runs of the program. All of it is taken down by
// stage_clear(), the teardown of every test, also when the test fails.
#ifndef REHOME_TESTS_REAL_STAGE_H
#define REHOME_TESTS_REAL_STAGE_H

#include "rehome/app/lab.h"
#include "run.h"
#include "unit/unit.h"

// How long to wait for what must come about on a busy machine.
enum { LIMIT_MS = 30000 };

// The program and the tests keep their files in one temporary folder. Call it once, from main().
void stage_open(void);
void stage_close(void);
const char *stage_folder(void);
const char *stage_ip(void); // a loopback address of this test program's own, outside all labs

int stage_clear(void **state);

#define STAGED(claim) cmocka_unit_test_teardown(claim, stage_clear)

// Skips the test where redis-server does not know these arguments; NULL-terminated.
void stage_needs_settings(const char *const *settings);

// Skips the test where servers do not tell how often each subcommand was called.
void stage_needs_counts(const Lab *lab);

// Skips the test where the right to each subcommand cannot be given and taken.
void stage_needs_rights(const Lab *lab);

// A running cluster; the test fails when it does not come up. net is chosen here. With extra
// settings the test is skipped where redis-server does not know them.
Lab *stage_lab(const LabSpec *spec);
Lab *stage_still_lab(void); // the scenario's, of servers that move no replica by themselves
size_t stage_port(const Lab *lab, int port); // index; fails the test when there is none

// Run the program ($REHOME_BIN) with these words and behind them the addresses of the lab's nodes
// (lab may be NULL). The words end in NULL.
Run *stage_run(const Lab *lab, const char *const *words);
Run *stage_other(const char *const *argv); // any other program

// `check --format json`: the document, and the exit status.
const json_t *stage_check(const Lab *lab, int *status);

// Ask a node until its reply has this text (or, with without_reply, has it no more); fails the
// test after LIMIT_MS. The reply that had it is borrowed until the next call.
const char *stage_wait_reply(const Lab *lab, int port, const char *text, const char *const *argv);
const char *stage_wait_reply_without(const Lab *lab, int port, const char *text,
                                     const char *const *argv);

// The reply now; fails the test when there is none.
const char *stage_ask(const Lab *lab, int port, const char *const *argv);

// Its full syncs, which have to be diskless, wait until they are let go.
void stage_hold_syncs(const Lab *lab, int port, bool hold);

// In a document of check or plan, by port; the test fails when it is not there.
const json_t *master_in(const json_t *document, int port);
const json_t *replica_in(const json_t *document, int port); // of whatever master
int master_of(const json_t *document, int port);            // the port of a replica's master
// The first of this code, or topic; NULL: there is none.
const json_t *finding_with(const json_t *document, const char *code);
const json_t *disagreement_about(const json_t *document, const char *topic);
const char *word_in(const json_t *object, const char *key); // "" when it is no string
int number_in(const json_t *object, const char *key);       // fails the test when it is no number

// Milliseconds between the "t" of two events.
int ms_between(const json_t *earlier, const json_t *later);

// Left in the log for people; nothing depends on it.
void stage_measured(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
