// The very colours of a theme on a terminal that curses knows to have 256: where COLORTERM promises
// more and the terminal takes new colours as xterm does, the entry that is nearest to a colour gets
// that colour while we are on the screen. A terminal that does not listen shows the nearest.
#ifndef REHOME_SRC_UI_TERM_PALETTE_H
#define REHOME_SRC_UI_TERM_PALETTE_H

#include <stdint.h>

// Forgets all entries. initc: the terminal's string for a new colour; NULL: it has none.
void palette_start(const char *initc);

// The entry for a colour of a theme (see theme.h); COLOUR_DEFAULT stays.
int palette_index(int32_t rgb);

// What to send for the entries to have their colours, and for them to be as they were. Valid until
// the next call of palette_start(); "" where nothing is changed.
const char *palette_set_text(void);
const char *palette_reset_text(void);

void palette_stop(void);

#endif
