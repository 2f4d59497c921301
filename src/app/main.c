#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command_table.h"
#include "commands.h"
#include "config.h"
#include "help_text.h"
#include "options.h"
#include "rehome/base/arena.h"
#include "rehome/redis/link.h"
#include "rehome/report/nagios.h"
#include "session.h"

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

// Else the first connection would be what we print to. The wrong way round, so that writing to it
// is an error and not a success.
static void fill_closed_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

static int show_help(void)
{
    StrBuf help = {0};
    help_text(&help);
    int status = session_print(&help) ? 0 : 1;
    strbuf_done(&help);
    return status;
}

static int show_version(void)
{
    StrBuf text = {0};
    strbuf_addf(&text, "rehome %s (%s, no TLS)\n", REHOME_VERSION, link_library());
    int status = session_print(&text) ? 0 : 1;
    strbuf_done(&text);
    return status;
}

static int show_default_config(void)
{
    StrBuf text = {0};
    config_default(&text);
    int status = session_print(&text) ? 0 : 1;
    strbuf_done(&text);
    return status;
}

static void say_lines(const StrBuf *text)
{
    StrView rest = sv(strbuf_text(text));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        session_say("%.*s", (int)line.n, line.at);
    }
}

// Nagios shows stdout, and would take the status of wrong usage for a critical cluster.
static int tell_usage(const StrBuf *wrong, Format format)
{
    say_lines(wrong);
    if (format != FORMAT_NAGIOS) {
        return 2;
    }
    StrBuf line = {0};
    StrView first = {0};
    StrView rest = sv(strbuf_text(wrong));
    sv_next(&rest, '\n', &first);
    Arena *arena = arena_new();
    nagios_unknown(&line, arena_strndup(arena, first.at, first.n));
    session_print(&line);
    arena_free(arena);
    strbuf_done(&line);
    return 3;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    fill_closed_streams();
    ignore_broken_pipes();
    allow_many_connections();
    Options o;
    StrBuf wrong = {0};
    int status;
    if (!options_parse(argc, argv, &o, &wrong)) {
        status = tell_usage(&wrong, o.format);
    } else if (o.default_config) {
        status = show_default_config();
    } else if (o.help) {
        status = show_help();
    } else if (o.version) {
        status = show_version();
    } else if (o.list_themes) {
        status = command_list_themes(&o);
    } else if (o.check_theme != NULL) {
        status = command_check_theme(&o);
    } else {
        status = o.command->run(&o);
    }
    strbuf_done(&wrong);
    options_done(&o);
    return status;
}
