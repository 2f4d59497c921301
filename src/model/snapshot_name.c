#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/model/snapshot.h"
#include "snapshot_merge.h"

enum { ID_PREFIX_MIN = 4, SHOWN_NAMES = 3 };

static bool is_host_port(const Node *node, const char *host, const char *text)
{
    size_t n = strlen(host);
    uint64_t port;
    return n > 0 && strncmp(text, host, n) == 0 && text[n] == ':' &&
           sv_to_u64(sv(text + n + 1), &port) && port == (uint64_t)node->port;
}

static bool is_address(const Node *node, const char *text)
{
    return strcmp(node->addr, text) == 0 ||
           (text[0] != '\0' && strcmp(node_answers_at(node), text) == 0) ||
           is_host_port(node, node->ip, text) || is_host_port(node, node->hostname, text);
}

static bool is_port(const Node *node, const char *text)
{
    uint64_t port;
    return sv_to_u64(sv(text[0] == ':' ? text + 1 : text), &port) && port > 0 &&
           port == (uint64_t)node->port;
}

static bool is_id_prefix(const Node *node, const char *text)
{
    size_t n = strlen(text);
    return n >= ID_PREFIX_MIN && n <= NODE_ID_LEN && strncmp(node->id.hex, text, n) == 0;
}

static bool is_named(const Node *node, const char *text)
{
    return is_address(node, text) || strcmp(node->brief, text) == 0 || is_port(node, text) ||
           is_id_prefix(node, text);
}

int snapshot_only(const Snapshot *s, const char *text)
{
    int found = -1;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        if (is_named(node, text) || (text[0] != '\0' && strcmp(node->hostname, text) == 0)) {
            if (found >= 0) {
                return -1;
            }
            found = (int)i;
        }
    }
    return found;
}

int snapshot_name(const Snapshot *s, const char *text, Error *err)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (text[0] != '\0' && strcmp(s->nodes[i].alias, text) == 0) {
            return (int)i;
        }
    }
    int found = -1;
    size_t matches = 0;
    char names[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < s->n_nodes; i++) {
        const Node *node = &s->nodes[i];
        if (!is_named(node, text)) {
            continue;
        }
        found = (int)i;
        matches++;
        if (matches <= SHOWN_NAMES && used < sizeof(names)) {
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s (%.8s)",
                                     matches == 1 ? "" : ", ", node->addr, node->id.hex);
        }
    }
    if (matches == 1) {
        return found;
    }
    char shown[80];
    text_clean_into(shown, sizeof(shown), sv(text));
    if (matches == 0) {
        fail(err, ERR_USAGE,
             "no node is called \"%s\": give host:port, a port (:7001), or the first %d or more "
             "digits of its ID",
             shown, ID_PREFIX_MIN);
    } else {
        fail(err, ERR_USAGE, "\"%s\" can be any of %zu nodes: %s%s; give host:port or its ID",
             shown, matches, names, matches > SHOWN_NAMES ? " ..." : "");
    }
    return -1;
}
