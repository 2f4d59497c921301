// The pieces of reading a theme that its files share: colours, one role's look.
#ifndef REHOME_UI_THEME_PARTS_H
#define REHOME_UI_THEME_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rehome/base/str.h"
#include "rehome/ui/theme.h"

#define COLOURS_WANTED "#rrggbb, default, black, red, ..., brightwhite"

// What is wrong with a piece of a line.
typedef struct {
    const char *wanted; // NULL: nothing is wrong
    StrView got;
} Mistake;

int theme_nearest_16(int32_t colour); // 0..15; COLOUR_DEFAULT stays
bool theme_parse_name(StrView word, int *out);
bool theme_parse_colour(StrView word, int32_t *out);

// One role's look, the right side of a line. mark keeps what the line does not say.
bool theme_parse_look(Role role, StrView text, Style *out, Mark *mark, Mistake *m);

// What stands for a role that has a glyph, in this theme.
const char *theme_mark(const Theme *theme, Role role, bool ascii);

// A file being read.
typedef struct ThemeReading ThemeReading;
struct ThemeReading {
    const char *path;
    const char *const *folders; // where what it inherits may be; NULL: nowhere
    const ThemeReading *heir;   // the file that inherits this one; NULL: none
    FILE *file;
    int line;
    Theme theme;
    int line_of[ROLE_COUNT]; // where a role's look was said, or inherited; 0: built in
    bool seen[ROLE_COUNT];
    bool has_looks;   // anything that inheriting would take back
    size_t n_errors;  // the first ends the reading, unless problems wants them all
    Error *err;       // gets the first
    StrBuf *problems; // gets every error, as "file:line: ..."; may be NULL
    StrBuf *warnings; // gets what is unknown; may be NULL
};

// Reads path over what theme holds. false: something was wrong.
bool theme_read(ThemeReading *r);

#endif
