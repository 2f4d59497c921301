// Servers that speak nothing but TLS: looked at, moved, and each way in which it can go wrong, in
// words. Where the build or redis-server has no TLS, what needs it is skipped.
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rehome/base/mem.h"

// Certificates of one CA, and one of another. $1: the folder, $2: the names of the nodes.
static const char make_certificates[] =
    "set -e; cd \"$1\"\n"
    "new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'\n"
    "for ca in ca other; do\n"
    "  openssl req -x509 $new -keyout $ca.key -out $ca.crt -days 30 -subj /CN=$ca\n"
    "done\n"
    "sign() {\n" // name, for whom, for how long
    "  openssl req $new -keyout $1.key -out $1.csr -subj \"/CN=$1\"\n"
    "  echo \"subjectAltName=$2\" >$1.ext\n"
    "  openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile $1.ext \\\n"
    "    -out $1.crt $3\n"
    "}\n"
    "sign node DNS:node.example '-days 20'\n"
    "sign soon \"$2\" '-days 5'\n"
    "sign client DNS:client '-days 20'\n"
    // Not every openssl makes what has ended: without it the tests that need it are skipped.
    "sign old \"$2\" '-not_before 20200101000000Z -not_after 20200201000000Z' || rm -f old.crt\n";

static const LabNode nodes[] = {
    {.host = 1, .port = 7001, .master = -1, .slots = "0-5460"},
    {.host = 2, .port = 7002, .master = -1, .slots = "5461-10922"},
    {.host = 3, .port = 7003, .master = -1, .slots = "10923-16383"},
    {.host = 2, .port = 7011, .master = 0},
    {.host = 3, .port = 7021, .master = 0},
    {.host = 3, .port = 7012, .master = 1},
    {.host = 1, .port = 7013, .master = 2},
};

typedef struct {
    Lab *lab;
    char folder[300];
    char ca[400];
    char other[400];
    char cert[400];
    char key[400];
} World;

static bool says(const char *const *argv, const char *text)
{
    Run *run = stage_other(argv);
    (void)run_end(run, LIMIT_MS);
    return strstr(run_out(run), text) != NULL || strstr(run_err(run), text) != NULL;
}

static bool build_has_tls(void)
{
    return says((const char *[]){getenv("REHOME_BIN"), "--version", NULL}, "OpenSSL");
}

static void need_tls_server(void)
{
    stage_needs_settings((const char *[]){"--tls-cluster", "yes", NULL});
}

static void need_tls(void)
{
    if (!build_has_tls()) {
        print_message("this build has no TLS: hiredis is older than 1.0\n");
        skip();
    }
    need_tls_server();
}

static World start(bool wants_clients)
{
    World w;
    snprintf(w.folder, sizeof(w.folder), "%s/tls-XXXXXX", stage_folder());
    assert_non_null(mkdtemp(w.folder));
    snprintf(w.ca, sizeof(w.ca), "%s/ca.crt", w.folder);
    snprintf(w.other, sizeof(w.other), "%s/other.crt", w.folder);
    snprintf(w.cert, sizeof(w.cert), "%s/client.crt", w.folder);
    snprintf(w.key, sizeof(w.key), "%s/client.key", w.folder);
    const char *names = "DNS:soon.example";
    Run *run =
        stage_other((const char *[]){"sh", "-c", make_certificates, "sh", w.folder, names, NULL});
    if (run_end(run, LIMIT_MS) != 0) {
        fail_msg("no certificates: %s", run_err(run));
    }
    const char *const extra[] = {"--tls-auth-clients", wants_clients ? "yes" : "no", NULL};
    LabSpec spec = {.nodes = nodes,
                    .n = ARRAY_LEN(nodes),
                    .node_timeout_ms = 5000,
                    .extra = extra,
                    .tls = w.folder};
    w.lab = stage_lab(&spec);
    return w;
}

