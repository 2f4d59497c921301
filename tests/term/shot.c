// Plays a small script to a program on a pseudo-terminal and takes pictures of its screen.
//
//     shot [--term NAME] [--size WxH] [--deadline SECONDS] SCRIPT PROGRAM [ARGUMENT...]
//
// SCRIPT is a file, or the script itself when it has a space. One command a line, or behind ';':
//
//     size WxH      resize the terminal
//     wait TEXT     until the screen shows it
//     gone TEXT     until it does not
//     key NAMES     as in the table of keys: m Down Enter
//     shot FILE     an SVG of the screen, once it has come to rest
//     text FILE     its text; "-" is standard output
//     run COMMAND   a shell command, to its end
//
// and of an animation:
//
//     caption TEXT  what the frames from here on say below the screen
//     still MS      a frame: the screen, once it has come to rest, shown for so long
//     follow EVERY SHOW TEXT
//                   until the screen shows TEXT: a frame every EVERY ms, shown for SHOW ms
//     film FILE     all frames so far
//
// When a wait is in vain the screen is printed and the exit status is 1.
#include <locale.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "film.h"
#include "pty.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "svg.h"

// Between two frames of a countdown the screen is at rest for longer.
enum { REST_MS = 50 };

typedef struct {
    Pty *pty;
    int64_t deadline_ms;
    Film *film;
    char *caption;
} Player;

static bool parse_size(StrView text, int *w, int *h)
{
    StrView head = text;
    int64_t width = 0;
    int64_t height = 0;
    if (!sv_cut(&text, 'x', &head) || !sv_to_i64(head, &width) || !sv_to_i64(text, &height) ||
        width < 1 || height < 1 || width > 1000 || height > 1000) {
        return false;
    }
    *w = (int)width;
    *h = (int)height;
    return true;
}

typedef struct {
    const char *text;
    bool wanted;
} Expected;

static bool is_as_expected(Pty *p, void *context)
{
    const Expected *expected = context;
    return pty_contains(p, expected->text) == expected->wanted;
}

static bool wait_for(Player *player, const char *text, bool wanted)
{
    Expected expected = {.text = text, .wanted = wanted};
    if (pty_wait_until(player->pty, is_as_expected, &expected, player->deadline_ms)) {
        return true;
    }
    fprintf(stderr, "shot: waited in vain for the screen %s: %s\n", wanted ? "to show" : "to lose",
            text);
    pty_print(player->pty);
    return false;
}

static bool write_text(Pty *p, const char *path)
{
    bool is_stdout = strcmp(path, "-") == 0;
    FILE *out = is_stdout ? stdout : fopen(path, "w");
    if (out == NULL) {
        return false;
    }
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    for (int y = 0; y < h; y++) {
        fprintf(out, "%s\n", pty_row(p, y));
    }
    return is_stdout ? fflush(out) == 0 : fclose(out) == 0;
}

static bool run(const char *command)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    pid_t pid;
    int status = 0;
    return posix_spawnp(&pid, "sh", NULL, NULL, (char *const *)(uintptr_t)argv, environ) == 0 &&
           waitpid(pid, &status, 0) == pid && status == 0;
}

// --- an animation ------------------------------------------------------------------------------

static bool add_still(Player *player, const char *length)
{
    int64_t ms = 0;
    if (!sv_to_i64(sv(length), &ms) || ms < 1 || ms > 60000) {
        return false;
    }
    pty_wait_rest(player->pty, REST_MS);
    film_add(player->film, player->pty, (int)ms, player->caption);
    return true;
}

static bool follow(Player *player, const char *words)
{
    StrView rest = sv(words);
    StrView word;
    int64_t every_ms = 0;
    int64_t show_ms = 0;
    if (!sv_cut(&rest, ' ', &word) || !sv_to_i64(word, &every_ms) || every_ms < 1 ||
        !sv_cut(&rest, ' ', &word) || !sv_to_i64(word, &show_ms) || show_ms < 1 ||
        show_ms > 60000) {
        return false;
    }
    Expected expected = {.text = rest.at, .wanted = true};
    for (int64_t left_ms = player->deadline_ms; left_ms > 0; left_ms -= every_ms) {
        bool done = pty_wait_until(player->pty, is_as_expected, &expected, every_ms);
        film_add(player->film, player->pty, (int)show_ms, player->caption);
        if (done) {
            return true;
        }
    }
    return wait_for(player, rest.at, true);
}

static void set_caption(Player *player, const char *text)
{
    mem_free(player->caption);
    player->caption = mem_strdup(text);
}

