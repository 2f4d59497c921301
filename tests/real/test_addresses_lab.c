// Clusters on IPv6, behind NAT, under names, and such as do not stay where they are: real servers,
// most of them in networks of their own.
#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forward.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "sides.h"
#include "stage.h"

static const char *const open_to_all[] = {"--protected-mode", "no", NULL};

static int clear(void **state)
{
    int status = stage_clear(state); // servers end where they are
    forward_stop();
    sides_leave();
    return status;
}

#define NETTED(claim) cmocka_unit_test_teardown(claim, clear)

static const json_t *check_of(const char *const *words, int *status)
{
    Run *run = stage_run(NULL, words);
    *status = run_end(run, LIMIT_MS);
    const json_t *document = run_json(run);
    if (document == NULL) {
        fail_msg("%s (exit %d) gave no document: %s%s", words[0], *status, run_out(run),
                 run_err(run));
    }
    return document;
}

// The master or replica of this address; NULL: there is none.
static const json_t *node_at(const json_t *document, const char *addr)
{
    size_t i;
    size_t k;
    const json_t *master;
    const json_t *replica;
    json_array_foreach(json_object_get(document, "masters"), i, master)
    {
        if (strcmp(word_in(master, "addr"), addr) == 0) {
            return master;
        }
        json_array_foreach(json_object_get(master, "replicas"), k, replica)
        {
            if (strcmp(word_in(replica, "addr"), addr) == 0) {
                return replica;
            }
        }
    }
    return NULL;
}

static void assert_state(const json_t *document, const char *addr, const char *wanted)
{
    const json_t *node = node_at(document, addr);
    if (node == NULL || strcmp(word_in(node, "state"), wanted) != 0) {
        fail_msg("%s is %s, not %s", addr, node == NULL ? "not there" : word_in(node, "state"),
                 wanted);
    }
}

static void assert_has(const char *text, const char *words)
{
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    }
}

// --- IPv6 ----------------------------------------------------------------------------------------

static const LabNode v6_nodes[] = {
    {.host = 1, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 2, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 3, .port = 7003, .master = -1, .slots = "10923-16383"},
    {.host = 1, .port = 7004, .master = 0},
    {.host = 3, .port = 7005, .master = 0},
    {.host = 2, .port = 7006, .master = 2},
};

static const char *const v6_ips[] = {"fd00::a:1", "fd00::a:2", "::1",
                                     "fd00::a:1", "::1",       "fd00::a:2"};

static void a_cluster_on_ipv6_is_seen_named_and_healed(void **state)
{
    (void)state;
    int status;
    sides_open();
    sides_address(SIDE_A, "fd00::a:1/128");
    sides_address(SIDE_A, "fd00::a:2/128");
    LabSpec spec = {.nodes = v6_nodes,
                    .n = ARRAY_LEN(v6_nodes),
                    .ips = v6_ips,
                    .node_timeout_ms = 2000,
                    .extra = open_to_all};
    (void)stage_lab(&spec);
    const json_t *document =
        check_of((const char *[]){"plan", "--format", "json", "[::1]:7003", NULL}, &status);
    assert_int_equal(status, 4);
    const json_t *move = json_array_get(json_object_get(document, "moves"), 0);
    assert_has(word_in(move, "command"), "redis-cli -h fd00::a:1 -p 7004 CLUSTER REPLICATE ");
    document = check_of(
        (const char *[]){"check", "--format", "json", "-h", "::1", "-p", "7003", NULL}, &status);
    assert_state(document, "[fd00::a:2]:7002", "orphaned");
    assert_state(document, "[::1]:7005", "working");
    assert_string_equal(word_in(node_at(document, "[fd00::a:1]:7004"), "host"), "fd00::a:1");
    Run *heal = stage_run(NULL, (const char *[]){"move", "[::1]:7005", "[fd00::a:2]:7002", "--yes",
                                                 "[fd00::a:1]:7001", NULL});
    assert_int_equal(run_end(heal, LIMIT_MS), 0);
    document = check_of(
        (const char *[]){"check", "--format", "json", "fd00::a:2", "-p", "7006", NULL}, &status);
    assert_state(document, "[fd00::a:2]:7002", "protected");
    assert_int_equal(number_in(node_at(document, "[fd00::a:2]:7002"), "working"), 1);
}

// --- NAT -----------------------------------------------------------------------------------------

static const LabNode container_nodes[] = {
    {.host = 2, .port = 6379, .master = -1, .slots = "0-5460"},
    {.host = 3, .port = 6379, .master = -1, .slots = "5461-10922"},
    {.host = 4, .port = 6379, .master = -1, .slots = "10923-16383"},
    {.host = 5, .port = 6379, .master = 0},
    {.host = 6, .port = 6379, .master = 0},
};

static const char *const container_ips[] = {"172.17.0.2", "172.17.0.3", "172.17.0.4", "172.17.0.5",
                                            "172.17.0.6"};

static const Forward published[] = {
    {7001, "172.17.0.2", 6379}, {7002, "172.17.0.3", 6379}, {7003, "172.17.0.4", 6379},
    {7004, "172.17.0.5", 6379}, {7005, "172.17.0.6", 6379},
};

static Lab *start_containers(void)
{
    sides_open();
    for (size_t i = 0; i < ARRAY_LEN(container_ips); i++) {
        char address[32];
        snprintf(address, sizeof(address), "%s/32", container_ips[i]);
        sides_address(SIDE_A, address);
    }
    LabSpec spec = {.nodes = container_nodes,
                    .n = ARRAY_LEN(container_nodes),
                    .ips = container_ips,
                    .node_timeout_ms = 2000,
                    .extra = open_to_all};
    Lab *lab = stage_lab(&spec);
    forward_start(published, ARRAY_LEN(published));
    return lab;
}

