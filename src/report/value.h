// JSON values as the contract writes them: unknown numbers are null, times are seconds, texts are
// whatever the server sent, made harmless.
#ifndef REHOME_REPORT_VALUE_H
#define REHOME_REPORT_VALUE_H

#include <jansson.h>
#include <stdint.h>

#include "rehome/base/strbuf.h"
#include "rehome/model/node_id.h"

json_t *value_text(const char *text); // never NULL; malformed UTF-8 and controls become '?'
json_t *value_word(const char *text); // null when empty
json_t *value_known(int64_t number);  // null when negative
json_t *value_seconds(int64_t ms);    // null when negative
json_t *value_node(NodeId id, const char *addr); // {"id":..,"addr":..}; null for none
void value_set(json_t *object, const char *key, json_t *value); // takes the value over
void value_push(json_t *array, json_t *value);                  // the same

// Append the document as text with a final newline, and let go of it. flags: jansson's.
void value_write(StrBuf *out, json_t *document, size_t flags);

#endif
