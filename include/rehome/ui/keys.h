// One key table feeds dispatch, footer, help page and README.
#ifndef REHOME_UI_KEYS_H
#define REHOME_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rehome/base/str.h"
#include "rehome/base/strbuf.h"

// Keys as code points; others above Unicode.
typedef enum {
    KEY_IS_NONE = 0,
    KEY_IS_ESC = 27,
    KEY_IS_ENTER = 13,
    KEY_IS_TAB = 9,
    KEY_IS_BACKSPACE = 8,
    KEY_IS_CTRL_C = 3,
    KEY_IS_CTRL_L = 12,
    KEY_IS_CTRL_U = 21,
    KEY_IS_CTRL_Z = 26,
    KEY_IS_UP = 0x110000,
    KEY_IS_DOWN,
    KEY_IS_LEFT,
    KEY_IS_RIGHT,
    KEY_IS_PAGE_UP,
    KEY_IS_PAGE_DOWN,
    KEY_IS_HOME,
    KEY_IS_END,
    KEY_IS_F1, // and so on: KEY_IS_F1 + 11 is F12
    KEY_IS_F10 = KEY_IS_F1 + 9,
    KEY_IS_F12 = KEY_IS_F1 + 11,
    // of the mouse, for ui_mouse()
    KEY_IS_CLICK,
    KEY_IS_WHEEL_UP,
    KEY_IS_WHEEL_DOWN,
} SpecialKey;

// Where a key applies. IN_DEMO is added to another scope: IN_TREE | IN_DEMO.
typedef enum {
    IN_ANY = 1,
    IN_TREE = 2,
    IN_EVENTS = 4,
    IN_DETAILS = 8,
    IN_HELP = 16,
    IN_PICK = 32,
    IN_CONFIRM = 64,
    IN_DEMO = 128,
    IN_FILTER = 256, // a filter or a search is typed
    IN_AUTO = 512,
    IN_WHY = 1024, // an explanation over a view
    IN_FORM = 2048,
    IN_HOSTS = 4096,
    IN_PROBLEMS = 8192,
    IN_COMMAND = 16384,
    IN_REPLAY = 32768, // a tape is shown; goes before those of the view
} KeyScope;

// Where text is typed: letters are letters there, and what the other keys do is fixed.
#define IN_TEXT ((unsigned)IN_FORM | IN_FILTER | IN_COMMAND)

#define ACTIONS(X)                                                                                 \
    X(NONE)                                                                                        \
    X(ROW_DOWN)                                                                                    \
    X(ROW_UP)                                                                                      \
    X(PAGE_DOWN)                                                                                   \
    X(PAGE_UP)                                                                                     \
    X(LEFT)                                                                                        \
    X(RIGHT)                                                                                       \
    X(FIRST)                                                                                       \
    X(LAST)                                                                                        \
    X(VIEW_TREE)                                                                                   \
    X(VIEW_HOSTS)                                                                                  \
    X(VIEW_PROBLEMS)                                                                               \
    X(VIEW_EVENTS)                                                                                 \
    X(VIEW_AUTO)                                                                                   \
    X(EVENT_KIND)                                                                                  \
    X(EVENT_NODE)                                                                                  \
    X(EXPLAIN)                                                                                     \
    X(OPINION)                                                                                     \
    X(WHATIF)                                                                                      \
    X(DETAILS)                                                                                     \
    X(COMMAND)                                                                                     \
    X(COMPLETE)                                                                                    \
    X(OLDER)                                                                                       \
    X(NEWER)                                                                                       \
    X(COLUMNS)                                                                                     \
    X(SEARCH)                                                                                      \
    X(SEARCH_NEXT)                                                                                 \
    X(SEARCH_PREVIOUS)                                                                             \
    X(FILTER)                                                                                      \
    X(ONLY_PROBLEMS)                                                                               \
    X(SORT)                                                                                        \
    X(REVERSE)                                                                                     \
    X(FOLD)                                                                                        \
    X(UNFOLD)                                                                                      \
    X(FOLD_ALL)                                                                                    \
    X(FOLLOW)                                                                                      \
    X(FREEZE)                                                                                      \
    X(MARK)                                                                                        \
    X(UNMARK)                                                                                      \
    X(ONE_EACH)                                                                                    \
    X(GO_ON)                                                                                       \
    X(MOVE)                                                                                        \
    X(MOVE_URGENT)                                                                                 \
    X(HEAL)                                                                                        \
    X(UNDO)                                                                                        \
    X(STOP_MOVE)                                                                                   \
    X(AUTO)                                                                                        \
    X(RELEASE_BRAKE)                                                                               \
    X(DOWNTIME)                                                                                    \
    X(PAUSE)                                                                                       \
    X(NEXT_FIELD)                                                                                  \
    X(PREVIOUS_FIELD)                                                                              \
    X(ERASE)                                                                                       \
    X(CHOOSE)                                                                                      \
    X(CANCEL)                                                                                      \
    X(DECLINE)                                                                                     \
    X(CONFIRM)                                                                                     \
    X(REFRESH)                                                                                     \
    X(REDRAW)                                                                                      \
    X(SUSPEND)                                                                                     \
    X(COPY_ADDRESS)                                                                                \
    X(COPY_ID)                                                                                     \
    X(COPY_COMMAND)                                                                                \
    X(THEME)                                                                                       \
    X(MOUSE)                                                                                       \
    X(DEMO_KILL)                                                                                   \
    X(DEMO_RESTART)                                                                                \
    X(PLAY)                                                                                        \
    X(STEP)                                                                                        \
    X(STEP_BACK)                                                                                   \
    X(FASTER)                                                                                      \
    X(SLOWER)                                                                                      \
    X(NEXT_EVENT)                                                                                  \
    X(PREVIOUS_EVENT)                                                                              \
    X(MINUTE_ON)                                                                                   \
    X(MINUTE_BACK)                                                                                 \
    X(TAPE_BEGIN)                                                                                  \
    X(TAPE_END)                                                                                    \
    X(HELP)                                                                                        \
    X(QUIT)

