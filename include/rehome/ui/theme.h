// What things look like. Code names roles; files in themes/ say how a role looks.
#ifndef REHOME_UI_THEME_H
#define REHOME_UI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"

// enum, name in theme files, letter in screen dumps, meaning
#define THEME_ROLES(X)                                                                             \
    X(TEXT, "text", '.', "anything without a meaning of its own")                                  \
    X(DIM, "dim", 'd', "what matters less")                                                        \
    X(TITLE, "title", 't', "names of the cluster, views and panes")                                \
    X(FRAME, "frame", 'f', "lines and boxes")                                                      \
    X(KEY, "key", 'k', "a key that can be pressed")                                                \
    X(OK, "ok", 'o', "healthy: protected master, working replica")                                 \
    X(SPARE, "spare", 's', "a master with a replica to give")                                      \
    X(WARN, "warn", 'w', "at risk, suspected, same host")                                          \
    X(CRIT, "crit", 'c', "failed, uncovered")                                                      \
    X(ORPHAN, "orphan", 'O', "a master without a working replica")                                 \
    X(SYNC, "sync", 'y', "a replica on its way: linking, syncing, loading")                        \
    X(STALE, "stale", 'z', "older than it should be, or not verified")                             \
    X(MASTER, "master", 'm', "a master's name")                                                    \
    X(REPLICA, "replica", 'r', "a replica's name")                                                 \
    X(SLOTS, "slots", 'l', "the slot bar")                                                         \
    X(BANNER, "banner", 'b', "read-only, paused, replaying, brake")                                \
    X(TARGET, "target", 'T', "a legal target while a replica is picked up")                        \
    X(MOVING, "moving", 'M', "what our own move is doing")                                         \
    X(CURSOR, "cursor", 'C', "the cursor's mark")                                                  \
    X(SELECTED, "selected", 'S',                                                                   \
      "the cursor's row: its background, and what has no colour of its own")

typedef enum {
#define X(name, key, letter, meaning) ROLE_##name,
    THEME_ROLES(X)
#undef X
        ROLE_COUNT
} Role;

enum {
    COLOUR_DEFAULT = -1,      // what the terminal has: never assumed to be black or white
    COLOUR_NAMED = 0x1000000, // + 0..15: the terminal's own shade of a named colour
};

typedef struct {
    int32_t fg, bg;                // 0xRRGGBB, COLOUR_DEFAULT or COLOUR_NAMED + 0..15
    int fg16, bg16;                // 0..15 or COLOUR_DEFAULT: used with 16 colours or fewer
    bool bold, underline, reverse; // with colours
    bool mono_bold, mono_underline, mono_reverse; // without colours
} Style;

typedef struct {
    char utf8[5];  // one character, one column wide; "": as usual
    char ascii[2]; // the same
} Mark;

typedef struct {
    char name[64];
    char about[80];     // one line for lists of themes; may be ""
    int32_t background; // 0xRRGGBB that the colours are made for where none is painted;
                        // COLOUR_DEFAULT: not known
    Style style[ROLE_COUNT];
    Mark mark[ROLE_COUNT];
} Theme;

// Start from the built-in theme, or from what the file inherits, then take what the file says:
//
//     inherits = NAME        (first; NAME.theme is looked for in the folders)
//     about = WORDS
//     background = #rrggbb   (what the terminal is expected to have: for --check-theme)
//     role = <fg> [on <bg>] [bold] [underline] [reverse] [, 16=<fg>[/<bg>]]
//            [, mono=<attr>[+<attr>]] [, glyph=<character>] [, ascii=<character>]
//
// Colours: #rrggbb, "default", or one of the 16 names (black red ... brightwhite). Without 16= the
// nearest of the 16 is taken, without mono= the attributes given for colour; mono=none is neither.
// The background of the role "text" is that of every role that has none.
//
// folders: where inherited themes are, ends with NULL. Something unknown is a line of warnings
// (which may be NULL), as "file:line: ..."; a bad value is an error, and out stays as it was.
bool theme_load(const char *path, const char *const *folders, Theme *out, StrBuf *warnings,
                Error *err);

// Everything that is wrong with a file, a line each as "file:line: ...": what theme_load() warns of
// and refuses, text of less contrast than 4.5:1 (lines and bars: 3:1) where the background is
// known, also in the nearest of 256 colours, and what only colour tells apart. true: nothing.
bool theme_check(const char *path, const char *const *folders, StrBuf *problems);

Theme theme_default(void); // "dark"

// How a role is drawn: on the page's background, or on the selected row's, where it has none.
Style theme_style(const Theme *theme, Role role, bool selected);

int theme_nearest_256(int32_t rgb);  // 16..255; a named colour's own number; COLOUR_DEFAULT stays
int32_t theme_rgb_of_256(int index); // 0..255: 0xRRGGBB, of the first 16 as xterm has them
double theme_contrast(int32_t a, int32_t b); // of two 0xRRGGBB by WCAG 2: 1.0..21.0

char theme_role_letter(Role role);
const char *theme_role_name(Role role);

// Glyphs, one table: UTF-8 and ASCII.
#define GLYPHS(X)                                                                                  \
    X(OK, "●", "*")                                                                                \
    X(ORPHAN, "▲", "!")                                                                            \
    X(FAILED, "✗", "x")                                                                            \
    X(SYNC, "◐", "~")                                                                              \
    X(LINK_DOWN, "○", "o")                                                                         \
    X(UNKNOWN, "?", "?")                                                                           \
    X(WARN, "!", "^")                                                                              \
    X(BRANCH, "├─", "|-")                                                                          \
    X(LAST, "└─", "`-")                                                                            \
    X(CURSOR, "▶", ">")                                                                            \
    X(ARROW, "→", "->")                                                                            \
    X(ELLIPSIS, "…", "~")                                                                          \
    X(DOT, "·", "-")                                                                               \
    X(SLOT_FULL, "█", "#")                                                                         \
    X(SLOT_HALF, "▌", "=")                                                                         \
    X(SLOT_NONE, " ", ".")                                                                         \
    X(BAR_LEFT, "▕", "[")                                                                          \
    X(BAR_RIGHT, "▏", "]")                                                                         \
    X(LOCK, "■", "F")                                                                              \
    X(MARK, "◆", "+")

typedef enum {
#define X(name, utf8, ascii) GLYPH_##name,
    GLYPHS(X)
#undef X
        GLYPH_COUNT
} Glyph;

// What a glyph is now, by the theme in use. The screen is one, and so is its set of glyphs.
const char *glyph_text(Glyph glyph, bool ascii);
void glyphs_use(const Theme *theme);

// The glyph that a role's mark is drawn as; GLYPH_COUNT: a role without one.
Glyph theme_role_glyph(Role role);

#endif
