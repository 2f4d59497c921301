#include "rehome/action/queue.h"

#include <stdarg.h>
#include <stdio.h>

#include "rehome/base/mem.h"

void queue_done(Queue *q)
{
    mem_free(q->at);
    *q = (Queue){0};
}

bool queue_start(Queue *q, const MoveSpec *specs, size_t n, QueueKind kind, Error *err)
{
    if (queue_is_on(q)) {
        return fail(err, ERR_REFUSED, "a queue of moves is under way: one at a time");
    }
    if (n == 0 || n > QUEUE_MAX) {
        return fail(err, ERR_REFUSED, "a queue has 1 to %d moves, not %zu", QUEUE_MAX, n);
    }
    q->at = mem_grow(q->at, &q->cap, n, sizeof(*q->at));
    for (size_t i = 0; i < n; i++) {
        q->at[i] = (QueuedMove){.spec = specs[i]};
    }
    q->n = n;
    q->kind = kind;
    q->stopped[0] = '\0';
    return true;
}

static QueuedMove *first(const Queue *q, QueuedState state)
{
    for (size_t i = 0; i < q->n; i++) {
        if (q->at[i].state == state) {
            return &q->at[i];
        }
    }
    return NULL;
}

bool queue_is_on(const Queue *q)
{
    return first(q, QUEUED_MOVES) != NULL || first(q, QUEUED_WAITS) != NULL;
}

const MoveSpec *queue_begin_next(Queue *q)
{
    QueuedMove *next = first(q, QUEUED_MOVES) == NULL ? first(q, QUEUED_WAITS) : NULL;
    if (next == NULL) {
        return NULL;
    }
    next->state = QUEUED_MOVES;
    return &next->spec;
}

void queue_end_one(Queue *q, QueuedState how, const char *why)
{
    QueuedMove *moving = first(q, QUEUED_MOVES);
    if (moving == NULL) {
        return;
    }
    moving->state = how;
    snprintf(moving->why, sizeof(moving->why), "%s", how == QUEUED_DONE ? "" : why);
    if (how != QUEUED_DONE && q->kind != QUEUE_GOES_ON) {
        queue_drop(q, "");
    }
}

bool queue_is_plan(const Queue *q)
{
    return q->kind == QUEUE_HEALS || q->kind == QUEUE_SPREADS;
}

void queue_drop(Queue *q, const char *why)
{
    snprintf(q->stopped, sizeof(q->stopped), "%s", why);
    for (size_t i = 0; i < q->n; i++) {
        if (q->at[i].state == QUEUED_WAITS) {
            q->at[i].state = QUEUED_DROPPED;
        }
    }
}

size_t queue_count(const Queue *q, QueuedState state)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++) {
        n += q->at[i].state == state;
    }
    return n;
}

size_t queue_place(const Queue *q)
{
    const QueuedMove *at = first(q, QUEUED_MOVES);
    at = at != NULL ? at : first(q, QUEUED_WAITS);
    return at != NULL ? (size_t)(at - q->at) + 1 : 0;
}

static void add(char *out, size_t size, size_t *n, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void add(char *out, size_t size, size_t *n, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int more = *n < size ? vsnprintf(out + *n, size - *n, format, args) : 0;
    va_end(args);
    *n += more > 0 ? (size_t)more : 0;
}

static void add_ill(const Queue *q, QueuedState state, const char *how, char *out, size_t size,
                    size_t *n)
{
    size_t count = queue_count(q, state);
    const QueuedMove *one = first(q, state);
    if (one == NULL) {
        return;
    }
    add(out, size, n, ", %zu %s (%s to %s: %s%s)", count, how, one->spec.replica_addr,
        one->spec.target_addr, one->why, count > 1 ? "; and others" : "");
}

void queue_words(const Queue *q, char *out, size_t size)
{
    size_t done = queue_count(q, QUEUED_DONE);
    size_t dropped = queue_count(q, QUEUED_DROPPED);
    size_t n = 0;
    if (done == q->n) {
        snprintf(out, size, q->n == 1 ? "the move is done" : "all %zu moves are done", q->n);
        return;
    }
    add(out, size, &n, "%zu of %zu moves done", done, q->n);
    add_ill(q, QUEUED_REFUSED, "refused", out, size, &n);
    add_ill(q, QUEUED_FAILED, "failed", out, size, &n);
    if (dropped > 0) {
        add(out, size, &n, ", %zu not begun", dropped);
        add(out, size, &n, "%s%s", q->stopped[0] != '\0' ? ": " : "", q->stopped);
    }
}
