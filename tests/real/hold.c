#include "hold.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "clock.h"
#include "rehome/base/mem.h"
#include "stage.h"

// What the kernel tells of a system call; glibc names it so.
typedef struct __ptrace_syscall_info Call;

static void attach(pid_t pid)
{
    unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, pid, NULL, options) != 0) {
        print_message("programs may not be traced here: %s\n", strerror(errno));
        skip();
    }
    assert_int_equal(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
}

// Until the program stops at the beginning or the end of a system call. It asks its servers all the
// time, so this is never long.
static Call next_call(Run *run, int64_t limit_ms)
{
    pid_t pid = run_pid(run);
    for (;;) {
        int status = 0;
        pid_t got = waitpid(pid, &status, __WALL);
        if (got != pid || !WIFSTOPPED(status)) {
            fail_msg("it ended before that write: %s%s", run_out(run), run_err(run));
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            Call call = {0};
            assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(call), &call) > 0);
            return call;
        }
        if (clock_ms() >= limit_ms) {
            fail_msg("it has not come to that write in time");
        }
        bool is_signal = status >> 16 == 0; // else the tracing itself
        long number = is_signal ? WSTOPSIG(status) : 0;
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, number), 0);
    }
}

static bool writes(pid_t pid, const Call *call, const char *text)
{
    if (call->op != PTRACE_SYSCALL_INFO_ENTRY ||
        (call->entry.nr != SYS_write && call->entry.nr != SYS_sendto)) {
        return false;
    }
    char bytes[4096];
    size_t n = call->entry.args[2] < sizeof(bytes) ? call->entry.args[2] : sizeof(bytes);
    struct iovec here = {.iov_base = bytes, .iov_len = n};
    union {
        uint64_t number;
        void *at;
    } buffer = {.number = call->entry.args[1]};
    struct iovec there = {.iov_base = buffer.at, .iov_len = n};
    ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
    return got > 0 && memmem(bytes, (size_t)got, text, strlen(text)) != NULL;
}

void hold_before(Run *run, const char *text)
{
    int64_t limit = clock_ms() + LIMIT_MS;
    pid_t pid = run_pid(run);
    attach(pid);
    for (;;) {
        Call call = next_call(run, limit);
        if (writes(pid, &call, text)) {
            return;
        }
        if (clock_ms() >= limit) {
            fail_msg("it has not written \"%s\" in time", text);
        }
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
    }
}

void hold_behind(Run *run)
{
    assert_int_equal(ptrace(PTRACE_SYSCALL, run_pid(run), NULL, NULL), 0);
    Call call = next_call(run, clock_ms() + LIMIT_MS);
    assert_int_equal(call.op, PTRACE_SYSCALL_INFO_EXIT);
}

void hold_release(Run *run)
{
    assert_int_equal(ptrace(PTRACE_DETACH, run_pid(run), NULL, NULL), 0);
}
