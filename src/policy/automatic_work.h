// What automatic mode's files share: one look at what may hold it back.
#ifndef REHOME_SRC_POLICY_AUTOMATIC_WORK_H
#define REHOME_SRC_POLICY_AUTOMATIC_WORK_H

#include "rehome/policy/automatic.h"
#include "settled.h"

typedef struct {
    const Automatic *a;
    const Health *h;
    const Settled *settled; // of this round
    const PlanTarget *t;    // NULL: only rules about the cluster are asked
} AutoLook;

void auto_check_one(const AutoLook *look, AutoRule rule, AutoCheck *out);

// The oldest try still remembered.
size_t auto_first_try(const Automatic *a);

// "6 moves within an hour, the limit is 6"
void auto_cap_words(const Automatic *a, int64_t now_ms, char *out, size_t size);

#endif
