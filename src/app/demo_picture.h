// How the story shows a cluster and a choice: a few lines of text.
#ifndef REHOME_SRC_APP_DEMO_PICTURE_H
#define REHOME_SRC_APP_DEMO_PICTURE_H

#include "rehome/base/strbuf.h"
#include "rehome/policy/plan.h"

const Node *demo_node(const Snapshot *s, int port); // the node with this port, which must be there

// Every master with its replicas.
void demo_tree(StrBuf *out, const Health *h);

// Why the first target of the plan gets whom it gets, and what the server's own migration would
// have done in our place.
void demo_reasons(StrBuf *out, const Health *h, const Plan *plan);

#endif
