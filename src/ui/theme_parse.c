#include "theme_parts.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static bool mistake(Mistake *m, const char *wanted, StrView got)
{
    *m = (Mistake){.wanted = wanted, .got = got};
    return false;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return at == NULL ? -1 : (int)(at - digits);
}

static bool parse_hex(StrView word, int32_t *out)
{
    int32_t rgb = 0;
    if (word.n != 7) {
        return false;
    }
    for (size_t i = 1; i < word.n; i++) {
        int digit = hex_value(word.at[i]);
        if (digit < 0) {
            return false;
        }
        rgb = rgb << 4 | digit;
    }
    *out = rgb;
    return true;
}

bool theme_parse_colour(StrView word, int32_t *out)
{
    if (sv_starts(word, "#")) {
        return parse_hex(word, out);
    }
    int index = 0;
    if (!theme_parse_name(word, &index)) {
        return false;
    }
    *out = index == COLOUR_DEFAULT ? COLOUR_DEFAULT : COLOUR_NAMED + index;
    return true;
}

static bool next_word(StrView *rest, StrView *word)
{
    while (sv_next(rest, ' ', word)) {
        *word = sv_trim(*word);
        if (word->n > 0) {
            return true;
        }
    }
    return false;
}

// <fg> [on <bg>] [bold] [underline] [reverse]
static bool parse_colours(StrView text, Style *s, Mistake *m)
{
    StrView word = text;
    if (!next_word(&text, &word) || !theme_parse_colour(word, &s->fg)) {
        return mistake(m, "a colour (" COLOURS_WANTED ")", word);
    }
    while (next_word(&text, &word)) {
        if (sv_is(word, "bold")) {
            s->bold = true;
        } else if (sv_is(word, "underline")) {
            s->underline = true;
        } else if (sv_is(word, "reverse")) {
            s->reverse = true;
        } else if (!sv_is(word, "on")) {
            return mistake(m, "on, bold, underline or reverse", word);
        } else if (!next_word(&text, &word) || !theme_parse_colour(word, &s->bg)) {
            return mistake(m, "a colour behind 'on' (" COLOURS_WANTED ")", word);
        }
    }
    return true;
}

static bool parse_16(StrView text, Style *s, Mistake *m)
{
    StrView bg = text;
    StrView fg = text;
    bool has_bg = sv_cut(&bg, '/', &fg);
    if (!theme_parse_name(fg, &s->fg16) || (has_bg && !theme_parse_name(bg, &s->bg16))) {
        return mistake(m, "16=<colour> or 16=<colour>/<colour> by name", text);
    }
    return true;
}

static bool parse_mono(StrView text, Style *s, Mistake *m)
{
    s->mono_bold = s->mono_underline = s->mono_reverse = false;
    StrView word = text;
    while (sv_next(&text, '+', &word)) {
        if (sv_is(word, "bold")) {
            s->mono_bold = true;
        } else if (sv_is(word, "underline")) {
            s->mono_underline = true;
        } else if (sv_is(word, "reverse")) {
            s->mono_reverse = true;
        } else if (!sv_is(word, "none")) {
            return mistake(m, "mono= and bold, underline, reverse or none, joined by '+'", word);
        }
    }
    return true;
}

// One character, one column wide; quotes around it are for the eye.
static bool parse_mark(StrView value, bool ascii, Mark *mark, Mistake *m)
{
    StrView text = value;
    if (text.n >= 2 && text.at[0] == '"' && text.at[text.n - 1] == '"') {
        text = sv_of(text.at + 1, text.n - 2);
    }
    char bytes[5] = "";
    StrView rest = text;
    uint32_t code = rest.n > 0 ? text_next(&rest) : 0;
    if (rest.n > 0 || code <= ' ' || text_code_width(code) != 1) {
        return mistake(m, "one character of one column", value);
    }
    if (ascii && code > '~') {
        return mistake(m, "a 7-bit character", value);
    }
    text_put(code, bytes);
    snprintf(ascii ? mark->ascii : mark->utf8, ascii ? sizeof(mark->ascii) : sizeof(mark->utf8),
             "%s", bytes);
    return true;
}

static bool parse_piece(Role role, StrView piece, Style *s, Mark *mark, Mistake *m)
{
    StrView value = piece;
    StrView key = piece;
    bool has_value = sv_cut(&value, '=', &key);
    if (has_value && sv_is(key, "16")) {
        return parse_16(value, s, m);
    }
    if (has_value && sv_is(key, "mono")) {
        return parse_mono(value, s, m);
    }
    if (has_value && (sv_is(key, "glyph") || sv_is(key, "ascii"))) {
        return theme_role_glyph(role) != GLYPH_COUNT
                   ? parse_mark(value, sv_is(key, "ascii"), mark, m)
                   : mistake(m, "no glyph for this role, which has none", piece);
    }
    return mistake(m, "16=..., mono=..., glyph=... or ascii=... behind a comma", piece);
}

bool theme_parse_look(Role role, StrView text, Style *out, Mark *mark, Mistake *m)
{
    Style s = {.bg = COLOUR_DEFAULT};
    Mark its = *mark;
    StrView piece = text;
    sv_next(&text, ',', &piece);
    if (!parse_colours(piece, &s, m)) {
        return false;
    }
    s.fg16 = theme_nearest_16(s.fg);
    s.bg16 = theme_nearest_16(s.bg);
    s.mono_bold = s.bold;
    s.mono_underline = s.underline;
    s.mono_reverse = s.reverse;
    while (sv_next(&text, ',', &piece)) {
        if (!parse_piece(role, sv_trim(piece), &s, &its, m)) {
            return false;
        }
    }
    *out = s;
    *mark = its;
    return true;
}
