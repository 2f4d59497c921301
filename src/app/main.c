#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "options.h"
#include "rehome/redis/link.h"

static void ignore_broken_pipes(void)
{
    // hiredis writes without MSG_NOSIGNAL, and stdout may be closed under us.
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
}

// One connection to each node, and many systems allow 1024 files unless asked for more.
static void allow_many_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int show(const char *text)
{
    return fputs(text, stdout) == EOF || fflush(stdout) != 0 ? 1 : 0;
}

static int show_help(void)
{
    StrBuf help = {0};
    options_help(&help);
    int status = show(strbuf_text(&help));
    strbuf_done(&help);
    return status;
}

static int show_version(void)
{
    StrBuf text = {0};
    strbuf_addf(&text, "rehome %s (%s, no TLS)\n", REHOME_VERSION, link_library());
    int status = show(strbuf_text(&text));
    strbuf_done(&text);
    return status;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    ignore_broken_pipes();
    allow_many_connections();
    Options o;
    Error err = {0};
    int status;
    if (!options_parse(argc, argv, &o, &err)) {
        fprintf(stderr, "rehome: %s\n", err.text);
        status = 2;
    } else if (o.help) {
        status = show_help();
    } else if (o.version) {
        status = show_version();
    } else {
        status = o.command->run(&o);
    }
    options_done(&o);
    return status;
}
