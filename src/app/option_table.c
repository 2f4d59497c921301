#include "option_table.h"

#include <stdio.h>
#include <string.h>

#include "rehome/action/lease.h"
#include "rehome/base/mem.h"

#define AT(field) offsetof(Options, field)

const Option option_table[] = {
    {"host", 'h', "HOST", KIND_TEXT, AT(host), 0, 0, 0, "a node of the cluster (127.0.0.1)"},
    {"port", 'p', "PORT", KIND_INT, AT(port), 1, 65535, 0, "its port (6379)"},
    {"user", 0, "NAME", KIND_TEXT, AT(user), 0, 0, 0, "log in as this ACL user"},
    {"pass", 'a', "PASSWORD", KIND_SECRET, AT(pass), 0, 0, 0,
     "password; REDISCLI_AUTH or --askpass keep it out of the process list"},
    {"askpass", 0, NULL, KIND_FLAG, AT(ask_pass), 0, 0, 0, "ask for the password"},
    {"map", 0, "FROM=TO", KIND_MAP, AT(map), 0, 0, 0,
     "dial nodes that say HOST or HOST:PORT (FROM; *: all others) at TO instead: NAT, containers, "
     "tunnels; several with blanks between"},
    {"tls", 0, NULL, KIND_FLAG, AT(use_tls), 0, 0, 0,
     "speak TLS with all nodes; rediss://HOST:PORT means it too"},
    {"sni", 0, "NAME", KIND_TEXT, AT(tls.sni), 0, 0, 0,
     "TLS: the name that every node's certificate is for (its address or host name); .NAME: any "
     "below it"},
    {"cacert", 0, "FILE", KIND_TEXT, AT(tls.ca_file), 0, 0, 0,
     "TLS: the CA to trust (what the system trusts)"},
    {"cacertdir", 0, "FOLDER", KIND_TEXT, AT(tls.ca_folder), 0, 0, 0,
     "TLS: a folder of them, as openssl rehash leaves it"},
    {"insecure", 0, NULL, KIND_FLAG, AT(tls.insecure), 0, 0, 0,
     "TLS: take any certificate, whoever shows it"},
    {"cert", 0, "FILE", KIND_TEXT, AT(tls.cert), 0, 0, 0,
     "TLS: our own certificate, for nodes that want one; with --key"},
    {"key", 0, "FILE", KIND_TEXT, AT(tls.key), 0, 0, 0,
     "TLS: its private key, without a passphrase"},
    {"tls-ciphers", 0, "LIST", KIND_TEXT, AT(tls.ciphers), 0, 0, 0,
     "TLS: ciphers up to TLS 1.2, as man ciphers has them"},
    {"tls-ciphersuites", 0, "LIST", KIND_TEXT, AT(tls.ciphersuites), 0, 0, 0,
     "TLS: ciphers of TLS 1.3"},
    {"interval", 0, "SECONDS", KIND_SECONDS, AT(interval_ms), 100, 3600000, OPTION_LIVE,
     "time between two rounds of questions (1)"},
    {"auto", 0, "MODE", KIND_MODE, AT(mode), 0, 0, 0,
     "automatic mode: off, observe (says what it would do) or act (off)"},
    {"grace", 0, "SECONDS", KIND_SECONDS, AT(limits.grace_ms), 0, 86400000, OPTION_LIVE,
     "how long a master must be orphaned before automatic mode acts (10)"},
    {"max-moves-per-hour", 0, "N", KIND_INT, AT(limits.max_moves_per_hour), 1, AUTO_HISTORY,
     OPTION_LIVE, "then the brake stops automatic mode until a person releases it (6)"},
    {"floor", 0, "N", KIND_INT, AT(floor), 1, 1000, OPTION_LIVE,
     "working replicas a master keeps when it gives one (cluster-migration-barrier, at least 1)"},
    {"spread", 0, NULL, KIND_FLAG, AT(spread), 0, 0, OPTION_LIVE,
     "plan, heal, automatic mode: then give masters that share a host with all their replicas one "
     "from "
     "another host"},
    {"labels", 0, "FILE", KIND_TEXT, AT(labels), 0, 0, 0,
     "which nodes share a host, a rack or a zone: one WHO = LABEL a line (README)"},
    {"fence", 0, "MODE", KIND_FENCE, AT(fencing), 0, 0, 0,
     "hold a moving replica back from elections: auto (where CONFIG is allowed), require or off "
     "(auto)"},
    {"before-move", 0, "COMMAND", KIND_TEXT, AT(before_move), 0, 0, 0,
     "ask it before each move, with /bin/sh; anything but exit 0 stops the move (README)"},
    {"after-move", 0, "COMMAND", KIND_TEXT, AT(after_move), 0, 0, 0,
     "tell it after each move what came of it"},
    {"hook-timeout", 0, "SECONDS", KIND_SECONDS, AT(hook_timeout_ms), 100, 86400000, 0,
     "either of them is killed after this time (10)"},
    {"audit", 0, "FILE", KIND_TEXT, AT(audit), 0, 0, 0,
     "append what automatic mode decides and why, and how each move ended: JSON lines"},
    {"log", 0, "FILE", KIND_TEXT, AT(log), 0, 0, 0,
     "append what happens, a line each, as the dashboard's events and watch have it"},
    {"tape", 0, "FILE", KIND_TEXT, AT(tape), 0, 0, 0,
     "keep what the cluster says, and what we do about it, for `replay`"},
    {"redact", 0, NULL, KIND_FLAG, AT(redact), 0, 0, 0,
     "record, --tape: hosts get other names, so that the tape can be given away"},
    {"flight-recorder", 0, "MB", KIND_INT, AT(flight_mb), 0, 10000, 0,
     "dashboard, watch: room for the tape of the last hours in the state folder; 0: none (16)"},
    {"lease", 0, "KEY", KIND_KEY, AT(lease), 1, LEASE_KEY_MAX, 0,
     "automatic mode acts only while it holds the lease in this key of the cluster; for several "
     "rehome on one cluster"},
    {"read-only", 0, NULL, KIND_FLAG, AT(read_only), 0, 0, 0,
     "nothing can be changed, by key or by itself"},
    {"format", 0, "FORMAT", KIND_FORMAT, AT(format), 0, 0, 0,
     "text or json; check: nagios or prometheus too (text)"},
    {"for", 0, "SECONDS", KIND_SECONDS, AT(for_ms), 1, 86400000LL * 365, 0,
     "watch, record: stop after this time; downtime: how long (3600)"},
    {"reason", 0, "TEXT", KIND_TEXT, AT(reason), 0, 0, 0, "downtime: why, for whoever meets it"},
    {"owner", 0, "NAME", KIND_TEXT, AT(owner), 0, 0, 0, "downtime: whose it is (the login name)"},
    {"dry-run", 0, NULL, KIND_FLAG, AT(dry_run), 0, 0, OPTION_NOT_IN_FILE,
     "move, heal: check everything, change nothing"},
    {"yes", 0, NULL, KIND_FLAG, AT(yes), 0, 0, OPTION_NOT_IN_FILE,
     "move, heal: do not ask; needed where stdin is no terminal"},
    {"no-wait", 0, NULL, KIND_FLAG, AT(no_wait), 0, 0, 0,
     "move: return when the replica has accepted it, without a fence"},
    {"force", 0, NULL, KIND_FLAG, AT(force), 0, 0, OPTION_NOT_IN_FILE,
     "move: even if a rule that protects data says no"},
    {"theme", 0, "NAME", KIND_TEXT, AT(theme), 0, 0, 0,
     "how the dashboard looks: a name or a file"},
    {"list-themes", 0, NULL, KIND_FLAG, AT(list_themes), 0, 0, OPTION_ALONE,
     "the themes there are, and where"},
    {"check-theme", 0, "FILE", KIND_TEXT, AT(check_theme), 0, 0, OPTION_ALONE,
     "what is wrong with a theme, as file:line; exit 0 nothing, 1 something"},
    {"ascii", 0, NULL, KIND_FLAG, AT(ascii), 0, 0, 0, "draw with 7-bit characters only"},
    {"no-color", 0, NULL, KIND_FLAG, AT(no_color), 0, 0, 0, "no colours (also: NO_COLOR)"},
    {"mouse", 0, NULL, KIND_FLAG, AT(mouse), 0, 0, OPTION_LIVE,
     "dashboard: clicks and the wheel are for it, not for the terminal (F2 changes that)"},
    {"slow", 0, NULL, KIND_FLAG, AT(slow), 0, 0, OPTION_LIVE,
     "dashboard: for slow lines; clocks and loads every 5 s, news within half a second, keys at "
     "once"},
    {"columns", 0, "NAME", KIND_TEXT, AT(columns), 0, 0, 0,
     "the set of columns that the tree begins with: auto, or one of the file's [columns]"},
    {"confirm", 0, "HOW", KIND_CONFIRM, AT(confirm), 0, 0, OPTION_LIVE,
     "dashboard: a move starts by itself after a countdown, has to be confirmed (ask), or starts "
     "at once (none)"},
    {"config", 0, "FILE", KIND_TEXT, AT(config), 0, 0, OPTION_NOT_IN_FILE,
     "read the settings from this file instead of ~/.config/rehome/config.ini"},
    {"default-config", 0, NULL, KIND_FLAG, AT(default_config), 0, 0, OPTION_ALONE,
     "print that file as it could be, every setting explained"},
    {"man", 0, NULL, KIND_FLAG, AT(man), 0, 0, OPTION_ALONE, "print the man page, for man -l -"},
    {"completion", 0, "SHELL", KIND_SHELL, AT(completion), 0, 0, OPTION_ALONE,
     "print what completes all this in bash or zsh"},
    {"help", 0, NULL, KIND_FLAG, AT(help), 0, 0, OPTION_ALONE, "this text"},
    {"version", 0, NULL, KIND_FLAG, AT(version), 0, 0, OPTION_ALONE, "version and libraries"},
};

