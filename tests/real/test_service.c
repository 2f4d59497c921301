// `watch` as a service: what it tells its manager, settings read again, and its log.
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager.h"
#include "rehome/base/str.h"

static const char *path_in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", stage_folder(), name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

// A service has no terminal, also where somebody runs the tests in one.
static Run *start_service(const Lab *lab, const char *option, const char *value, const char *other,
                          const char *other_value)
{
    return stage_other((const char *[]){"setsid", getenv("REHOME_BIN"), "watch", lab_addr(lab, 0),
                                        "--format", "json", option, value, other, other_value,
                                        NULL});
}

// --- the manager

static int manager_appoint(void)
{
    int fd = manager_open();
    setenv("NOTIFY_SOCKET", manager_path(), 1);
    return fd;
}

static int forget_manager(void **state)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    return stage_clear(state);
}

static void the_manager_hears_how_the_service_is(void **state)
{
    (void)state;
    Run *version = stage_run(NULL, (const char *[]){"--version", NULL});
    assert_int_equal(run_end(version, LIMIT_MS), 0);
    if (strstr(run_out(version), "no libsystemd") != NULL) {
        skip();
    }
    Lab *lab = stage_lab(&lab_scenario);
    int fd = manager_appoint();
    setenv("WATCHDOG_USEC", "1000000", 1);
    Run *service = start_service(lab, NULL, NULL, NULL, NULL);
    manager_hears(fd, "READY=1");
    manager_hears(fd, "STATUS=3 masters, 0 orphaned, 0 at risk, 1 spare");
    manager_hears(fd, "WATCHDOG=1");
    run_signal(service, SIGHUP);
    manager_hears(fd, "RELOADING=1");
    manager_hears(fd, "READY=1");
    run_signal(service, SIGTERM);
    manager_hears(fd, "STOPPING=1");
    run_end(service, LIMIT_MS);
    close(fd);
}

// --- settings read again

static void hang_up(Run *service)
{
    run_mark(service);
    run_signal(service, SIGHUP);
}

static const char *setting_event(Run *service)
{
    return word_in(run_event(service, "setting", 0, LIMIT_MS), "text");
}

static void settings_are_read_again(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    char config[256];
    snprintf(config, sizeof(config), "%s", path_in_folder("service.ini"));
    write_file(config, "[rehome]\ngrace = 33\nfloor = 2\n");
    Run *service = start_service(lab, "--config", config, "--floor", "1");
    run_event(service, "connected", 0, LIMIT_MS);
    write_file(config, "[rehome]\ngrace = 44\nfloor = 3\nspread = yes\n");
    hang_up(service);
    // the command line goes before the file: the floor stays
    assert_string_equal(setting_event(service), "settings read again: grace is now 44, was 33; "
                                                "spread is now yes, was no");
    hang_up(service);
    assert_string_equal(setting_event(service), "settings read again: as before");
}

static void a_broken_file_changes_nothing(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    char config[256];
    snprintf(config, sizeof(config), "%s", path_in_folder("service.ini"));
    write_file(config, "[rehome]\ngrace = 33\n");
    Run *service = start_service(lab, "--config", config, NULL, NULL);
    run_event(service, "connected", 0, LIMIT_MS);
    write_file(config, "[rehome]\nspread = yes\ngrace = soon\n");
    hang_up(service);
    run_wait_err(service, "all stays as it was", LIMIT_MS);
    assert_non_null(strstr(run_err(service), "service.ini:3: "));
    write_file(config, "[rehome]\ngrace = 34\n");
    hang_up(service);
    assert_string_equal(setting_event(service), "settings read again: grace is now 34, was 33");
}

// --- the log

static char *log_text(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "re");
    size_t n = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;
    text[n] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

// What is written behind stdout's line is there when stdout has the next.
static void the_log_has_what_stdout_has_and_may_be_rotated(void **state)
{
    (void)state;
    Lab *lab = stage_lab(&lab_scenario);
    char path[256];
    char rotated[300];
    snprintf(path, sizeof(path), "%s", path_in_folder("service.log"));
    snprintf(rotated, sizeof(rotated), "%s.1", path);
    unlink(path);
    Run *service = start_service(lab, "--log", path, NULL, NULL);
    run_event(service, "connected", 0, LIMIT_MS);
    assert_non_null(strstr(log_text(path), " connected          connected to "));
    assert_memory_equal(log_text(path), "20", 2); // the date
    assert_int_equal(rename(path, rotated), 0);
    lab_kill(lab, stage_port(lab, 7008));
    run_event(service, "orphaned", 7001, LIMIT_MS);
    const char *text = log_text(path);
    if (strstr(text, " orphaned           ") == NULL) {
        fail_msg("the new log is \"%s\"", text);
    }
    assert_null(strstr(log_text(rotated), "orphaned"));
}

static void a_log_that_cannot_be_is_said_at_the_start(void **state)
{
    (void)state;
    Run *run =
        stage_run(NULL, (const char *[]){"watch", "127.0.0.1:1", "--log", "/no/such/log", NULL});
    assert_int_equal(run_end(run, LIMIT_MS), 1);
    assert_non_null(strstr(run_err(run), "--log /no/such/log: No such file or directory"));
}

static void systemd_takes_the_unit(void **state)
{
    (void)state;
    static const char script[] =
        "command -v systemd-analyze >/dev/null || exit 77; cd \"$2\" && mkdir -p bin &&"
        "ln -sf \"$1\" bin/rehome && sed \"s|@PREFIX@|$PWD|\" \"$3/src/app/rehome@.service\" "
        ">rehome@shop.service && systemd-analyze verify --man=no ./rehome@shop.service";
    const char *root = getenv("REHOME_ROOT");
    Run *run = stage_other((const char *[]){"sh", "-c", script, "sh", getenv("REHOME_BIN"),
                                            stage_folder(), root != NULL ? root : ".", NULL});
    int status = run_end(run, LIMIT_MS);
    if (status == 77) {
        skip();
    }
    assert_string_equal(run_err(run), "");
    assert_int_equal(status, 0);
}

TESTS(service, STAGED(systemd_takes_the_unit),
      cmocka_unit_test_teardown(the_manager_hears_how_the_service_is, forget_manager),
      STAGED(settings_are_read_again), STAGED(a_broken_file_changes_nothing),
      STAGED(the_log_has_what_stdout_has_and_may_be_rotated),
      STAGED(a_log_that_cannot_be_is_said_at_the_start))
