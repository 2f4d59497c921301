// How a move ended, the same for hooks and in the audit file.
#ifndef REHOME_REPORT_OUTCOME_H
#define REHOME_REPORT_OUTCOME_H

#include <jansson.h>

#include "rehome/action/move.h"

// -1: nobody knows when a move began that an earlier process has begun.
int64_t outcome_took_ms(const Move *m);

// "result", "text", "seconds", "bytes", "in_sync_with", "resumed", "unfinished".
void outcome_add(json_t *document, const Move *m);

// Seconds spent in each part of it, and in all.
json_t *outcome_durations(const Move *m);

#endif
