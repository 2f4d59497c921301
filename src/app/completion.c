#include "completion.h"

#include <string.h>

#include "command_table.h"
#include "option_table.h"
#include "rehome/base/mem.h"
#include "rehome/base/str.h"
#include "theme_file.h"

static const char bash_script[] =
    "# Completes rehome in bash: source <(rehome --completion bash)\n"
    "_rehome() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} words current breaks cut\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=(\"\")\n"
    "    current=${words[${#words[@]} - 1]}\n"
    "    mapfile -t COMPREPLY < <(rehome --complete-words \"${words[@]:1}\" 2>/dev/null)\n"
    "    COMPREPLY=(\"${COMPREPLY[@]%%$'\\t'*}\")\n"
    "    if [[ ${COMPREPLY[0]} == :files ]]; then\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"${current#--*=}\")\n"
    "    fi\n"
    "    # readline replaces only what stands behind its last break\n"
    "    breaks=${COMP_WORDBREAKS//[^:=]/}\n"
    "    if [[ -n $breaks ]]; then\n"
    "        cut=${current%\"${current##*[$breaks]}\"}\n"
    "        COMPREPLY=(\"${COMPREPLY[@]#\"$cut\"}\")\n"
    "    fi\n"
    "}\n"
    "complete -F _rehome rehome\n";

static const char zsh_script[] = "#compdef rehome\n"
                                 "# Completes rehome in zsh: source <(rehome --completion zsh)\n"
                                 "_rehome() {\n"
                                 "    local -a lines found shown\n"
                                 "    local line\n"
                                 "    lines=(\"${(@f)$(rehome --complete-words "
                                 "\"${(@)words[2,CURRENT-1]}\" \"$PREFIX\" 2>/dev/null)}\")\n"
                                 "    if [[ $lines[1] == :files ]]; then\n"
                                 "        [[ $PREFIX == --*=* ]] && compset -P '*='\n"
                                 "        _files\n"
                                 "        return\n"
                                 "    fi\n"
                                 "    for line in $lines; do\n"
                                 "        found+=(\"${line%%$'\\t'*}\")\n"
                                 "        shown+=(\"${line/$'\\t'/  -- }\")\n"
                                 "    done\n"
                                 "    compadd -l -d shown -- $found\n"
                                 "}\n"
                                 "if [[ $funcstack[1] == _rehome ]]; then\n"
                                 "    _rehome \"$@\"\n"
                                 "else\n"
                                 "    compdef _rehome rehome\n"
                                 "fi\n";

void completion_script(const char *shell, StrBuf *out)
{
    strbuf_add(out, strcmp(shell, "bash") == 0 ? bash_script : zsh_script);
}

// What is typed, what was found for it, and what stands before each: "--auto=" of "--auto=ob".
typedef struct {
    const char *typed;
    StrView before;
    StrView nodes;
    StrBuf *out;
} Completion;

static void offer(const Completion *c, StrView word, const char *means)
{
    if (!sv_starts(word, c->typed)) {
        return;
    }
    strbuf_add_sv(c->out, c->before);
    strbuf_add_sv(c->out, word);
    strbuf_addf(c->out, "\t%s\n", means);
}

static void offer_commands(const Completion *c)
{
    for (size_t i = 0; i < command_table_n; i++) {
        if (command_table[i].name[0] != '\0') {
            offer(c, sv(command_table[i].name), command_table[i].summary);
        }
    }
}

static void offer_options(const Completion *c)
{
    for (size_t i = 0; i < option_table_n; i++) {
        StrBuf name = {0};
        strbuf_addf(&name, "--%s", option_table[i].name);
        offer(c, sv(strbuf_text(&name)), option_table[i].help);
        strbuf_done(&name);
    }
}

static void offer_themes(const Completion *c)
{
    ThemeFiles files;
    theme_files_find(&files);
    for (size_t i = 0; i < files.n; i++) {
        offer(c, sv(files.at[i].name), "");
    }
    theme_files_done(&files);
}

// Nodes for a word that the usage line calls kind: addresses for ADDRESS, and by their other names
// where a node is named; REPLICA and MASTER only those; hosts and "all" where they may stand.
static void offer_nodes(const Completion *c, StrView kind)
{
    bool may_be_host = sv_is(kind, "WHAT") || sv_starts(kind, "HOST");
    StrView last_host = {0};
    StrView rest = c->nodes;
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        StrView address;
        StrView role;
        StrView host;
        if (!sv_next(&line, ' ', &address) || !sv_next(&line, ' ', &role) ||
            !sv_next(&line, ' ', &host) || (sv_is(kind, "REPLICA") && !sv_is(role, "replica")) ||
            (sv_is(kind, "MASTER") && !sv_is(role, "master"))) {
            continue;
        }
        const char *means = sv_is(role, "master") ? "master" : "replica";
        offer(c, address, means);
        if (line.n > 0 && !sv_is(kind, "ADDRESS")) {
            offer(c, line, means);
        }
        if (may_be_host && !sv_is(host, "-") && !sv_eq(host, last_host)) {
            offer(c, host, "host");
        }
        last_host = host;
    }
    if (sv_is(kind, "WHAT")) {
        offer(c, sv("all"), "automatic mode as a whole");
    }
}

