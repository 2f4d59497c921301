#include "theme_parts.h"

#include <math.h>
#include <stdlib.h>

#include "rehome/base/mem.h"

// Names in the terminals' order, and the shades that xterm gives them.
static const struct {
    const char *name;
    int32_t rgb;
} named_colours[16] = {
    {"black", 0x000000},       {"red", 0xCD0000},           {"green", 0x00CD00},
    {"yellow", 0xCDCD00},      {"blue", 0x0000EE},          {"magenta", 0xCD00CD},
    {"cyan", 0x00CDCD},        {"white", 0xE5E5E5},         {"brightblack", 0x7F7F7F},
    {"brightred", 0xFF0000},   {"brightgreen", 0x00FF00},   {"brightyellow", 0xFFFF00},
    {"brightblue", 0x5C5CFF},  {"brightmagenta", 0xFF00FF}, {"brightcyan", 0x00FFFF},
    {"brightwhite", 0xFFFFFF},
};

static int distance(int32_t a, int32_t b)
{
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        int d = (a >> shift & 0xFF) - (b >> shift & 0xFF);
        sum += d * d;
    }
    return sum;
}

int theme_nearest_16(int32_t colour)
{
    if (colour == COLOUR_DEFAULT) {
        return COLOUR_DEFAULT;
    }
    if (colour >= COLOUR_NAMED) {
        return colour - COLOUR_NAMED;
    }
    int best = 0;
    for (int i = 1; i < (int)ARRAY_LEN(named_colours); i++) {
        if (distance(colour, named_colours[i].rgb) < distance(colour, named_colours[best].rgb)) {
            best = i;
        }
    }
    return best;
}

static const int levels[6] = {0, 95, 135, 175, 215, 255};

// xterm's 256 colours: a cube of 6 x 6 x 6 from 16 on, then 24 greys from 232 on.
int theme_nearest_256(int32_t rgb)
{
    if (rgb == COLOUR_DEFAULT || rgb >= COLOUR_NAMED) {
        return theme_nearest_16(rgb);
    }
    int index = 16;
    int32_t cube = 0;
    int sum = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        int value = rgb >> shift & 0xFF;
        int best = 0;
        for (int i = 1; i < 6; i++) {
            if (abs(levels[i] - value) < abs(levels[best] - value)) {
                best = i;
            }
        }
        index += best * (shift == 16 ? 36 : shift == 8 ? 6 : 1);
        cube = cube << 8 | levels[best];
        sum += value;
    }
    int step = (sum / 3 - 3) / 10; // greys are 8, 18, ... 238
    step = step < 0 ? 0 : step > 23 ? 23 : step;
    int32_t grey = (8 + 10 * step) * 0x010101;
    return distance(rgb, grey) < distance(rgb, cube) ? 232 + step : index;
}

int32_t theme_rgb_of_256(int index)
{
    if (index < (int)ARRAY_LEN(named_colours)) {
        return named_colours[index].rgb;
    }
    if (index >= 232) {
        return (8 + 10 * (index - 232)) * 0x010101;
    }
    int cube = index - 16;
    return levels[cube / 36] << 16 | levels[cube / 6 % 6] << 8 | levels[cube % 6];
}

static double channel_light(int value)
{
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

// Relative luminance, 0 black to 1 white.
static double light(int32_t rgb)
{
    return 0.2126 * channel_light(rgb >> 16 & 0xFF) + 0.7152 * channel_light(rgb >> 8 & 0xFF) +
           0.0722 * channel_light(rgb & 0xFF);
}

double theme_contrast(int32_t a, int32_t b)
{
    double one = light(a) + 0.05;
    double other = light(b) + 0.05;
    return one > other ? one / other : other / one;
}

bool theme_parse_name(StrView word, int *out)
{
    if (sv_is(word, "default")) {
        *out = COLOUR_DEFAULT;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(named_colours); i++) {
        if (sv_is(word, named_colours[i].name)) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}
