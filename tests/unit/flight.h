// A pilot, the cluster it flies over, and a world that writes down what it wants of it.
#ifndef REHOME_TESTS_UNIT_FLIGHT_H
#define REHOME_TESTS_UNIT_FLIGHT_H

#include "fixture.h"
#include "rehome/action/pilot.h"
#include "rehome/base/strbuf.h"

typedef struct {
    Fixture *f;
    Pilot *pilot;
    StrBuf log;     // "round" "full" "send ..." "hook" "cancel" "journal" "close" "over ..."
    StrBuf events;  // "code text" lines
    StrBuf journal; // all that was kept
    bool (*can_record)(void *ctx, Error *err); // NULL: nobody asked for a record
    bool has_hook;
    const char *unfinished; // a journal, for every replica that is asked about; NULL: none
    int64_t now_ms;
    // what was sent last
    int sent; // so many in all
    NodeId to;
    char command[32];  // "CLUSTER REPLICATE"
    char argument[64]; // the word behind it
} Flight;

// The owner's cluster a while after :7008 died, with automatic mode that acts at once. Knobs are
// turned before the start.
Flight flight_new(bool has_hook);
void flight_start(Flight *t, AutoMode mode, bool read_only);
void flight_end(Flight *t);

// The same with options, or functions of the world, of a test's own. Their ctx is t: what more they
// need is behind a Flight that is first in a struct.
PilotOptions flight_options(AutoMode mode, bool read_only);
PilotWorld flight_world(Flight *t);

void flight_look(Flight *t);                         // a round, a second later
void flight_until(Flight *t, const char *log);       // rounds until this is in the log
bool flight_told(const Flight *t, const char *text); // in an event
bool flight_did(const Flight *t, const char *text);  // in the log

#endif
