#include "driver_loop.h"

#include <signal.h>
#include <unistd.h>

#include "rehome/ui/term.h"

static struct {
    void (*paint)(void);
    void (*take_keys)(struct ev_loop *loop);
    ev_io writable; // while the terminal has not taken all
    ev_io keyboard;
    ev_signal resized;
} run;

static void draw(struct ev_loop *loop)
{
    if (term_flush()) {
        run.paint();
    }
    if (term_flush()) {
        ev_io_stop(loop, &run.writable);
    } else {
        ev_io_start(loop, &run.writable);
    }
}

static void on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)w;
    (void)revents;
    draw(loop);
}

static void on_keyboard(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)w;
    (void)revents;
    run.take_keys(loop);
    draw(loop);
}

static void on_resized(struct ev_loop *loop, ev_signal *w, int revents)
{
    (void)w;
    (void)revents;
    term_resized();
    draw(loop);
}

void driver_loop(void (*paint)(void), void (*take_keys)(struct ev_loop *loop))
{
    struct ev_loop *loop = ev_default_loop(0);
    run.paint = paint;
    run.take_keys = take_keys;
    ev_io_init(&run.writable, on_writable, STDOUT_FILENO, EV_WRITE);
    ev_io_init(&run.keyboard, on_keyboard, STDIN_FILENO, EV_READ);
    ev_signal_init(&run.resized, on_resized, SIGWINCH);
    ev_io_start(loop, &run.keyboard);
    ev_signal_start(loop, &run.resized);
    draw(loop);
    ev_run(loop, 0);
}
