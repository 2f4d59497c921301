#include "live_settings.h"

#include "person.h"
#include "rehome/base/text.h"

LiveSettings live_settings(const Options *o)
{
    LiveSettings l = {.now = *o};
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *option = &option_table[i];
        if ((option->traits & OPTION_LIVE) != 0) {
            const char *arg = option->arg != NULL ? option->arg : "yes|no";
            l.at[l.n++] = (UiSetting){option->name, arg, option->help};
        }
    }
    return l;
}

static void tell_engine(const LiveSettings *l, Engine *e, const char *now, const char *before)
{
    char who[64];
    text_clean_into(who, sizeof(who), sv(person_name()));
    StrBuf what = {0};
    strbuf_addf(&what, "%s, was %s (by %s)", now, *before != '\0' ? before : "not set", who);
    engine_set_policy(e, l->now.limits, l->now.floor, l->now.spread, l->now.interval_ms,
                      strbuf_text(&what));
    strbuf_done(&what);
}

bool live_settings_set(LiveSettings *l, const char *name, const char *value, Engine *e, Ui *ui,
                       StrBuf *out, Error *err)
{
    const Option *option = option_find(sv(name));
    if (option == NULL || (option->traits & OPTION_LIVE) == 0) {
        return fail(err, ERR_USAGE, "'%s' cannot be set here", name);
    }
    StrBuf before = {0};
    option_show(&l->now, option, &before);
    bool ok = option_read(&l->now, option, name, value, err);
    if (ok) {
        strbuf_addf(out, "%s is now ", name);
        option_show(&l->now, option, out);
        ui_set_confirm(ui, l->now.confirm);
        tell_engine(l, e, strbuf_text(out), strbuf_text(&before));
    }
    strbuf_done(&before);
    return ok;
}
