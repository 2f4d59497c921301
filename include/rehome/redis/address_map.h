// Where nodes answer us, when that is not where they say: behind NAT, in containers, at the end of
// a tunnel. Rules of the form FROM=TO; parsing and looking up only.
#ifndef REHOME_REDIS_ADDRESS_MAP_H
#define REHOME_REDIS_ADDRESS_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "rehome/base/error.h"
#include "rehome/base/str.h"
#include "rehome/base/strbuf.h"

typedef struct {
    char host[256]; // name or numeric address, without brackets; as FROM "*": any
    int port;       // 0: as FROM any, as TO the one that came
} HostPort;

typedef struct {
    HostPort from;
    HostPort to;
} MapRule;

typedef struct {
    MapRule *at; // owned
    size_t n, cap;
} AddressMap;

// Add "FROM=TO", or several with blanks or commas between them. FROM is HOST:PORT, HOST or "*", TO
// is HOST or HOST:PORT, an IPv6 address with a port in brackets. A rule with the FROM of an earlier
// one takes its place. On an error nothing is added.
bool address_map_add(AddressMap *map, StrView rules, Error *err);

// Where to dial a node instead, which says that it is at this ip and port, or has this hostname
// ("": not told); false: there. HOST:PORT goes before HOST, and that before "*". Names are compared
// without case, numeric addresses by what they mean.
bool address_map_find(const AddressMap *map, const char *ip, const char *hostname, int port,
                      HostPort *out);

void address_map_copy(const AddressMap *map, AddressMap *out); // what out had is not freed
void address_map_show(const AddressMap *map, StrBuf *out);     // as address_map_add() takes it
void address_map_done(AddressMap *map);

#endif
