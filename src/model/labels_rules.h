// What labels_parse.c and labels_regex.c make of a line, and labels.c compares a node with.
#ifndef REHOME_SRC_MODEL_LABELS_RULES_H
#define REHOME_SRC_MODEL_LABELS_RULES_H

#include <regex.h>

#include "rehome/model/labels.h"

// IPv4 or IPv6, the former also where it is written as ::ffff:10.0.0.1.
typedef struct {
    int family; // AF_INET or AF_INET6
    unsigned char at[16];
} IpAddress;

typedef enum {
    RULE_ANY,
    RULE_NETWORK, // an address is a network of all its bits
    RULE_NAME,    // a host name or the start of a node ID
    RULE_REGEX,
} RuleKind;

typedef struct {
    RuleKind kind;
    IpAddress network;
    int bits;
    const char *name;
    bool is_id;        // the name has the form of a node ID's first digits
    int port;          // RULE_NETWORK, RULE_NAME; 0: any
    regex_t *regex;    // RULE_REGEX
    const char *label; // NULL: the zone that the server tells; \1 to \9 are groups of a regex
} LabelRule;

struct Labels {
    Arena *arena;
    LabelRule *at;
    size_t n;
    size_t cap;
};

bool ip_address_parse(const char *text, IpAddress *out);

// The next character of a label's text: a plain one, or the number of a regex's group.
typedef struct {
    int group; // -1: none
    char plain;
} LabelPiece;

bool label_piece_next(StrView *rest, LabelPiece *out); // false at the end

// The line being read.
typedef struct {
    const char *file;
    int number;
    Arena *arena; // of the labels
    Error *err;
} LabelLine;

// Fill err and return false, as fail() does.
bool label_line_wrong(const LabelLine *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *label_line_shown(const LabelLine *line, StrView text); // clean and short, for an error

// *rest begins with the first /; then it is what is behind the last.
bool label_regex_read(const LabelLine *line, StrView *rest, LabelRule *out);

#endif
