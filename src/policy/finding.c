#include "rehome/policy/finding.h"
#include "rehome/base/text.h"

#include <string.h>

#include "condition.h"
#include "finding_work.h"
#include "rehome/base/mem.h"
#include "rehome/policy/opinion.h"

static const struct {
    const char *text;
    const char *title;
    const char *why;
    const char *good;
} codes[] = {
#define X(name, text, title, why, good) [FINDING_##name] = {text, title, why, good},
    FINDING_CODES(X)
#undef X
};

const char *finding_code_text(FindingCode code)
{
    return (size_t)code < ARRAY_LEN(codes) ? codes[code].text : "";
}

const char *finding_title(FindingCode code)
{
    return (size_t)code < ARRAY_LEN(codes) ? codes[code].title : "";
}

const char *finding_why(FindingCode code)
{
    return (size_t)code < ARRAY_LEN(codes) ? codes[code].why : "";
}

const char *finding_good(FindingCode code)
{
    return (size_t)code < ARRAY_LEN(codes) ? codes[code].good : "";
}

// A remedy ends in its command line, when it has one: behind ": " or "; ", or it is all of it.
static const char *command_in(const char *remedy)
{
    static const char *const programs[] = {"redis-cli ", "rehome "};
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        for (const char *at = remedy; (at = strstr(at, programs[i])) != NULL; at++) {
            if (at == remedy ||
                (at - remedy > 1 && at[-1] == ' ' && strchr(":;", at[-2]) != NULL)) {
                return at;
            }
        }
    }
    return "";
}

// In a TLS session the command needs the same files as we did; redis-cli and rehome call them
// alike.
static const char *with_options(const Search *f, const char *remedy)
{
    const char *command = command_in(remedy);
    size_t to = (size_t)(command - remedy) + strcspn(command, " ");
    return command[0] == '\0' || f->s->redis_cli[0] == '\0'
               ? remedy
               : arena_printf(f->arena, "%.*s%s%s", (int)to, remedy, f->s->redis_cli, remedy + to);
}

Finding *finding_add(Search *f, FindingCode code, Level severity, int node, int64_t since_ms,
                     const char *text, const char *remedy)
{
    remedy = with_options(f, remedy);
    f->at = mem_grow(f->at, &f->cap, f->n + 1, sizeof(*f->at));
    Finding *finding = &f->at[f->n++];
    *finding = (Finding){
        .code = code,
        .severity = severity,
        .since_ms = since_ms,
        .text = text,
        .remedy = remedy,
        .command = command_in(remedy),
    };
    if (node >= 0) {
        finding->node = f->s->nodes[node].id;
    }
    return finding;
}

// --- the cluster as a whole

static const char *open_text(const Search *f, const Node *n)
{
    int migrating = n->open_slots - n->importing;
    const char *open =
        arena_printf(f->arena, "%d slot%s of %s %s open:", n->open_slots, plural(n->open_slots),
                     n->addr, n->open_slots == 1 ? "is" : "are");
    if (n->importing == 0 || migrating == 0) {
        return arena_printf(f->arena, "%s %s", open, migrating > 0 ? "migrating" : "importing");
    }
    return arena_printf(f->arena, "%s %d migrating, %d importing", open, migrating, n->importing);
}

static void find_slots(Search *f)
{
    const Snapshot *s = f->s;
    int64_t since = f->h->since_ms[CLUSTER_SLOTS_UNCOVERED];
    if (since != 0) {
        int missing = SLOT_COUNT - s->slots_covered;
        finding_add(f, FINDING_SLOTS_UNCOVERED, LEVEL_CRITICAL, -1, since,
                    arena_printf(f->arena, "%d of %d slots have no owner", missing, SLOT_COUNT),
                    arena_printf(f->arena, "redis-cli --cluster fix %s", f->contact));
    }
    since = f->h->since_ms[CLUSTER_OPEN_SLOTS];
    for (size_t i = 0; since != 0 && i < s->n_nodes; i++) {
        const Node *n = &s->nodes[i];
        if (n->open_slots > 0) {
            finding_add(f, FINDING_OPEN_SLOTS, LEVEL_WARNING, (int)i, since, open_text(f, n),
                        arena_printf(f->arena,
                                     "wait for the resharding under way; if there is none: "
                                     "redis-cli --cluster fix %s",
                                     f->contact));
        }
    }
}

static void find_state(Search *f)
{
    const Snapshot *s = f->s;
    int64_t since = f->h->since_ms[CLUSTER_STATE_FAIL];
    if (since == 0) {
        return;
    }
    int missing = SLOT_COUNT - s->slots_covered;
    const char *text = "cluster_state is fail though all slots are served: its nodes may not reach "
                       "each other";
    if (f->h->failed_masters > 0) {
        text = arena_printf(f->arena, "cluster_state is fail: %d master%s failed with %d slots",
                            f->h->failed_masters, f->h->failed_masters == 1 ? " has" : "s have",
                            s->slots_fail);
    } else if (missing > 0) {
        text = arena_printf(f->arena, "cluster_state is fail: %d slots have no owner", missing);
    }
    finding_add(f, FINDING_CLUSTER_DOWN, LEVEL_CRITICAL, -1, since, text,
                arena_printf(f->arena,
                             "the findings below say what to mend; redis-cli %s CLUSTER INFO",
                             f->seed));
}

