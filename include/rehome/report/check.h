// `rehome check`: one look at the cluster as text or JSON, and the exit status.
#ifndef REHOME_REPORT_CHECK_H
#define REHOME_REPORT_CHECK_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/plan.h"

// 0 no finding, 1 warnings, 2 at least one critical. (3, could not look, is the caller's.)
int check_status(const Findings *findings);

// redis-cli's lines first (M: and S: blocks, "N additional replica(s)" also when 0, [OK]/[ERR]/
// [WARNING]), so that existing greps work; then ours.
void check_text(StrBuf *out, const Health *h, const Findings *findings);

// The document of the contract, schema 1, with a final newline.
void check_json(StrBuf *out, const Health *h, const Findings *findings);

#endif
