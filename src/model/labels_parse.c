// From the text of a file to rules: WHO = LABEL, one a line.
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "labels_rules.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum {
    ID_PREFIX_MIN = 8, // what the screens show of an ID; fewer digits could be a host's name
    MESSAGE_BYTES = 260,
    SHOWN_BYTES = 60,
};

static const char zone_word[] = "availability_zone";

bool label_line_wrong(const LabelLine *line, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return fail(line->err, ERR_PARSE, "%.80s:%d: %s", line->file, line->number, message);
}

const char *label_line_shown(const LabelLine *line, StrView text)
{
    return text_clean(line->arena, text, SHOWN_BYTES);
}

// --- WHO -----------------------------------------------------------------------------------------

static bool wrong_who(const LabelLine *line, StrView who)
{
    return label_line_wrong(
        line,
        "expected an address, address:port, network/bits, host name, %d or more digits of "
        "a node ID, /regex/ or *, got '%s'",
        ID_PREFIX_MIN, label_line_shown(line, who));
}

static bool read_port(StrView text, int *out)
{
    uint64_t port;
    if (!sv_to_u64(text, &port) || port == 0 || port > UINT16_MAX) {
        return false;
    }
    *out = (int)port;
    return true;
}

static int address_bits(const IpAddress *address)
{
    return address->family == AF_INET ? 32 : 128;
}

static bool read_address(const LabelLine *line, StrView text, LabelRule *out)
{
    if (!ip_address_parse(arena_strndup(line->arena, text.at, text.n), &out->network)) {
        return false;
    }
    out->kind = RULE_NETWORK;
    out->bits = address_bits(&out->network);
    return true;
}

static bool is_number_dots(StrView text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] != '.' && !isdigit((unsigned char)text.at[i])) {
            return false;
        }
    }
    return true;
}

static bool is_id_start(StrView text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!isxdigit((unsigned char)text.at[i])) {
            return false;
        }
    }
    return text.n >= ID_PREFIX_MIN && text.n <= NODE_ID_LEN;
}

static bool read_name(const LabelLine *line, StrView text, LabelRule *out)
{
    out->kind = RULE_NAME;
    out->is_id = out->port == 0 && is_id_start(text);
    for (size_t i = 0; i < text.n; i++) {
        if (!isalnum((unsigned char)text.at[i]) && strchr("._-", text.at[i]) == NULL) {
            return false;
        }
    }
    out->name = arena_strndup(line->arena, text.at, text.n);
    return text.n > 0 && (out->is_id || !is_number_dots(text)); // 10.0.0.999 is a slip, no name
}

static bool read_network(const LabelLine *line, StrView who, LabelRule *out)
{
    StrView bits = who;
    StrView address;
    uint64_t n;
    if (!sv_cut(&bits, '/', &address) || !read_address(line, address, out)) {
        return wrong_who(line, who);
    }
    if (!sv_to_u64(bits, &n) || n > (uint64_t)out->bits) {
        return label_line_wrong(line, "expected a network of 0 to %d bits, got '%s'", out->bits,
                                label_line_shown(line, who));
    }
    IpAddress base = out->network;
    out->bits = (int)n;
    for (int i = out->bits; i < address_bits(&base); i++) {
        base.at[i / 8] &= (unsigned char)~(0x80 >> i % 8);
    }
    if (memcmp(base.at, out->network.at, sizeof(base.at)) != 0) {
        char text[INET6_ADDRSTRLEN];
        inet_ntop(base.family, base.at, text, sizeof(text));
        return label_line_wrong(
            line, "'%s' has bits behind the network; did you mean %s/%d or %.*s?",
            label_line_shown(line, who), text, out->bits, (int)address.n, address.at);
    }
    return true;
}

static bool read_who(const LabelLine *line, StrView who, LabelRule *out)
{
    StrView host = who;
    if (sv_is(who, "*")) {
        out->kind = RULE_ANY;
        return true;
    }
    if (memchr(who.at, '/', who.n) != NULL) {
        return read_network(line, who, out);
    }
    if (read_address(line, who, out)) {
        return true;
    }
    ptrdiff_t colon = sv_rfind(who, ':');
    bool is_bracketed = who.n > 0 && who.at[0] == '[';
    bool has_port = colon >= 0 && !(is_bracketed && who.at[who.n - 1] == ']');
    if (has_port) {
        host = sv_of(who.at, (size_t)colon);
        if (!read_port(sv_of(who.at + colon + 1, who.n - (size_t)colon - 1), &out->port)) {
            return wrong_who(line, who);
        }
    }
    if (is_bracketed) {
        bool closed = host.n > 2 && host.at[host.n - 1] == ']';
        return (closed && read_address(line, sv_of(host.at + 1, host.n - 2), out) &&
                out->network.family == AF_INET6) ||
               wrong_who(line, who);
    }
    // A v6 address needs its brackets when a port follows.
    bool is_v6 = memchr(host.at, ':', host.n) != NULL;
    return (!is_v6 && (read_address(line, host, out) || read_name(line, host, out))) ||
           wrong_who(line, who);
}

