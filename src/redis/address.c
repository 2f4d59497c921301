#include "rehome/redis/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"
#include "rehome/base/text.h"

#define FORMS "HOST, HOST:PORT, [IPV6]:PORT or redis://USER:PASSWORD@HOST:PORT"

typedef struct {
    StrView text;
    bool may_hold_secret; // then no message repeats any of it
    Error *err;
} Typed;

static bool reject(const Typed *typed, const char *expected)
{
    if (typed->may_hold_secret) {
        return fail(typed->err, ERR_USAGE, "an address on the command line: expected %s", expected);
    }
    char clean[128];
    text_clean_into(clean, sizeof(clean), typed->text);
    return fail(typed->err, ERR_USAGE, "address \"%s\": expected %s", clean, expected);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void wipe_free(char *secret)
{
    if (secret == NULL) {
        return;
    }
    volatile char *p = secret; // a plain memset before free() may be optimised away
    for (size_t i = 0; secret[i] != '\0'; i++) {
        p[i] = '\0';
    }
    mem_free(secret);
}

// One character, an escape or itself; 0 for a broken escape, and for NUL, which no C string
// carries.
static char decode_one(StrView text, size_t *at)
{
    char c = text.at[(*at)++];
    if (c != '%') {
        return c;
    }
    if (text.n - *at < 2) {
        return '\0';
    }
    int high = hex_digit(text.at[*at]);
    int low = hex_digit(text.at[*at + 1]);
    *at += 2;
    if (high < 0 || low < 0) {
        return '\0';
    }
    return (char)(unsigned char)(high * 16 + low);
}

static char *percent_decode(StrView text)
{
    char *out = mem_alloc(text.n + 1);
    size_t n = 0;
    for (size_t at = 0; at < text.n; n++) {
        out[n] = decode_one(text, &at);
        if (out[n] == '\0') {
            wipe_free(out);
            return NULL;
        }
    }
    return out;
}

// "user:pass", or as redis-cli has it, the password alone.
static bool parse_login(const Typed *typed, StrView login, Address *out)
{
    StrView user = {0};
    if (sv_cut(&login, ':', &user) && user.n > 0) {
        out->user = percent_decode(user);
        if (out->user == NULL) {
            return reject(typed, "%XX escapes to be two hexadecimal digits");
        }
    }
    out->pass = percent_decode(login);
    return out->pass != NULL || reject(typed, "%XX escapes to be two hexadecimal digits");
}

static bool is_name_char(char c)
{
    char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '.' || c == '-' || c == '_';
}

static bool is_name(StrView host)
{
    for (size_t i = 0; i < host.n; i++) {
        if (!is_name_char(host.at[i])) {
            return false;
        }
    }
    return host.n > 0 && host.at[0] != '-';
}

static bool is_ipv6(StrView host)
{
    char text[INET6_ADDRSTRLEN];
    const char *zone = memchr(host.at, '%', host.n); // "fe80::1%eth0"
    size_t n = zone != NULL ? (size_t)(zone - host.at) : host.n;
    if (n >= sizeof(text) || (zone != NULL && !is_name(sv_of(zone + 1, host.n - n - 1)))) {
        return false;
    }
    memcpy(text, host.at, n);
    text[n] = '\0';
    struct in6_addr ignored;
    return inet_pton(AF_INET6, text, &ignored) == 1;
}

static bool is_number(StrView text)
{
    uint64_t ignored;
    return sv_to_u64(text, &ignored);
}

static bool parse_port(const Typed *typed, StrView port, Address *out)
{
    uint64_t number;
    if (!sv_to_u64(port, &number) || number < 1 || number > UINT16_MAX) {
        return reject(typed, "a port from 1 to 65535 behind the last colon");
    }
    out->port = (int)number;
    return true;
}

static bool take_host(const Typed *typed, StrView host, bool is_v6, Address *out)
{
    if (is_v6 ? !is_ipv6(host) : !is_name(host)) {
        return reject(typed, is_v6 ? "an IPv6 address, such as [fd00::1]:6379" : FORMS);
    }
    if (is_number(host)) { // which the resolver would take for an IPv4 address
        return reject(typed, "HOST:PORT; for this machine 127.0.0.1:PORT");
    }
    if (host.n >= sizeof(out->host)) {
        return reject(typed, "a host of at most 255 characters");
    }
    memcpy(out->host, host.at, host.n);
    out->host[host.n] = '\0';
    return true;
}

static bool parse_host_port(const Typed *typed, StrView text, Address *out)
{
    if (text.n > 0 && text.at[0] == '[') {
        StrView rest = sv_of(text.at + 1, text.n - 1);
        StrView host;
        if (!sv_cut(&rest, ']', &host) || (rest.n > 0 && rest.at[0] != ':')) {
            return reject(typed, "an IPv6 address, such as [fd00::1]:6379");
        }
        return take_host(typed, host, true, out) &&
               (rest.n == 0 || parse_port(typed, sv_of(rest.at + 1, rest.n - 1), out));
    }
    StrView rest = text;
    StrView host;
    if (!sv_cut(&rest, ':', &host)) {
        return take_host(typed, text, false, out);
    }
    if (rest.n > 0 && memchr(rest.at, ':', rest.n) != NULL) {
        return take_host(typed, text, true, out); // two colons: IPv6 without a port
    }
    return take_host(typed, host, false, out) && parse_port(typed, rest, out);
}

// What is behind "redis://".
static bool parse_uri(const Typed *typed, StrView rest, Address *out)
{
    ptrdiff_t at = sv_rfind(rest, '@'); // the last one: a password may hold another
    if (at >= 0) {
        if (!parse_login(typed, sv_of(rest.at, (size_t)at), out)) {
            return false;
        }
        rest = sv_of(rest.at + at + 1, rest.n - (size_t)at - 1);
    }
    StrView host = rest;
    if (sv_cut(&rest, '/', &host) && rest.n > 0 && !sv_is(rest, "0")) {
        return reject(typed, "no database but 0: a cluster has no other");
    }
    return parse_host_port(typed, host, out);
}

bool address_parse(const char *text, int default_port, Address *out, Error *err)
{
    Address parsed = {.port = default_port};
    StrView all = sv(text);
    Typed typed = {.text = all, .err = err};
    typed.may_hold_secret = strstr(text, "://") != NULL || strchr(text, '@') != NULL;
    bool ok;
    if (sv_starts(all, "redis://")) {
        ok = parse_uri(&typed, sv(text + strlen("redis://")), &parsed);
    } else if (sv_starts(all, "rediss://")) {
        parsed.tls = true;
        ok = parse_uri(&typed, sv(text + strlen("rediss://")), &parsed);
    } else if (typed.may_hold_secret) {
        ok = reject(&typed, FORMS);
    } else {
        ok = parse_host_port(&typed, all, &parsed);
    }
    if (!ok) {
        address_done(&parsed);
        return false;
    }
    *out = parsed;
    return true;
}

void address_done(Address *a)
{
    wipe_free(a->user);
    wipe_free(a->pass);
    a->user = NULL;
    a->pass = NULL;
}
