// `demo`: the owner's scenario on real servers. On a terminal the dashboard with keys to kill and
// restart nodes; elsewhere the story as text.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "dashboard.h"
#include "demo_lab.h"
#include "demo_story.h"
#include "rehome/app/lab.h"
#include "session.h"

static void say_step(void *ctx, const char *text)
{
    (void)ctx;
    session_say("%s", text);
}

static int show_dashboard(const Options *given)
{
    Error err = {0};
    Lab *lab = demo_lab_start(say_step, &err);
    if (lab == NULL) {
        session_say("%s", err.text);
        return 1;
    }
    setenv("XDG_STATE_HOME", lab_folder(lab), 1); // what is kept for this cluster ends with it
    Options o = *given;
    o.user = o.pass = NULL; // those of a configuration are another cluster's
    o.ask_pass = false;
    for (o.n_seeds = 0; o.n_seeds < lab_size(lab); o.n_seeds++) {
        Address *seed = &o.seeds[o.n_seeds];
        *seed = (Address){.port = lab_port(lab, o.n_seeds)};
        snprintf(seed->host, sizeof(seed->host), "%s", lab_ip(lab, o.n_seeds));
    }
    int status = dashboard_run(&o, lab);
    lab_free(lab);
    return status;
}

int command_demo(const Options *o)
{
    return isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) ? show_dashboard(o) : demo_story_tell();
}
