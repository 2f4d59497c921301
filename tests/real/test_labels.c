// --labels: hosts by the operator's words, in every answer.
#include "stage.h"

#include <stdio.h>
#include <string.h>

// A file of the test's own folder; the path is good until the next call.
static const char *labels_file(const char *text)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/labels", stage_folder());
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static const json_t *check_with(const Lab *lab, const char *labels)
{
    Run *check =
        stage_run(lab, (const char *[]){"check", "--format", "json", "--labels", labels, NULL});
    assert_int_equal(run_end(check, LIMIT_MS), 1); // hosts carry both copies of a shard
    return run_json(check);
}

static void hosts_are_what_the_labels_say(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    // Two of the three addresses are one machine: 7002 is on its master's then, as 7004 is.
    const char *racks = labels_file("# the room\n/\\.17[01]$/ = rack-a\n");
    const json_t *document = check_with(lab, racks);
    assert_string_equal(word_in(replica_in(document, 7002), "host"), "rack-a");
    assert_true(json_is_true(json_object_get(replica_in(document, 7002), "same_host")));
    assert_true(json_is_false(json_object_get(replica_in(document, 7008), "same_host")));
    assert_string_equal(word_in(master_in(document, 7005), "host"),
                        lab_ip(lab, stage_port(lab, 7005)));

    char text[256];
    snprintf(text, sizeof(text), "%s = by address\n%.12s = by ID\n127.0.0.0/8 = loopback\n",
             lab_addr(lab, stage_port(lab, 7002)), lab_id(lab, stage_port(lab, 7004)));
    document = check_with(lab, labels_file(text));
    assert_string_equal(word_in(replica_in(document, 7002), "host"), "by address");
    assert_string_equal(word_in(replica_in(document, 7004), "host"), "by ID");
    assert_string_equal(word_in(master_in(document, 7001), "host"), "loopback");
}

static void assert_refused(const char *command, const char *path, const char *says)
{
    Run *run = stage_run(NULL, (const char *[]){command, "--labels", path, "127.0.0.1:1", NULL});
    int status = run_end(run, LIMIT_MS);
    if (status != 2 || strstr(run_err(run), says) == NULL || run_out(run)[0] != '\0') {
        fail_msg("wanted exit 2 and \"%s\"; got exit %d, \"%s\" and \"%s\"", says, status,
                 run_out(run), run_err(run));
    }
}

static void labels_that_cannot_be_read_are_told_before_anything_else(void **state)
{
    (void)state;
    static const char *const commands[] = {"check", "plan", "watch"};
    for (size_t i = 0; i < 3; i++) {
        assert_refused(commands[i], labels_file("10.0.0.1 = a\n10.0.0.0/40 = b\n"),
                       "labels:2: expected a network of 0 to 32 bits, got '10.0.0.0/40'");
    }
    assert_refused("check", "/no/such/labels", "/no/such/labels: No such file or directory");
    assert_refused("check", stage_folder(), "Is a directory");
    assert_refused("check", "/dev/zero", "/dev/zero is longer than");
}

TESTS(labels, STAGED(hosts_are_what_the_labels_say),
      STAGED(labels_that_cannot_be_read_are_told_before_anything_else))
