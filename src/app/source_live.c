#include "rehome/app/source.h"

static void ask_round(void *ctx, bool full)
{
    if (full) {
        poller_full_round(ctx);
    } else {
        poller_round(ctx);
    }
}

static void hurry(void *ctx, bool on)
{
    poller_hurry(ctx, on);
}

static void follow(void *ctx, const Snapshot *s)
{
    poller_follow(ctx, s);
}

static void set_interval(void *ctx, int64_t ms)
{
    poller_set_interval(ctx, ms);
}

static void set_login(void *ctx, const char *user, const char *pass)
{
    poller_set_login(ctx, user, pass);
}

static bool send_command(void *ctx, Channel channel, NodeId node, int argc, const char **argv)
{
    return poller_send(ctx, channel, node, argc, argv);
}

static const char *notice(void *ctx)
{
    return poller_notice(ctx);
}

static int64_t now_ms(void *ctx)
{
    (void)ctx;
    return poller_now_ms();
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return poller_wall_ms();
}

Source source_live(Poller *poller)
{
    return (Source){
        .ctx = poller,
        .round = ask_round,
        .hurry = hurry,
        .follow = follow,
        .set_interval = set_interval,
        .set_login = set_login,
        .send = send_command,
        .notice = notice,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
    };
}
