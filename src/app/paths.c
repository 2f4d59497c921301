#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

static const char *env(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

// $XDG_x/rehome/leaf or ~/fallback/rehome/leaf; false when neither is known.
static bool xdg_path(StrBuf *out, const char *variable, const char *fallback, const char *leaf)
{
    const char *base = env(variable);
    if (base != NULL) {
        strbuf_addf(out, "%s/rehome%s", base, leaf);
        return true;
    }
    const char *home = env("HOME");
    if (home != NULL) {
        strbuf_addf(out, "%s/%s/rehome%s", home, fallback, leaf);
    }
    return home != NULL;
}

bool paths_state_dir(char **out, Error *err)
{
    StrBuf path = {0};
    if (!xdg_path(&path, "XDG_STATE_HOME", ".local/state", "")) {
        return fail(err, ERR_IO,
                    "neither XDG_STATE_HOME nor HOME is set: the journal of moves needs "
                    "a folder, set one of them");
    }
    *out = mem_strdup(strbuf_text(&path));
    strbuf_done(&path);
    return true;
}

bool paths_config_file(char **out)
{
    StrBuf path = {0};
    bool known = xdg_path(&path, "XDG_CONFIG_HOME", ".config", "/config.ini");
    if (known) {
        *out = mem_strdup(strbuf_text(&path));
    }
    strbuf_done(&path);
    return known;
}

bool paths_make_dirs(const char *dir, Error *err)
{
    char *path = mem_strdup(dir);
    bool ok = true;
    for (char *p = path + 1; ok; p++) {
        if (*p != '/' && *p != '\0') {
            continue;
        }
        char cut = *p;
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            ok = fail(err, ERR_IO,
                      "cannot make the folder %s: %s; name another one in XDG_STATE_HOME", path,
                      strerror(errno));
        }
        *p = cut;
        if (cut == '\0') {
            break;
        }
    }
    mem_free(path);
    return ok;
}

// Where this program's own file is, for running from the build folder; false when unknown.
static bool beside_build(StrBuf *out)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n <= 0) {
        return false;
    }
    StrView rest = sv_of(self, (size_t)n);
    for (int up = 0; up < 2; up++) {
        ptrdiff_t slash = sv_rfind(rest, '/');
        if (slash < 0) {
            return false;
        }
        rest.n = (size_t)slash;
    }
    strbuf_add_sv(out, rest);
    strbuf_add(out, "/themes");
    return true;
}

static bool theme_folder(int i, StrBuf *out)
{
    strbuf_clear(out);
    switch (i) {
    case 0:
        return xdg_path(out, "XDG_CONFIG_HOME", ".config", "/themes");
    case 1:
        strbuf_add(out, REHOME_DATA_DIR "/themes");
        return true;
    default:
        return beside_build(out);
    }
}

bool paths_load_theme(const char *name, Theme *out, Error *err)
{
    if (name != NULL && strchr(name, '/') != NULL) {
        return theme_load(name, out, err);
    }
    StrBuf path = {0};
    for (int i = 0; i < 3; i++) {
        if (!theme_folder(i, &path)) {
            continue;
        }
        strbuf_addf(&path, "/%s.theme", name != NULL ? name : "default");
        if (access(strbuf_text(&path), F_OK) == 0) {
            bool ok = theme_load(strbuf_text(&path), out, err);
            strbuf_done(&path);
            return ok;
        }
    }
    strbuf_done(&path);
    if (name != NULL) {
        return fail(err, ERR_USAGE,
                    "no theme named '%s': looked in $XDG_CONFIG_HOME/rehome/themes "
                    "and " REHOME_DATA_DIR "/themes",
                    name);
    }
    *out = theme_default();
    return true;
}
