// What people write (theme, configuration, labels, addresses) and what we keep ourselves and find
// again (holds, journals, events), which anybody may have written over.
#include "fuzz.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/app/config.h"
#include "../../src/app/hold_json.h"
#include "../../src/app/option_table.h"
#include "claims.h"
#include "rehome/action/journal.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/redis/address.h"
#include "rehome/report/event_report.h"

// The name of a file with this text, the same one each time.
static const char *file_of(StrView text)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    CLAIM(ftruncate(fd, 0) == 0 && pwrite(fd, text.at, text.n, 0) == (ssize_t)text.n);
    return path;
}

// --- by people

static void theme(StrView text)
{
    static const char *const folders[] = {"themes", NULL};
    Theme t = theme_default();
    StrBuf warnings = {0};
    StrBuf problems = {0};
    Error err = {0};
    const char *path = file_of(text);
    if (theme_load(path, folders, &t, &warnings, &err)) {
        glyphs_use(&t);
        for (Glyph glyph = 0; glyph < GLYPH_COUNT; glyph++) {
            claim_clean(glyph_text(glyph, false));
            CLAIM(text_width(glyph_text(glyph, false)) <= 2);
        }
        for (Role role = 0; role < ROLE_COUNT; role++) {
            Style style = theme_style(&t, role, true);
            CLAIM(style.fg16 >= COLOUR_DEFAULT && style.fg16 < 16);
            CLAIM(style.bg16 >= COLOUR_DEFAULT && style.bg16 < 16);
            CLAIM(style.fg >= COLOUR_DEFAULT && style.fg < COLOUR_NAMED + 16);
        }
        Theme plain = theme_default();
        glyphs_use(&plain);
    }
    theme_check(path, folders, &problems);
    claim_clean(t.about);
    claim_clean(t.name);
    claim_clean(err.text);
    claim_all_clean(sv(strbuf_text(&warnings)));
    claim_all_clean(sv(strbuf_text(&problems)));
    strbuf_done(&warnings);
    strbuf_done(&problems);
}

// What is shown of an option is taken again, and is then the same.
static void claim_shown(const Options *o)
{
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *option = &option_table[i];
        StrBuf shown = {0};
        StrBuf again = {0};
        Options other = options_default();
        option_show(o, option, &shown);
        if (shown.n > 0) {
            CLAIM(option_read(&other, option, option->name, strbuf_text(&shown), NULL));
            option_show(&other, option, &again);
            CLAIM(strcmp(strbuf_text(&shown), strbuf_text(&again)) == 0);
        }
        option_table_done(&other);
        strbuf_done(&shown);
        strbuf_done(&again);
    }
}

static void config(StrView text)
{
    StrBuf wrong = {0};
    Options o = options_default();
    bool ok = config_read(file_of(text), true, &o, &wrong);
    CLAIM(ok == (wrong.n == 0));
    claim_all_clean(sv_of(strbuf_text(&wrong), wrong.n));
    if (ok) {
        claim_shown(&o);
    }
    option_table_done(&o);
    key_remap_free(o.keys);
    aliases_done(&o.aliases);
    strbuf_done(&wrong);
}

static void labels(StrView text)
{
    static const LabelFacts nodes[] = {
        {{"07c37dfeb235213a872192d90877d0cd55635b91"}, "10.1.2.3", "db7.example.com", 7001, "b"},
        {{"e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca"}, "fd00::1", "", 6379, ""},
        {{""}, "", "\xe7\xaf\x80\xe7\x82\xb9", 0, "\033[31mzone"},
    };
    Labels *all = NULL;
    Error err = {0};
    // Repetitions of repetitions take the C library as long as whoever wrote them likes.
    if (memchr(text.at, '{', text.n) != NULL || memchr(text.at, '*', text.n) != NULL ||
        memchr(text.at, '+', text.n) != NULL) {
        return;
    }
    bool ok = labels_parse(text, "labels", &all, &err);
    claim_clean(err.text);
    Arena *arena = arena_new();
    for (size_t i = 0; ok && i < ARRAY_LEN(nodes); i++) {
        const char *label = labels_of(all, &nodes[i], arena);
        claim_clean(label != NULL ? label : "");
        CLAIM(label == NULL || (*label != '\0' && strlen(label) <= LABEL_MAX_BYTES));
    }
    arena_free(arena);
    labels_free(ok ? all : NULL);
}

