// The whole program but its sockets, files and terminal: rounds of replies go in, the picture, the
// pilot and the dashboard make of them what they make, and each claim is looked at on the way.
#ifndef REHOME_TESTS_FUZZ_APP_WORLD_H
#define REHOME_TESTS_FUZZ_APP_WORLD_H

#include "rehome/action/pilot.h"
#include "rehome/base/strbuf.h"
#include "rehome/policy/history.h"
#include "rehome/ui/ui.h"

enum { WORLD_NODES = 8, WORLD_EVENTS = 32 };

typedef enum { TEXT_NODES, TEXT_INFO, TEXT_CLUSTER, TEXT_SETTINGS, TEXT_KINDS } TextKind;

// What one server has said, and whether it goes on saying it.
typedef struct {
    StrBuf text[TEXT_KINDS];
    int64_t ms[TEXT_KINDS];
    NodeId id;
    Reach reach;
    bool is_there;
} Voice;

typedef struct {
    int64_t now_ms;
    uint64_t round;
    bool read_only;
    Voice voice[WORLD_NODES];
    Pilot *pilot;
    Findings findings;
    bool awaits[2]; // an answer, for the move and for the lease
    bool has_line;  // the journal has one for what is sent next
    Event events[WORLD_EVENTS];
    size_t n_events;
    History *history;
    Ui *ui;
    Canvas *canvas;
} AppWorld;

AppWorld *app_new(unsigned how);
void app_free(AppWorld *w);

void app_say(AppWorld *w, unsigned node, TextKind kind, StrView text);
void app_round(AppWorld *w, int64_t ms);
void app_answer(AppWorld *w, bool ok, const char *text); // NULL: none in time
void app_key(AppWorld *w, uint32_t key);
void app_click(AppWorld *w, uint32_t what, int x, int y);
void app_draw(AppWorld *w, int width, int height);
void app_report(AppWorld *w); // everything that could be printed of the last picture

#endif
