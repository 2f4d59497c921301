// The reading half of what passes itself off as a Redis server: connections and their requests.
#ifndef REHOME_TESTS_REQUESTS_H
#define REHOME_TESTS_REQUESTS_H

#include <stdbool.h>

struct redisReader;
struct redisReply;

int requests_accept(int listening); // the new connection, which blocks nobody; -1: none waits

typedef void RequestSink(void *ctx, const struct redisReply *request);

// Read what is there and pass on each complete request. False: the client is gone.
bool requests_read(int fd, struct redisReader *reader, RequestSink *take, void *ctx);

#endif
