// The command line: what is wrong with it is named, and nothing that may be a secret.
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_usage(const char *const *words, const char *says)
{
    Run *run = stage_run(NULL, words);
    int status = run_end(run, LIMIT_MS);
    if (status != 2 || strstr(run_err(run), says) == NULL || run_out(run)[0] != '\0') {
        fail_msg("wanted exit 2 and \"%s\"; got exit %d, \"%s\" and \"%s\"", says, status,
                 run_out(run), run_err(run));
    }
    assert_null(strstr(run_err(run), "sEcret"));
}

static void a_wrong_option_is_named_wherever_it_stands(void **state)
{
    (void)state;
    assert_usage((const char *[]){"check", "127.0.0.1:1", "--bogus", NULL}, "option --bogus;");
    assert_usage((const char *[]){"--bogus", "check", NULL}, "option --bogus;");
    assert_usage((const char *[]){"check", "-zq", "127.0.0.1:1", NULL}, "option -z;");
    assert_usage((const char *[]){"check", "--help=no", NULL}, "--help takes no value");
    assert_usage((const char *[]){"check", "--spread=sEcret", NULL}, "--spread wants yes or no");
    assert_usage((const char *[]){"check", "127.0.0.1:1", "--port", NULL}, "--port wants a value");
    assert_usage((const char *[]){"check", "127.0.0.1:1", "-p", NULL}, "-p wants a value");
    assert_usage((const char *[]){"watch", "--for", "0", NULL}, "0.001 to 31536000,");
}

static void a_mistyped_command_is_not_taken_for_a_host(void **state)
{
    (void)state;
    assert_usage((const char *[]){"chekc", NULL}, "did you mean `check`? (to connect to a host of "
                                                  "that name write chekc:6379)");
    assert_usage((const char *[]){"mvoe", ":7001", ":7002", NULL}, "did you mean `move`?");
    assert_usage((const char *[]){"paln", "127.0.0.1:1", "-p", "7001", NULL}, "paln:7001)");
    // hosts: nobody is there
    static const char *const hosts[][2] = {{"check:1", NULL}, {"chekc:1", NULL}, {"no-such", NULL}};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        Run *run = stage_run(NULL, hosts[i]);
        assert_int_equal(run_end(run, LIMIT_MS), 3);
        assert_null(strstr(run_err(run), "did you mean"));
    }
}

static void fences_that_cannot_be_are_said(void **state)
{
    (void)state;
    assert_usage((const char *[]){"--fence", "maybe", NULL}, "auto, require or off, got 'maybe'");
    assert_usage((const char *[]){"move", ":1", ":2", "--no-wait", "--fence", "require", NULL},
                 "--no-wait leaves nobody to lift a fence");
}

static void a_lease_needs_a_key(void **state)
{
    (void)state;
    assert_usage((const char *[]){"watch", "--lease", "", NULL}, "--lease wants a key of 1 to 128");
}

static void no_error_repeats_a_password(void **state)
{
    (void)state;
    assert_usage((const char *[]){"redis://u:sEcret@127.0.0.1:1", "--bogus", NULL}, "--bogus");
    assert_usage((const char *[]){"check", "--password=sEcret", NULL}, "option --password;");
    assert_usage((const char *[]){"check", "redis://u:sEcret@127.0.0.1:0", NULL}, "port");
    assert_usage((const char *[]){"demo", "redis://u:sEcret@127.0.0.1:1", NULL}, "demo takes");
}

static void the_help_fits_a_terminal(void **state)
{
    (void)state;
    Run *run = stage_run(NULL, (const char *[]){"--help", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    StrView rest = sv(run_out(run));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        assert_in_range(line.n, 0, 80);
    }
}

// The program's first connection must not become the stdout or stderr that was not there.
static void closed_streams_are_no_connection(void **state)
{
    (void)state;
    char command[4200];
    snprintf(command, sizeof(command), "exec '%s' --version >&-", getenv("REHOME_BIN"));
    Run *run = stage_other((const char *[]){"sh", "-c", command, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(run), "cannot write to stdout: Bad file descriptor"));
}

// Needs no cluster: the themes beside the build.
static void themes_are_listed_and_checked(void **state)
{
    (void)state;
    Run *run = stage_run(NULL, (const char *[]){"--list-themes", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    assert_non_null(strstr(run_out(run), "dark "));
    assert_non_null(strstr(run_out(run), "/themes/tritanopia.theme\n"));
    run = stage_run(NULL, (const char *[]){"--check-theme", "nord", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    assert_string_equal(run_out(run), "");
    char path[] = "/tmp/rehome-broken-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "ok = purpel\n", 12), 12);
    close(fd);
    run = stage_run(NULL, (const char *[]){"--check-theme", path, NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    assert_non_null(strstr(run_out(run), ":1: expected a colour"));
    unlink(path);
    run = stage_run(NULL, (const char *[]){"--check-theme", "no-such", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    assert_non_null(strstr(run_out(run), "no-such: cannot read the theme"));
}

static void assert_cannot_write(const char *option, const char *path, const char *says)
{
    Run *run = stage_run(NULL, (const char *[]){"watch", "127.0.0.1:1", option, path, NULL});
    int status = run_end(run, LIMIT_MS);
    if (status != 1 || strstr(run_err(run), says) == NULL) {
        fail_msg("%s %s: wanted exit 1 and \"%s\"; got exit %d and \"%s\"", option, path, says,
                 status, run_err(run));
    }
}

static void what_cannot_be_written_says_what_to_do(void **state)
{
    (void)state;
    static const char *const options[] = {"--log", "--tape"};
    for (size_t i = 0; i < 2; i++) {
        assert_cannot_write(options[i], "/no/such/file",
                            "No such file or directory; make its folder first, or name another");
        assert_cannot_write(options[i], stage_folder(), "Is a directory; name a file in it");
        assert_cannot_write(options[i], "/dev/null/file",
                            "Not a directory; a part of its path is no folder, name another file");
    }
    Run *run = stage_run(NULL, (const char *[]){"replay", "/no/such/tape", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(run), "cannot read the tape /no/such/tape: No such file"));
}

TESTS(usage, STAGED(what_cannot_be_written_says_what_to_do),
      cmocka_unit_test(themes_are_listed_and_checked),
      STAGED(a_wrong_option_is_named_wherever_it_stands),
      STAGED(a_mistyped_command_is_not_taken_for_a_host), STAGED(fences_that_cannot_be_are_said),
      STAGED(a_lease_needs_a_key), STAGED(no_error_repeats_a_password),
      STAGED(the_help_fits_a_terminal), STAGED(closed_streams_are_no_connection))
