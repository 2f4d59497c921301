#include "requests.h"

#include "rehome/base/mem.h"

Request *requests_push(Requests *all, LinkAnswer *done, void *ctx, int64_t sent_us)
{
    Request *request = mem_alloc(sizeof(*request));
    request->done = done;
    request->ctx = ctx;
    request->sent_us = sent_us;
    if (all->last == NULL) {
        all->first = request;
    } else {
        all->last->next = request;
    }
    all->last = request;
    all->owed++;
    return request;
}

Request *requests_pop(Requests *all)
{
    Request *request = all->first;
    if (request != NULL) {
        all->first = request->next;
        all->last = all->first == NULL ? NULL : all->last;
        all->owed--;
        all->late -= request->late ? 1 : 0;
    }
    return request;
}

bool request_is_waited_for(const Request *request)
{
    return !request->late || request->patient;
}

Request *requests_first_in_time(const Requests *all)
{
    Request *request = all->first;
    while (request != NULL && request->late) {
        request = request->next;
    }
    return request;
}

void requests_mark_late(Requests *all, Request *first_in_time)
{
    first_in_time->late = true;
    all->late++;
}

void requests_drop(Requests *all)
{
    Request *request;
    while ((request = requests_pop(all)) != NULL) {
        mem_free(request);
    }
}
