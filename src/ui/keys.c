#include "rehome/ui/keys.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// Lists that can be walked through.
#define IN_LISTS                                                                                   \
    (IN_TREE | IN_HOSTS | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS | IN_WHY | IN_HELP |      \
     IN_PICK)
// Where the operator looks around, with no question open.
#define IN_VIEWS (IN_TREE | IN_HOSTS | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS)

// The key that asks is never the key that commits: m, M, u and a are not bound in IN_CONFIRM.
// clang-format off
static const KeyBinding bindings[] = {
    {.keys = "Space", .scope = IN_REPLAY, .action = ACT_PLAY, .need = NEED_NOTHING,
     .label = "play", .help = "Replay: play the tape, or stand still."},
    {.keys = "]", .scope = IN_REPLAY, .action = ACT_NEXT_EVENT, .need = NEED_NOTHING,
     .label = "next event", .help = "Replay: go to the next event on the tape."},
    {.keys = "[", .scope = IN_REPLAY, .action = ACT_PREVIOUS_EVENT, .need = NEED_NOTHING,
     .label = "event before", .help = "Replay: go to the event before."},
    {.keys = ".", .scope = IN_REPLAY, .action = ACT_STEP, .need = NEED_NOTHING,
     .label = "", .help = "Replay: one round on, and stand still."},
    {.keys = ",", .scope = IN_REPLAY, .action = ACT_STEP_BACK, .need = NEED_NOTHING,
     .label = "", .help = "Replay: one round back, and stand still."},
    {.keys = ">", .scope = IN_REPLAY, .action = ACT_FASTER, .need = NEED_NOTHING,
     .label = "faster", .help = "Replay: twice as fast, up to 64 times."},
    {.keys = "<", .scope = IN_REPLAY, .action = ACT_SLOWER, .need = NEED_NOTHING,
     .label = "", .help = "Replay: half as fast, down to a quarter."},
    {.keys = ")", .scope = IN_REPLAY, .action = ACT_MINUTE_ON, .need = NEED_NOTHING,
     .label = "", .help = "Replay: a minute on."},
    {.keys = "(", .scope = IN_REPLAY, .action = ACT_MINUTE_BACK, .need = NEED_NOTHING,
     .label = "", .help = "Replay: a minute back."},
    {.keys = "^", .scope = IN_REPLAY, .action = ACT_TAPE_BEGIN, .need = NEED_NOTHING,
     .label = "", .help = "Replay: to the beginning of the tape."},
    {.keys = "$", .scope = IN_REPLAY, .action = ACT_TAPE_END, .need = NEED_NOTHING,
     .label = "", .help = "Replay: to its end."},
    {.keys = "m", .scope = IN_TREE | IN_PROBLEMS | IN_DETAILS, .action = ACT_MOVE, .need = NEED_WRITE,
     .label = "move", .help = "On an orphan: give it the best spare. On a replica: pick it up and choose its new master."},
    {.keys = "M", .scope = IN_VIEWS, .action = ACT_MOVE_URGENT, .need = NEED_WRITE,
     .label = "heal worst", .help = "Give the most urgent orphan the best spare, wherever the cursor is."},
    {.keys = "H", .scope = IN_VIEWS, .action = ACT_HEAL, .need = NEED_PLAN,
     .label = "heal all", .help = "Show the fewest moves that help every orphan and make the cluster host-safe, all at once; then make them, one after the other."},
    {.keys = "u", .scope = IN_VIEWS, .action = ACT_UNDO, .need = NEED_UNDO,
     .label = "undo", .help = "Move the replica that was moved last back, while both ends are healthy."},
    {.keys = "X", .scope = IN_VIEWS, .action = ACT_STOP_MOVE, .need = NEED_MOVE,
     .label = "stop the move", .help = "Stop the move under way, and drop what waits behind it. Once sent it is followed to its end, unless that may never come (target failed or silent, link down for a minute, third full sync): then its fence stays on until the replica is in sync."},
    {.keys = "b", .scope = IN_VIEWS, .action = ACT_RELEASE_BRAKE, .need = NEED_BRAKE,
     .label = "release brake", .help = "Let automatic mode act again after it stopped itself."},
    {.keys = "K", .scope = IN_DEMO, .action = ACT_DEMO_KILL, .need = NEED_DEMO,
     .label = "kill", .help = "Demo only: kill the selected node's process."},
    {.keys = "R", .scope = IN_DEMO, .action = ACT_DEMO_RESTART, .need = NEED_DEMO,
     .label = "restart", .help = "Demo only: start the selected node again."},
    {.keys = "Enter", .scope = IN_PICK, .action = ACT_CHOOSE, .need = NEED_NOTHING,
     .label = "move it here", .help = "Take the selected master as the target; what will happen is shown first."},
    {.keys = "o", .scope = IN_PICK, .action = ACT_ONE_EACH, .need = NEED_MARKS,
     .label = "one to each", .help = "Of the marked replicas give each orphan the best one."},
    {.keys = "y", .scope = IN_CONFIRM, .action = ACT_CONFIRM, .need = NEED_NOTHING,
     .label = "yes", .help = "Do it now."},
    {.keys = "Esc", .scope = IN_CONFIRM, .action = ACT_CANCEL, .need = NEED_NOTHING,
     .label = "stop", .help = "Do not do it; a countdown stops and nothing is sent. Ctrl-C does the same."},
    {.keys = "n", .scope = IN_CONFIRM, .action = ACT_DECLINE, .need = NEED_NOTHING,
     .label = "", .help = "Do not do it."},
    {.keys = "C", .scope = IN_PROBLEMS | IN_CONFIRM, .action = ACT_COPY_COMMAND, .need = NEED_LINE,
     .label = "copy command", .help = "Copy the command line that is shown to your clipboard. A countdown stops, as you may want to do it yourself: y still does it here."},
    {.keys = "c", .scope = IN_CONFIRM, .action = ACT_GO_ON, .need = NEED_QUEUE,
     .label = "other way", .help = "Several moves: pass over one that is refused or fails, or stop there, which is the default. The countdown begins anew."},
    {.keys = "Esc", .scope = IN_HOSTS | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS | IN_WHY | IN_HELP | IN_PICK, .action = ACT_CANCEL, .need = NEED_NOTHING,
     .label = "back", .help = "Back to the tree; put a picked-up replica down."},
    {.keys = "Esc", .scope = IN_TREE, .action = ACT_CANCEL, .need = NEED_LIMIT,
     .label = "clear filter", .help = "Show all nodes again: ends a filter, then problems only, then a search."},
    {.keys = "Enter", .scope = IN_PROBLEMS | IN_EVENTS | IN_AUTO, .action = ACT_CHOOSE, .need = NEED_NOTHING,
     .label = "show node", .help = "Show the node that a problem, an event or a decision is about in the tree."},
    {.keys = "v", .scope = IN_EVENTS, .action = ACT_EVENT_KIND, .need = NEED_NOTHING,
     .label = "kind", .help = "Show events of one kind only: failures, moves, automatic, cluster, and all again."},
    {.keys = "f", .scope = IN_EVENTS, .action = ACT_EVENT_NODE, .need = NEED_NOTHING,
     .label = "this node", .help = "Show only what happened to the node of this event; or to all again."},
    {.keys = "z", .scope = IN_PROBLEMS, .action = ACT_FOLD_ALL, .need = NEED_NOTHING,
     .label = "", .help = "Fold the nodes with the same problem into one line, or unfold them."},
    {.keys = "Enter", .scope = IN_TREE | IN_DETAILS, .action = ACT_DETAILS, .need = NEED_NOTHING,
     .label = "details", .help = "Open or close the details of the selected node."},
    {.keys = "e", .scope = IN_TREE | IN_PROBLEMS | IN_EVENTS | IN_AUTO | IN_DETAILS | IN_WHY, .action = ACT_EXPLAIN, .need = NEED_NOTHING,
     .label = "why", .help = "Explain why automatic mode acts or does not, with every rule and value: for the selected node, event or decision."},
    {.keys = "V", .scope = IN_VIEWS | IN_WHY, .action = ACT_OPINION, .need = NEED_VIEWS,
     .label = "views", .help = "A second opinion: what the nodes' own views of the cluster differ in, who says what, and the likely reason; or close it."},
    {.keys = "a", .scope = IN_VIEWS, .action = ACT_AUTO, .need = NEED_WRITE,
     .label = "auto", .help = "Automatic mode: off, observe, act, and round again; it asks before it acts."},
    {.keys = "/", .scope = IN_TREE, .action = ACT_SEARCH, .need = NEED_NOTHING,
     .label = "search", .help = "Search while you type: in addresses, names and hosts; an ID by its first digits."},
    {.keys = "n", .scope = IN_TREE, .action = ACT_SEARCH_NEXT, .need = NEED_SEARCH,
     .label = "next hit", .help = "The next node that the search finds; after the last one the first."},
    {.keys = "N", .scope = IN_TREE, .action = ACT_SEARCH_PREVIOUS, .need = NEED_SEARCH,
     .label = "", .help = "The node before it that the search finds."},
    {.keys = "f \\", .scope = IN_TREE, .action = ACT_FILTER, .need = NEED_NOTHING,
     .label = "filter", .help = "Show only nodes of which every word is true: state:orphaned role:replica host:LABEL name:TEXT or a bare word; ! before a word negates it."},
    {.keys = "!", .scope = IN_TREE, .action = ACT_ONLY_PROBLEMS, .need = NEED_NOTHING,
     .label = "", .help = "Show only masters that are not protected, with their replicas; or all again."},
    {.keys = "Space", .scope = IN_TREE, .action = ACT_MARK, .need = NEED_NOTHING,
     .label = "mark", .help = "Mark a replica, or an orphaned master, or take its mark away. m then moves all that is marked, one after the other: marked replicas to one master, the best spare to each marked orphan."},
    {.keys = "U", .scope = IN_TREE, .action = ACT_UNMARK, .need = NEED_MARKS,
     .label = "unmark all", .help = "Take all marks away."},
    {.keys = "s", .scope = IN_TREE, .action = ACT_SORT, .need = NEED_NOTHING,
     .label = "sort", .help = "Sort masters by the next of: worst first, slot order, name, memory, load, lag."},
    {.keys = "S", .scope = IN_TREE, .action = ACT_REVERSE, .need = NEED_NOTHING,
     .label = "", .help = "Sort the other way round."},
    {.keys = "Left -", .scope = IN_TREE, .action = ACT_FOLD, .need = NEED_NOTHING,
     .label = "", .help = "Fold the selected master: its replicas in a few words. What is orphaned or at risk stays open."},
    {.keys = "Right +", .scope = IN_TREE, .action = ACT_UNFOLD, .need = NEED_NOTHING,
     .label = "", .help = "Unfold it."},
    {.keys = "z", .scope = IN_TREE, .action = ACT_FOLD_ALL, .need = NEED_NOTHING,
     .label = "", .help = "Fold all masters; or unfold all."},
    {.keys = "F", .scope = IN_TREE, .action = ACT_FOLLOW, .need = NEED_NOTHING,
     .label = "", .help = "Follow: the cursor goes to the most urgent problem, until it is moved by hand."},
    {.keys = "Z", .scope = IN_VIEWS, .action = ACT_FREEZE, .need = NEED_NOTHING,
     .label = "", .help = "Freeze the screen, to read or to copy; the cluster is watched on. List keys scroll what is longer than the screen; any other key thaws it and does nothing else."},
    {.keys = ":", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_COMMAND, .need = NEED_NOTHING,
     .label = "", .help = "A line for commands: what has no key, and what has one; Tab completes."},
    {.keys = "Enter", .scope = IN_COMMAND, .action = ACT_CHOOSE, .need = NEED_NOTHING,
     .label = "do it", .help = "Do what the line says."},
    {.keys = "Tab", .scope = IN_COMMAND, .action = ACT_COMPLETE, .need = NEED_NOTHING,
     .label = "complete", .help = "Write as much of the word as is certain, then go through what there is."},
    {.keys = "Up", .scope = IN_COMMAND, .action = ACT_OLDER, .need = NEED_NOTHING,
     .label = "the last one", .help = "The line before it."},
    {.keys = "Down", .scope = IN_COMMAND, .action = ACT_NEWER, .need = NEED_NOTHING,
     .label = "", .help = "The line after it."},
    {.keys = "Esc", .scope = IN_COMMAND, .action = ACT_CANCEL, .need = NEED_NOTHING,
     .label = "leave it", .help = "Do nothing. Ctrl-C does the same."},
    {.keys = "c", .scope = IN_TREE, .action = ACT_COLUMNS, .need = NEED_NOTHING,
     .label = "", .help = "The next set of columns; auto is as many as there is room for."},
    {.keys = "x", .scope = IN_TREE | IN_HOSTS | IN_PROBLEMS | IN_DETAILS | IN_WHY, .action = ACT_WHATIF, .need = NEED_NOTHING,
     .label = "if it died", .help = "What if the selected node or host died: what would be lost, and what the servers and rehome would do."},
    {.keys = "Enter", .scope = IN_HOSTS, .action = ACT_CHOOSE, .need = NEED_NOTHING,
     .label = "", .help = "The same, for the selected host."},
    {.keys = "1", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_VIEW_TREE, .need = NEED_NOTHING,
     .label = "tree", .help = "Show masters with their replicas."},
    {.keys = "2", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_VIEW_HOSTS, .need = NEED_NOTHING,
     .label = "hosts", .help = "Show which copies are on which host, and what the loss of each would cost."},
    {.keys = "3", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_VIEW_PROBLEMS, .need = NEED_NOTHING,
     .label = "problems", .help = "Show what is wrong, worst first, why it matters and what to do about it."},
    {.keys = "4", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_VIEW_EVENTS, .need = NEED_NOTHING,
     .label = "events", .help = "Show what changed, and who did it."},
    {.keys = "5", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_VIEW_AUTO, .need = NEED_NOTHING,
     .label = "automatic", .help = "Show what automatic mode decides and why, its limits, and who is in charge."},
    {.keys = "p", .scope = IN_VIEWS, .action = ACT_PAUSE, .need = NEED_HOLD,
     .label = "pause", .help = "Pause automatic mode for a while, in every rehome on this machine; or let it go on."},
    {.keys = "d", .scope = IN_TREE | IN_PROBLEMS | IN_DETAILS, .action = ACT_DOWNTIME, .need = NEED_HOLD,
     .label = "downtime", .help = "Somebody works on this node or its host: automatic mode leaves it alone for a while; or end that."},
    {.keys = "Enter", .scope = IN_FORM, .action = ACT_CHOOSE, .need = NEED_NOTHING,
     .label = "do it", .help = "Do what was filled in."},
    {.keys = "Enter", .scope = IN_FILTER, .action = ACT_CHOOSE, .need = NEED_NOTHING,
     .label = "take it", .help = "Go on with what was typed."},
    {.keys = "Esc", .scope = IN_FILTER, .action = ACT_CANCEL, .need = NEED_NOTHING,
     .label = "as it was", .help = "Forget what was typed. Ctrl-C does the same."},
    {.keys = "Tab Down", .scope = IN_FILTER, .action = ACT_NEXT_FIELD, .need = NEED_NOTHING,
     .label = "", .help = "The next hit, while a search is typed."},
    {.keys = "Tab Down", .scope = IN_FORM, .action = ACT_NEXT_FIELD, .need = NEED_NOTHING,
     .label = "next field", .help = "The next question."},
    {.keys = "Up", .scope = IN_FORM, .action = ACT_PREVIOUS_FIELD, .need = NEED_NOTHING,
     .label = "", .help = "The question before it."},
    {.keys = "Ctrl-U", .scope = IN_FORM | IN_FILTER, .action = ACT_ERASE, .need = NEED_NOTHING,
     .label = "", .help = "Take away what is written before the cursor."},
    {.keys = "Esc", .scope = IN_FORM, .action = ACT_CANCEL, .need = NEED_NOTHING,
     .label = "do not", .help = "Leave it as it is. Ctrl-C does the same."},
    {.keys = "j Down", .scope = IN_LISTS, .action = ACT_ROW_DOWN, .need = NEED_NOTHING,
     .label = "", .help = "Next row."},
    {.keys = "k Up", .scope = IN_LISTS, .action = ACT_ROW_UP, .need = NEED_NOTHING,
     .label = "", .help = "Previous row."},
    {.keys = "Left", .scope = IN_HOSTS, .action = ACT_LEFT, .need = NEED_NOTHING,
     .label = "", .help = "The host to the left in the grid."},
    {.keys = "Right", .scope = IN_HOSTS, .action = ACT_RIGHT, .need = NEED_NOTHING,
     .label = "", .help = "The host to the right in the grid."},
    {.keys = "PgDn", .scope = IN_LISTS, .action = ACT_PAGE_DOWN, .need = NEED_NOTHING,
     .label = "", .help = "Next page."},
    {.keys = "PgUp", .scope = IN_LISTS, .action = ACT_PAGE_UP, .need = NEED_NOTHING,
     .label = "", .help = "Previous page."},
    {.keys = "g Home", .scope = IN_LISTS, .action = ACT_FIRST, .need = NEED_NOTHING,
     .label = "", .help = "First row."},
    {.keys = "G End", .scope = IN_LISTS, .action = ACT_LAST, .need = NEED_NOTHING,
     .label = "", .help = "Last row."},
    {.keys = "r", .scope = IN_LISTS, .action = ACT_REFRESH, .need = NEED_NOTHING,
     .label = "", .help = "Ask the cluster now instead of at the next interval."},
    {.keys = "t", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_THEME, .need = NEED_NOTHING,
     .label = "", .help = "The next theme of those that `rehome --list-themes` names."},
    {.keys = "w", .scope = IN_TREE | IN_PROBLEMS | IN_DETAILS, .action = ACT_COPY_ADDRESS, .need = NEED_NOTHING,
     .label = "", .help = "Copy the address of the selected node to your clipboard, if the terminal allows it (OSC 52)."},
    {.keys = "W", .scope = IN_TREE | IN_PROBLEMS | IN_DETAILS, .action = ACT_COPY_ID, .need = NEED_NOTHING,
     .label = "", .help = "The same with its ID."},
    {.keys = "F2", .scope = IN_VIEWS | IN_WHY | IN_HELP, .action = ACT_MOUSE, .need = NEED_NOTHING,
     .label = "", .help = "Mouse on or off. On: a click selects, a second one opens, the wheel scrolls; no click moves a replica or says yes. Off, as it begins: the terminal selects and copies."},
    {.keys = "Ctrl-L", .scope = IN_ANY, .action = ACT_REDRAW, .need = NEED_NOTHING,
     .label = "", .help = "Paint the screen anew."},
    {.keys = "Ctrl-Z", .scope = IN_ANY, .action = ACT_SUSPEND, .need = NEED_NOTHING,
     .label = "", .help = "Go to the shell; fg comes back."},
    {.keys = "? F1", .scope = IN_LISTS, .action = ACT_HELP, .need = NEED_NOTHING,
     .label = "help", .help = "Show or leave the page of keys."},
    {.keys = "q F10 Ctrl-C", .scope = IN_LISTS, .action = ACT_QUIT, .need = NEED_NOTHING,
     .label = "quit", .help = "Quit."},
};
// clang-format on

