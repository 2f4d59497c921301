#include "golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"

static bool write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (f == NULL) {
        fprintf(stderr, "golden: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    bool ok = fputs(text, f) >= 0;
    return fclose(f) == 0 && ok;
}

static bool read_file(const char *path, StrBuf *out)
{
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return false;
    }
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) {
        strbuf_add_sv(out, sv_of(chunk, n));
    }
    bool ok = ferror(f) == 0;
    return fclose(f) == 0 && ok;
}

// Lines of a text, by number.
typedef struct {
    StrView *at;
    int n;
    int width; // of the widest, in cells
} Lines;

static Lines lines_of(const char *text)
{
    Lines lines = {0};
    size_t cap = 0;
    StrView rest = sv(text);
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        lines.at = mem_grow(lines.at, &cap, (size_t)lines.n + 1, sizeof(*lines.at));
        lines.at[lines.n++] = line;
        char *copy = mem_strndup(line.at, line.n);
        int width = text_width(copy);
        lines.width = width > lines.width ? width : lines.width;
        mem_free(copy);
    }
    return lines;
}

static bool line_differs(const Lines *a, const Lines *b, int i)
{
    bool here = i < a->n;
    bool there = i < b->n;
    return here != there || (here && !sv_eq(a->at[i], b->at[i]));
}

// One line of the picture, as wide as all of its column.
static void print_cell(const Lines *lines, int i, const char *edge)
{
    StrView line = i < lines->n ? lines->at[i] : sv("");
    char *copy = mem_strndup(line.n > 0 ? line.at : "", line.n);
    fprintf(stderr, "%s%s%*s", i < lines->n ? edge : "~", copy, lines->width - text_width(copy),
            "");
    mem_free(copy);
}

// Below a line that differs: where.
static void print_carets(const Lines *want, const Lines *got, int i)
{
    StrView a = i < want->n ? want->at[i] : sv("");
    StrView b = i < got->n ? got->at[i] : sv("");
    int shown = 0;
    fprintf(stderr, "       ");
    for (int x = 0; a.n > 0 || b.n > 0;) {
        uint32_t one = a.n > 0 ? text_next(&a) : 0;
        uint32_t other = b.n > 0 ? text_next(&b) : 0;
        int width = text_code_width(one != 0 ? one : other);
        if (one != other) {
            fprintf(stderr, "%*s%s", x - shown, "", width == 2 ? "^^" : "^");
            shown = x + width;
        }
        x += width;
    }
    fprintf(stderr, "\n");
}

// A line of the picture.
static void print_row(const Lines *want, const Lines *got, int i, bool beside)
{
    bool differs = line_differs(want, got, i);
    fprintf(stderr, "%4d %c ", i + 1, differs ? '>' : ' ');
    print_cell(want, i, "|");
    if (beside || differs) {
        fprintf(stderr, beside ? "  " : "\n   got ");
        print_cell(got, i, "|");
    }
    fprintf(stderr, "\n");
    if (differs) {
        print_carets(want, got, i);
    }
}

// Whether a line within so many of this one differs.
static bool is_near(const Lines *want, const Lines *got, int i, int around)
{
    bool near = false;
    for (int k = i - around; k <= i + around; k++) {
        near = near || (k >= 0 && line_differs(want, got, k));
    }
    return near;
}

// As a person would compare two screens: what was expected at the left, what came at the right, and
// a mark where they differ; with a few lines around it. Wide ones are below each other.
static void print_difference(const char *path, const char *expected, const char *text)
{
    enum { BESIDE_MAX = 100, AROUND = 2 };
    Lines want = lines_of(expected);
    Lines got = lines_of(text);
    bool beside = want.width <= BESIDE_MAX && got.width <= BESIDE_MAX;
    int n = want.n > got.n ? want.n : got.n;
    int first = -1;
    for (int i = 0; i < n; i++) {
        if (first < 0 && line_differs(&want, &got, i)) {
            first = i;
        }
        if (is_near(&want, &got, i, AROUND)) {
            print_row(&want, &got, i, beside);
        }
    }
    if (first < 0) {
        fprintf(stderr, "%s: only the newline at the end differs\n", path);
    } else {
        fprintf(stderr, "%s: from line %d on, expected %s what came (GENERATE=1 rewrites it)\n",
                path, first + 1, beside ? "beside" : "above");
    }
    mem_free(want.at);
    mem_free(got.at);
}

static void add_path(StrBuf *path, const char *folder, const char *name)
{
    const char *root = getenv("REHOME_ROOT");
    strbuf_addf(path, "%s/%s%s", root != NULL ? root : ".", folder, name);
}

bool golden_contained(const char *file, const char *text)
{
    StrBuf path = {0};
    StrBuf held = {0};
    add_path(&path, "", file);
    bool ok = read_file(strbuf_text(&path), &held) && strstr(strbuf_text(&held), text) != NULL;
    if (!ok) {
        fprintf(stderr, "%s should hold:\n%s", strbuf_text(&path), text);
    }
    strbuf_done(&path);
    strbuf_done(&held);
    return ok;
}

bool golden_equal(const char *name, const char *text)
{
    const char *generate = getenv("GENERATE");
    StrBuf path = {0};
    add_path(&path, "tests/golden/", name);
    bool ok;
    if (generate != NULL && strcmp(generate, "1") == 0) {
        ok = write_file(strbuf_text(&path), text);
    } else {
        StrBuf expected = {0};
        ok = read_file(strbuf_text(&path), &expected);
        if (!ok) {
            fprintf(stderr, "golden: cannot read %s (GENERATE=1 makes it)\n", strbuf_text(&path));
        } else if (strcmp(strbuf_text(&expected), text) != 0) {
            ok = false;
            print_difference(strbuf_text(&path), strbuf_text(&expected), text);
        }
        strbuf_done(&expected);
    }
    strbuf_done(&path);
    return ok;
}
