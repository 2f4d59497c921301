// Several moves, made one after the other: the next one begins only when the one before it is
// verified done. Each passes the gate by itself. Pure: says what is next and is told what became of
// it.
#ifndef REHOME_ACTION_QUEUE_H
#define REHOME_ACTION_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/action/move.h"

enum { QUEUE_MAX = 64 };

// What becomes of the rest when a move is refused or fails, and what has to hold before each.
typedef enum {
    QUEUE_STOPS,   // it is dropped
    QUEUE_GOES_ON, // it is made all the same
    QUEUE_HEALS,   // it is dropped; it is an accepted plan, which must still hold before each move
    QUEUE_SPREADS, // the same, of a plan that spreads, too
} QueueKind;

typedef enum {
    QUEUED_WAITS,
    QUEUED_MOVES,
    QUEUED_DONE, // verified
    QUEUED_REFUSED,
    QUEUED_FAILED,
    QUEUED_DROPPED, // never begun
    QUEUED_STATES
} QueuedState;

typedef struct {
    MoveSpec spec;
    QueuedState state;
    char why[240]; // REFUSED, FAILED
} QueuedMove;

typedef struct {
    QueuedMove *at; // in the order of moving
    size_t n;
    size_t cap;
    QueueKind kind;
    char stopped[240]; // why what waited was dropped, unless a move was the reason; "" else
} Queue;

// Zero-initialise, queue_done() at the end. The moves stay to be looked at until the next start.
void queue_done(Queue *q);

// Copies the specs. Refused while another queue is on, with none, or with more than QUEUE_MAX.
bool queue_start(Queue *q, const MoveSpec *specs, size_t n, QueueKind kind, Error *err);

bool queue_is_on(const Queue *q); // something moves or waits

// What is to begin now, borrowed until the next start; NULL: nothing. It counts as moving.
const MoveSpec *queue_begin_next(Queue *q);

// The one that moves has ended as DONE, REFUSED or FAILED; why: for the latter two. Nothing happens
// when none moves.
void queue_end_one(Queue *q, QueuedState how, const char *why);

void queue_drop(Queue *q, const char *why); // all that waits; why: "" when it need not be told

bool queue_is_plan(const Queue *q);

size_t queue_count(const Queue *q, QueuedState state);
size_t queue_place(const Queue *q); // of the one that moves, or else waits first, from 1; 0: none

// "all 5 moves are done"; "2 of 5 moves are done, 1 was refused (:7004 to :7001: ...), 2 were not
// made".
void queue_words(const Queue *q, char *out, size_t size);

#endif
