#include "rehome/model/nodes.h"

#include <string.h>

#include "id_index.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum {
    NAME_MAX_BYTES = 255, // of an ip or hostname, as DNS has it
    SHORTEST_LINE = 48,   // less than any line that makes sense
    SHOWN_IN_ERROR = 60,
};

// Room for the slot ranges of one line while it is read; kept from line to line.
typedef struct {
    SlotRange *at;
    size_t n;
    size_t cap;
} RangeList;

// The next word; runs of blanks separate.
static bool next_word(StrView *rest, StrView *word)
{
    while (sv_next(rest, ' ', word)) {
        if (word->n > 0) {
            return true;
        }
    }
    return false;
}

static StrView without_brackets(StrView ip)
{
    if (ip.n >= 2 && ip.at[0] == '[' && ip.at[ip.n - 1] == ']') {
        return sv_of(ip.at + 1, ip.n - 2);
    }
    return ip;
}

// "ip:port", "ip:port@cport", "ip:port@cport,hostname", "...,hostname,key=value,..."
static bool address_parse(StrView text, Arena *arena, NodeLine *line)
{
    StrView endpoint = text;
    StrView hostname = {0};
    if (sv_cut(&text, ',', &endpoint)) {
        sv_next(&text, ',', &hostname);
    }
    StrView rest = endpoint;
    sv_cut(&rest, '@', &endpoint);             // the bus port is of no interest
    ptrdiff_t colon = sv_rfind(endpoint, ':'); // the last one: an IPv6 address has no brackets here
    if (colon < 0) {
        return false;
    }
    uint64_t port;
    size_t ip_n = (size_t)colon;
    if (!sv_to_u64(sv_of(endpoint.at + ip_n + 1, endpoint.n - ip_n - 1), &port) ||
        port > UINT16_MAX) {
        return false;
    }
    line->ip = text_clean(arena, without_brackets(sv_of(endpoint.at, ip_n)), NAME_MAX_BYTES);
    line->hostname =
        sv_rfind(hostname, '=') >= 0 ? "" : text_clean(arena, hostname, NAME_MAX_BYTES);
    line->port = (int)port;
    return true;
}

static unsigned flags_parse(StrView text)
{
    static const struct {
        const char *word;
        NodeFlag flag;
    } words[] = {
        {"myself", NODE_MYSELF},         {"master", NODE_MASTER}, {"slave", NODE_REPLICA},
        {"fail?", NODE_PFAIL},           {"fail", NODE_FAIL},     {"handshake", NODE_HANDSHAKE},
        {"nofailover", NODE_NOFAILOVER}, {"noaddr", NODE_NOADDR},
    };
    unsigned flags = 0;
    StrView word;
    while (sv_next(&text, ',', &word)) {
        for (size_t i = 0; i < ARRAY_LEN(words); i++) {
            if (sv_is(word, words[i].word)) {
                flags |= words[i].flag;
            }
        }
    }
    return flags;
}

// "[93-<-292f8b36...]"
static bool is_importing(StrView word)
{
    StrView slot;
    return sv_cut(&word, '-', &slot) && sv_starts(word, "<-");
}

// What follows the eighth column. A broken slot number makes the line unreadable; words that look
// like nothing known are left to newer servers.
static bool slots_parse(StrView text, Arena *arena, RangeList *scratch, NodeLine *line)
{
    scratch->n = 0;
    StrView word;
    while (next_word(&text, &word)) {
        SlotRange range;
        if (word.at[0] == '[') {
            line->open_slots++;
            line->importing += is_importing(word);
        } else if (slot_range_parse(word, &range)) {
            scratch->at = mem_grow(scratch->at, &scratch->cap, scratch->n + 1, sizeof(range));
            scratch->at[scratch->n++] = range;
        } else if (word.at[0] >= '0' && word.at[0] <= '9') {
            return false;
        }
    }
    line->slots = slot_ranges_make(arena, scratch->at, scratch->n);
    return true;
}

static bool line_parse(StrView text, Arena *arena, RangeList *scratch, NodeLine *out)
{
    enum { ID, ADDRESS, FLAGS, MASTER, PING, PONG, EPOCH, LINK, COLUMNS };
    StrView column[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!next_word(&text, &column[i])) {
            return false;
        }
    }
    NodeLine line = {0};
    if (!node_id_parse(column[ID], &line.id) || !sv_to_i64(column[PING], &line.ping_ms) ||
        !sv_to_i64(column[PONG], &line.pong_ms) || !sv_to_u64(column[EPOCH], &line.config_epoch)) {
        return false;
    }
    if (!sv_is(column[MASTER], "-") && !node_id_parse(column[MASTER], &line.master)) {
        return false;
    }
    if (!address_parse(column[ADDRESS], arena, &line)) {
        return false;
    }
    line.flags = flags_parse(column[FLAGS]);
    line.link_connected = sv_is(column[LINK], "connected");
    if (!slots_parse(text, arena, scratch, &line)) {
        return false;
    }
    *out = line;
    return true;
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3); // FNV-1a
    }
    return hash;
}

