// What the parts of the dashboard share among themselves: its state, and what a view is.
#ifndef REHOME_UI_VIEW_H
#define REHOME_UI_VIEW_H

#include "bulk.h"
#include "command_line.h"
#include "dialog.h"
#include "event_lines.h"
#include "find.h"
#include "freeze.h"
#include "pick.h"
#include "problem_rows.h"
#include "rehome/ui/ui.h"
#include "review.h"
#include "rows.h"
#include "scroll.h"
#include "spots.h"
#include "why.h"

// One way to look at the cluster. Adding one: a file with its View, and a row in ui.c's views[].
typedef struct View {
    const char *name; // in the line of tabs
    KeyScope scope;   // where its keys are looked up
    Action opens;     // the action that brings it up
    void (*draw)(Ui *ui, const Scene *s, Canvas *c, Rect r);
    // False: not for this view, the dashboard decides.
    bool (*act)(Ui *ui, const Scene *s, Action action, Request *out);
    // A row was clicked: the cursor goes there. True: it was there already.
    bool (*choose)(Ui *ui, const Scene *s, const Spot *spot);
} View;

extern const View tree_view;
extern const View hosts_view;
extern const View problems_view;
extern const View events_view;
extern const View automatic_view;

enum { NOTE_MAX = 240 };

// Who could come to a master, worked out for one picture.
typedef struct {
    const Health *health;
    uint64_t round;
    NodeId node;
    PlanTarget target;
} Coming;

// What the rows were made of: they are made anew once a round, and when something else is wanted.
typedef struct {
    const Health *health;
    uint64_t round;
    bool picking;
    bool is_stale;
} RowsFor;

struct Ui {
    ConfirmMode confirm;
    const KeyMap *keys; // borrowed
    const View *view;
    bool help;
    bool details;  // over the whole screen
    int w, h;      // as last drawn; 0: not yet
    bool has_tabs; // as last drawn
    Spots spots;   // the same
    // tree
    Rows rows; // of the present scene
    RowsFor rows_for;
    NodeId cursor;  // a node, not a row
    int cursor_row; // where it was last seen
    bool touched;   // a key was pressed: from now on the cursor moves by keys only
    RowOrder order;
    bool reverse;
    bool only_problems;
    Folds folds;
    Find find;
    bool follow;                   // the cursor goes to the most urgent problem
    const ColumnSets *column_sets; // NULL: auto alone
    size_t columns;                // of them
    Scroll tree;
    int name_w;     // widest address so far at this width: columns do not come back and forth
    int brief_w;    // the same of their brief names
    int name_w_for; // that width
    int ranges_w;   // longest text of slot ranges
    const Snapshot *measured; // for these; told apart only, and forgotten with each new picture
    // hosts
    char host[HOLD_HOST_SIZE]; // selected; "": the worst
    Scroll hosts;              // what each costs
    Scroll hosts_grid;         // shards
    int hosts_left;            // first host in the grid
    // problems
    ProblemRows problem_rows;   // of the present scene
    ProblemMark problem;        // selected
    int problem_row;            // where it was last seen
    uint64_t problems_unfolded; // causes
    Scroll problems;
    // events
    Event event; // selected; EVENT_CODE_COUNT: the newest, and stay there
    EventFilter events_shown;
    Scroll events;
    // automatic
    uint64_t decision; // selected: a serial, or AUTO_ROW_*
    Scroll decisions;
    Why pane;
    // pages
    WhyAsk why_ask; // over the whole screen
    Why why;
    Scroll why_page;
    Scroll help_page;
    Scroll details_page;
    Coming coming; // for the node in the details
    Pick where;    // the same
    Freeze freeze;
    // moving
    Dialog dialog;
    Pick pick;
    NodeSet marks; // replicas, and orphaned masters
    Bulk bulk;     // what a dialog offers, or was asked for last
    Review review;
    Scroll review_page;
    bool has_plan; // in this round it is not host-safe, and there are moves for it
    bool has_undo;
    MoveSpec undo;
    char copied[400]; // asked to be, last
    bool was_busy;    // a move was in flight at the last tick
    // the command line
    CommandLine line;
    const UiSetting *settings; // that can be changed; borrowed
    size_t n_settings;
    const char *themes; // names separated by blanks; borrowed
    // what we said last; it gives way to the app's message when it is old
    char note[NOTE_MAX];
    Level note_level;
    int64_t note_until_ms;
};

// Tell the operator something, until the next key or for a while.
void ui_note(Ui *ui, const Scene *s, Level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Other rows are wanted, or in another order.
void ui_reshape(Ui *ui);

// Do what a key of this action would do now.
Request ui_act(Ui *ui, const Scene *s, Action action);

// Bring everything up to the scene. False: what a key or a click was meant for has just gone.
bool ui_is_current(Ui *ui, const Scene *s);

// The text is to go to the clipboard.
Request ui_copy(Ui *ui, const char *text);

// Nothing may be moved now: says why, true.
bool ui_refuses_writes(Ui *ui, const Scene *s);

// Bring the rows and the cursor up to the scene. Before anything that uses either.
void ui_settle(Ui *ui, const Scene *s);

// The node under the cursor, an index into the snapshot; -1: none.
int ui_selected(const Ui *ui, const Scene *s);

// The same for the view of problems, where the cursor is on a finding; -1: it is about no node.
int problems_node(const Ui *ui, const Scene *s);
void problems_settle(Ui *ui, const Scene *s);
// What the key would do to the selected problem; "": nothing; NULL: the same as everywhere.
const char *problems_command(const Ui *ui); // of the selected one; "": it has none
const char *problems_label(const Ui *ui, const Scene *s, const KeyBinding *b);

// Put the cursor on a node by the operator's wish.
void ui_select(Ui *ui, NodeId id);

// What the list keys scroll now; NULL where nothing can be scrolled. And to draw that, with all
// that stands beside it.
Scroll *screen_scroll(Ui *ui, const Scene *s);
void screen_list_draw(Ui *ui, const Scene *s, Canvas *c, Rect r);

// Orphaned masters that are scrolled out of sight.
int tree_hidden_orphans(const Ui *ui, const Scene *s);

// The parts of the screen.
void header_draw(Ui *ui, const Scene *s, Canvas *c);
// has_two: what the line has no room for goes into the one above it.
void footer_draw(const Ui *ui, const Scene *s, Canvas *c, int y, bool has_two);
bool message_draw(const Ui *ui, const Scene *s, Canvas *c, int y); // false: nothing to say
void timeline_draw(const Scene *s, Canvas *c, int y);              // of a tape
// Where on the tape this time of day is, by the scene's clock.
bool timeline_find(const Scene *s, const char *clock, int64_t *at_ms, Error *err);
void details_draw(Ui *ui, const Scene *s, Canvas *c, Rect r);
void help_draw(Ui *ui, Canvas *c, Rect r);
void small_draw(const Ui *ui, const Scene *s, Canvas *c); // below 60x15
void trouble_draw(const Scene *s, Canvas *c, Rect r);     // no cluster to show
void events_tail_draw(const Scene *s, Canvas *c, Rect r); // the newest, as many as fit

// Views in the order of their keys.
extern const View *const views[];
extern const size_t views_n;

bool ui_is_explaining(const Ui *ui); // over the whole screen

// A tape's keys go before those of the place one is at.
bool ui_has_replay_keys(const Ui *ui, const Scene *s);

// The scope keys are looked up in just now.
unsigned ui_scope(const Ui *ui);

#endif
