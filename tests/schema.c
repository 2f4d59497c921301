#include "schema.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"

enum { DEPTH_MAX = 64 };

// One document against one schema.
typedef struct {
    const char *file; // whose "#/..." is meant
    char at[256];     // of the document: "masters.0.id"
    char *why;
    size_t size;
    int depth;
} Check;

static bool fits(Check *c, const json_t *schema, const json_t *value);

static bool wrong(Check *c, const char *what, const json_t *schema)
{
    char part[200] = "";
    size_t n = schema == NULL
                   ? 0
                   : json_dumpb(schema, part, sizeof(part) - 1, JSON_ENCODE_ANY | JSON_COMPACT);
    part[n < sizeof(part) ? n : sizeof(part) - 1] = '\0'; // n is what it would have taken
    snprintf(c->why, c->size, "%s: %s: %s%s%s", c->file, c->at[0] != '\0' ? c->at : "document",
             what, part[0] != '\0' ? " " : "", part);
    return false;
}

const json_t *schema_load(const char *name)
{
    static struct {
        char name[32];
        json_t *schema;
    } kept[16];
    size_t i = 0;
    while (i < ARRAY_LEN(kept) && kept[i].schema != NULL) {
        if (strcmp(kept[i].name, name) == 0) {
            return kept[i].schema;
        }
        i++;
    }
    const char *root = getenv("REHOME_ROOT");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/schema/%s.json", root != NULL ? root : ".", name);
    json_t *schema = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    if (schema != NULL && i < ARRAY_LEN(kept)) {
        snprintf(kept[i].name, sizeof(kept[i].name), "%s", name);
        kept[i].schema = schema;
    }
    return schema;
}

// --- keywords: each says whether the value is as the schema's part wants it --------------------

static bool is_type(const json_t *value, const char *type)
{
    bool whole =
        json_is_integer(value) ||
        (json_is_real(value) && json_real_value(value) >= -9e15 && json_real_value(value) <= 9e15 &&
         json_real_value(value) - (double)(int64_t)json_real_value(value) == 0);
    return (strcmp(type, "object") == 0 && json_is_object(value)) ||
           (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
           (strcmp(type, "null") == 0 && json_is_null(value)) ||
           (strcmp(type, "number") == 0 && json_is_number(value)) ||
           (strcmp(type, "integer") == 0 && whole);
}

static bool check_type(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    bool ok = json_is_string(part) && is_type(value, json_string_value(part));
    for (size_t i = 0; i < json_array_size(part) && !ok; i++) {
        ok = is_type(value, json_string_value(json_array_get(part, i)));
    }
    return ok || wrong(c, "wants the type", part);
}

static bool check_const(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    return json_equal(part, value) || wrong(c, "wants", part);
}

static bool check_enum(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    bool ok = false;
    for (size_t i = 0; i < json_array_size(part); i++) {
        ok = ok || json_equal(json_array_get(part, i), value);
    }
    return ok || wrong(c, "wants one of", part);
}

static bool check_required(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    for (size_t i = 0; i < json_array_size(part) && json_is_object(value); i++) {
        if (json_object_get(value, json_string_value(json_array_get(part, i))) == NULL) {
            return wrong(c, "lacks", json_array_get(part, i));
        }
    }
    return true;
}

// At the same value one step further down.
static bool fits_below(Check *c, const char *step, const json_t *schema, const json_t *value)
{
    size_t n = strlen(c->at);
    snprintf(c->at + n, sizeof(c->at) - n, "%s%s", n > 0 ? "." : "", step);
    bool ok = fits(c, schema, value);
    c->at[n] = '\0';
    return ok;
}

static bool check_properties(Check *c, const json_t *part, const json_t *schema,
                             const json_t *value)
{
    (void)schema;
    const char *key;
    json_t *below;
    json_object_foreach((json_t *)(uintptr_t)part, key, below)
    {
        const json_t *property = json_object_get(value, key);
        if (property != NULL && !fits_below(c, key, below, property)) {
            return false;
        }
    }
    return true;
}

static bool check_others(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    const json_t *known = json_object_get(schema, "properties");
    const char *key;
    json_t *property;
    json_object_foreach((json_t *)(uintptr_t)value, key, property)
    {
        if (json_object_get(known, key) != NULL) {
            continue;
        }
        if (json_is_false(part)) {
            json_t *name = json_string(key);
            wrong(c, "has an unknown", name);
            json_decref(name);
            return false;
        }
        if (!fits_below(c, key, part, property)) {
            return false;
        }
    }
    return true;
}

static bool check_items(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    for (size_t i = 0; i < json_array_size(value); i++) {
        char step[24];
        snprintf(step, sizeof(step), "%zu", i);
        if (!fits_below(c, step, part, json_array_get(value, i))) {
            return false;
        }
    }
    return true;
}

static bool check_min_items(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    bool few = json_is_array(value) && json_array_size(value) < (size_t)json_integer_value(part);
    return !few || wrong(c, "wants so many items or more:", part);
}

static bool check_max_items(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    bool many = json_is_array(value) && json_array_size(value) > (size_t)json_integer_value(part);
    return !many || wrong(c, "wants so many items at most:", part);
}

static bool check_minimum(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    bool less = json_is_number(value) && json_number_value(value) < json_number_value(part);
    return !less || wrong(c, "wants at least", part);
}

static bool check_maximum(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    bool more = json_is_number(value) && json_number_value(value) > json_number_value(part);
    return !more || wrong(c, "wants at most", part);
}

// Only "not empty" is asked for, where bytes and characters are the same.
static bool check_min_length(Check *c, const json_t *part, const json_t *schema,
                             const json_t *value)
{
    (void)schema;
    if (json_integer_value(part) != 1) {
        return wrong(c, "minLength is known as 1 only, not as", part);
    }
    return !json_is_string(value) || json_string_length(value) > 0 || wrong(c, "is empty", NULL);
}

static bool check_pattern(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    regex_t regex;
    if (!json_is_string(value)) {
        return true;
    }
    if (regcomp(&regex, json_string_value(part), REG_EXTENDED | REG_NOSUB) != 0) {
        return wrong(c, "cannot read the pattern", part);
    }
    bool ok = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
    regfree(&regex);
    return ok || wrong(c, "does not match", part);
}

static bool check_one_of(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    char all[2000] = "";
    int n = 0;
    for (size_t i = 0; i < json_array_size(part); i++) {
        n += fits(c, json_array_get(part, i), value);
        size_t used = strlen(all);
        snprintf(all + used, sizeof(all) - used, "; %s", c->why);
    }
    if (n != 1) {
        snprintf(c->why, c->size, "%s: fits %d of oneOf%s", c->file, n, all);
    }
    return n == 1;
}

// "#/$defs/node" or "common.json#/$defs/node"
static bool check_ref(Check *c, const json_t *part, const json_t *schema, const json_t *value)
{
    (void)schema;
    static const char defs[] = "#/$defs/";
    char file[64];
    const char *text = json_string_value(part);
    const char *hash = text != NULL ? strstr(text, defs) : NULL;
    const char *json = text != NULL ? strstr(text, ".json#") : NULL;
    if (hash == NULL || (hash != text && json == NULL)) {
        return wrong(c, "cannot follow", part);
    }
    snprintf(file, sizeof(file), "%.*s", json != NULL ? (int)(json - text) : 63,
             json != NULL ? text : c->file);
    const json_t *all = json_object_get(schema_load(file), "$defs");
    const json_t *meant = json_object_get(all, hash + strlen(defs));
    if (meant == NULL) {
        return wrong(c, "leads nowhere:", part);
    }
    const char *was = c->file;
    c->file = file;
    bool ok = fits(c, meant, value);
    c->file = was;
    return ok;
}

static const struct {
    const char *name;
    bool (*check)(Check *c, const json_t *part, const json_t *schema, const json_t *value);
} keywords[] = {
    {"$schema", NULL},
    {"$defs", NULL},
    {"title", NULL},
    {"$ref", check_ref},
    {"type", check_type},
    {"const", check_const},
    {"enum", check_enum},
    {"required", check_required},
    {"properties", check_properties},
    {"additionalProperties", check_others},
    {"items", check_items},
    {"minItems", check_min_items},
    {"maxItems", check_max_items},
    {"minimum", check_minimum},
    {"maximum", check_maximum},
    {"minLength", check_min_length},
    {"pattern", check_pattern},
    {"oneOf", check_one_of},
};

static bool fits_keyword(Check *c, const char *key, const json_t *part, const json_t *schema,
                         const json_t *value)
{
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        if (strcmp(keywords[i].name, key) == 0) {
            return keywords[i].check == NULL || keywords[i].check(c, part, schema, value);
        }
    }
    json_t *name = json_string(key);
    wrong(c, "the schema has a keyword that is not checked:", name);
    json_decref(name);
    return false;
}

