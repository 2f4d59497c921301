#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "rehome/action/lease.h"
#include "rehome/base/mem.h"
#include "rehome/redis/poller.h"

static const Command commands[] = {
    {
        .name = "",
        .args = "[ADDRESS...]",
        .summary = "the dashboard; where stdout is no terminal: like `check`",
        .run = command_dashboard,
        .takes_addresses = true,
    },
    {
        .name = "check",
        .args = "[ADDRESS...]",
        .summary = "one look; exit 0 ok, 1 warning, 2 critical, 3 could not look",
        .run = command_check,
        .takes_addresses = true,
    },
    {
        .name = "watch",
        .args = "[ADDRESS...]",
        .summary = "a line per event until stopped, or --for SECONDS",
        .run = command_watch,
        .takes_addresses = true,
    },
    {
        .name = "plan",
        .args = "[ADDRESS...]",
        .summary = "what automatic mode would do now, and why; exit 0 nothing to do, 4 something",
        .run = command_plan,
        .takes_addresses = true,
    },
    {
        .name = "move",
        .args = "REPLICA MASTER [ADDRESS...]",
        .summary = "one move; waits until the replica is in sync",
        .run = command_move,
        .min_args = 2,
        .takes_addresses = true,
    },
    {
        .name = "downtime",
        .args = "[WHAT] [ADDRESS...]",
        .summary = "automatic mode leaves a node or a host alone, or (all) pauses, for an hour or "
                   "--for SECONDS; without WHAT: what is held (its address: -h, -p)",
        .run = command_downtime,
        .may_args = 1,
        .takes_addresses = true,
    },
    {
        .name = "release",
        .args = "WHAT [ADDRESS...]",
        .summary = "end the downtime of WHAT, the pause (all), or the brake (brake)",
        .run = command_release,
        .min_args = 1,
        .takes_addresses = true,
    },
    {
        .name = "whatif",
        .args = "[HOST|NODE...]",
        .summary = "what would be lost if these died together; none named: each host in turn",
        .run = command_whatif,
        .takes_addresses = true,
        .takes_names = true,
    },
    {
        .name = "demo",
        .args = "",
        .summary = "a throw-away cluster of real redis-servers on this machine, in the dashboard",
        .run = command_demo,
    },
};

typedef enum {
    KIND_FLAG,    // bool
    KIND_TEXT,    // char *, owned
    KIND_KEY,     // char *, owned; of the cluster
    KIND_SECRET,  // char *, owned; argv is overwritten
    KIND_INT,     // int, min..max
    KIND_SECONDS, // int64_t in ms; the user writes seconds, with a fraction if need be
    KIND_MODE,    // AutoMode
    KIND_FENCE,   // FencePolicy
    KIND_FORMAT,  // Format
} OptionKind;

typedef struct {
    const char *name;
    char letter;     // 0: none
    const char *arg; // NULL: takes none
    OptionKind kind;
    size_t at; // offsetof in Options
    int64_t min, max;
    const char *help;
} Option;

#define AT(field) offsetof(Options, field)

