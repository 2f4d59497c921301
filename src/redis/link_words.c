#include "link_words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"

void trouble_set(Trouble *out, Reach reach, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out->why, sizeof(out->why), format, args);
    va_end(args);
    out->reach = reach;
}

static bool has(StrView text, const char *words)
{
    size_t n = strlen(words);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (memcmp(text.at + i, words, n) == 0) {
            return true;
        }
    }
    return false;
}

bool trouble_of_error(const char *where, bool has_pass, StrView error, Trouble *out)
{
    if (sv_starts(error, "NOAUTH")) {
        trouble_set(out, REACH_DENIED,
                    has_pass ? "%s does not accept this login (NOAUTH): check user and password"
                             : "%s wants a password: give -a PASSWORD, --askpass or REDISCLI_AUTH",
                    where);
        return true;
    }
    if (sv_starts(error, "DENIED")) {
        trouble_set(out, REACH_DENIED,
                    "%s is in protected mode and refuses other hosts: give it a password or a bind "
                    "address, or run this on its own host",
                    where);
        return true;
    }
    if (has(error, "max number of clients")) { // also "... clients + cluster connections reached"
        trouble_set(out, REACH_UNREACHABLE,
                    "%s has no free connection (max number of clients reached): raise maxclients",
                    where);
        return true;
    }
    return false;
}

bool trouble_of_login(const char *where, const char *user, StrView error, Trouble *out)
{
    if (has(error, "no password is set") || has(error, "without any password configured")) {
        return false;
    }
    if (sv_starts(error, "WRONGPASS") || has(error, "invalid password")) {
        if (user != NULL) {
            char name[64];
            text_clean_into(name, sizeof(name), sv(user));
            trouble_set(out, REACH_DENIED,
                        "%s refused the login of user %s: wrong password, unknown or disabled user",
                        where, name);
        } else {
            trouble_set(out, REACH_DENIED,
                        "%s refused the password: check -a, --askpass or REDISCLI_AUTH", where);
        }
    } else if (user != NULL && has(error, "wrong number of arguments")) {
        trouble_set(out, REACH_DENIED,
                    "%s is older than Redis 6 and knows no user names: leave out --user", where);
    } else {
        char said[160];
        text_clean_into(said, sizeof(said), error);
        trouble_set(out, REACH_DENIED, "%s refused the login: %s", where, said);
    }
    return true;
}

void trouble_of_farewell(const char *where, bool has_pass, StrView error, Trouble *out)
{
    if (!trouble_of_error(where, has_pass, error, out)) {
        char said[160];
        text_clean_into(said, sizeof(said), error);
        trouble_set(out, REACH_UNREACHABLE, "%s closed the connection: %s", where, said);
    }
}

void trouble_of_connect(const char *where, const char *reason, Trouble *out)
{
    const char *hint = "";
    if (strcmp(reason, strerror(ECONNREFUSED)) == 0) {
        hint = " (is the server running?)";
    } else if (strcmp(reason, strerror(EHOSTUNREACH)) == 0 ||
               strcmp(reason, strerror(ENETUNREACH)) == 0) {
        hint = " (is the address right, as seen from this machine?)";
    }
    trouble_set(out, REACH_UNREACHABLE, "cannot connect to %s: %s%s", where, reason, hint);
}
