#include "reply.h"

#include <stddef.h>

#include "reply_guard.h"

static void render_leaf(const redisReply *reply, StrBuf *out)
{
    switch (reply->type) {
    case REDIS_REPLY_INTEGER:
        strbuf_addf(out, "%lld", reply->integer);
        break;
    case REDIS_REPLY_NIL:
        break;
    default: // strings, status, error; also the textual types of RESP3
        if (reply->str != NULL) {
            strbuf_add_sv(out, sv_of(reply->str, reply->len));
        }
        break;
    }
}

// Names and values are told apart by the line's structure: nothing in them may break a line.
static void join_lines(StrBuf *out, size_t from)
{
    for (size_t i = from; i < out->n; i++) {
        if (out->at[i] == '\n' || out->at[i] == '\r') {
            out->at[i] = ' ';
        }
    }
}

// Nested arrays are laid out flat: all leaves in order, two a line.
static void render_flat(const redisReply *reply, StrBuf *out, size_t *leaves, int depth)
{
    if (reply == NULL) {
        return;
    }
    if (reply->element != NULL && reply->elements > 0) {
        for (size_t i = 0; i < reply->elements && depth < REPLY_DEPTH_MAX; i++) {
            render_flat(reply->element[i], out, leaves, depth + 1);
        }
        return;
    }
    if (reply->type == REDIS_REPLY_ARRAY) {
        return; // an empty one
    }
    size_t from = out->n;
    render_leaf(reply, out);
    join_lines(out, from);
    strbuf_add(out, *leaves % 2 == 0 ? " " : "\n");
    (*leaves)++;
}

void reply_render(const redisReply *reply, StrBuf *out)
{
    bool is_array = reply->element != NULL || reply->type == REDIS_REPLY_ARRAY;
    if (!is_array) {
        render_leaf(reply, out);
        return;
    }
    size_t leaves = 0;
    render_flat(reply, out, &leaves, 0);
}
