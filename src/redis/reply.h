// hiredis replies as text. Knows hiredis, so only link.c and ask.c may use it.
#ifndef REHOME_SRC_REDIS_REPLY_H
#define REHOME_SRC_REDIS_REPLY_H

#include <hiredis/hiredis.h>

#include "rehome/base/strbuf.h"

// Appends the reply as link.h promises for Answer.text. Never fails: what has no text adds nothing.
void reply_render(const redisReply *reply, StrBuf *out);

#endif