const size_t option_table_n = ARRAY_LEN(option_table);

Options options_default(void)
{
    return (Options){
        .port = 6379,
        .interval_ms = 1000,
        .limits = auto_limits_default(),
        .hook_timeout_ms = 10000,
        .flight_mb = 16,
        .column_sets = column_sets_default(),
    };
}

const Option *option_find(StrView name)
{
    for (size_t i = 0; i < option_table_n; i++) {
        if (sv_is(name, option_table[i].name)) {
            return &option_table[i];
        }
    }
    return NULL;
}

const Option *option_nearest(StrView name)
{
    const Option *nearest = NULL;
    size_t least = 3; // two wrong letters are a slip, three another word
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *o = &option_table[i];
        size_t distance = sv_distance(name, sv(o->name));
        if ((o->traits & OPTION_NOT_IN_FILE) == 0 && distance < least &&
            distance < strlen(o->name)) {
            least = distance;
            nearest = o;
        }
    }
    return nearest;
}

static void *field(Options *o, const Option *option)
{
    return (char *)o + option->at;
}

static const void *const_field(const Options *o, const Option *option)
{
    return (const char *)o + option->at;
}

static void wipe(char *secret)
{
    if (secret != NULL) {
        explicit_bzero(secret, strlen(secret));
        mem_free(secret);
    }
}