static const Option options[] = {
    {"host", 'h', "HOST", KIND_TEXT, AT(host), 0, 0, "a node of the cluster (127.0.0.1)"},
    {"port", 'p', "PORT", KIND_INT, AT(port), 1, 65535, "its port (6379)"},
    {"user", 0, "NAME", KIND_TEXT, AT(user), 0, 0, "log in as this ACL user"},
    {"pass", 'a', "PASSWORD", KIND_SECRET, AT(pass), 0, 0,
     "password; REDISCLI_AUTH or --askpass keep it out of the process list"},
    {"askpass", 0, NULL, KIND_FLAG, AT(ask_pass), 0, 0, "ask for the password"},
    {"interval", 0, "SECONDS", KIND_SECONDS, AT(interval_ms), 100, 3600000,
     "time between two rounds of questions (1)"},
    {"auto", 0, "MODE", KIND_MODE, AT(mode), 0, 0,
     "automatic mode: off, observe (says what it would do) or act (off)"},
    {"grace", 0, "SECONDS", KIND_SECONDS, AT(limits.grace_ms), 0, 86400000,
     "how long a master must be orphaned before automatic mode acts (10)"},
    {"max-moves-per-hour", 0, "N", KIND_INT, AT(limits.max_moves_per_hour), 1, 1000,
     "then the brake stops automatic mode until a person releases it (6)"},
    {"floor", 0, "N", KIND_INT, AT(floor), 1, 1000,
     "working replicas a master keeps when it gives one (cluster-migration-barrier, at least 1)"},
    {"spread", 0, NULL, KIND_FLAG, AT(spread), 0, 0,
     "plan, automatic mode: then give masters that share a host with all their replicas one from "
     "another host"},
    {"labels", 0, "FILE", KIND_TEXT, AT(labels), 0, 0,
     "which nodes share a host, a rack or a zone: one WHO = LABEL a line (README)"},
    {"fence", 0, "MODE", KIND_FENCE, AT(fencing), 0, 0,
     "hold a moving replica back from elections: auto (where CONFIG is allowed), require or off "
     "(auto)"},
    {"before-move", 0, "COMMAND", KIND_TEXT, AT(before_move), 0, 0,
     "ask it before each move, with /bin/sh; anything but exit 0 stops the move (README)"},
    {"after-move", 0, "COMMAND", KIND_TEXT, AT(after_move), 0, 0,
     "tell it after each move what came of it"},
    {"hook-timeout", 0, "SECONDS", KIND_SECONDS, AT(hook_timeout_ms), 100, 86400000,
     "either of them is killed after this time (10)"},
    {"audit", 0, "FILE", KIND_TEXT, AT(audit), 0, 0,
     "append what automatic mode decides and why, and how each move ended: JSON lines"},
    {"lease", 0, "KEY", KIND_KEY, AT(lease), 1, LEASE_KEY_MAX,
     "automatic mode acts only while it holds the lease in this key of the cluster; for several "
     "rehome on one cluster"},
    {"read-only", 0, NULL, KIND_FLAG, AT(read_only), 0, 0,
     "nothing can be changed, by key or by itself"},
    {"format", 0, "FORMAT", KIND_FORMAT, AT(format), 0, 0, "text or json (text)"},
    {"for", 0, "SECONDS", KIND_SECONDS, AT(for_ms), 1, 86400000LL * 365,
     "watch: stop after this time; downtime: how long (3600)"},
    {"reason", 0, "TEXT", KIND_TEXT, AT(reason), 0, 0, "downtime: why, for whoever meets it"},
    {"owner", 0, "NAME", KIND_TEXT, AT(owner), 0, 0, "downtime: whose it is (the login name)"},
    {"dry-run", 0, NULL, KIND_FLAG, AT(dry_run), 0, 0, "move: check everything, change nothing"},
    {"yes", 0, NULL, KIND_FLAG, AT(yes), 0, 0,
     "move: do not ask; needed where stdin is no terminal"},
    {"no-wait", 0, NULL, KIND_FLAG, AT(no_wait), 0, 0,
     "move: return when the replica has accepted it, without a fence"},
    {"force", 0, NULL, KIND_FLAG, AT(force), 0, 0,
     "move: even if a rule that protects data says no"},
    {"theme", 0, "NAME", KIND_TEXT, AT(theme), 0, 0, "how the dashboard looks: a name or a file"},
    {"ascii", 0, NULL, KIND_FLAG, AT(ascii), 0, 0, "draw with 7-bit characters only"},
    {"no-color", 0, NULL, KIND_FLAG, AT(no_color), 0, 0, "no colours (also: NO_COLOR)"},
    {"help", 0, NULL, KIND_FLAG, AT(help), 0, 0, "this text"},
    {"version", 0, NULL, KIND_FLAG, AT(version), 0, 0, "version and libraries"},
};

static void *field(Options *o, const Option *option)
{
    return (char *)o + option->at;
}

static void set_text(char **where, const char *text)
{
    mem_free(*where);
    *where = mem_strdup(text);
}

static bool read_seconds(const Option *option, const char *text, int64_t *out, Error *err)
{
    int64_t ms;
    if (!sv_to_milli(sv(text), &ms) || ms < option->min || ms > option->max) {
        return fail(err, ERR_USAGE, "--%s wants seconds from %g to %.9g, got '%s'", option->name,
                    (double)option->min / 1000, (double)option->max / 1000, text);
    }
    *out = ms;
    return true;
}

static bool read_int(const Option *option, const char *text, int *out, Error *err)
{
    int64_t value;
    if (!sv_to_i64(sv(text), &value) || value < option->min || value > option->max) {
        return fail(err, ERR_USAGE, "--%s wants a number from %lld to %lld, got '%s'", option->name,
                    (long long)option->min, (long long)option->max, text);
    }
    *out = (int)value;
    return true;
}

static bool read_key(const Option *option, const char *text, char **out, Error *err)
{
    int64_t n = (int64_t)strlen(text);
    if (n < option->min || n > option->max) {
        return fail(err, ERR_USAGE, "--%s wants a key of %lld to %lld bytes, got %lld",
                    option->name, (long long)option->min, (long long)option->max, (long long)n);
    }
    set_text(out, text);
    return true;
}

