// Text from anywhere: cleaned, measured, drawn, typed, and come back from a tape's bytes.
#include "fuzz.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

#include "../../src/tape/delta.h"
#include "../../src/ui/prompt.h"
#include "../../src/ui/term_keys.h"
#include "claims.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/ui/keys.h"

static void clean(StrView raw)
{
    Arena *arena = arena_new();
    size_t max = fuzz_byte(&raw);
    char *all = text_clean(arena, raw, 0);
    char *some = text_clean(arena, raw, max);
    char *into = arena_alloc(arena, max + 1);
    text_clean_into(into, max + 1, raw);
    claim_clean(all);
    claim_clean(some);
    claim_clean(into);
    CLAIM(strlen(all) <= raw.n && text_width(all) <= 2 * (int)raw.n);
    CLAIM(strlen(into) <= max && strncmp(into, all, strlen(into)) == 0);
    CLAIM(max == 0 || strcmp(some, into) == 0);
    for (StrView rest = raw; rest.n > 0;) {
        char utf8[4];
        uint32_t code = text_next(&rest);
        StrView again = sv_of(utf8, text_put(code, utf8));
        CLAIM(text_next(&again) == code && again.n == 0);
    }
    arena_free(arena);
}

static void draw_text(Canvas *c, unsigned how, int x, int y, int max_w, const char *text)
{
    Role role = (Role)(how % ROLE_COUNT);
    switch (how % 7) {
    case 0:
        canvas_text(c, x, y, max_w, role, text);
        break;
    case 1:
        canvas_text_middle(c, x, y, max_w, role, text);
        break;
    case 2:
        canvas_right(c, x, y, max_w, role, text);
        break;
    case 3:
        canvas_box(c, (Rect){x, y, max_w, (int)(how / 7)}, role, text);
        break;
    case 4:
        canvas_bar(c, x, y, max_w, role, (int)how * 5 - 100);
        break;
    case 5:
        canvas_fill(c, (Rect){x, y, max_w, 3}, role, ' ');
        break;
    default:
        canvas_mark(c, (Rect){x, y, max_w, 2}, CELL_REVERSE);
        break;
    }
}

// As raw as it came: whoever forgets to clean a text must not thereby reach the terminal.
static void draw(StrView raw)
{
    int w = (int)fuzz_byte(&raw);
    int h = (int)fuzz_byte(&raw) % 16;
    Canvas *c = canvas_new(w, h, h % 2 != 0);
    while (raw.n > 0) {
        unsigned how = fuzz_byte(&raw);
        int x = (int)fuzz_byte(&raw) - 16;
        int y = (int)fuzz_byte(&raw) % 20 - 2;
        int max_w = (int)fuzz_byte(&raw) - 16;
        StrView piece = raw;
        if (!sv_cut(&raw, '\0', &piece)) {
            raw = sv("");
        }
        char *text = mem_strndup(piece.at, piece.n);
        draw_text(c, how, x, y, max_w, text);
        mem_free(text);
        claim_whole(c);
    }
    canvas_free(c);
}

static void type(StrView raw)
{
    static const uint32_t editing[] = {KEY_IS_BACKSPACE, KEY_IS_CTRL_U, KEY_IS_LEFT, KEY_IS_RIGHT,
                                       KEY_IS_HOME,      KEY_IS_END,    KEY_IS_ESC,  KEY_IS_ENTER};
    Prompt p = {.n = 0};
    Canvas *c = canvas_new(1 + (int)fuzz_byte(&raw) % 40, 1, false);
    while (raw.n > 0) {
        uint32_t code = text_next(&raw);
        prompt_key(&p, code < ARRAY_LEN(editing) ? editing[code] : code);
        CLAIM(p.n < sizeof(p.text) && p.at <= p.n && strlen(p.text) == p.n);
        CLAIM(p.at == p.n || ((unsigned char)p.text[p.at] & 0xC0) != 0x80);
        claim_clean(p.text);
        canvas_clear(c);
        prompt_draw(&p, c, 0, 0, c->w, true);
        claim_whole(c);
    }
    canvas_free(c);
}

// --- the keyboard

