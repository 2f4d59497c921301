// The man page: what --man prints, and what `make install` puts where man(1) looks.
#ifndef REHOME_APP_MAN_PAGE_H
#define REHOME_APP_MAN_PAGE_H

#include "rehome/base/strbuf.h"

void man_page(StrBuf *out); // in man(7)

#endif
