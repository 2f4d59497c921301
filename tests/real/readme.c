#include "readme.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

static char block[8192];

static void read_all(char *out, size_t size)
{
    char path[PATH_MAX];
    const char *root = getenv("REHOME_ROOT");
    snprintf(path, sizeof(path), "%s/README.md", root != NULL ? root : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(out, 1, size - 1, file);
    fclose(file);
    assert_true(n < size - 1);
    out[n] = '\0';
}

const char *readme_block(const char *heading, const char *language, int nth)
{
    static char text[256 * 1024];
    char fence[32];
    char title[80];
    snprintf(fence, sizeof(fence), "\n```%s\n", language);
    snprintf(title, sizeof(title), "\n## %s\n", heading);
    read_all(text, sizeof(text));
    const char *at = strstr(text, title);
    assert_non_null(at);
    for (int i = 0; i <= nth; i++) {
        at = strstr(at + 1, fence);
        assert_non_null(at);
    }
    at += strlen(fence);
    const char *end = strstr(at, "\n```\n");
    assert_non_null(end);
    assert_true((size_t)(end - at) + 1 < sizeof(block));
    snprintf(block, sizeof(block), "%.*s", (int)(end - at) + 1, at);
    return block;
}
