#include "rehome/policy/purpose.h"

#include <stddef.h>

#include "rehome/base/mem.h"

static const struct {
    const char *text;
    char letter;
} purposes[] = {
#define X(name, text_, letter_) [PURPOSE_##name] = {.text = text_, .letter = (letter_)},
    MOVE_PURPOSES(X)
#undef X
};

const char *purpose_text(MovePurpose purpose)
{
    return (size_t)purpose < ARRAY_LEN(purposes) ? purposes[purpose].text : "";
}

char purpose_letter(MovePurpose purpose)
{
    if ((size_t)purpose >= ARRAY_LEN(purposes)) {
        return '\0';
    }
    return purposes[purpose].letter;
}
