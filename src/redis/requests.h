// The requests under way on one link, in the order of sending, which is the order of replies: late
// ones are always at the front.
#ifndef REHOME_SRC_REDIS_REQUESTS_H
#define REHOME_SRC_REDIS_REQUESTS_H

#include "rehome/redis/link.h"

typedef struct Request {
    struct Request *next;
    LinkAnswer *done; // NULL: nobody wants to know
    void *ctx;
    int64_t sent_us;
    bool patient; // done is told of nothing but the answer, or that it is lost
    bool late;    // the pipeline still owes us this reply; unless it is patient, done was told
} Request;

// Zero-initialise it; requests_drop() empties it.
typedef struct {
    Request *first;
    Request *last;
    int owed;
    int late;
} Requests;

Request *requests_push(Requests *all, LinkAnswer *done, void *ctx, int64_t sent_us);
Request *requests_pop(Requests *all);                 // the oldest, now the caller's; NULL: none
bool request_is_waited_for(const Request *request);   // its answer would be told
Request *requests_first_in_time(const Requests *all); // NULL: all are late
void requests_mark_late(Requests *all, Request *first_in_time);
void requests_drop(Requests *all); // without telling anybody

#endif
