// How often the screen is painted: whatever happens in between, there is one frame for it. On a
// slow line what is not urgent waits longer.
#ifndef REHOME_UI_PACE_H
#define REHOME_UI_PACE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    FRAME_NONE,
    FRAME_CLOCK, // another second, another round: ages and loads
    FRAME_NEWS,  // something happened
    FRAME_NOW,   // somebody waits for it
} FrameWish;

typedef struct {
    bool is_slow;
    FrameWish wish;   // the most urgent since the last frame
    int64_t drawn_ms; // the last frame
} Pace;

void pace_want(Pace *p, FrameWish wish);
void pace_drawn(Pace *p, int64_t now_ms);

// When the next frame is due; 0: nothing is to be shown. in_motion: a countdown or a move is under
// way, and somebody watches it.
int64_t pace_due_ms(const Pace *p, bool in_motion);

#endif