// --- LABEL ---------------------------------------------------------------------------------------

// A comment begins at a # with a blank before it.
static StrView without_comment(StrView text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '#' && (i == 0 || isblank((unsigned char)text.at[i - 1]))) {
            return sv_of(text.at, i);
        }
    }
    return text;
}

static bool check_backslashes(const LabelLine *line, const LabelRule *rule, StrView label)
{
    size_t groups = rule->kind == RULE_REGEX ? rule->regex->re_nsub : 0;
    LabelPiece piece;
    while (label.n > 0) {
        bool is_escape = label.at[0] == '\\';
        bool is_lone = label.n == 1;
        label_piece_next(&label, &piece);
        bool fits =
            piece.group >= 0 ? (size_t)piece.group <= groups : piece.plain == '\\' && !is_lone;
        if (is_escape && !fits) {
            return label_line_wrong(
                line, "a \\ in a label is \\1 to \\9, a group of the regex, which has %zu", groups);
        }
    }
    return true;
}

static bool read_label(const LabelLine *line, StrView text, LabelRule *out)
{
    StrView label = sv_trim(without_comment(text));
    if (label.n == 0) {
        return label_line_wrong(line, "expected a label behind the =");
    }
    if (sv_is(label, zone_word)) {
        return true;
    }
    if (label.n > LABEL_MAX_BYTES) {
        return label_line_wrong(line, "expected a label of at most %d bytes, got '%s'",
                                LABEL_MAX_BYTES, label_line_shown(line, label));
    }
    if (!check_backslashes(line, out, label)) {
        return false;
    }
    out->label = text_clean(line->arena, label, 0);
    return true;
}

// --- the file ------------------------------------------------------------------------------------

// They are in no address and in no name, and a NUL would end one early.
static bool has_control(StrView text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (iscntrl((unsigned char)text.at[i]) && text.at[i] != '\t') {
            return true;
        }
    }
    return false;
}

static bool read_rule(const LabelLine *line, StrView text, LabelRule *out)
{
    StrView who;
    if (has_control(text)) {
        return label_line_wrong(line, "a control character in '%s'", label_line_shown(line, text));
    }
    if (text.at[0] == '/') {
        if (!label_regex_read(line, &text, out)) {
            return false;
        }
        text = sv_trim(text);
        return (sv_starts(text, "=") ||
                label_line_wrong(line, "expected a = behind the regex, got '%s'",
                                 label_line_shown(line, text))) &&
               read_label(line, sv_of(text.at + 1, text.n - 1), out);
    }
    if (!sv_cut(&text, '=', &who)) {
        return label_line_wrong(line, "expected WHO = LABEL, got '%s'",
                                label_line_shown(line, text));
    }
    return read_who(line, sv_trim(who), out) && read_label(line, text, out);
}

bool labels_parse(StrView text, const char *name, Labels **out, Error *err)
{
    Labels *labels = mem_alloc(sizeof(*labels));
    labels->arena = arena_new();
    LabelLine line = {.file = name, .arena = labels->arena, .err = err};
    StrView bare;
    if (sv_starts(text, "\xEF\xBB\xBF")) { // some editors put a mark in front
        text = sv_of(text.at + 3, text.n - 3);
    }
    while (sv_next(&text, '\n', &bare)) {
        line.number++;
        bare = sv_trim(bare);
        if (bare.n == 0 || bare.at[0] == '#') {
            continue;
        }
        labels->at = mem_grow(labels->at, &labels->cap, labels->n + 1, sizeof(*labels->at));
        LabelRule *rule = &labels->at[labels->n++];
        *rule = (LabelRule){0};
        if (!read_rule(&line, bare, rule)) {
            labels_free(labels);
            return false;
        }
    }
    *out = labels;
    return true;
}
