#include "stage.h"

#include <ftw.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "rehome/base/mem.h"

enum { MAX_LABS = 4, MAX_RUNS = 128, MAX_WORDS = 64, ANSWER_MS = 2000, RETRY_MS = 20 };

static struct {
    char folder[256];
    char ip[16];
    int next_net;
    Lab *labs[MAX_LABS];
    size_t n_labs;
    Run *runs[MAX_RUNS];
    size_t n_runs;
    StrBuf reply;
} stage;

void stage_open(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(stage.folder, sizeof(stage.folder), "%s/rehome-real-XXXXXX",
             tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
    if (mkdtemp(stage.folder) == NULL) {
        perror(stage.folder);
        exit(1);
    }
    setenv("TMPDIR", stage.folder, 1); // labs too, so that nothing is left anywhere else
    setenv("XDG_STATE_HOME", stage.folder, 1);
    setenv("XDG_CONFIG_HOME", stage.folder, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("REDISCLI_AUTH");
    // Somewhere else for each test program, so that two may run at once.
    stage.next_net = 100 + (int)(getpid() % 100);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void stage_close(void)
{
    if (nftw(stage.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0) {
        perror(stage.folder);
    }
    strbuf_done(&stage.reply);
}

const char *stage_folder(void)
{
    return stage.folder;
}

const char *stage_ip(void)
{
    snprintf(stage.ip, sizeof(stage.ip), "127.0.98.%d", 1 + (int)(getpid() % 250));
    return stage.ip;
}

int stage_clear(void **state)
{
    (void)state;
    while (stage.n_runs > 0) {
        run_free(stage.runs[--stage.n_runs]);
    }
    while (stage.n_labs > 0) {
        lab_free(stage.labs[--stage.n_labs]);
    }
    return 0;
}

// It reads its settings in order and ends at the first that it does not understand: with a port
// that is none at their end it tells, without starting anything, whether it came so far.
void stage_needs_settings(const char *const *settings)
{
    const char *argv[MAX_WORDS] = {"redis-server"};
    size_t n = 1;
    while (*settings != NULL && n < MAX_WORDS - 3) {
        argv[n++] = *settings++;
    }
    argv[n++] = "--port";
    argv[n] = "none";
    Run *run = stage_other(argv);
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    if (strstr(run_err(run), ">>> 'port ") == NULL) {
        print_message("this redis-server does not know the settings that the test needs\n");
        skip();
    }
}

static void needs_reply(const Lab *lab, const char *text, const char *const *argv,
                        const char *otherwise)
{
    if (strstr(stage_ask(lab, lab_port(lab, 0), argv), text) == NULL) {
        print_message("this redis-server %s\n", otherwise);
        skip();
    }
}

void stage_needs_counts(const Lab *lab)
{
    needs_reply(lab, "cmdstat_cluster|", (const char *[]){"INFO", "commandstats", NULL},
                "does not count subcommands"); // before 7.0
}

void stage_needs_rights(const Lab *lab)
{
    needs_reply(lab, "OK", (const char *[]){"ACL", "SETUSER", "nobody", "-config|get", NULL},
                "has no rights for each subcommand"); // before 7.0
}

Lab *stage_lab(const LabSpec *spec)
{
    assert_true(stage.n_labs < MAX_LABS);
    if (spec->extra != NULL) {
        stage_needs_settings(spec->extra);
    }
    LabSpec chosen = *spec;
    chosen.net = stage.next_net;
    Error err = {0};
    Lab *lab = lab_start(&chosen, NULL, NULL, &err);
    if (lab == NULL) {
        fail_msg("the lab did not come up: %s", err.text);
    }
    stage.labs[stage.n_labs++] = lab;
    return lab;
}

Lab *stage_still_lab(void)
{
    LabSpec spec = lab_scenario;
    spec.extra = (const char *const[]){"--cluster-allow-replica-migration", "no", NULL};
    return stage_lab(&spec);
}

size_t stage_port(const Lab *lab, int port)
{
    int i = lab_by_port(lab, port);
    assert_true(i >= 0);
    return (size_t)i;
}

Run *stage_other(const char *const *argv)
{
    assert_true(stage.n_runs < MAX_RUNS);
    Run *run = run_start(argv);
    stage.runs[stage.n_runs++] = run;
    return run;
}

Run *stage_run(const Lab *lab, const char *const *words)
{
    const char *argv[MAX_WORDS];
    size_t n = 0;
    argv[n++] = getenv("REHOME_BIN");
    if (argv[0] == NULL) {
        fail_msg("REHOME_BIN is not set to the program to test");
    }
    while (*words != NULL) {
        argv[n++] = *words++;
    }
    for (size_t i = 0; lab != NULL && i < lab_size(lab); i++) {
        argv[n++] = lab_addr(lab, i);
    }
    assert_true(n < MAX_WORDS);
    argv[n] = NULL;
    return stage_other(argv);
}

const json_t *stage_check(const Lab *lab, int *status)
{
    Run *run = stage_run(lab, (const char *[]){"check", "--format", "json", NULL});
    *status = run_end(run, LIMIT_MS);
    const json_t *document = run_json(run);
    if (document == NULL) {
        fail_msg("check (exit %d) gave no document: %s%s", *status, run_out(run), run_err(run));
    }
    return document;
}

static const char *wait_reply(const Lab *lab, int port, const char *text, bool wanted,
                              const char *const *argv)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    for (;;) {
        strbuf_clear(&stage.reply);
        bool ok = lab_ask(lab, stage_port(lab, port), ANSWER_MS, &stage.reply, argv);
        const char *reply = strbuf_text(&stage.reply);
        if (ok && (strstr(reply, text) != NULL) == wanted) {
            return reply;
        }
        if (clock_ms() >= limit) {
            fail_msg("waited for :%d to answer %s \"%s\"; its last reply: %s", port,
                     wanted ? "with" : "without", text, ok ? reply : "none");
        }
        (void)poll(NULL, 0, RETRY_MS); // before asking again
    }
}

const char *stage_wait_reply(const Lab *lab, int port, const char *text, const char *const *argv)
{
    return wait_reply(lab, port, text, true, argv);
}

const char *stage_wait_reply_without(const Lab *lab, int port, const char *text,
                                     const char *const *argv)
{
    return wait_reply(lab, port, text, false, argv);
}

const char *stage_ask(const Lab *lab, int port, const char *const *argv)
{
    return wait_reply(lab, port, "", true, argv);
}

void stage_hold_syncs(const Lab *lab, int port, bool hold)
{
    stage_wait_reply(
        lab, port, "OK",
        (const char *[]){"CONFIG", "SET", "repl-diskless-sync-delay", hold ? "3600" : "0", NULL});
}

static int port_of(const json_t *node)
{
    return addr_port(word_in(node, "addr"));
}

const json_t *master_in(const json_t *document, int port)
{
    size_t i;
    const json_t *master;
    json_array_foreach(json_object_get(document, "masters"), i, master)
    {
        if (port_of(master) == port) {
            return master;
        }
    }
    fail_msg("the document has no master :%d", port);
    return NULL;
}

static const json_t *find_replica(const json_t *document, int port, const json_t **master)
{
    size_t i;
    json_array_foreach(json_object_get(document, "masters"), i, *master)
    {
        size_t k;
        const json_t *replica;
        json_array_foreach(json_object_get(*master, "replicas"), k, replica)
        {
            if (port_of(replica) == port) {
                return replica;
            }
        }
    }
    fail_msg("the document has no replica :%d", port);
    return NULL;
}

const json_t *replica_in(const json_t *document, int port)
{
    const json_t *master = NULL;
    return find_replica(document, port, &master);
}

int master_of(const json_t *document, int port)
{
    const json_t *master = NULL;
    (void)find_replica(document, port, &master);
    return port_of(master);
}

static const json_t *first_with(const json_t *all, const char *key, const char *word)
{
    for (size_t i = 0; i < json_array_size(all); i++) {
        if (strcmp(word_in(json_array_get(all, i), key), word) == 0) {
            return json_array_get(all, i);
        }
    }
    return NULL;
}

const json_t *finding_with(const json_t *document, const char *code)
{
    return first_with(json_object_get(document, "findings"), "code", code);
}

const json_t *disagreement_about(const json_t *document, const char *topic)
{
    const json_t *views = json_object_get(document, "views");
    return first_with(json_object_get(views, "disagreements"), "topic", topic);
}

const char *word_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

int number_in(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value)) {
        fail_msg("\"%s\" is no number", key);
    }
    return (int)json_integer_value(value);
}

int ms_between(const json_t *earlier, const json_t *later)
{
    return (int)((json_number_value(json_object_get(later, "t")) -
                  json_number_value(json_object_get(earlier, "t"))) *
                 1000);
}

void stage_measured(const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    print_message("[ measured ] %s\n", text);
}
