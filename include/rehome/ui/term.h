// The terminal, the one part that knows curses: puts a Canvas on the screen and reads keys. Pasted
// text is no key.
#ifndef REHOME_UI_TERM_H
#define REHOME_UI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "rehome/base/error.h"
#include "rehome/ui/canvas.h"
#include "rehome/ui/theme.h"

typedef struct {
    bool no_color; // --no-color, or NO_COLOR
} TermOptions;

// The locale must be set. An unknown TERM, or none, is an error that says what to do.
bool term_start(const Theme *theme, const TermOptions *options, Error *err);
void term_set_theme(const Theme *theme); // from the next term_show() on
void term_stop(void);                    // restore; may be called twice, also without term_start()
void term_restore_async(void); // the same from a crash handler: write() and tcsetattr() only
void term_size(int *w, int *h);
void term_resized(void);         // after SIGWINCH: take the new size over
void term_show(const Canvas *c); // sends only what changed, once term_flush() is true
void term_repaint(void);         // the next term_show() paints everything

// Nothing here waits for the terminal, but for a second at most when it is left. False: it
// has not taken all that it was sent; call again when stdout is writable. Frames wait till then.
bool term_flush(void);

// Next key as in keys.h; KEY_IS_NONE when there is none. Of the mouse only while it is on: then x
// and y are the cell, from 0.
uint32_t term_key(int *mouse_x, int *mouse_y);

// Off at first, so that the terminal selects and copies. False: it tells of no mouse.
bool term_set_mouse(bool on);
bool term_mouse(void);

// To the clipboard of whoever looks at the screen, if the terminal allows it: at most 1024 bytes.
// False: this kind has none.
bool term_copy(const char *text);

bool term_is_utf8(void); // by the locale
void term_suspend(void); // leave the screen, stop the process group, come back on SIGCONT

#endif
