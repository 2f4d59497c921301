#include "lab_internal.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rehome/base/mem.h"
#include "rehome/model/nodes.h"

enum {
    ANSWER_LIMIT_MS = 2000,
    WAIT_LIMIT_MS = 30000, // for a busy machine; each wait takes a second or two
    RETRY_MS = 20,
};

// Is it so at this server? why: what is missing, for the error when the time is up.
typedef bool Condition(const Lab *lab, size_t i, Arena *scratch, const char **why);

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_before_retry(void)
{
    (void)poll(NULL, 0, RETRY_MS);
}

static bool check_running(Lab *lab, Arena *scratch, Error *err)
{
    for (size_t i = 0; i < lab->n; i++) {
        if (!lab_server_is_running(&lab->servers[i])) {
            return fail(err, ERR_IO, "the server %s ended by itself; its log says: %s",
                        lab->servers[i].addr, lab_server_last_words(&lab->servers[i], scratch));
        }
    }
    return true;
}

// Until it is so at every server at the same time.
static bool wait_until(Lab *lab, const char *what, Condition *is_so, Error *err)
{
    int64_t limit = now_ms() + WAIT_LIMIT_MS;
    for (;;) {
        Arena *scratch = arena_new();
        size_t i = 0;
        const char *why = "";
        while (i < lab->n && is_so(lab, i, scratch, &why)) {
            i++;
        }
        bool done = i == lab->n;
        bool go_on = done || check_running(lab, scratch, err);
        if (!done && go_on && lab->stop != NULL && *lab->stop != 0) {
            go_on = fail(err, ERR_REFUSED, "stopped while waiting for %s", what);
        }
        if (!done && go_on && now_ms() > limit) {
            go_on = fail(err, ERR_TIMEOUT, "the lab waited %d s for %s: %s %s",
                         WAIT_LIMIT_MS / 1000, what, lab->servers[i].addr, why);
        }
        arena_free(scratch);
        if (done || !go_on) {
            return done;
        }
        pause_before_retry();
    }
}

// The reply in the arena; NULL and why when there is none or it is an error.
static const char *ask_text(const Lab *lab, size_t i, Arena *scratch, const char **why,
                            const char *const *argv)
{
    StrBuf reply = {0};
    bool ok = lab_ask(lab, i, ANSWER_LIMIT_MS, &reply, argv);
    const char *text = arena_strdup(scratch, ok ? strbuf_text(&reply) : "does not answer");
    strbuf_done(&reply);
    if (!ok || text[0] == '-') {
        *why = text;
        return NULL;
    }
    return text;
}

static bool answers(const Lab *lab, size_t i, Arena *scratch, const char **why)
{
    return ask_text(lab, i, scratch, why, (const char *[]){"PING", NULL}) != NULL;
}

static bool view_of(const Lab *lab, size_t i, Arena *scratch, NodesView *view, const char **why)
{
    const char *text = ask_text(lab, i, scratch, why, (const char *[]){"CLUSTER", "NODES", NULL});
    if (text == NULL) {
        return false;
    }
    *why = "has an unreadable CLUSTER NODES";
    return nodes_parse(sv(text), scratch, view, NULL);
}

static const NodeLine *line_of(const Lab *lab, const NodesView *view, size_t of)
{
    NodeId id;
    return node_id_parse(sv(lab->servers[of].id), &id) ? nodes_find(view, id) : NULL;
}

static int slots_expected(const LabServer *server)
{
    int count = 0;
    StrView rest = sv(server->spec.slots);
    StrView piece;
    SlotRange range;
    while (sv_next(&rest, ' ', &piece)) {
        if (slot_range_parse(piece, &range)) {
            count += range.last - range.first + 1;
        }
    }
    return count;
}

