#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "theme_parts.h"

// Line by line, told to whoever wants it. libinih as packaged does not tell the handler its line:
// our reader counts.
static void tell(ThemeReading *r, bool is_error, const char *wanted, StrView got)
{
    char clean[81];
    text_clean_into(clean, sizeof(clean), got);
    if (is_error) {
        if (r->n_errors++ == 0) {
            fail(r->err, ERR_PARSE, "%s:%d: expected %s, got '%s'", r->path, r->line, wanted,
                 clean);
        }
    }
    StrBuf *out = is_error ? r->problems : r->warnings;
    if (out != NULL) {
        strbuf_addf(out, "%s:%d: expected %s, got '%s'\n", r->path, r->line, wanted, clean);
    }
}

// A line that is no line of an INI file: told here, as libinih goes on in silence. What starts with
// a blank goes on with the value above, for libinih.
static bool is_line(StrView line)
{
    StrView text = sv_trim(line);
    StrView head;
    StrView rest = text;
    bool goes_on = line.n > text.n && text.n > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
    return text.n == 0 || goes_on || strchr(";#", text.at[0]) != NULL ||
           sv_cut(&rest, '=', &head) || sv_cut(&rest, ':', &head);
}

static char *read_line(char *line, int size, void *context)
{
    ThemeReading *r = context;
    if ((r->n_errors > 0 && r->problems == NULL) || fgets(line, size, r->file) == NULL) {
        return NULL;
    }
    r->line++;
    if (strchr(line, '\n') == NULL && !feof(r->file)) {
        tell(r, true, "a line of less than 200 characters", sv_of(line, 20));
        return NULL;
    }
    bool is_section = line[0] == '[';
    if (is_section || !is_line(sv(line))) {
        tell(r, true, is_section ? "no [section] in a theme" : "a line such as 'ok = #5faf5f bold'",
             sv_trim(sv(line)));
        line[0] = '\n';
        line[1] = '\0';
    }
    return line;
}

static bool is_being_read(const ThemeReading *r, const char *path)
{
    for (; r != NULL; r = r->heir) {
        if (strcmp(r->path, path) == 0) {
            return true;
        }
    }
    return false;
}

// Finds what is inherited. A theme of one's own may inherit the installed one of the same name.
static bool find_theme(const ThemeReading *r, const char *name, StrBuf *path)
{
    for (size_t i = 0; r->folders != NULL && r->folders[i] != NULL; i++) {
        strbuf_clear(path);
        strbuf_addf(path, "%s/%s.theme", r->folders[i], name);
        FILE *file = is_being_read(r, strbuf_text(path)) ? NULL : fopen(strbuf_text(path), "re");
        if (file != NULL) {
            fclose(file);
            return true;
        }
    }
    return false;
}

static void inherit(ThemeReading *r, const char *name)
{
    StrBuf path = {0};
    Theme built_in = theme_default();
    char about[sizeof(r->theme.about)];
    memcpy(about, r->theme.about, sizeof(about));
    if (r->has_looks) {
        tell(r, true, "inherits before background and the roles", sv(name));
    } else if (strchr(name, '/') == NULL && find_theme(r, name, &path)) {
        ThemeReading above = {
            .path = strbuf_text(&path),
            .folders = r->folders,
            .heir = r,
            .theme = built_in,
            .err = r->err,
            .problems = r->problems,
            .warnings = r->warnings,
        };
        theme_read(&above);
        r->n_errors += above.n_errors;
        r->theme = above.theme;
    } else if (strcmp(name, built_in.name) == 0) {
        r->theme = built_in;
    } else {
        tell(r, true, "the name of another theme to inherit", sv(name));
    }
    memcpy(r->theme.about, about, sizeof(about));
    for (int role = 0; role < ROLE_COUNT; role++) {
        r->line_of[role] = r->line;
    }
    strbuf_done(&path);
}

static void take_background(ThemeReading *r, const char *value)
{
    int32_t colour;
    r->has_looks = true;
    if (theme_parse_colour(sv(value), &colour) && colour < COLOUR_NAMED) {
        r->theme.background = colour;
    } else {
        tell(r, true, "background = #rrggbb or default", sv(value));
    }
}

static void take_role(ThemeReading *r, Role role, const char *value)
{
    Mistake m;
    if (r->seen[role]) {
        tell(r, true, "each role once", sv(theme_role_name(role)));
        return;
    }
    r->seen[role] = true;
    r->has_looks = true;
    r->line_of[role] = r->line;
    if (!theme_parse_look(role, sv(value), &r->theme.style[role], &r->theme.mark[role], &m)) {
        tell(r, true, m.wanted, m.got);
    }
}

static int take_line(void *context, const char *section, const char *name, const char *value)
{
    (void)section; // read_line() lets none pass
    ThemeReading *r = context;
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (strcmp(name, theme_role_name((Role)role)) == 0) {
            take_role(r, (Role)role, value);
            return 1;
        }
    }
    if (strcmp(name, "inherits") == 0) {
        inherit(r, value);
    } else if (strcmp(name, "about") == 0) {
        text_clean_into(r->theme.about, sizeof(r->theme.about), sv(value));
    } else if (strcmp(name, "background") == 0) {
        take_background(r, value);
    } else {
        tell(r, false, "the name of a role", sv(name));
    }
    return 1;
}

// "themes/night.theme" is called "night".
static void name_from_path(Theme *theme, const char *path)
{
    static const char suffix[] = ".theme";
    ptrdiff_t slash = sv_rfind(sv(path), '/');
    StrView name = sv(path + slash + 1);
    size_t suffix_n = strlen(suffix);
    if (name.n > suffix_n && sv_is(sv_of(name.at + name.n - suffix_n, suffix_n), suffix)) {
        name.n -= suffix_n;
    }
    text_clean_into(theme->name, sizeof(theme->name), name);
}

static void tell_unreadable(ThemeReading *r, const char *why)
{
    if (r->n_errors++ == 0) {
        fail(r->err, ERR_IO, "%s: cannot read the theme: %s", r->path, why);
    }
    if (r->problems != NULL) {
        strbuf_addf(r->problems, "%s: cannot read the theme: %s\n", r->path, why);
    }
}

bool theme_read(ThemeReading *r)
{
    r->file = fopen(r->path, "re");
    if (r->file == NULL) {
        tell_unreadable(r, strerror(errno));
        return false;
    }
    errno = 0;
    r->theme.about[0] = '\0';
    ini_parse_stream(read_line, r, take_line, r);
    if (ferror(r->file) != 0) {
        tell_unreadable(r, strerror(errno)); // a directory, say
    }
    fclose(r->file);
    name_from_path(&r->theme, r->path);
    return r->n_errors == 0;
}

bool theme_load(const char *path, const char *const *folders, Theme *out, StrBuf *warnings,
                Error *err)
{
    ThemeReading r = {
        .path = path,
        .folders = folders,
        .theme = theme_default(),
        .warnings = warnings,
        .err = err,
    };
    if (!theme_read(&r)) {
        return false;
    }
    *out = r.theme;
    return true;
}
