#include "reload.h"

#include <string.h>

#include "label_file.h"
#include "option_table.h"

// "grace is now 20, was 10": what can be changed and is another now.
static void add_changes(StrBuf *out, const Options *before, const Options *now)
{
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *option = &option_table[i];
        if ((option->traits & OPTION_LIVE) == 0) {
            continue;
        }
        StrBuf was = {0};
        StrBuf is = {0};
        option_show(before, option, &was);
        option_show(now, option, &is);
        if (strcmp(strbuf_text(&was), strbuf_text(&is)) != 0) {
            strbuf_addf(out, "%s%s is now %s, was %s", out->n > 0 ? "; " : "", option->name,
                        is.n > 0 ? strbuf_text(&is) : "not set",
                        was.n > 0 ? strbuf_text(&was) : "not set");
        }
        strbuf_done(&was);
        strbuf_done(&is);
    }
}

static bool read_labels(const char *path, Labels **out, StrBuf *wrong)
{
    Error err = {0};
    *out = NULL;
    if (path == NULL || label_file_read(path, out, &err)) {
        return true;
    }
    strbuf_addf(wrong, "%s\n", err.text);
    return false;
}

bool reload_settings(Reload *r, const Options *began_with, Engine *e, StrBuf *wrong)
{
    Options fresh;
    Labels *labels = NULL;
    if (!options_again(began_with, &fresh, wrong) || !read_labels(fresh.labels, &labels, wrong)) {
        options_done(&fresh);
        return false;
    }
    StrBuf changes = {0};
    add_changes(&changes, r->done ? &r->now : began_with, &fresh);
    StrBuf what = {0};
    strbuf_addf(&what, "settings read again: %s",
                changes.n > 0 ? strbuf_text(&changes) : "as before");
    engine_set_labels(e, labels);
    engine_set_policy(e, fresh.limits, fresh.floor, fresh.spread, fresh.interval_ms,
                      strbuf_text(&what));
    strbuf_done(&what);
    strbuf_done(&changes);
    reload_done(r);
    *r = (Reload){.now = fresh, .done = true, .labels = labels};
    return true;
}

void reload_done(Reload *r)
{
    if (r->done) {
        options_done(&r->now);
    }
    labels_free(r->labels);
    *r = (Reload){0};
}
