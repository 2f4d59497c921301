#include "term_keys.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"
#include "rehome/base/text.h"
#include "rehome/ui/keys.h"
#include "rehome/ui/term.h"

static struct {
    WINDOW *pad;  // to read from: reading from stdscr would refresh it
    bool pasting; // between the marks around pasted text
    bool mouse;
    int x, y;      // of the last click
    char begun[4]; // bytes of a character whose others have not come yet
    size_t n_begun;
    wint_t held; // a code that was read too early; 0: none
    int held_kind;
} keyboard;

void term_keys_open(void)
{
    keyboard.pad = newpad(1, 1);
    keyboard.pasting = false;
    keyboard.n_begun = 0;
    keyboard.held = 0;
    keypad(keyboard.pad, TRUE);
    nodelay(keyboard.pad, TRUE);
    // Clicks are read here, as they are passed over while we asked for none.
    keyok(KEY_MOUSE, FALSE);
}

void term_keys_close(void)
{
    delwin(keyboard.pad);
    keyboard.pad = NULL;
}

// How many bytes the character has that begins with this one; 1 also where it cannot begin any.
static size_t bytes_of(unsigned char first)
{
    return first >= 0xF0 && first <= 0xF4   ? 4
           : first >= 0xE0 && first <= 0xEF ? 3
           : first >= 0xC2 && first <= 0xDF ? 2
                                            : 1;
}

// Byte by byte: wget_wch() takes up to 15 more behind a broken character, among them the mark that
// what comes is a paste and no keys. ERR: there is no more now.
static int read_code(wint_t *out)
{
    if (keyboard.held != 0) {
        *out = keyboard.held;
        keyboard.held = 0;
        return keyboard.held_kind;
    }
    for (;;) {
        int c = wgetch(keyboard.pad);
        bool goes_on = c >= 0x80 && c < 0xC0;
        if (c == ERR) {
            return ERR;
        }
        if (keyboard.n_begun > 0 && !goes_on) {
            ungetch(c); // the character ends in the middle
        } else if (c > 0xFF) {
            *out = (wint_t)c;
            return KEY_CODE_YES;
        } else {
            keyboard.begun[keyboard.n_begun++] = (char)c;
            if (term_is_utf8() && keyboard.n_begun < bytes_of((unsigned char)keyboard.begun[0])) {
                continue;
            }
        }
        StrView text = sv_of(keyboard.begun, keyboard.n_begun);
        keyboard.n_begun = 0;
        *out = text_next(&text);
        return OK;
    }
}

// To be read again.
static void hold_code(int kind, wint_t code)
{
    keyboard.held = code;
    keyboard.held_kind = kind;
}

static uint32_t special_key(wint_t code)
{
    static const struct {
        wint_t code;
        uint32_t key;
    } keys[] = {
        {KEY_UP, KEY_IS_UP},          {KEY_DOWN, KEY_IS_DOWN},
        {KEY_LEFT, KEY_IS_LEFT},      {KEY_RIGHT, KEY_IS_RIGHT},
        {KEY_PPAGE, KEY_IS_PAGE_UP},  {KEY_NPAGE, KEY_IS_PAGE_DOWN},
        {KEY_HOME, KEY_IS_HOME},      {KEY_END, KEY_IS_END},
        {KEY_A1, KEY_IS_HOME},        {KEY_C1, KEY_IS_END},
        {KEY_A3, KEY_IS_PAGE_UP},     {KEY_C3, KEY_IS_PAGE_DOWN},
        {KEY_FIND, KEY_IS_HOME},      {KEY_SELECT, KEY_IS_END},
        {KEY_ENTER, KEY_IS_ENTER},    {KEY_BACKSPACE, KEY_IS_BACKSPACE},
        {KEY_SUSPEND, KEY_IS_CTRL_Z}, // the console's name for it
    };
    if (code >= KEY_F(1) && code <= KEY_F(12)) {
        return KEY_IS_F1 + (code - KEY_F(1));
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (keys[i].code == code) {
            return keys[i].key;
        }
    }
    return KEY_IS_NONE;
}

void term_keys_mouse(bool on)
{
    keyboard.mouse = on;
}

