#include "label_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"

// Room for a line for every node of a large cluster; what is longer was not meant to be read here.
enum { FILE_MAX_BYTES = 1 << 20 };

static bool read_text(FILE *file, const char *name, StrBuf *out, Error *err)
{
    char block[4096];
    size_t n;
    while ((n = fread(block, 1, sizeof(block), file)) > 0) {
        strbuf_add_sv(out, sv_of(block, n));
        if (out->n > FILE_MAX_BYTES) {
            return fail(err, ERR_IO, "%s is longer than %d bytes: no file of labels", name,
                        FILE_MAX_BYTES);
        }
    }
    return ferror(file) == 0 || fail(err, ERR_IO, "cannot read %s: %s", name, strerror(errno));
}

bool label_file_read(const char *path, Labels **out, Error *err)
{
    char name[200];
    text_clean_into(name, sizeof(name), sv(path));
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return fail(err, ERR_IO, "cannot read the labels in %s: %s", name, strerror(errno));
    }
    StrBuf text = {0};
    bool ok =
        read_text(file, name, &text, err) && labels_parse(sv_of(text.at, text.n), name, out, err);
    fclose(file);
    strbuf_done(&text);
    return ok;
}
