// What a server is asked, and its last words.
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "peer.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/model/info.h"

typedef struct {
    int argc;
    const char *argv[3];
} Command;

static Command commands[QUERY_KINDS] = {
    [QUERY_MYID] = {2, {"CLUSTER", "MYID"}},
    [QUERY_INFO] = {1, {"INFO"}},
    [QUERY_NODES] = {2, {"CLUSTER", "NODES"}},
    [QUERY_CLUSTER] = {2, {"CLUSTER", "INFO"}},
    [QUERY_SETTINGS] = {3, {"CONFIG", "GET", "cluster-*"}},
};

static QueryKind kind_of(const Query *query)
{
    return (QueryKind)(query - query->peer->queries);
}

// --- what a good answer means --------------------------------------------------------------------

// A seed that tells no topology is of no use, nor is a node that tells nothing at all.
static bool is_denied(const Peer *p)
{
    unsigned needed = p->is_seed ? ASK_NODES : ASK_INFO | ASK_TOPOLOGY;
    return (p->denied & needed) == needed;
}

// The connection serves: it counts as good from now on.
static void prove(Peer *p)
{
    p->proven = true;
    p->failures = 0;
    p->good_route = p->route;
    if (!is_denied(p)) {
        p->trouble = REACH_OK;
        p->why[0] = '\0';
    }
}

static StrView word(const Peer *p, QueryKind kind)
{
    return sv_of(p->words[kind].text, p->words[kind].n);
}

static void forget_word(Peer *p, QueryKind kind)
{
    mem_free(p->words[kind].text);
    p->words[kind] = (Word){0};
}

// What somebody else has said there. What was heard on this connection before the first word about
// who it is, is of the same server.
static void forget_others_words(Peer *p)
{
    bool is_first = p->confirmed_serial != link_serial(p->link);
    p->heard_ms = 0;
    for (int kind = 0; kind < QUERY_KINDS; kind++) {
        Word *word = &p->words[kind];
        if (!is_first || word->ms < p->up_ms) {
            forget_word(p, (QueryKind)kind);
        }
        p->heard_ms = word->ms > p->heard_ms ? word->ms : p->heard_ms;
    }
    p->forbidden &= is_first ? p->denied : 0;
    p->refused &= is_first ? p->denied : 0;
}

void peer_forget_view(Peer *p)
{
    forget_word(p, QUERY_NODES);
}

// Of INFO only what is ever read: most of it is not, a thousand of them are some megabytes, and at
// the end of a round all are read at once.
static void remember(Peer *p, QueryKind kind, StrView text, int64_t asked_ms)
{
    StrBuf kept = {0};
    if (kind == QUERY_INFO) {
        info_keep(text, &kept);
        text = sv_of(strbuf_text(&kept), kept.n);
    }
    Word *word = &p->words[kind];
    mem_free(word->text);
    word->text = mem_strndup(text.at, text.n);
    word->n = text.n;
    strbuf_done(&kept);
    word->ms = asked_ms;
    p->heard_ms = asked_ms > p->heard_ms ? asked_ms : p->heard_ms;
}

static void hang_up_on_stranger(Peer *p, NodeId id)
{
    char why[320];
    snprintf(why, sizeof(why),
             "another node answers at %s: %.8s instead of %.8s (a reused address, or NAT)",
             link_where(p->link), id.hex, p->expected.hex);
    peer_hang_up(p, REACH_WRONG_NODE, why);
}

// False: it is not whom we want, and the connection is over.
static bool confirm(Peer *p, NodeId id, int64_t asked_ms)
{
    if (!node_id_is_none(p->expected) && !node_id_eq(p->expected, id)) {
        hang_up_on_stranger(p, id);
        return false;
    }
    if (!node_id_eq(p->id, id)) {
        forget_others_words(p); // a seed's address may lead to another node every time
    }
    p->id = id;
    p->identity_ms = asked_ms;
    p->confirmed_serial = link_serial(p->link);
    return true;
}

