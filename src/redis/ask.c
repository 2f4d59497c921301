#include "rehome/redis/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "clock.h"
#include "rehome/base/text.h"
#include "reply.h"

// poll() and read() by ourselves: the timeout of hiredis starts anew with every byte.
static redisReply *await(redisContext *c, int64_t deadline_ms)
{
    int sent = 0;
    while (!sent) {
        if (redisBufferWrite(c, &sent) != REDIS_OK) {
            return NULL;
        }
    }
    for (;;) {
        void *reply = NULL;
        if (redisGetReplyFromReader(c, &reply) != REDIS_OK) {
            return NULL;
        }
        if (reply != NULL) {
            return reply;
        }
        int64_t left_ms = deadline_ms - clock_now_ms();
        struct pollfd fd = {.fd = c->fd, .events = POLLIN};
        int ready = left_ms <= 0 ? 0 : poll(&fd, 1, (int)left_ms);
        if (ready == 0) {
            errno = ETIMEDOUT;
            return NULL;
        }
        if (ready > 0 && redisBufferRead(c) != REDIS_OK) {
            return NULL;
        }
        if (ready < 0 && errno != EINTR) {
            return NULL;
        }
    }
}

static redisReply *command(redisContext *c, int64_t deadline_ms, int argc, const char **argv)
{
    if (redisAppendCommandArgv(c, argc, argv, NULL) != REDIS_OK) {
        return NULL;
    }
    return await(c, deadline_ms);
}

// Why there is no reply, when await() gave none.
static const char *trouble(const redisContext *c)
{
    if (c->err == REDIS_ERR_IO) {
        return strerror(errno);
    }
    return c->err != 0 ? c->errstr : strerror(errno);
}

static bool log_in(redisContext *c, int64_t deadline_ms, const char *pass, const char *ip, int port,
                   Error *err)
{
    const char *argv[] = {"AUTH", pass};
    redisReply *reply = command(c, deadline_ms, 2, argv);
    if (reply == NULL) {
        return fail(err, ERR_CONNECT, "%s:%d did not answer AUTH: %s", ip, port, trouble(c));
    }
    bool refused = reply->type == REDIS_REPLY_ERROR;
    bool needless = refused && (strstr(reply->str, "no password is set") != NULL ||
                                strstr(reply->str, "without any password") != NULL);
    if (refused && !needless) {
        char said[160];
        text_clean_into(said, sizeof(said), sv_of(reply->str, reply->len));
        fail(err, ERR_AUTH, "%s:%d refused the password: %s", ip, port, said);
    }
    freeReplyObject(reply);
    return !refused || needless;
}

static bool ask_on(redisContext *c, int64_t deadline_ms, const char *ip, int port, StrBuf *out,
                   int argc, const char **argv, Error *err)
{
    redisReply *reply = command(c, deadline_ms, argc, argv);
    if (reply == NULL) {
        ErrorCode code = c->err == 0 && errno == ETIMEDOUT ? ERR_TIMEOUT : ERR_CONNECT;
        return fail(err, code, "%s:%d did not answer %s: %s", ip, port, argv[0], trouble(c));
    }
    strbuf_clear(out);
    if (reply->type == REDIS_REPLY_ERROR) {
        strbuf_add(out, "-");
    }
    reply_render(reply, out);
    freeReplyObject(reply);
    return true;
}

bool ask(const char *ip, int port, const char *pass, int timeout_ms, StrBuf *reply, int argc,
         const char **argv, Error *err)
{
    int64_t deadline_ms = clock_now_ms() + timeout_ms;
    struct timeval limit = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};
    redisContext *c = ip[0] == '/' ? redisConnectUnixWithTimeout(ip, limit)
                                   : redisConnectWithTimeout(ip, port, limit);
    if (c == NULL) {
        return fail(err, ERR_CONNECT, "cannot connect to %s:%d: out of memory", ip, port);
    }
    if (c->err != 0) {
        fail(err, ERR_CONNECT, "cannot connect to %s:%d: %s", ip, port, c->errstr);
        redisFree(c);
        return false;
    }
    fcntl(c->fd, F_SETFD, FD_CLOEXEC);
    bool ok = (pass == NULL || log_in(c, deadline_ms, pass, ip, port, err)) &&
              ask_on(c, deadline_ms, ip, port, reply, argc, argv, err);
    redisFree(c);
    return ok;
}
