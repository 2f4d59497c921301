// The lease in words: what stands in the key, what an error means, what is told to people.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lease_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// --- the token: "rehome HOST PID WALL-MS NONCE"

void lease_make_token(Lease *l, int64_t now_ms)
{
    int64_t wall_ms = now_ms + l->wall_offset_ms;
    snprintf(l->token, sizeof(l->token), "rehome %s %" PRId64 " %" PRId64 " %016" PRIx64, l->host,
             l->pid, wall_ms, l->nonce);
}

typedef struct {
    StrView host;
    uint64_t pid;
    int64_t wall_ms;
} Token;

static bool read_token(const char *value, Token *out)
{
    StrView rest = sv(value);
    StrView name;
    StrView pid;
    StrView wall;
    return sv_cut(&rest, ' ', &name) && sv_is(name, "rehome") && sv_cut(&rest, ' ', &out->host) &&
           out->host.n > 0 && sv_cut(&rest, ' ', &pid) && sv_to_u64(pid, &out->pid) &&
           sv_cut(&rest, ' ', &wall) && sv_to_i64(wall, &out->wall_ms) && rest.n > 0;
}

void lease_read_holder(Lease *l, const char *value, int64_t now_ms)
{
    enum { HOST_SHOWN = 40, VALUE_SHOWN = 32 };
    Token token = {0};
    if (!read_token(value, &token)) {
        char shown[VALUE_SHOWN];
        text_clean_into(shown, sizeof(shown), sv(value));
        snprintf(l->holder, sizeof(l->holder), "whoever wrote \"%s\" there", shown);
        snprintf(l->holder_brief, sizeof(l->holder_brief), "\"%s\"", shown);
        l->holder_says_since = false;
        return;
    }
    char host[HOST_SHOWN];
    text_clean_into(host, sizeof(host), token.host);
    snprintf(l->holder, sizeof(l->holder), "%s pid %llu", host, (unsigned long long)token.pid);
    snprintf(l->holder_brief, sizeof(l->holder_brief), "%.24s:%llu", host,
             (unsigned long long)token.pid);
    // Clocks of two machines differ: nobody has had it for a negative time.
    int64_t wall_ms = now_ms + l->wall_offset_ms;
    bool is_past = token.wall_ms >= 0 && token.wall_ms <= wall_ms;
    l->holder_says_since = true;
    l->holder_since_ms = is_past ? token.wall_ms - l->wall_offset_ms : now_ms;
}

// --- errors

// The first word of the reply, when to try again, what to say.
#define LEASE_ERRORS(X)                                                                            \
    X("NOPERM", REFUSED,                                                                           \
      "this user may not use the key: grant it ~%.60s +getrange +get +pttl +set +eval +pexpire "   \
      "+del")                                                                                      \
    X("WRONGTYPE", REFUSED, "the key %.60s holds no string: choose another one")                   \
    X("MOVED", LOOK, "the slot of the key %.60s has just moved: looking for its new owner")        \
    X("ASK", LOOK, "the slot of the key %.60s is being moved: wait until that is over")            \
    X("TRYAGAIN", LOOK, "the slot of the key %.60s is being moved: wait until that is over")       \
    X("CLUSTERDOWN", LOOK, "the cluster is down for the key %.60s: see what it lacks")             \
    X("LOADING", LOOK, "the owner of the key %.60s is loading its dataset: wait")                  \
    X("MASTERDOWN", LOOK, "the owner of the key %.60s has become a replica: wait")                 \
    X("READONLY", LOOK, "the owner of the key %.60s has become a replica: wait")                   \
    X("BUSY", LOOK, "a script blocks the owner of the key %.60s: SCRIPT KILL ends it")             \
    X("OOM", LOOK, "the owner of the key %.60s is out of memory: raise its maxmemory")             \
    X("MISCONF", LOOK, "the owner of the key %.60s cannot save and refuses writes: see its log")   \
    X("NOREPLICAS", LOOK,                                                                          \
      "the owner of the key %.60s has too few replicas to write (min-replicas-to-write)")

static bool has_words(const char *text, const char *words)
{
    return strcasestr(text, words) != NULL;
}

int64_t lease_read_error(Lease *l, const char *error)
{
    StrView word = sv(error);
    StrView rest = word;
    sv_cut(&rest, ' ', &word);
    // A command inside of EVAL; the latter are the words of Valkey 8.1.
    if (has_words(error, "the user executing the script can't") ||
        has_words(error, "ACL failure in script")) {
        word = sv("NOPERM");
    }
#define X(code, when, format)                                                                      \
    if (sv_is(word, code)) {                                                                       \
        snprintf(l->why, sizeof(l->why), format, l->shown_key);                                    \
        return LEASE_##when##_MS;                                                                  \
    }
    LEASE_ERRORS(X)
#undef X
    if (has_words(error, "unknown command")) {
        snprintf(l->why, sizeof(l->why),
                 "%.63s knows no %s: a lease needs GETRANGE, PTTL, SET and EVAL", l->owner_addr,
                 l->asked == LEASE_ASK_EXTEND || l->asked == LEASE_ASK_RELEASE ? "EVAL"
                                                                               : "such command");
        return LEASE_REFUSED_MS;
    }
    char said[100];
    text_clean_into(said, sizeof(said), sv(error));
    snprintf(l->why, sizeof(l->why), "%.63s says: %s", l->owner_addr, said);
    return LEASE_LOOK_MS;
}

