#include "rehome/redis/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "wire_tls.h"

// --- for people ----------------------------------------------------------------------------------

static bool is_plain(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (!letter && !(*c >= '0' && *c <= '9') && strchr("/._-+:@%=,", *c) == NULL) {
            return false;
        }
    }
    return *text != '\0';
}

static void add_word(StrBuf *out, const char *option, const char *value)
{
    if (value == NULL) {
        return;
    }
    strbuf_addf(out, " %s ", option);
    if (is_plain(value)) {
        strbuf_add(out, value);
        return;
    }
    strbuf_add(out, "'");
    for (const char *c = value; *c != '\0'; c++) {
        strbuf_addf(out, *c == '\'' ? "'\\%c'" : "%c", *c);
    }
    strbuf_add(out, "'");
}

void tls_redis_cli(const TlsOptions *options, StrBuf *out)
{
    strbuf_add(out, " --tls");
    if (options->sni != NULL && options->sni[0] != '.') {
        add_word(out, "--sni", options->sni);
    }
    if (options->insecure) {
        strbuf_add(out, " --insecure");
    }
    add_word(out, "--cacert", options->ca_file);
    add_word(out, "--cacertdir", options->ca_folder);
    add_word(out, "--cert", options->cert);
    add_word(out, "--key", options->key);
    add_word(out, "--tls-ciphers", options->ciphers);
    add_word(out, "--tls-ciphersuites", options->ciphersuites);
}

#ifdef REHOME_TLS
#include <openssl/err.h>

// --- reading the files ---------------------------------------------------------------------------

int64_t tls_ends_ms(const X509 *certificate)
{
    struct tm when;
    const ASN1_TIME *end = certificate != NULL ? X509_get0_notAfter(certificate) : NULL;
    return end != NULL && ASN1_TIME_to_tm(end, &when) == 1 ? (int64_t)timegm(&when) * 1000 : 0;
}

static bool fail_file(Error *err, const char *option, const char *path, const char *expected)
{
    char clean[160];
    text_clean_into(clean, sizeof(clean), sv(path));
    if (access(path, R_OK) != 0) {
        return fail(err, ERR_USAGE, "%s %s: %s", option, clean, strerror(errno));
    }
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return fail(err, ERR_USAGE, "%s %s: expected %s (%s)", option, clean, expected,
                reason != NULL ? reason : "it is none");
}

// Nobody is asked: a key with a passphrase is refused, else OpenSSL would read from the terminal.
static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

static bool trust(SSL_CTX *ctx, const TlsOptions *o, Error *err)
{
    if (o->ca_file != NULL && SSL_CTX_load_verify_locations(ctx, o->ca_file, NULL) != 1) {
        return fail_file(err, "--cacert", o->ca_file, "CA certificates (PEM)");
    }
    if (o->ca_folder != NULL && (access(o->ca_folder, R_OK) != 0 ||
                                 SSL_CTX_load_verify_locations(ctx, NULL, o->ca_folder) != 1)) {
        return fail_file(err, "--cacertdir", o->ca_folder, "a folder of CA certificates");
    }
    if (o->ca_file == NULL && o->ca_folder == NULL) {
        SSL_CTX_set_default_verify_paths(ctx); // none there: every certificate is refused, and said
    }
    return true;
}

static bool be_somebody(SSL_CTX *ctx, const TlsOptions *o, Error *err)
{
    if ((o->cert == NULL) != (o->key == NULL)) {
        return fail(err, ERR_USAGE, "--cert and --key go together: give both, or neither");
    }
    if (o->cert == NULL) {
        return true;
    }
    SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1) {
        return fail_file(err, "--cert", o->cert, "a certificate (PEM)");
    }
    if (SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1) {
        return fail_file(err, "--key", o->key,
                         "the private key of --cert (PEM), without a passphrase");
    }
    return true;
}

