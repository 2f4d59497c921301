#include "commands.h"
#include "rehome/base/mem.h"
#include "session.h"
#include "theme_file.h"

static int print(StrBuf *text, int status)
{
    bool printed = session_print(text);
    strbuf_done(text);
    return printed ? status : 1;
}

int command_list_themes(const Options *o)
{
    (void)o;
    StrBuf text = {0};
    ThemeFiles files;
    theme_files_find(&files);
    for (size_t i = 0; i < files.n; i++) {
        Theme theme;
        Error err = {0};
        const char *about =
            theme_file_load(files.at[i].name, &theme, NULL, &err) ? theme.about : err.text;
        strbuf_addf(&text, "%-15s %-50s %s\n", files.at[i].name, about,
                    files.at[i].path != NULL ? files.at[i].path : "(built in)");
    }
    theme_files_done(&files);
    return print(&text, 0);
}

int command_check_theme(const Options *o)
{
    StrBuf problems = {0};
    bool ok = theme_file_check(o->check_theme, &problems);
    return print(&problems, ok ? 0 : 1);
}