static void set_text(char **where, const char *text)
{
    mem_free(*where);
    *where = text[0] != '\0' ? mem_strdup(text) : NULL;
}

static bool read_flag(const char *called, const char *text, bool *out, Error *err)
{
    bool yes = strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0) {
        return fail(err, ERR_USAGE, "%s wants yes or no", called); // what came may be a secret
    }
    *out = yes;
    return true;
}

static bool read_seconds(const Option *option, const char *called, const char *text, int64_t *out,
                         Error *err)
{
    int64_t ms;
    if (!sv_to_milli(sv(text), &ms) || ms < option->min || ms > option->max) {
        return fail(err, ERR_USAGE, "%s wants seconds from %g to %.9g, got '%s'", called,
                    (double)option->min / 1000, (double)option->max / 1000, text);
    }
    *out = ms;
    return true;
}

static bool read_int(const Option *option, const char *called, const char *text, int *out,
                     Error *err)
{
    int64_t value;
    if (!sv_to_i64(sv(text), &value) || value < option->min || value > option->max) {
        return fail(err, ERR_USAGE, "%s wants a number from %lld to %lld, got '%s'", called,
                    (long long)option->min, (long long)option->max, text);
    }
    *out = (int)value;
    return true;
}

static bool read_key(const Option *option, const char *called, const char *text, char **out,
                     Error *err)
{
    int64_t n = (int64_t)strlen(text);
    if (n < option->min || n > option->max) {
        return fail(err, ERR_USAGE, "%s wants a key of %lld to %lld bytes, got %lld", called,
                    (long long)option->min, (long long)option->max, (long long)n);
    }
    set_text(out, text);
    return true;
}

