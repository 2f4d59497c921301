// What a move is for: it decides what must still hold right before the write.
#ifndef REHOME_POLICY_PURPOSE_H
#define REHOME_POLICY_PURPOSE_H

// Enum, word for people and scripts (a step is half of spreading), letter among a journal's flags
// (0: none).
#define MOVE_PURPOSES(X)                                                                           \
    X(MANUAL, "manual", 0)   /* a person wants it so */                                            \
    X(HEAL, "heal", 'h')     /* the target is orphaned */                                          \
    X(SPREAD, "spread", 's') /* every working replica of the target shares its host */             \
    X(STEP, "spread", 't')   /* the target can then give another one away to such a master */

typedef enum {
#define X(name, text, letter) PURPOSE_##name,
    MOVE_PURPOSES(X)
#undef X
        PURPOSE_COUNT
} MovePurpose;

const char *purpose_text(MovePurpose purpose);
char purpose_letter(MovePurpose purpose); // 0: none

#endif
