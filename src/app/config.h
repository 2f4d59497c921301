// config.ini: what the command line can say, kept in a file, and what it cannot: keys.
#ifndef REHOME_APP_CONFIG_H
#define REHOME_APP_CONFIG_H

#include "options.h"

// Take over what the file says. must_exist: that there is none is wrong too. False: *wrong has a
// line for each thing that is wrong with it, with the file's name and the line, and the options are
// not to be used.
bool config_read(const char *path, bool must_exist, Options *o, StrBuf *wrong);

// The whole file with everything as built in, each line a comment: --default-config.
void config_default(StrBuf *out);

#endif
