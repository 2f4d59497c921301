// Which host a node is on, in the operator's words: zones, racks, several VMs of one machine. A
// file of rules, the first that fits a node gives its label.
//
//     10.0.0.1 = rack-a                 an address, and with a port one node: 10.0.0.1:7001
//     db7.example.com = rack-b          a host name as the node announces it
//     07c37dfeb2352a0b = rack-c         the first 8 or more digits of a node ID
//     10.1.0.0/16 = zone-b              a network; IPv6 as well
//     /^10\.([0-9]+)\./ = zone-\1       an extended regex on "IP HOSTNAME", and its groups
//     * = availability_zone             whatever the server itself tells (Valkey)
#ifndef REHOME_MODEL_LABELS_H
#define REHOME_MODEL_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/base/arena.h"
#include "rehome/base/error.h"
#include "rehome/base/str.h"
#include "rehome/model/node_id.h"

// A label is clean text of at most so many bytes; what a server tells is cut there.
enum { LABEL_MAX_BYTES = 47 };

typedef struct Labels Labels;

// What is known of a node; "" where it is not.
typedef struct {
    NodeId id;
    const char *ip;
    const char *hostname;
    int port;
    const char *zone;
} LabelFacts;

// name is how errors call the text: "racks.txt:3: ...". False: the first line that is no rule.
bool labels_parse(StrView text, const char *name, Labels **out, Error *err);
void labels_free(Labels *labels); // NULL is fine

// The label, in the arena; NULL when no rule fits. labels may be NULL: there are none.
const char *labels_of(const Labels *labels, const LabelFacts *facts, Arena *arena);

#endif
