// The program with a configuration of its own: keys, themes that change under it, mistakes.
#include "../unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pty.h"

static char folder[] = "/tmp/rehome-term-config-XXXXXX";

static const char *file_in(const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(file_in(name), "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder + strlen(folder) - 6, 7, "XXXXXX");
    return mkdtemp(folder) == NULL || mkdir(file_in("rehome"), 0700) != 0 ||
           mkdir(file_in("rehome/themes"), 0700) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(file_in("rehome/config.ini"));
    unlink(file_in("rehome/themes/loud.theme"));
    unlink(file_in("audit"));
    return rmdir(file_in("rehome/themes")) != 0 || rmdir(file_in("rehome")) != 0 ||
           rmdir(folder) != 0;
}

static Pty *start(const char *config)
{
    const char *bin = getenv("REHOME_BIN");
    char home[160];
    snprintf(home, sizeof(home), "XDG_CONFIG_HOME=%s", folder);
    const char *env[] = {home, NULL};
    const char *argv[] = {bin != NULL ? bin : pty_beside("rehome"), "127.0.0.1:1", NULL};
    write_file("rehome/config.ini", config);
    Pty *p = pty_start(&(PtyStart){.argv = argv, .env = env, .w = 120, .h = 24});
    assert_non_null(p);
    return p;
}

static void quit(Pty *p)
{
    pty_keys(p, "q");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 0);
    pty_end(p);
}

// Any cell in this colour, as the terminal was told it.
static bool has_colour(Pty *p, void *context)
{
    int32_t wanted = *(const int32_t *)context;
    for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 120; x++) {
            PtyCell cell = pty_cell(p, x, y);
            if (cell.code != ' ' && cell.fg != PTY_DEFAULT && pty_rgb(p, cell.fg, true) == wanted) {
                return true;
            }
        }
    }
    return false;
}

static void assert_turns(Pty *p, int32_t rgb)
{
    if (!pty_wait_until(p, has_colour, &rgb, PTY_DEADLINE_MS)) {
        pty_print(p);
        fail_msg("nothing is #%06x", (unsigned)rgb);
    }
}

static void a_remapped_key_does_what_the_other_did(void **state)
{
    (void)state;
    Pty *p = start("[keys]\nhelp = D F5\n");
    assert_true(pty_wait(p, "No cluster to show"));
    assert_true(pty_wait(p, "D help"));
    pty_keys(p, "F5");
    assert_true(pty_wait(p, "more below"));
    pty_keys(p, "D");
    assert_true(pty_wait(p, "No cluster to show"));
    pty_keys(p, "?"); // means nothing any more
    pty_wait_rest(p, 50);
    assert_true(pty_contains(p, "No cluster to show"));
    quit(p);
}

static void a_theme_is_taken_by_a_command_and_again_when_its_file_changes(void **state)
{
    (void)state;
    write_file("rehome/themes/loud.theme", "text = #ff0000\ntitle = #ff0000\ndim = #ff0000\n");
    Pty *p = start("[rehome]\ntheme = dark\n");
    assert_true(pty_wait(p, "No cluster to show"));
    pty_send(p, ":theme lo\t");
    assert_true(pty_wait(p, ":theme loud"));
    pty_keys(p, "Enter");
    assert_turns(p, 0xff0000);
    write_file("rehome/themes/loud.theme",
               "text = #0000ff\ntitle = #0000ff\ndim = #0000ff\n#longer\n");
    assert_turns(p, 0x0000ff);
    write_file("rehome/themes/loud.theme", "text = no-colour-at-all\n");
    assert_true(pty_wait(p, "loud.theme:1:"));
    assert_turns(p, 0x0000ff); // the old one stays
    quit(p);
}

static void the_light_theme_comes_by_its_name(void **state)
{
    (void)state;
    Pty *p = start("");
    assert_true(pty_wait(p, "No cluster to show"));
    PtyCell before = pty_cell(p, 1, 0);
    pty_send(p, ":theme light\r");
    assert_true(pty_wait_gone(p, ":theme light"));
    pty_wait_rest(p, 50);
    PtyCell after = pty_cell(p, 1, 0);
    assert_true(before.fg != after.fg || before.bg != after.bg);
    pty_send(p, ":theme no-such\r");
    assert_true(pty_wait(p, "no theme named 'no-such'"));
    quit(p);
}

static bool audit_says(Pty *p, void *context)
{
    (void)p;
    char text[2000] = "";
    FILE *f = fopen(file_in("audit"), "re");
    if (f != NULL) {
        text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
        fclose(f);
    }
    return strstr(text, *(const char *const *)context) != NULL;
}

static void a_setting_changed_by_a_command_is_on_record_with_who(void **state)
{
    (void)state;
    char config[200];
    snprintf(config, sizeof(config), "[rehome]\ngrace = 20\naudit = %s\n", file_in("audit"));
    Pty *p = start(config);
    assert_true(pty_wait(p, "No cluster to show"));
    pty_send(p, ":grace 5\r");
    assert_true(pty_wait(p, "grace is now 5"));
    const char *wanted[] = {"\"record\":\"event\"", "\"event\":\"setting\"",
                            "\"text\":\"grace is now 5, was 20 (by ", "\"who\":{\"user\":"};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_true(pty_wait_until(p, audit_says, &wanted[i], PTY_DEADLINE_MS));
    }
    pty_send(p, ":max-moves-per-hour 65\r");
    assert_true(pty_wait(p, "wants a number from 1 to 64"));
    assert_false(audit_says(p, &(const char *){"max-moves"}));
    pty_keys(p, "Esc");
    pty_keys(p, "Esc");
    quit(p);
}

static void a_wrong_configuration_starts_nothing(void **state)
{
    (void)state;
    Pty *p = start("[rehome]\ngrce = 20\n[keys]\nmove = u\n");
    assert_true(pty_wait_exit(p));
    assert_int_equal(pty_status(p), 2);
    assert_false(pty_alt_screen(p));
    assert_true(pty_contains(p, "config.ini:2: there is no setting 'grce'"));
    assert_true(pty_contains(p, "config.ini:4: the key u is one of `undo`"));
    pty_end(p);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

TESTS(config, WITH_FOLDER(a_remapped_key_does_what_the_other_did),
      WITH_FOLDER(a_theme_is_taken_by_a_command_and_again_when_its_file_changes),
      WITH_FOLDER(the_light_theme_comes_by_its_name),
      WITH_FOLDER(a_setting_changed_by_a_command_is_on_record_with_who),
      WITH_FOLDER(a_wrong_configuration_starts_nothing))