typedef enum {
#define X(name) ACT_##name,
    ACTIONS(X)
#undef X
        ACT_COUNT
} Action;

// What may be done just now; the table's availability column refers to these.
typedef enum {
    NEED_NOTHING,
    NEED_WRITE,
    NEED_UNDO,
    NEED_DEMO,
    NEED_BRAKE,
    NEED_MOVE,
    NEED_HOLD,
    NEED_LIMIT,  // something is filtered out, or a search is on
    NEED_SEARCH, // a search is on
    NEED_MARKS,  // something is marked
    NEED_QUEUE,  // several moves are announced
    NEED_LINE,   // there is a command line to copy
    NEED_VIEWS,  // some node's view is not what most say
    NEED_PLAN,   // it is not host-safe, and there are moves for it
} KeyNeed;

typedef struct {
    const char *keys; // names separated by spaces: "j Down"; "": none
    unsigned scope;   // KeyScope bits
    Action action;
    KeyNeed need;
    const char *label; // footer, brief: "give it a spare"; "" not in the footer
    const char *help;  // help page and README, one sentence
} KeyBinding;

// All that is bound: the built-in table, or a copy of it with other keys (key_remap.h).
typedef struct {
    const KeyBinding *at;
    size_t n;
} KeyMap;

extern const KeyMap keys_built_in;

enum { KEY_NAME_SIZE = 16 };

// The action a key stands for in this scope (one bit, and IN_DEMO in a demo); ACT_NONE when none.
Action keys_lookup(const KeyMap *map, uint32_t key, unsigned scope);

// The first key of an action in any of these scopes; "" when it has none. Returns out.
const char *keys_first(const KeyMap *map, Action action, unsigned scope, char *out, size_t size);

bool key_binding_has(const KeyBinding *binding, uint32_t key);

// "j" "Down" "Esc" "Space" "F1" "Ctrl-L"; KEY_IS_NONE unknown
uint32_t key_from_name(const char *name);
uint32_t key_from_view(StrView name);
const char *key_to_name(uint32_t key, char *out,
                        size_t size); // the reverse; "?" unknown; returns out

// The named key that was meant; "" when none is like it.
const char *key_name_nearest(StrView name);

// "move-urgent"; returns out.
const char *action_name(Action action, char *out, size_t size);
Action action_from_name(StrView name);    // ACT_NONE unknown
Action action_name_nearest(StrView name); // what was meant; ACT_NONE when none is like it

// "tree, details"
void key_scope_words(unsigned scope, StrBuf *out);

// The README's table of keys, as Markdown.
void keys_markdown(StrBuf *out);

#endif
