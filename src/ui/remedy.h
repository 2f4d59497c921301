// What to do about a finding, with the key that begins it. Policy says what helps and knows no
// keys: which one it is stands in the key table, and a person may have chosen another.
#ifndef REHOME_UI_REMEDY_H
#define REHOME_UI_REMEDY_H

#include "rehome/ui/keys.h"
#include "rehome/ui/scene.h"

// Without its command line, and with short names: "press m to give it :7004"; "" when the command
// is all of it.
void remedy_words(const KeyMap *keys, const Scene *s, const Finding *f, char *out, size_t size);

// All of it, with addresses and command as they are typed.
void remedy_text(const KeyMap *keys, const Scene *s, const Finding *f, char *out, size_t size);

#endif
