#include "fake_cluster.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

typedef struct {
    FakeServer *server;
    NodeId id;
    const char *flags;
    const char *addr;
} FakeNode;

struct FakeCluster {
    size_t n;
    FakeNode *nodes;
};

static void add_line(const FakeCluster *c, size_t i, size_t reporter, StrBuf *out)
{
    const FakeNode *node = &c->nodes[i];
    strbuf_addf(out, "%s ", node->id.hex);
    if (node->addr != NULL) {
        strbuf_add(out, node->addr);
    } else {
        strbuf_addf(out, "%s:%d@%d", fake_ip(node->server), fake_port(node->server),
                    fake_port(node->server) + 10000);
    }
    strbuf_addf(out, " %s%s - 0 1700000000000 %zu connected %zu-%zu\n",
                i == reporter ? "myself," : "", node->flags != NULL ? node->flags : "master", i + 1,
                i * 16384 / c->n, (i + 1) * 16384 / c->n - 1);
}

void fake_cluster_answers(FakeCluster *c, size_t i, FakeServer *server)
{
    StrBuf text = {0};
    for (size_t k = 0; k < c->n; k++) {
        add_line(c, k, i, &text);
    }
    fake_answer_bulk(server, "CLUSTER NODES", strbuf_text(&text));
    fake_answer_bulk(server, "CLUSTER MYID", c->nodes[i].id.hex);
    fake_answer_bulk(server, "CLUSTER INFO",
                     "cluster_state:ok\r\ncluster_slots_assigned:16384\r\n");
    fake_answer_bulk(server, "INFO", "# Server\r\nredis_version:7.0.15\r\nrole:master\r\n");
    fake_answer(server, "CONFIG GET", "*2\r\n$25\r\ncluster-migration-barrier\r\n$1\r\n1\r\n");
    strbuf_done(&text);
}

static void tell_all(FakeCluster *c)
{
    for (size_t i = 0; i < c->n; i++) {
        fake_cluster_answers(c, i, c->nodes[i].server);
    }
}

FakeCluster *fake_cluster_start(struct ev_loop *loop, size_t n)
{
    FakeCluster *c = mem_alloc(sizeof(*c));
    c->n = n;
    c->nodes = mem_array(n, sizeof(*c->nodes));
    for (size_t i = 0; i < n; i++) {
        char ip[32];
        snprintf(ip, sizeof(ip), "127.88.%zu.%zu", i / 200, 1 + i % 200);
        c->nodes[i].server = fake_start(loop, ip, 0);
        snprintf(c->nodes[i].id.hex, sizeof(c->nodes[i].id.hex), "%040zx", i + 1);
    }
    tell_all(c);
    return c;
}

void fake_cluster_stop(FakeCluster *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->n; i++) {
        fake_stop(c->nodes[i].server);
    }
    mem_free(c->nodes);
    mem_free(c);
}

FakeServer *fake_node(FakeCluster *c, size_t i)
{
    return c->nodes[i].server;
}

NodeId fake_id(const FakeCluster *c, size_t i)
{
    return c->nodes[i].id;
}

void fake_flag(FakeCluster *c, size_t i, const char *flags)
{
    c->nodes[i].flags = flags;
    tell_all(c);
}

void fake_place(FakeCluster *c, size_t i, const char *addr)
{
    c->nodes[i].addr = addr;
    tell_all(c);
}

int fake_cluster_asked(const FakeCluster *c, const char *command)
{
    int n = 0;
    for (size_t i = 0; i < c->n; i++) {
        n += fake_asked(c->nodes[i].server, command);
    }
    return n;
}