static const char *const format_words[] = {
    [FORMAT_TEXT] = "text",
    [FORMAT_JSON] = "json",
    [FORMAT_NAGIOS] = "nagios",
    [FORMAT_PROMETHEUS] = "prometheus",
};

static bool format_parse(const char *text, Format *out)
{
    for (size_t i = 0; i < ARRAY_LEN(format_words); i++) {
        if (strcmp(text, format_words[i]) == 0) {
            *out = (Format)i;
            return true;
        }
    }
    return false;
}

static const char *const confirm_words[] = {
    [CONFIRM_COUNTDOWN] = "countdown",
    [CONFIRM_ASK] = "ask",
    [CONFIRM_NONE] = "none",
};

static bool confirm_parse(const char *text, ConfirmMode *out)
{
    for (size_t i = 0; i < ARRAY_LEN(confirm_words); i++) {
        if (strcmp(text, confirm_words[i]) == 0) {
            *out = (ConfirmMode)i;
            return true;
        }
    }
    return false;
}

const char *option_choices(const Option *option)
{
    static const char *const of_kind[] = {
        [KIND_MODE] = "off observe act",
        [KIND_FENCE] = "auto require off",
        [KIND_FORMAT] = "text json nagios prometheus",
        [KIND_CONFIRM] = "countdown ask none",
        [KIND_SHELL] = "bash zsh",
    };
    return (size_t)option->kind < ARRAY_LEN(of_kind) ? of_kind[option->kind] : NULL;
}

static bool fail_word(Error *err, const Option *option, const char *called, const char *got)
{
    StrBuf wanted = {0};
    StrView rest = sv(option_choices(option));
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        strbuf_add(&wanted, wanted.n == 0 ? "" : rest.n == 0 ? " or " : ", ");
        strbuf_add_sv(&wanted, word);
    }
    fail(err, ERR_USAGE, "%s wants %s, got '%s'", called, strbuf_text(&wanted), got);
    strbuf_done(&wanted);
    return false;
}

static bool read_shell(const char *text, char **out)
{
    if (strcmp(text, "bash") != 0 && strcmp(text, "zsh") != 0) {
        return false;
    }
    set_text(out, text);
    return true;
}