const KeyMap keys_built_in = {bindings, ARRAY_LEN(bindings)};

static const struct {
    const char *name;
    uint32_t key;
} named_keys[] = {
    {"Esc", KEY_IS_ESC},
    {"Enter", KEY_IS_ENTER},
    {"Tab", KEY_IS_TAB},
    {"Backspace", KEY_IS_BACKSPACE},
    {"Space", ' '},
    {"Up", KEY_IS_UP},
    {"Down", KEY_IS_DOWN},
    {"Left", KEY_IS_LEFT},
    {"Right", KEY_IS_RIGHT},
    {"PgUp", KEY_IS_PAGE_UP},
    {"PgDn", KEY_IS_PAGE_DOWN},
    {"Home", KEY_IS_HOME},
    {"End", KEY_IS_END},
    {"F1", KEY_IS_F1},
    {"F2", KEY_IS_F1 + 1},
    {"F3", KEY_IS_F1 + 2},
    {"F4", KEY_IS_F1 + 3},
    {"F5", KEY_IS_F1 + 4},
    {"F6", KEY_IS_F1 + 5},
    {"F7", KEY_IS_F1 + 6},
    {"F8", KEY_IS_F1 + 7},
    {"F9", KEY_IS_F1 + 8},
    {"F10", KEY_IS_F10},
    {"F11", KEY_IS_F1 + 10},
    {"F12", KEY_IS_F12},
};

