// The ADDRESS forms of the command line, and who we log in as. Parsing only; nothing is resolved.
#ifndef REHOME_REDIS_ADDRESS_H
#define REHOME_REDIS_ADDRESS_H

#include <stdbool.h>

#include "rehome/base/error.h"

typedef struct {
    char host[256]; // name or numeric address, without brackets
    int port;       // 1..65535
    bool tls;       // rediss://
    char *user;     // owned; NULL: not given
    char *pass;     // owned; NULL: not given
} Address;

// "host" "host:port" "[v6]:port" "v6" "redis://user:pass@host:port" "rediss://..."; percent
// escapes in user and password are decoded. default_port where none is given.
// A wrong form names what was expected and never repeats a password.
bool address_parse(const char *text, int default_port, Address *out, Error *err);
void address_done(Address *a); // wipes the password

#endif
