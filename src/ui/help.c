// The page of keys, from the table of keys, and what the glyphs mean.
#include <stdio.h>

#include "command.h"
#include "page.h"
#include "rehome/base/mem.h"
#include "view.h"

static const struct {
    unsigned scope; // bindings that have all of these and are not shown further up
    const char *title;
} sections[] = {
    {IN_TREE, "Tree"},
    {IN_PICK, "While a replica is picked up"},
    {IN_CONFIRM, "While a move is announced"},
    {IN_DEMO, "Demo"},
    {IN_REPLAY, "Replay"},
    {IN_FORM | IN_FILTER, "While text is typed"},
    {IN_EVENTS | IN_AUTO | IN_DETAILS | IN_HELP, "Lists"},
    {IN_COMMAND, "Command line"},
    {IN_ANY, "Everywhere"},
};

static const struct {
    Glyph glyph;
    Role role;
    const char *text;
} legend[] = {
    {GLYPH_ORPHAN, ROLE_ORPHAN, "orphaned: owns slots and has no working replica"},
    {GLYPH_FAILED, ROLE_CRIT, "failed, as the cluster agreed"},
    {GLYPH_SYNC, ROLE_SYNC, "on its way: linking, syncing or loading; its master is at risk"},
    {GLYPH_LINK_DOWN, ROLE_CRIT, "alive, but the replication link is down"},
    {GLYPH_UNKNOWN, ROLE_STALE, "suspected, or we cannot ask it"},
    {GLYPH_OK, ROLE_OK, "protected master, replica in sync; a spare is one above the floor"},
};

// The first section a binding belongs to.
static size_t section_of(const KeyBinding *b)
{
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(sections) && (b->scope & sections[i].scope) == 0) {
        i++;
    }
    return i;
}

static void add_section(Page *page, const KeyMap *keys, size_t section)
{
    bool titled = false;
    for (size_t i = 0; i < keys->n; i++) {
        const KeyBinding *b = &keys->at[i];
        if (section_of(b) != section || b->keys[0] == '\0') {
            continue;
        }
        if (!titled) {
            page_title(page, sections[section].title);
            titled = true;
        }
        page_add(page, ROLE_KEY, b->keys, ROLE_TEXT, b->help);
    }
    if (titled) {
        page_blank(page);
    }
}

void help_draw(Ui *ui, Canvas *c, Rect r)
{
    enum { KEYS_WIDTH = 14 };
    Page page = {.width = r.w - 2, .left_w = KEYS_WIDTH};
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        add_section(&page, ui->keys, i);
    }
    page_title(&page, "Commands, behind a :");
    for (size_t i = 0; i < line_commands_n; i++) {
        StrBuf text = {0};
        const LineCommand *command = &line_commands[i];
        strbuf_addf(&text, "%s%s%s", command->args, command->args[0] != '\0' ? ": " : "",
                    command->help);
        page_add(&page, ROLE_KEY, command->name, ROLE_TEXT, strbuf_text(&text));
        strbuf_done(&text);
    }
    for (size_t i = 0; i < ui->n_settings; i++) {
        StrBuf text = {0};
        const UiSetting *setting = &ui->settings[i];
        strbuf_addf(&text, "%s: %s", setting->arg, setting->help);
        page_add(&page, ROLE_KEY, setting->name, ROLE_TEXT, strbuf_text(&text));
        strbuf_done(&text);
    }
    page_blank(&page);
    page_title(&page, "Signs");
    for (size_t i = 0; i < ARRAY_LEN(legend); i++) {
        page_add(&page, legend[i].role, glyph_text(legend[i].glyph, c->ascii), ROLE_TEXT,
                 legend[i].text);
    }
    scroll_place(&ui->help_page, r, page.n);
    page_draw(&page, c, (Rect){r.x + 1, r.y, r.w - 2, r.h}, ui->help_page.top);
    page_done(&page);
}
