// Long names in a cluster are mostly made by one rule, so that their beginning, where a column has
// room for it, and their end are the same for all. What is left without them tells nodes apart.
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "snapshot_merge.h"

enum {
    OCTETS = 4,
    ENOUGH = 24,       // names up to this many bytes fit as they are
    LONGEST_PART = 12, // so far back at most does the beginning of a part lie
    MANY = 0x7FFFFFFF,
};

// Of all long names: how many bytes at both ends are the same. Of "redis-0003.db.example.com" and
// "redis-0017.db.example.com" the tail is ".db.example.com" and the head, if ever it has to go,
// "redis-".
typedef struct {
    const char *any; // NULL: there are none
    size_t head;
    size_t tail;
    size_t shortest;
    size_t longest;
    bool differ;
    bool keeps_tail; // IPv6: without its end it would look like another address
} Alike;

typedef const char *(*NameOf)(const Node *node);

static const char *place_of(const Node *node)
{
    return node->ip[0] != '\0' ? node->ip : node->hostname;
}

static const char *label_of(const Node *node)
{
    return node->host;
}

static size_t same_head(const char *a, const char *b, size_t most)
{
    size_t n = 0;
    while (n < most && a[n] != '\0' && a[n] == b[n]) {
        n++;
    }
    return n;
}

static size_t same_tail(const char *a, const char *b, size_t most)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    size_t n = 0;
    while (n < most && n < a_len && n < b_len && a[a_len - 1 - n] == b[b_len - 1 - n]) {
        n++;
    }
    return n;
}

static void add_tail(Alike *all, const char *name)
{
    size_t n = strlen(name);
    if (n <= ENOUGH) {
        return;
    }
    all->keeps_tail = all->keeps_tail || strchr(name, ':') != NULL;
    all->any = all->any != NULL ? all->any : name;
    all->differ = all->differ || strcmp(all->any, name) != 0;
    all->tail = same_tail(all->any, name, all->tail);
    all->shortest = n < all->shortest ? n : all->shortest;
    all->longest = n > all->longest ? n : all->longest;
}

// The tail begins with a dot, as domains do, and leaves something of each.
static void settle_tail(Alike *all)
{
    if (all->any == NULL || all->keeps_tail) {
        all->tail = 0;
        return;
    }
    size_t most = all->shortest - 1;
    all->tail = all->tail < most ? all->tail : most;
    size_t n = strlen(all->any);
    while (all->tail > 0 && all->any[n - all->tail] != '.') {
        all->tail--;
    }
    all->shortest -= all->tail;
    all->longest -= all->tail;
}

static bool is_between(char c)
{
    return c == '.' || c == ':' || c == '-' || c == '_' || c == '/';
}

// The head ends where a part does, if that is near, and never within a character.
static void settle_head(Alike *all)
{
    if (!all->differ || all->longest <= ENOUGH) {
        all->head = 0;
        return;
    }
    size_t end = all->head < all->shortest ? all->head : all->shortest - 1;
    size_t part = end;
    while (part > 0 && end - part < LONGEST_PART && !is_between(all->any[part - 1])) {
        part--;
    }
    all->head = part > 0 && is_between(all->any[part - 1]) ? part : end;
    while (all->head > 0 && ((unsigned char)all->any[all->head] & 0xC0) == 0x80) {
        all->head--;
    }
}

static Alike find_alike(const Snapshot *s, NameOf name_of)
{
    Alike all = {.head = MANY, .tail = MANY, .shortest = MANY};
    for (size_t i = 0; i < s->n_nodes; i++) {
        add_tail(&all, name_of(&s->nodes[i]));
    }
    settle_tail(&all);
    for (size_t i = 0; i < s->n_nodes; i++) {
        const char *name = name_of(&s->nodes[i]);
        if (strlen(name) > ENOUGH) {
            all.head = same_head(all.any, name, all.head);
        }
    }
    settle_head(&all);
    return all;
}

static const char *without(const Alike *all, const char *name, Arena *arena)
{
    size_t n = strlen(name);
    if (n <= ENOUGH || all->head + all->tail == 0) {
        return name;
    }
    size_t head = all->head;
    return arena_printf(arena, "%s%.*s", head > 0 ? ".." : "", (int)(n - head - all->tail),
                        name + head);
}

// 0: they differ.
static int only_port(const Snapshot *s)
{
    int port = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        int its = s->nodes[i].port;
        if (its != 0 && port != 0 && its != port) {
            return 0;
        }
        port = its != 0 ? its : port;
    }
    return port;
}

bool is_ipv4(const char *text)
{
    size_t dots = 0;
    for (const char *at = text; (at = strchr(at, '.')) != NULL; at++) {
        dots++;
    }
    // A label may well be "1.2": only what is an address can do without its beginning.
    return dots == OCTETS - 1 && strspn(text, "0123456789.") == strlen(text);
}

// ".1.170" of "10.0.1.170" for two octets.
static const char *octets_of(const char *ip, int n)
{
    const char *at = ip + strlen(ip);
    while (at > ip && n > 0) {
        n -= *--at == '.';
    }
    return at;
}

static int compare_texts(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

// Does that many octets at the end mean one host each? all are different hosts.
static bool do_octets_tell(const char **hosts, size_t n_hosts, int octets)
{
    const char **ends = mem_array(n_hosts, sizeof(*ends));
    for (size_t i = 0; i < n_hosts; i++) {
        ends[i] = octets_of(hosts[i], octets);
    }
    qsort(ends, n_hosts, sizeof(*ends), compare_texts);
    bool same = false;
    for (size_t i = 1; i < n_hosts; i++) {
        same = same || strcmp(ends[i - 1], ends[i]) == 0;
    }
    mem_free(ends);
    return !same;
}

static int tell_hosts_apart(const Snapshot *s)
{
    const char **hosts = mem_array(s->n_nodes, sizeof(*hosts));
    size_t n = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (is_ipv4(s->nodes[i].host)) {
            hosts[n++] = s->nodes[i].host;
        }
    }
    qsort(hosts, n, sizeof(*hosts), compare_texts);
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (distinct == 0 || strcmp(hosts[distinct - 1], hosts[i]) != 0) {
            hosts[distinct++] = hosts[i];
        }
    }
    int octets = 1;
    while (octets < OCTETS && !do_octets_tell(hosts, distinct, octets)) {
        octets++;
    }
    mem_free(hosts);
    return octets;
}

void brief_nodes(Snapshot *s)
{
    s->host_octets = tell_hosts_apart(s);
    Alike places = find_alike(s, place_of);
    Alike labels = find_alike(s, label_of);
    bool needs_port = only_port(s) == 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        Node *node = &s->nodes[i];
        const char *place = place_of(node);
        const char *brief = without(&places, place, s->arena);
        node->brief_host = without(&labels, node->host, s->arena);
        node->brief = brief == place || node->port == 0 ? node->addr
                      : needs_port ? arena_printf(s->arena, "%s:%d", brief, node->port)
                                   : brief;
    }
}