static void offer_values(const Completion *c, const Option *option)
{
    StrView rest = sv(option_choices(option));
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        offer(c, word, "");
    }
    if (strcmp(option->name, "theme") == 0) {
        offer_themes(c);
    } else if (strcmp(option->arg, "FILE") == 0) {
        strbuf_add(c->out, ":files\n");
    }
}

static StrView sv_tail(StrView a, size_t from)
{
    return sv_of(a.at + from, a.n - from);
}

// The option that a word before the present one is, when its value is a word of its own.
static const Option *awaits_value(StrView word)
{
    const Option *found = NULL;
    if (sv_starts(word, "--")) {
        found = option_find(sv_tail(word, 2));
    } else if (word.n == 2 && word.at[0] == '-') {
        for (size_t i = 0; i < option_table_n; i++) {
            found = option_table[i].letter == word.at[1] ? &option_table[i] : found;
        }
    }
    return found != NULL && found->arg != NULL ? found : NULL;
}

// What the usage line calls the command's word at this place: the last goes on for ever.
static StrView kind_at(const Command *command, size_t place)
{
    StrView rest = sv(command->args);
    StrView kind = {0};
    StrView word;
    for (size_t i = 0; i <= place && sv_next(&rest, ' ', &word); i++) {
        kind = word;
    }
    while (kind.n > 0 && kind.at[0] == '[') {
        kind = sv_tail(kind, 1);
    }
    return sv_of(kind.at, kind.n - (size_t)(kind.n > 0 && kind.at[kind.n - 1] == ']'));
}

static void offer_word(const Completion *c, const Command *command, size_t place)
{
    if (command == NULL && place == 0) {
        offer_commands(c);
    }
    StrView kind = kind_at(command != NULL ? command : command_named(""), place);
    if (sv_is(kind, "FILE")) {
        strbuf_add(c->out, ":files\n");
    } else if (kind.n > 0) {
        StrView plain = kind;
        if (sv_starts(kind, "ADDRESS")) {
            plain = sv("ADDRESS");
        }
        offer_nodes(c, plain);
    }
}

void completion_words(size_t n, char *const *words, StrView nodes, StrBuf *out)
{
    const Option *option = NULL;
    const Command *command = NULL;
    size_t place = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        bool is_value = option != NULL;
        option = is_value ? NULL : awaits_value(sv(words[i]));
        if (is_value || words[i][0] == '-') {
            continue;
        }
        if (place == 0 && command == NULL && command_named(words[i]) != NULL) {
            command = command_named(words[i]);
        } else {
            place++;
        }
    }
    Completion c = {.typed = n > 0 ? words[n - 1] : "", .nodes = nodes, .out = out};
    const char *equals = strchr(c.typed, '=');
    if (option != NULL) {
        offer_values(&c, option);
    } else if (strncmp(c.typed, "--", 2) == 0 && equals != NULL) {
        const Option *named = option_find(sv_of(c.typed + 2, (size_t)(equals - c.typed) - 2));
        c.before = sv_of(c.typed, (size_t)(equals - c.typed) + 1);
        c.typed = equals + 1;
        if (named != NULL && named->arg != NULL) {
            offer_values(&c, named);
        }
    } else if (c.typed[0] == '-') {
        offer_options(&c);
    } else {
        offer_word(&c, command, place);
    }
}