static bool choose_ciphers(SSL_CTX *ctx, const TlsOptions *o, Error *err)
{
    if (o->ciphers != NULL && SSL_CTX_set_cipher_list(ctx, o->ciphers) != 1) {
        return fail(err, ERR_USAGE, "--tls-ciphers: OpenSSL knows none of these (see man ciphers)");
    }
    if (o->ciphersuites != NULL && SSL_CTX_set_ciphersuites(ctx, o->ciphersuites) != 1) {
        return fail(err, ERR_USAGE,
                    "--tls-ciphersuites: OpenSSL does not know all of these (see man ciphers)");
    }
    return true;
}

static bool set_up(Tls *tls, const TlsOptions *o, Error *err)
{
    tls->ctx = SSL_CTX_new(TLS_client_method());
    if (tls->ctx == NULL) {
        return fail(err, ERR_USAGE, "OpenSSL does not start: out of memory, or its openssl.cnf");
    }
    SSL_CTX_set_min_proto_version(tls->ctx, TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(tls->ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(tls->ctx, SSL_MODE_RELEASE_BUFFERS); // 34 KB for each idle connection
    SSL_CTX_set_verify(tls->ctx, o->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    return trust(tls->ctx, o, err) && be_somebody(tls->ctx, o, err) &&
           choose_ciphers(tls->ctx, o, err);
}

static void note_own_end(Tls *tls)
{
    enum { SOON_DAYS = 14 };
    const int64_t day_ms = 86400000;
    int64_t left_ms = tls->ends_ms - clock_wall_ms();
    if (tls->ends_ms == 0 || left_ms >= SOON_DAYS * day_ms) {
        return;
    }
    char day[16];
    format_day(day, sizeof(day), tls->ends_ms);
    snprintf(tls->notice, sizeof(tls->notice),
             left_ms <= 0 ? "our own certificate (--cert) has ended on %s: renew it"
                          : "our own certificate (--cert) ends on %s: renew it",
             day);
}

Tls *tls_new(const TlsOptions *options, Error *err)
{
    Tls *tls = mem_alloc(sizeof(*tls));
    tls->insecure = options->insecure;
    tls->sni = options->sni != NULL ? mem_strdup(options->sni) : NULL;
    tls->has_cert = options->cert != NULL;
    ERR_clear_error();
    if (!set_up(tls, options, err)) {
        tls_free(tls);
        return NULL;
    }
    tls->ends_ms = tls_ends_ms(SSL_CTX_get0_certificate(tls->ctx));
    note_own_end(tls);
    return tls;
}

void tls_free(Tls *tls)
{
    if (tls != NULL) {
        SSL_CTX_free(tls->ctx);
        mem_free(tls->sni);
        mem_free(tls);
    }
}

const char *tls_notice(const Tls *tls)
{
    return tls->notice;
}

const char *tls_absent(void)
{
    return NULL;
}

const char *tls_library(void)
{
    static char text[64];
    const char *all = OpenSSL_version(OPENSSL_VERSION); // "OpenSSL 3.5.7 9 Jun 2026"
    const char *date = strchr(all, ' ');
    date = date != NULL ? strchr(date + 1, ' ') : NULL;
    snprintf(text, sizeof(text), "%.*s", (int)(date != NULL ? (size_t)(date - all) : strlen(all)),
             all);
    return text;
}

#else

Tls *tls_new(const TlsOptions *options, Error *err)
{
    (void)options;
    fail(err, ERR_USAGE, "%s", tls_absent());
    return NULL;
}

void tls_free(Tls *tls)
{
    (void)tls;
}

const char *tls_notice(const Tls *tls)
{
    (void)tls;
    return "";
}

const char *tls_absent(void)
{
    return "this build has no TLS: build rehome where hiredis is 1.0 or newer (Debian 13, Ubuntu "
           "24.04: `make deps`, `make`), or connect to a plain port, or through a tunnel (stunnel)";
}

const char *tls_library(void)
{
    return "no TLS";
}

#endif