static void address(StrView text)
{
    Address a = {0};
    Error err = {0};
    char *typed = mem_strndup(text.at, text.n);
    if (address_parse(typed, 6379, &a, &err)) {
        claim_clean(a.host);
        CLAIM(a.host[0] != '\0' && a.host[0] != '-' && a.port >= 1 && a.port <= UINT16_MAX);
        address_done(&a);
    }
    claim_clean(err.text);
    CLAIM(strstr(typed, "//:hunter2@") == NULL || strstr(err.text, "hunter2") == NULL);
    mem_free(typed);
}

// --- by ourselves

static void holds(StrView text)
{
    Holds *all = mem_alloc(sizeof(*all));
    Error err = {0};
    if (hold_json_read(text, all, &err)) {
        StrBuf once = {0};
        StrBuf twice = {0};
        CLAIM(all->n <= HOLDS_MAX && all->n_tries <= HOLD_TRIES_MAX);
        for (size_t i = 0; i < all->n; i++) {
            claim_clean(all->at[i].owner);
            claim_clean(all->at[i].reason);
            claim_clean(all->at[i].on.host);
        }
        hold_json_write(&once, all);
        CLAIM(hold_json_read(sv_of(strbuf_text(&once), once.n), all, &err));
        hold_json_write(&twice, all);
        CLAIM(strcmp(strbuf_text(&once), strbuf_text(&twice)) == 0);
        strbuf_done(&once);
        strbuf_done(&twice);
    }
    claim_clean(err.text);
    mem_free(all);
}

static void claim_journaled(const JournalEntry *e)
{
    char line[JOURNAL_LINE_MAX];
    JournalEntry again;
    Move *m = move_new(&e->spec, 0);
    m->state = e->state;
    m->serial = e->serial;
    m->fence = e->fence;
    size_t n = journal_format(line, m, e->wall_ms);
    CLAIM(journal_parse(sv_of(line, n - 1), &again, NULL));
    CLAIM(again.state == e->state && again.serial == e->serial && again.fence == e->fence);
    CLAIM(again.wall_ms == e->wall_ms && again.spec.force == e->spec.force);
    CLAIM(node_id_eq(again.spec.replica, e->spec.replica));
    CLAIM(node_id_eq(again.spec.target, e->spec.target));
    move_free(m);
}

// With the checksum that a fuzzer does not find.
static void add_line(StrBuf *out, StrView line)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < line.n; i++) {
        sum = (sum ^ (unsigned char)line.at[i]) * UINT64_C(0x100000001b3);
    }
    strbuf_add_sv(out, line);
    strbuf_addf(out, " %016" PRIx64 "\n", sum);
}

static void journal(StrView text)
{
    StrBuf summed = {0};
    JournalEntry e;
    StrView line;
    if (journal_unfinished(text, &e)) {
        claim_journaled(&e);
    }
    while (sv_next(&text, '\n', &line)) {
        size_t from = summed.n;
        add_line(&summed, line);
        if (journal_parse(sv_of(summed.at + from, summed.n - from - 1), &e, NULL)) {
            claim_journaled(&e);
        }
    }
    if (journal_unfinished(sv_of(strbuf_text(&summed), summed.n), &e)) {
        move_free(journal_resume(&e, 1000));
    }
    strbuf_done(&summed);
}

static void event(StrView text)
{
    Event e = {0};
    StrBuf once = {0};
    StrBuf twice = {0};
    if (event_json_read(text, &e)) {
        claim_clean(e.text);
        claim_clean(e.addr);
        event_json(&once, &e);
        CLAIM(event_json_read(sv_trim(sv(strbuf_text(&once))), &e));
        event_json(&twice, &e);
        CLAIM(strcmp(strbuf_text(&once), strbuf_text(&twice)) == 0);
        strbuf_clear(&once);
        event_text(&once, &e);
        event_log_line(&once, &e);
        claim_all_clean(sv(strbuf_text(&once)));
    }
    strbuf_done(&once);
    strbuf_done(&twice);
}

void fuzz_files(StrView input)
{
    static void (*const kinds[])(StrView) = {theme, config, labels, address, holds, journal, event};
    unsigned kind = fuzz_byte(&input) % ARRAY_LEN(kinds);
    kinds[kind](input.n > 0 ? input : sv(""));
}