// The ID on the line of CLUSTER NODES that the reporter marks as its own.
static bool find_myself(StrView nodes, NodeId *out)
{
    StrView line;
    while (sv_next(&nodes, '\n', &line)) {
        StrView id;
        StrView address;
        StrView flags;
        StrView flag;
        if (!sv_cut(&line, ' ', &id) || !sv_cut(&line, ' ', &address) ||
            !sv_cut(&line, ' ', &flags)) {
            continue;
        }
        while (sv_next(&flags, ',', &flag)) {
            if (sv_is(flag, "myself")) {
                return node_id_parse(id, out);
            }
        }
    }
    return false;
}

static bool has_line(StrView text, const char *wanted)
{
    StrView line;
    while (sv_next(&text, '\n', &line)) {
        if (sv_is(sv_trim(line), wanted)) {
            return true;
        }
    }
    return false;
}

// False: the connection is over.
static bool take_answer(Peer *p, QueryKind kind, const Answer *answer, int64_t asked_ms)
{
    NodeId id;
    switch (kind) {
    case QUERY_MYID:
        if (!node_id_parse(sv_trim(answer->text), &id)) {
            peer_hang_up(p, REACH_UNREACHABLE, "its answer to CLUSTER MYID is not a node ID");
            return false;
        }
        if (!confirm(p, id, asked_ms)) {
            return false;
        }
        break;
    case QUERY_NODES:
        if (!find_myself(answer->text, &id)) {
            return true; // of no use, and proves nothing
        }
        if (!confirm(p, id, asked_ms)) {
            return false;
        }
        break;
    case QUERY_INFO:
        p->rtt_us = answer->rtt_us;
        break;
    case QUERY_CLUSTER:
        // Valkey 8 answers it while it loads: only where INFO is not allowed this is the best word.
        p->loading = p->loading && (p->denied & ASK_INFO) == 0;
        break;
    case QUERY_SETTINGS:
        break;
    }
    p->forbidden &= ~(1U << kind);
    p->refused &= ~(1U << kind);
    prove(p);
    p->stall[0] = '\0';
    p->asked_ms = 0;
    p->took_ms = clock_now_ms() - asked_ms;
    if (kind != QUERY_MYID) {
        remember(p, kind, answer->text, asked_ms);
    }
    if (kind == QUERY_INFO) {
        p->loading = has_line(word(p, kind), "loading:1");
    }
    p->events.told(p->events.ctx, p, kind);
    return true;
}

// --- what an error means -------------------------------------------------------------------------

static bool has_words(StrView text, const char *words)
{
    size_t n = strlen(words);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (strncasecmp(text.at + i, words, n) == 0) {
            return true;
        }
    }
    return false;
}

// Without CONFIG and CLUSTER MYID all else works; of what else is refused the first is told, and of
// what the ACL forbids all, so that one line mends it.
static void deny(Peer *p, QueryKind kind, StrView error)
{
    bool is_forbidden = sv_starts(error, "NOPERM");
    bool matters = kind != QUERY_SETTINGS && kind != QUERY_MYID;
    bool is_first = (p->denied & (ASK_INFO | ASK_TOPOLOGY)) == 0;
    p->denied |= 1U << kind;
    *(is_forbidden ? &p->forbidden : &p->refused) |= 1U << kind;
    *(is_forbidden ? &p->refused : &p->forbidden) &= ~(1U << kind);
    if (is_forbidden && (p->forbidden & (ASK_INFO | ASK_TOPOLOGY)) != 0) {
        const char *user = p->options.user != NULL ? p->options.user : "default";
        char names[QUERIES_SIZE];
        char line[ACL_LINE_SIZE];
        char why[sizeof(p->denied_why)];
        snprintf(why, sizeof(why), "%s does not allow %s to user %.64s: %s", link_where(p->link),
                 queries_text(names, sizeof(names), p->forbidden), user,
                 queries_acl_line(line, sizeof(line), user, p->forbidden));
        text_clean_into(p->denied_why, sizeof(p->denied_why), sv(why));
    } else if (matters && is_first) {
        char said[100];
        text_clean_into(said, sizeof(said), error);
        snprintf(p->denied_why, sizeof(p->denied_why), "%s does not answer %s: %s",
                 link_where(p->link), query_name(kind), said);
    }
    if (is_denied(p)) {
        p->trouble = REACH_DENIED;
        snprintf(p->why, sizeof(p->why), "%s", p->denied_why);
    }
}

