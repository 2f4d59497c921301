// Documents of real runs against the schemas, by our own validator and, where Python has one, by
// that too: then the schemas are what JSON Schema says, and ours reads them as others do.
#include "stage.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema.h"

static const char validator[] =
    "import json, sys, warnings\n"
    "warnings.simplefilter('ignore')\n"
    "try:\n"
    "    import jsonschema\n"
    "    V = jsonschema.Draft202012Validator\n"
    "except (ImportError, AttributeError):\n"
    "    print('no jsonschema for Draft 2020-12')\n"
    "    sys.exit(0)\n"
    "folder, files = sys.argv[1], sys.argv[2:]\n"
    "load = lambda name: json.load(open('%s/%s.json' % (folder, name)))\n"
    "for name in ['common', 'check', 'plan', 'whatif', 'heal', 'event', 'holds', 'hook', "
    "'audit']:\n"
    "    V.check_schema(load(name))\n"
    "for path in files:\n"
    "    name = path.rsplit('/', 1)[1].split('.')[0]\n"
    "    text = open(path).read()\n"
    "    lines = text.splitlines() if name in ('event', 'audit', 'hook') else [text]\n"
    "    base = 'file://%s/' % folder\n"
    "    check = V(load(name), resolver=jsonschema.RefResolver(base, load(name)))\n"
    "    for line in lines:\n"
    "        check.validate(json.loads(line))\n"
    "    broken = json.loads(lines[0])\n"
    "    broken['more'] = 1\n"
    "    assert not check.is_valid(broken), name\n"
    "print('validated with jsonschema: %d files' % len(files))\n";

enum { FILES_MAX = 8 };

// What is to be looked at by the other validator too.
typedef struct {
    char path[FILES_MAX][512];
    size_t n;
} Kept;

static void keep(Kept *kept, const char *name, const char *text, bool lines)
{
    char why[2400];
    if (!schema_fits_text(name, text, lines, why, sizeof(why))) {
        fail_msg("%s", why);
    }
    char *path = kept->path[kept->n++];
    snprintf(path, sizeof(kept->path[0]), "%s/%s.json", stage_folder(), name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void keep_run(Kept *kept, const Lab *lab, const char *name, const char *const *words)
{
    Run *run = stage_run(lab, words);
    run_end(run, LIMIT_MS);
    keep(kept, name, run_out(run), false);
}

static const char *file_text(const char *path)
{
    Run *run = stage_other((const char *[]){"cat", path, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    return run_out(run);
}

static void validate_with_python(const Kept *kept)
{
    char root[PATH_MAX];
    char folder[PATH_MAX + 16];
    const char *given = getenv("REHOME_ROOT");
    assert_non_null(realpath(given != NULL ? given : ".", root));
    snprintf(folder, sizeof(folder), "%s/tests/schema", root);
    const char *argv[FILES_MAX + 6] = {"python3", "-c", validator, folder};
    for (size_t i = 0; i < kept->n; i++) {
        argv[4 + i] = kept->path[i];
    }
    Run *which = stage_other((const char *[]){"sh", "-c", "command -v python3", NULL});
    if (run_end(which, LIMIT_MS) != 0) {
        stage_measured("no python3");
        return;
    }
    Run *run = stage_other(argv);
    if (run_end(run, LIMIT_MS) != 0) {
        fail_msg("%s", run_err(run));
    }
    stage_measured("%s", run_out(run));
}

// A master loses its replica, gets another one by a command with hook and audit, and a downtime.
static void what_every_command_writes_fits_its_schema(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    char audit[512];
    char hook[512];
    char tell[640];
    snprintf(audit, sizeof(audit), "%s/kept.audit", stage_folder());
    snprintf(hook, sizeof(hook), "%s/kept.hook", stage_folder());
    snprintf(tell, sizeof(tell), "cat >>'%s'", hook);
    lab_kill(lab, stage_port(lab, 7008));
    for (int port = 7001; port <= 7005; port += 2) {
        stage_wait_reply(lab, port, "slave,fail ", (const char *[]){"CLUSTER", "NODES", NULL});
    }
    Kept kept = {0};
    keep_run(&kept, lab, "check", (const char *[]){"check", "--format", "json", NULL});
    keep_run(&kept, lab, "plan", (const char *[]){"plan", "--format", "json", "--spread", NULL});
    char url[64];
    snprintf(url, sizeof(url), "redis://%s", lab_addr(lab, 0));
    keep_run(&kept, NULL, "whatif", (const char *[]){"whatif", "--format", "json", url, NULL});
    keep_run(&kept, lab, "heal",
             (const char *[]){"heal", "--format", "json", "--spread", "--dry-run", NULL});
    Run *watch = stage_run(lab, (const char *[]){"watch", "--format", "json", "--auto", "act",
                                                 "--grace", "0", "--audit", audit, "--before-move",
                                                 tell, "--after-move", tell, NULL});
    run_event(watch, "protected", 7001, LIMIT_MS); // by us, or by the servers if they were first
    Run *down = stage_run(lab, (const char *[]){"downtime", ":7004", NULL});
    assert_int_equal(run_end(down, LIMIT_MS), 0);
    run_event(watch, "downtime", 0, LIMIT_MS);
    run_signal(watch, SIGTERM);
    assert_int_equal(run_end(watch, LIMIT_MS), 0);
    keep(&kept, "event", run_out(watch), true);
    char why[2400];
    Run *replay = stage_run(NULL, (const char *[]){"replay", "--format", "json", NULL});
    assert_int_equal(run_end(replay, LIMIT_MS), 0); // what the flight recorder kept of it
    if (!schema_fits_text("event", run_out(replay), true, why, sizeof(why))) {
        fail_msg("%s", why);
    }
    keep(&kept, "audit", file_text(audit), true);
    Run *told = stage_other((const char *[]){"cat", hook, NULL});
    if (run_end(told, LIMIT_MS) == 0) { // no move of ours where the servers were first
        keep(&kept, "hook", run_out(told), true);
    }
    char port[16];
    snprintf(port, sizeof(port), "%d", lab_port(lab, 0));
    keep_run(
        &kept, NULL, "holds",
        (const char *[]){"downtime", "--format", "json", "-h", lab_ip(lab, 0), "-p", port, NULL});
    validate_with_python(&kept);
}

TESTS(schema, STAGED(what_every_command_writes_fits_its_schema))
