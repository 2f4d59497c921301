#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"

enum { HOST_MAX = 255, NAME_SIZE = 40, IPV6_MAX = 45 };

typedef struct {
    char *host;
    char name[NAME_SIZE];
} Name;

struct Names {
    Name *at; // sorted by host
    size_t n;
    size_t cap;
};

Names *names_new(void)
{
    return mem_alloc(sizeof(Names));
}

void names_free(Names *names)
{
    for (size_t i = 0; names != NULL && i < names->n; i++) {
        mem_free(names->at[i].host);
    }
    if (names != NULL) {
        mem_free(names->at);
        mem_free(names);
    }
}

static int host_cmp(StrView a, const char *b)
{
    size_t n = strlen(b);
    int order = memcmp(a.at, b, a.n < n ? a.n : n);
    return order != 0 ? order : a.n < n ? -1 : a.n > n ? 1 : 0;
}

// Where the host is, or would be.
static size_t place_of(const Names *names, StrView host, bool *is_there)
{
    size_t low = 0;
    size_t high = names->n;
    *is_there = false;
    while (low < high && !*is_there) {
        size_t mid = low + (high - low) / 2;
        int order = host_cmp(host, names->at[mid].host);
        if (order == 0) {
            *is_there = true;
            return mid;
        }
        low = order > 0 ? mid + 1 : low;
        high = order < 0 ? mid : high;
    }
    return low;
}

static bool is_one_of(StrView text, const char *bytes)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '\0' || strchr(bytes, text.at[i]) == NULL) {
            return false;
        }
    }
    return true;
}

// From the networks that are set aside for tests and examples.
static void invent(Name *name, StrView host, size_t number)
{
    StrBuf text = {0};
    if (is_one_of(host, "0123456789.")) {
        strbuf_addf(&text, "198.%zu.%zu.%zu", 18 + number / 62500 % 2, number / 250 % 250,
                    number % 250 + 1);
    } else if (is_one_of(host, "0123456789abcdefABCDEF:.") && sv_rfind(host, ':') >= 0) {
        strbuf_addf(&text, "2001:db8::%zx:%zx", (number + 1) / 65536, (number + 1) % 65536);
    } else {
        strbuf_addf(&text, "host-%zu", number + 1);
    }
    memcpy(name->name, text.at, text.n + 1); // of at most 20 bytes and two numbers
    strbuf_done(&text);
}

static void learn(Names *names, StrView host)
{
    bool is_there;
    if (host.n == 0 || host.n > HOST_MAX || sv_is(host, "?") ||
        memchr(host.at, '\0', host.n) != NULL) { // nobody's name, and cut there it could be none
        return;
    }
    size_t at = place_of(names, host, &is_there);
    if (!is_there) {
        names->at = mem_grow(names->at, &names->cap, names->n + 1, sizeof(*names->at));
        memmove(names->at + at + 1, names->at + at, (names->n - at) * sizeof(*names->at));
        names->at[at].host = mem_strndup(host.at, host.n);
        invent(&names->at[at], host, names->n);
        names->n++;
    }
}

// --- where hosts stand

// Each is called with every host of the text, in its order, as a part of that text.
typedef void HostVisit(void *ctx, StrView host);
typedef void HostWalk(StrView text, HostVisit *visit, void *ctx);

static void walk_address(StrView address, HostVisit *visit, void *ctx)
{
    ptrdiff_t colon = sv_rfind(address, ':');
    StrView host = colon < 0 ? address : sv_of(address.at, (size_t)colon);
    if (host.n > 2 && host.at[0] == '[' && host.at[host.n - 1] == ']') {
        host = sv_of(host.at + 1, host.n - 2);
    }
    visit(ctx, host);
}

static void walk_slave(StrView value, HostVisit *visit, void *ctx)
{
    StrView pair;
    while (sv_next(&value, ',', &pair)) {
        if (sv_starts(pair, "ip=")) {
            visit(ctx, sv_of(pair.at + 3, pair.n - 3));
        }
    }
}

static void walk_info(StrView info, HostVisit *visit, void *ctx)
{
    StrView line;
    StrView name;
    while (sv_next(&info, '\n', &line)) {
        if (!sv_cut(&line, ':', &name)) {
            continue;
        }
        if (sv_is(name, "master_host") || sv_is(name, "availability_zone")) {
            visit(ctx, line);
        } else if (sv_starts(name, "slave")) {
            walk_slave(line, visit, ctx);
        }
    }
}

