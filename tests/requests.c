#include "requests.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int requests_accept(int listening)
{
    int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int on = 1;
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    return fd;
}

bool requests_read(int fd, redisReader *reader, RequestSink *take, void *ctx)
{
    char bytes[4096];
    ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    redisReaderFeed(reader, bytes, (size_t)n);
    void *request = NULL;
    while (redisReaderGetReply(reader, &request) == REDIS_OK && request != NULL) {
        take(ctx, request);
        freeReplyObject(request);
    }
    return true;
}