static bool knows_all(const Lab *lab, size_t i, Arena *scratch, const char **why)
{
    NodesView view;
    if (!view_of(lab, i, scratch, &view, why)) {
        return false;
    }
    for (size_t of = 0; of < lab->n; of++) {
        const NodeLine *line = line_of(lab, &view, of);
        unsigned bad = NODE_HANDSHAKE | NODE_NOADDR | NODE_PFAIL | NODE_FAIL;
        if (line == NULL || (line->flags & bad) != 0 || !line->link_connected ||
            slot_ranges_count(line->slots) != slots_expected(&lab->servers[of])) {
            *why = arena_printf(scratch, "does not know %s well", lab->servers[of].addr);
            return false;
        }
    }
    *why = "knows strangers";
    return view.n == lab->n;
}

static bool has_line(const char *text, const char *line)
{
    StrView rest = sv(text);
    StrView piece;
    while (sv_next(&rest, '\n', &piece)) {
        if (sv_is(sv_trim(piece), line)) {
            return true;
        }
    }
    return false;
}

static int replicas_expected(const Lab *lab, size_t master)
{
    int count = 0;
    for (size_t i = 0; i < lab->n; i++) {
        count += lab->servers[i].spec.master == (int)master;
    }
    return count;
}

static int count_online(const char *info)
{
    int online = 0;
    for (const char *at = info; (at = strstr(at, ",state=online,")) != NULL; at++) {
        online++;
    }
    return online;
}

static bool replicates(const Lab *lab, size_t i, Arena *scratch, const char **why)
{
    const char *info =
        ask_text(lab, i, scratch, why, (const char *[]){"INFO", "replication", NULL});
    if (info == NULL) {
        return false;
    }
    if (lab->servers[i].spec.master >= 0) {
        *why = "has no link to its master";
        return has_line(info, "master_link_status:up");
    }
    *why = "has not all its replicas online";
    return count_online(info) == replicas_expected(lab, i);
}

static bool sees_all_in_place(const Lab *lab, size_t i, Arena *scratch, const char **why)
{
    NodesView view;
    if (!view_of(lab, i, scratch, &view, why)) {
        return false;
    }
    for (size_t of = 0; of < lab->n; of++) {
        int master = lab->servers[of].spec.master;
        const NodeLine *line = line_of(lab, &view, of);
        if (line == NULL ||
            (master >= 0 && strcmp(line->master.hex, lab->servers[master].id) != 0)) {
            *why = arena_printf(scratch, "does not see %s in its place", lab->servers[of].addr);
            return false;
        }
    }
    return true;
}

static bool covers_all_slots(const Lab *lab)
{
    int covered = 0;
    for (size_t i = 0; i < lab->n; i++) {
        covered += slots_expected(&lab->servers[i]);
    }
    return covered == SLOT_COUNT;
}

static bool in_place(const Lab *lab, size_t i, Arena *scratch, const char **why)
{
    if (!replicates(lab, i, scratch, why) || !sees_all_in_place(lab, i, scratch, why)) {
        return false;
    }
    const char *info = ask_text(lab, i, scratch, why, (const char *[]){"CLUSTER", "INFO", NULL});
    if (info == NULL) {
        return false;
    }
    *why = "does not call the cluster ok";
    return has_line(info, "cluster_state:ok") || !covers_all_slots(lab);
}

static bool command(const Lab *lab, size_t i, const char *const *argv, Error *err)
{
    Arena *scratch = arena_new();
    const char *why = "";
    const char *text = ask_text(lab, i, scratch, &why, argv);
    bool ok = text != NULL || fail(err, ERR_REFUSED, "%s %s at %s: %s", argv[0], argv[1],
                                   lab->servers[i].addr, why);
    arena_free(scratch);
    return ok;
}

static bool learn_id(Lab *lab, size_t i, Error *err)
{
    Arena *scratch = arena_new();
    const char *why = "its CLUSTER MYID is no node ID";
    const char *text = ask_text(lab, i, scratch, &why, (const char *[]){"CLUSTER", "MYID", NULL});
    NodeId id;
    bool ok = text != NULL && node_id_parse(sv(text), &id);
    if (ok) {
        memcpy(lab->servers[i].id, id.hex, sizeof(lab->servers[i].id));
    } else {
        fail(err, ERR_PARSE, "%s: %s", lab->servers[i].addr, why);
    }
    arena_free(scratch);
    return ok;
}

