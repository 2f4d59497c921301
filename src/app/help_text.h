// What --help says.
#ifndef REHOME_APP_HELP_TEXT_H
#define REHOME_APP_HELP_TEXT_H

#include "rehome/base/strbuf.h"

void help_text(StrBuf *out);

#endif
