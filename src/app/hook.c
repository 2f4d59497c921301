#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum {
    LINE_BYTES = 240,   // of a line so much is kept, for the end to be told
    READS_AT_ONCE = 32, // what it leaves running may go on writing for ever
};

typedef struct {
    char text[LINE_BYTES];
    size_t n;
} Line;

struct Hook {
    struct ev_loop *loop;
    pid_t pid;  // also its session and process group; 0: it could not be started
    int output; // where we read; -1: none
    ev_child child;
    ev_io reader;
    ev_timer deadline;
    int64_t timeout_ms;
    int why_not; // errno
    Line current;
    Line last; // the last one that says something
    void (*done)(void *ctx, const HookEnd *end);
    void *ctx;
};

// --- starting it

// Unlike a pipe it takes the document at once, whether anybody will read it or not.
static int open_document(const StrBuf *document)
{
    int fd = memfd_create("rehome-hook", MFD_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    if (write(fd, strbuf_text(document), document->n) != (ssize_t)document->n ||
        lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

// Ours without what is no hook's business, and with the variables.
static char **make_environment(const char *const *variables, size_t n)
{
    size_t n_ours = 0;
    while (environ[n_ours] != NULL) {
        n_ours++;
    }
    char **all = mem_array(n_ours + n + 1, sizeof(*all));
    size_t at = 0;
    for (size_t i = 0; i < n_ours; i++) {
        if (!sv_starts(sv(environ[i]), "REDISCLI_AUTH=")) {
            all[at++] = mem_strdup(environ[i]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        all[at++] = mem_strdup(variables[i]);
    }
    return all;
}

static void free_environment(char **all)
{
    for (size_t i = 0; all[i] != NULL; i++) {
        mem_free(all[i]);
    }
    mem_free(all);
}

// A session of its own: it has no terminal to write to or to read from, its signals are not those
// of our keyboard, and all that it starts can be killed with it. Returns errno.
static int spawn(const char *command, char **environment, int in, int out, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); // we ignore it
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &usual);
    posix_spawnattr_setflags(
        &how, (short)(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    char shell[] = "sh";
    char flag[] = "-c";
    char *words = mem_strdup(command);
    char *const argv[] = {shell, flag, words, NULL};
    int why = posix_spawn(pid, "/bin/sh", &files, &how, argv, environment);
    mem_free(words);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return why;
}

static int start_process(Hook *h, const HookSpec *spec)
{
    int pipe_ends[2];
    int document = open_document(spec->document);
    if (document < 0) {
        return errno;
    }
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        int why = errno;
        close(document);
        return why;
    }
    char **environment = make_environment(spec->variables, spec->n_variables);
    int why = spawn(spec->command, environment, document, pipe_ends[1], &h->pid);
    free_environment(environment);
    close(document);
    close(pipe_ends[1]);
    if (why != 0) {
        h->pid = 0;
        close(pipe_ends[0]);
        return why;
    }
    fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
    h->output = pipe_ends[0];
    return 0;
}

// --- its output

static void end_line(Hook *h)
{
    if (sv_trim(sv_of(h->current.text, h->current.n)).n > 0) {
        h->last = h->current;
    }
    h->current.n = 0;
}

static void take_output(Hook *h, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n') {
            end_line(h);
        } else if (h->current.n < LINE_BYTES) {
            h->current.text[h->current.n++] = text[i];
        }
    }
}

static void read_output(Hook *h)
{
    char block[4096];
    for (int i = 0; i < READS_AT_ONCE && h->output >= 0; i++) {
        ssize_t n = read(h->output, block, sizeof(block));
        if (n < 0) {
            return;
        }
        if (n == 0) {
            ev_io_stop(h->loop, &h->reader);
            close(h->output);
            h->output = -1;
            return;
        }
        take_output(h, block, (size_t)n);
    }
}

static void on_output(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)revents;
    read_output(w->data);
}

// --- its end

static void free_hook(Hook *h)
{
    if (h->pid != 0) {
        ev_child_stop(h->loop, &h->child);
    }
    if (h->output >= 0) {
        ev_io_stop(h->loop, &h->reader);
        close(h->output);
    }
    ev_timer_stop(h->loop, &h->deadline);
    mem_free(h);
}

static void finish(Hook *h, HookEndKind kind, int number)
{
    HookEnd end = {.kind = kind, .number = number};
    read_output(h);
    end_line(h);
    text_clean_into(end.line, sizeof(end.line), sv_trim(sv_of(h->last.text, h->last.n)));
    void (*done)(void *, const HookEnd *) = h->done;
    void *ctx = h->ctx;
    free_hook(h);
    done(ctx, &end);
}

static void on_child(struct ev_loop *loop, ev_child *w, int revents)
{
    (void)loop;
    (void)revents;
    bool exited = WIFEXITED(w->rstatus);
    finish(w->data, exited ? HOOK_ENDED : HOOK_KILLED,
           exited ? WEXITSTATUS(w->rstatus) : WTERMSIG(w->rstatus));
}

static void on_deadline(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    Hook *h = w->data;
    if (h->pid == 0) {
        finish(h, HOOK_NOT_STARTED, h->why_not);
        return;
    }
    kill(-h->pid, SIGKILL); // the loop reaps it
    finish(h, HOOK_LATE, (int)h->timeout_ms);
}

Hook *hook_start(struct ev_loop *loop, const HookSpec *spec)
{
    Hook *h = mem_alloc(sizeof(*h));
    h->loop = loop;
    h->output = -1;
    h->timeout_ms = spec->timeout_ms;
    h->done = spec->done;
    h->ctx = spec->ctx;
    h->why_not = start_process(h, spec);
    if (h->pid != 0) {
        ev_child_init(&h->child, on_child, h->pid, 0);
        // Both may be due when we were stopped for a while: it was in time, then.
        ev_set_priority(&h->child, EV_MAXPRI);
        ev_io_init(&h->reader, on_output, h->output, EV_READ);
        h->child.data = h->reader.data = h;
        ev_child_start(loop, &h->child);
        ev_io_start(loop, &h->reader);
    }
    double left = h->pid != 0 ? (double)spec->timeout_ms / 1000 : 0.0; // told from the loop
    ev_timer_init(&h->deadline, on_deadline, left, 0.0);
    h->deadline.data = h;
    ev_timer_start(loop, &h->deadline);
    return h;
}

void hook_kill(Hook *h)
{
    if (h == NULL) {
        return;
    }
    if (h->pid != 0) {
        kill(-h->pid, SIGKILL);
    }
    free_hook(h);
}

void hook_leave(Hook *h)
{
    if (h == NULL) {
        return;
    }
    // Somebody has to go on reading, else it dies of its next word.
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (h->output >= 0 && null >= 0) {
        fcntl(h->output, F_SETFL, 0); // for whom there is nothing else to do
        char **environment = make_environment(NULL, 0);
        pid_t reader;
        (void)spawn("exec cat", environment, h->output, null, &reader);
        free_environment(environment);
    }
    if (null >= 0) {
        close(null);
    }
    free_hook(h);
}

void hook_words(const HookEnd *end, HookEvent event, char *out, size_t size)
{
    char how[80];
    char limit[16];
    bool asked = event == HOOK_BEFORE_MOVE;
    if (end->kind == HOOK_LATE) {
        snprintf(how, sizeof(how), "did not end within %s and was killed",
                 format_seconds(limit, sizeof(limit), end->number));
    } else if (end->kind == HOOK_KILLED) {
        snprintf(how, sizeof(how), "was killed by signal %d", end->number);
    } else if (end->kind == HOOK_NOT_STARTED) {
        snprintf(how, sizeof(how), "could not be started: %s", strerror(end->number));
    } else if (end->number == 126 || end->number == 127) { // a shell's way to say so
        snprintf(how, sizeof(how), "could not be run (exit %d)", end->number);
    } else if (end->number != 0) {
        snprintf(how, sizeof(how), "%s (exit %d)", asked ? "said no" : "failed", end->number);
    } else {
        snprintf(how, sizeof(how), "%s", asked ? "said yes" : "was told");
    }
    snprintf(out, size, "%s %s%s%s", hook_event_text(event), how, end->line[0] != '\0' ? ": " : "",
             end->line);
}

bool hook_said_yes(const HookEnd *end)
{
    return end->kind == HOOK_ENDED && end->number == 0;
}