static const char control_prefix[] = "Ctrl-";

uint32_t key_from_view(StrView name)
{
    for (size_t i = 0; i < ARRAY_LEN(named_keys); i++) {
        if (sv_is(name, named_keys[i].name)) {
            return named_keys[i].key;
        }
    }
    size_t prefix_n = strlen(control_prefix);
    if (sv_starts(name, control_prefix) && name.n == prefix_n + 1) {
        char letter = name.at[prefix_n];
        return letter >= 'A' && letter <= 'Z' ? (uint32_t)(letter - 'A' + 1) : KEY_IS_NONE;
    }
    if (name.n == 0) {
        return KEY_IS_NONE;
    }
    uint32_t code = text_next(&name);
    return name.n == 0 && text_code_width(code) > 0 ? code : KEY_IS_NONE;
}

uint32_t key_from_name(const char *name)
{
    return key_from_view(sv(name));
}

const char *key_name_nearest(StrView name)
{
    const char *nearest = "";
    size_t least = 3; // two wrong letters are a slip, three another word
    for (size_t i = 0; i < ARRAY_LEN(named_keys); i++) {
        size_t distance = sv_distance(name, sv(named_keys[i].name));
        if (distance < least && distance < strlen(named_keys[i].name)) {
            least = distance;
            nearest = named_keys[i].name;
        }
    }
    return nearest;
}

