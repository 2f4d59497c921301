#include "exposition.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"

enum { METRIC_BYTES = 128 };

// One pass over the page.
typedef struct {
    const char *begin;
    StrView line;
    StrView at;    // of the line, what is not read yet
    StrView name;  // of the metric whose samples may come now
    bool has_type; // of that metric
} Page;

static bool is_name_char(char c, bool first, bool in_metric)
{
    return isalpha((unsigned char)c) || c == '_' || (in_metric && c == ':') ||
           (!first && isdigit((unsigned char)c));
}

static bool read_name(Page *p, bool is_metric, StrView *out)
{
    size_t n = 0;
    while (n < p->at.n && is_name_char(p->at.at[n], n == 0, is_metric)) {
        n++;
    }
    *out = sv_of(p->at.at, n);
    p->at = sv_of(p->at.at + n, p->at.n - n);
    return n > 0 && n < METRIC_BYTES;
}

static bool read_char(Page *p, char c)
{
    if (p->at.n == 0 || p->at.at[0] != c) {
        return false;
    }
    p->at = sv_of(p->at.at + 1, p->at.n - 1);
    return true;
}

// Between the quotes: a backslash only before what it may stand before.
static bool read_value(Page *p)
{
    while (p->at.n > 0 && p->at.at[0] != '"') {
        bool escapes = read_char(p, '\\');
        if (escapes && (p->at.n == 0 || strchr("\\\"n", p->at.at[0]) == NULL)) {
            return false;
        }
        if ((unsigned char)p->at.at[0] < 0x20) {
            return false;
        }
        p->at = sv_of(p->at.at + 1, p->at.n - 1);
    }
    return true;
}

static bool was_named(const StrView *seen, size_t n, StrView name)
{
    for (size_t i = 0; i < n; i++) {
        if (sv_eq(seen[i], name)) {
            return true;
        }
    }
    return false;
}

static const char *read_labels(Page *p)
{
    StrView seen[16];
    size_t n = 0;
    if (!read_char(p, '{')) {
        return NULL;
    }
    do {
        if (n == ARRAY_LEN(seen) || !read_name(p, false, &seen[n]) || sv_starts(seen[n], "__")) {
            return "expected the name of a label";
        }
        if (was_named(seen, n, seen[n])) {
            return "a label is named twice";
        }
        n++;
        if (!read_char(p, '=') || !read_char(p, '"') || !read_value(p) || !read_char(p, '"')) {
            return "expected =\"value\", with \\\\ \\\" and \\n only";
        }
    } while (read_char(p, ','));
    return read_char(p, '}') ? NULL : "expected } or , behind a label";
}

// Whether the series stood on an earlier line.
static bool is_repeated(const Page *p, StrView series)
{
    StrView rest = sv_of(p->begin, (size_t)(p->line.at - p->begin));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        if (line.n > series.n && line.at[series.n] == ' ' &&
            memcmp(line.at, series.at, series.n) == 0) {
            return true;
        }
    }
    return false;
}

static const char *check_sample(Page *p)
{
    StrView name;
    if (!read_name(p, true, &name)) {
        return "expected the name of a metric";
    }
    if (!p->has_type || !sv_eq(name, p->name)) {
        return "a sample has to follow the HELP and TYPE of its metric";
    }
    const char *wrong = read_labels(p);
    if (wrong != NULL) {
        return wrong;
    }
    if (is_repeated(p, sv_of(p->line.at, p->line.n - p->at.n))) {
        return "the series is there twice";
    }
    int64_t value;
    if (!read_char(p, ' ') || !sv_to_milli(p->at, &value)) {
        return "expected one blank, a number, and nothing else";
    }
    return NULL;
}

// "# HELP name text", then "# TYPE name gauge".
static const char *check_comment(Page *p)
{
    StrView word = {0};
    StrView name;
    sv_cut(&p->at, ' ', &word); // the #
    bool is_help = sv_cut(&p->at, ' ', &word) && sv_is(word, "HELP");
    if ((!is_help && !sv_is(word, "TYPE")) || !read_name(p, true, &name) || !read_char(p, ' ') ||
        p->at.n == 0) {
        return "expected # HELP name text, or # TYPE name gauge";
    }
    if (!is_help) {
        p->has_type = sv_eq(name, p->name) && sv_is(p->at, "gauge");
        return p->has_type ? NULL : "expected the TYPE of the metric above, which is gauge";
    }
    char header[METRIC_BYTES + 16];
    snprintf(header, sizeof(header), "# HELP %.*s ", (int)name.n, name.at);
    if (strstr(p->begin, header) != p->line.at) {
        return "the metric was begun before";
    }
    p->name = name;
    p->has_type = false;
    return NULL;
}

bool exposition_valid(const char *text, char *why, size_t size)
{
    Page p = {.begin = text};
    StrView rest = sv(text);
    int number = 0;
    while (rest.n > 0) {
        number++;
        bool ends = sv_cut(&rest, '\n', &p.line);
        p.at = p.line;
        const char *wrong = !ends                                 ? "the last line has no end"
                            : p.line.n > 0 && p.line.at[0] == '#' ? check_comment(&p)
                                                                  : check_sample(&p);
        if (wrong != NULL) {
            snprintf(why, size, "line %d: %s: %.*s", number, wrong, (int)p.line.n,
                     ends ? p.line.at : "");
            return false;
        }
    }
    snprintf(why, size, "%s", number == 0 ? "it is empty" : "");
    return number > 0;
}

double exposition_value(const char *text, const char *series)
{
    int64_t found = -1000;
    int n = 0;
    StrView rest = sv(text);
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        ptrdiff_t blank = sv_rfind(line, ' ');
        if (sv_starts(line, series) && blank > 0) {
            StrView value = sv_of(line.at + blank + 1, line.n - (size_t)blank - 1);
            n += sv_to_milli(value, &found);
        }
    }
    return n == 1 ? (double)found / 1000 : -1;
}
