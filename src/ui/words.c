#include "words.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"

enum {
    IPV4_OCTETS = 4,
    BRIEF_WORTHWHILE = 16, // an IPv4 address is never longer
};

static Words words(Glyph glyph, Role role, const char *text)
{
    Words w = {.glyph = glyph, .role = role};
    snprintf(w.text, sizeof(w.text), "%s", text);
    return w;
}

// "ORPHANED 00:12": the word and how long.
static Words words_since(Glyph glyph, Role role, const char *text, const Scene *s, int64_t since_ms)
{
    Words w = {.glyph = glyph, .role = role};
    char clock[16];
    int64_t ms = s->now_ms > since_ms ? s->now_ms - since_ms : 0;
    snprintf(w.text, sizeof(w.text), "%s %s", text, format_clock(clock, sizeof(clock), ms));
    return w;
}

// "syncing 41%": the word and how much of it is done.
static Words words_share(Glyph glyph, Role role, const char *text, int permille)
{
    Words w = words(glyph, role, text);
    if (permille >= 0) {
        snprintf(w.text, sizeof(w.text), "%s %d%%", text, permille / 10);
    }
    return w;
}

const Move *move_in_flight(const Scene *s)
{
    return s->move_busy && s->asking == NULL ? s->move : NULL;
}

bool is_moving_replica(const Scene *s, NodeId id)
{
    const Move *m = move_in_flight(s);
    return m != NULL && node_id_eq(m->spec.replica, id);
}

bool is_asked_for(const Scene *s, NodeId id)
{
    return s->asking != NULL && node_id_eq(s->asking->replica, id);
}

static bool is_moving_target(const Scene *s, NodeId id)
{
    const Move *m = move_in_flight(s);
    return m != NULL && node_id_eq(m->spec.target, id);
}

// Whoever cannot be asked may have died since its last word: how long that is ago.
static Words silent_words(const Scene *s, int node)
{
    const NodeSays *says = s->health->snapshot->nodes[node].says;
    if (says == NULL || !says->has_info) {
        return words(GLYPH_UNKNOWN, ROLE_STALE, "not verified");
    }
    return words_since(GLYPH_UNKNOWN, ROLE_STALE, "silent", s, says->info_ms);
}

// It is there, and does not let us ask how it is.
static bool is_denied(const Node *n)
{
    const NodeSays *says = n->says;
    return says != NULL && (says->reach == REACH_OK || says->reach == REACH_DENIED) &&
           ((says->forbidden | says->refused) & ASK_INFO) != 0;
}

size_t count_silent(const Health *h, size_t *denied)
{
    size_t n = 0;
    *denied = 0;
    for (size_t i = 0; i < h->snapshot->n_nodes; i++) {
        if (finding_is_unreachable(h, (int)i)) {
            *denied += is_denied(&h->snapshot->nodes[i]);
            n += !is_denied(&h->snapshot->nodes[i]);
        }
    }
    return n;
}

// A master that loads serves nobody, whatever else is true of it.
static bool is_loading(const Node *n)
{
    return n->says != NULL && n->says->reach == REACH_OK && n->says->info.loading;
}

static Words loading_words(const Node *n)
{
    return words_share(GLYPH_SYNC, ROLE_CRIT, "loading", health_loading_permille(&n->says->info));
}

Words master_words(const Scene *s, int node)
{
    const NodeHealth *nh = &s->health->of[node];
    const Node *n = &s->health->snapshot->nodes[node];
    if (is_moving_target(s, n->id) && nh->master == STATE_AT_RISK) {
        return words_share(GLYPH_SYNC, ROLE_MOVING, "at risk", s->move->sync_permille);
    }
    switch (nh->master) {
    case STATE_ORPHANED:
        return words_since(GLYPH_ORPHAN, ROLE_ORPHAN, "ORPHANED", s, nh->since_ms);
    case STATE_AT_RISK:
        if (is_loading(n)) {
            return loading_words(n);
        }
        return words_since(nh->coming > 0 ? GLYPH_SYNC : GLYPH_UNKNOWN, ROLE_WARN, "at risk", s,
                           nh->since_ms);
    case STATE_FAILED:
        return words_since(GLYPH_FAILED, ROLE_CRIT, "FAILED", s, nh->since_ms);
    case STATE_EMPTY:
        return words(GLYPH_DOT, ROLE_DIM, "no slots");
    case STATE_PROTECTED:
        break;
    }
    if (node_has(n, NODE_PFAIL)) {
        Words w = words(GLYPH_UNKNOWN, ROLE_WARN, "");
        snprintf(w.text, sizeof(w.text), "fail? %d of %d", n->pfail_views, n->views);
        return w;
    }
    if (finding_is_unreachable(s->health, node)) {
        return silent_words(s, node);
    }
    if (is_loading(n)) {
        return loading_words(n);
    }
    if (nh->spares > 0) {
        Words w = words(GLYPH_OK, ROLE_SPARE, "");
        snprintf(w.text, sizeof(w.text), "%d spare%s", nh->spares, plural(nh->spares));
        return w;
    }
    return words(GLYPH_OK, ROLE_OK, "protected");
}