// Every node shows this certificate from now on, loaded as our remedy has it.
static void show(const World *w, const char *name)
{
    static const char put[] = "cd \"$1\" && cp $2.key node.key && cp $2.crt node.crt";
    char cert[400];
    Run *run = stage_other((const char *[]){"sh", "-c", put, "sh", w->folder, name, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    snprintf(cert, sizeof(cert), "%s/node.crt", w->folder);
    for (size_t i = 0; i < lab_size(w->lab); i++) {
        const char *said =
            stage_ask(w->lab, lab_port(w->lab, i),
                      (const char *[]){"CONFIG", "SET", "tls-cert-file", cert, NULL});
        assert_string_equal(said, "OK");
    }
}

// `check` with these words is refused, and says this.
static void assert_refused(const Lab *lab, const char *const *words, const char *text)
{
    Run *run = stage_run(lab, words);
    int status = run_end(run, LIMIT_MS);
    if (status != 3 || strstr(run_err(run), text) == NULL) {
        fail_msg("wanted exit 3 and \"%s\", got exit %d and \"%s\"", text, status, run_err(run));
    }
}

static const json_t *checked(const Lab *lab, const char *const *words)
{
    Run *run = stage_run(lab, words);
    int status = run_end(run, LIMIT_MS);
    const json_t *document = run_json(run);
    if (status > 2 || document == NULL) {
        fail_msg("exit %d: %s", status, run_err(run));
    }
    return document;
}

static const char *finding_in(const json_t *document, const char *code, const char *key)
{
    size_t i;
    const json_t *finding;
    json_array_foreach(json_object_get(document, "findings"), i, finding)
    {
        if (strcmp(word_in(finding, "code"), code) == 0) {
            return word_in(finding, key);
        }
    }
    return "";
}

static void a_build_without_tls_says_so_with_the_remedy(void **state)
{
    (void)state;
    if (build_has_tls()) {
        print_message("this build has TLS\n");
        skip();
    }
    const char *bin = getenv("REHOME_BIN");
    assert_true(says((const char *[]){bin, "--version", NULL}, "no TLS"));
    assert_true(says((const char *[]){bin, "--version", NULL}, "hiredis is 1.0 or newer"));
    static const char *const words[][4] = {{"check", "--tls", "127.0.0.1:1", NULL},
                                           {"watch", "rediss://u:sEcret@127.0.0.1:1", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        Run *run = stage_run(NULL, words[i]);
        assert_int_equal(run_end(run, LIMIT_MS), 2);
        assert_non_null(strstr(run_err(run), "this build has no TLS: build rehome where hiredis"));
        assert_null(strstr(run_err(run), "sEcret"));
    }
}

// Any build.
static void who_speaks_plain_text_to_a_tls_port_is_told_of_it(void **state)
{
    (void)state;
    need_tls_server();
    World w = start(true);
    assert_refused(w.lab, (const char *[]){"check", NULL}, "TLS port? then --tls)");
}

static void a_cluster_that_wants_certificates_is_looked_at_and_moved(void **state)
{
    (void)state;
    need_tls();
    World w = start(true);
    const json_t *document = checked(
        w.lab, (const char *[]){"check", "--format", "json", "--tls", "--sni", "node.example",
                                "--cacert", w.ca, "--cert", w.cert, "--key", w.key, NULL});
    assert_int_equal(number_in(json_object_get(document, "cluster"), "known_nodes"), 7);
    assert_int_equal(number_in(master_in(document, 7001), "spares"), 1);
    Run *watch = stage_run(w.lab, (const char *[]){"watch", "--format", "json", "--tls", "--sni",
                                                   ".example", "--cacert", w.ca, "--cert", w.cert,
                                                   "--key", w.key, NULL});
    run_event(watch, "connected", 0, LIMIT_MS);
    Run *move = stage_run(w.lab, (const char *[]){"move", ":7021", ":7002", "--yes", "--tls",
                                                  "--sni", "node.example", "--cacert", w.ca,
                                                  "--cert", w.cert, "--key", w.key, NULL});
    if (run_end(move, LIMIT_MS) != 0) {
        fail_msg("the move failed: %s", run_err(move));
    }
    run_event(watch, "replica-moved", 7021, LIMIT_MS);
}

static void what_is_wrong_with_a_certificate_is_said(void **state)
{
    (void)state;
    need_tls();
    World w = start(true);
    assert_refused(w.lab, (const char *[]){"check", "--tls", "--cacert", w.other, NULL},
                   "not from a CA that we trust");
    assert_refused(w.lab, (const char *[]){"check", "--tls", "--cacert", w.ca, NULL},
                   "its certificate is for node.example, not for 127.");
    assert_refused(
        w.lab, (const char *[]){"check", "--tls", "--cacert", w.ca, "--sni", "else.example", NULL},
        "not for else.example; if that is right: --sni node.example");
    assert_refused(
        w.lab, (const char *[]){"check", "--tls", "--cacert", w.ca, "--sni", "node.example", NULL},
        "--cert and --key");
    char key[400];
    snprintf(key, sizeof(key), "%s/other.key", w.folder);
    assert_refused(
        w.lab,
        (const char *[]){"check", "--tls", "--insecure", "--cert", w.other, "--key", key, NULL},
        "it refuses our certificate (--cert)");
    Run *run =
        stage_run(w.lab, (const char *[]){"check", "--tls", "--cert", w.cert, "--key", key, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 2);
    assert_non_null(strstr(run_err(run), "expected the private key of --cert"));
}

static void without_checks_any_certificate_is_taken(void **state)
{
    (void)state;
    need_tls();
    World w = start(false);
    const json_t *document =
        checked(w.lab, (const char *[]){"check", "--format", "json", "--tls", "--insecure", NULL});
    assert_int_equal(number_in(json_object_get(document, "cluster"), "known_nodes"), 7);
    assert_string_equal(finding_in(document, "certificate", "code"), "");
    show(&w, "soon");
    document = checked(w.lab, (const char *[]){"check", "--format", "json", "--tls", "--cacert",
                                               w.ca, "--sni", "soon.example", NULL});
    assert_string_equal(finding_in(document, "certificate", "severity"), "warning");
    assert_non_null(strstr(finding_in(document, "certificate", "text"), "in 4d23h; 6 others too"));
    assert_non_null(strstr(finding_in(document, "certificate", "remedy"), "redis-cli --tls --sni"));
}

static void an_expired_certificate_is_named_with_its_day(void **state)
{
    (void)state;
    need_tls();
    World w = start(false);
    char old[400];
    snprintf(old, sizeof(old), "%s/old.crt", w.folder);
    if (access(old, R_OK) != 0) {
        print_message("this openssl makes no certificates that have ended\n");
        skip();
    }
    show(&w, "old");
    assert_refused(w.lab, (const char *[]){"check", "--tls", "--cacert", w.ca, NULL},
                   "has expired");
    const json_t *document =
        checked(w.lab, (const char *[]){"check", "--format", "json", "--tls", "--insecure", NULL});
    assert_string_equal(finding_in(document, "certificate", "severity"), "critical");
    assert_non_null(strstr(finding_in(document, "certificate", "text"), "has ended on 2020-02-01"));
}

static void tls_to_a_plain_port_is_told_of_it(void **state)
{
    (void)state;
    need_tls();
    World w = start(false);
    const char *said =
        stage_ask(w.lab, 7001, (const char *[]){"CONFIG", "SET", "port", "7101", NULL});
    if (strcmp(said, "OK") != 0) {
        print_message("this redis-server cannot open another port while it runs\n");
        skip();
    }
    char plain[64];
    snprintf(plain, sizeof(plain), "rediss://%s:7101", lab_ip(w.lab, 0));
    assert_refused(NULL, (const char *[]){"check", "--cacert", w.ca, plain, NULL},
                   "a port without TLS");
}

TESTS(tls, STAGED(a_build_without_tls_says_so_with_the_remedy),
      STAGED(who_speaks_plain_text_to_a_tls_port_is_told_of_it),
      STAGED(a_cluster_that_wants_certificates_is_looked_at_and_moved),
      STAGED(what_is_wrong_with_a_certificate_is_said),
      STAGED(without_checks_any_certificate_is_taken),
      STAGED(an_expired_certificate_is_named_with_its_day),
      STAGED(tls_to_a_plain_port_is_told_of_it))
