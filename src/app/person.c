#include "person.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "rehome/base/text.h"

enum { HOST_BYTES = 256 };

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

void person_user(char *out, size_t size)
{
    const struct passwd *entry = getpwuid(geteuid());
    text_clean_into(out, size, sv(entry != NULL ? entry->pw_name : ""));
}

void person_login(char *out, size_t size)
{
    const char *name = getenv("SUDO_USER");
    text_clean_into(out, size, sv(name != NULL ? name : ""));
}

void person_host(char *out, size_t size)
{
    char name[HOST_BYTES] = ""; // a name that was cut may have no end
    bool is_known = gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0';
    text_clean_into(out, size, sv(is_known ? name : "?"));
}