static bool read_option(Options *o, const Option *option, char *arg, Error *err)
{
    switch (option->kind) {
    case KIND_FLAG:
        *(bool *)field(o, option) = true;
        return true;
    case KIND_TEXT:
        set_text(field(o, option), arg);
        return true;
    case KIND_KEY:
        return read_key(option, arg, field(o, option), err);
    case KIND_SECRET:
        set_text(field(o, option), arg);
        memset(arg, '*', strlen(arg));
        return true;
    case KIND_INT:
        return read_int(option, arg, field(o, option), err);
    case KIND_SECONDS:
        return read_seconds(option, arg, field(o, option), err);
    case KIND_MODE:
        return auto_mode_parse(arg, field(o, option)) ||
               fail(err, ERR_USAGE, "--auto wants off, observe or act, got '%s'", arg);
    case KIND_FENCE:
        return fence_policy_parse(arg, field(o, option)) ||
               fail(err, ERR_USAGE, "--fence wants auto, require or off, got '%s'", arg);
    case KIND_FORMAT:
        if (strcmp(arg, "text") != 0 && strcmp(arg, "json") != 0) {
            return fail(err, ERR_USAGE, "--format wants text or json, got '%s'", arg);
        }
        *(Format *)field(o, option) = strcmp(arg, "json") == 0 ? FORMAT_JSON : FORMAT_TEXT;
        return true;
    }
    return false;
}

// getopt's two descriptions of the table; a letterless option returns 256 plus its row.
static void describe(struct option *longs, char *letters)
{
    char *l = letters;
    *l++ = ':'; // a missing argument is ours to word
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        const Option *o = &options[i];
        longs[i] = (struct option){
            .name = o->name,
            .has_arg = o->arg != NULL ? required_argument : no_argument,
            .val = 256 + (int)i,
        };
        if (o->letter != 0) {
            *l++ = o->letter;
            if (o->arg != NULL) {
                *l++ = ':';
            }
        }
    }
    *l = '\0';
}

static const Option *option_for(int code)
{
    size_t i = 0;
    if (code >= 256) {
        return &options[code - 256];
    }
    while (options[i].letter != code) { // getopt knows no other letters
        i++;
    }
    return &options[i];
}

// What getopt did not take. It moves words about: word is the last that it looked at, which is the
// one, unless it is a letter among letters. What follows a '=' may be a secret.
static bool fail_flag(const char *word, bool lacks_value, Error *err)
{
    char name[64];
    bool is_letter = optopt > 0 && optopt < 256;
    if (is_letter) {
        snprintf(name, sizeof(name), "-%c", optopt);
    } else {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    }
    if (lacks_value) {
        return fail(err, ERR_USAGE, "%s wants a value; see --help", name);
    }
    return fail(err, ERR_USAGE,
                optopt >= 256 ? "%s takes no value; see --help" : "unknown option %s; see --help",
                name);
}

static bool read_flags(int argc, char **argv, Options *out, Error *err)
{
    struct option longs[ARRAY_LEN(options) + 1] = {0};
    char letters[2 * ARRAY_LEN(options) + 2];
    describe(longs, letters);
    opterr = 0;
    for (;;) {
        int code = getopt_long(argc, argv, letters, longs, NULL);
        if (code == -1) {
            return true;
        }
        if (code == ':' || code == '?') {
            return fail_flag(argv[optind - 1], code == ':', err);
        }
        if (!read_option(out, option_for(code), optarg, err)) {
            return false;
        }
    }
}

// One address; a password in it becomes the password, and is overwritten in argv.
static bool read_address(Options *o, char *text, Error *err)
{
    if (o->n_seeds == MAX_SEEDS) {
        return fail(err, ERR_USAGE, "more than %d addresses", MAX_SEEDS);
    }
    Address *a = &o->seeds[o->n_seeds];
    if (!address_parse(text, o->port, a, err)) {
        return false;
    }
    o->n_seeds++;
    if (a->tls) {
        return fail(err, ERR_USAGE,
                    "this build has no TLS: connect to a plain port with redis://, or through a "
                    "tunnel such as stunnel");
    }
    if (a->pass != NULL) {
        set_text(&o->pass, a->pass);
        memset(text, '*', strlen(text));
    }
    if (a->user != NULL) {
        set_text(&o->user, a->user);
    }
    return true;
}

static const Command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

// Nobody will be there to lift it.
static bool settle_fence(Options *o, Error *err)
{
    if (!o->no_wait) {
        return true;
    }
    if (o->fencing == FENCE_REQUIRE) {
        return fail(err, ERR_USAGE,
                    "--no-wait leaves nobody to lift a fence, and --fence require wants one");
    }
    o->fencing = FENCE_OFF;
    return true;
}

