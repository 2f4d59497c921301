#include "theme_file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"
#include "rehome/base/text.h"

enum { FOLDERS_MAX = 4 };

static const char suffix[] = ".theme";
static const char fallback[] = "dark";

typedef struct {
    char *at[FOLDERS_MAX + 1]; // ends with NULL
    size_t n;
} Folders;

// Beside the build folder, or above it for a variant of the build, as this program's own file says.
static void add_beside_build(Folders *f, int levels)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
    StrView rest = sv_of(self, n > 0 ? (size_t)n : 0);
    for (int up = 0; up < levels; up++) {
        ptrdiff_t slash = sv_rfind(rest, '/');
        if (slash < 0) {
            return;
        }
        rest.n = (size_t)slash;
    }
    StrBuf path = {0};
    strbuf_add_sv(&path, rest);
    strbuf_add(&path, "/themes");
    f->at[f->n++] = mem_strdup(strbuf_text(&path));
    strbuf_done(&path);
}

static Folders folders_new(void)
{
    Folders f = {0};
    f.n += paths_theme_dir(&f.at[0]);
    f.at[f.n++] = mem_strdup(REHOME_DATA_DIR "/themes");
    add_beside_build(&f, 2);
    add_beside_build(&f, 3);
    return f;
}

static void folders_done(Folders *f)
{
    for (size_t i = 0; i < f->n; i++) {
        mem_free(f->at[i]);
    }
}

static bool find_file(const Folders *f, const char *name, StrBuf *path)
{
    for (size_t i = 0; i < f->n; i++) {
        strbuf_clear(path);
        strbuf_addf(path, "%s/%s%s", f->at[i], name, suffix);
        if (access(strbuf_text(path), F_OK) == 0) {
            return true;
        }
    }
    return false;
}

static bool load_by_name(const Folders *f, const char *name, Theme *out, StrBuf *warnings,
                         Error *err)
{
    const char *const *folders = (const char *const *)f->at;
    if (strchr(name, '/') != NULL) {
        return theme_load(name, folders, out, warnings, err);
    }
    StrBuf path = {0};
    bool ok = true;
    if (find_file(f, name, &path)) {
        ok = theme_load(strbuf_text(&path), folders, out, warnings, err);
    } else if (strcmp(name, fallback) == 0) {
        *out = theme_default();
    } else {
        ok = fail(err, ERR_USAGE, "no theme named '%s': see rehome --list-themes", name);
    }
    strbuf_done(&path);
    return ok;
}

bool theme_file_load(const char *name, Theme *out, StrBuf *warnings, Error *err)
{
    Folders f = folders_new();
    bool ok = load_by_name(&f, name != NULL ? name : fallback, out, warnings, err);
    folders_done(&f);
    return ok;
}

char *theme_file_path(const char *name)
{
    Folders f = folders_new();
    StrBuf path = {0};
    char *found = NULL;
    name = name != NULL ? name : fallback;
    if (strchr(name, '/') != NULL) {
        found = mem_strdup(name);
    } else if (find_file(&f, name, &path)) {
        found = mem_strdup(strbuf_text(&path));
    }
    strbuf_done(&path);
    folders_done(&f);
    return found;
}

bool theme_file_check(const char *file, StrBuf *problems)
{
    Folders f = folders_new();
    StrBuf path = {0};
    if (access(file, F_OK) == 0 || strchr(file, '/') != NULL || !find_file(&f, file, &path)) {
        strbuf_clear(&path);
        strbuf_add(&path, file);
    }
    bool ok = theme_check(strbuf_text(&path), (const char *const *)f.at, problems);
    strbuf_done(&path);
    folders_done(&f);
    return ok;
}

static bool files_have(const ThemeFiles *files, StrView name)
{
    for (size_t i = 0; i < files->n; i++) {
        if (sv_is(name, files->at[i].name)) {
            return true;
        }
    }
    return false;
}

static void files_add(ThemeFiles *files, StrView name, const char *path)
{
    files->at = mem_grow(files->at, &files->cap, files->n + 1, sizeof(*files->at));
    files->at[files->n++] = (ThemeFile){
        .name = mem_strndup(name.at, name.n),
        .path = path != NULL ? mem_strdup(path) : NULL,
    };
}

static void add_folder(ThemeFiles *files, const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return;
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        StrView name = sv(entry->d_name);
        size_t suffix_n = strlen(suffix);
        if (name.n <= suffix_n || !sv_is(sv_of(name.at + name.n - suffix_n, suffix_n), suffix)) {
            continue;
        }
        name.n -= suffix_n;
        // What cannot be shown as it is has no name.
        char clean[sizeof(((Theme *)0)->name)];
        text_clean_into(clean, sizeof(clean), name);
        if (sv_is(name, clean) && !files_have(files, name)) {
            StrBuf path = {0};
            strbuf_addf(&path, "%s/%s", folder, entry->d_name);
            files_add(files, name, strbuf_text(&path));
            strbuf_done(&path);
        }
    }
    closedir(dir);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ThemeFile *)a)->name, ((const ThemeFile *)b)->name);
}

void theme_files_find(ThemeFiles *out)
{
    Folders f = folders_new();
    *out = (ThemeFiles){0};
    for (size_t i = 0; i < f.n; i++) {
        add_folder(out, f.at[i]);
    }
    if (!files_have(out, sv(fallback))) {
        files_add(out, sv(fallback), NULL);
    }
    if (out->at != NULL) {
        qsort(out->at, out->n, sizeof(*out->at), by_name);
    }
    folders_done(&f);
}

void theme_files_done(ThemeFiles *files)
{
    for (size_t i = 0; i < files->n; i++) {
        mem_free(files->at[i].name);
        mem_free(files->at[i].path);
    }
    mem_free(files->at);
}

bool theme_file_next(const char *name, Theme *out)
{
    ThemeFiles files;
    theme_files_find(&files);
    size_t at = 0;
    while (at < files.n && strcmp(files.at[at].name, name) <= 0) {
        at++;
    }
    bool ok = false;
    for (size_t tried = 0; tried < files.n && !ok; tried++) {
        const char *next = files.at[(at + tried) % files.n].name;
        ok = strcmp(next, name) != 0 && theme_file_load(next, out, NULL, NULL);
    }
    theme_files_done(&files);
    return ok;
}
