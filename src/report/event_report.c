#include "rehome/report/event_report.h"

#include <string.h>
#include <time.h>

#include "rehome/base/text.h"
#include "value.h"
#include "words.h"

void event_text(StrBuf *out, const Event *e)
{
    char wall[16];
    strbuf_addf(out, "%s %-17s  %s\n", format_wall(wall, sizeof wall, e->wall_ms),
                event_code_text(e->code), e->text);
}

void event_log_line(StrBuf *out, const Event *e)
{
    char when[40] = "";
    time_t seconds = (time_t)(e->wall_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) != NULL) {
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S%z", &local);
    }
    strbuf_addf(out, "%s %-17s  %s\n", when, event_code_text(e->code), e->text);
}

void event_json(StrBuf *out, const Event *e)
{
    json_t *line = json_object();
    value_set(line, "schema", json_integer(1));
    value_set(line, "t", value_seconds(e->wall_ms));
    value_set(line, "event", json_string(event_code_text(e->code)));
    value_set(line, "node", value_word(e->node.hex));
    value_set(line, "addr", value_word(e->addr));
    value_set(line, "by", value_word(event_by_text(e->by)));
    value_set(line, "level", json_string(event_level_text(e->level)));
    value_set(line, "text", value_text(e->text));
    value_write(out, line, JSON_COMPACT);
}

static const char *word(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text != NULL ? text : "";
}

static void read_text(const json_t *value, char *out, size_t size)
{
    const char *text = json_string_value(value);
    text_clean_into(out, size, sv(text != NULL ? text : ""));
}

bool event_json_read(StrView text, Event *out)
{
    enum { CENTURIES_S = 100000000 };
    json_t *line = json_loadb(text.n > 0 ? text.at : "", text.n, JSON_REJECT_DUPLICATES, NULL);
    double t = json_number_value(json_object_get(line, "t"));
    const char *node = json_string_value(json_object_get(line, "node"));
    bool ok = t > 0 && t < 1000.0 * CENTURIES_S &&
              event_words_read(word(line, "event"), word(line, "level"), word(line, "by"), out);
    if (ok) {
        *out = (Event){
            .code = out->code,
            .level = out->level,
            .by = out->by,
            .wall_ms = (int64_t)(t * 1000.0 + 0.5),
        };
        node_id_parse(sv(node != NULL ? node : ""), &out->node);
        read_text(json_object_get(line, "addr"), out->addr, sizeof(out->addr));
        read_text(json_object_get(line, "text"), out->text, sizeof(out->text));
    }
    json_decref(line);
    return ok;
}

static void add_transfer(StrBuf *out, const Move *m)
{
    char bytes[32];
    if (m->sync_bytes >= 0) {
        strbuf_addf(out, "  %s", format_bytes(bytes, sizeof bytes, m->sync_bytes));
        if (m->total_bytes > 0) {
            strbuf_addf(out, " of %s", format_bytes(bytes, sizeof bytes, m->total_bytes));
        }
    }
    if (m->sync_permille >= 0) {
        strbuf_add(out, "  ");
        add_percent(out, m->sync_permille);
    }
    if (m->rate_bytes_s >= 0) {
        strbuf_addf(out, "  %s/s", format_bytes(bytes, sizeof bytes, m->rate_bytes_s));
    }
    if (m->eta_s >= 0) {
        strbuf_add(out, "  ");
        add_whole_seconds(out, m->eta_s);
        strbuf_add(out, " left");
    }
}

void move_progress_text(StrBuf *out, const Move *m, int64_t now_ms)
{
    char took[32];
    int64_t until_ms = move_is_over(m) ? m->ended_ms : now_ms;
    strbuf_addf(out, "%s -> %s  %s", m->spec.replica_addr, m->spec.target_addr,
                move_state_text(m->state));
    if (m->state == MOVE_SYNC) {
        strbuf_addf(out, " (%s)", replica_state_text(m->stage));
        add_transfer(out, m);
    }
    strbuf_addf(out, "  %s", format_seconds(took, sizeof took, until_ms - m->started_ms));
    if (m->why[0] != '\0') {
        strbuf_addf(out, "  %s", m->why);
    }
}
