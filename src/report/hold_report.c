#include "rehome/report/hold_report.h"

#include "document.h"
#include "value.h"

void holds_text(StrBuf *out, const Health *h)
{
    for (size_t i = 0; i < h->n_holds; i++) {
        char what[HOLD_HOST_SIZE + 8];
        char words[320];
        hold_subject_text(what, sizeof(what), &h->holds[i].on, h->snapshot);
        strbuf_addf(out, "[HELD] %s is %s\n", what,
                    hold_words(words, sizeof(words), &h->holds[i], h->snapshot->wall_ms));
    }
}

json_t *document_holds(const Health *h)
{
    json_t *all = json_array();
    for (size_t i = 0; i < h->n_holds; i++) {
        const Hold *hold = &h->holds[i];
        json_t *value = json_object();
        value_set(value, "kind", json_string(hold_kind_text(hold->on.kind)));
        value_set(value, "scope", json_string(hold_scope_text(hold->on.scope)));
        value_set(value, "node", value_word(hold->on.node.hex));
        value_set(value, "host", value_word(hold->on.host));
        value_set(value, "owner", value_text(hold->owner));
        value_set(value, "reason", value_text(hold->reason));
        value_set(value, "since", value_seconds(hold->since_ms));
        value_set(value, "until",
                  hold->until_ms == 0 ? json_null() : value_seconds(hold->until_ms));
        value_push(all, value);
    }
    return all;
}

void holds_json(StrBuf *out, const Health *h)
{
    json_t *document = json_object();
    value_set(document, "schema", json_integer(1));
    value_set(document, "t", value_seconds(h->snapshot->wall_ms));
    value_set(document, "holds", document_holds(h));
    value_write(out, document, JSON_INDENT(2));
}
