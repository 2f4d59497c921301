// What views differ in. Views that are alike are compared as one, so that it costs by what differs,
// not by who speaks.
#include <inttypes.h>
#include <string.h>

#include "opinion_work.h"
#include "rehome/base/mem.h"

static bool is_same_word(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_unanimous(const Compare *c, const char *const *by_group)
{
    const char *first = NULL;
    for (int g = 0; g < c->n_groups; g++) {
        first = first == NULL ? by_group[g] : first;
        if (by_group[g] != NULL && !is_same_word(first, by_group[g])) {
            return false;
        }
    }
    return true;
}

static bool says_the_same(const Compare *c, const OpinionDraft *draft, OpinionTopic topic,
                          const char *const *by_group)
{
    bool same = draft->topic == topic && draft->subject[0] == '\0';
    for (int g = 0; same && g < c->n_groups; g++) {
        same = is_same_word(draft->by_group[g], by_group[g]);
    }
    return same;
}

static OpinionDraft *new_draft(OpinionSearch *f, OpinionTopic topic, const char *subject)
{
    if (f->n == OPINIONS_MAX) {
        f->n_more++;
        return NULL;
    }
    f->at = mem_grow(f->at, &f->cap, f->n + 1, sizeof(*f->at));
    OpinionDraft *draft = &f->at[f->n++];
    *draft = (OpinionDraft){.topic = topic, .subject = subject};
    return draft;
}

// The draft for these words; NULL: all say the same, or there are too many already.
static OpinionDraft *draft_for(OpinionSearch *f, OpinionTopic topic, const char *subject,
                               const char *const *by_group)
{
    if (is_unanimous(&f->c, by_group)) {
        return NULL;
    }
    for (size_t i = 0; subject[0] == '\0' && i < f->n; i++) {
        if (says_the_same(&f->c, &f->at[i], topic, by_group)) {
            return &f->at[i];
        }
    }
    OpinionDraft *draft = new_draft(f, topic, subject);
    if (draft != NULL) {
        memcpy(draft->by_group, by_group, sizeof(draft->by_group));
    }
    return draft;
}

static void add_node(OpinionDraft *draft, int node)
{
    draft->nodes =
        mem_grow(draft->nodes, &draft->nodes_cap, draft->n_nodes + 1, sizeof(*draft->nodes));
    draft->nodes[draft->n_nodes++] = node;
}

// What one view says of one node; NULL: it says nothing of that kind.
typedef const char *(*WordOf)(const Compare *c, const NodeLine *line);

static const char *known_word(const Compare *c, const NodeLine *line)
{
    (void)c;
    return line != NULL ? "member" : "unknown";
}

static const char *state_word(const Compare *c, const NodeLine *line)
{
    (void)c;
    return line == NULL                      ? NULL
           : (line->flags & NODE_FAIL) != 0  ? "fail"
           : (line->flags & NODE_PFAIL) != 0 ? "fail?"
                                             : "alive";
}

static const char *role_word(const Compare *c, const NodeLine *line)
{
    (void)c;
    return line == NULL ? NULL : (line->flags & NODE_MASTER) != 0 ? "master" : "replica";
}

static const char *master_word(const Compare *c, const NodeLine *line)
{
    if (line == NULL || (line->flags & NODE_REPLICA) == 0) {
        return NULL;
    }
    if (node_id_is_none(line->master)) {
        return "nobody it knows";
    }
    int master = snapshot_find(c->s, line->master);
    return master >= 0 ? c->s->nodes[master].addr
                       : arena_printf(c->arena, "%.8s", line->master.hex);
}

static const char *epoch_word(const Compare *c, const NodeLine *line)
{
    if (line == NULL || (line->flags & NODE_MASTER) == 0 || line->slots.n == 0) {
        return NULL;
    }
    return arena_printf(c->arena, "%" PRIu64, line->config_epoch);
}

static const char *address_text(Arena *arena, const NodeLine *line)
{
    bool is_v6 = strchr(line->ip, ':') != NULL;
    return line->ip[0] == '\0'
               ? "none"
               : arena_printf(arena, is_v6 ? "[%s]:%d" : "%s:%d", line->ip, line->port);
}

static const char *address_word(const Compare *c, const NodeLine *line)
{
    return line == NULL ? NULL : address_text(c->arena, line);
}

static bool is_same_line(const NodeLine *a, const NodeLine *b)
{
    return a->flags == b->flags && a->config_epoch == b->config_epoch && a->port == b->port &&
           strcmp(a->ip, b->ip) == 0 && node_id_eq(a->master, b->master) &&
           slot_ranges_eq(a->slots, b->slots);
}

// Most nodes are told alike by all, so that there is nothing to put into words.
static bool is_told_alike(const Compare *c, int node)
{
    const NodeLine *first = NULL;
    for (int g = 0; g < c->n_groups; g++) {
        const NodeLine *line = c->groups[g].lines[node];
        if (c->groups[g].outside) {
            continue;
        }
        if (line == NULL || (first != NULL && !is_same_line(first, line))) {
            return false;
        }
        first = line;
    }
    return true;
}

static void compare_nodes(OpinionSearch *f, OpinionTopic topic, WordOf word_of, const bool *alike)
{
    const Compare *c = &f->c;
    for (size_t i = 0; i < c->s->n_nodes; i++) {
        const char *words[OPINION_GROUPS_MAX] = {NULL};
        for (int g = 0; !alike[i] && g < c->n_groups; g++) {
            words[g] = c->groups[g].outside ? NULL : word_of(c, c->groups[g].lines[i]);
        }
        OpinionDraft *draft = alike[i] ? NULL : draft_for(f, topic, "", words);
        if (draft != NULL) {
            add_node(draft, (int)i);
        }
    }
}

// --- whole views

static void compare_members(OpinionSearch *f)
{
    const Compare *c = &f->c;
    const char *words[OPINION_GROUPS_MAX] = {NULL};
    size_t most = 0;
    for (int g = 0; g < c->n_groups; g++) {
        most = c->groups[g].listed > most ? c->groups[g].listed : most;
    }
    for (int g = 0; g < c->n_groups; g++) {
        size_t n = c->groups[g].outside ? c->groups[g].listed : most;
        words[g] = arena_printf(c->arena, "%zu node%s", n, n == 1 ? "" : "s");
    }
    draft_for(f, OPINION_MEMBERS, "nodes of the cluster", words);
}

static bool is_in_handshake(const ViewGroup *group, const NodeLine *with)
{
    for (size_t i = 0; i < group->view->n; i++) {
        const NodeLine *line = &group->view->at[i];
        if ((line->flags & NODE_HANDSHAKE) != 0 && line->port == with->port &&
            strcmp(line->ip, with->ip) == 0) {
            return true;
        }
    }
    return false;
}

static bool was_told(const OpinionSearch *f, const char *subject)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->at[i].subject, subject) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_node(const OpinionDraft *draft, int node)
{
    for (size_t i = 0; i < draft->n_nodes; i++) {
        if (draft->nodes[i] == node) {
            return true;
        }
    }
    return false;
}

