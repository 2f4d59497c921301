// The dashboard on a made-up cluster whose clock stands still, for the terminal tests: the same
// cells at each start, whatever the machine does.
//
//     scene_driver [--no-color] [--ascii] [--slots] [--healthy | --moving | --names]
//
// Keys are the dashboard's. What it asks for is said in the last line but one; what is the
// terminal's (quit, suspend, repaint) is done.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver_loop.h"
#include "rehome/ui/term.h"
#include "unit/screen.h"

static struct {
    Stage *stage;
    Ui *ui;
    Canvas *canvas;
    char message[400];
} driver;

static void paint(void)
{
    int w = 0;
    int h = 0;
    term_size(&w, &h);
    canvas_resize(driver.canvas, w, h);
    ui_draw(driver.ui, &driver.stage->scene, driver.canvas);
    term_show(driver.canvas);
}

static void serve(struct ev_loop *loop, const Request *r)
{
    static const char *const words[] = {
        [REQUEST_MOVE] = "asked: a move",
        [REQUEST_QUEUE] = "asked: several moves",
        [REQUEST_AUTO] = "asked: another mode",
    };
    if (r->kind == REQUEST_QUIT) {
        ev_break(loop, EVBREAK_ALL);
    } else if (r->kind == REQUEST_REDRAW) {
        term_repaint();
    } else if (r->kind == REQUEST_SUSPEND) {
        term_suspend();
    } else if (r->kind == REQUEST_MOUSE) {
        term_set_mouse(!term_mouse());
        driver.stage->scene.mouse = term_mouse();
    } else if (r->kind == REQUEST_COPY) {
        snprintf(driver.message, sizeof(driver.message), "%s (OSC 52) %s",
                 term_copy(r->text) ? "copied" : "not copied", r->text);
    } else if ((size_t)r->kind < sizeof(words) / sizeof(words[0]) && words[r->kind] != NULL) {
        snprintf(driver.message, sizeof(driver.message), "%s", words[r->kind]);
    }
}

static void take_keys(struct ev_loop *loop)
{
    int x = 0;
    int y = 0;
    for (uint32_t key = term_key(&x, &y); key != KEY_IS_NONE; key = term_key(&x, &y)) {
        const Scene *s = &driver.stage->scene;
        Request r =
            key >= KEY_IS_CLICK ? ui_mouse(driver.ui, s, key, x, y) : ui_key(driver.ui, s, key);
        serve(loop, &r);
    }
}

static bool has(int argc, char **argv, const char *option)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    TermOptions options = {.no_color = has(argc, argv, "--no-color")};
    Theme theme = theme_default();
    Error err = {0};
    if (!term_start(&theme, &options, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    driver.stage = has(argc, argv, "--names")     ? stage_names()
                   : has(argc, argv, "--healthy") ? stage_healthy()
                   : has(argc, argv, "--moving")  ? stage_moving()
                                                  : stage_orphaned();
    driver.stage->scene.message = driver.message;
    driver.ui = ui_new(CONFIRM_ASK);
    driver.canvas = canvas_new(1, 1, has(argc, argv, "--ascii") || !term_is_utf8());
    driver_loop(paint, take_keys);
    term_stop();
    canvas_free(driver.canvas);
    ui_free(driver.ui);
    stage_free(driver.stage);
    ev_loop_destroy(ev_default_loop(0));
    return 0;
}
