// What a shell gets of us: the man page and the completion of the command line.
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rehome/base/str.h"

// stdout of a run that has to succeed.
static const char *output(Run *run)
{
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    assert_string_equal(run_err(run), "");
    return run_out(run);
}

static const char *shell(const char *script)
{
    return output(stage_other((const char *[]){"bash", "-c", script, "bash", getenv("REHOME_BIN"),
                                               stage_folder(), NULL}));
}

static bool has_program(const char *name)
{
    char script[64];
    snprintf(script, sizeof(script), "command -v %s", name);
    return run_end(stage_other((const char *[]){"sh", "-c", script, NULL}), LIMIT_MS) == 0;
}

// In the script $1 is the program, which the completion calls by its name; try LINE shows what the
// last word of the line may become.
#define BASH                                                                                       \
    "rehome() { \"$program\" \"$@\"; }; program=$1; compopt() { :; };"                             \
    "source <(rehome --completion bash);"                                                          \
    "try() { COMP_LINE=$1 COMP_POINT=${#1}; _rehome; echo \"$1 -> ${COMPREPLY[*]}\"; };"

static void the_man_page_tells_of_every_option_of_the_help(void **state)
{
    (void)state;
    const char *page = output(stage_run(NULL, (const char *[]){"--man", NULL}));
    StrView rest = sv(output(stage_run(NULL, (const char *[]){"--help", NULL})));
    StrView word;
    size_t n = 0;
    while (sv_next(&rest, ' ', &word)) {
        if (!sv_starts(word, "--") || strspn(word.at + 2, "abcdefghijklmnopqrstuvwxyz-") == 0) {
            continue;
        }
        char wanted[80] = "\\-\\-";
        for (const char *c = word.at + 2; (*c >= 'a' && *c <= 'z') || *c == '-'; c++) {
            snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "%s%c",
                     *c == '-' ? "\\" : "", *c);
        }
        if (strstr(page, wanted) == NULL) {
            fail_msg("%.*s is in --help and not in the man page", (int)word.n, word.at);
        }
        n++;
    }
    assert_true(n > 30);
    assert_non_null(strstr(page, ".B \"rehome whatif [HOST|NODE...]\""));
    assert_non_null(strstr(page, ".SH KEYS"));
}

static void the_man_page_is_good_roff(void **state)
{
    (void)state;
    if (!has_program("groff")) {
        skip();
    }
    Run *run = stage_other((const char *[]){"sh", "-c", "\"$1\" --man | groff -ww -man -Tutf8 -z",
                                            "sh", getenv("REHOME_BIN"), NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 0);
    assert_string_equal(run_err(run), ""); // where it warns
}

static void bash_completes_commands_options_and_their_values(void **state)
{
    (void)state;
    const char *said = shell(BASH "try 'rehome rel'; try 'rehome check --no-c';"
                                  "try 'rehome --fence '; try 'rehome --auto=a';"
                                  "try 'rehome --theme trit'; try 'rehome --grace 5 wat'");
    assert_string_equal(said, "rehome rel -> release\n"
                              "rehome check --no-c -> --no-color\n"
                              "rehome --fence  -> auto require off\n"
                              "rehome --auto=a -> act\n"
                              "rehome --theme trit -> tritanopia\n"
                              "rehome --grace 5 wat -> watch\n");
}

// Only what stands behind the last colon: that is what bash replaces.
static void bash_completes_the_nodes_that_were_looked_at_last(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    int status;
    (void)stage_check(lab, &status);
    char script[512];
    const char *ip = lab_addr(lab, stage_port(lab, 7008));
    int n = (int)strcspn(ip, ":");
    snprintf(script, sizeof(script),
             BASH
             "try 'rehome move %.*s:'; try 'rehome move :7008 %.*s:'; try 'rehome watch %.*s:'",
             n, ip, n, ip, n, ip);
    char wanted[256];
    snprintf(wanted, sizeof(wanted),
             "rehome move %.*s: -> 7006 7008\nrehome move :7008 %.*s: -> 7005\n"
             "rehome watch %.*s: -> 7005 7006 7008\n",
             n, ip, n, ip, n, ip);
    assert_string_equal(shell(script), wanted);
}

// Whoever could write a node's name must not have a command run by a key of ours.
static void a_hostile_name_is_nothing_to_a_shell(void **state)
{
    (void)state;
    const char *said =
        shell(BASH "cd \"$2\"; mkdir -p evil/rehome; export XDG_STATE_HOME=$PWD/evil;"
                   "echo '$(touch${IFS}hit):1 master h;touch,hit' > evil/rehome/nodes;"
                   "try 'rehome whatif '; test ! -e hit || echo it ran");
    assert_null(strstr(said, "it ran"));
    assert_non_null(strstr(said, "-> $(touch${IFS}hit):1 h;touch,hit\n")); // text, and no more
}

// A monitor may have no HOME, and be root.
static void who_has_no_folder_keeps_no_nodes(void **state)
{
    (void)state;
    bool was_there = access("/nonexistent", F_OK) == 0;
    Lab *lab = stage_lab(&lab_scenario);
    Run *run = stage_other(
        (const char *[]){"env", "-i", getenv("REHOME_BIN"), "check", lab_addr(lab, 0), NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1); // not host-safe
    assert_true(was_there || access("/nonexistent", F_OK) != 0);
}

static void zsh_understands_its_script(void **state)
{
    (void)state;
    if (!has_program("zsh")) {
        skip();
    }
    output(stage_other((const char *[]){"sh", "-c", "\"$1\" --completion zsh | zsh -n", "sh",
                                        getenv("REHOME_BIN"), NULL}));
}

TESTS(shell, STAGED(the_man_page_tells_of_every_option_of_the_help),
      STAGED(the_man_page_is_good_roff), STAGED(bash_completes_commands_options_and_their_values),
      STAGED(bash_completes_the_nodes_that_were_looked_at_last),
      STAGED(a_hostile_name_is_nothing_to_a_shell), STAGED(who_has_no_folder_keeps_no_nodes),
      STAGED(zsh_understands_its_script))
