// What the nodes' own views differ in, as a part of `check`.
#ifndef REHOME_REPORT_OPINION_REPORT_H
#define REHOME_REPORT_OPINION_REPORT_H

#include <jansson.h>

#include "rehome/base/strbuf.h"
#include "rehome/policy/health.h"

void opinions_text(StrBuf *out, const Health *h); // nothing while all agree
json_t *opinions_value(const Health *h);

#endif
