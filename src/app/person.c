#include "person.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

const char *person_name(void)
{
    static const char *const variables[] = {"SUDO_USER", "LOGNAME", "USER"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *name = getenv(variables[i]);
        if (name != NULL && *name != '\0') {
            return name;
        }
    }
    const struct passwd *entry = getpwuid(getuid());
    return entry != NULL && *entry->pw_name != '\0' ? entry->pw_name : "somebody";
}
