// A terminal for tests: runs a program on a pseudo-terminal, reads what it writes with libvterm,
// and shows the screen a person would see. Nothing sleeps: each wait ends when its condition holds,
// or fails at its deadline and prints the screen.
#ifndef REHOME_TESTS_PTY_H
#define REHOME_TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

typedef struct Pty Pty;

typedef struct {
    const char *const *argv; // ends with NULL; argv[0] is a path
    int w, h;                // 0: 80 x 24
    const char *term;        // NULL: xterm-256color; "": unset
    const char *locale;      // LC_ALL; NULL: C.UTF-8
    const char *const
        *env; // "NAME=value" over the environment of the test; ends with NULL; may be NULL
} PtyStart;

enum { PTY_DEADLINE_MS = 15000 }; // generous: sanitizers and busy machines

Pty *pty_start(const PtyStart *start); // NULL when there is no pseudo-terminal
void pty_end(Pty *p);                  // kills the program when it still runs; NULL is fine

// Each waits at most PTY_DEADLINE_MS.
bool pty_wait(Pty *p, const char *text);      // until the screen contains text
bool pty_wait_gone(Pty *p, const char *text); // until it does not
bool pty_wait_exit(Pty *p);                   // until the program has ended; see pty_status()
void pty_wait_rest(Pty *p, int quiet_ms);     // until it writes nothing for so long; not for ever
typedef bool PtyPredicate(Pty *p, void *context);
bool pty_wait_until(Pty *p, PtyPredicate *holds, void *context, int64_t deadline_ms);

// A terminal that nobody reads: these read nothing of what the program writes.
bool pty_wait_unread(Pty *p, PtyPredicate *holds, void *context, int64_t deadline_ms);
bool pty_wait_exit_unread(Pty *p);      // at most PTY_DEADLINE_MS
bool pty_fill(Pty *p, const char *key); // until it takes no more; the key has much written
bool pty_takes(const Pty *p);           // would it take anything?
void pty_hold(Pty *p, bool on);         // on: XOFF, it takes nothing; off: XON

// Keys by name, as in keys.h, separated by spaces: "m Down Esc". false: one is not a name.
bool pty_keys(Pty *p, const char *names);
void pty_send(Pty *p, const char *bytes);
// The left button, pressed and let go where the text begins; button 4 and 5 are the wheel. The
// program hears of it when it has asked to. false: the text is not there.
bool pty_click(Pty *p, const char *text, int button);
void pty_resize(Pty *p, int w, int h);
// What is on the screen no longer matters: libvterm's picture only grows, as it crashes now and
// then when it shrinks under what was written for the size before.
void pty_resize_unseen(Pty *p, int w, int h);
void pty_signal(Pty *p, int signal_number);
void pty_hang_up(Pty *p); // the terminal is gone; nothing of the program is seen any more

// What is on the screen now. Rows without blanks at the end.
bool pty_contains(Pty *p, const char *text);
const char *pty_row(Pty *p, int y); // until the next call
void pty_size(const Pty *p, int *w, int *h);
void pty_print(Pty *p); // the screen, for a failure's report

enum { PTY_DEFAULT = -1, PTY_RGB = 0x1000000 };

typedef struct {
    uint32_t code; // ' ' for an empty cell; 0: right half of a wide character
    int fg, bg;    // 0..255, PTY_RGB + 0xRRGGBB, or PTY_DEFAULT
    bool bold, underline, reverse;
} PtyCell;

PtyCell pty_cell(Pty *p, int x, int y);
int32_t pty_rgb(const Pty *p, int colour, bool is_fg); // as 0xRRGGBB; PTY_DEFAULT: light on dark

bool pty_alt_screen(const Pty *p);
bool pty_cursor_visible(const Pty *p);
bool pty_mode_is_set(const Pty *p, int mode); // private mode: what the program said last of it
bool pty_is_plain(const Pty *p); // letters written now would have no colour and no attribute
bool pty_modes(const Pty *p, struct termios *out); // of the line

// How it ended: the exit status, or 128 + the signal; -1 while it runs.
int pty_status(const Pty *p);
bool pty_ended(Pty *p);    // has it ended by now?
int pty_pid(const Pty *p); // its process

// Everything it has written since the start or pty_output_clear().
const char *pty_output(const Pty *p, size_t *n);
void pty_output_clear(Pty *p);

// Path of a program that is built beside this one: "term_driver". Static.
const char *pty_beside(const char *name);

#endif
