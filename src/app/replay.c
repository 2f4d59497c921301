// `replay`: what was recorded, looked at again.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "dashboard.h"
#include "folder.h"
#include "paths.h"
#include "player.h"
#include "rehome/base/mem.h"
#include "watch.h"

typedef struct {
    char **at;
    size_t n;
} Files;

static void files_done(Files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        mem_free(files->at[i]);
    }
    mem_free(files->at);
}

static void files_add(Files *files, char *path)
{
    size_t cap = files->n;
    files->at = mem_grow(files->at, &cap, files->n + 1, sizeof(*files->at));
    files->at[files->n++] = path;
}

static int path_cmp(const void *a, const void *b)
{
    char *const *x = a;
    char *const *y = b;
    return strcmp(*x, *y);
}

// "1700000000000-4711-0003.tape": all that begin as the newest one does are of its session.
static void add_last_flight(Files *files, const char *dir)
{
    Folder folder = folder_list(dir, RECORDER_SUFFIX);
    const char *newest = folder.n > 0 ? folder.at[folder.n - 1].name : "";
    ptrdiff_t dash = sv_rfind(sv(newest), '-');
    for (size_t i = 0; i < folder.n && dash > 0; i++) {
        if (strncmp(folder.at[i].name, newest, (size_t)dash + 1) == 0) {
            files_add(files, folder_path(dir, folder.at[i].name));
        }
    }
    folder_done(&folder);
    if (files->n > 0) {
        qsort(files->at, files->n, sizeof(*files->at), path_cmp);
    }
}

static bool find_files(const Options *o, Files *files)
{
    Error err = {0};
    char *state_dir = NULL;
    if (o->n_args > 0) {
        files_add(files, mem_strdup(o->args[0]));
        return true;
    }
    if (!paths_state_dir(&state_dir, &err)) {
        session_say("%s", err.text);
        return false;
    }
    char *dir = recorder_flight_dir(state_dir);
    add_last_flight(files, dir);
    if (files->n == 0) {
        session_say("the flight recorder has nothing in %s: name a FILE", dir);
    } else {
        session_say("the last flight: %s and what belongs to it", files->at[0]);
    }
    mem_free(dir);
    mem_free(state_dir);
    return files->n > 0;
}

static void on_round(void *ctx)
{
    (void)ctx; // what is told is told by events
}

static void on_event(void *ctx, const Event *event)
{
    Session *s = ctx;
    StrBuf line = {0};
    watch_line(&line, s->options, event);
    if (!session_print(&line)) {
        session_end(s, 1);
    }
    strbuf_done(&line);
}

static int print_events(const Options *o, const Files *files)
{
    Session s = {0};
    EngineListener listener = {.ctx = &s, .round = on_round, .event = on_event};
    if (session_replay(&s, o, files->at, files->n, &listener)) {
        while (s.status == 0 && !s.interrupted && player_step(s.player)) {
            ev_run(s.loop, EVRUN_NOWAIT); // for the signals
        }
        if (*player_damage(s.player) != '\0') {
            session_say("%s", player_damage(s.player));
        }
    }
    session_done(&s);
    return s.status;
}

int command_replay(const Options *o)
{
    Files files = {0};
    bool has_screen = isatty(STDOUT_FILENO) && o->format == FORMAT_TEXT;
    int status = !find_files(o, &files) ? 1
                 : has_screen           ? dashboard_replay(o, files.at, files.n)
                                        : print_events(o, &files);
    files_done(&files);
    return status;
}
