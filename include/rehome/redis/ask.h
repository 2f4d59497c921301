// One command to one server, blocking. Only for set-up work before the loop starts; everything
// else goes through links and the poller.
#ifndef REHOME_REDIS_ASK_H
#define REHOME_REDIS_ASK_H

#include <stdbool.h>

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"

// Connect to the numeric ip, or to the socket where it is a path, log in when pass is not NULL,
// send argv, wait for its reply; all within timeout_ms. reply is replaced by the reply, rendered as
// Answer.text in link.h; an error reply begins with '-' and is a success here. False, with reply
// untouched: no answer, or the login was refused.
bool ask(const char *ip, int port, const char *pass, int timeout_ms, StrBuf *reply, int argc,
         const char **argv, Error *err);

#endif
