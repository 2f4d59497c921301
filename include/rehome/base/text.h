// Text for people: making untrusted bytes harmless, measuring it in terminal cells, and writing
// quantities briefly. Everything a server sends passes text_clean() before it is shown, logged
// or put in an event.
#ifndef REHOME_BASE_TEXT_H
#define REHOME_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "rehome/base/arena.h"
#include "rehome/base/str.h"

// One code point from the front of *rest, which moves behind it; malformed bytes give U+FFFD, one
// for each byte. The slice must not be empty.
uint32_t text_next(StrView *rest);

// Writes code as UTF-8 to out (room for 4) and returns the number of bytes.
size_t text_put(uint32_t code, char *out);

// Cells a code point takes on a terminal: 0 combining, 1, or 2 wide. Control characters: 0.
int text_code_width(uint32_t code);

// Cells the text takes.
int text_width(const char *utf8);

// A copy in the arena in which every control, escape, bidirectional-override, zero-width,
// unassigned-separator and malformed byte is replaced by '?'. Valid other UTF-8 stays. At most
// max bytes are kept (0: no bound); a cut never splits a code point.
char *text_clean(Arena *arena, StrView raw, size_t max);

// The same into a caller's buffer of size bytes (>= 1); always NUL-terminated.
void text_clean_into(char *out, size_t size, StrView raw);

// Brief quantities. Each returns out.
char *format_bytes(char *out, size_t size, int64_t bytes);  // "0 B" "999 B" "1.2K" "3.9G"; < 0: "?"
char *format_count(char *out, size_t size, int64_t count);  // "999" "12k" "3.4M"; < 0: "?"
char *format_clock(char *out, size_t size, int64_t ms);     // "00:12" "59:59" "3h05" "12d04h"
char *format_seconds(char *out, size_t size, int64_t ms);   // "0.3s" "9.9s" "12s" "3m05s"
char *format_wall(char *out, size_t size, int64_t unix_ms); // local "12:57:06"
char *format_day(char *out, size_t size, int64_t unix_ms);  // local "2026-11-22"

// "1 spare" "2 spares": the s where it belongs. A macro, because counts come in every integer type;
// n is evaluated once.
#define plural(n) ((n) == 1 ? "" : "s")

#endif
