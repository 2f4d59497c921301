// The program under random keys: started on many terminals, alone or as the job of a shell, and
// looked at whenever it gives the terminal back.
#include "../unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"

// A shell with job control: tells that the program was stopped or has ended, and waits for a word
// that no keys that were already on their way can make up.
static const char shell[] = "hold() { x=; until [ \"$x\" = on ]; do read x; done; }\n"
                            "\"$@\"; s=$?\n"
                            "while [ $s -eq 148 ]; do echo the shell has it; hold; fg; s=$?; done\n"
                            "echo the end: $s; hold; exit $s";
static const char on_word[] = "\non\n";
static const char stopped_word[] = "the shell has it";
static const char ended_word[] = "the end: ";

size_t fuzz_pick(Fuzz *f, size_t n)
{
    // xorshift64*, which is good enough and the same everywhere
    f->random ^= f->random >> 12;
    f->random ^= f->random << 25;
    f->random ^= f->random >> 27;
    return (size_t)((f->random * 0x2545F4914F6CDD1DULL) >> 33) % n;
}

// --- starting ------------------------------------------------------------------------------------

// Until then the line's own keys would end it: Ctrl-C is not ours yet.
static bool takes_keys(Pty *p, void *context)
{
    struct termios modes;
    const Fuzz *f = context;
    size_t n = 0;
    bool has_left = f->in_shell && strstr(pty_output(p, &n) + f->seen, ended_word) != NULL;
    return has_left || pty_ended(p) ||
           (pty_modes(p, &modes) && (modes.c_lflag & (ICANON | ISIG)) == 0);
}

static void fail_with_output(Fuzz *f, const char *what)
{
    size_t n = 0;
    const char *said = pty_output(f->pty, &n);
    size_t last = n > 20000 ? n - 20000 : 0;
    fwrite(said + last, 1, n - last, stderr); // with what the sanitizers have to say
    fail_msg("%s", what);
}

static void wait_for_keys(Fuzz *f)
{
    enum { LAB_MS = 60000 };
    if (!pty_wait_until(f->pty, takes_keys, f, LAB_MS)) {
        fail_with_output(f, "it does not take keys");
    }
}

void fuzz_start(Fuzz *f)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}, {40, 10}, {1, 1}};
    static const struct {
        const char *name;
        bool is_dark;
    } terms[] = {
        {"xterm-256color", true}, {"xterm-256color", true}, {"tmux-256color", true},
        {"screen", true},         {"linux", false},         {"vt100", false},
    };
    const char *program = getenv("REHOME_BIN");
    const char *argv[FUZZ_NODES + 24] = {"/bin/sh", "-mc", shell, "sh"};
    size_t first = 4;
    size_t n = first;
    argv[n++] = program != NULL ? program : pty_beside("rehome");
    argv[n++] = "--interval";
    argv[n++] = "0.3";
    for (size_t i = 0; f->options[i] != NULL; i++) {
        argv[n++] = f->options[i];
    }
    for (size_t i = 0; f->lab != NULL && i < FUZZ_NODES; i++) {
        argv[n++] = lab_addr(f->lab, i);
    }
    char state[600] = "";
    if (f->lab != NULL) {
        snprintf(state, sizeof(state), "XDG_STATE_HOME=%s", lab_folder(f->lab));
    }
    size_t size = fuzz_pick(f, ARRAY_LEN(sizes));
    size_t term = fuzz_pick(f, ARRAY_LEN(terms));
    f->in_shell = fuzz_pick(f, 2) == 0;
    f->seen = 0;
    f->is_dark = terms[term].is_dark;
    f->pty = pty_start(&(PtyStart){
        .argv = f->in_shell ? argv : argv + first,
        .env = f->lab != NULL ? (const char *[]){state, NULL} : NULL,
        .w = sizes[size][0],
        .h = sizes[size][1],
        .term = terms[term].name,
        .locale = fuzz_pick(f, 4) == 0 ? "C" : NULL,
    });
    assert_non_null(f->pty);
    f->counts.starts++;
    wait_for_keys(f);
}

// --- giving the terminal back --------------------------------------------------------------------

// Whatever it switched on is off, and lines are lines again where anybody still holds the terminal.
static void assert_given_back(Fuzz *f)
{
    static const int modes[] = {1000, 1002, 1003, 1005, 1006, 1015, 2004};
    struct termios line;
    if (pty_alt_screen(f->pty) || !pty_cursor_visible(f->pty)) {
        fail_with_output(f, "the screen was not given back");
    }
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (pty_mode_is_set(f->pty, modes[i])) {
            fail_with_output(f, "the mouse or the marks of pasted text are still on");
        }
    }
    tcflag_t lines = ICANON | ECHO | ISIG;
    if (f->in_shell && pty_modes(f->pty, &line) &&
        ((line.c_lflag & lines) != lines || (line.c_iflag & ICRNL) == 0 ||
         (line.c_oflag & OPOST) == 0)) {
        fail_with_output(f, "the line was not given back");
    }
}

// The shell has said this since we looked last.
static bool has_said(Fuzz *f, const char *word)
{
    size_t n = 0;
    const char *at = strstr(pty_output(f->pty, &n) + f->seen, word);
    if (at == NULL) {
        return false;
    }
    f->seen = (size_t)(at - pty_output(f->pty, &n)) + strlen(word);
    return true;
}

