#include "lab_internal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/redis/ask.h"

static const LabNode scenario_nodes[] = {
    {.host = 170, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 172, .port = 7005, .master = -1, .slots = "5461-6825 12288-16383"},
    {.host = 171, .port = 7003, .master = -1, .slots = "6826-12287"},
    {.host = 172, .port = 7008, .master = 0},
    {.host = 172, .port = 7006, .master = 1}, // on its master's host
    {.host = 171, .port = 7004, .master = 2}, // on its master's host
    {.host = 170, .port = 7002, .master = 2},
};

const LabSpec lab_scenario = {
    .nodes = scenario_nodes,
    .n = ARRAY_LEN(scenario_nodes),
    .net = 99,
    .node_timeout_ms = 2000,
};

void lab_tell(const Lab *lab, const char *format, ...)
{
    if (lab->say == NULL) {
        return;
    }
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    lab->say(lab->say_ctx, text);
}

// The copy keeps the spec's strings, so that the caller's may go.
static Lab *lab_new(const LabSpec *spec)
{
    Arena *arena = arena_new();
    Lab *lab = arena_alloc(arena, sizeof(*lab));
    lab->arena = arena;
    lab->claim = -1;
    lab->n = spec->n;
    lab->servers = arena_array(arena, spec->n, sizeof(*lab->servers));
    lab->program = arena_strdup(arena, spec->server != NULL ? spec->server : "redis-server");
    lab->pass = spec->pass != NULL ? arena_strdup(arena, spec->pass) : NULL;
    lab->tls = spec->tls != NULL ? arena_strdup(arena, spec->tls) : NULL;
    lab->stop = spec->stop;
    lab->node_timeout_ms = spec->node_timeout_ms;
    for (size_t i = 0; i < spec->n; i++) {
        LabNode *node = &lab->servers[i].spec;
        *node = spec->nodes[i];
        node->slots = arena_strdup(arena, node->slots != NULL ? node->slots : "");
    }
    size_t n_extra = 0;
    while (spec->extra != NULL && spec->extra[n_extra] != NULL) {
        n_extra++;
    }
    const char **extra = arena_array(arena, n_extra + 1, sizeof(*extra));
    for (size_t i = 0; i < n_extra; i++) {
        extra[i] = arena_strdup(arena, spec->extra[i]);
    }
    lab->extra = extra;
    return lab;
}

static bool start_servers(Lab *lab, const LabSpec *spec, Error *err)
{
    int net = spec->net;
    if (spec->ips != NULL) {
        lab_net_take(lab->servers, lab->n, spec->ips);
    } else {
        lab->claim = lab_net_claim(lab->servers, lab->n, &net, err);
    }
    if (lab->claim < 0 && spec->ips == NULL) {
        return false;
    }
    lab->folder = lab_folder_make(lab->arena, err);
    if (lab->folder == NULL) {
        return false;
    }
    for (size_t i = 0; i < lab->n; i++) {
        LabServer *s = &lab->servers[i];
        s->folder = arena_printf(lab->arena, "%s/%d-%d", lab->folder, s->spec.host, s->spec.port);
        if (!lab_server_start(lab, s, err)) {
            return false;
        }
    }
    return true;
}

Lab *lab_start(const LabSpec *spec, void (*say)(void *ctx, const char *text), void *ctx, Error *err)
{
    Lab *lab = lab_new(spec);
    lab->say = say;
    lab->say_ctx = ctx;
    if (!start_servers(lab, spec, err) || !lab_cluster_make(lab, err)) {
        lab_free(lab);
        return NULL;
    }
    return lab;
}

void lab_free(Lab *lab)
{
    if (lab == NULL) {
        return;
    }
    for (size_t i = 0; i < lab->n; i++) {
        lab_kill(lab, i); // all at once, then wait for each
    }
    for (size_t i = 0; i < lab->n; i++) {
        lab_server_end(&lab->servers[i]);
    }
    if (lab->folder != NULL) {
        lab_folder_remove(lab->folder);
    }
    if (lab->claim >= 0) {
        close(lab->claim);
    }
    arena_free(lab->arena);
}

size_t lab_size(const Lab *lab)
{
    return lab->n;
}

const char *lab_folder(const Lab *lab)
{
    return lab->folder;
}

const char *lab_addr(const Lab *lab, size_t i)
{
    return lab->servers[i].addr;
}

const char *lab_ip(const Lab *lab, size_t i)
{
    return lab->servers[i].ip;
}

int lab_port(const Lab *lab, size_t i)
{
    return lab->servers[i].spec.port;
}

const char *lab_id(const Lab *lab, size_t i)
{
    return lab->servers[i].id;
}

int lab_by_port(const Lab *lab, int port)
{
    for (size_t i = 0; i < lab->n; i++) {
        if (lab->servers[i].spec.port == port) {
            return (int)i;
        }
    }
    return -1;
}

bool lab_signal(Lab *lab, size_t i, int signal_number)
{
    return lab_server_is_running(&lab->servers[i]) && kill(lab->servers[i].pid, signal_number) == 0;
}

bool lab_kill(Lab *lab, size_t i)
{
    return lab_signal(lab, i, SIGKILL);
}

bool lab_restart(Lab *lab, size_t i, Error *err)
{
    lab_server_end(&lab->servers[i]); // it holds the port and its nodes.conf until it is gone
    return lab_server_start(lab, &lab->servers[i], err);
}

bool lab_is_running(const Lab *lab, size_t i)
{
    return lab_server_is_running(&lab->servers[i]);
}

bool lab_ask(const Lab *lab, size_t i, int timeout_ms, StrBuf *reply, const char *const *argv)
{
    size_t argc = 0;
    while (argv[argc] != NULL) {
        argc++;
    }
    const char **args = mem_array(argc, sizeof(*args));
    memcpy(args, argv, argc * sizeof(*args));
    const LabServer *server = &lab->servers[i];
    Arena *scratch = arena_new();
    const char *where = lab->tls != NULL ? lab_server_socket(server, scratch) : server->ip;
    bool ok = ask(where, server->spec.port, lab->pass, timeout_ms, reply, (int)argc, args, NULL);
    arena_free(scratch);
    mem_free(args);
    return ok;
}
