// What heal_run.c (what happens) and heal_judge.c (what is seen, and what it is worth) share.
#ifndef REHOME_TESTS_BENCH_HEAL_PARTS_H
#define REHOME_TESTS_BENCH_HEAL_PARTS_H

#include "heal_run.h"
#include "lab_view.h"
#include "real/run.h"
#include "rehome/base/strbuf.h"

typedef struct {
    const HealSpec *spec;
    HealResult *out;
    Lab *lab;
    LabView view;
    Run *program[HEAL_INSTANCES];
    size_t lost;                      // the node that is killed
    size_t orphan;                    // the master that is then without a replica
    size_t donor;                     // the only master with a spare
    ptrdiff_t was_of[LAB_VIEW_NODES]; // master before the loss
    ptrdiff_t is_of[LAB_VIEW_NODES];  // by its last word
    int64_t lost_us;
    int64_t give_up_ms; // since then
    StrBuf story;
    StrBuf last; // of the story, without the time
} Heal;

int64_t heal_since_loss_ms(const Heal *h);
void heal_look(Heal *h); // after a little while
void heal_take_times(Heal *h);
bool heal_is_calm(const Heal *h); // everybody sees the same, nothing is under way
void heal_judge(Heal *h);
void heal_tell(const Heal *h);

#endif
