// Who is at the keyboard.
#ifndef REHOME_APP_PERSON_H
#define REHOME_APP_PERSON_H

// The login name: of who called sudo, if somebody did. Borrowed; never "".
const char *person_name(void);

#endif
