#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "rehome/base/text.h"

static char *unknown(char *out, size_t size)
{
    snprintf(out, size, "?");
    return out;
}

// At most three digits: "1.2K", "12K", "999K".
static char *scaled(char *out, size_t size, int64_t amount, double base, const char *units)
{
    double value = (double)amount;
    size_t unit = 0;
    do {
        value /= base;
        unit++;
    } while (value >= 999.5 && units[unit] != '\0');
    snprintf(out, size, value < 9.95 ? "%.1f%c" : "%.0f%c", value, units[unit - 1]);
    return out;
}

char *format_bytes(char *out, size_t size, int64_t bytes)
{
    if (bytes < 0) {
        return unknown(out, size);
    }
    if (bytes < 1000) {
        snprintf(out, size, "%" PRId64 " B", bytes);
        return out;
    }
    return scaled(out, size, bytes, 1024, "KMGTPE");
}

char *format_count(char *out, size_t size, int64_t count)
{
    if (count < 0) {
        return unknown(out, size);
    }
    if (count < 1000) {
        snprintf(out, size, "%" PRId64, count);
        return out;
    }
    return scaled(out, size, count, 1000, "kMGTPE");
}

char *format_clock(char *out, size_t size, int64_t ms)
{
    if (ms < 0) {
        return unknown(out, size);
    }
    int64_t s = ms / 1000;
    if (s < 3600) {
        snprintf(out, size, "%02" PRId64 ":%02" PRId64, s / 60, s % 60);
    } else if (s < 86400) {
        snprintf(out, size, "%" PRId64 "h%02" PRId64, s / 3600, s / 60 % 60);
    } else {
        snprintf(out, size, "%" PRId64 "d%02" PRId64 "h", s / 86400, s / 3600 % 24);
    }
    return out;
}

char *format_seconds(char *out, size_t size, int64_t ms)
{
    if (ms < 0) {
        return unknown(out, size);
    }
    int64_t s = ms / 1000;
    if (s < 10) {
        snprintf(out, size, "%" PRId64 ".%" PRId64 "s", s, ms / 100 % 10);
    } else if (s < 60) {
        snprintf(out, size, "%" PRId64 "s", s);
    } else if (s < 3600) {
        snprintf(out, size, "%" PRId64 "m%02" PRId64 "s", s / 60, s % 60);
    } else {
        snprintf(out, size, "%" PRId64 "h%02" PRId64 "m", s / 3600, s / 60 % 60);
    }
    return out;
}

static bool local_time(int64_t unix_ms, struct tm *out)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    return localtime_r(&seconds, out) != NULL;
}

char *format_wall(char *out, size_t size, int64_t unix_ms)
{
    struct tm local;
    if (!local_time(unix_ms, &local) || strftime(out, size, "%H:%M:%S", &local) == 0) {
        return unknown(out, size);
    }
    return out;
}

char *format_day(char *out, size_t size, int64_t unix_ms)
{
    struct tm local;
    if (!local_time(unix_ms, &local) || strftime(out, size, "%Y-%m-%d", &local) == 0) {
        return unknown(out, size);
    }
    return out;
}
