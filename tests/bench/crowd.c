#include "crowd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture_answers.h"
#include "rehome/base/mem.h"

enum { NET = 66, HOSTS_A_NET = 200, FEWEST_WITH_REPLICAS = 6 };

struct Crowd {
    Fixture *f;
    size_t n_masters;
    Totals totals;
    StrBuf nodes;     // everybody's CLUSTER NODES, but for the word "myself"
    size_t *flags_at; // where it goes
    StrBuf *infos;
    StrBuf recorded; // replies of a real server
    StrView info;
    StrView settings;
};

// --- a real server's words -----------------------------------------------------------------------

static void read_recorded(Crowd *c)
{
    const char *root = getenv("REHOME_ROOT");
    StrBuf path = {0};
    strbuf_addf(&path, "%s/tests/data/promoted.txt", root != NULL ? root : ".");
    int fd = open(strbuf_text(&path), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        perror(strbuf_text(&path));
        exit(EXIT_FAILURE);
    }
    char bytes[65536];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
        strbuf_add_sv(&c->recorded, sv_of(bytes, (size_t)n));
    }
    close(fd);
    strbuf_done(&path);
}

// The first reply of its kind: what is between "=== ADDRESS KIND" and the next such line.
static StrView find_recorded(const Crowd *c, const char *kind)
{
    const char *text = strbuf_text(&c->recorded);
    const char *head = text;
    while ((head = strstr(head, "=== ")) != NULL) {
        const char *end = strchr(head, '\n');
        size_t n = strlen(kind);
        if (end == NULL) {
            break;
        }
        const char *next = strstr(end, "\n=== ");
        if (strncmp(end - n, kind, n) == 0 && end[-(ptrdiff_t)n - 1] == ' ') {
            return sv_of(end + 1, next != NULL ? (size_t)(next - end) : strlen(end + 1));
        }
        head = end;
    }
    return sv("");
}

// --- the cluster ---------------------------------------------------------------------------------

static void place(size_t i, int port, char *out, size_t size)
{
    snprintf(out, size, "127.%d.%zu.%zu:%d", NET, i / HOSTS_A_NET, 1 + i % HOSTS_A_NET, port);
}

size_t crowd_index(const Crowd *c, struct in_addr ip)
{
    uint32_t bytes = ntohl(ip.s_addr);
    size_t i = (bytes >> 8 & 0xFF) * HOSTS_A_NET + (bytes & 0xFF) - 1;
    return (bytes >> 16 & 0xFF) == NET && i < crowd_size(c) ? i : crowd_size(c);
}

// IDs without an order, as servers choose them.
static void draw_id(FixtureNode *node, size_t i)
{
    for (size_t part = 0; part < 5; part++) {
        uint64_t x = (i * 5 + part + 1) * UINT64_C(0x9E3779B97F4A7C15);
        x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
        snprintf(node->id.hex + part * 8, 9, "%08x", (unsigned)(x >> 32));
    }
}

static void write_nodes(Crowd *c)
{
    enum { NOBODY = -1, WALL_MS = 1700000000 };
    answer_nodes(&c->nodes, c->f, NOBODY, (int64_t)WALL_MS * 1000);
    c->flags_at = mem_array(crowd_size(c), sizeof(*c->flags_at));
    const char *at = strbuf_text(&c->nodes);
    for (size_t i = 0; i < crowd_size(c); i++) {
        const char *address = strchr(at, ' ') + 1;
        c->flags_at[i] = (size_t)(strchr(address, ' ') + 1 - strbuf_text(&c->nodes));
        at = strchr(at, '\n') + 1;
    }
}

