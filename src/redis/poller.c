#include "rehome/redis/poller.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "poller_state.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"
#include "rehome/redis/tls.h"

int64_t poller_now_ms(void)
{
    return clock_now_ms();
}

int64_t poller_wall_ms(void)
{
    return clock_wall_ms();
}

PollerOptions poller_options_default(void)
{
    return (PollerOptions){
        .interval_ms = 1000,
        .fast_interval_ms = 100,
        .round_deadline_ms = 1000,
        .connect_timeout_ms = 2000,
        .request_timeout_ms = 2000,
        .hung_timeout_ms = 10000,
        .witnesses = 16,
        .full_views = 100,
    };
}

// --- seeds and secrets ---------------------------------------------------------------------------

static char *copy_secret(const char *secret)
{
    return secret == NULL ? NULL : mem_strdup(secret);
}

static void wipe(const char *secret)
{
    if (secret != NULL) {
        char *owned = (char *)(uintptr_t)secret;
        explicit_bzero(owned, strlen(owned));
        mem_free(owned);
    }
}

static void copy_seed(Seed *seed, const Address *address)
{
    bool is_v6 = strchr(address->host, ':') != NULL;
    seed->address = *address;
    seed->address.user = copy_secret(address->user);
    seed->address.pass = copy_secret(address->pass);
    snprintf(seed->name, sizeof(seed->name), "%s%s%s:%d", is_v6 ? "[" : "", address->host,
             is_v6 ? "]" : "", address->port);
}

static void take_options(Poller *p, const PollerOptions *options)
{
    p->options = *options;
    p->options.user = copy_secret(options->user);
    p->options.pass = copy_secret(options->pass);
    p->login = (LinkOptions){
        .user = p->options.user,
        .pass = p->options.pass,
        .connect_timeout_ms = options->connect_timeout_ms,
        .request_timeout_ms = options->request_timeout_ms,
        .hung_timeout_ms = options->hung_timeout_ms,
    };
}

Poller *poller_new(struct ev_loop *loop, const PollerOptions *options, const Address *seeds,
                   size_t n_seeds, const PollerListener *listener)
{
    Poller *p = mem_alloc(sizeof(*p));
    p->loop = loop;
    p->listener = *listener;
    take_options(p, options);
    if (options->map != NULL) {
        address_map_copy(options->map, &p->map);
    }
    p->options.map = &p->map;
    p->seeds = mem_array(n_seeds, sizeof(*p->seeds));
    p->n_seeds = n_seeds;
    for (size_t i = 0; i < n_seeds; i++) {
        copy_seed(&p->seeds[i], &seeds[i]);
    }
    p->resolver = resolver_new(loop, resolve_by_system);
    discovery_init(p);
    round_init(p);
    discovery_begin(p);
    round_soon(p);
    return p;
}

void poller_free(Poller *p)
{
    if (p == NULL) {
        return;
    }
    round_done(p);
    discovery_done(p);
    resolver_free(p->resolver);
    for (size_t i = 0; i < p->n_seeds; i++) {
        address_done(&p->seeds[i].address);
    }
    mem_free(p->seeds);
    address_map_done(&p->map);
    wipe(p->options.user);
    wipe(p->options.pass);
    mem_free(p);
}

const char *poller_user(const Poller *p)
{
    return p->login.user != NULL ? p->login.user : "default";
}

// --- rounds to order -----------------------------------------------------------------------------

void poller_round(Poller *p)
{
    p->wants_round = true;
    round_soon(p);
}

void poller_full_round(Poller *p)
{
    p->wants_full = true;
    round_soon(p);
}

void poller_hurry(Poller *p, bool on)
{
    if (p->hurries != on) {
        p->hurries = on;
        round_soon(p);
    }
}

void poller_set_interval(Poller *p, int64_t interval_ms)
{
    p->options.interval_ms = interval_ms;
    round_soon(p);
}

void poller_set_login(Poller *p, const char *user, const char *pass)
{
    const char *old_user = p->options.user;
    const char *old_pass = p->options.pass;
    p->options.user = p->login.user = copy_secret(user);
    p->options.pass = p->login.pass = copy_secret(pass);
    for (size_t i = 0; i < p->n_peers; i++) {
        peer_set_login(p->peers[i], p->login.user, p->login.pass);
    }
    wipe(old_user);
    wipe(old_pass);
}

const char *poller_notice(const Poller *p)
{
    if (p->login.tls != NULL && tls_notice(p->login.tls)[0] != '\0') {
        return tls_notice(p->login.tls);
    }
    for (size_t i = 0; i < p->n_peers; i++) {
        const char *notice = link_notice(p->peers[i]->link);
        if (*notice != '\0') {
            return notice;
        }
    }
    return "";
}

// --- one command to one node ---------------------------------------------------------------------

// One line of clean text: a reply to CONFIG GET is "name value" and a newline.
static char *clean_line(StrView raw)
{
    raw = sv_trim(raw);
    char *line = mem_strndup(raw.at, raw.n);
    for (size_t i = 0; i < raw.n; i++) {
        if (line[i] == '\n' || line[i] == '\r') {
            line[i] = ' ';
        }
    }
    char *clean = mem_alloc(raw.n + 1);
    text_clean_into(clean, raw.n + 1, sv_of(line, raw.n));
    mem_free(line);
    return clean;
}

bool poller_awaits(const Poller *p, const Peer *peer)
{
    for (int channel = 0; channel < CHANNELS; channel++) {
        if (p->sent[channel].to == peer) {
            return true;
        }
    }
    return false;
}

// "+cluster|replicate" of CLUSTER REPLICATE: only containers have subcommands.
static void name_right(Sent *sent, int argc, const char **argv)
{
    static const char *const containers[] = {"CLUSTER", "CONFIG"};
    snprintf(sent->right, sizeof(sent->right), "+%s", argv[0]);
    for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
        if (argc > 1 && strcmp(argv[0], containers[i]) == 0) {
            snprintf(sent->right, sizeof(sent->right), "+%s|%s", argv[0], argv[1]);
        }
    }
    for (char *c = sent->right; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
}

static char *answer_text(const Poller *p, const Sent *sent, const Answer *answer)
{
    StrBuf text = {0};
    strbuf_add_sv(&text, sv_trim(answer->text));
    if (answer->kind == ANSWER_ERROR && sv_starts(answer->text, "NOPERM")) {
        strbuf_addf(&text, ": ACL SETUSER %s %s", poller_user(p), sent->right);
    }
    char *line = clean_line(sv_of(strbuf_text(&text), text.n));
    strbuf_done(&text);
    return line;
}

static void on_sent_answer(void *ctx, const Answer *answer)
{
    Sent *sent = ctx;
    Poller *p = sent->poller;
    sent->to = NULL;
    bool is_late = answer->kind == ANSWER_LATE || answer->kind == ANSWER_LOST;
    char *text = answer_text(p, sent, answer);
    p->listener.answer(p->listener.ctx, sent->channel, is_late, answer->kind == ANSWER_OK, text);
    mem_free(text);
}

bool poller_send(Poller *p, Channel channel, NodeId node, int argc, const char **argv)
{
    Sent *sent = &p->sent[channel];
    Peer *peer = sent->to == NULL ? discovery_find(p, node) : NULL;
    if (peer == NULL || !peer_is_confirmed(peer) || link_late(peer->link) > 0 ||
        !link_send(peer->link, argc, argv, on_sent_answer, sent)) {
        return false;
    }
    *sent = (Sent){.poller = p, .channel = channel, .to = peer};
    name_right(sent, argc, argv);
    return true;
}
