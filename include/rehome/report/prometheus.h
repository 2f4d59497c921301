// `rehome check --format prometheus`: gauges in the text exposition format (0.0.4), for the
// textfile collector of node_exporter. No timestamps: the collector refuses them.
#ifndef REHOME_REPORT_PROMETHEUS_H
#define REHOME_REPORT_PROMETHEUS_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/finding.h"

// cluster: how it was called for, which stays the same whoever answers; the label of every sample.
void prometheus_page(StrBuf *out, const Health *h, const Findings *findings, const char *cluster);

// The page of a look that came to nothing: rehome_look_success 0 and nothing else.
void prometheus_failed(StrBuf *out, const char *cluster);

#endif