bool option_read(Options *o, const Option *option, const char *called, const char *text, Error *err)
{
    void *at = field(o, option);
    switch (option->kind) {
    case KIND_FLAG:
        return read_flag(called, text, at, err);
    case KIND_TEXT:
        set_text(at, text);
        return true;
    case KIND_KEY:
        return read_key(option, called, text, at, err);
    case KIND_SECRET:
        wipe(*(char **)at);
        *(char **)at = text[0] != '\0' ? mem_strdup(text) : NULL;
        return true;
    case KIND_INT:
        return read_int(option, called, text, at, err);
    case KIND_SECONDS:
        return read_seconds(option, called, text, at, err);
    case KIND_MODE:
        return auto_mode_parse(text, at) || fail_word(err, option, called, text);
    case KIND_FENCE:
        return fence_policy_parse(text, at) || fail_word(err, option, called, text);
    case KIND_FORMAT:
        return format_parse(text, at) || fail_word(err, option, called, text);
    case KIND_CONFIRM:
        return confirm_parse(text, at) || fail_word(err, option, called, text);
    case KIND_SHELL:
        return read_shell(text, at) || fail_word(err, option, called, text);
    case KIND_MAP:
        return address_map_add(at, sv(text), err);
    }
    return false;
}

static bool is_text(const Option *option)
{
    return option->kind == KIND_TEXT || option->kind == KIND_KEY || option->kind == KIND_SECRET ||
           option->kind == KIND_SHELL;
}

void option_reset(Options *o, const Option *option)
{
    static const size_t sizes[] = {
        [KIND_FLAG] = sizeof(bool),     [KIND_TEXT] = sizeof(char *),
        [KIND_KEY] = sizeof(char *),    [KIND_SECRET] = sizeof(char *),
        [KIND_INT] = sizeof(int),       [KIND_SECONDS] = sizeof(int64_t),
        [KIND_MODE] = sizeof(AutoMode), [KIND_FENCE] = sizeof(FencePolicy),
        [KIND_FORMAT] = sizeof(Format), [KIND_CONFIRM] = sizeof(ConfirmMode),
        [KIND_SHELL] = sizeof(char *),  [KIND_MAP] = sizeof(AddressMap),
    };
    Options built_in = options_default();
    if (is_text(option)) {
        wipe(*(char **)field(o, option));
    } else if (option->kind == KIND_MAP) {
        address_map_done(field(o, option));
    }
    memcpy(field(o, option), field(&built_in, option), sizes[option->kind]);
}

// A number below the least is none: nobody has set it.
void option_show(const Options *o, const Option *option, StrBuf *out)
{
    const void *at = const_field(o, option);
    const char *text = "";
    switch (option->kind) {
    case KIND_FLAG:
        text = *(const bool *)at ? "yes" : "no";
        break;
    case KIND_TEXT:
    case KIND_KEY:
    case KIND_SHELL:
        text = *(char *const *)at;
        break;
    case KIND_SECRET:
        break;
    case KIND_MAP:
        address_map_show(at, out);
        return;
    case KIND_INT:
        if (*(const int *)at >= option->min) {
            strbuf_addf(out, "%d", *(const int *)at);
        }
        return;
    case KIND_SECONDS:
        if (*(const int64_t *)at >= option->min) {
            strbuf_addf(out, "%.12g", (double)*(const int64_t *)at / 1000);
        }
        return;
    case KIND_MODE:
        text = auto_mode_text(*(const AutoMode *)at);
        break;
    case KIND_FENCE:
        text = fence_policy_text(*(const FencePolicy *)at);
        break;
    case KIND_FORMAT:
        text = format_words[*(const Format *)at];
        break;
    case KIND_CONFIRM:
        text = confirm_words[*(const ConfirmMode *)at];
        break;
    }
    strbuf_add(out, text != NULL ? text : "");
}

void option_table_done(Options *o)
{
    for (size_t i = 0; i < option_table_n; i++) {
        if (is_text(&option_table[i])) {
            char **at = field(o, &option_table[i]);
            wipe(*at);
            *at = NULL;
        } else if (option_table[i].kind == KIND_MAP) {
            address_map_done(field(o, &option_table[i]));
        }
    }
}