// Behind busy-reply-threshold a server refuses all but what ends the script, INFO included.
static void note_script(Peer *p, StrView error)
{
    const char *kill = has_words(error, "FUNCTION KILL") ? "FUNCTION KILL" : "SCRIPT KILL";
    snprintf(p->stall, sizeof(p->stall),
             "runs a script that does not end and answers nothing else (BUSY): %s ends it, unless "
             "it has written",
             kill);
}

// False: the connection is over.
static bool take_error(Peer *p, QueryKind kind, StrView error)
{
    char why[320];
    bool is_cluster = kind != QUERY_INFO && kind != QUERY_SETTINGS;
    if (is_cluster && has_words(error, "cluster support disabled")) {
        snprintf(why, sizeof(why), "%s is a Redis server, but not in cluster mode",
                 link_where(p->link));
        peer_hang_up(p, REACH_NO_CLUSTER, why);
        return false;
    }
    if (kind == QUERY_MYID && has_words(error, "unknown command")) {
        snprintf(why, sizeof(why), "%s knows no CLUSTER command (a Sentinel, or it was renamed?)",
                 link_where(p->link));
        peer_hang_up(p, REACH_NO_CLUSTER, why);
        return false;
    }
    bool is_loading = sv_starts(error, "LOADING");
    if (is_loading && is_cluster && p->routes[p->route].is_anothers && !peer_is_confirmed(p)) {
        snprintf(
            why, sizeof(why),
            "another node answered at %s last; who answers now loads, and cannot say who it is",
            link_where(p->link));
        peer_hang_up(p, REACH_WRONG_NODE, why);
        return false;
    }
    if (is_loading) {
        // Alive. Who it is stays as it was confirmed at this address before.
        p->loading = true;
        prove(p);
    } else if (sv_starts(error, "MASTERDOWN")) {
        prove(p); // Redis 3 to 5 refuse CLUSTER then; INFO works
    } else if (sv_starts(error, "BUSY ")) {
        note_script(p, error);
        prove(p); // alive; nothing is denied for good
    } else {
        deny(p, kind, error);
    }
    return true;
}

// --- asking --------------------------------------------------------------------------------------

static void on_answer(void *ctx, const Answer *answer);

// Sends what is wanted and not under way. A server that owes late answers gets no further
// questions.
static void pump(Peer *p)
{
    if (!peer_is_up(p)) {
        p->wanted = 0;
        return;
    }
    p->wanted &= ~p->denied;
    if (p->wanted == 0 || link_late(p->link) > 0) {
        return;
    }
    int64_t now_ms = clock_now_ms();
    for (int kind = 0; kind < QUERY_KINDS; kind++) {
        Query *query = &p->queries[kind];
        if ((p->wanted & 1U << kind) != 0 && !query->pending) {
            query->pending =
                link_ask(p->link, commands[kind].argc, commands[kind].argv, on_answer, query);
            query->sent_ms = now_ms;
            p->asked_ms = p->asked_ms != 0 ? p->asked_ms : now_ms;
            p->wanted &= ~(1U << kind);
            if (kind == QUERY_SETTINGS) {
                p->settings_asked_ms = now_ms;
            }
        }
    }
}

static void on_answer(void *ctx, const Answer *answer)
{
    Query *query = ctx;
    Peer *p = query->peer;
    query->pending = false;
    bool goes_on = true;
    if (answer->kind == ANSWER_OK) {
        goes_on = take_answer(p, kind_of(query), answer, query->sent_ms);
    } else if (answer->kind == ANSWER_ERROR) {
        goes_on = take_error(p, kind_of(query), answer->text);
    }
    if (goes_on) {
        pump(p);
    }
    if (peer_is_settled(p)) {
        p->events.settled(p->events.ctx, p);
    }
}