static void end(Fuzz *f)
{
    size_t n = 0;
    f->left_in_the_middle += strstr(pty_output(f->pty, &n), "left in the middle of a move") != NULL;
    if (!pty_wait_exit(f->pty)) {
        fail_with_output(f, "the shell did not end");
    }
    if (pty_status(f->pty) != 0) {
        char what[64];
        snprintf(what, sizeof(what), "it ended with %d", pty_status(f->pty));
        fail_with_output(f, what);
    }
    pty_end(f->pty);
    f->pty = NULL;
}

void fuzz_follow(Fuzz *f)
{
    if (f->in_shell && has_said(f, stopped_word)) {
        assert_given_back(f);
        f->counts.stops++;
        if (fuzz_pick(f, 2) == 0) {
            fuzz_resize(f);
        }
        pty_send(f->pty, on_word);
        wait_for_keys(f);
    }
    if (f->in_shell && has_said(f, ended_word)) {
        assert_given_back(f);
        pty_send(f->pty, on_word);
        end(f);
    } else if (pty_ended(f->pty)) {
        assert_given_back(f);
        end(f);
    }
}

void fuzz_leave(Fuzz *f)
{
    enum { TRIES = 60, REST_MS = 100 };
    for (int i = 0; i < TRIES && f->pty != NULL; i++) {
        // y only when q alone did not do, as in the middle of a move: it could mean something else.
        pty_keys(f->pty, i % 2 == 0 ? "Esc" : i < TRIES / 2 ? "q" : "q y");
        pty_wait_rest(f->pty, REST_MS);
        fuzz_follow(f);
    }
    if (f->pty != NULL) {
        pty_print(f->pty);
        fail_msg("it does not leave");
    }
}

// --- doing anything ------------------------------------------------------------------------------

void fuzz_press(Fuzz *f)
{
    size_t n = 0;
    while (f->keys[n] != NULL) {
        n++;
    }
    const char *phrase = f->keys[fuzz_pick(f, n)];
    StrView rest = sv(phrase);
    StrView name;
    while (sv_next(&rest, ' ', &name)) {
        f->counts.keys++;
        f->asked +=
            sv_is(name, "m") || sv_is(name, "M") || sv_is(name, "u") || sv_is(name, "Enter");
        f->asked += sv_is(name, "H") ? FUZZ_NODES : 0; // a whole plan
    }
    assert_true(pty_keys(f->pty, phrase));
}

// Bytes without letters, which would be keys; now and then they begin a sequence that others end.
static void send_bytes(Fuzz *f)
{
    static const char some[] = "\x1b\x1b\x1b[[O<;;0123456789?~\x7f\x80\x9b\xc3\xe2\x96\xf0\xff";
    char bytes[13] = "";
    size_t n = 1 + fuzz_pick(f, sizeof(bytes) - 1);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = some[fuzz_pick(f, sizeof(some) - 1)];
    }
    pty_send(f->pty, bytes);
}

static void send_mouse(Fuzz *f)
{
    static const int buttons[] = {0, 0, 0, 1, 2, 32, 64, 65, 64, 65};
    char text[40];
    snprintf(text, sizeof(text), "\x1b[<%d;%zu;%zu%c", buttons[fuzz_pick(f, ARRAY_LEN(buttons))],
             fuzz_pick(f, 230), fuzz_pick(f, 70), fuzz_pick(f, 2) == 0 ? 'M' : 'm');
    pty_send(f->pty, text);
}

void fuzz_send(Fuzz *f)
{
    // Answers and keys that no table knows, and pasted text, which is never a key.
    static const char *const odd[] = {
        "\x1b[M !!",
        "\x1b[1;5A",
        "\x1b[1;2B",
        "\x1bOm",
        "\x1b[?62;c",
        "\x1b[I",
        "\x1b[15;2~",
        "\xC3\xA4",
        "\xE2\x96\xB2",
        "\xE2\x96",
        "\x1b]11;rgb:0/0/0\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b[200~m\ny\nM\ny\x1b[201~",
        "\x1b[200~q\n:auto act\ny\x1b[201~",
    };
    size_t what = fuzz_pick(f, 4);
    f->counts.pieces++;
    if (what == 0) {
        send_bytes(f);
    } else if (what == 1) {
        send_mouse(f);
    } else {
        pty_send(f->pty, odd[fuzz_pick(f, ARRAY_LEN(odd))]);
    }
}

void fuzz_resize(Fuzz *f)
{
    static const int edges[][2] = {{1, 1},   {60, 15},  {59, 15},   {60, 14},  {80, 24},
                                   {40, 10}, {120, 40}, {160, 30},  {200, 60}, {300, 2},
                                   {2, 100}, {110, 16}, {255, 255}, {80, 5}};
    f->counts.sizes++;
    if (fuzz_pick(f, 2) == 0) {
        size_t i = fuzz_pick(f, ARRAY_LEN(edges));
        pty_resize_unseen(f->pty, edges[i][0], edges[i][1]);
    } else {
        pty_resize_unseen(f->pty, 1 + (int)fuzz_pick(f, 220), 1 + (int)fuzz_pick(f, 70));
    }
}

void fuzz_signal(Fuzz *f)
{
    static const int endings[] = {SIGTERM, SIGINT, SIGHUP};
    if (!f->in_shell) { // a signal of ours would be for the shell
        f->counts.signals++;
        pty_signal(f->pty, endings[fuzz_pick(f, ARRAY_LEN(endings))]);
        if (!pty_wait_exit(f->pty)) {
            fail_with_output(f, "a signal did not end it");
        }
    }
}
