#include "hold_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/text.h"

enum { SCHEMA = 1 };

// --- writing; jansson fails on malformed UTF-8, which no clean text is, and when memory is out

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) {
        abort();
    }
}

static void push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        abort();
    }
}

static json_t *hold_value(const Hold *hold)
{
    json_t *object = json_object();
    set(object, "kind", json_string(hold_kind_text(hold->on.kind)));
    set(object, "scope", json_string(hold_scope_text(hold->on.scope)));
    if (hold->on.scope == HOLD_ON_NODE) {
        set(object, "node", json_string(hold->on.node.hex));
    } else if (hold->on.scope == HOLD_ON_HOST) {
        set(object, "host", json_string(hold->on.host));
    }
    set(object, "owner", json_string(hold->owner));
    set(object, "reason", json_string(hold->reason));
    set(object, "since_ms", json_integer(hold->since_ms));
    set(object, "until_ms", json_integer(hold->until_ms));
    json_t *cluster = json_array();
    for (size_t i = 0; i < hold->n_members; i++) {
        push(cluster, json_string(hold->members[i].hex));
    }
    set(object, "cluster", cluster);
    return object;
}

static json_t *try_value(const HoldTry *attempt)
{
    json_t *value = json_object();
    set(value, "at_ms", json_integer(attempt->at_ms));
    set(value, "replica", json_string(attempt->replica.hex));
    set(value, "donor", json_string(attempt->donor.hex));
    set(value, "target", json_string(attempt->target.hex));
    return value;
}

static int add_chunk(const char *chunk, size_t n, void *out)
{
    strbuf_add_sv(out, sv_of(chunk, n));
    return 0;
}

void hold_json_write(StrBuf *out, const Holds *all)
{
    json_t *document = json_object();
    json_t *holds = json_array();
    json_t *tries = json_array();
    for (size_t i = 0; i < all->n; i++) {
        push(holds, hold_value(&all->at[i]));
    }
    for (size_t i = 0; i < all->n_tries; i++) {
        push(tries, try_value(&all->tries[i]));
    }
    set(document, "schema", json_integer(SCHEMA));
    set(document, "holds", holds);
    set(document, "tries", tries);
    if (json_dump_callback(document, add_chunk, out, JSON_INDENT(1)) != 0) {
        abort();
    }
    strbuf_add(out, "\n");
    json_decref(document);
}

// --- reading

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool ms_in(const json_t *object, const char *key, int64_t *out)
{
    const json_t *value = json_object_get(object, key);
    *out = json_integer_value(value);
    return json_is_integer(value) && *out >= 0;
}

static bool id_in(const json_t *object, const char *key, NodeId *out)
{
    return node_id_parse(sv(text_in(object, key)), out);
}

static bool read_members(const json_t *array, Hold *out)
{
    bool ok = json_is_array(array) && json_array_size(array) <= HOLD_MEMBERS;
    for (size_t i = 0; ok && i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        ok = text != NULL && node_id_parse(sv(text), &out->members[i]);
        out->n_members = i + 1;
    }
    return ok;
}

static bool read_subject(const json_t *value, HoldSubject *out)
{
    if (!hold_kind_parse(text_in(value, "kind"), &out->kind) ||
        !hold_scope_parse(text_in(value, "scope"), &out->scope) ||
        (out->kind == HOLD_DOWNTIME) == (out->scope == HOLD_ON_ALL)) {
        return false;
    }
    text_clean_into(out->host, sizeof(out->host), sv(text_in(value, "host")));
    if (out->scope == HOLD_ON_HOST && out->host[0] == '\0') {
        return false;
    }
    return out->scope != HOLD_ON_NODE || id_in(value, "node", &out->node);
}

static bool read_hold(const json_t *value, Hold *out)
{
    text_clean_into(out->owner, sizeof(out->owner), sv(text_in(value, "owner")));
    text_clean_into(out->reason, sizeof(out->reason), sv(text_in(value, "reason")));
    return read_subject(value, &out->on) && ms_in(value, "since_ms", &out->since_ms) &&
           ms_in(value, "until_ms", &out->until_ms) &&
           read_members(json_object_get(value, "cluster"), out);
}

static bool read_try(const json_t *value, HoldTry *out)
{
    return ms_in(value, "at_ms", &out->at_ms) && id_in(value, "replica", &out->replica) &&
           id_in(value, "donor", &out->donor) && id_in(value, "target", &out->target);
}

static bool read_document(const json_t *document, Holds *out, Error *err)
{
    const json_t *holds = json_object_get(document, "holds");
    const json_t *tries = json_object_get(document, "tries");
    if (json_integer_value(json_object_get(document, "schema")) != SCHEMA) {
        return fail(err, ERR_PARSE, "schema is not %d", SCHEMA);
    }
    if (!json_is_array(holds) || json_array_size(holds) > HOLDS_MAX) {
        return fail(err, ERR_PARSE, "no list of holds");
    }
    if (!json_is_array(tries) || json_array_size(tries) > HOLD_TRIES_MAX) {
        return fail(err, ERR_PARSE, "no list of tries");
    }
    for (out->n = 0; out->n < json_array_size(holds); out->n++) {
        if (!read_hold(json_array_get(holds, out->n), &out->at[out->n])) {
            return fail(err, ERR_PARSE, "hold %zu is not one", out->n + 1);
        }
    }
    for (out->n_tries = 0; out->n_tries < json_array_size(tries); out->n_tries++) {
        if (!read_try(json_array_get(tries, out->n_tries), &out->tries[out->n_tries])) {
            return fail(err, ERR_PARSE, "try %zu is not one", out->n_tries + 1);
        }
    }
    return true;
}

bool hold_json_read(StrView text, Holds *out, Error *err)
{
    json_error_t error;
    json_t *document =
        json_loadb(text.n > 0 ? text.at : "", text.n, JSON_REJECT_DUPLICATES, &error);
    memset(out, 0, sizeof(*out));
    bool ok = document != NULL ? read_document(document, out, err)
                               : fail(err, ERR_PARSE, "line %d: no JSON", error.line);
    json_decref(document);
    return ok;
}
