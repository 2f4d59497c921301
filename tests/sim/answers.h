// What a node of the world answers, as text, for the real parsers.
#ifndef REHOME_TESTS_SIM_ANSWERS_H
#define REHOME_TESTS_SIM_ANSWERS_H

#include "world.h"

enum { SIM_WALL_S = 1700000000 }; // Unix time at now_ms 0

int64_t sim_wall_ms(const World *w);

void sim_info(StrBuf *out, const World *w, int i);
void sim_nodes(StrBuf *out, const World *w, int i);
void sim_cluster(StrBuf *out, const World *w, int i);
void sim_settings(StrBuf *out, const World *w, int i);

#endif
