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

// A password of the command line or the terminal is not kept, and goes before the file's.
static bool has_login_of_its_own(const Options *o)
{
    bool is_in_address = false;
    for (size_t i = 0; i < o->n_seeds; i++) {
        is_in_address = is_in_address || o->seeds[i].pass != NULL;
    }
    return is_in_address || o->ask_pass || o->given[option_find(sv("pass")) - option_table];
}

static bool is_another(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

static void set_login(const Options *before, const Options *now, Engine *e, StrBuf *changes)
{
    bool user_is = is_another(before->user, now->user);
    bool pass_is = is_another(before->pass, now->pass);
    if (!user_is && !pass_is) {
        return;
    }
    strbuf_addf(changes, "%slogins are made with another %s%s%s", changes->n > 0 ? "; " : "",
                user_is ? "user" : "", user_is && pass_is ? " and " : "",
                pass_is ? "password" : "");
    engine_set_login(e, now->user, now->pass);
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
    const Options *before = r->done ? &r->now : began_with;
    add_changes(&changes, before, &fresh);
    if (!has_login_of_its_own(began_with)) {
        set_login(before, &fresh, e, &changes);
    }
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
