// The only clocks of this layer. Everything above is given the time.
#ifndef REHOME_SRC_REDIS_CLOCK_H
#define REHOME_SRC_REDIS_CLOCK_H

#include <stdint.h>

int64_t clock_now_us(void); // monotonic
int64_t clock_wall_ms(void);

static inline int64_t clock_now_ms(void)
{
    return clock_now_us() / 1000;
}

#endif
