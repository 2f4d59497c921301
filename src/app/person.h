// Who is at the keyboard, and where.
#ifndef REHOME_APP_PERSON_H
#define REHOME_APP_PERSON_H

#include <stddef.h>

// The login name: of who called sudo, if somebody did. Borrowed; never "".
const char *person_name(void);

// The same apart: the user that we are, and who became it with sudo; "" where it is not known.
void person_user(char *out, size_t size);
void person_login(char *out, size_t size);

// The name of this machine; "?" where it has none.
void person_host(char *out, size_t size);

#endif
