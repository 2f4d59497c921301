#include "config.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "option_table.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum { LINE_SIZE = 200 }; // what libinih as packaged takes; it would cut a longer one silently

// A file being read. libinih as packaged tells its handler no line, and of all that is wrong with a
// file only the first line: our reader counts, and sees which lines never got to the handler.
typedef struct {
    const char *path;
    FILE *file;
    Options *o;
    StrBuf *wrong;
    int line;
    bool wants_name;       // the line last read is neither blank, a comment nor a section
    bool cuts;             // ... and libinih will take its end for a comment
    bool is_known;         // its section is one
    bool is_shared;        // others may read the file
    int said[OPTIONS_MAX]; // the line of each option; 0: none yet
} Reading;

static void complain_at(Reading *r, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain_at(Reading *r, int line, const char *format, ...)
{
    char text[480];
    char clean[sizeof(text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_clean_into(clean, sizeof(clean), sv(text));
    strbuf_addf(r->wrong, "%s:%d: %s\n", r->path, line, clean);
}

// --- sections ---

static void take_option(Reading *r, const char *name, const char *value)
{
    Error err = {0};
    const Option *option = option_find(sv(name));
    if (option == NULL) {
        const Option *meant = option_nearest(sv(name));
        complain_at(r, r->line, "there is no setting '%s'%s%s%s", name,
                    meant != NULL ? "; did you mean " : "", meant != NULL ? meant->name : "",
                    meant != NULL ? "?" : "; --default-config prints all");
        return;
    }
    int *said = &r->said[option - option_table];
    if ((option->traits & OPTION_NOT_IN_FILE) != 0) {
        complain_at(r, r->line, "%s is for the command line only", name);
    } else if (*said > 0 && option->kind != KIND_MAP) {
        complain_at(r, r->line, "%s stands there twice: in line %d already", name, *said);
    } else if (option->kind == KIND_SECRET && r->is_shared && value[0] != '\0') {
        complain_at(r, r->line, "others may read the password here: chmod 600 %s", r->path);
    } else if (value[0] == '\0') {
        option_reset(r->o, option);
    } else if (!option_read(r->o, option, name, value, &err)) {
        complain_at(r, r->line, "%s", err.text);
    }
    *said = r->line;
}

static void take_keys(Reading *r, const char *name, const char *value)
{
    Error err = {0};
    if (r->o->keys == NULL) {
        r->o->keys = key_remap_new();
    }
    if (!key_remap_bind(r->o->keys, sv(name), sv(value), r->line, &err)) {
        complain_at(r, r->line, "%s", err.text);
    }
}

static void take_columns(Reading *r, const char *name, const char *value)
{
    Error err = {0};
    if (!column_sets_put(&r->o->column_sets, sv(name), sv(value), &err)) {
        complain_at(r, r->line, "%s", err.text);
    }
}

static void take_alias(Reading *r, const char *name, const char *value)
{
    Error err = {0};
    if (!aliases_add(&r->o->aliases, sv(name), sv(value), &err)) {
        complain_at(r, r->line, "%s", err.text);
    }
}

static const struct {
    const char *name;
    void (*take)(Reading *r, const char *name, const char *value);
} sections[] = {
    {"rehome", take_option},
    {"keys", take_keys},
    {"columns", take_columns},
    {"aliases", take_alias},
};

static void check_section(Reading *r, StrView name)
{
    const char *meant = NULL;
    r->is_known = false;
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        r->is_known = r->is_known || sv_is(name, sections[i].name);
        if (sv_distance(name, sv(sections[i].name)) < 3) {
            meant = sections[i].name;
        }
    }
    if (!r->is_known) {
        complain_at(r, r->line, "there is no section [%.*s]%s%s%s", name.n > 40 ? 40 : (int)name.n,
                    name.at, meant != NULL ? "; did you mean [" : "", meant != NULL ? meant : "",
                    meant != NULL ? "]?" : "; --default-config prints all");
    }
}

// --- lines ---

// What libinih is going to make of this line.
static void look_at(Reading *r, StrView line)
{
    static const char bom[] = "\xEF\xBB\xBF";
    if (r->line == 1 && sv_starts(line, bom)) {
        line = sv_of(line.at + strlen(bom), line.n - strlen(bom));
    }
    line = sv_trim(line);
    r->wants_name = line.n > 0 && line.at[0] != '#' && line.at[0] != ';';
    r->cuts = false;
    if (r->wants_name && line.at[0] == '[') {
        StrView rest = sv_of(line.at + 1, line.n - 1);
        StrView name;
        if (sv_cut(&rest, ']', &name)) {
            r->wants_name = false;
            check_section(r, name);
        }
    }
    for (size_t i = 1; i < line.n; i++) {
        r->cuts =
            r->cuts || (line.at[i] == ';' && (line.at[i - 1] == ' ' || line.at[i - 1] == '\t'));
    }
}

static void end_line(Reading *r)
{
    if (r->wants_name) {
        complain_at(r, r->line, "expected a line such as 'name = value'");
        r->wants_name = false;
    }
}

static char *read_line(char *line, int size, void *context)
{
    Reading *r = context;
    end_line(r);
    if (fgets(line, size, r->file) == NULL) {
        return NULL;
    }
    r->line++;
    if (strchr(line, '\n') == NULL && !feof(r->file)) {
        int c = 0;
        while (c != '\n' && c != EOF) {
            c = fgetc(r->file);
        }
        complain_at(r, r->line, "expected a line of less than %d characters", LINE_SIZE);
        line[0] = '\0';
    }
    // An indented line would go on with the one above it.
    size_t indent = strspn(line, " \t");
    memmove(line, line + indent, strlen(line + indent) + 1);
    look_at(r, sv(line));
    return line;
}

static int take_line(void *context, const char *section, const char *name, const char *value)
{
    Reading *r = context;
    r->wants_name = false;
    if (section[0] == '\0') {
        complain_at(r, r->line, "'%s' stands before any section: begin with a line [rehome]", name);
    } else if (name[0] == '\0') {
        complain_at(r, r->line, "expected a name before the '='");
    } else if (r->cuts) {
        complain_at(r, r->line,
                    "a ';' behind a blank begins a comment: leave it out, or the blank before it");
    } else {
        for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
            if (r->is_known && strcmp(section, sections[i].name) == 0) {
                sections[i].take(r, name, value);
            }
        }
    }
    return 1; // what is wrong is told, and the rest is read
}

// --- the file ---

static void on_wrong_key(void *context, int line, const char *text)
{
    complain_at(context, line, "%s", text);
}

static void read_all(Reading *r)
{
    struct stat st;
    r->is_shared = fstat(fileno(r->file), &st) != 0 || (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
    int failed = ini_parse_stream(read_line, r, take_line, r);
    end_line(r);
    if (ferror(r->file) != 0) {
        strbuf_addf(r->wrong, "%s: cannot be read: %s\n", r->path, strerror(errno)); // a directory
    } else if (failed < 0) {
        strbuf_addf(r->wrong, "%s: out of memory\n", r->path);
    }
    if (r->o->keys != NULL) {
        key_remap_check(r->o->keys, on_wrong_key, r);
    }
}

bool config_read(const char *path, bool must_exist, Options *o, StrBuf *wrong)
{
    size_t before = wrong->n;
    Reading r = {.path = path, .o = o, .wrong = wrong};
    r.file = fopen(path, "re");
    if (r.file == NULL && errno == ENOENT && !must_exist) {
        return true;
    }
    if (r.file == NULL) {
        strbuf_addf(wrong, "%s: cannot read the configuration: %s\n", path, strerror(errno));
        return false;
    }
    read_all(&r);
    fclose(r.file);
    return wrong->n == before;
}