// The command that was meant by a word which could be a host's name too; NULL: none. In four
// letters two wrong ones are another word: "node" is not "move".
static const Command *meant_command(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        size_t n = strlen(commands[i].name);
        if (n > 0 && strpbrk(word, ".:0123456789") == NULL &&
            sv_distance(sv(word), sv(commands[i].name)) <= (n > 4 ? 2 : 1)) {
            return &commands[i];
        }
    }
    return NULL;
}

// A name, or an address of the cluster, among words that may be either.
static bool read_name(Options *o, char *word, Error *err)
{
    if (strstr(word, "://") != NULL) {
        return read_address(o, word, err);
    }
    if (o->n_args == MAX_ARGS) {
        return fail(err, ERR_USAGE, "more than %d names", MAX_ARGS);
    }
    o->args[o->n_args++] = word;
    return true;
}

static bool read_words(int n, char **words, Options *o, Error *err)
{
    o->command = n > 0 ? find_command(words[0]) : NULL;
    const Command *meant = n > 0 && o->command == NULL ? meant_command(words[0]) : NULL;
    if (meant != NULL) {
        return fail(err, ERR_USAGE,
                    "did you mean `%s`? (to connect to a host of that name write %s:%d)",
                    meant->name, words[0], o->port);
    }
    int next = o->command != NULL ? 1 : 0;
    if (o->command == NULL) {
        o->command = find_command("");
    }
    while (o->n_args < o->command->min_args + o->command->may_args && next < n) {
        o->args[o->n_args++] = words[next++];
    }
    if (o->n_args < o->command->min_args) {
        return fail(err, ERR_USAGE, "%s wants %s; see --help", o->command->name, o->command->args);
    }
    if (next < n && !o->command->takes_addresses) {
        return fail(err, ERR_USAGE, "%s takes no further words; see --help", o->command->name);
    }
    bool (*read)(Options * o, char *word, Error *err) =
        o->command->takes_names ? read_name : read_address;
    while (next < n) {
        if (!read(o, words[next++], err)) {
            return false;
        }
    }
    if (o->n_seeds == 0) {
        char *host = mem_strdup(o->host != NULL ? o->host : "127.0.0.1");
        bool ok = read_address(o, host, err);
        mem_free(host);
        return ok;
    }
    return true;
}

bool options_parse(int argc, char **argv, Options *out, Error *err)
{
    *out = (Options){
        .port = 6379,
        .interval_ms = poller_options_default().interval_ms,
        .limits = auto_limits_default(),
        .hook_timeout_ms = 10000,
    };
    const char *pass = getenv("REDISCLI_AUTH");
    if (pass != NULL && *pass != '\0') {
        out->pass = mem_strdup(pass);
    }
    const char *no_color = getenv("NO_COLOR");
    out->no_color = no_color != NULL && *no_color != '\0';
    return read_flags(argc, argv, out, err) && settle_fence(out, err) &&
           (out->help || out->version || read_words(argc - optind, argv + optind, out, err));
}

static void wipe(char **secret)
{
    if (*secret != NULL) {
        explicit_bzero(*secret, strlen(*secret));
        mem_free(*secret);
        *secret = NULL;
    }
}

void options_done(Options *o)
{
    for (size_t i = 0; i < o->n_seeds; i++) {
        address_done(&o->seeds[i]);
    }
    mem_free(o->host);
    mem_free(o->user);
    mem_free(o->audit);
    mem_free(o->theme);
    mem_free(o->labels);
    mem_free(o->lease);
    mem_free(o->before_move);
    mem_free(o->after_move);
    mem_free(o->reason);
    mem_free(o->owner);
    wipe(&o->pass);
}

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

void options_help(StrBuf *out)
{
    enum { COMMANDS_AT = 42, OPTIONS_AT = 31 };
    strbuf_add(out, "rehome keeps Redis Cluster masters covered by replicas.\n\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const Command *c = &commands[i];
        char usage[64];
        snprintf(usage, sizeof(usage), "rehome %s%s%s", c->name, *c->name != '\0' ? " " : "",
                 c->args);
        add_row(out, usage, COMMANDS_AT, c->summary);
    }
    strbuf_add(out,
               "\nADDRESS: host, host:port, [v6]:port or redis://user:pass@host:port; several are\n"
               "tried in turn. A node is named by host:port, by a unique :port, or by the first\n"
               "digits of its ID. WHAT: a node, the label or address of a host, or all. After\n"
               "`whatif` all words are names, so there an ADDRESS comes by -h and -p, or as\n"
               "redis://host:port.\n\n");
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        const Option *o = &options[i];
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
