#include "rehome/ui/pace.h"

enum { FRAME_MS = 33, SLOW_NEWS_MS = 500, SLOW_MOTION_MS = 1000, SLOW_CLOCK_MS = 5000 };

void pace_want(Pace *p, FrameWish wish)
{
    p->wish = wish > p->wish ? wish : p->wish;
}

void pace_drawn(Pace *p, int64_t now_ms)
{
    p->wish = FRAME_NONE;
    p->drawn_ms = now_ms;
}

int64_t pace_due_ms(const Pace *p, bool in_motion)
{
    int64_t after = FRAME_MS;
    if (p->wish == FRAME_NONE) {
        return 0;
    }
    if (p->is_slow && p->wish == FRAME_NEWS) {
        after = SLOW_NEWS_MS;
    } else if (p->is_slow && p->wish == FRAME_CLOCK) {
        after = in_motion ? SLOW_MOTION_MS : SLOW_CLOCK_MS;
    }
    return p->drawn_ms + after;
}
