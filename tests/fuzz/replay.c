// What the fuzzers have found worth keeping, run once more: with any compiler, in `make test`. An
// input that breaks a claim ends the program, and was named before it ran.
#include "../unit/unit.h"

#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"

static void read_file(const char *path, StrBuf *out)
{
    char block[4096];
    FILE *f = fopen(path, "rbe");
    assert_non_null(f);
    for (size_t n = 0; (n = fread(block, 1, sizeof(block), f)) > 0;) {
        strbuf_add_sv(out, sv_of(block, n));
    }
    assert_int_equal(fclose(f), 0);
}

static void replay(const char *name, FuzzTarget *run)
{
    char folder[512];
    const char *root = getenv("REHOME_ROOT");
    snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", root != NULL ? root : ".", name);
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, NULL, alphasort);
    int n_run = 0;
    for (int i = 0; i < n; i++) {
        char path[1024];
        StrBuf input = {0};
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            fprintf(stderr, "%s\n", path);
            read_file(path, &input);
            run(sv_of(strbuf_text(&input), input.n));
            n_run++;
        }
        strbuf_done(&input);
        mem_free(entries[i]);
    }
    mem_free(entries);
    run(sv("")); // which no corpus keeps
    assert_true(n_run > 0);
}

#define X(name, longest, executions)                                                               \
    static void name##_corpus_breaks_no_claim(void **state)                                        \
    {                                                                                              \
        (void)state;                                                                               \
        replay(#name, fuzz_##name);                                                                \
    }
FUZZ_TARGETS(X)
#undef X

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define X(name, longest, executions) cmocka_unit_test(name##_corpus_breaks_no_claim),
        FUZZ_TARGETS(X)
#undef X
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests_name("fuzz", tests, NULL, NULL);
}
