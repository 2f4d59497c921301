#include "remedy.h"

#include <stdio.h>
#include <string.h>

#include "words.h"

// "press m to ", or "" where no key does it.
static void key_words(const KeyMap *keys, const Scene *s, const Finding *f, char *out, size_t size)
{
    static const struct {
        Action action;
        bool writes;
    } starts[] = {
        [START_MOVE] = {ACT_MOVE, true},
        [START_PLAN] = {ACT_HEAL, true},
        [START_VIEWS] = {ACT_OPINION, false},
    };
    char key[KEY_NAME_SIZE] = "";
    if (f->start != START_NOTHING && !(starts[f->start].writes && s->read_only)) {
        keys_first(keys, starts[f->start].action, IN_TREE, key, sizeof(key));
    }
    snprintf(out, size, "%s%s%s", *key != '\0' ? "press " : "", key, *key != '\0' ? " to " : "");
}

static size_t trimmed(const char *text, size_t n)
{
    while (n > 0 && strchr(" ,:;", text[n - 1]) != NULL) {
        n--;
    }
    return n;
}

// Of the remedy, what stands before its command line, and before the "or" that joins the two.
static int words_length(const Finding *f)
{
    size_t n = trimmed(f->remedy, strlen(f->remedy) - strlen(f->command));
    bool joins = f->command[0] != '\0' && n > 3 && strncmp(f->remedy + n - 3, " or", 3) == 0;
    return (int)(joins ? trimmed(f->remedy, n - 3) : n);
}

void remedy_words(const KeyMap *keys, const Scene *s, const Finding *f, char *out, size_t size)
{
    char press[48];
    char words[400];
    key_words(keys, s, f, press, sizeof(press));
    snprintf(words, sizeof(words), "%s%.*s", press, words_length(f), f->remedy);
    short_text(s->health->snapshot, words, out, size);
}

void remedy_text(const KeyMap *keys, const Scene *s, const Finding *f, char *out, size_t size)
{
    char press[48];
    char words[400];
    char brief[400];
    key_words(keys, s, f, press, sizeof(press));
    if (*press == '\0' || f->command[0] == '\0') {
        int n = (int)(strlen(f->remedy) - strlen(f->command));
        snprintf(words, sizeof(words), "%s%.*s", press, n, f->remedy);
    } else {
        snprintf(words, sizeof(words), "%s%.*s, or: ", press, words_length(f), f->remedy);
    }
    short_text(s->health->snapshot, words, brief, sizeof(brief));
    snprintf(out, size, "%s%s", brief, f->command); // which stays as it is typed
}
