#include "../unit/unit.h"

#include "drive.h"

#include "rehome/base/mem.h"

enum { LONG_MS = 60000 }; // seven servers have to find each other

Pty *driver_start(const PtyStart *how, const char *option)
{
    const char *argv[] = {pty_beside("term_driver"), option, NULL};
    PtyStart start = *how;
    start.argv = argv;
    Pty *p = pty_start(&start);
    assert_non_null(p);
    return p;
}

Pty *driver_shown(const PtyStart *how, const char *option)
{
    Pty *p = driver_start(how, option);
    assert_true(pty_wait(p, "corner"));
    return p;
}

void driver_quit(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

static bool shows(Pty *p, void *context)
{
    return pty_contains(p, context);
}

void drive_wait_long(Pty *p, const char *text)
{
    char *wanted = mem_strdup(text);
    bool seen = pty_wait_until(p, shows, wanted, LONG_MS);
    mem_free(wanted);
    if (!seen) {
        pty_print(p);
        fail_msg("waited in vain for '%s'", text);
    }
}

Lab *drive_lab(void)
{
    Error err = {0};
    LabSpec spec = lab_scenario;
    spec.extra = (const char *const[]){"--cluster-allow-replica-migration", "no", NULL};
    Lab *lab = lab_start(&spec, NULL, NULL, &err);
    if (lab == NULL) {
        fail_msg("%s", err.text);
    }
    return lab;
}
