// The README's lines for systemd, done as far as a machine goes that systemd does not run: only
// folders, the user and the address are ours. What needs systemd itself is asked for by name.
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "manager.h"

// $1 the source, $2 our folder, $3 $4 where the cluster is. Leaves what the unit says in files,
// with %i as systemd would have it for rehome@shop.
static const char prepare[] =
    "set -eu; cd \"$1\"\n"
    // what `make install` does with the unit, without building anything
    "cp README.md \"$2\"\n"
    "env -u MAKEFLAGS make -s -n install PREFIX=/usr DESTDIR=\"$2/root\" | grep "
    "'rehome@\\.service' | sh -e\n"
    "unit=\"$2/root/usr/lib/systemd/system/rehome@.service\"\n"
    "awk '/unit for systemd, hardened/ {found = 1} found && /^```/ {fence++; next} fence == 1' "
    "README.md >\"$2/commands\"\n"
    "sed -e \"s|/etc/rehome|$2/etc|g; s|chown rehome|chown $(id -un)|\" "
    "-e \"s|10\\.0\\.0\\.1|$3\\\\\\\\nport = $4|; /^systemctl/d\" \"$2/commands\" >\"$2/run\"\n"
    "sh -e \"$2/run\"\n"
    "for key in ExecStart ExecReload Environment StateDirectory WantedBy; do\n"
    "  sed -n \"s/^$key=//p\" \"$unit\" | sed \"s|%i|shop|g; s|/usr/bin/rehome|$REHOME_BIN|; "
    "s|/etc/rehome|$2/etc|g; s|/var/lib|$2/var|g\" >\"$2/$key\"\n"
    "  test -s \"$2/$key\"\n"
    "done\n"
    "mkdir -p \"$2/var/$(cat \"$2/StateDirectory\")\"\n";

static Run *shell(const char *script, const char *a, const char *b, const char *c)
{
    const char *root = getenv("REHOME_ROOT");
    return stage_other((const char *[]){"sh", "-c", script, "sh", root != NULL ? root : ".",
                                        stage_folder(), a, b, c, NULL});
}

static void expect_done(Run *run)
{
    if (run_end(run, LIMIT_MS) != 0) {
        fail_msg("%s%s", run_out(run), run_err(run));
    }
}

static bool has_libsystemd(void)
{
    Run *version = stage_run(NULL, (const char *[]){"--version", NULL});
    assert_int_equal(run_end(version, LIMIT_MS), 0);
    return strstr(run_out(version), "no libsystemd") == NULL;
}

static void the_installed_unit_runs_reloads_and_stops_as_written(void **state)
{
    (void)state;
    static const char start[] = "cd \"$2\"; exec env -i PATH=\"$PATH\" NOTIFY_SOCKET=\"$2/notify\" "
                                "\"$(cat Environment)\" setsid $(cat ExecStart)";
    static const char reload[] = "cd \"$2\"; MAINPID=$3; eval \"$(cat ExecReload)\"";
    static const char kept[] = "ls \"$2\"/var/rehome/shop/rehome/flight/*.tape";
    if (!has_libsystemd()) {
        skip();
    }
    char port[16];
    char pid[16];
    Lab *lab = stage_lab(&lab_scenario);
    snprintf(port, sizeof(port), "%d", lab_port(lab, 0));
    expect_done(shell(prepare, lab_ip(lab, 0), port, NULL));
    int fd = manager_open();
    Run *service = shell(start, NULL, NULL, NULL);
    manager_hears(fd, "READY=1");
    manager_hears(fd, "STATUS=3 masters, 0 orphaned");
    snprintf(pid, sizeof(pid), "%d", (int)run_pid(service));
    expect_done(shell(reload, pid, NULL, NULL));
    manager_hears(fd, "RELOADING=1");
    manager_hears(fd, "READY=1");
    run_wait_out(service, "settings read again", LIMIT_MS);
    run_signal(service, SIGTERM);
    manager_hears(fd, "STOPPING=1");
    assert_int_equal(run_end(service, LIMIT_MS), 0);
    expect_done(shell(kept, NULL, NULL, NULL)); // in its StateDirectory
    close(fd);
}

// The instance, the file it reads, the folder that `rehome release` is told, and what systemctl is
// asked to do.
static void what_needs_systemd_is_named_as_it_is(void **state)
{
    (void)state;
    static const char names[] =
        "set -eu; cd \"$2\"\n"
        "test \"$(sed -n 's/^systemctl enable --now \\(rehome@shop\\) .*/\\1/p' commands)\" = "
        "rehome@shop\n"
        "grep -q '^systemctl reload rehome@shop ' commands\n"
        "grep -q 'journalctl -u rehome@shop ' commands\n"
        "test \"$(cat WantedBy)\" = multi-user.target\n"
        "test \"$(cat Environment)\" = \"XDG_STATE_HOME=$2/var/$(cat StateDirectory)\"\n"
        "grep -q 'XDG_STATE_HOME=/var/lib/rehome/shop`' README.md\n"
        "test \"$(stat -c %a etc/shop.ini)\" = 600\n"
        "if command -v systemctl >/dev/null; then\n"
        "  systemctl --help | grep -q -e ' --now ' && systemctl --help | grep -q '^  reload '\n"
        "  journalctl --help | grep -q -e ' -u --unit='\n"
        "else echo 'no systemctl'; fi\n";
    expect_done(shell(prepare, "127.0.0.1", "1", NULL));
    Run *run = shell(names, NULL, NULL, NULL);
    expect_done(run);
    stage_measured("%s", run_out(run));
}

TESTS(readme_service, STAGED(the_installed_unit_runs_reloads_and_stops_as_written),
      STAGED(what_needs_systemd_is_named_as_it_is))
