#include "paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static bool config_path(char **out, const char *leaf)
{
    StrBuf path = {0};
    bool known = xdg_path(&path, "XDG_CONFIG_HOME", ".config", leaf);
    if (known) {
        *out = mem_strdup(strbuf_text(&path));
    }
    strbuf_done(&path);
    return known;
}

bool paths_config_file(char **out)
{
    return config_path(out, "/config.ini");
}

bool paths_theme_dir(char **out)
{
    return config_path(out, "/themes");
}

const char *paths_write_remedy(FileKind kind, int why)
{
    static const struct {
        int why;
        const char *remedy[2]; // by FileKind
    } known[] = {
        {ENOSPC,
         {"make room there, or name another file",
          "make room there, or name another folder in XDG_STATE_HOME"}},
        {EROFS,
         {"name a file on a disk that can be written",
          "name a folder that can be written in XDG_STATE_HOME"}},
        {EACCES,
         {"let this user write there, or name another file",
          "let this user write there, or name another folder in XDG_STATE_HOME"}},
        {ENOENT, {"make its folder first, or name another file", NULL}},
        {ENOTDIR,
         {"a part of its path is no folder, name another file",
          "a part of its path is no folder, name another one in XDG_STATE_HOME"}},
        {EISDIR, {"name a file in it", "move it away, or name another folder in XDG_STATE_HOME"}},
        {ENXIO, {"nobody reads from this pipe, begin with that", NULL}},
    };
    why = why == EDQUOT || why == EFBIG ? ENOSPC : why == EPERM ? EACCES : why;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].why == why && known[i].remedy[kind] != NULL) {
            return known[i].remedy[kind];
        }
    }
    return kind == FILE_NAMED ? "name another file" : "name another folder in XDG_STATE_HOME";
}

bool paths_fail_write(const char *path, int why, Error *err)
{
    return fail(err, ERR_IO, "cannot write %.160s: %s; %s", path, strerror(why),
                paths_write_remedy(FILE_OF_STATE, why));
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
                      "cannot make the folder %.90s: %s; name another one in XDG_STATE_HOME", path,
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