// Somebody whom no view lists yet has nothing but an address, and each of them is told by itself: a
// few, so that they leave room for what else differs.
static void compare_stranger(OpinionSearch *f, const char *addr, const char *const *words)
{
    enum { STRANGERS_MAX = 8 };
    const char *subject = arena_printf(f->c.arena, "handshake with %s", addr);
    if (was_told(f, subject)) {
        return;
    }
    if (f->n_strangers++ >= STRANGERS_MAX) {
        f->n_more++;
    } else {
        draft_for(f, OPINION_HANDSHAKE, subject, words);
    }
}

static void compare_handshake(OpinionSearch *f, const NodeLine *with)
{
    const Compare *c = &f->c;
    const char *words[OPINION_GROUPS_MAX] = {NULL};
    for (int g = 0; g < c->n_groups; g++) {
        words[g] = is_in_handshake(&c->groups[g], with) ? "under way" : "none";
    }
    int node = snapshot_find_at(c->s, with->ip, with->port);
    if (node < 0) {
        compare_stranger(f, address_text(c->arena, with), words);
        return;
    }
    OpinionDraft *draft = draft_for(f, OPINION_HANDSHAKE, "", words);
    if (draft != NULL && !has_node(draft, node)) {
        add_node(draft, node);
    }
}

static bool was_compared(const Compare *c, int group, const NodeLine *with)
{
    for (int g = 0; g < group; g++) {
        if (is_in_handshake(&c->groups[g], with)) {
            return true;
        }
    }
    return false;
}

static void compare_handshakes(OpinionSearch *f)
{
    for (int g = 0; g < f->c.n_groups; g++) {
        const NodesView *view = f->c.groups[g].view;
        for (size_t i = 0; i < view->n; i++) {
            const NodeLine *line = &view->at[i];
            if ((line->flags & NODE_HANDSHAKE) != 0 && !was_compared(&f->c, g, line)) {
                compare_handshake(f, line);
            }
        }
    }
}

// --- slots

