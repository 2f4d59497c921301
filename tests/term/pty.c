#include "pty_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h> // NOLINT(readability-duplicate-include): the system's, not ours
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/ui/keys.h"

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// --- starting and ending -----------------------------------------------------------------------

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
    Pty *p = user;
    if (prop == VTERM_PROP_ALTSCREEN) {
        p->alt_screen = value->boolean != 0;
    } else if (prop == VTERM_PROP_CURSORVISIBLE) {
        p->cursor_visible = value->boolean != 0;
    }
    return 1;
}

// Keys, and the terminal's answers to what it is asked.
static void on_output(const char *bytes, size_t n, void *user)
{
    Pty *p = user;
    while (p->fd >= 0 && n > 0) {
        ssize_t written = write(p->fd, bytes, n);
        if (written < 0) {
            return;
        }
        bytes += written;
        n -= (size_t)written;
    }
}

static void start_vterm(Pty *p, bool is_utf8)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};
    p->vt = vterm_new(p->h, p->w);
    vterm_set_utf8(p->vt, is_utf8);
    vterm_output_set_callback(p->vt, on_output, p);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_set_callbacks(p->screen, &callbacks, p);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
}

static void set_environment(const PtyStart *start)
{
    static const char *const removed[] = {"NO_COLOR", "COLORTERM", "STY",     "TMUX",
                                          "LINES",    "COLUMNS",   "TERMINFO"};
    for (size_t i = 0; i < ARRAY_LEN(removed); i++) {
        unsetenv(removed[i]);
    }
    const char *term = start->term == NULL ? "xterm-256color" : start->term;
    if (term[0] == '\0') {
        unsetenv("TERM");
    } else {
        setenv("TERM", term, 1);
    }
    setenv("LC_ALL", start->locale == NULL ? "C.UTF-8" : start->locale, 1);
    for (size_t i = 0; start->env != NULL && start->env[i] != NULL; i++) {
        char *copy = mem_strdup(start->env[i]); // putenv() keeps it
        putenv(copy);
    }
}

// execv() takes the strings as they are, but says so only in its manual.
static char **argv_copy(const char *const *argv)
{
    size_t n = 0;
    while (argv[n] != NULL) {
        n++;
    }
    char **copy = mem_array(n + 1, sizeof(*copy));
    for (size_t i = 0; i < n; i++) {
        copy[i] = mem_strdup(argv[i]);
    }
    return copy;
}

Pty *pty_start(const PtyStart *start)
{
    Pty *p = mem_alloc(sizeof(*p));
    p->w = start->w == 0 ? 80 : start->w;
    p->h = start->h == 0 ? 24 : start->h;
    p->status = -1;
    p->cursor_visible = true;
    struct winsize size = {.ws_row = (unsigned short)p->h, .ws_col = (unsigned short)p->w};
    p->pid = forkpty(&p->fd, NULL, NULL, &size);
    if (p->pid < 0) {
        mem_free(p);
        return NULL;
    }
    if (p->pid == 0) {
        set_environment(start);
        execv(start->argv[0], argv_copy(start->argv));
        fprintf(stderr, "%s: %s\n", start->argv[0], strerror(errno));
        _exit(127);
    }
    fcntl(p->fd, F_SETFD, FD_CLOEXEC);
    start_vterm(p, start->locale == NULL || strstr(start->locale, "UTF-8") != NULL);
    return p;
}

