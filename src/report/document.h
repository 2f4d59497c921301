// The JSON document that `check` and `plan` share, and the head that `whatif` has as well.
#ifndef REHOME_REPORT_DOCUMENT_H
#define REHOME_REPORT_DOCUMENT_H

#include <jansson.h>

#include "rehome/policy/finding.h"

json_t *document_head(const Health *h);
// One master with its replicas, as in the document's "masters".
json_t *document_master(const Health *h, int i);

json_t *document_ranges(SlotRanges slots); // [[0,5460],[6000,6000]]

json_t *document_make(const Health *h, const Findings *findings);
json_t *document_holds(const Health *h); // the list that is a part of it

#endif
