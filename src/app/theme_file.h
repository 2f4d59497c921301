// Which themes there are and where: one's own, the installed ones, those beside the build.
#ifndef REHOME_APP_THEME_FILE_H
#define REHOME_APP_THEME_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"
#include "rehome/ui/theme.h"

typedef struct {
    char *name;
    char *path; // NULL: built in
} ThemeFile;

typedef struct {
    ThemeFile *at;
    size_t n, cap;
} ThemeFiles;

// Each name once, sorted; of two files the one that theme_file_load() takes. theme_files_done()
// frees it.
void theme_files_find(ThemeFiles *out);
void theme_files_done(ThemeFiles *files);

// A theme by name ($XDG_CONFIG_HOME/rehome/themes, then the installed ones, then beside the build)
// or, with a '/' in it, by file name. NULL: "dark", and where no file of it is found the built-in
// one. Something unknown in the file is a line of warnings, which may be NULL; an unknown name or a
// bad value is an error, and out stays as it was.
bool theme_file_load(const char *name, Theme *out, StrBuf *warnings, Error *err);

// The file that theme_file_load() reads for this name, owned by the caller; NULL: none, it is built
// in or unknown.
char *theme_file_path(const char *name);

// The one behind name in theme_files_find(), which starts again behind the last. Files that cannot
// be used are passed over. false: there is no other.
bool theme_file_next(const char *name, Theme *out);

// theme_check() for a file, or for a theme by name.
bool theme_file_check(const char *file, StrBuf *problems);

#endif
