#include "value.h"

#include <stdlib.h>

#include "rehome/base/text.h"

json_t *value_text(const char *text)
{
    Arena *arena = arena_new();
    json_t *value = json_string(text_clean(arena, sv(text), 0));
    arena_free(arena);
    return value;
}

json_t *value_word(const char *text)
{
    return text[0] == '\0' ? json_null() : value_text(text);
}

json_t *value_known(int64_t number)
{
    return number < 0 ? json_null() : json_integer(number);
}

json_t *value_seconds(int64_t ms)
{
    return ms < 0 ? json_null() : json_real((double)ms / 1000.0);
}

json_t *value_node(NodeId id, const char *addr)
{
    if (node_id_is_none(id)) {
        return json_null();
    }
    json_t *node = json_object();
    value_set(node, "id", value_word(id.hex));
    value_set(node, "addr", value_word(addr));
    return node;
}

// jansson fails on bad UTF-8, which value_text() rules out, and when memory is out, which ends
// the program everywhere.
static void must(int result)
{
    if (result != 0) {
        abort();
    }
}

void value_set(json_t *object, const char *key, json_t *value)
{
    must(json_object_set_new(object, key, value));
}

void value_push(json_t *array, json_t *value)
{
    must(json_array_append_new(array, value));
}

static int add_chunk(const char *chunk, size_t n, void *out)
{
    strbuf_add_sv(out, sv_of(chunk, n));
    return 0;
}

void value_write(StrBuf *out, json_t *document, size_t flags)
{
    // Unix time in milliseconds needs 13 digits; 15 is what a double holds exactly.
    must(json_dump_callback(document, add_chunk, out, flags | JSON_REAL_PRECISION(15)));
    strbuf_add(out, "\n");
    json_decref(document);
}