// The line of a field in text, without its end.
static bool find_field(const char *text, StrView name, StrView *line)
{
    const char *at = text;
    while (at != NULL && *at != '\0') {
        if (strncmp(at, name.at, name.n) == 0 && at[name.n] == ':') {
            *line = sv_of(at, strcspn(at, "\r\n"));
            return true;
        }
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return false;
}

// The recorded INFO, with the values that this node has in it, and its own section on replication.
static void write_info(Crowd *c, size_t i)
{
    StrBuf *out = &c->infos[i];
    strbuf_clear(out);
    StrBuf own = {0};
    answer_info(&own, c->f, (int)i);
    const char *replication = strstr(strbuf_text(&own), "# Replication");
    const char *behind = strstr(strbuf_text(&own), "# Cluster");
    StrView rest = c->info;
    StrView line;
    bool skips = false;
    while (sv_next(&rest, '\n', &line)) {
        line = sv_trim(line);
        if (sv_starts(line, "# ")) {
            skips = sv_is(line, "# Replication");
            if (skips) {
                strbuf_add_sv(out, sv_of(replication, (size_t)(behind - replication)));
            }
        }
        if (skips) {
            continue;
        }
        StrView name = line;
        StrView value = line;
        if (sv_cut(&value, ':', &name)) {
            (void)find_field(strbuf_text(&own), name, &line);
        }
        strbuf_add_sv(out, line);
        strbuf_add(out, "\r\n");
    }
    strbuf_add(out, strstr(strbuf_text(&own), "db0:"));
    strbuf_done(&own);
}

Crowd *crowd_new(size_t n, int port)
{
    Crowd *c = mem_alloc(sizeof(*c));
    c->f = fixture_new();
    c->n_masters = n < FEWEST_WITH_REPLICAS ? n : n * 12 / 25;
    for (size_t i = 0; i < n; i++) {
        char addr[48];
        char slots[32];
        size_t m = c->n_masters;
        place(i, port, addr, sizeof(addr));
        snprintf(slots, sizeof(slots), "%zu-%zu", i * 16384 / m, (i + 1) * 16384 / m - 1);
        int number = i < m ? fixture_master(c->f, addr, slots)
                           : fixture_replica(c->f, addr, (int)((i - m) % m));
        draw_id(fixture_node(c->f, number), i);
    }
    read_recorded(c);
    c->info = find_recorded(c, "info");
    c->settings = find_recorded(c, "settings");
    c->totals = answer_totals(c->f);
    write_nodes(c);
    c->infos = mem_array(n, sizeof(*c->infos));
    for (size_t i = 0; i < n; i++) {
        write_info(c, i);
    }
    return c;
}

void crowd_free(Crowd *c)
{
    for (size_t i = 0; i < crowd_size(c); i++) {
        strbuf_done(&c->infos[i]);
    }
    mem_free(c->infos);
    fixture_free(c->f);
    strbuf_done(&c->nodes);
    strbuf_done(&c->recorded);
    mem_free(c->flags_at);
    mem_free(c);
}

size_t crowd_size(const Crowd *c)
{
    return fixture_count(c->f);
}

size_t crowd_masters(const Crowd *c)
{
    return c->n_masters;
}

const char *crowd_addr(const Crowd *c, size_t i)
{
    static char addr[48];
    place(i, fixture_node(c->f, (int)i)->port, addr, sizeof(addr));
    return addr;
}

NodeId crowd_id(const Crowd *c, size_t i)
{
    return fixture_id(c->f, (int)i);
}

void crowd_work(Crowd *c, size_t i)
{
    FixtureNode *node = fixture_node(c->f, (int)i);
    node->ops = 9000 + (node->ops * 7919 + (int64_t)i) % 4000;
    node->keys += 17;
    node->offset += 1000 + node->ops;
    node->used_memory += 4096;
    write_info(c, i);
}

// --- its answers ---------------------------------------------------------------------------------

void crowd_info(const Crowd *c, size_t i, StrBuf *out)
{
    strbuf_add_sv(out, sv_of(c->infos[i].at, c->infos[i].n));
}

void crowd_nodes(const Crowd *c, size_t i, StrBuf *out)
{
    size_t at = c->flags_at[i];
    strbuf_add_sv(out, sv_of(c->nodes.at, at));
    strbuf_add(out, "myself,");
    strbuf_add_sv(out, sv_of(c->nodes.at + at, c->nodes.n - at));
}

void crowd_cluster(const Crowd *c, size_t i, StrBuf *out)
{
    answer_cluster(out, c->f, (int)i, &c->totals);
}

void crowd_settings(const Crowd *c, StrBuf *out)
{
    strbuf_add_sv(out, c->settings);
}