// ADDSLOTSRANGE came with 7.0; before, each slot is an argument.
static bool give_slots(const Lab *lab, size_t i, Error *err)
{
    int count = slots_expected(&lab->servers[i]);
    if (count == 0) {
        return true;
    }
    Arena *scratch = arena_new();
    const char **ranges = arena_array(scratch, (size_t)count * 2 + 3, sizeof(*ranges));
    const char **slots = arena_array(scratch, (size_t)count + 3, sizeof(*slots));
    size_t n_ranges = 0;
    size_t n_slots = 0;
    ranges[n_ranges++] = slots[n_slots++] = "CLUSTER";
    ranges[n_ranges++] = "ADDSLOTSRANGE";
    slots[n_slots++] = "ADDSLOTS";
    StrView rest = sv(lab->servers[i].spec.slots);
    StrView piece;
    SlotRange range;
    while (sv_next(&rest, ' ', &piece)) {
        if (!slot_range_parse(piece, &range)) {
            continue;
        }
        ranges[n_ranges++] = arena_printf(scratch, "%d", range.first);
        ranges[n_ranges++] = arena_printf(scratch, "%d", range.last);
        for (int slot = range.first; slot <= range.last; slot++) {
            slots[n_slots++] = arena_printf(scratch, "%d", slot);
        }
    }
    const char *why = "";
    bool ok = ask_text(lab, i, scratch, &why, ranges) != NULL || command(lab, i, slots, err);
    arena_free(scratch);
    return ok;
}

// Distinct epochs from the start: colliding ones are settled one by one, which takes seconds.
static bool give_epoch(const Lab *lab, size_t i, Error *err)
{
    char epoch[24];
    snprintf(epoch, sizeof(epoch), "%zu", i + 1);
    return command(lab, i, (const char *[]){"CLUSTER", "SET-CONFIG-EPOCH", epoch, NULL}, err);
}

// Everyone is introduced to everyone: gossip alone would need a few more seconds.
static bool meet_those_behind(const Lab *lab, size_t i, Error *err)
{
    for (size_t j = i + 1; j < lab->n; j++) {
        char port[8];
        snprintf(port, sizeof(port), "%d", lab->servers[j].spec.port);
        if (!command(lab, i, (const char *[]){"CLUSTER", "MEET", lab->servers[j].ip, port, NULL},
                     err)) {
            return false;
        }
    }
    return true;
}

static bool follow_master(const Lab *lab, size_t i, Error *err)
{
    int master = lab->servers[i].spec.master;
    return master < 0 ||
           command(lab, i, (const char *[]){"CLUSTER", "REPLICATE", lab->servers[master].id, NULL},
                   err);
}

bool lab_cluster_make(Lab *lab, Error *err)
{
    if (!wait_until(lab, "every server to answer", answers, err)) {
        return false;
    }
    lab_tell(lab, "%zu servers answer on %s and its neighbours", lab->n, lab->servers[0].ip);
    for (size_t i = 0; i < lab->n; i++) {
        if (!learn_id(lab, i, err) || !give_slots(lab, i, err) || !give_epoch(lab, i, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < lab->n; i++) {
        if (!meet_those_behind(lab, i, err)) {
            return false;
        }
    }
    if (!wait_until(lab, "every node to know all others", knows_all, err)) {
        return false;
    }
    lab_tell(lab, "all %zu nodes know each other", lab->n);
    for (size_t i = 0; i < lab->n; i++) {
        if (!follow_master(lab, i, err)) {
            return false;
        }
    }
    if (!wait_until(lab, "every replica to be in sync", in_place, err)) {
        return false;
    }
    lab_tell(lab, "every replica is in sync with its master");
    return true;
}