// A sum, so that the order of the lines does not matter: every server has its own.
static uint64_t signature(const NodesView *view)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < view->n; i++) {
        const NodeLine *line = &view->at[i];
        if (line->slots.n > 0) {
            uint64_t hash = hash_bytes(UINT64_C(0xcbf29ce484222325), line->id.hex, NODE_ID_LEN);
            sum += hash_bytes(hash, line->slots.at, line->slots.n * sizeof(*line->slots.at));
        }
    }
    return sum;
}

static uint64_t mix(uint64_t hash)
{
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

// A sum of products, which a processor makes side by side: most of a large reply is IDs, and a
// replica's line has two.
static uint64_t hash_id(const NodeId *id)
{
    static const uint64_t odd[] = {
        UINT64_C(0xd6e8feb86659fd93), UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db),
        UINT64_C(0x8ebc6af09c88c6e3), UINT64_C(0x589965cc75374cc3),
    };
    uint64_t words[NODE_ID_LEN / sizeof(uint64_t)];
    memcpy(words, id->hex, sizeof(words));
    uint64_t sum = 0;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        sum += words[i] * odd[i];
    }
    return mix(sum);
}

static uint64_t hash_address(const NodeLine *line)
{
    uint64_t hash = (uint64_t)line->port;
    size_t n = strlen(line->ip);
    for (size_t at = 0; at < n; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, line->ip + at, n - at < sizeof(word) ? n - at : sizeof(word));
        hash = mix(hash ^ word);
    }
    return hash;
}

// A handshake has an ID of its own in each view, but the address is the same. What a replica is
// told to have for a config epoch differs by version.
static uint64_t line_belief(const NodeLine *line)
{
    enum { TOLD = NODE_MASTER | NODE_REPLICA | NODE_PFAIL | NODE_FAIL };
    uint64_t at = hash_address(line);
    if ((line->flags & NODE_HANDSHAKE) != 0) {
        return mix(at ^ NODE_HANDSHAKE);
    }
    if ((line->flags & (NODE_MASTER | NODE_REPLICA)) == 0) {
        return 0;
    }
    uint64_t hash = mix(at + hash_id(&line->id) + (line->flags & TOLD));
    if ((line->flags & NODE_REPLICA) != 0) {
        return mix(hash + hash_id(&line->master));
    }
    if (line->slots.n > 0) {
        hash = mix(hash + line->config_epoch);
        hash = hash_bytes(hash, line->slots.at, line->slots.n * sizeof(*line->slots.at));
    }
    return mix(hash);
}

static uint64_t belief(const NodesView *view)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < view->n; i++) {
        sum += line_belief(&view->at[i]);
    }
    return sum;
}

// A node is listed once; of two lines for one ID only the first is believed.
static void drop_repeated(NodesView *view)
{
    IdIndex seen = {0};
    size_t kept = 0;
    for (size_t i = 0; i < view->n; i++) {
        if (kept < i) {
            view->at[kept] = view->at[i];
        }
        kept += id_index_add(&seen, &view->at[kept].id, 0) ? 1 : 0;
    }
    id_index_done(&seen);
    view->bad_lines += view->n - kept;
    view->n = kept;
}

static ptrdiff_t find_myself(const NodesView *view)
{
    ptrdiff_t found = -1;
    for (size_t i = 0; i < view->n; i++) {
        if ((view->at[i].flags & NODE_MYSELF) != 0) {
            if (found >= 0) {
                return -1;
            }
            found = (ptrdiff_t)i;
        }
    }
    return found;
}

// No more lines than this can make sense.
static size_t count_lines(StrView text)
{
    size_t count = 1;
    StrView line;
    while (sv_cut(&text, '\n', &line)) {
        count += line.n >= SHORTEST_LINE ? 1 : 0;
    }
    return count < CLUSTER_NODES_MAX ? count : CLUSTER_NODES_MAX;
}

bool nodes_parse(StrView text, Arena *arena, NodesView *out, Error *err)
{
    NodesView view = {0};
    view.at = arena_array(arena, count_lines(text), sizeof(*view.at));
    RangeList scratch = {0};
    StrView rest = text;
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        line = sv_trim(line);
        if (line.n == 0) {
            continue;
        }
        if (view.n < CLUSTER_NODES_MAX && line.n >= SHORTEST_LINE &&
            line_parse(line, arena, &scratch, &view.at[view.n])) {
            view.n++;
        } else {
            view.bad_lines++;
        }
    }
    mem_free(scratch.at);
    if (view.n == 0) {
        char shown[SHOWN_IN_ERROR];
        text_clean_into(shown, sizeof(shown), sv_trim(text));
        return fail(err, ERR_PARSE,
                    "CLUSTER NODES: expected lines of \"<id> <ip>:<port>@<port> <flags> ...\", got "
                    "%zu that cannot be read: \"%s\"",
                    view.bad_lines, shown);
    }
    drop_repeated(&view);
    view.myself = find_myself(&view);
    view.signature = signature(&view);
    view.belief = belief(&view);
    *out = view;
    return true;
}

const NodeLine *nodes_find(const NodesView *view, NodeId id)
{
    for (size_t i = 0; i < view->n; i++) {
        if (node_id_eq(view->at[i].id, id)) {
            return &view->at[i];
        }
    }
    return NULL;
}
