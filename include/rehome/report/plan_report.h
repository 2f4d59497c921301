// `rehome plan`: what automatic mode would do now, and why.
#ifndef REHOME_REPORT_PLAN_REPORT_H
#define REHOME_REPORT_PLAN_REPORT_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/plan.h"

// 0 nothing to do, 4 something to do.
int plan_status(const Plan *plan);

// Every target with every candidate, rule and value, and the command lines.
void plan_text(StrBuf *out, const Health *h, const Plan *plan);

// The document of `check` with "moves" and "refused" added.
void plan_json(StrBuf *out, const Health *h, const Findings *findings, const Plan *plan);

#endif