static void find_disagreement(Search *f)
{
    const Snapshot *s = f->s;
    int64_t since = f->h->since_ms[CLUSTER_VIEWS_DISAGREE];
    if (since == 0) {
        return;
    }
    bool one = s->n_dissenters == 1 && s->dissenter[0] != '\0';
    OpinionMeaning meaning = opinions_meaning(f->h, f->arena);
    bool holds = meaning.rule[0] != '\0';
    finding_add(
        f, FINDING_VIEWS_DISAGREE, LEVEL_WARNING, one ? snapshot_find(s, s->dissenter_id) : -1,
        since,
        arena_printf(f->arena, "%s %s other slot owners than most; %s%s%s",
                     s->dissenters[0] != '\0' ? s->dissenters : "one node",
                     s->n_dissenters > 1 ? "see" : "sees",
                     holds ? "no move is made meanwhile (" : "holds no move back by itself: ",
                     holds ? meaning.rule : meaning.text, holds ? ")" : ""),
        arena_printf(f->arena,
                     "see who says what, and why; it should pass within seconds; if not: "
                     "redis-cli --cluster check %s",
                     f->contact))
        ->start = START_VIEWS;
}

static void find_host(Search *f)
{
    const HostSafety *hosts = &f->h->hosts;
    if (f->h->since_ms[CLUSTER_HOST_UNSAFE] == 0 || hosts->n == 0) {
        return;
    }
    const HostLoss *worst = &hosts->at[0];
    if (worst->slots_lost == 0 && condition_majority_host(hosts) != NULL) {
        return; // that one is told by its name, with another remedy
    }
    const char *text = arena_printf(f->arena, "if host %s dies", worst->host);
    const char *joint = ",";
    if (worst->slots_lost > 0) {
        text =
            arena_printf(f->arena, "%s, %d slot%s of %d shard%s are lost", text, worst->slots_lost,
                         plural(worst->slots_lost), worst->shards_lost, plural(worst->shards_lost));
        joint = " and";
    }
    if (!worst->majority_kept) {
        text = arena_printf(f->arena, "%s%s no majority of masters is left", text, joint);
        joint = " and";
    }
    if (worst->left_alone > 0) {
        text = arena_printf(f->arena, "%s%s %d more master%s left without a replica", text, joint,
                            worst->left_alone, worst->left_alone == 1 ? " is" : "s are");
    }
    finding_add(f, FINDING_HOST_UNSAFE, LEVEL_WARNING, -1, f->h->since_ms[CLUSTER_HOST_UNSAFE],
                text,
                arena_printf(f->arena,
                             "see which moves would help (or add replicas on other hosts): "
                             "rehome heal --spread --dry-run %s",
                             f->seed))
        ->start = START_PLAN;
}

static void choose_seed(Search *f)
{
    int node = f->s->n_nodes > 0 ? 0 : -1;
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        const NodeSays *says = f->s->nodes[i].says;
        if (says != NULL && says->reach == REACH_OK) {
            node = (int)i;
            break;
        }
    }
    f->seed = node >= 0 ? plan_dial(f->s, node) : "";
    f->contact = node >= 0 ? plan_contact(f->s, node) : "";
}

// Worst first: by severity, then in the order of the codes, then as found.
static Findings in_order(const Search *f)
{
    Finding *at = arena_array(f->arena, f->n, sizeof(*at));
    size_t n = 0;
    for (Level severity = LEVEL_CRITICAL; severity >= LEVEL_WARNING; severity--) {
        for (int code = 0; code < FINDING_CODE_COUNT; code++) {
            for (size_t i = 0; i < f->n; i++) {
                if (f->at[i].severity == severity && (int)f->at[i].code == code) {
                    at[n++] = f->at[i];
                }
            }
        }
    }
    return (Findings){.at = at, .n = n};
}

Findings findings_find(const Health *h)
{
    Search f = {
        .h = h, .s = h->snapshot, .arena = h->snapshot->arena, .work = plan_work(h, HEED_SPARES)};
    choose_seed(&f);
    find_slots(&f);
    find_state(&f);
    find_disagreement(&f);
    find_host(&f);
    find_cluster(&f);
    find_masters(&f);
    find_nodes(&f);
    find_access(&f);
    find_conditions(&f);
    find_certificates(&f);
    Findings out = in_order(&f);
    mem_free(f.at);
    plan_work_done(&f.work);
    return out;
}