void peer_ask(Peer *p, unsigned kinds)
{
    p->wanted |= kinds;
    pump(p);
}

void peer_ask_no_more(Peer *p)
{
    p->wanted = 0;
}

bool peer_is_settled(const Peer *p)
{
    for (int kind = 0; kind < QUERY_KINDS; kind++) {
        if (p->queries[kind].pending) {
            return false;
        }
    }
    return p->wanted == 0;
}

void peer_forget_queries(Peer *p)
{
    for (int kind = 0; kind < QUERY_KINDS; kind++) {
        p->queries[kind].pending = false;
    }
    p->wanted = 0;
}

bool peer_is_confirmed(const Peer *p)
{
    return peer_is_up(p) && p->confirmed_serial == link_serial(p->link);
}

// --- what to report ------------------------------------------------------------------------------

// It serves, but not in this round.
static void explain_silence(Peer *p, int64_t now_ms)
{
    enum { ROUND_MS = 1000 };
    // Asked again in the round behind its last answer, it would be about to answer.
    bool is_slow = p->took_ms >= p->options.request_timeout_ms / 2 &&
                   now_ms - p->heard_ms <= 2 * p->took_ms + ROUND_MS;
    const char *where = link_where(p->link);
    if (p->stall[0] != '\0') {
        snprintf(p->late_why, sizeof(p->late_why), "%s %s", where, p->stall);
    } else if (p->loading) {
        snprintf(p->late_why, sizeof(p->late_why),
                 "%s is loading its dataset, and answers only now and then", where);
    } else if (is_slow) {
        snprintf(p->late_why, sizeof(p->late_why),
                 "%s answers too slowly: its last answer took %.1f s (busy, or a slow network?)",
                 where, (double)p->took_ms / 1000.);
    } else {
        snprintf(p->late_why, sizeof(p->late_why),
                 "%s is connected, but does not answer (hung, stopped or very busy?)", where);
    }
}

void peer_observe(Peer *p, int64_t started_ms, int64_t now_ms, Observation *out)
{
    Reach reach = p->trouble;
    const char *why = p->why;
    if (reach == REACH_OK && p->heard_ms < started_ms) {
        bool long_ago = p->asked_ms != 0 && now_ms - p->asked_ms >= p->options.hung_timeout_ms;
        reach = long_ago ? REACH_UNREACHABLE : REACH_LATE; // as when the link itself gives up
        explain_silence(p, now_ms);
        why = p->late_why;
    } else if (reach == REACH_OK &&
               ((p->forbidden | p->refused) & (ASK_INFO | ASK_TOPOLOGY)) != 0) {
        why = p->denied_why;
    }
    bool is_stranger = reach == REACH_WRONG_NODE;
    *out = (Observation){
        .id = is_stranger ? (NodeId){.hex = ""} : p->id,
        .expected = p->expected,
        .dialled = peer_dialled(p),
        .reach = reach,
        .why = why,
        .loading = p->loading,
        .info = word(p, QUERY_INFO),
        .info_ms = p->words[QUERY_INFO].ms,
        .nodes = word(p, QUERY_NODES),
        .nodes_ms = p->words[QUERY_NODES].ms,
        .cluster = word(p, QUERY_CLUSTER),
        .cluster_ms = p->words[QUERY_CLUSTER].ms,
        .settings = word(p, QUERY_SETTINGS),
        .settings_ms = p->words[QUERY_SETTINGS].ms,
        .forbidden = p->forbidden,
        .refused = p->refused,
        .view_spared = !p->is_witness,
        .identity_ms = p->identity_ms,
        .rtt_us = p->rtt_us,
        .certificate_ms = link_certificate_ends_ms(p->link),
    };
}
