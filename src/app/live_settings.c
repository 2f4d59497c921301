#include "live_settings.h"

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

bool live_settings_set(LiveSettings *l, const char *name, const char *value, Engine *e, Ui *ui,
                       StrBuf *out, Error *err)
{
    const Option *option = option_find(sv(name));
    if (option == NULL || (option->traits & OPTION_LIVE) == 0) {
        return fail(err, ERR_USAGE, "'%s' cannot be set here", name);
    }
    if (!option_read(&l->now, option, name, value, err)) {
        return false;
    }
    strbuf_addf(out, "%s is now ", name);
    option_show(&l->now, option, out);
    ui_set_confirm(ui, l->now.confirm);
    engine_set_policy(e, l->now.limits, l->now.floor, l->now.spread, l->now.interval_ms);
    return true;
}
