// What the program writes as JSON, checked against tests/schema/NAME.json. These are JSON Schemas
// (2020-12) for whoever reads our documents; here they are read by a small validator of our own,
// which knows the keywords that they use and refuses all others, so that nothing is checked less
// than it looks.
#ifndef REHOME_TESTS_SCHEMA_H
#define REHOME_TESTS_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

// True when the document fits the schema of this name (below $REHOME_ROOT, or the working
// directory). Otherwise why says where it does not.
bool schema_fits(const char *name, const json_t *document, char *why, size_t size);

// The same for a text: one document, or with lines one on each line, at least one.
bool schema_fits_text(const char *name, const char *text, bool lines, char *why, size_t size);

// In a test: the text is one document that fits the schema of this name.
#define assert_fits(name, text)                                                                    \
    do {                                                                                           \
        char why_not[2400];                                                                        \
        if (!schema_fits_text(name, text, false, why_not, sizeof(why_not))) {                      \
            fail_msg("%s", why_not);                                                               \
        }                                                                                          \
    } while (0)

// The name of the schema that a document should fit, by what it has; NULL: it is none of ours.
const char *schema_name(const json_t *document);

// The schema itself; NULL: it is not there, or no JSON. Kept, not to be freed.
const json_t *schema_load(const char *name);

#endif
