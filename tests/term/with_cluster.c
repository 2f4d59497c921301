// Makes a cluster of real servers, runs a program, and ends both.
//
//     with_cluster SHAPE [--SETTING VALUE]... -- PROGRAM [ARGUMENT...]
//
// SHAPE is a row of the table below. The settings are redis-server's, for every node. The program
// finds the first three bytes of the cluster's addresses in $NET and us in $CLUSTER_PID, and gets
// addresses of nodes behind its arguments. SIGUSR1 starts again whoever is down. Its exit
// status is ours.
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rehome/app/lab.h"
#include "rehome/base/mem.h"
#include "shape.h"

enum { SEEDS = 7 }; // so many addresses: all others are found from these

static const struct {
    const char *name;
    Shape shape;
} shapes[] = {
    {"fifty", {.masters = 20, .replicas = 1, .spares = 10, .hosts = 10}},
    {"ten", {.masters = 10, .replicas = 1, .spares = 3, .hosts = 5}},
    {"sixty", {.masters = 20, .replicas = 2, .hosts = 6}},
};

static volatile sig_atomic_t restart_wanted;

static void on_restart(int signal_number)
{
    restart_wanted = signal_number;
}

static void say(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "  %s\n", text);
}

// lab_scenario where name is "scenario". false: there is no such shape.
static bool spec_of(Arena *arena, const char *name, LabSpec *spec)
{
    *spec = lab_scenario;
    bool found = strcmp(name, "scenario") == 0;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        if (strcmp(name, shapes[i].name) == 0) {
            spec->nodes = shape_nodes(&shapes[i].shape, arena, &spec->n);
            found = true;
        }
    }
    return found;
}

static void tell_program(const Lab *lab)
{
    char text[24];
    snprintf(text, sizeof(text), "%s", lab_ip(lab, 0));
    *strrchr(text, '.') = '\0';
    setenv("NET", text, 1);
    snprintf(text, sizeof(text), "%d", getpid());
    setenv("CLUSTER_PID", text, 1);
    setenv("XDG_STATE_HOME", lab_folder(lab), 1); // what is kept for this cluster ends with it
}

static char **words_of(Arena *arena, const Lab *lab, char **words)
{
    size_t n = 0;
    while (words[n] != NULL) {
        n++;
    }
    size_t told = lab_size(lab) < SEEDS ? lab_size(lab) : SEEDS;
    char **all = arena_array(arena, n + told + 1, sizeof(*all));
    memcpy(all, words, n * sizeof(*all));
    for (size_t i = 0; i < told; i++) {
        all[n + i] = arena_strdup(arena, lab_addr(lab, i));
    }
    return all;
}

static void restart_all(Lab *lab)
{
    Error err = {0};
    restart_wanted = 0;
    for (size_t i = 0; i < lab_size(lab); i++) {
        if (!lab_is_running(lab, i) && !lab_restart(lab, i, &err)) {
            fprintf(stderr, "with_cluster: %s\n", err.text);
        }
    }
}

static int run(Lab *lab, char **argv)
{
    pid_t pid = 0;
    int status = 0;
    if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0) {
        fprintf(stderr, "with_cluster: cannot run %s\n", argv[0]);
        return 127;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        if (restart_wanted) {
            restart_all(lab);
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int usage(void)
{
    fputs("usage: with_cluster SHAPE [--SETTING VALUE]... -- PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    int split = 2;
    while (split < argc && strcmp(argv[split], "--") != 0) {
        split++;
    }
    Arena *arena = arena_new();
    LabSpec spec;
    if (split + 1 >= argc || !spec_of(arena, argv[1], &spec)) {
        arena_free(arena);
        return usage();
    }
    argv[split] = NULL;
    spec.extra = (const char *const *)(argv + 2);
    struct sigaction restart = {.sa_handler = on_restart}; // no SA_RESTART: it ends waitpid()
    sigaction(SIGUSR1, &restart, NULL);
    Error err = {0};
    int status = 1;
    Lab *lab = lab_start(&spec, say, NULL, &err);
    if (lab == NULL) {
        fprintf(stderr, "with_cluster: %s\n", err.text);
    } else {
        tell_program(lab);
        status = run(lab, words_of(arena, lab, argv + split + 1));
        lab_free(lab);
    }
    arena_free(arena);
    return status;
}
