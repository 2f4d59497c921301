// A tape in place of a cluster: feeds an engine with its rounds, at the time it is told to be.
// Nothing leaves from here: every write is refused.
#ifndef REHOME_SRC_APP_PLAYER_H
#define REHOME_SRC_APP_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "rehome/app/engine.h"

typedef struct Player Player;

// files: what was recorded, in order; their number is at least 1. With o->mode set, automatic mode
// is run anew, with the limits of the options, and what it decided when it was recorded is left
// out. engine is where the player keeps its engine, which is another one for each session on the
// tape; the listener's functions may be called from player_step() and player_seek() only.
Player *player_new(char *const *files, size_t n, const Options *o, const Labels *labels,
                   const EngineListener *listener, Engine **engine, Error *err);
void player_free(Player *p); // and the engine; NULL is fine

// The next round, with what was told until the one after it. false: the tape is at its end.
bool player_step(Player *p);

void player_rewind(Player *p); // to before the first round; the engine is a new one

int64_t player_next_ms(const Player *p);       // when the next round ended; 0: there is none
void player_set_now(Player *p, int64_t at_ms); // between the last round and the next
uint64_t player_rounds(const Player *p);       // fed so far
AutoMode player_mode(const Player *p);         // of whoever recorded, at the last round
const Move *player_move(const Player *p);      // of whoever recorded; NULL: none yet
bool player_is_anew(const Player *p);          // automatic mode is run anew

const char *player_damage(const Player *p); // what could not be read, for a person; "" nothing

#endif
