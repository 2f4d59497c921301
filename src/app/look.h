// One look at the cluster, one document, one exit status: what `check`, `plan` and others share.
#ifndef REHOME_APP_LOOK_H
#define REHOME_APP_LOOK_H

#include "options.h"
#include "rehome/app/engine.h"
#include "rehome/base/strbuf.h"

// Writes the document, which goes to stdout, and returns the exit status.
typedef int LookReport(StrBuf *out, const Options *o, const Engine *e);

// could_not: the status when the cluster could not be looked at, or nobody reads the document.
int look_once(const Options *o, LookReport *report, int could_not);

#endif
