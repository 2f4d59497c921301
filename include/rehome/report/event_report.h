// Events and the progress of a move as lines: `rehome watch`, `rehome move`.
#ifndef REHOME_REPORT_EVENT_REPORT_H
#define REHOME_REPORT_EVENT_REPORT_H

#include "rehome/action/move.h"
#include "rehome/base/strbuf.h"
#include "rehome/model/event.h"

// "12:57:06 orphaned           127.0.99.170:7001 is orphaned: ..." with a newline; local time.
void event_text(StrBuf *out, const Event *e);

// The same with the date and the distance to UTC, for what is read later and elsewhere.
void event_log_line(StrBuf *out, const Event *e);

// {"schema":1,"t":UNIX_SECONDS.mmm,"event":CODE,"node":ID,"addr":..,"by":..,"level":..,"text":..}
// and a newline.
void event_json(StrBuf *out, const Event *e);

// Such a line back into an event, its texts cleaned; false: it is none, or of a later version.
bool event_json_read(StrView line, Event *out);

// One line about a move under way, without a newline: stage, bytes, percent, rate, ETA.
void move_progress_text(StrBuf *out, const Move *m, int64_t now_ms);

#endif
