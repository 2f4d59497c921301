// A server that does as it is told: answers by table, answers garbage, drips, hangs, cuts. It lives
// on the test's own loop, listens on a loopback address and reads requests with hiredis' reader.
#ifndef REHOME_TESTS_FAKE_SERVER_H
#define REHOME_TESTS_FAKE_SERVER_H

#include <stddef.h>

struct ev_loop;
typedef struct FakeServer FakeServer;

// ip: any of 127/8. port 0: a free one is chosen.
FakeServer *fake_start(struct ev_loop *loop, const char *ip, int port);
void fake_stop(FakeServer *f); // NULL is fine
int fake_port(const FakeServer *f);
const char *fake_ip(const FakeServer *f);

// Commands that begin with these words (any case) get these bytes, as they are; the latest matching
// entry wins. NULL: no answer at all, and none to what comes behind it on that connection.
// Commands without an entry get "-ERR unknown command".
void fake_answer(FakeServer *f, const char *command, const char *raw);
void fake_answer_bytes(FakeServer *f, const char *command, const char *raw, size_t n);
void fake_answer_bulk(FakeServer *f, const char *command, const char *text);
// The header of a bulk string of so many bytes, and its bytes for as long as they are taken.
void fake_answer_flood(FakeServer *f, const char *command, size_t n);

void fake_greet(FakeServer *f, const char *raw);           // said to whoever connects
void fake_drip(FakeServer *f, size_t bytes, int every_ms); // nothing leaves faster; 0: at once
void fake_cut_after(FakeServer *f, size_t n); // each connection is cut behind n bytes; 0: never
void fake_hang(FakeServer *f, int on);        // read and answer nothing; 0: go on
void fake_cut(FakeServer *f);                 // every connection, now
void fake_listen(FakeServer *f, int on);      // 0: refuse new connections

int fake_connections(const FakeServer *f);                // accepted so far
int fake_asked(const FakeServer *f, const char *command); // commands that begin so, so far
size_t fake_sent(const FakeServer *f);                    // bytes that left, in all

#endif
