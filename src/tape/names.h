// Other names for hosts, for tapes that are given away: the same one for the same host throughout,
// an address for an address, so that what reads the replies reads them still.
#ifndef REHOME_SRC_TAPE_NAMES_H
#define REHOME_SRC_TAPE_NAMES_H

#include "rehome/base/strbuf.h"

typedef struct Names Names;

Names *names_new(void);
void names_free(Names *names); // NULL is fine

// Hosts in what the server said (lines as keep.h leaves them), and in "host:port".
void names_learn_info(Names *names, StrView info);
void names_learn_nodes(Names *names, StrView nodes);
void names_learn_address(Names *names, StrView address);

// Append the same with the hosts that were learned called by their other names. Nothing else of it
// is touched: a host may be called "master", or as a node's ID is spelled.
void names_rename_info(const Names *names, StrView info, StrBuf *out);
void names_rename_nodes(const Names *names, StrView nodes, StrBuf *out);

// Appends a sentence, with such a host wherever it stands called by its other name.
void names_rename(const Names *names, StrView text, StrBuf *out);

#endif
