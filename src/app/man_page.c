// Commands, options and keys come from the tables that read them, so that the page cannot tell of
// others. The prose in between is what no table has.
#include "man_page.h"

#include <string.h>

#include "command_table.h"
#include "option_table.h"
#include "rehome/base/str.h"
#include "rehome/ui/keys.h"

static const char intro[] =
    ".SH DESCRIPTION\n"
    ".B rehome\n"
    "draws the masters of a Redis Cluster (or Valkey) with their replicas, lights up the masters\n"
    "that have no working one, moves a replica to another master with one key, and has an "
    "automatic\n"
    "mode that does so unattended. Every write passes one gate, which asks the nodes themselves\n"
    "right before it, and says which rule refused it and what was measured.\n"
    ".PP\n"
    "An ADDRESS is host, host:port, [v6]:port or redis://user:pass@host:port; several are tried "
    "in\n"
    "turn, and any one node is enough. A node is named by host:port, by a unique :port, by the\n"
    "first digits of its ID, or by its alias in config.ini. WHAT is a node, the label or address "
    "of\n"
    "a host, or all. After whatif all words are names, so there an address comes by\n"
    ".B \\-h\nand\n.BR \\-p ,\nor as redis://host:port.\n";

static const char outro[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone; of check: all is well; of plan: nothing to do.\n"
    ".TP\n.B 1\nRefused or failed; of check: a warning.\n"
    ".TP\n.B 2\nWrong usage; of check: critical.\n"
    ".TP\n.B 3\nOf check and plan: could not look.\n"
    ".TP\n.B 4\nOf plan: something to do.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B REDISCLI_AUTH\nThe password, as redis\\-cli has it.\n"
    ".TP\n.B NO_COLOR\nWhen it is not empty: no colours.\n"
    ".TP\n.BR XDG_CONFIG_HOME \", \" XDG_STATE_HOME\nWhere the files below are instead.\n"
    ".SH FILES\n"
    ".TP\n.I ~/.config/rehome/config.ini\nSettings, keys, columns and aliases; see\n"
    ".BR \\-\\-default\\-config .\n"
    ".TP\n.I ~/.config/rehome/themes/\nThemes of one's own; see\n.BR \\-\\-check\\-theme .\n"
    ".TP\n.I ~/.local/state/rehome/\nWhat survives a restart: the journal of moves under way, "
    "events,\n"
    "holds and the brake.\n"
    ".SH EXAMPLES\n"
    ".TP\n.B rehome 10.0.0.1:6379\nThe dashboard.\n"
    ".TP\n.B rehome check 10.0.0.1:6379 \\-\\-format json\nOne look, for a script.\n"
    ".TP\n.B rehome watch 10.0.0.1:6379 \\-\\-auto act\nUnattended: orphaned masters are given a "
    "spare.\n"
    ".SH SEE ALSO\n"
    ".BR redis\\-cli (1),\n.BR redis\\-server (1)\n";

// Text between macros: a hyphen is what people will copy, and no word of ours is a command to
// troff.
static void add_text(StrBuf *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'') {
        strbuf_add(out, "\\&");
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\') {
            strbuf_add(out, "\\e");
        } else if (*c == '-') {
            strbuf_add(out, "\\-");
        } else {
            strbuf_add_sv(out, sv_of(c, 1));
        }
    }
}

static void add_entry(StrBuf *out, const char *term, const char *text)
{
    strbuf_add(out, ".TP\n.B \"");
    add_text(out, term);
    strbuf_add(out, "\"\n");
    add_text(out, text);
    strbuf_add(out, "\n");
}

static void add_commands(StrBuf *out)
{
    strbuf_add(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < command_table_n; i++) {
        const Command *c = &command_table[i];
        StrBuf term = {0};
        strbuf_addf(&term, "rehome%s%s %s", c->name[0] != '\0' ? " " : "", c->name, c->args);
        add_entry(out, strbuf_text(&term), c->summary);
        strbuf_done(&term);
    }
}

static void add_options(StrBuf *out)
{
    strbuf_add(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *o = &option_table[i];
        StrBuf term = {0};
        if (o->letter != 0) {
            strbuf_addf(&term, "-%c, ", o->letter);
        }
        strbuf_addf(&term, "--%s%s%s", o->name, o->arg != NULL ? " " : "",
                    o->arg != NULL ? o->arg : "");
        add_entry(out, strbuf_text(&term), o->help);
        strbuf_done(&term);
    }
}

static void add_keys(StrBuf *out)
{
    strbuf_add(out, ".SH KEYS\nWhere a key applies is said in brackets. All but some can be given "
                    "another one in config.ini.\n");
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *key = &keys_built_in.at[i];
        StrBuf text = {0};
        strbuf_addf(&text, "%s [", key->help);
        key_scope_words(key->scope, &text);
        strbuf_add(&text, "]");
        add_entry(out, key->keys, strbuf_text(&text));
        strbuf_done(&text);
    }
}

void man_page(StrBuf *out)
{
    strbuf_addf(out, ".TH REHOME 1 \"\" \"rehome %s\" \"User Commands\"\n", REHOME_VERSION);
    strbuf_add(out, ".SH NAME\nrehome \\- keep Redis Cluster masters covered by replicas\n"
                    ".SH SYNOPSIS\n.B rehome\n[\\fICOMMAND\\fR] [\\fIADDRESS\\fR...] "
                    "[\\fIOPTION\\fR...]\n");
    strbuf_add(out, intro);
    add_commands(out);
    add_options(out);
    add_keys(out);
    strbuf_add(out, outro);
}
