#include "lab_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"

// name "value", quoted as the server's configuration reader (sdssplitargs) wants it.
static void add_setting(StrBuf *conf, const char *name, const char *value)
{
    strbuf_addf(conf, "%s \"", name);
    for (const char *c = value; *c != '\0'; c++) {
        strbuf_addf(conf, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    strbuf_add(conf, "\"\n");
}

const char *lab_server_socket(const LabServer *server, Arena *arena)
{
    return arena_printf(arena, "%s/socket", server->folder);
}

// The lab's own questions go by a socket in plain text: not every build of ours has TLS.
static void add_tls_settings(StrBuf *conf, const Lab *lab, const LabServer *server)
{
    add_setting(conf, "port", "0");
    add_setting(conf, "unixsocket", lab_server_socket(server, lab->arena));
    add_setting(conf, "tls-cluster", "yes");
    add_setting(conf, "tls-replication", "yes");
    add_setting(conf, "tls-ca-cert-file", arena_printf(lab->arena, "%s/ca.crt", lab->tls));
    add_setting(conf, "tls-cert-file", arena_printf(lab->arena, "%s/node.crt", lab->tls));
    add_setting(conf, "tls-key-file", arena_printf(lab->arena, "%s/node.key", lab->tls));
}

// In a file, because an argument would show the password in the process list.
static bool write_configuration(const Lab *lab, const LabServer *server, const char *path,
                                Error *err)
{
    StrBuf conf = {0};
    char number[16];
    snprintf(number, sizeof(number), "%d", server->spec.port);
    add_setting(&conf, lab->tls != NULL ? "tls-port" : "port", number);
    if (lab->tls != NULL) {
        add_tls_settings(&conf, lab, server);
    }
    add_setting(&conf, "bind", server->ip);
    // On loopback every connection comes from 127.0.0.1: told apart only by what they announce.
    add_setting(&conf, "cluster-announce-ip", server->ip);
    add_setting(&conf, "replica-announce-ip", server->ip);
    add_setting(&conf, "dir", server->folder);
    add_setting(&conf, "logfile", arena_printf(lab->arena, "%s/server.log", server->folder));
    add_setting(&conf, "save", "");
    add_setting(&conf, "appendonly", "no");
    add_setting(&conf, "cluster-enabled", "yes");
    snprintf(number, sizeof(number), "%d", lab->node_timeout_ms);
    add_setting(&conf, "cluster-node-timeout", number);
    add_setting(&conf, "repl-diskless-sync", "yes");
    add_setting(&conf, "repl-diskless-sync-delay", "0"); // 5 s by default: nobody else to wait for
    if (lab->pass != NULL) {
        add_setting(&conf, "requirepass", lab->pass);
        add_setting(&conf, "masterauth", lab->pass);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, conf.at, conf.n) == (ssize_t)conf.n;
    int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    memset(conf.at, 0, conf.n);
    strbuf_done(&conf);
    return ok || fail(err, ERR_IO, "cannot write %s: %s", path, strerror(why));
}

// In the child, up to exec. Only async-signal-safe calls: the parent may have threads.
static void become_server(char *const *argv, pid_t parent, int report)
{
    int why;
    // Die with the parent however it ends; it may have ended between fork and prctl.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        setpgid(0, 0); // Ctrl-C at the terminal is for the parent alone
        int null = open("/dev/null", O_RDWR);
        if (null >= 0) {
            dup2(null, STDIN_FILENO);
            dup2(null, STDOUT_FILENO);
            dup2(null, STDERR_FILENO);
        }
        execvp(argv[0], argv);
    }
    why = errno;
    (void)!write(report, &why, sizeof(why));
    _exit(127);
}

static bool run_server(LabServer *server, char *const *argv, Error *err)
{
    int report[2]; // closed by a successful exec, else tells its errno
    if (pipe(report) != 0) {
        return fail(err, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    }
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become_server(argv, parent, report[1]);
    }
    int why = pid < 0 ? errno : 0;
    close(report[1]);
    if (pid > 0) {
        ssize_t got;
        do {
            got = read(report[0], &why, sizeof(why));
        } while (got < 0 && errno == EINTR);
        if (got == (ssize_t)sizeof(why)) {
            (void)waitpid(pid, NULL, 0);
        } else {
            why = 0;
            server->pid = pid;
        }
    }
    close(report[0]);
    if (why == ENOENT) {
        return fail(err, ERR_IO,
                    "%s is not installed; on Debian and Ubuntu: apt-get install redis-server",
                    argv[0]);
    }
    return why == 0 || fail(err, ERR_IO, "cannot start %s: %s", argv[0], strerror(why));
}

bool lab_server_start(const Lab *lab, LabServer *server, Error *err)
{
    if (mkdir(server->folder, 0700) != 0 && errno != EEXIST) {
        return fail(err, ERR_IO, "cannot make the folder %s: %s", server->folder, strerror(errno));
    }
    const char *conf = arena_printf(lab->arena, "%s/redis.conf", server->folder);
    if (!write_configuration(lab, server, conf, err)) {
        return false;
    }
    size_t n_extra = 0;
    while (lab->extra[n_extra] != NULL) {
        n_extra++;
    }
    Arena *scratch = arena_new();
    char **argv = arena_array(scratch, n_extra + 3, sizeof(*argv));
    argv[0] = arena_strdup(scratch, lab->program);
    argv[1] = arena_strdup(scratch, conf);
    for (size_t i = 0; i < n_extra; i++) {
        argv[2 + i] = arena_strdup(scratch, lab->extra[i]); // later settings win
    }
    bool ok = run_server(server, argv, err);
    arena_free(scratch);
    return ok;
}

// Nobody but us can take the number of a child that we have not seen to its end, so this is also
// what makes a kill() safe. ECHILD: the event loop has seen it first.
bool lab_server_is_running(LabServer *server)
{
    if (server->pid != 0 && waitpid(server->pid, NULL, WNOHANG) != 0) {
        server->pid = 0;
    }
    return server->pid != 0;
}

void lab_server_end(LabServer *server)
{
    if (lab_server_is_running(server)) {
        kill(server->pid, SIGKILL);
        while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        server->pid = 0;
    }
}

const char *lab_server_last_words(const LabServer *server, Arena *arena)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/server.log", server->folder);
    FILE *log = fopen(path, "re");
    if (log == NULL) {
        return "";
    }
    char line[400];
    const char *last = "";
    while (fgets(line, sizeof(line), log) != NULL) {
        StrView text = sv_trim(sv(line));
        if (text.n > 0) {
            last = text_clean(arena, text, 200);
        }
    }
    fclose(log);
    return last;
}
