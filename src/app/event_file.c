#include "event_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "line_file.h"
#include "paths.h"
#include "rehome/base/mem.h"
#include "rehome/policy/hold.h"
#include "rehome/report/event_report.h"

#define SUFFIX ".jsonl"

enum {
    FILE_BYTES = 256 * 1024,    // then the session goes on in another one
    FOLDER_BYTES = 1024 * 1024, // of all sessions of all clusters
    FILES_MAX = 200,
    TWICE_MS = 3000, // two sessions that saw the same within this saw one thing
};

struct EventFile {
    char *dir;
    char *path;
    int64_t wall_ms; // when it was begun
    size_t written;
};

EventFile *event_file_new(const char *state_dir, int64_t wall_ms)
{
    EventFile *f = mem_alloc(sizeof(*f));
    f->dir = folder_path(state_dir, "events");
    f->wall_ms = wall_ms;
    return f;
}

void event_file_free(EventFile *f)
{
    if (f != NULL) {
        mem_free(f->dir);
        mem_free(f->path);
        mem_free(f);
    }
}

// --- writing

static void add_head(StrBuf *out, const Snapshot *s)
{
    strbuf_add(out, "{\"schema\":1,\"cluster\":[");
    NodeId members[HOLD_MEMBERS];
    size_t n = hold_members(s, members);
    for (size_t i = 0; i < n; i++) {
        strbuf_addf(out, "%s\"%s\"", i > 0 ? "," : "", members[i].hex);
    }
    strbuf_add(out, "]}\n");
}

static bool begin(EventFile *f, const Event *event, const Snapshot *s, StrBuf *out, Error *err)
{
    char name[64];
    if (!paths_make_dirs(f->dir, err)) {
        return false;
    }
    folder_prune(f->dir, SUFFIX, FOLDER_BYTES - FILE_BYTES, FILES_MAX);
    mem_free(f->path);
    int64_t wall_ms = f->written == 0 ? f->wall_ms : event->wall_ms;
    snprintf(name, sizeof(name), "%" PRId64 "-%d" SUFFIX, wall_ms, (int)getpid());
    f->path = folder_path(f->dir, name);
    f->written = 0;
    add_head(out, s);
    return true;
}

bool event_file_add(EventFile *f, const Event *event, const Snapshot *s, Error *err)
{
    StrBuf line = {0};
    Error why = {0};
    bool ok = true;
    if (f->path == NULL || f->written > FILE_BYTES) {
        ok = begin(f, event, s, &line, &why);
    }
    if (ok) {
        event_json(&line, event);
        ok = line_file_append(f->path, FILE_OF_STATE, &line, &why);
        f->written += line.n;
    }
    strbuf_done(&line);
    return ok || fail(err, ERR_IO, "events are not kept for the next start: %.200s", why.text);
}

// --- reading

static bool read_all(const char *path, StrBuf *out)
{
    char block[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = 0;
    while (fd >= 0 && out->n <= FOLDER_BYTES && (n = read(fd, block, sizeof(block))) > 0) {
        strbuf_add_sv(out, sv_of(block, (size_t)n));
    }
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0 && n >= 0;
}

// Is the first line about this cluster?
static bool is_about(StrView head, const Snapshot *s)
{
    json_t *line = json_loadb(head.n > 0 ? head.at : "", head.n, 0, NULL);
    const json_t *cluster = json_object_get(line, "cluster");
    bool is = false;
    for (size_t i = 0; !is && i < json_array_size(cluster); i++) {
        NodeId id;
        const char *hex = json_string_value(json_array_get(cluster, i));
        is = hex != NULL && node_id_parse(sv(hex), &id) && snapshot_find(s, id) >= 0;
    }
    json_decref(line);
    return is;
}

typedef struct {
    Event *at;
    size_t n;
    size_t cap;
} Events;

static void read_file(Events *all, const char *path, const Snapshot *s)
{
    StrBuf text = {0};
    StrView head;
    StrView line;
    if (read_all(path, &text)) {
        StrView rest = sv_of(strbuf_text(&text), text.n);
        bool about = sv_next(&rest, '\n', &head) && is_about(head, s);
        while (about && sv_next(&rest, '\n', &line)) {
            all->at = mem_grow(all->at, &all->cap, all->n + 1, sizeof(*all->at));
            all->n += event_json_read(line, &all->at[all->n]);
        }
    }
    strbuf_done(&text);
}

typedef struct {
    int64_t wall_ms;
    size_t at; // what happened at the same time stays in the order it was written
} Place;

static int place_cmp(const void *a, const void *b)
{
    const Place *x = a;
    const Place *y = b;
    if (x->wall_ms != y->wall_ms) {
        return x->wall_ms < y->wall_ms ? -1 : 1;
    }
    return x->at < y->at ? -1 : 1;
}

static void sort(Events *all)
{
    Place *places = mem_array(all->n, sizeof(*places));
    Event *sorted = mem_array(all->n, sizeof(*sorted));
    for (size_t i = 0; i < all->n; i++) {
        places[i] = (Place){all->at[i].wall_ms, i};
    }
    if (all->n > 0) {
        qsort(places, all->n, sizeof(*places), place_cmp);
    }
    for (size_t i = 0; i < all->n; i++) {
        sorted[i] = all->at[places[i].at];
    }
    mem_free(places);
    mem_free(all->at);
    all->at = sorted;
}

// Two dashboards that looked at the same cluster have each kept it.
static bool is_told_already(const Events *all, const Event *event)
{
    for (size_t i = all->n; i-- > 0 && event->wall_ms - all->at[i].wall_ms <= TWICE_MS;) {
        const Event *before = &all->at[i];
        if (before->code == event->code && node_id_eq(before->node, event->node) &&
            strcmp(before->text, event->text) == 0) {
            return true;
        }
    }
    return false;
}

static void drop_twins(Events *all)
{
    Events kept = {.at = all->at};
    for (size_t i = 0; i < all->n; i++) {
        Event one = all->at[i];
        if (!is_told_already(&kept, &one)) {
            kept.at[kept.n++] = one;
        }
    }
    all->n = kept.n;
}

Event *event_file_read(const EventFile *f, const Snapshot *s, size_t most, size_t *n)
{
    Events all = {0};
    Folder folder = folder_list(f->dir, SUFFIX);
    for (size_t i = 0; i < folder.n; i++) {
        char *path = folder_path(f->dir, folder.at[i].name);
        read_file(&all, path, s);
        mem_free(path);
    }
    folder_done(&folder);
    sort(&all);
    drop_twins(&all);
    *n = all.n < most ? all.n : most;
    if (*n < all.n) {
        memmove(all.at, all.at + (all.n - *n), *n * sizeof(*all.at));
    }
    return all.at;
}