static void walk_nodes(StrView nodes, HostVisit *visit, void *ctx)
{
    StrView line;
    StrView id;
    StrView address;
    while (sv_next(&nodes, '\n', &line)) {
        if (!sv_cut(&line, ' ', &id) || !sv_cut(&line, ' ', &address)) {
            continue;
        }
        StrView hostname = address;
        StrView endpoint = address;
        bool has_hostname = sv_cut(&hostname, ',', &endpoint);
        StrView bus = endpoint;
        sv_cut(&bus, '@', &endpoint);
        walk_address(endpoint, visit, ctx);
        if (has_hostname) {
            visit(ctx, hostname);
        }
    }
}

static void learn_host(void *ctx, StrView host)
{
    learn(ctx, host);
}

void names_learn_address(Names *names, StrView address)
{
    walk_address(address, learn_host, names);
}

void names_learn_info(Names *names, StrView info)
{
    walk_info(info, learn_host, names);
}

void names_learn_nodes(Names *names, StrView nodes)
{
    walk_nodes(nodes, learn_host, names);
}

// --- renaming

static const Name *named(const Names *names, StrView host)
{
    bool is_there = false;
    size_t at = place_of(names, host, &is_there);
    return is_there ? &names->at[at] : NULL;
}

typedef struct {
    const Names *names;
    StrView rest; // what is not copied yet
    StrBuf *out;
} Renaming;

static void rename_host(void *ctx, StrView host)
{
    Renaming *r = ctx;
    const Name *name = named(r->names, host);
    if (name != NULL) {
        size_t before = (size_t)(host.at - r->rest.at);
        strbuf_add_sv(r->out, sv_of(r->rest.at, before));
        strbuf_add(r->out, name->name);
        size_t taken = before + host.n;
        r->rest = sv_of(r->rest.at + taken, r->rest.n - taken);
    }
}

static void rename_reply(const Names *names, StrView reply, HostWalk *walk, StrBuf *out)
{
    Renaming r = {names, reply, out};
    walk(reply, rename_host, &r);
    strbuf_add_sv(out, r.rest);
}

void names_rename_info(const Names *names, StrView info, StrBuf *out)
{
    rename_reply(names, info, walk_info, out);
}

void names_rename_nodes(const Names *names, StrView nodes, StrBuf *out)
{
    rename_reply(names, nodes, walk_nodes, out);
}

static bool is_of_name(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
}

static bool is_of_ipv6(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
           c == '.';
}

static size_t run_of(StrView text, bool (*is)(char c))
{
    size_t n = 0;
    while (n < text.n && is(text.at[n])) {
        n++;
    }
    return n;
}

// The longest piece of the text that is an IPv6 address we know: a port may follow it.
static const Name *ipv6_at(const Names *names, StrView text, size_t *taken)
{
    // No further than an address may reach: a text may be nothing but colons.
    size_t n = run_of(sv_of(text.at, text.n < IPV6_MAX ? text.n : IPV6_MAX), is_of_ipv6);
    bool is_word = n == text.n || !(is_of_ipv6(text.at[n]) || is_of_name(text.at[n]));
    for (; n > 1 && memchr(text.at, ':', n) != NULL; n--) {
        bool ends = n < text.n ? text.at[n] == ':' || is_word : true;
        const Name *name = ends ? named(names, sv_of(text.at, n)) : NULL;
        is_word = false;
        if (name != NULL) {
            *taken = n;
            return name;
        }
    }
    return NULL;
}

// The host that the text begins with. A dot or a dash behind it may belong to the sentence.
static const Name *host_at(const Names *names, StrView text, size_t *taken)
{
    const Name *name = ipv6_at(names, text, taken);
    if (name != NULL) {
        return name;
    }
    size_t n = run_of(text, is_of_name);
    while (n > 0 && (text.at[n - 1] == '.' || text.at[n - 1] == '-')) {
        n--;
    }
    *taken = n;
    return named(names, sv_of(text.at, n));
}

void names_rename(const Names *names, StrView text, StrBuf *out)
{
    while (text.n > 0) {
        size_t taken = 0;
        const Name *name = host_at(names, text, &taken);
        if (name != NULL) {
            strbuf_add(out, name->name);
        } else {
            // The whole word: a host may not begin in the middle of one.
            taken = run_of(text, is_of_name);
            taken = taken > 0 ? taken : 1;
            strbuf_add_sv(out, sv_of(text.at, taken));
        }
        text = sv_of(text.at + taken, text.n - taken);
    }
}