static void take_status(Pty *p, int status)
{
    p->ended = true;
    p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void pty_hang_up(Pty *p)
{
    close(p->fd);
    p->fd = -1;
}

void pty_end(Pty *p)
{
    if (p == NULL) {
        return;
    }
    if (!p->ended) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    if (p->fd >= 0) {
        close(p->fd);
    }
    vterm_free(p->vt);
    strbuf_done(&p->output);
    strbuf_done(&p->row);
    mem_free(p);
}

// --- waiting -----------------------------------------------------------------------------------

// What libvterm would take for something else: "\E[68b" (the last character again) that ends before
// the last column makes it wrap the line, and the console's "\E]R" (colours as they were) the
// beginning of a text without end. The one is written out here, the other left out.
static void show(Pty *p, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char byte = bytes[i];
        bool goes_on = p->n_held == 0   ? byte == '\x1b'
                       : p->n_held == 1 ? byte == '[' || byte == ']'
                                        : p->held[1] == '[' && byte >= '0' && byte <= '9';
        if (goes_on && p->n_held + 1 < sizeof(p->held)) {
            p->held[p->n_held++] = byte;
            continue;
        }
        p->held[p->n_held] = '\0';
        if (p->n_held > 2 && byte == 'b') {
            int64_t times = 0;
            sv_to_i64(sv(p->held + 2), &times);
            for (; times > 0; times--) {
                vterm_input_write(p->vt, &p->last, 1);
            }
        } else if (strcmp(p->held, "\x1b]") != 0 || byte != 'R') {
            vterm_input_write(p->vt, p->held, p->n_held);
            vterm_input_write(p->vt, &byte, 1);
            p->last = byte;
        }
        p->n_held = 0;
    }
}

// Take what the program has written; waits for it at most this long. false: nothing came.
static bool pump(Pty *p, int timeout_ms)
{
    char bytes[65536];
    struct pollfd in = {.fd = p->fd, .events = POLLIN};
    if (poll(&in, 1, timeout_ms) <= 0) {
        return false;
    }
    ssize_t n = read(p->fd, bytes, sizeof(bytes));
    if (n > 0) {
        strbuf_add_sv(&p->output, sv_of(bytes, (size_t)n));
        show(p, bytes, (size_t)n);
    } else if (n == 0 || errno == EIO) {
        close(p->fd); // EIO: nobody holds the other end
        p->fd = -1;
    }
    return n > 0;
}

bool pty_wait_until(Pty *p, PtyPredicate *holds, void *context, int64_t deadline_ms)
{
    enum { STEP_MS = 20 }; // for what is not seen on the screen, such as the program's end
    int64_t end = now_ms() + deadline_ms;
    for (;;) {
        if (holds(p, context)) {
            return true;
        }
        int64_t left = end - now_ms();
        if (left <= 0) {
            return false;
        }
        pump(p, left < STEP_MS ? (int)left : STEP_MS);
    }
}

static bool wait_or_print(Pty *p, PtyPredicate *holds, void *context, const char *what)
{
    if (pty_wait_until(p, holds, context, PTY_DEADLINE_MS)) {
        return true;
    }
    fprintf(stderr, "waited in vain for %s\n", what);
    pty_print(p);
    return false;
}

typedef struct {
    const char *text;
    bool wanted;
} TextWait;

static bool shows(Pty *p, void *context)
{
    const TextWait *wait = context;
    return pty_contains(p, wait->text) == wait->wanted;
}

bool pty_wait(Pty *p, const char *text)
{
    TextWait wait = {.text = text, .wanted = true};
    return wait_or_print(p, shows, &wait, text);
}

bool pty_wait_gone(Pty *p, const char *text)
{
    TextWait wait = {.text = text, .wanted = false};
    return wait_or_print(p, shows, &wait, text);
}

// Ended, and everything it wrote is read.
static bool has_ended(Pty *p, void *context)
{
    enum { LAST_WORDS_MS = 200 }; // bounded, as a child may hold the terminal open
    (void)context;
    int status = 0;
    if (!p->ended && waitpid(p->pid, &status, WNOHANG) == p->pid) {
        take_status(p, status);
        while (p->fd >= 0 && pump(p, LAST_WORDS_MS)) { // the kernel passes them on a little later
        }
    }
    return p->ended;
}

bool pty_wait_exit(Pty *p)
{
    return wait_or_print(p, has_ended, NULL, "the program's end");
}

void pty_wait_rest(Pty *p, int quiet_ms)
{
    int64_t end = now_ms() + 20 * quiet_ms;
    while (pump(p, quiet_ms) && now_ms() < end) {
    }
}

// --- doing -------------------------------------------------------------------------------------

