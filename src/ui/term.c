#include "rehome/ui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>

#include "rehome/base/mem.h"
#include "rehome/ui/keys.h"
#include "term_copy.h"
#include "term_keys.h"
#include "term_looks.h"
#include "term_out.h"
#include "term_palette.h"

// The one terminal of the process.
static struct {
    SCREEN *screen;       // NULL: not started
    Canvas *shown;        // what is on the screen; NULL: unknown, paint everything
    bool mouse;           // the terminal tells of it
    struct termios modes; // of its line while it is ours
} term;

// For the crash handler: prepared at the start, as it may neither allocate nor ask curses.
static struct {
    volatile sig_atomic_t armed;
    struct termios before;
    char text[2048];
    size_t n;
} restore;

bool term_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// --- leaving -----------------------------------------------------------------------------------

// A capability without its padding: "\E[m$<2>" is "\E[m". How many bytes it has.
static size_t put_plain(const char *text, char *to, size_t size)
{
    size_t n = 0;
    while (text != NULL && *text != '\0' && n < size) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end != NULL) {
            text = end + 1;
        } else {
            to[n++] = *text++;
        }
    }
    return n;
}

static void restore_add(const char *text)
{
    restore.n += put_plain(text, restore.text + restore.n, sizeof(restore.text) - restore.n);
}

// NULL when the terminal has no such string.
static const char *capability(const char *name)
{
    const char *text = tigetstr(name);
    return text == (const char *)-1 ? NULL : text;
}

static void restore_prepare(void)
{
    restore.n = 0;
    restore_add(PASTE_PLAIN);
    restore_add(term.mouse ? MOUSE_NOT_TOLD : NULL);
    restore_add(capability("sgr0"));
    restore_add(capability("op"));
    restore_add(palette_reset_text());
    restore_add(capability("rmkx"));
    const char *rmcup = capability("rmcup");
    const char *cup = capability("cup");
    if (rmcup != NULL) {
        restore_add(rmcup);
    } else if (cup != NULL) {
        restore_add(tparm(cup, LINES - 1, 0, 0, 0, 0, 0, 0, 0, 0));
        restore_add("\r\n");
    }
    restore_add(capability("cnorm")); // behind rmcup: see leave_screen()
}

void term_restore_async(void)
{
    if (!restore.armed) {
        return;
    }
    restore.armed = 0;
    int saved = errno;
    out_finish_async(restore.text, restore.n);
    tcsetattr(STDOUT_FILENO, TCSANOW, &restore.before);
    errno = saved;
}

static void tell(const char *text)
{
    out_add(text);
    out_send();
}

static void tell_capability(const char *text)
{
    char plain[64];
    plain[put_plain(text, plain, sizeof(plain) - 1)] = '\0';
    tell(plain);
}

static void enter_screen(void)
{
    restore.armed = 1;
    tell(PASTE_MARKED);
    tell(term.mouse ? MOUSE_TOLD : "");
    tell(palette_set_text());
}

static void leave_screen(void)
{
    tell(PASTE_PLAIN);
    tell(term.mouse ? MOUSE_NOT_TOLD : "");
    tell(palette_reset_text());
    endwin();
    // Without a screen of its own the keys at the bottom would stand beside the shell's prompt.
    tell_capability(capability("rmcup") == NULL ? capability("el") : NULL);
    // With its first screen libvterm brings back whether the cursor was hidden when curses saved
    // its place last: show it once more.
    tell_capability(capability("cnorm"));
    out_finish();
    // By us: curses would wait until the line has sent all that it has.
    tcsetattr(STDOUT_FILENO, TCSANOW, &restore.before);
    restore.armed = 0;
}

void term_stop(void)
{
    if (term.screen == NULL) {
        return;
    }
    leave_screen();
    term_keys_close();
    delscreen(term.screen);
    out_close();
    canvas_free(term.shown);
    palette_stop();
    term.screen = NULL;
    term.shown = NULL;
    term.mouse = false;
}

// --- colours -----------------------------------------------------------------------------------

static void take_theme(const Theme *theme)
{
    looks_take(theme, capability("initc"));
    glyphs_use(theme);
    restore_prepare();
}

void term_set_theme(const Theme *theme)
{
    if (term.screen != NULL) {
        tell(palette_reset_text());
        take_theme(theme);
        tell(palette_set_text());
        term_repaint();
    }
}

// --- start and size ----------------------------------------------------------------------------

// What the operator can do about a terminal that we cannot use.
static bool fail_terminal(Error *err, const char *why)
{
    const char *name = getenv("TERM");
    return fail(err, ERR_IO,
                "%s (TERM is %s): set TERM to what this terminal is, such as xterm-256color, or "
                "use `rehome check`",
                why, name == NULL || name[0] == '\0' ? "not set" : name);
}

// Asked first, as newterm() leaks a screen when it fails, and writes to one that it cannot use.
// NULL: it can be used.
static const char *terminal_lack(void)
{
    const char *name = getenv("TERM");
    int found = 0;
    if (name == NULL || name[0] == '\0' || setupterm(NULL, STDOUT_FILENO, &found) != OK) {
        return "nothing is known about this terminal";
    }
    bool can_draw = capability("cup") != NULL && capability("clear") != NULL;
    del_curterm(cur_term);
    return can_draw ? NULL : "this terminal cannot move its cursor";
}

// newterm() instead of initscr(), which would end the program.
static bool open_screen(Error *err)
{
    FILE *file = out_open(err);
    if (file == NULL) {
        return false;
    }
    term.screen = newterm(NULL, file, stdin);
    if (term.screen == NULL) {
        out_close();
        return fail_terminal(err, "this terminal cannot be opened");
    }
    raw(); // Ctrl-C and Ctrl-Z are keys in the table
    tcgetattr(STDOUT_FILENO, &term.modes);
    if (!out_divert(err)) {
        endwin();
        delscreen(term.screen);
        term.screen = NULL;
        out_close();
        return false;
    }
    return true;
}

