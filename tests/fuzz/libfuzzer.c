// The entrance of libFuzzer. One program is all fuzzers: which one it is tells the name it is
// called by, "fuzz-TARGET", so that a command that libFuzzer prints can be given again.
#include "fuzz.h"

#include <string.h>

#include "rehome/base/mem.h"

static const struct {
    const char *name;
    FuzzTarget *run;
} targets[] = {
#define X(name, longest, executions) {#name, fuzz_##name},
    FUZZ_TARGETS(X)
#undef X
};

static FuzzTarget *chosen;

int LLVMFuzzerInitialize(const int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(const int *argc, char ***argv)
{
    (void)argc;
    const char *name = strrchr((*argv)[0], '-');
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        if (name != NULL && strcmp(name + 1, targets[i].name) == 0) {
            chosen = targets[i].run;
        }
    }
    if (chosen == NULL) {
        fprintf(stderr, "%s: call it fuzz-TARGET, as `make fuzz` does\n", (*argv)[0]);
        exit(EXIT_FAILURE);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chosen(sv_of((const char *)data, size));
    return 0;
}
