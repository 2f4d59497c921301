#include "rehome/model/event.h"

#include <stdarg.h>
#include <stdio.h>

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