bool term_start(const Theme *theme, const TermOptions *options, Error *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return fail(err, ERR_IO,
                    "standard input and output must be a terminal: `rehome check` "
                    "and `rehome watch` need none");
    }
    tcgetattr(STDOUT_FILENO, &restore.before);
    const char *lack = terminal_lack();
    if (lack != NULL) {
        return fail_terminal(err, lack);
    }
    if (!open_screen(err)) {
        return false;
    }
    // Suspending is a key of ours; curses' handler would run in the middle of anything.
    struct sigaction stop = {.sa_handler = SIG_DFL};
    sigaction(SIGTSTP, &stop, NULL);
    restore_prepare();
    enter_screen();
    noecho();
    nonl();
    set_escdelay(25);
    typeahead(-1);
    term_keys_open();
    // Where the cursor cannot be hidden it rests at the top left.
    leaveok(stdscr, curs_set(0) != ERR);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    looks_start(options->no_color);
    take_theme(theme);
    tell(palette_set_text());
    term_resized();
    return true;
}

void term_size(int *w, int *h)
{
    *w = term.screen == NULL ? 80 : getmaxx(stdscr);
    *h = term.screen == NULL ? 24 : getmaxy(stdscr);
}

void term_repaint(void)
{
    if (term.screen != NULL) {
        canvas_free(term.shown);
        term.shown = NULL;
        clearok(curscr, TRUE);
    }
}

// Not left to curses: libev takes SIGWINCH away from it.
void term_resized(void)
{
    struct winsize size;
    if (term.screen == NULL || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ||
        size.ws_col == 0) {
        return;
    }
    if (size.ws_row != getmaxy(stdscr) || size.ws_col != getmaxx(stdscr)) {
        resizeterm(size.ws_row, size.ws_col);
        restore_prepare();
    }
    term_repaint();
}

void term_suspend(void)
{
    if (term.screen == NULL) {
        return;
    }
    leave_screen();
    struct sigaction stop = {.sa_handler = SIG_DFL};
    struct sigaction before;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &before);
    kill(0, SIGTSTP); // the shell's job is the group; we go on here after SIGCONT
    sigaction(SIGTSTP, &before, NULL);
    tcsetattr(STDOUT_FILENO, TCSANOW, &term.modes);
    enter_screen();
    term_resized();
    refresh();
    out_send();
}

// --- drawing -----------------------------------------------------------------------------------

// Writes the cell, and with a wide character the one behind it.
static void put_cell(int x, int y, const Cell *cell, int width)
{
    wchar_t text[2] = {(wchar_t)cell->code, L'\0'};
    int same = 1;
    if (wcwidth(text[0]) != width) {
        text[0] = L'?'; // the C library disagrees about its width, and so may the terminal
        same = width;
    }
    Look look = looks_cell(cell);
    cchar_t out;
    for (int i = 0; i < same; i++) {
        if (setcchar(&out, text, look.attrs, look.pair, NULL) == OK) {
            mvwadd_wch(stdscr, y, x + i, &out);
        }
    }
}

static bool cell_same(const Cell *a, const Cell *b)
{
    return a->code == b->code && a->role == b->role && a->flags == b->flags;
}

// The canvas as it is now on the screen, or NULL when every cell has to be written.
static Canvas *shown_for(const Canvas *c)
{
    if (term.shown != NULL && (term.shown->w != c->w || term.shown->h != c->h)) {
        term_repaint();
    }
    return term.shown;
}

void term_show(const Canvas *c)
{
    if (term.screen == NULL) {
        return;
    }
    const Canvas *before = shown_for(c);
    if (before == NULL) {
        werase(stdscr);
        term.shown = canvas_new(c->w, c->h, c->ascii);
    }
    int w = 0;
    int h = 0;
    term_size(&w, &h);
    w = c->w < w ? c->w : w;
    h = c->h < h ? c->h : h;
    bool changed = before == NULL;
    for (int y = 0; y < h; y++) {
        const Cell *row = &c->cells[(size_t)y * (size_t)c->w];
        Cell *old = &term.shown->cells[(size_t)y * (size_t)c->w];
        for (int x = 0; x < w;) {
            int width = x + 1 < c->w && row[x + 1].code == 0 ? 2 : 1;
            if (x + width <= w && (before == NULL || !cell_same(&row[x], &old[x]))) {
                put_cell(x, y, &row[x], width);
                changed = true;
            }
            x += width;
        }
        memcpy(old, row, (size_t)c->w * sizeof(*row));
    }
    if (changed) {
        wmove(stdscr, 0, 0);
        refresh();
    }
    out_send();
}

bool term_flush(void)
{
    return out_send();
}

uint32_t term_key(int *mouse_x, int *mouse_y)
{
    return term.screen == NULL ? (uint32_t)KEY_IS_NONE : term_keys_next(mouse_x, mouse_y);
}

bool term_set_mouse(bool on)
{
    if (term.screen == NULL || (on && capability("kmous") == NULL)) {
        return false;
    }
    if (on != term.mouse) {
        term.mouse = on;
        tell(on ? MOUSE_TOLD : MOUSE_NOT_TOLD);
        term_keys_mouse(on);
        restore_prepare();
    }
    return true;
}

bool term_copy(const char *text)
{
    StrBuf sequence = {0};
    bool ok = term.screen != NULL && term_copy_sequence(text, &sequence);
    tell(strbuf_text(&sequence));
    strbuf_done(&sequence);
    return ok;
}

bool term_mouse(void)
{
    return term.mouse;
}
