// One child process whose output is read as it comes. Killed by run_free(), and by the kernel when
// we die first.
#ifndef REHOME_TESTS_REAL_RUN_H
#define REHOME_TESTS_REAL_RUN_H

#include <jansson.h>
#include <stdbool.h>

typedef struct Run Run;

// argv[0] is looked up in PATH. stdin is /dev/null. Fails the test when it cannot be started.
Run *run_start(const char *const *argv);
void run_free(Run *run); // kills it when it still runs; NULL is fine

void run_signal(Run *run, int signal_number);
int run_pid(const Run *run); // 0: seen to its end

// Wait for its end. The exit status, or 128 + the signal that ended it. Fails the test when it has
// not ended after limit_ms.
int run_end(Run *run, int limit_ms);

// All it has written so far.
const char *run_out(const Run *run);
const char *run_err(const Run *run);

// Wait until text is somewhere in its stdout (stderr); fails the test after limit_ms or at its end.
void run_wait_out(Run *run, const char *text, int limit_ms);
void run_wait_err(Run *run, const char *text, int limit_ms);

// Wait for a JSON line of stdout with this "event" and an "addr" that ends in ":port" (0: any),
// among the lines behind the last mark. Borrowed until run_free(). Fails the test as above.
const json_t *run_event(Run *run, const char *event, int port, int limit_ms);

// The same without waiting: NULL when it is not there.
const json_t *run_has_event(Run *run, const char *event, int port);

// Lines written until now are not looked at any more.
void run_mark(Run *run);

// The whole stdout as one JSON document; NULL when it is none. Borrowed until run_free().
const json_t *run_json(Run *run);

// The port in "ip:port"; 0 when there is none.
int addr_port(const char *addr);

#endif