// button: as xterm tells it; what else is held down and that something was let go is in it, too.
static uint32_t mouse_key(int64_t button, int64_t x, int64_t y)
{
    enum { LEFT = 0, WHEEL_UP = 64, WHEEL_DOWN = 65, MAX = 10000 };
    if (!keyboard.mouse || x < 1 || y < 1 || x > MAX || y > MAX) {
        return KEY_IS_NONE;
    }
    keyboard.x = (int)x - 1;
    keyboard.y = (int)y - 1;
    return button == LEFT         ? KEY_IS_CLICK
           : button == WHEEL_UP   ? KEY_IS_WHEEL_UP
           : button == WHEEL_DOWN ? KEY_IS_WHEEL_DOWN
                                  : KEY_IS_NONE;
}

// "<0;12;3M": pressed; 'm' at its end: let go.
static uint32_t mouse_in_digits(const char *text)
{
    StrView rest = sv(text + 1);
    StrView part;
    int64_t at[3] = {0};
    if (rest.n == 0 || rest.at[rest.n - 1] != 'M') {
        return KEY_IS_NONE;
    }
    rest.n--;
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        if (!sv_next(&rest, ';', &part) || !sv_to_i64(part, &at[i])) {
            return KEY_IS_NONE;
        }
    }
    return mouse_key(at[0], at[1], at[2]);
}

// As xterm first told it, and screen still does: button and place are three characters.
static uint32_t mouse_in_characters(void)
{
    enum { BASE = 32 };
    int64_t at[3] = {0};
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        wint_t code = 0;
        at[i] = read_code(&code) == OK ? (int64_t)code - BASE : -1;
    }
    return mouse_key(at[0], at[1], at[2]);
}

// Behind "Esc [": up to the letter that ends it. Its parameters tell where a paste begins and ends.
static uint32_t take_csi(void)
{
    char text[24] = "";
    size_t n = 0;
    wint_t code = 0;
    while (read_code(&code) == OK) {
        if (code == KEY_IS_ESC) {
            hold_code(OK, code); // another one begins: this one was cut off
            return KEY_IS_NONE;
        }
        if (n + 1 < sizeof(text)) {
            text[n++] = (char)(code < 0x7F ? code : '?');
        }
        if (code >= 0x40 && code <= 0x7E) {
            break;
        }
    }
    if (strcmp(text, "200~") == 0 || strcmp(text, "201~") == 0) {
        keyboard.pasting = text[2] == '0';
    } else if (strcmp(text, "M") == 0) {
        return mouse_in_characters();
    } else if (text[0] == '<') {
        return mouse_in_digits(text);
    }
    return KEY_IS_NONE;
}

// Behind an Esc: the rest of a sequence that terminfo does not know is thrown away, lest its
// letters act as keys. A lone Esc, and one followed by a key typed quickly, stay what they are.
static uint32_t take_sequence(void)
{
    wint_t code = 0;
    int kind = read_code(&code);
    if (kind == OK && code == '[') {
        return take_csi();
    }
    if (kind == OK && code == 'O') {
        if (read_code(&code) == OK && code == KEY_IS_ESC) {
            hold_code(OK, code);
        }
        return KEY_IS_NONE;
    }
    if (kind != ERR) {
        hold_code(kind, code);
    }
    return KEY_IS_ESC;
}

static uint32_t key_of(int kind, wint_t code)
{
    if (kind == KEY_CODE_YES) {
        return special_key(code); // others, KEY_RESIZE among them, are passed over
    }
    enum { BROKEN = 0xFFFD };
    switch (code) {
    case BROKEN:
        return KEY_IS_NONE;
    case 127:
        return KEY_IS_BACKSPACE;
    case '\n':
        return KEY_IS_ENTER;
    case KEY_IS_ESC:
        return take_sequence();
    default:
        return (uint32_t)code;
    }
}

uint32_t term_keys_next(int *mouse_x, int *mouse_y)
{
    wint_t code = 0;
    for (int kind = read_code(&code); kind != ERR; kind = read_code(&code)) {
        uint32_t key = key_of(kind, code);
        if (key == KEY_IS_CTRL_C) {
            keyboard.pasting = false; // should the closing mark have been lost
        }
        if (key != KEY_IS_NONE && !keyboard.pasting) {
            *mouse_x = keyboard.x;
            *mouse_y = keyboard.y;
            return key;
        }
    }
    return KEY_IS_NONE;
}