const char *move_stage_words(const Move *m)
{
    switch (m->state) {
    case MOVE_GATE:
        return "checking";
    case MOVE_FENCE_READ:
    case MOVE_FENCE:
        return "fencing";
    case MOVE_REPLICATE:
        return "attaching";
    case MOVE_ASK:
        return "asking";
    case MOVE_SYNC:
        return m->stage == REPLICA_SYNCING   ? "syncing"
               : m->stage == REPLICA_LOADING ? "loading"
               : m->stage == REPLICA_WORKING ? "verifying"
                                             : "linking";
    case MOVE_UNFENCE:
        return "unfencing";
    case MOVE_DONE:
    case MOVE_REFUSED:
    case MOVE_FAILED:
    case MOVE_STATE_COUNT:
        break;
    }
    return move_state_text(m->state);
}

Words replica_words(const Scene *s, int node)
{
    const NodeHealth *nh = &s->health->of[node];
    const Node *n = &s->health->snapshot->nodes[node];
    if (is_moving_replica(s, n->id)) {
        return words_share(GLYPH_SYNC, ROLE_MOVING, move_stage_words(s->move),
                           s->move->sync_permille);
    }
    if (is_asked_for(s, n->id)) {
        return words_since(GLYPH_SYNC, ROLE_MOVING, "asking", s, s->asking_ms);
    }
    switch (nh->replica) {
    case REPLICA_WORKING:
        return node_has(n, NODE_PFAIL) ? words(GLYPH_UNKNOWN, ROLE_WARN, "in sync  fail?")
                                       : words(GLYPH_OK, ROLE_OK, "in sync");
    case REPLICA_LINKING:
        return words_since(GLYPH_SYNC, ROLE_SYNC, "linking", s, nh->since_ms);
    case REPLICA_SYNCING:
        return words_share(GLYPH_SYNC, ROLE_SYNC, "syncing", nh->sync_permille);
    case REPLICA_LOADING:
        return words_share(GLYPH_SYNC, ROLE_SYNC, "loading", nh->sync_permille);
    case REPLICA_LINK_DOWN:
        return words_since(GLYPH_LINK_DOWN, ROLE_CRIT, "link down", s, nh->since_ms);
    case REPLICA_FAILED:
        return words_since(GLYPH_FAILED, ROLE_CRIT, "FAILED", s, nh->since_ms);
    case REPLICA_UNVERIFIED:
        break;
    }
    return finding_is_unreachable(s->health, node)
               ? silent_words(s, node)
               : words(GLYPH_UNKNOWN, ROLE_STALE, "not verified");
}

Words node_words(const Scene *s, int node)
{
    return s->health->of[node].is_master ? master_words(s, node) : replica_words(s, node);
}

void orphan_words(const Health *h, int node, char *out, size_t size)
{
    size_t n = h->snapshot->nodes[node].n_replicas;
    const char *text = "";
    switch (h->of[node].orphan) {
    case ORPHAN_BARE:
        text = "no replica";
        break;
    case ORPHAN_LOST:
        text = n == 1 ? "its replica failed" : "all its replicas failed";
        break;
    case ORPHAN_CUT_OFF:
        text = "replication link down";
        break;
    case ORPHAN_NOT:
        break;
    }
    snprintf(out, size, "%s", text);
}

const char *node_title(const Node *n)
{
    return n->alias[0] != '\0' ? n->alias : n->addr;
}

const char *node_title_in(const Node *n, int w)
{
    return n->alias[0] != '\0' ? n->alias : text_width(n->addr) <= w ? n->addr : n->brief;
}

void short_name(const Snapshot *s, int node, char *out, size_t size)
{
    const Node *n = &s->nodes[node];
    if (n->alias[0] != '\0') {
        snprintf(out, size, "%s", n->alias);
        return;
    }
    size_t same = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        same += s->nodes[i].port == n->port;
    }
    if (same == 1 && n->port > 0) {
        snprintf(out, size, ":%d", n->port);
    } else {
        snprintf(out, size, "%s", n->brief);
    }
}

void short_name_of(const Snapshot *s, NodeId id, const char *addr, char *out, size_t size)
{
    int node = snapshot_find(s, id);
    if (node >= 0) {
        short_name(s, node, out, size);
    } else {
        snprintf(out, size, "%s", addr);
    }
}

// The node whose address this is, and that is called otherwise: by its alias, by a port that is
// like no other's, or by less than all of its name; -1: none.
static int node_with_short_name(const Snapshot *s, StrView addr)
{
    ptrdiff_t colon = sv_rfind(addr, ':');
    uint64_t port = 0;
    if (colon <= 0 || !sv_to_u64(sv_of(addr.at + colon + 1, addr.n - (size_t)colon - 1), &port)) {
        return -1;
    }
    size_t same = 0;
    int found = -1;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        if ((uint64_t)n->port == port) {
            same++;
            found = sv_is(addr, n->addr) ? (int)i : found;
        }
    }
    bool is_called_otherwise = found >= 0 && (same == 1 || s->nodes[found].alias[0] != '\0' ||
                                              s->nodes[found].brief != s->nodes[found].addr);
    return is_called_otherwise ? found : -1;
}