// false and *is_one: it failed; false and not: no command of an animation.
static bool play_film(Player *player, const char *command, const char *rest, bool *is_one)
{
    *is_one = true;
    if (strcmp(command, "caption") == 0) {
        set_caption(player, rest);
        return true;
    }
    if (strcmp(command, "still") == 0) {
        return add_still(player, rest);
    }
    if (strcmp(command, "follow") == 0) {
        return follow(player, rest);
    }
    if (strcmp(command, "film") == 0) {
        return film_write(player->film, player->pty, rest);
    }
    *is_one = false;
    return false;
}

// --- the script --------------------------------------------------------------------------------

static bool play(Player *player, const char *command, const char *rest)
{
    int w = 0;
    int h = 0;
    if (strcmp(command, "wait") == 0) {
        return wait_for(player, rest, true);
    }
    if (strcmp(command, "gone") == 0) {
        return wait_for(player, rest, false);
    }
    if (strcmp(command, "key") == 0) {
        return pty_keys(player->pty, rest);
    }
    if (strcmp(command, "size") == 0 && parse_size(sv(rest), &w, &h)) {
        pty_resize(player->pty, w, h);
        return true;
    }
    if (strcmp(command, "run") == 0) {
        return run(rest);
    }
    bool is_picture = strcmp(command, "shot") == 0;
    if (is_picture || strcmp(command, "text") == 0) {
        pty_wait_rest(player->pty, REST_MS);
        if (is_picture ? svg_write(player->pty, rest) : write_text(player->pty, rest)) {
            return true;
        }
        perror(rest);
        return false;
    }
    bool is_film = false;
    bool ok = play_film(player, command, rest, &is_film);
    if (!ok) {
        fprintf(stderr, "shot: %s: %s %s\n", is_film ? "in vain" : "not a command", command, rest);
    }
    return ok;
}

static bool play_line(Player *player, StrView line)
{
    line = sv_trim(line);
    if (line.n == 0 || sv_starts(line, "#")) {
        return true;
    }
    StrView rest = line;
    StrView command = line;
    if (!sv_cut(&rest, ' ', &command)) {
        rest = sv("");
    }
    rest = sv_trim(rest);
    char *word = mem_strndup(command.at, command.n);
    char *text = mem_strndup(rest.at, rest.n);
    bool ok = play(player, word, text);
    mem_free(word);
    mem_free(text);
    return ok;
}

static bool play_script(Player *player, const char *script)
{
    StrView rest = sv(script);
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        StrView part;
        while (sv_next(&line, ';', &part)) {
            if (!play_line(player, part)) {
                return false;
            }
        }
    }
    return true;
}

static bool read_script(const char *name, StrBuf *out)
{
    if (strchr(name, ' ') != NULL) {
        strbuf_add(out, name);
        return true;
    }
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        return false;
    }
    char bytes[4096];
    for (size_t n = fread(bytes, 1, sizeof(bytes), file); n > 0;
         n = fread(bytes, 1, sizeof(bytes), file)) {
        strbuf_add_sv(out, sv_of(bytes, n));
    }
    return fclose(file) == 0;
}

static int usage(void)
{
    fputs("usage: shot [--term NAME] [--size WxH] [--deadline SECONDS] SCRIPT PROGRAM "
          "[ARGUMENT...]\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    PtyStart start = {0};
    int64_t deadline_s = 60;
    int i = 1;
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        bool ok =
            strcmp(argv[i], "--term") == 0 ||
            (strcmp(argv[i], "--size") == 0 && parse_size(sv(argv[i + 1]), &start.w, &start.h)) ||
            (strcmp(argv[i], "--deadline") == 0 && sv_to_i64(sv(argv[i + 1]), &deadline_s));
        if (!ok) {
            return usage();
        }
        if (strcmp(argv[i], "--term") == 0) {
            start.term = argv[i + 1];
        }
    }
    if (i + 1 >= argc) {
        return usage();
    }
    StrBuf script = {0};
    if (!read_script(argv[i], &script)) {
        perror(argv[i]);
        return 1;
    }
    start.argv = (const char *const *)(argv + i + 1);
    Player player = {.pty = pty_start(&start), .deadline_ms = deadline_s * 1000};
    if (player.pty == NULL) {
        perror("shot: no pseudo-terminal");
        strbuf_done(&script);
        return 1;
    }
    player.film = film_new();
    set_caption(&player, "");
    bool ok = play_script(&player, strbuf_text(&script));
    pty_end(player.pty);
    film_free(player.film);
    mem_free(player.caption);
    strbuf_done(&script);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
