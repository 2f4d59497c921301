#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "schema.h"
#include "unit/unit.h"

enum { OUT, ERR, STREAMS };

struct Run {
    pid_t pid; // 0: seen to its end
    int status;
    int fd[STREAMS]; // -1: closed
    StrBuf text[STREAMS];
    char *command;    // for messages
    json_t *lines;    // array: the complete lines of stdout that are JSON
    size_t parsed;    // bytes of stdout
    size_t mark;      // index into lines
    json_t *document; // NULL: not parsed yet
};

static void become_child(const char *const *argv, pid_t parent, const int to[STREAMS])
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(126);
    }
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(to[OUT], STDOUT_FILENO);
    dup2(to[ERR], STDERR_FILENO);
    union {
        const char *const *given;
        char *const *wanted; // execvp() does not write to it, whatever its type says
    } args = {.given = argv};
    execvp(argv[0], args.wanted);
    _exit(127);
}

Run *run_start(const char *const *argv)
{
    int from[STREAMS];
    int to[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
        int ends[2];
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        from[i] = ends[0];
        to[i] = ends[1];
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become_child(argv, parent, to);
    }
    assert_true(pid > 0);
    Run *run = mem_alloc(sizeof(*run));
    run->pid = pid;
    run->lines = json_array();
    StrBuf command = {0};
    for (size_t i = 0; argv[i] != NULL; i++) {
        strbuf_addf(&command, "%s%s", i > 0 ? " " : "", argv[i]);
    }
    run->command = mem_strdup(strbuf_text(&command));
    strbuf_done(&command);
    for (int i = 0; i < STREAMS; i++) {
        close(to[i]);
        run->fd[i] = from[i];
    }
    return run;
}

void run_signal(Run *run, int signal_number)
{
    if (run->pid != 0) {
        kill(run->pid, signal_number);
    }
}

int run_pid(const Run *run)
{
    return (int)run->pid;
}

// Read what is there, waiting at most limit_ms for something. False: both streams are at their end.
static bool read_more(Run *run, int64_t limit_ms)
{
    struct pollfd fds[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = (struct pollfd){.fd = run->fd[i], .events = POLLIN};
    }
    if (run->fd[OUT] < 0 && run->fd[ERR] < 0) {
        return false;
    }
    if (poll(fds, STREAMS, limit_ms > 0 ? (int)limit_ms : 0) <= 0) {
        return true;
    }
    for (int i = 0; i < STREAMS; i++) {
        char bytes[16384];
        if (run->fd[i] < 0 || fds[i].revents == 0) {
            continue;
        }
        ssize_t n = read(run->fd[i], bytes, sizeof(bytes));
        if (n > 0) {
            strbuf_add_sv(&run->text[i], sv_of(bytes, (size_t)n));
        } else if (n == 0 || errno != EINTR) {
            close(run->fd[i]);
            run->fd[i] = -1;
        }
    }
    return true;
}

static void give_up(Run *run, const char *what)
{
    // not through cmocka, which cuts at 1 KB
    fprintf(stderr, "--- %s\n--- stdout\n%s\n--- stderr\n%s\n---\n", run->command, run_out(run),
            run_err(run));
    fail_msg("%s: %s", run->command, what);
}

// Whatever the program writes fits its schema, whoever looks at it and for what.
static void assert_known_shape(Run *run, const json_t *document)
{
    char why[2400];
    const char *name = schema_name(document);
    if (name != NULL && !schema_fits(name, document, why, sizeof(why))) {
        give_up(run, why);
    }
}

int run_end(Run *run, int limit_ms)
{
    int64_t limit = clock_ms() + limit_ms;
    while (read_more(run, limit - clock_ms())) {
        if (clock_ms() >= limit) {
            give_up(run, "did not end in time");
        }
    }
    if (run->pid != 0) {
        int status = 0;
        while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR) {
        }
        run->pid = 0;
        run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return run->status;
}

void run_free(Run *run)
{
    if (run == NULL) {
        return;
    }
    if (run->pid != 0) {
        kill(run->pid, SIGKILL);
        while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    for (int i = 0; i < STREAMS; i++) {
        if (run->fd[i] >= 0) {
            close(run->fd[i]);
        }
        strbuf_done(&run->text[i]);
    }
    json_decref(run->lines);
    json_decref(run->document);
    mem_free(run->command);
    mem_free(run);
}

const char *run_out(const Run *run)
{
    return strbuf_text(&run->text[OUT]);
}

const char *run_err(const Run *run)
{
    return strbuf_text(&run->text[ERR]);
}

static void wait_for(Run *run, int stream, const char *text, int limit_ms)
{
    int64_t limit = clock_ms() + limit_ms;
    bool more = true;
    while (strstr(strbuf_text(&run->text[stream]), text) == NULL) {
        if (!more || clock_ms() >= limit) {
            print_error("waited for \"%s\"\n", text);
            give_up(run, more ? "did not write it in time" : "ended without it");
        }
        more = read_more(run, limit - clock_ms());
    }
}

void run_wait_out(Run *run, const char *text, int limit_ms)
{
    wait_for(run, OUT, text, limit_ms);
}

void run_wait_err(Run *run, const char *text, int limit_ms)
{
    wait_for(run, ERR, text, limit_ms);
}

static void parse_lines(Run *run)
{
    const char *end;
    while (run->parsed < run->text[OUT].n &&
           (end = strchr(run_out(run) + run->parsed, '\n')) != NULL) {
        const char *line = run_out(run) + run->parsed;
        size_t length = (size_t)(end - line);
        json_t *value = json_loadb(line, length, 0, NULL);
        if (value == NULL) {
            give_up(run, "wrote a line that is no JSON");
        }
        assert_known_shape(run, value);
        json_array_append_new(run->lines, value);
        run->parsed += length + 1;
    }
}

int addr_port(const char *addr)
{
    StrView text = sv(addr);
    ptrdiff_t colon = sv_rfind(text, ':');
    int64_t port = 0;
    bool ok = colon >= 0 && sv_to_i64(sv(addr + colon + 1), &port);
    return ok ? (int)port : 0;
}

static bool is_event(const json_t *line, const char *event, int port)
{
    const char *code = json_string_value(json_object_get(line, "event"));
    const char *addr = json_string_value(json_object_get(line, "addr"));
    if (code == NULL || strcmp(code, event) != 0) {
        return false;
    }
    return port == 0 || (addr != NULL && addr_port(addr) == port);
}

const json_t *run_has_event(Run *run, const char *event, int port)
{
    (void)read_more(run, 0);
    parse_lines(run);
    for (size_t i = run->mark; i < json_array_size(run->lines); i++) {
        const json_t *line = json_array_get(run->lines, i);
        if (is_event(line, event, port)) {
            return line;
        }
    }
    return NULL;
}

const json_t *run_event(Run *run, const char *event, int port, int limit_ms)
{
    int64_t limit = clock_ms() + limit_ms;
    bool more = true;
    const json_t *found;
    while ((found = run_has_event(run, event, port)) == NULL) {
        if (!more || clock_ms() >= limit) {
            print_error("waited for the event \"%s\" of :%d\n", event, port);
            give_up(run, more ? "did not tell it in time" : "ended without it");
        }
        more = read_more(run, limit - clock_ms());
    }
    return found;
}

void run_mark(Run *run)
{
    (void)read_more(run, 0);
    parse_lines(run);
    run->mark = json_array_size(run->lines);
}

const json_t *run_json(Run *run)
{
    if (run->document == NULL) {
        run->document = json_loads(run_out(run), 0, NULL);
        assert_known_shape(run, run->document);
    }
    return run->document;
}
