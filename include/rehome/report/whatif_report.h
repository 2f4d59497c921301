// `rehome whatif`: what would be lost if these died, and what would happen next.
#ifndef REHOME_REPORT_WHATIF_REPORT_H
#define REHOME_REPORT_WHATIF_REPORT_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/whatif.h"

// A paragraph for each answer.
void whatif_text(StrBuf *out, const WhatIf *const *answers, size_t n);

// {"schema":1,...,"losses":[..]} with a final newline; h: the health that was asked about.
void whatif_json(StrBuf *out, const Health *h, const WhatIf *const *answers, size_t n);

#endif
