// Lines on stdout, for which nobody waits: whoever does not read them (a pipe that is full, a
// terminal that is held) stops nothing but itself.
#ifndef REHOME_APP_LINE_OUT_H
#define REHOME_APP_LINE_OUT_H

#include <ev.h>
#include <stdbool.h>

#include "rehome/base/strbuf.h"

typedef struct {
    struct ev_loop *loop;
    ev_io writable;
    StrBuf waiting;
    size_t n_lost;           // lines that there was no room for
    void (*gone)(void *ctx); // nobody reads any more, or the disk is full (said on stderr)
    void *ctx;
} LineOut;

void line_out_start(LineOut *out, struct ev_loop *loop, void (*gone)(void *ctx), void *ctx);
void line_out_add(LineOut *out, const StrBuf *line);
void line_out_end(LineOut *out); // waits as long as something is taken of what waits

#endif
