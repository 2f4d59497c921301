// A copy of the table of keys with other keys in it, and the rules that no table may break.
#ifndef REHOME_UI_KEY_REMAP_H
#define REHOME_UI_KEY_REMAP_H

#include "rehome/base/error.h"
#include "rehome/base/str.h"
#include "rehome/ui/keys.h"

typedef struct KeyRemap KeyRemap;

KeyRemap *key_remap_new(void);    // as built in
void key_remap_free(KeyRemap *r); // NULL is fine

// Keys, by name and separated by blanks, instead of all that the action had: wherever it has a key,
// but where text is typed. "" leaves it without. line tells key_remap_check() where that was said.
bool key_remap_bind(KeyRemap *r, StrView action, StrView keys, int line, Error *err);

// What must hold once all are bound: no key means two things in one place, what commits does
// nothing else anywhere, `quit` has q and Ctrl-C, `cancel` has Esc. Calls wrong for each breach,
// with the line that brought it about.
void key_remap_check(const KeyRemap *r, void (*wrong)(void *ctx, int line, const char *text),
                     void *ctx);

const KeyMap *key_remap_map(const KeyRemap *r); // as long as r

// Is this action's row one of those that can be given other keys?
bool key_can_be_remapped(const KeyBinding *binding);

#endif