const char *key_to_name(uint32_t key, char *out, size_t size)
{
    for (size_t i = 0; i < ARRAY_LEN(named_keys); i++) {
        if (named_keys[i].key == key) {
            snprintf(out, size, "%s", named_keys[i].name);
            return out;
        }
    }
    char bytes[5] = "";
    if (key > 0 && key <= 26) {
        snprintf(out, size, "%s%c", control_prefix, (char)('A' + key - 1));
    } else if (key < KEY_IS_UP && text_code_width(key) > 0) {
        bytes[text_put(key, bytes)] = '\0';
        snprintf(out, size, "%s", bytes);
    } else {
        snprintf(out, size, "?");
    }
    return out;
}

bool key_binding_has(const KeyBinding *binding, uint32_t key)
{
    StrView rest = sv(binding->keys);
    StrView name;
    while (sv_next(&rest, ' ', &name)) {
        if (key_from_view(name) == key) {
            return true;
        }
    }
    return false;
}

Action keys_lookup(const KeyMap *map, uint32_t key, unsigned scope)
{
    for (size_t i = 0; i < map->n && key != KEY_IS_NONE; i++) {
        const KeyBinding *binding = &map->at[i];
        if ((binding->scope & (scope | IN_ANY)) != 0 && key_binding_has(binding, key)) {
            return binding->action;
        }
    }
    return ACT_NONE;
}

