// Claims that several fuzzers make.
#ifndef REHOME_TESTS_FUZZ_CLAIMS_H
#define REHOME_TESTS_FUZZ_CLAIMS_H

#include <stdbool.h>

#include "rehome/model/snapshot.h"
#include "rehome/ui/canvas.h"

// Nothing in it would be acted upon, hidden or turned around by a terminal, and it is UTF-8.
void claim_clean(const char *text);
void claim_all_clean(StrView text); // the same of lines with their ends

// Every cell holds a character that a terminal shows as it is, each wide one with its other half.
void claim_whole(const Canvas *c);

void claim_info(const NodeInfo *info);  // no number but -1 is below 0, texts are clean
void claim_view(const NodesView *view); // IDs, ports, ranges; no ID twice
void claim_picture(const Snapshot *s);  // its indices, counts and lists fit to each other

#endif
