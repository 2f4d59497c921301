// The keyboard half of term.c: what curses reads, as keys of ours.
#ifndef REHOME_SRC_UI_TERM_KEYS_H
#define REHOME_SRC_UI_TERM_KEYS_H

#include <stdint.h>

// Asks the terminal to mark what is pasted, and not to. Pasted text is no command: the word "My"
// would move a replica. Terminals that do not know this ignore it.
#define PASTE_MARKED "\033[?2004h"
#define PASTE_PLAIN  "\033[?2004l"

void term_keys_open(void); // after newterm()
void term_keys_close(void);
uint32_t term_keys_next(void); // KEY_IS_NONE when there is none

#endif