// --- what people are told

int64_t lease_age_ms(const Lease *l, int64_t now_ms)
{
    switch (lease_state(l, now_ms)) {
    case LEASE_OTHERS:
        return l->holder_says_since ? now_ms - l->holder_since_ms : -1;
    case LEASE_SETTLING:
    case LEASE_OURS:
        return now_ms - l->since_ms;
    case LEASE_UNKNOWN:
    case LEASE_FREE:
        break;
    }
    return -1;
}

const char *lease_holder(const Lease *l, int64_t now_ms)
{
    switch (lease_state(l, now_ms)) {
    case LEASE_OTHERS:
        return l->holder_brief;
    case LEASE_SETTLING:
    case LEASE_OURS:
        return "ours";
    case LEASE_FREE:
        return "free";
    case LEASE_UNKNOWN:
        break;
    }
    return "unknown";
}

void lease_other(const Lease *l, int64_t now_ms, char *out, size_t size)
{
    if (lease_state(l, now_ms) != LEASE_OTHERS) {
        out[0] = '\0';
    } else {
        snprintf(out, size, "%s%s", l->holder_says_since ? "rehome at " : "whoever wrote ",
                 l->holder_brief);
    }
}

void lease_words(const Lease *l, int64_t now_ms, char *out, size_t size)
{
    char age[32] = "";
    int64_t age_ms = lease_age_ms(l, now_ms);
    if (age_ms >= 0) {
        format_seconds(age, sizeof(age), age_ms);
    }
    switch (lease_state(l, now_ms)) {
    case LEASE_OTHERS:
        snprintf(out, size, "lease held by %s%s%s%s", l->holder, *age != '\0' ? " for " : "", age,
                 l->holder_ends_ms == -1 ? ", and it never expires: DEL it when nobody needs it"
                                         : "");
        break;
    case LEASE_SETTLING:
        if (now_ms < l->counts_ms) {
            format_seconds(age, sizeof(age), l->counts_ms - now_ms);
        }
        snprintf(out, size, "the lease is ours, and counts %s%s",
                 now_ms < l->counts_ms ? "in " : "with the next round",
                 now_ms < l->counts_ms ? age : "");
        break;
    case LEASE_OURS:
        snprintf(out, size, "the lease is ours for %s", age);
        break;
    case LEASE_FREE:
        snprintf(out, size, "nobody holds the lease");
        break;
    case LEASE_UNKNOWN:
        snprintf(out, size, "no lease%s%s", l->why[0] != '\0' ? ": " : " yet", l->why);
        break;
    }
}

// What is over in a moment is not worth a line.
static bool is_worth_telling(const Lease *l, LeaseState state, int64_t now_ms)
{
    bool is_half = l->next == LEASE_ASK_LEFT || l->asked == LEASE_ASK_LEFT; // and for how long yet?
    return (state != LEASE_OTHERS || !is_half) && (state != LEASE_FREE || !l->wanted) &&
           (state != LEASE_UNKNOWN || l->why[0] != '\0') &&
           (state != LEASE_SETTLING || now_ms < l->counts_ms);
}

static Level news_level(LeaseState state)
{
    return state == LEASE_OURS ? LEVEL_GOOD : state == LEASE_UNKNOWN ? LEVEL_WARNING : LEVEL_INFO;
}

bool lease_news(Lease *l, int64_t now_ms, Level *level, char *text, size_t size)
{
    LeaseState state = lease_state(l, now_ms);
    const char *who = state == LEASE_OTHERS ? l->holder : state == LEASE_UNKNOWN ? l->why : "";
    if (!is_worth_telling(l, state, now_ms) ||
        (l->told == state && strcmp(l->told_who, who) == 0)) {
        return false;
    }
    bool was_ours = l->told == LEASE_OURS || l->told == LEASE_SETTLING;
    bool is_lost = was_ours && (state == LEASE_UNKNOWN || state == LEASE_OTHERS);
    l->told = state;
    snprintf(l->told_who, sizeof(l->told_who), "%s", who);
    *level = is_lost ? LEVEL_WARNING : news_level(state);
    char words[256];
    lease_words(l, now_ms, words, sizeof(words));
    switch (state) {
    case LEASE_OURS:
        snprintf(text, size, "we hold the lease %.80s", l->shown_key);
        break;
    case LEASE_SETTLING:
        snprintf(text, size, "%s: whoever had it before may still believe in it", words);
        break;
    case LEASE_UNKNOWN:
        snprintf(text, size, "%s: %s", is_lost ? "lease lost" : "no lease", l->why);
        break;
    case LEASE_OTHERS:
    case LEASE_FREE:
        snprintf(text, size, "%s%s", is_lost ? "lease lost: " : "", words);
        break;
    }
    return true;
}
