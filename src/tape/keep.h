// What of CLUSTER NODES goes on the tape: the words that the parser looks at, and no others. (Of
// the other replies it is what model/info.h says.) It keeps secrets out, whatever a server may tell
// one day, and most of the bytes.
#ifndef REHOME_SRC_TAPE_KEEP_H
#define REHOME_SRC_TAPE_KEEP_H

#include "rehome/base/strbuf.h"

// Appends lines that the parser of model/ makes the same of as of the whole reply, sorted by ID:
// every server has an order of its own, and views that agree are then alike. Most times of pongs
// are kept to ten seconds: they only tell an old word from a new one, and are what differs between
// any two views.
void keep_nodes(StrView reply, StrBuf *out);

#endif
