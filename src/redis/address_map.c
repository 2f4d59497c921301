#include "rehome/redis/address_map.h"

#include <arpa/inet.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/redis/address.h"

static bool reject(StrView rule, Error *err)
{
    char clean[128];
    text_clean_into(clean, sizeof(clean), rule);
    return fail(err, ERR_USAGE,
                "map \"%s\": expected FROM=TO, each HOST or HOST:PORT, an IPv6 address with a port "
                "as [fd00::1]:7001; FROM may be *",
                clean);
}

// One way to write each: servers and people need not agree on zeros and capitals.
static void canonise(char *host)
{
    struct in6_addr v6;
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, host, &v6) == 1 && inet_ntop(AF_INET6, &v6, text, sizeof(text))) {
        memcpy(host, text, strlen(text) + 1);
        return;
    }
    for (char *c = host; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c = (char)(*c - 'A' + 'a');
        }
    }
}

static bool read_place(StrView text, bool is_from, HostPort *out)
{
    char plain[300];
    Address address;
    if (is_from && sv_is(text, "*")) {
        *out = (HostPort){.host = "*"};
        return true;
    }
    if (text.n >= sizeof(plain) || memchr(text.at, '@', text.n) != NULL ||
        memchr(text.at, '/', text.n) != NULL) { // an URI has more to say than a map can hold
        return false;
    }
    memcpy(plain, text.at, text.n);
    plain[text.n] = '\0';
    if (strlen(plain) != text.n || !address_parse(plain, 0, &address, NULL)) {
        return false;
    }
    memcpy(out->host, address.host, sizeof(out->host));
    out->port = address.port;
    canonise(out->host);
    return true;
}

static MapRule *find_from(const AddressMap *map, const char *host, int port)
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->at[i].from.port == port && strcmp(map->at[i].from.host, host) == 0) {
            return &map->at[i];
        }
    }
    return NULL;
}

static void put(AddressMap *map, const MapRule *rule)
{
    MapRule *same = find_from(map, rule->from.host, rule->from.port);
    if (same == NULL) {
        map->at = mem_grow(map->at, &map->cap, map->n + 1, sizeof(*map->at));
        same = &map->at[map->n++];
    }
    *same = *rule;
}

static bool next_rule(StrView *rest, StrView *rule)
{
    static const char between[] = " \t,";
    while (rest->n > 0 && strchr(between, rest->at[0]) != NULL) {
        *rest = sv_of(rest->at + 1, rest->n - 1);
    }
    size_t n = 0;
    while (n < rest->n && strchr(between, rest->at[n]) == NULL) {
        n++;
    }
    *rule = sv_of(rest->at, n);
    *rest = sv_of(rest->at + n, rest->n - n);
    return n > 0;
}

bool address_map_add(AddressMap *map, StrView rules, Error *err)
{
    AddressMap fresh = {0};
    StrView text;
    bool ok = true;
    while (ok && next_rule(&rules, &text)) {
        StrView to = text;
        StrView from;
        MapRule rule = {0};
        ok = (sv_cut(&to, '=', &from) && read_place(from, true, &rule.from) &&
              read_place(to, false, &rule.to)) ||
             reject(text, err);
        if (ok) {
            put(&fresh, &rule);
        }
    }
    for (size_t i = 0; i < fresh.n && ok; i++) {
        put(map, &fresh.at[i]);
    }
    address_map_done(&fresh);
    return ok;
}

// "": as nobody says.
static void take_canon(const char *host, char *out, size_t size)
{
    size_t n = strnlen(host, size);
    n = n < size ? n : 0;
    memcpy(out, host, n);
    out[n] = '\0';
    canonise(out);
}

bool address_map_find(const AddressMap *map, const char *ip, const char *hostname, int port,
                      HostPort *out)
{
    char hosts[2][sizeof(out->host)];
    const int ports[] = {port, 0};
    const MapRule *rule = NULL;
    if (map->n == 0) {
        return false;
    }
    take_canon(ip, hosts[0], sizeof(hosts[0]));
    take_canon(hostname, hosts[1], sizeof(hosts[1]));
    for (size_t i = 0; i < 4 && rule == NULL; i++) {
        rule = find_from(map, hosts[i % 2], ports[i / 2]);
    }
    rule = rule != NULL ? rule : find_from(map, "*", 0);
    if (rule == NULL) {
        return false;
    }
    *out = rule->to;
    out->port = rule->to.port != 0 ? rule->to.port : port;
    return true;
}

void address_map_copy(const AddressMap *map, AddressMap *out)
{
    *out = (AddressMap){0};
    for (size_t i = 0; i < map->n; i++) {
        put(out, &map->at[i]);
    }
}

static void show_place(const HostPort *place, StrBuf *out)
{
    bool is_v6 = strchr(place->host, ':') != NULL;
    if (place->port == 0) {
        strbuf_add(out, place->host);
    } else {
        strbuf_addf(out, is_v6 ? "[%s]:%d" : "%s:%d", place->host, place->port);
    }
}

void address_map_show(const AddressMap *map, StrBuf *out)
{
    for (size_t i = 0; i < map->n; i++) {
        strbuf_add(out, i > 0 ? " " : "");
        show_place(&map->at[i].from, out);
        strbuf_add(out, "=");
        show_place(&map->at[i].to, out);
    }
}

void address_map_done(AddressMap *map)
{
    mem_free(map->at);
    *map = (AddressMap){0};
}
