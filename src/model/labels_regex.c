// The /regex/ of a rule: an extended one of regcomp(), with \d for what everybody means by it.
#include <ctype.h>
#include <string.h>

#include "labels_rules.h"
#include "rehome/base/strbuf.h"

// The bracket expression at the front of *rest, as it is but for \/.
static bool read_bracket(const LabelLine *line, StrView *rest, StrBuf *out)
{
    size_t i = 1;
    i += i < rest->n && rest->at[i] == '^';
    i += i < rest->n && rest->at[i] == ']'; // a first one is meant as itself
    strbuf_add_sv(out, sv_of(rest->at, i));
    while (i < rest->n && rest->at[i] != ']') {
        size_t n = 1;
        char next = (char)(i + 1 < rest->n ? rest->at[i + 1] : '\0');
        if (rest->at[i] == '[' && (next == ':' || next == '.' || next == '=')) {
            size_t end = i + 2;
            while (end + 1 < rest->n && (rest->at[end] != next || rest->at[end + 1] != ']')) {
                end++;
            }
            n = end + 1 < rest->n ? end + 2 - i : 1; // [:digit:]
        } else if (rest->at[i] == '\\' && isalnum((unsigned char)next)) {
            return label_line_wrong(
                line, "within [] of a regex \\ is just a character; write 0-9 for \\d");
        } else if (rest->at[i] == '\\' && next == '/') {
            i++;
        }
        strbuf_add_sv(out, sv_of(rest->at + i, n));
        i += n;
    }
    *rest = sv_of(rest->at + i, rest->n - i); // its ] is a plain character to whoever goes on
    return true;
}

static bool read_escape(const LabelLine *line, char c, StrBuf *out)
{
    if (c == '/') {
        strbuf_add(out, "/");
    } else if (c == 'd') { // everybody writes it, and extended regexes take it for a letter
        strbuf_add(out, "[0-9]");
    } else if (isalnum((unsigned char)c) && strchr("wWsSbB", c) == NULL) {
        return label_line_wrong(line,
                                "a regex here is an extended one (regex(7)): it knows no \\%c", c);
    } else {
        strbuf_addf(out, "\\%c", c);
    }
    return true;
}

// *rest is behind the first /, and then behind the last.
static bool read_pattern(const LabelLine *line, StrView *rest, StrBuf *out)
{
    while (rest->n > 0 && rest->at[0] != '/') {
        size_t n = 1;
        if (rest->at[0] == '[') {
            if (!read_bracket(line, rest, out)) {
                return false;
            }
            continue;
        }
        if (rest->at[0] == '\\' && rest->n > 1) {
            n = 2;
            if (!read_escape(line, rest->at[1], out)) {
                return false;
            }
        } else {
            strbuf_add_sv(out, sv_of(rest->at, 1));
        }
        *rest = sv_of(rest->at + n, rest->n - n);
    }
    if (rest->n == 0 || out->n == 0) {
        return label_line_wrong(line, "expected /regex/ = LABEL: there is no %s",
                                rest->n == 0 ? "/ at its end" : "regex");
    }
    *rest = sv_of(rest->at + 1, rest->n - 1);
    return true;
}

bool label_regex_read(const LabelLine *line, StrView *rest, LabelRule *out)
{
    StrBuf pattern = {0};
    *rest = sv_of(rest->at + 1, rest->n - 1);
    if (!read_pattern(line, rest, &pattern)) {
        strbuf_done(&pattern);
        return false;
    }
    regex_t *regex = arena_alloc(line->arena, sizeof(*regex));
    int code = regcomp(regex, strbuf_text(&pattern), REG_EXTENDED);
    if (code == 0) {
        out->kind = RULE_REGEX;
        out->regex = regex;
    } else {
        char why[80];
        regerror(code, regex, why, sizeof(why));
        label_line_wrong(line, "the regex '%s' is not one: %s",
                         label_line_shown(line, sv(strbuf_text(&pattern))), why);
    }
    strbuf_done(&pattern);
    return code == 0;
}