const char *keys_first(const KeyMap *map, Action action, unsigned scope, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < map->n && out[0] == '\0'; i++) {
        const KeyBinding *binding = &map->at[i];
        if (binding->action == action && (binding->scope & (scope | IN_ANY)) != 0) {
            snprintf(out, size, "%.*s", (int)strcspn(binding->keys, " "), binding->keys);
        }
    }
    return out;
}

// --- names of actions ---

const char *action_name(Action action, char *out, size_t size)
{
    static const char *const names[] = {
#define X(name) #name,
        ACTIONS(X)
#undef X
    };
    snprintf(out, size, "%s", (size_t)action < ARRAY_LEN(names) ? names[action] : "?");
    for (char *at = out; *at != '\0'; at++) {
        int letter = *at == '_' ? '-' : *at - 'A' + 'a';
        *at = (char)letter;
    }
    return out;
}

Action action_from_name(StrView name)
{
    char text[32];
    for (int i = ACT_NONE + 1; i < ACT_COUNT; i++) {
        if (sv_is(name, action_name((Action)i, text, sizeof(text)))) {
            return (Action)i;
        }
    }
    return ACT_NONE;
}

Action action_name_nearest(StrView name)
{
    char text[32];
    Action nearest = ACT_NONE;
    size_t least = 3;
    for (int i = ACT_NONE + 1; i < ACT_COUNT; i++) {
        size_t distance = sv_distance(name, sv(action_name((Action)i, text, sizeof(text))));
        if (distance < least && distance < strlen(text)) {
            least = distance;
            nearest = (Action)i;
        }
    }
    return nearest;
}

