// A small program on src/ui/term.c alone, for the terminal tests: shows every role, says its size
// and the last key, and leaves in every way a program can leave.
//
//     term_driver [--no-color] [--ascii] [--theme FILE]
//
// q quits, Ctrl-Z suspends, r repaints, x crashes; other keys are named on the screen.
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver_loop.h"
#include "rehome/ui/keys.h"
#include "rehome/ui/term.h"

static struct {
    Canvas *canvas;
    int keys;
    char last[16];
} driver = {.last = "none"};

static void paint(void)
{
    Canvas *c = driver.canvas;
    int w = 0;
    int h = 0;
    term_size(&w, &h);
    canvas_resize(c, w, h);
    canvas_textf(c, 0, 0, w, ROLE_TITLE, "size %dx%d keys %d last %s", w, h, driver.keys,
                 driver.last);
    for (int role = 0; role < ROLE_COUNT; role++) {
        int x = role % 3 * 26;
        int y = 2 + role / 3;
        canvas_text(c, x, y, 9, (Role)role, theme_role_name((Role)role));
        canvas_text(c, x + 10, y, 7, (Role)role, "marked");
        canvas_mark(c, (Rect){x + 10, y, 6, 1}, CELL_REVERSE);
        canvas_text(c, x + 18, y, 6, (Role)role, "faint");
        canvas_mark(c, (Rect){x + 18, y, 5, 1}, CELL_DIM);
    }
    canvas_box(c, (Rect){0, 10, 40, 5}, ROLE_FRAME, "\xe6\x97\xa5\xe6\x9c\xac box");
    for (int glyph = 0; glyph < GLYPH_COUNT; glyph++) {
        canvas_text(c, 2 + glyph * 2, 12, 2, ROLE_OK, glyph_text((Glyph)glyph, c->ascii));
    }
    canvas_bar(c, 2, 13, 20, ROLE_SYNC, driver.keys * 125 % 1000);
    canvas_right(c, w, h - 1, w, ROLE_KEY, "corner"); // up to the very last cell
    term_show(c);
}

static void quit(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)w;
    (void)revents;
    ev_break(loop, EVBREAK_ALL);
}

static void take_keys(struct ev_loop *loop)
{
    int x = 0;
    int y = 0;
    for (uint32_t key = term_key(&x, &y); key != KEY_IS_NONE; key = term_key(&x, &y)) {
        driver.keys++;
        key_to_name(key, driver.last, sizeof(driver.last));
        if (key == 'q') {
            ev_break(loop, EVBREAK_ALL);
        } else if (key == 'r') {
            term_repaint();
        } else if (key == KEY_IS_CTRL_Z) {
            term_suspend();
        } else if (key == 'x') {
            raise(SIGSEGV);
        }
    }
}

static void on_crash(int signal_number)
{
    term_restore_async();
    raise(signal_number);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    TermOptions options = {0};
    Theme theme = theme_default();
    Error err = {0};
    bool ascii = !term_is_utf8();
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-color") == 0) {
            options.no_color = true;
        } else if (strcmp(argv[i], "--ascii") == 0) {
            ascii = true;
        } else if (strcmp(argv[i], "--theme") == 0 && i + 1 < argc) {
            i++;
            if (!theme_load(argv[i], NULL, &theme, NULL, &err)) {
                fprintf(stderr, "%s\n", err.text);
                return 2;
            }
        }
    }
    if (!term_start(&theme, &options, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = SA_NODEFER | (int)SA_RESETHAND};
    sigaction(SIGSEGV, &crash, NULL);
    driver.canvas = canvas_new(1, 1, ascii);
    struct ev_loop *loop = ev_default_loop(0);
    ev_signal ended;
    ev_signal_init(&ended, quit, SIGTERM);
    ev_signal_start(loop, &ended);
    driver_loop(paint, take_keys);
    term_stop();
    term_stop();
    canvas_free(driver.canvas);
    ev_loop_destroy(loop);
    puts("driver: left in order");
    return 0;
}
