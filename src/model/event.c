#include "rehome/model/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"

const char *event_code_text(EventCode code)
{
    static const char *const texts[] = {
#define X(name, text, kind) [EVENT_##name] = text,
        EVENT_CODES(X)
#undef X
    };
    return texts[code];
}

EventKind event_kind(EventCode code)
{
    static const EventKind kinds[] = {
#define X(name, text, kind) [EVENT_##name] = EVENT_KIND_##kind,
        EVENT_CODES(X)
#undef X
    };
    return kinds[code];
}

const char *event_kind_text(EventKind kind)
{
    static const char *const texts[] = {
#define X(name, text) [EVENT_KIND_##name] = text,
        EVENT_KINDS(X)
#undef X
    };
    return texts[kind];
}

const char *event_level_text(Level level)
{
    static const char *const texts[] = {
        [LEVEL_INFO] = "info",
        [LEVEL_GOOD] = "good",
        [LEVEL_WARNING] = "warning",
        [LEVEL_CRITICAL] = "critical",
    };
    return texts[level];
}

const char *event_by_text(EventBy by)
{
    switch (by) {
    case BY_US:
        return "us";
    case BY_SERVER:
        return "server";
    case BY_OTHER:
        return "other";
    case BY_NOBODY:
        break;
    }
    return "";
}

static const char *code_word(int code)
{
    return event_code_text((EventCode)code);
}

static const char *level_word(int level)
{
    return event_level_text((Level)level);
}

static const char *by_word(int by)
{
    return event_by_text((EventBy)by);
}

// The number of the word that is this text; -1: none is.
static int word_of(const char *text, const char *(*word)(int number), int n)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(text, word(i)) == 0) {
            return i;
        }
    }
    return -1;
}

bool event_words_read(const char *code, const char *level, const char *by, Event *out)
{
    int is_code = word_of(code, code_word, EVENT_CODE_COUNT);
    int is_level = word_of(level, level_word, LEVEL_CRITICAL + 1);
    int is_by = word_of(by, by_word, BY_OTHER + 1);
    if (is_code < 0 || is_level < 0) {
        return false;
    }
    out->code = (EventCode)is_code;
    out->level = (Level)is_level;
    out->by = is_by < 0 ? BY_NOBODY : (EventBy)is_by;
    return true;
}

bool event_is_ours(EventCode code)
{
    return code >= EVENT_MOVE_STARTED;
}

Event event_make(EventCode code, Level level, int64_t wall_ms, const Node *node, const char *format,
                 ...)
{
    Event event = {.code = code, .level = level, .wall_ms = wall_ms};
    if (node != NULL) {
        event.node = node->id;
        text_clean_into(event.addr, sizeof(event.addr), sv(node->addr));
    }
    char raw[sizeof(event.text) * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    text_clean_into(event.text, sizeof(event.text), sv(raw));
    return event;
}