static int keyboard = -1; // what is written here is typed

static bool open_keyboard(void)
{
    int ends[2];
    if (keyboard >= 0) {
        return true;
    }
    FILE *nowhere = fopen("/dev/null", "we");
    if (nowhere == NULL || pipe(ends) != 0) {
        return false;
    }
    SCREEN *screen = newterm("xterm-256color", nowhere, fdopen(ends[0], "re"));
    if (screen == NULL) {
        return false;
    }
    set_escdelay(0); // all that is typed is there already
    raw();
    term_keys_open();
    term_keys_mouse(true);
    keyboard = ends[1];
    return true;
}

static void press(StrView bytes)
{
    static const char paste_ends[] = "\033[201~";
    int x = 0;
    int y = 0;
    if (!open_keyboard() || write(keyboard, bytes.at, bytes.n) != (ssize_t)bytes.n) {
        return;
    }
    size_t n = 0;
    for (uint32_t key; (key = term_keys_next(&x, &y)) != KEY_IS_NONE; n++) {
        char name[KEY_NAME_SIZE];
        claim_clean(key_to_name(key, name, sizeof(name)));
        CLAIM(n <= bytes.n && x >= 0 && y >= 0);
        CLAIM(key <= KEY_IS_WHEEL_DOWN && (key < 0xD800 || key > 0xDFFF));
    }
    // Whatever came before: behind the end of a paste keys are keys.
    if (write(keyboard, paste_ends, strlen(paste_ends)) > 0) {
        while (term_keys_next(&x, &y) != KEY_IS_NONE) {
        }
    }
}

// --- numbers, words, bytes

static void measure(StrView raw)
{
    char out[64];
    int64_t number = 0;
    uint64_t natural = 0;
    SlotRange range;
    NodeId id;
    memcpy(&number, raw.at, raw.n < sizeof(number) ? raw.n : sizeof(number));
    claim_clean(format_bytes(out, sizeof(out), number));
    claim_clean(format_count(out, sizeof(out), number));
    claim_clean(format_clock(out, sizeof(out), number));
    claim_clean(format_seconds(out, sizeof(out), number));
    claim_clean(format_wall(out, sizeof(out), number));
    claim_clean(format_day(out, sizeof(out), number));
    snprintf(out, sizeof(out), "%" PRId64, number);
    int64_t again = 0;
    CLAIM(sv_to_i64(sv(out), &again) && again == number);
    sv_to_milli(raw, &number);
    sv_to_u64(raw, &natural);
    CLAIM(!slot_range_parse(raw, &range) || (range.first <= range.last && range.last < SLOT_COUNT));
    CLAIM(!node_id_parse(raw, &id) || raw.n == NODE_ID_LEN);
    char *name = mem_strndup(raw.at, raw.n);
    uint32_t key = key_from_name(name);
    CLAIM(key == KEY_IS_NONE || key_from_name(key_to_name(key, out, sizeof(out))) == key);
    CLAIM(sv_distance(raw, raw) == (raw.n > 32 ? SIZE_MAX : 0));
    mem_free(name);
}

static void delta(StrView raw)
{
    StrBuf coded = {0};
    StrBuf text = {0};
    StrView before;
    if (!sv_cut(&raw, '\0', &before)) {
        before = sv("");
    }
    Bytes wild = {.rest = raw};
    delta_get(&wild, before, 1 << 20, &text);
    CLAIM(text.n <= 1 << 20);
    strbuf_clear(&text);
    delta_put(&coded, before, raw);
    Bytes in = {.rest = sv_of(strbuf_text(&coded), coded.n)};
    CLAIM(delta_get(&in, before, raw.n, &text) && !in.is_bad && in.rest.n == 0);
    CLAIM(sv_eq(sv_of(strbuf_text(&text), text.n), raw));
    strbuf_done(&coded);
    strbuf_done(&text);
}

void fuzz_text(StrView input)
{
    static void (*const ways[])(StrView) = {clean, draw, type, press, measure, delta};
    unsigned way = fuzz_byte(&input) % ARRAY_LEN(ways);
    ways[way](input.n > 0 ? input : sv(""));
}