// The command line of the README, with the program under test for `rehome`, and more words.
static Run *run_example(const char *more)
{
    char path[PATH_MAX];
    char line[1024] = "";
    char command[2048];
    const char *root = getenv("REHOME_ROOT");
    snprintf(path, sizeof(path), "%s/README.md", root != NULL ? root : ".");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (strstr(line, "--map") == NULL || strncmp(line, "rehome ", 7) != 0) {
        assert_non_null(fgets(line, sizeof(line), file));
    }
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    snprintf(command, sizeof(command), "\"$REHOME_BIN\" %s %s", line + 7, more);
    return stage_other((const char *[]){"/bin/sh", "-c", command, NULL});
}

static void behind_nat_the_map_leads_to_the_nodes(void **state)
{
    (void)state;
    int status;
    Lab *lab = start_containers();
    sides_enter(SIDE_B);
    Run *without = stage_run(NULL, (const char *[]){"check", "127.0.0.1:7001", NULL});
    assert_int_not_equal(run_end(without, LIMIT_MS), 0);
    assert_has(run_out(without), "172.17.0.3:6379");
    // As the README has it; the replicas are mapped by the configuration.
    char config[PATH_MAX];
    snprintf(config, sizeof(config), "%s/map.ini", stage_folder());
    FILE *file = fopen(config, "we");
    assert_non_null(file);
    fputs("[rehome]\nmap = 172.17.0.5=127.0.0.1:7004\nmap = 172.17.0.6=127.0.0.1:7005\n", file);
    fclose(file);
    char more[PATH_MAX + 64];
    snprintf(more, sizeof(more), "--format json --config '%s'", config);
    Run *example = run_example(more);
    assert_int_equal(run_end(example, LIMIT_MS), 2); // two orphans
    const json_t *document = run_json(example);
    assert_non_null(document);
    assert_state(document, "172.17.0.2:6379", "protected");
    assert_state(document, "172.17.0.3:6379", "orphaned");
    assert_state(document, "172.17.0.5:6379", "working");
    assert_state(document, "172.17.0.6:6379", "working");
    // What is shown to be typed works from here, and so does what it would do.
    const char *const all[] = {"--config", config,
                               "--map",    "*=127.0.0.1:7001",
                               "--map",    "172.17.0.3=127.0.0.1:7002,172.17.0.4=127.0.0.1:7003"};
    document = check_of((const char *[]){"plan", "--format", "json", all[0], all[1], all[2], all[3],
                                         all[4], all[5], "127.0.0.1:7002", NULL},
                        &status);
    assert_int_equal(status, 4);
    const json_t *move = json_array_get(json_object_get(document, "moves"), 0);
    assert_has(word_in(move, "command"), "redis-cli -h 127.0.0.1 -p 700");
    Run *made = stage_run(NULL, (const char *[]){"move", "127.0.0.1:7005", "172.17.0.3:6379",
                                                 "--yes", all[0], all[1], all[2], all[3], all[4],
                                                 all[5], "127.0.0.1:7001", NULL});
    if (run_end(made, LIMIT_MS) != 0) {
        fail_msg("%s%s", run_out(made), run_err(made));
    }
    sides_enter(SIDE_A);
    StrBuf reply = {0};
    assert_true(lab_ask(lab, 4, 2000, &reply, (const char *[]){"INFO", "replication", NULL}));
    assert_has(strbuf_text(&reply), "master_host:172.17.0.3");
    strbuf_done(&reply);
}

// --- names ---------------------------------------------------------------------------------------

static const LabNode three_masters[] = {
    {.host = 171, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 172, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 173, .port = 7003, .master = -1, .slots = "10923-16383"},
};

// A name server that takes questions and never answers.
static int open_silent_name_server(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void a_silent_name_server_delays_nobody(void **state)
{
    (void)state;
    sides_open();
    sides_enter(SIDE_A);
    LabSpec spec = {.nodes = three_masters, .n = ARRAY_LEN(three_masters), .node_timeout_ms = 2000};
    Lab *lab = stage_lab(&spec);
    int fd = open_silent_name_server();
    char path[PATH_MAX];
    char command[PATH_MAX + 400];
    snprintf(path, sizeof(path), "%s/resolv.conf", stage_folder());
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n", file); // longer than LIMIT_MS
    fclose(file);
    snprintf(command, sizeof(command),
             "mount --bind '%s' /etc/resolv.conf && exec \"$REHOME_BIN\" check --format json "
             "silent.example:7001 %s --map '%s=other.silent.example'",
             path, lab_addr(lab, 0), lab_addr(lab, 2));
    Run *run = stage_other((const char *[]){"unshare", "-m", "/bin/sh", "-c", command, NULL});
    int status = run_end(run, LIMIT_MS); // of one that waits for no name, not even to end
    close(fd);
    const json_t *document = run_json(run);
    if (document == NULL) {
        fail_msg("exit %d: %s%s", status, run_out(run), run_err(run));
    }
    assert_state(document, lab_addr(lab, 0), "orphaned");
    assert_state(document, lab_addr(lab, 1), "orphaned");
    assert_non_null(node_at(document, lab_addr(lab, 2)));
    assert_has(run_out(run), "other.silent.example");
}

TESTS(addresses_lab, NETTED(a_cluster_on_ipv6_is_seen_named_and_healed),
      NETTED(behind_nat_the_map_leads_to_the_nodes), NETTED(a_silent_name_server_delays_nobody))
