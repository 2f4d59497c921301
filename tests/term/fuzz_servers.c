// What happens to the servers, and what they say was written to them.
#include "../unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"

enum { MOST_DOWN = 3 };

// What looking takes, and what servers send each other.
static const char *const harmless[] = {
    "info", "config|get", "cluster|nodes", "cluster|info", "cluster|myid", "ping",
    "auth", "hello",      "replconf",      "psync",        "sync",         "role",
};

static bool is_harmless(StrView command)
{
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
        if (sv_is(command, harmless[i])) {
            return true;
        }
    }
    return sv_starts(command, "client|") || sv_starts(command, "command|");
}

static void add(FuzzWrites *sum, FuzzWrites more, int sign)
{
    sum->replicate += sign * more.replicate;
    sum->settings += sign * more.settings;
    sum->others += sign * more.others;
}

// "cmdstat_cluster|replicate:calls=2,usec=..."
static void count_line(StrView line, FuzzWrites *writes)
{
    StrView name;
    StrView digits;
    int64_t calls = 0;
    if (!sv_starts(line, "cmdstat_") || !sv_cut(&line, ':', &name) ||
        !sv_cut(&line, '=', &digits) || !sv_cut(&line, ',', &digits) ||
        !sv_to_i64(digits, &calls)) {
        return;
    }
    name = sv_of(name.at + strlen("cmdstat_"), name.n - strlen("cmdstat_"));
    if (sv_is(name, "cluster|replicate")) {
        writes->replicate += calls;
    } else if (sv_is(name, "config|set")) {
        writes->settings += calls;
    } else if (!is_harmless(name)) {
        writes->others += calls;
    }
}

static FuzzWrites writes_of(Fuzz *f, size_t i)
{
    FuzzWrites writes = {0};
    StrBuf info = {0};
    if (lab_is_running(f->lab, i) && lab_ask(f->lab, i, PTY_DEADLINE_MS, &info,
                                             (const char *[]){"INFO", "commandstats", NULL})) {
        StrView rest = sv(strbuf_text(&info));
        StrView line;
        while (sv_next(&rest, '\n', &line)) {
            count_line(line, &writes);
        }
    }
    strbuf_done(&info);
    return writes;
}

static void go_on(Fuzz *f, size_t i)
{
    lab_signal(f->lab, i, SIGCONT);
    f->stopped[i] = false;
}

FuzzWrites fuzz_writes(Fuzz *f)
{
    FuzzWrites writes = f->gone;
    for (size_t i = 0; i < FUZZ_NODES; i++) {
        go_on(f, i);
        add(&writes, writes_of(f, i), 1);
    }
    add(&writes, f->ours, -1);
    return writes;
}

static bool is_up(Fuzz *f, size_t i)
{
    return lab_is_running(f->lab, i) && !f->stopped[i];
}

// Somebody else at work: a replica takes over, or goes to another master. What it is told may be
// refused, and counts all the same.
static void meddle(Fuzz *f, size_t i)
{
    StrBuf reply = {0};
    size_t to = fuzz_pick(f, FUZZ_NODES);
    bool promotes = fuzz_pick(f, 2) == 0;
    const char *promote[] = {"CLUSTER", "FAILOVER", "TAKEOVER", NULL};
    const char *move[] = {"CLUSTER", "REPLICATE", lab_id(f->lab, to), NULL};
    assert_true(lab_ask(f->lab, i, PTY_DEADLINE_MS, &reply, promotes ? promote : move));
    f->ours.others += promotes;
    f->ours.replicate += !promotes;
    strbuf_done(&reply);
}

static void kill_one(Fuzz *f, size_t i)
{
    add(&f->gone, writes_of(f, i), 1);
    lab_kill(f->lab, i);
}

void fuzz_calm(Fuzz *f)
{
    for (size_t i = 0; i < FUZZ_NODES; i++) {
        go_on(f, i);
        assert_true(lab_is_running(f->lab, i) || lab_restart(f->lab, i, NULL));
    }
    f->counts.changes++;
    kill_one(f, fuzz_pick(f, FUZZ_NODES));
}

void fuzz_disturb(Fuzz *f)
{
    int down = 0;
    size_t i = fuzz_pick(f, FUZZ_NODES);
    for (size_t other = 0; other < FUZZ_NODES; other++) {
        down += !is_up(f, other);
    }
    f->counts.changes++;
    size_t what = fuzz_pick(f, 4);
    if (f->stopped[i]) {
        go_on(f, i);
    } else if (!lab_is_running(f->lab, i)) {
        assert_true(lab_restart(f->lab, i, NULL));
    } else if (what == 0) {
        meddle(f, i);
    } else if (down < MOST_DOWN && what == 1) {
        f->stopped[i] = lab_signal(f->lab, i, SIGSTOP);
    } else if (down < MOST_DOWN) {
        kill_one(f, i);
    }
}
