// What there is on a tape, found by going through all of it once.
#ifndef REHOME_SRC_APP_SURVEY_H
#define REHOME_SRC_APP_SURVEY_H

#include "player.h"
#include "rehome/ui/scene.h"

typedef struct {
    int64_t begin_ms; // of the first round and the last one, by the tape's clock
    int64_t end_ms;
    int64_t *times; // of every round, in order
    size_t rounds;
    size_t cap_times;
    ReplayMark *marks; // where something was told, in order
    size_t n_marks;
    size_t cap;
    char damage[400]; // what could not be read; "" nothing
} Survey;

// As player_new(). is_long is called once when it takes more than a second.
bool survey_take(Survey *out, char *const *files, size_t n, const Options *o, const Labels *labels,
                 void (*is_long)(void), Error *err);
// When the last round before this time was, and the first one behind it; the first one, and the
// last, when there is none.
int64_t survey_round_before(const Survey *s, int64_t at_ms);
int64_t survey_round_after(const Survey *s, int64_t at_ms);
void survey_done(Survey *s);

#endif
