// What things look like. Code names roles; files in themes/ say how a role looks.
#ifndef REHOME_UI_THEME_H
#define REHOME_UI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/error.h"

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
    char name[64];
    Style style[ROLE_COUNT];
} Theme;

// Start from the built-in default (all roles set), then take what the file says. Unknown roles and
// bad values are an error with file and line.
// Line: role = <fg> [on <bg>] [bold] [underline] [reverse] [, 16=<fg>[/<bg>]] [,
// mono=<attr>[+<attr>]] colours: #rrggbb, "default", or one of the 16 names (black red ...
// brightwhite). Without 16= the nearest of the 16 is taken, without mono= the attributes given for
// colour; mono=none is neither.
bool theme_load(const char *path, Theme *out, Error *err);
Theme theme_default(void);
int theme_nearest_256(int32_t rgb); // 16..255; a named colour's own number; COLOUR_DEFAULT stays
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
    X(WARN, "!", "!")                                                                              \
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
    X(LOCK, "■", "F")

typedef enum {
#define X(name, utf8, ascii) GLYPH_##name,
    GLYPHS(X)
#undef X
        GLYPH_COUNT
} Glyph;

const char *glyph_text(Glyph glyph, bool ascii);

#endif
