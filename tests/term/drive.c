#include "../unit/unit.h"

#include "drive.h"

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
