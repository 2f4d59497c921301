// What holds automatic mode back in this cluster, for `downtime`, `check` and `plan`.
#ifndef REHOME_REPORT_HOLD_REPORT_H
#define REHOME_REPORT_HOLD_REPORT_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/health.h"

// A line each, "" when nothing does.
void holds_text(StrBuf *out, const Health *h);
void holds_json(StrBuf *out, const Health *h);

#endif
