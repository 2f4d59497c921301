#include "term_keys.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

#include "rehome/base/mem.h"
#include "rehome/ui/keys.h"

static struct {
    WINDOW *pad;  // to read from: reading from stdscr would refresh it
    bool pasting; // between the marks around pasted text
} keyboard;

void term_keys_open(void)
{
    keyboard.pad = newpad(1, 1);
    keyboard.pasting = false;
    keypad(keyboard.pad, TRUE);
    nodelay(keyboard.pad, TRUE);
    // We ask for no mouse; where another program left it on, clicks are skipped as sequences.
    keyok(KEY_MOUSE, FALSE);
}

void term_keys_close(void)
{
    delwin(keyboard.pad);
    keyboard.pad = NULL;
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

// Behind "Esc [": up to the letter that ends it. Its parameters tell where a paste begins and ends.
static void skip_csi(void)
{
    char text[8] = "";
    size_t n = 0;
    wint_t code = 0;
    while (wget_wch(keyboard.pad, &code) == OK) {
        if (n + 1 < sizeof(text)) {
            text[n++] = (char)(code < 0x7F ? code : '?');
        }
        if (code >= 0x40 && code <= 0x7E) {
            break;
        }
    }
    if (strcmp(text, "200~") == 0 || strcmp(text, "201~") == 0) {
        keyboard.pasting = text[2] == '0';
    } else if (strcmp(text, "M") == 0) { // a click as xterm first told it: button and place follow
        for (int i = 0; i < 3; i++) {
            wget_wch(keyboard.pad, &code);
        }
    }
}

// Behind an Esc: the rest of a sequence that terminfo does not know is thrown away, lest its
// letters act as keys. A lone Esc, and one followed by a key typed quickly, stay what they are.
static bool skip_sequence(void)
{
    wint_t code = 0;
    int kind = wget_wch(keyboard.pad, &code);
    if (kind == OK && code == '[') {
        skip_csi();
        return true;
    }
    if (kind == OK && code == 'O') {
        wget_wch(keyboard.pad, &code);
        return true;
    }
    if (kind == OK) {
        unget_wch((wchar_t)code);
    } else if (kind == KEY_CODE_YES) {
        ungetch((int)code);
    }
    return false;
}

static uint32_t key_of(int kind, wint_t code)
{
    if (kind == KEY_CODE_YES) {
        return special_key(code); // others, KEY_RESIZE among them, are passed over
    }
    switch (code) {
    case 127:
        return KEY_IS_BACKSPACE;
    case '\n':
        return KEY_IS_ENTER;
    case KEY_IS_ESC:
        return skip_sequence() ? KEY_IS_NONE : KEY_IS_ESC;
    default:
        return (uint32_t)code;
    }
}

uint32_t term_keys_next(void)
{
    wint_t code = 0;
    for (int kind = wget_wch(keyboard.pad, &code); kind != ERR;
         kind = wget_wch(keyboard.pad, &code)) {
        uint32_t key = key_of(kind, code);
        if (key == KEY_IS_CTRL_C) {
            keyboard.pasting = false; // should the closing mark have been lost
        }
        if (key != KEY_IS_NONE && !keyboard.pasting) {
            return key;
        }
    }
    return KEY_IS_NONE;
}
