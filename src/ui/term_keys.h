// The keyboard half of term.c: what curses reads, as keys of ours.
#ifndef REHOME_SRC_UI_TERM_KEYS_H
#define REHOME_SRC_UI_TERM_KEYS_H

#include <stdbool.h>
#include <stdint.h>

// Asks the terminal to mark what is pasted, and not to. Pasted text is no command: the word "My"
// would move a replica. Terminals that do not know this ignore it.
#define PASTE_MARKED "\033[?2004h"
#define PASTE_PLAIN  "\033[?2004l"

// Asks the terminal to tell of clicks and the wheel, in digits, and not to.
#define MOUSE_TOLD     "\033[?1000h\033[?1006h"
#define MOUSE_NOT_TOLD "\033[?1006l\033[?1000l"

void term_keys_open(void); // after newterm()
void term_keys_close(void);
void term_keys_mouse(bool on);                       // off at first: then clicks are passed over
uint32_t term_keys_next(int *mouse_x, int *mouse_y); // KEY_IS_NONE when there is none

#endif