static void claim_slots(const ViewGroup *group, size_t n_nodes, int16_t *owner)
{
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        owner[slot] = -1;
    }
    for (size_t i = 0; i < n_nodes; i++) {
        const NodeLine *line = group->lines[i];
        for (size_t k = 0; line != NULL && k < line->slots.n; k++) {
            for (int slot = line->slots.at[k].first; slot <= line->slots.at[k].last; slot++) {
                owner[slot] = (int16_t)i;
            }
        }
    }
}

static void note_slots(OpinionSearch *f, int16_t (*owners)[SLOT_COUNT], SlotRange range)
{
    const Compare *c = &f->c;
    const char *words[OPINION_GROUPS_MAX] = {NULL};
    for (int g = 0; g < c->n_groups; g++) {
        int owner = owners[g][range.first];
        words[g] = c->groups[g].outside ? NULL : owner < 0 ? "nobody" : c->s->nodes[owner].addr;
    }
    OpinionDraft *draft = draft_for(f, OPINION_SLOTS, "", words);
    if (draft != NULL) {
        draft->ranges = mem_grow(draft->ranges, &draft->ranges_cap, draft->n_ranges + 1,
                                 sizeof(*draft->ranges));
        draft->ranges[draft->n_ranges++] = range;
    }
}

static bool is_same_claim(const Compare *c, int16_t (*owners)[SLOT_COUNT], int first, int slot)
{
    for (int g = 0; g < c->n_groups; g++) {
        if (owners[g][first] != owners[g][slot]) {
            return false;
        }
    }
    return true;
}

static bool slots_differ(const Compare *c)
{
    const NodesView *first = NULL;
    for (int g = 0; g < c->n_groups; g++) {
        if (!c->groups[g].outside) {
            first = first == NULL ? c->groups[g].view : first;
            if (c->groups[g].view->signature != first->signature) {
                return true;
            }
        }
    }
    return false;
}

static void compare_slots(OpinionSearch *f)
{
    const Compare *c = &f->c;
    if (!slots_differ(c)) {
        return;
    }
    int16_t(*owners)[SLOT_COUNT] = mem_array((size_t)c->n_groups, sizeof(*owners));
    for (int g = 0; g < c->n_groups; g++) {
        claim_slots(&c->groups[g], c->s->n_nodes, owners[g]);
    }
    int first = 0;
    for (int slot = 1; slot <= SLOT_COUNT; slot++) {
        if (slot == SLOT_COUNT || !is_same_claim(c, owners, first, slot)) {
            note_slots(f, owners, (SlotRange){(uint16_t)first, (uint16_t)(slot - 1)});
            first = slot;
        }
    }
    mem_free(owners);
}

// --- CLUSTER INFO

static void compare_info(OpinionSearch *f, OpinionTopic topic, const char *subject)
{
    const Compare *c = &f->c;
    const char **words = arena_array(c->arena, c->n_speakers, sizeof(*words));
    bool differ = false;
    const char *first = NULL;
    for (size_t i = 0; i < c->n_speakers; i++) {
        const NodeSays *says = c->s->nodes[c->speakers[i].node].says;
        if (!says->has_cluster) {
            continue;
        }
        words[i] = topic == OPINION_CLUSTER_STATE
                       ? (says->cluster.state_ok ? "ok" : "fail")
                       : arena_printf(c->arena, "%" PRIu64, says->cluster.current_epoch);
        first = first == NULL ? words[i] : first;
        differ = differ || !is_same_word(first, words[i]);
    }
    OpinionDraft *draft = differ ? new_draft(f, topic, subject) : NULL;
    if (draft != NULL) {
        draft->by_speaker = words;
    }
}

void opinions_compare(OpinionSearch *f)
{
    static const struct {
        OpinionTopic topic;
        WordOf word;
    } of_nodes[] = {
        {OPINION_KNOWN, known_word},        {OPINION_STATE, state_word},
        {OPINION_ROLE, role_word},          {OPINION_MASTER, master_word},
        {OPINION_CONFIG_EPOCH, epoch_word}, {OPINION_ADDRESS, address_word},
    };
    const Compare *c = &f->c;
    if (c->n_groups > 1) {
        bool *alike = mem_array(c->s->n_nodes, sizeof(*alike));
        for (size_t i = 0; i < c->s->n_nodes; i++) {
            alike[i] = is_told_alike(c, (int)i);
        }
        compare_members(f);
        compare_handshakes(f);
        compare_slots(f);
        for (size_t i = 0; i < ARRAY_LEN(of_nodes); i++) {
            compare_nodes(f, of_nodes[i].topic, of_nodes[i].word, alike);
        }
        mem_free(alike);
    }
    compare_info(f, OPINION_CLUSTER_STATE, "state of the cluster");
    compare_info(f, OPINION_CURRENT_EPOCH, "current epoch");
}
