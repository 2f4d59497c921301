#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_table.h"
#include "config.h"
#include "option_table.h"
#include "paths.h"
#include "rehome/base/mem.h"

static void set_text(char **where, const char *text)
{
    mem_free(*where);
    *where = mem_strdup(text);
}

// getopt's two descriptions of the table; a letterless option returns 256 plus its row. What a file
// may switch on has to be switched off somehow: --spread=no.
static void describe(struct option *longs, char *letters)
{
    char *l = letters;
    *l++ = ':'; // a missing argument is ours to word
    for (size_t i = 0; i < option_table_n && i < OPTIONS_MAX; i++) {
        const Option *o = &option_table[i];
        bool once = (o->traits & OPTION_NOT_IN_FILE) != 0;
        longs[i] = (struct option){
            .name = o->name,
            .has_arg = o->arg != NULL ? required_argument
                       : once         ? no_argument
                                      : optional_argument,
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
        return &option_table[code - 256];
    }
    while (option_table[i].letter != code) { // getopt knows no other letters
        i++;
    }
    return &option_table[i];
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

static bool read_flag(Options *o, const Option *option, char *arg, Error *err)
{
    char called[48];
    snprintf(called, sizeof(called), "--%s", option->name);
    bool ok = option_read(o, option, called, arg != NULL ? arg : "yes", err);
    o->given[option - option_table] = true;
    if (option->kind == KIND_SECRET && arg != NULL) {
        memset(arg, '*', strlen(arg));
    }
    return ok;
}

static bool read_flags(int argc, char **argv, Options *out, Error *err)
{
    struct option longs[OPTIONS_MAX + 1] = {0};
    char letters[2 * OPTIONS_MAX + 2];
    describe(longs, letters);
    opterr = 0;
    optind = 0; // glibc: from the beginning
    for (;;) {
        int code = getopt_long(argc, argv, letters, longs, NULL);
        if (code == -1) {
            return true;
        }
        if (code == ':' || code == '?') {
            return fail_flag(argv[optind - 1], code == ':', err);
        }
        if (!read_flag(out, option_for(code), optarg, err)) {
            return false;
        }
    }
}

// What has to be known before anything else is taken over.
typedef struct {
    const char *config; // the file that all the rest goes before; NULL: not named
    bool matters;       // false: this run needs no settings
    bool for_nagios;    // which wants to be told in its own way what is wrong
} Foresight;

// What is wrong with the words is told later.
static Foresight foresee(int argc, char **argv)
{
    struct option longs[OPTIONS_MAX + 1] = {0};
    char letters[2 * OPTIONS_MAX + 2];
    Foresight out = {.matters = true};
    // getopt moves words about, and whoever reads them next wants them as they were.
    char **words = mem_array((size_t)argc + 1, sizeof(*words));
    memcpy(words, argv, (size_t)argc * sizeof(*words));
    describe(longs, letters);
    opterr = 0;
    optind = 0;
    for (;;) {
        int code = getopt_long(argc, words, letters, longs, NULL);
        if (code == -1) {
            mem_free(words);
            return out;
        }
        if (code == ':' || code == '?') {
            continue;
        }
        const Option *option = option_for(code);
        if (strcmp(option->name, "config") == 0) {
            out.config = optarg;
        } else if (strcmp(option->name, "format") == 0) {
            out.for_nagios = strcmp(optarg, "nagios") == 0;
        }
        out.matters = out.matters && (option->traits & OPTION_ALONE) != OPTION_ALONE;
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
    a->tls = a->tls || o->use_tls;
    if (a->pass != NULL) {
        set_text(&o->pass, a->pass);
        memset(text, '*', strlen(text));
    }
    if (a->user != NULL) {
        set_text(&o->user, a->user);
    }
    return true;
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
    o->command = n > 0 ? command_named(words[0]) : NULL;
    const Command *meant = n > 0 && o->command == NULL ? command_meant(words[0]) : NULL;
    if (meant != NULL) {
        return fail(err, ERR_USAGE,
                    "did you mean `%s`? (to connect to a host of that name write %s:%d)",
                    meant->name, words[0], o->port);
    }
    int next = o->command != NULL ? 1 : 0;
    if (o->command == NULL) {
        o->command = command_named("");
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

static void read_environment(Options *o)
{
    const char *pass = getenv("REDISCLI_AUTH");
    if (pass != NULL && *pass != '\0') {
        option_reset(o, option_find(sv("pass")));
        o->pass = mem_strdup(pass);
    }
    const char *no_color = getenv("NO_COLOR");
    o->no_color = o->no_color || (no_color != NULL && *no_color != '\0');
}

static bool check_format(const Options *o, Error *err)
{
    if (o->command->for_monitors || o->format == FORMAT_TEXT || o->format == FORMAT_JSON) {
        return true;
    }
    return fail(err, ERR_USAGE, "%s writes text or json; nagios and prometheus are for check",
                o->command->name);
}

static bool check_columns(const Options *o, Error *err)
{
    if (o->columns == NULL || column_sets_find(&o->column_sets, sv(o->columns)) != NULL) {
        return true;
    }
    StrBuf names = {0};
    column_sets_names(&o->column_sets, &names);
    fail(err, ERR_USAGE, "--columns wants one of %s, got '%s'", strbuf_text(&names), o->columns);
    strbuf_done(&names);
    return false;
}

// The one in its usual place need not be there.
static bool read_config(const char *named, Options *o, StrBuf *wrong)
{
    if (named != NULL && named[0] != '\0') {
        return config_read(named, true, o, wrong);
    }
    char *usual = NULL;
    bool ok = !paths_config_file(&usual) || config_read(usual, false, o, wrong);
    mem_free(usual);
    return ok;
}

static bool read_all(int argc, char **argv, const Foresight *foresight, Options *out, StrBuf *wrong)
{
    Error err = {0};
    if (foresight->matters && !read_config(foresight->config, out, wrong)) {
        return false;
    }
    read_environment(out);
    bool ok = read_flags(argc, argv, out, &err) && settle_fence(out, &err) &&
              check_columns(out, &err) &&
              (!foresight->matters ||
               (read_words(argc - optind, argv + optind, out, &err) && check_format(out, &err)));
    if (!ok) {
        strbuf_addf(wrong, "%s\n", err.text);
    }
    return ok;
}

bool options_parse(int argc, char **argv, Options *out, StrBuf *wrong)
{
    *out = options_default();
    Foresight foresight = foresee(argc, argv);
    bool ok = read_all(argc, argv, &foresight, out, wrong);
    if (!ok && foresight.for_nagios) {
        out->format = FORMAT_NAGIOS;
    }
    return ok;
}

bool options_again(const Options *o, Options *out, StrBuf *wrong)
{
    *out = options_default();
    if (!read_config(o->config, out, wrong)) {
        return false;
    }
    read_environment(out);
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *option = &option_table[i];
        Error err = {0};
        StrBuf value = {0};
        option_show(o, option, &value);
        if (o->given[i] && option->kind != KIND_SECRET &&
            !option_read(out, option, option->name, strbuf_text(&value), &err)) {
            strbuf_addf(wrong, "%s\n", err.text);
        }
        strbuf_done(&value);
    }
    return wrong->n == 0;
}

void options_done(Options *o)
{
    for (size_t i = 0; i < o->n_seeds; i++) {
        address_done(&o->seeds[i]);
    }
    option_table_done(o);
    key_remap_free(o->keys);
    aliases_done(&o->aliases);
}
