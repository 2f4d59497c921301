#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command_table.h"
#include "commands.h"
#include "completion.h"
#include "config.h"
#include "help_text.h"
#include "man_page.h"
#include "node_file.h"
#include "options.h"
#include "paths.h"
#include "rehome/base/arena.h"
#include "rehome/base/mem.h"
#include "rehome/redis/link.h"
#include "rehome/redis/tls.h"
#include "rehome/report/nagios.h"
#include "session.h"
#include "supervisor.h"

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

// Views of a large cluster are large and gone a moment later. By default glibc takes it that such
// pieces will be wanted again, and keeps up to 64 MB of them.
static void give_memory_back(void)
{
    enum { LARGE_BYTES = 64 << 10 };
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
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

static int print(StrBuf *text)
{
    int status = session_print(text) ? 0 : 1;
    strbuf_done(text);
    return status;
}

static int show(void (*write)(StrBuf *out))
{
    StrBuf text = {0};
    write(&text);
    return print(&text);
}

static int show_completion(const char *shell)
{
    StrBuf text = {0};
    completion_script(shell, &text);
    return print(&text);
}

// Asked by the shell at a key: nothing is worth a word on the terminal then.
static int complete(int n, char **words)
{
    Error ignored = {0};
    char *state_dir = NULL;
    StrBuf nodes = {0};
    StrBuf text = {0};
    if (paths_state_dir(&state_dir, &ignored)) {
        (void)node_file_read(state_dir, &nodes, &ignored);
    }
    completion_words((size_t)n, words, sv(strbuf_text(&nodes)), &text);
    strbuf_done(&nodes);
    mem_free(state_dir);
    return print(&text);
}

static void version_text(StrBuf *out)
{
    strbuf_addf(out, "rehome %s (%s, %s, %s)\n", REHOME_VERSION, link_library(), tls_library(),
                supervisor_library());
    if (tls_absent() != NULL) {
        strbuf_addf(out, "%s\n", tls_absent());
    }
}

// Nagios shows stdout, and would take the status of wrong usage for a critical cluster.
static int tell_usage(const StrBuf *wrong, Format format)
{
    session_say_lines(wrong);
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
    give_memory_back();
    if (argc > 1 && strcmp(argv[1], "--complete-words") == 0) {
        return complete(argc - 2, argv + 2);
    }
    Options o;
    StrBuf wrong = {0};
    int status;
    if (!options_parse(argc, argv, &o, &wrong)) {
        status = tell_usage(&wrong, o.format);
    } else if (o.default_config) {
        status = show(config_default);
    } else if (o.help) {
        status = show(help_text);
    } else if (o.version) {
        status = show(version_text);
    } else if (o.man) {
        status = show(man_page);
    } else if (o.completion != NULL) {
        status = show_completion(o.completion);
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