// A long host as it is called in few cells; NULL: no host, or no other way to call it.
static const char *brief_host_of(const Snapshot *s, StrView word)
{
    for (size_t i = 0; i < s->n_nodes && word.n > BRIEF_WORTHWHILE; i++) {
        const Node *n = &s->nodes[i];
        if (n->brief_host != n->host && sv_is(word, n->host)) {
            return n->brief_host;
        }
    }
    return NULL;
}

static bool is_addr_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == ':' || c == '-' || c == '_' || c == '[' || c == ']';
}

static void append(char *out, size_t size, size_t *used, const char *at, size_t n)
{
    size_t room = size - 1 - *used;
    n = n < room ? n : room;
    memcpy(out + *used, at, n);
    *used += n;
    out[*used] = '\0';
}

void short_text(const Snapshot *s, const char *text, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    while (*text != '\0') {
        size_t n = 0;
        while (text[n] != '\0' && is_addr_char(text[n])) {
            n++;
        }
        size_t word = n;
        while (word > 0 && (text[word - 1] == ':' || text[word - 1] == '.')) {
            word--; // the sentence's, not the address'
        }
        int node = word > 0 ? node_with_short_name(s, sv_of(text, word)) : -1;
        const char *host = node < 0 ? brief_host_of(s, sv_of(text, word)) : NULL;
        if (node >= 0) {
            char name[NAME_MAX_BYTES];
            short_name(s, node, name, sizeof(name));
            append(out, size, &used, name, strlen(name));
            append(out, size, &used, text + word, n - word);
        } else if (host != NULL) {
            append(out, size, &used, host, strlen(host));
            append(out, size, &used, text + word, n - word);
        } else {
            append(out, size, &used, text, n > 0 ? n : 1);
        }
        text += n > 0 ? n : 1;
    }
}

void first_clauses(char *text, int width)
{
    int end = -1;
    for (char *p = text; (p = strstr(p, "; ")) != NULL; p += 2) {
        *p = '\0';
        int cells = text_width(text);
        *p = ';';
        if (cells > width && end >= 0) {
            break;
        }
        end = (int)(p - text);
    }
    if (end >= 0 && text_width(text) > width) {
        text[end] = '\0';
    }
}

int draw_cut(Canvas *c, int x, int y, int w, Role role, const char *text)
{
    if (text_width(text) <= w) {
        return canvas_text(c, x, y, w, role, text);
    }
    int at = canvas_text(c, x, y, w - 1, role, text);
    return w > 0 ? canvas_text(c, at, y, 1, role, glyph_text(GLYPH_ELLIPSIS, c->ascii)) : at;
}

void short_host(const Snapshot *s, const char *host, char *out, size_t size)
{
    const char *brief = brief_host_of(s, sv(host));
    host = brief != NULL ? brief : host;
    int skipped = is_ipv4(host) ? IPV4_OCTETS - s->host_octets : 0;
    const char *end = host;
    for (int i = 0; i < skipped; i++) {
        end = strchr(end, '.') + 1;
    }
    snprintf(out, size, "%s%s", skipped > 0 ? ".." : "", end);
}

const char *verdict_words(AutoVerdict verdict)
{
    static const char *const texts[] = {
        [AUTO_DECIDE_NOTHING] = "rests",  [AUTO_DECIDE_WAIT] = "waits",
        [AUTO_DECIDE_BLOCKED] = "cannot", [AUTO_DECIDE_WOULD] = "would act",
        [AUTO_DECIDE_ACT] = "acts",
    };
    return texts[verdict];
}

Role verdict_role(AutoVerdict verdict)
{
    static const Role roles[] = {
        [AUTO_DECIDE_NOTHING] = ROLE_DIM,  [AUTO_DECIDE_WAIT] = ROLE_SYNC,
        [AUTO_DECIDE_BLOCKED] = ROLE_WARN, [AUTO_DECIDE_WOULD] = ROLE_OK,
        [AUTO_DECIDE_ACT] = ROLE_MOVING,
    };
    return roles[verdict];
}

Role level_role(Level level)
{
    switch (level) {
    case LEVEL_GOOD:
        return ROLE_OK;
    case LEVEL_WARNING:
        return ROLE_WARN;
    case LEVEL_CRITICAL:
        return ROLE_CRIT;
    case LEVEL_INFO:
        break;
    }
    return ROLE_TEXT;
}

Glyph level_glyph(Level level)
{
    switch (level) {
    case LEVEL_GOOD:
        return GLYPH_OK;
    case LEVEL_WARNING:
        return GLYPH_WARN;
    case LEVEL_CRITICAL:
        return GLYPH_FAILED;
    case LEVEL_INFO:
        break;
    }
    return GLYPH_DOT;
}
