#include "help_text.h"

#include <stdio.h>

#include "command_table.h"
#include "option_table.h"
#include "rehome/base/str.h"

// A name, and its text in words, in lines that a terminal of 80 columns does not cut.
static void add_row(StrBuf *out, const char *name, int text_at, const char *text)
{
    enum { WIDTH = 80 };
    strbuf_addf(out, "  %-*s", text_at - 2, name);
    int x = text_at;
    StrView rest = sv(text);
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        if (x > text_at && x + 1 + (int)word.n > WIDTH) {
            strbuf_addf(out, "\n%*s", text_at, "");
            x = text_at;
        }
        strbuf_add(out, x > text_at ? " " : "");
        x += (int)word.n + (x > text_at);
        strbuf_add_sv(out, word);
    }
    strbuf_add(out, "\n");
}

void help_text(StrBuf *out)
{
    enum { COMMANDS_AT = 42, OPTIONS_AT = 31 };
    strbuf_add(out, "rehome keeps Redis Cluster masters covered by replicas.\n\n");
    for (size_t i = 0; i < command_table_n; i++) {
        const Command *c = &command_table[i];
        char usage[64];
        snprintf(usage, sizeof(usage), "rehome %s%s%s", c->name, *c->name != '\0' ? " " : "",
                 c->args);
        add_row(out, usage, COMMANDS_AT, c->summary);
    }
    strbuf_add(out,
               "\nADDRESS: host, host:port, [v6]:port or redis://user:pass@host:port; several are\n"
               "tried in turn. A node is named by host:port, by a unique :port, by the first\n"
               "digits of its ID, or by its alias in config.ini. WHAT: a node, the label or\n"
               "address of a host, or all. After `whatif` all words are names, so there an\n"
               "ADDRESS comes by -h and -p, or as redis://host:port.\n\n");
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *o = &option_table[i];
        char name[48];
        char letter[8] = "    ";
        if (o->letter != 0) {
            snprintf(letter, sizeof(letter), "-%c, ", o->letter);
        }
        snprintf(name, sizeof(name), "%s--%s%s%s", letter, o->name, o->arg != NULL ? " " : "",
                 o->arg != NULL ? o->arg : "");
        add_row(out, name, OPTIONS_AT, o->help);
    }
    strbuf_add(out,
               "\nExit: 0 done, 1 refused or failed, 2 wrong usage; check and plan as above.\n");
}
