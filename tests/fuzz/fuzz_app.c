// The whole program on a script: an input is a byte of how, and lines. Those that begin with '@'
// are commands, the others belong to the text that a server says.
//
//     @N 3            what follows is what server 3 says to CLUSTER NODES; @I INFO, @C CLUSTER
//                     INFO, @S CONFIG GET
//     @X 3 2          it is in this Reach from now on, and says nothing new unless that is 0
//     @R 1000         a round ends, so many ms later
//     @A text  @E text  @L    a good, a bad and no answer to what was sent
//     @K Down m Enter         keys; @T text: each of its characters
//     @M 12 3                 a click; behind a third number the wheel
//     @Z 80 24                the screen is drawn in this size
#include "app_world.h"

#include <string.h>

#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum { STEPS_MAX = 64 };

static int64_t number(StrView *rest, int64_t most)
{
    StrView word = {0};
    int64_t value = 0;
    sv_next(rest, ' ', &word);
    sv_to_i64(word, &value);
    return value < 0 || value > most ? most : value;
}

// The lines up to the next command.
static StrView take_text(StrView *rest)
{
    StrView from = *rest;
    StrView line;
    while (rest->n > 0 && rest->at[0] != '@') {
        sv_next(rest, '\n', &line);
    }
    return sv_of(from.at, from.n - rest->n);
}

static void press(AppWorld *w, StrView names)
{
    StrView name;
    for (int i = 0; i < STEPS_MAX && sv_next(&names, ' ', &name); i++) {
        app_key(w, key_from_view(name));
    }
}

static void type(AppWorld *w, StrView text)
{
    for (int i = 0; i < STEPS_MAX && text.n > 0; i++) {
        app_key(w, text_next(&text));
    }
}

// As the poller hands it on.
static void answer(AppWorld *w, bool ok, StrView raw)
{
    char text[256];
    text_clean_into(text, sizeof(text), raw);
    app_answer(w, ok, text);
}

static void step(AppWorld *w, char command, StrView args, StrView *rest)
{
    static const char kinds[] = "NICS";
    const char *kind = command == '\0' ? NULL : strchr(kinds, command);
    if (kind != NULL) {
        unsigned node = (unsigned)number(&args, WORLD_NODES - 1);
        app_say(w, node, (TextKind)(kind - kinds), take_text(rest));
    } else if (command == 'X') {
        unsigned node = (unsigned)number(&args, WORLD_NODES - 1);
        w->voice[node].reach = (Reach)number(&args, REACH_NO_CLUSTER);
    } else if (command == 'R') {
        app_round(w, number(&args, 1000000));
    } else if (command == 'A' || command == 'E') {
        answer(w, command == 'A', args);
    } else if (command == 'L') {
        app_answer(w, false, NULL);
    } else if (command == 'K') {
        press(w, args);
    } else if (command == 'T') {
        type(w, args);
    } else if (command == 'M') {
        int x = (int)number(&args, 400);
        int y = (int)number(&args, 200);
        app_click(w, args.n == 0 ? KEY_IS_CLICK : KEY_IS_WHEEL_DOWN, x, y);
    } else if (command == 'Z') {
        int width = (int)number(&args, 240);
        app_draw(w, width, (int)number(&args, 80));
    }
}

void fuzz_app(StrView input)
{
    AppWorld *w = app_new(fuzz_byte(&input));
    StrView line;
    take_text(&input);
    for (int i = 0; i < STEPS_MAX && sv_next(&input, '\n', &line); i++) {
        char command = (char)(line.n > 1 ? line.at[1] : '\0');
        StrView args = line.n > 3 ? sv_of(line.at + 3, line.n - 3) : sv("");
        step(w, command, args, &input);
        take_text(&input);
    }
    app_draw(w, 80, 24);
    app_report(w);
    app_free(w);
}
