#include "node_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "paths.h"
#include "rehome/base/mem.h"

enum { READ_MAX = 1024 * 1024 }; // of some ten thousand nodes

// Names come from servers and go to a shell: those that it could take for more are left out.
static bool is_plain(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                ".:_-[]";
    return name[0] != '\0' && name[0] != '-' && name[strspn(name, plain)] == '\0';
}

static void add_node(StrBuf *out, const Node *n)
{
    if (n->port == 0 || !is_plain(n->addr)) {
        return;
    }
    strbuf_addf(out, "%s %s %s", n->addr, (n->flags & NODE_MASTER) != 0 ? "master" : "replica",
                is_plain(n->host) ? n->host : "-");
    if (is_plain(n->alias)) {
        strbuf_addf(out, " %s", n->alias);
    }
    strbuf_add(out, "\n");
}

static bool write_text(const char *path, const StrBuf *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return false;
    }
    bool written = fwrite(strbuf_text(text), 1, text->n, file) == text->n;
    return fclose(file) == 0 && written;
}

void node_file_keep(const char *state_dir, const Snapshot *s)
{
    Error ignored = {0};
    StrBuf text = {0};
    for (size_t i = 0; i < s->n_nodes; i++) {
        add_node(&text, &s->nodes[i]);
    }
    char *path = folder_path(state_dir, "nodes");
    char name[32]; // its own: another process may end at the same moment
    snprintf(name, sizeof(name), "nodes.%d", (int)getpid());
    char *fresh = folder_path(state_dir, name);
    bool whole = paths_make_dirs(state_dir, &ignored) && write_text(fresh, &text);
    if (!whole || rename(fresh, path) != 0) {
        unlink(fresh);
    }
    mem_free(fresh);
    mem_free(path);
    strbuf_done(&text);
}

bool node_file_read(const char *state_dir, StrBuf *out, Error *err)
{
    char *path = folder_path(state_dir, "nodes");
    FILE *file = fopen(path, "re");
    bool ok = file != NULL || errno == ENOENT ||
              fail(err, ERR_IO, "cannot read %s: %s", path, strerror(errno));
    if (file != NULL) {
        char piece[4096];
        size_t n;
        while (out->n < READ_MAX && (n = fread(piece, 1, sizeof(piece), file)) > 0) {
            strbuf_add_sv(out, sv_of(piece, n));
        }
        fclose(file);
    }
    mem_free(path);
    return ok;
}