void pty_send(Pty *p, const char *bytes)
{
    on_output(bytes, strlen(bytes), p);
}

static VTermKey vterm_key(uint32_t key)
{
    if (key >= KEY_IS_F1 && key <= KEY_IS_F12) {
        return (VTermKey)(VTERM_KEY_FUNCTION(1) + (key - KEY_IS_F1));
    }
    switch (key) {
    case KEY_IS_UP:
        return VTERM_KEY_UP;
    case KEY_IS_DOWN:
        return VTERM_KEY_DOWN;
    case KEY_IS_LEFT:
        return VTERM_KEY_LEFT;
    case KEY_IS_RIGHT:
        return VTERM_KEY_RIGHT;
    case KEY_IS_PAGE_UP:
        return VTERM_KEY_PAGEUP;
    case KEY_IS_PAGE_DOWN:
        return VTERM_KEY_PAGEDOWN;
    case KEY_IS_HOME:
        return VTERM_KEY_HOME;
    case KEY_IS_END:
        return VTERM_KEY_END;
    case KEY_IS_ENTER:
        return VTERM_KEY_ENTER;
    case KEY_IS_BACKSPACE:
        return VTERM_KEY_BACKSPACE;
    default:
        return VTERM_KEY_NONE;
    }
}

bool pty_keys(Pty *p, const char *names)
{
    bool ok = true;
    StrView rest = sv(names);
    StrView name;
    while (sv_next(&rest, ' ', &name)) {
        char *text = mem_strndup(name.at, name.n);
        uint32_t key = key_from_name(text);
        VTermKey special = vterm_key(key);
        char bytes[5] = "";
        if (special != VTERM_KEY_NONE) {
            vterm_keyboard_key(p->vt, special, VTERM_MOD_NONE);
        } else if (key != KEY_IS_NONE) {
            bytes[text_put(key, bytes)] = '\0';
            pty_send(p, bytes);
        } else {
            fprintf(stderr, "'%s' is not the name of a key\n", text);
            ok = false;
        }
        mem_free(text);
    }
    return ok;
}

static void resize_line(Pty *p, int w, int h)
{
    struct winsize size = {.ws_row = (unsigned short)h, .ws_col = (unsigned short)w};
    ioctl(p->fd, TIOCSWINSZ, &size);
}

void pty_resize(Pty *p, int w, int h)
{
    p->w = w;
    p->h = h;
    vterm_set_size(p->vt, h, w);
    resize_line(p, w, h);
}

void pty_resize_unseen(Pty *p, int w, int h)
{
    p->w = w > p->w ? w : p->w;
    p->h = h > p->h ? h : p->h;
    vterm_set_size(p->vt, p->h, p->w);
    resize_line(p, w, h);
}

void pty_signal(Pty *p, int signal_number)
{
    if (!p->ended) {
        kill(p->pid, signal_number);
    }
}

// --- telling -----------------------------------------------------------------------------------

bool pty_alt_screen(const Pty *p)
{
    return p->alt_screen;
}

bool pty_cursor_visible(const Pty *p)
{
    return p->cursor_visible;
}

bool pty_modes(const Pty *p, struct termios *out)
{
    return p->fd >= 0 && tcgetattr(p->fd, out) == 0;
}

int pty_status(const Pty *p)
{
    return p->ended ? p->status : -1;
}

bool pty_ended(Pty *p)
{
    return has_ended(p, NULL);
}

int pty_pid(const Pty *p)
{
    return (int)p->pid;
}

const char *pty_output(const Pty *p, size_t *n)
{
    *n = p->output.n;
    return strbuf_text(&p->output);
}

void pty_output_clear(Pty *p)
{
    strbuf_clear(&p->output);
}

const char *pty_beside(const char *name)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[n < 0 ? 0 : n] = '\0';
    char *slash = strrchr(path, '/');
    size_t at = slash == NULL ? 0 : (size_t)(slash + 1 - path);
    snprintf(path + at, sizeof(path) - at, "%s", name);
    return path;
}
