// The schemas say what the tables say, and the validator that reads them sees what does not fit.
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/model/event.h"
#include "rehome/policy/finding.h"
#include "schema.h"

static const char *finding_word(int i)
{
    return i < FINDING_CODE_COUNT ? finding_code_text((FindingCode)i) : NULL;
}

static const char *event_word(int i)
{
    return i < EVENT_CODE_COUNT ? event_code_text((EventCode)i) : NULL;
}

// A list of the schema has exactly these words, in this order.
static void assert_words(const json_t *words, const char *(*word)(int i))
{
    size_t n = 0;
    for (; word((int)n) != NULL; n++) {
        const json_t *told = json_array_get(words, n);
        if (!json_is_string(told) || strcmp(json_string_value(told), word((int)n)) != 0) {
            fail_msg("tests/schema/common.json lacks \"%s\" at its place", word((int)n));
        }
    }
    assert_int_equal(json_array_size(words), n);
}

static const json_t *in(const json_t *object, const char *const *keys)
{
    while (*keys != NULL) {
        object = json_object_get(object, *keys++);
    }
    return object;
}

static void codes_are_those_of_the_tables(void **state)
{
    (void)state;
    assert_words(in(schema_load("common"),
                    (const char *[]){"$defs", "finding", "properties", "code", "enum", NULL}),
                 finding_word);
    assert_words(in(schema_load("common"), (const char *[]){"$defs", "event_code", "enum", NULL}),
                 event_word);
}

static void what_does_not_fit_is_named(void **state)
{
    (void)state;
    static const char good[] =
        "{\"schema\":1,\"t\":1.5,\"event\":\"orphaned\",\"node\":null,\"addr\":\"a\",\"by\":null,"
        "\"level\":\"info\",\"text\":\"\"}";
    static const struct {
        const char *instead_of;
        const char *put;
        const char *says;
    } bad[] = {
        {"\"schema\":1", "\"schema\":2", "schema: wants 1"},
        {"\"schema\":1,", "", "lacks \"schema\""},
        {"\"t\":1.5", "\"t\":\"1.5\"", "t: wants the type \"number\""},
        {"\"t\":1.5", "\"t\":-1", "t: wants at least 0"},
        {"\"orphaned\"", "\"orphan\"", "event: wants one of"},
        {"\"node\":null", "\"node\":\"abc\"", "node: does not match"},
        {"\"addr\":\"a\"", "\"addr\":\"\"", "addr: is empty"},
        {"\"by\":null", "\"by\":0", "by: wants one of"},
        {"\"text\":\"\"", "\"text\":\"\",\"more\":1", "has an unknown \"more\""},
        {"\"schema\":1", "\"schema\"", "is no JSON"},
    };
    char why[2400];
    assert_true(schema_fits_text("event", good, false, why, sizeof(why)));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char text[400];
        const char *at = strstr(good, bad[i].instead_of);
        assert_non_null(at);
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, bad[i].put,
                 at + strlen(bad[i].instead_of));
        if (schema_fits_text("event", text, false, why, sizeof(why)) ||
            strstr(why, bad[i].says) == NULL) {
            fail_msg("wanted \"%s\", got \"%s\"", bad[i].says, why);
        }
    }
    assert_false(schema_fits_text("event", "", true, why, sizeof(why)));
    assert_false(schema_fits_text("no-such", "{}", false, why, sizeof(why)));
    assert_false(schema_fits_text("hook", good, false, why, sizeof(why))); // oneOf
    assert_non_null(strstr(why, "fits 0 of oneOf"));
}

TESTS(schema, cmocka_unit_test(codes_are_those_of_the_tables),
      cmocka_unit_test(what_does_not_fit_is_named))
