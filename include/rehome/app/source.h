// Where an engine has its rounds from, and what it can ask of there: a live cluster or a tape.
#ifndef REHOME_APP_SOURCE_H
#define REHOME_APP_SOURCE_H

#include "rehome/redis/poller.h"

// All functions are given ctx. The rounds come by engine_feed().
typedef struct {
    void *ctx;
    void (*round)(void *ctx, bool full); // as soon as possible
    void (*hurry)(void *ctx, bool on);
    void (*follow)(void *ctx, const Snapshot *s);
    void (*set_interval)(void *ctx, int64_t ms);
    void (*set_login)(void *ctx, const char *user, const char *pass); // of servers; copied
    bool (*send)(void *ctx, Channel channel, NodeId node, int argc, const char **argv);
    const char *(*notice)(void *ctx);
    int64_t (*now_ms)(void *ctx);
    int64_t (*wall_ms)(void *ctx);
} Source;

Source source_live(Poller *poller); // borrowed

#endif
