// What a server sends: bytes through hiredis' reader under our guard, and the texts that come out
// of it through each parser, and through what of them a tape keeps.
#include "fuzz.h"

#include <string.h>

#include "../../src/redis/reply.h"
#include "../../src/redis/reply_guard.h"
#include "../../src/tape/keep.h"
#include "claims.h"
#include "rehome/base/mem.h"

// --- the parsers

// The same, in the order of IDs, but for what nobody asks for.
static void claim_kept(const NodesView *view, const NodesView *kept)
{
    CLAIM(kept->n == view->n && kept->bad_lines == view->bad_lines);
    CLAIM(kept->signature == view->signature);
    CLAIM((kept->myself < 0) == (view->myself < 0));
    for (size_t i = 0; i < view->n; i++) {
        const NodeLine *was = &view->at[i];
        const NodeLine *is = nodes_find(kept, was->id);
        CLAIM(is != NULL && is->flags == was->flags && is->port == was->port);
        CLAIM(node_id_eq(is->master, was->master) && is->config_epoch == was->config_epoch);
        CLAIM(strcmp(is->ip, was->ip) == 0 && strcmp(is->hostname, was->hostname) == 0);
        CLAIM(is->open_slots == was->open_slots && is->importing == was->importing);
    }
}

static void read_nodes(StrView text, Arena *arena)
{
    NodesView view;
    NodesView kept;
    Error err = {0};
    if (!nodes_parse(text, arena, &view, &err)) {
        claim_clean(err.text);
        return;
    }
    claim_view(&view);
    StrBuf line = {0};
    keep_nodes(text, &line);
    CLAIM(nodes_parse(sv_of(strbuf_text(&line), line.n), arena, &kept, NULL));
    claim_kept(&view, &kept);
    strbuf_done(&line);
}

static void read_info(StrView text, Arena *arena)
{
    NodeInfo info;
    NodeInfo again;
    StrBuf kept = {0};
    info_parse(text, arena, &info);
    claim_info(&info);
    info_keep(text, &kept);
    info_parse(sv_of(strbuf_text(&kept), kept.n), arena, &again);
    CLAIM(again.is_master == info.is_master && again.link_up == info.link_up);
    CLAIM(again.repl_offset == info.repl_offset && again.loading == info.loading);
    CLAIM(again.n_slaves == info.n_slaves && again.keys == info.keys);
    CLAIM(strcmp(again.version, info.version) == 0 && strcmp(again.run_id, info.run_id) == 0);
    StrBuf twice = {0};
    info_keep(sv_of(strbuf_text(&kept), kept.n), &twice);
    CLAIM(strcmp(strbuf_text(&twice), strbuf_text(&kept)) == 0);
    strbuf_done(&twice);
    strbuf_done(&kept);
}

static void read_cluster(StrView text)
{
    ClusterInfo info;
    ClusterInfo again;
    StrBuf kept = {0};
    cluster_info_parse(text, &info);
    cluster_info_keep(text, &kept);
    cluster_info_parse(sv_of(strbuf_text(&kept), kept.n), &again);
    CLAIM(again.known == info.known && again.state_ok == info.state_ok);
    CLAIM(again.current_epoch == info.current_epoch && again.size == info.size);
    strbuf_done(&kept);
}

static void read_settings(StrView text)
{
    ServerSettings settings;
    ServerSettings again;
    StrBuf kept = {0};
    settings_parse(text, &settings);
    settings_keep(text, &kept);
    settings_parse(sv_of(strbuf_text(&kept), kept.n), &again);
    CLAIM(settings.barrier >= -1 && settings.node_timeout_ms >= -1);
    CLAIM(again.barrier == settings.barrier && again.no_failover == settings.no_failover);
    CLAIM(again.node_timeout_ms == settings.node_timeout_ms);
    strbuf_done(&kept);
}

// What is kept of a reply is bounded by the reply.
static void read_text(unsigned kind, StrView text)
{
    enum { ROOM = 64 << 10, EACH = 64 };
    Arena *arena = arena_new();
    switch (kind % 4) {
    case 0:
        read_nodes(text, arena);
        break;
    case 1:
        read_info(text, arena);
        break;
    case 2:
        read_cluster(text);
        break;
    default:
        read_settings(text);
        break;
    }
    CLAIM(arena_bytes(arena) <= ROOM + EACH * text.n);
    arena_free(arena);
}

// --- the reader

static void read_reply(unsigned kind, const redisReply *reply)
{
    StrBuf text = {0};
    reply_render(reply, &text);
    for (unsigned i = 0; i < 4; i++) {
        read_text(kind + i, sv_of(strbuf_text(&text), text.n));
    }
    strbuf_done(&text);
}

// In pieces, as they come from a socket.
static void read_stream(unsigned how, StrView bytes)
{
    ReplyGuard guard = {.owed = how % 4};
    size_t piece = 1 + how % 61;
    size_t n_replies = 0;
    redisReader *reader = redisReaderCreate();
    guard_enter(&guard, reader);
    for (size_t at = 0; at < bytes.n && guard.refused == NULL; at += piece) {
        void *reply = NULL;
        redisReaderFeed(reader, bytes.at + at, bytes.n - at < piece ? bytes.n - at : piece);
        while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL) {
            CLAIM(guard.reply_bytes <= REPLY_MAX_BYTES);
            n_replies += ((redisReply *)reply)->type != REDIS_REPLY_ERROR;
            read_reply(how, reply);
            reader->fn->freeObject(reply);
        }
        guard.refused = guard.refused != NULL ? guard.refused : guard_flood(reader);
    }
    CLAIM(n_replies <= how % 4);
    guard_leave(&guard, reader);
    redisReaderFree(reader);
}

void fuzz_replies(StrView input)
{
    unsigned how = fuzz_byte(&input);
    if (how < 128) {
        read_text(how, input);
    } else {
        read_stream(how, input);
    }
}
