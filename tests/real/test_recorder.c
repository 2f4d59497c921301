// The files that a recorder keeps: bounded, whole, and gone on with after a full disk.
#include "stage.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../src/app/recorder.h"
#include "../../src/app/tape_file.h"
#include "fixture.h"
#include "rehome/base/mem.h"

enum { ROUND_MS = 1000 };

static TapeHead head_of_test(void)
{
    return (TapeHead){
        .creator = "test", .wall_ms = INT64_C(1700000000000), .limits = auto_limits_default()};
}

// So many rounds of the scenario, in which every number changes with each.
static void feed(Recorder *r, Fixture *f, int from, int n)
{
    for (int i = from; i < from + n; i++) {
        for (size_t k = 0; k < fixture_count(f); k++) {
            FixtureNode *node = fixture_node(f, (int)k);
            node->ops = i * 7919 % 100003;
            node->used_memory = (int64_t)i * 104729 % 1000000007;
            node->offset += i * 613 % 8191;
        }
        TapeRound round = {.in = *fixture_round(f, 10000 + i * ROUND_MS), .notice = ""};
        recorder_round(r, &round);
    }
}

static size_t rounds_in(const char *path, bool *continues)
{
    StrView bytes;
    size_t n = 0;
    assert_true(tape_file_map(path, &bytes, NULL));
    TapeReader *r = tape_reader_new(bytes, NULL);
    assert_non_null(r);
    for (TapeItem item = tape_read(r); item.kind != TAPE_END; item = tape_read(r)) {
        n += item.kind == TAPE_ROUND ? 1 : 0;
        *continues = item.head->continues;
    }
    assert_string_equal(tape_damage(r), "");
    tape_reader_free(r);
    tape_file_unmap(bytes);
    return n;
}

// Each file is a tape of its own.
static void look_at_folder(const char *dir, int64_t *bytes, size_t *files, size_t *rounds)
{
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[600];
        struct stat st;
        bool continues;
        if (e->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        *bytes += st.st_size;
        *rounds += rounds_in(path, &continues);
        (*files)++;
    }
    closedir(d);
}

static void a_flight_never_outgrows_its_room(void **state)
{
    (void)state;
    enum { ROOM = 256 << 10, ROUNDS = 3000 };
    char state_dir[400];
    snprintf(state_dir, sizeof(state_dir), "%s/bounded", stage_folder());
    TapeHead head = head_of_test();
    Fixture *f = fixture_scenario();
    Recorder *r = recorder_of_flight(state_dir, &head, ROOM);
    int64_t bytes = 0;
    size_t files = 0;
    size_t rounds = 0;
    feed(r, f, 0, ROUNDS);
    char *dir = recorder_flight_dir(state_dir);
    look_at_folder(dir, &bytes, &files, &rounds);
    assert_true(bytes <= ROOM);
    assert_true(files > 2);
    // Room for two hours: 3000 seconds at this size are too much for it, so some are left out, and
    // what there is reaches back for most of it.
    assert_true(rounds > 100);
    assert_true(recorder_rounds(r) < ROUNDS);
    stage_measured("%zu rounds of %d in %zu files, %lld bytes", rounds, ROUNDS, files,
                   (long long)bytes);
    recorder_free(r);
    fixture_free(f);
    mem_free(dir);
}

static void a_full_disk_is_told_once_and_so_is_its_end(void **state)
{
    (void)state;
    char path[400];
    char news[240];
    Error err = {0};
    struct rlimit before;
    snprintf(path, sizeof(path), "%s/full.tape", stage_folder());
    TapeHead head = head_of_test();
    Fixture *f = fixture_scenario();
    Recorder *r = recorder_to_file(path, &head, &err);
    assert_non_null(r);
    feed(r, f, 0, 5);
    assert_false(recorder_news(r, news, sizeof(news)));
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction was;
    sigaction(SIGXFSZ, &ignore, &was);
    getrlimit(RLIMIT_FSIZE, &before);
    struct rlimit full = {.rlim_cur = (rlim_t)recorder_bytes(r) + 10, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
    feed(r, f, 5, 5);
    bool told = recorder_news(r, news, sizeof(news));
    feed(r, f, 10, 5);
    char again[240];
    bool told_again = recorder_news(r, again, sizeof(again));
    setrlimit(RLIMIT_FSIZE, &before);
    sigaction(SIGXFSZ, &was, NULL);
    assert_true(told);
    assert_non_null(strstr(news, "cannot be written"));
    assert_false(told_again);
    feed(r, f, 15, 5);
    assert_true(recorder_news(r, news, sizeof(news)));
    assert_non_null(strstr(news, "again"));
    recorder_free(r);
    bool continues = false;
    assert_int_equal(rounds_in(path, &continues), 10);
    assert_true(continues); // the same session goes on behind the gap
    fixture_free(f);
}

TESTS(recorder, STAGED(a_flight_never_outgrows_its_room),
      STAGED(a_full_disk_is_told_once_and_so_is_its_end))