static bool fits(Check *c, const json_t *schema, const json_t *value)
{
    if (!json_is_object(schema) || c->depth >= DEPTH_MAX) {
        return wrong(c, "no schema that can be read", NULL);
    }
    bool ok = true;
    c->depth++;
    const char *key;
    json_t *part;
    json_object_foreach((json_t *)(uintptr_t)schema, key, part)
    {
        ok = ok && fits_keyword(c, key, part, schema, value);
    }
    c->depth--;
    return ok;
}

bool schema_fits(const char *name, const json_t *document, char *why, size_t size)
{
    Check c = {.file = name, .why = why, .size = size};
    if (size > 0) {
        why[0] = '\0';
    }
    return document != NULL ? fits(&c, schema_load(name), document) : wrong(&c, "is no JSON", NULL);
}

bool schema_fits_text(const char *name, const char *text, bool lines, char *why, size_t size)
{
    StrView rest = sv(text);
    StrView piece = rest;
    int n = 0;
    while (lines ? sv_next(&rest, '\n', &piece) : n == 0) {
        json_t *document = json_loadb(piece.at, piece.n, JSON_REJECT_DUPLICATES, NULL);
        bool ok = schema_fits(name, document, why, size);
        json_decref(document);
        if (!ok) {
            return false;
        }
        n++;
    }
    if (n == 0) {
        snprintf(why, size, "%s: there is nothing", name);
    }
    return n > 0;
}

const char *schema_name(const json_t *document)
{
    static const struct {
        const char *key; // that no other has, of those further down
        const char *name;
    } all[] = {
        {"record", "audit"}, {"level", "event"},  {"losses", "whatif"},  {"dry_run", "heal"},
        {"origin", "hook"},  {"refused", "plan"}, {"findings", "check"}, {"holds", "holds"},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (json_object_get(document, all[i].key) != NULL) {
            return all[i].name;
        }
    }
    return NULL;
}