// --- words ---

void key_scope_words(unsigned scope, StrBuf *out)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        {IN_ANY, "everywhere"},         {IN_TREE, "tree"},       {IN_HOSTS, "hosts"},
        {IN_PROBLEMS, "problems"},      {IN_EVENTS, "events"},   {IN_AUTO, "automatic"},
        {IN_WHY, "explanation"},        {IN_DETAILS, "details"}, {IN_HELP, "help"},
        {IN_PICK, "choosing a master"}, {IN_CONFIRM, "preview"}, {IN_DEMO, "demo"},
        {IN_FORM, "questions"},         {IN_FILTER, "typing"},   {IN_COMMAND, "command line"},
        {IN_REPLAY, "replay"},
    };
    const char *comma = "";
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if ((scope & names[i].bit) != 0) {
            strbuf_addf(out, "%s%s", comma, names[i].name);
            comma = ", ";
        }
    }
}

void keys_markdown(StrBuf *out)
{
    strbuf_add(out, "| Key | What it does | Where |\n|---|---|---|\n");
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *binding = &keys_built_in.at[i];
        const char *before = "| ";
        StrView rest = sv(binding->keys);
        StrView name;
        while (sv_next(&rest, ' ', &name)) {
            strbuf_addf(out, "%s`%.*s`", before, (int)name.n, name.at);
            before = " ";
        }
        strbuf_addf(out, " | %s | ", binding->help);
        key_scope_words(binding->scope, out);
        strbuf_add(out, " |\n");
    }
}
