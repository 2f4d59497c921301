#include "golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/strbuf.h"

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

static void print_line(const char *whose, bool there, StrView line)
{
    if (there) {
        fprintf(stderr, "  %s |%.*s|\n", whose, (int)line.n, line.n > 0 ? line.at : "");
    } else {
        fprintf(stderr, "  %s (no such line)\n", whose);
    }
}

static void print_difference(const char *path, const char *expected, const char *text)
{
    StrView want = sv(expected);
    StrView got = sv(text);
    for (int line = 1;; line++) {
        StrView want_line = {0};
        StrView got_line = {0};
        bool wanted = sv_next(&want, '\n', &want_line);
        bool there = sv_next(&got, '\n', &got_line);
        if (!wanted && !there) {
            fprintf(stderr, "%s: only the newline at the end differs\n", path);
            return;
        }
        if (wanted != there || !sv_eq(want_line, got_line)) {
            fprintf(stderr, "%s: line %d differs (GENERATE=1 rewrites the file)\n", path, line);
            print_line("golden", wanted, want_line);
            print_line("now   ", there, got_line);
            return;
        }
    }
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
