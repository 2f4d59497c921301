#include "wire_tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/str.h"
#include "rehome/base/text.h"
#include "resolve.h"

#ifdef REHOME_TLS
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

struct WireTls {
    const Tls *tls;
    SSL *ssl; // NULL before the first step; hiredis' to free
    char *ip;
    char *announced;
    char *typed;
    int64_t ends_ms;
    bool done;
    char why[300];
};

static char *copy(const char *text)
{
    return text != NULL && text[0] != '\0' ? mem_strdup(text) : NULL;
}

WireTls *wire_tls_new(const Tls *tls, const char *ip, const WireNames *names)
{
    WireTls *t = mem_alloc(sizeof(*t));
    t->tls = tls;
    t->ip = mem_strdup(ip);
    t->announced = copy(names->announced);
    t->typed = copy(names->typed);
    return t;
}

void wire_tls_free(WireTls *t)
{
    if (t != NULL) {
        mem_free(t->ip);
        mem_free(t->announced);
        mem_free(t->typed);
        mem_free(t);
    }
}

// --- whose certificate it is ---------------------------------------------------------------------

// A few of the names that it is for; which is the first, for the remedy.
static void names_in(const X509 *x, StrBuf *out, char *first, size_t first_size)
{
    enum { SHOWN = 3 };
    char name[80];
    int n = 0;
    GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; all != NULL && i < sk_GENERAL_NAME_num(all); i++) {
        const GENERAL_NAME *one = sk_GENERAL_NAME_value(all, i);
        if (one->type != GEN_DNS || n++ >= SHOWN) {
            continue;
        }
        text_clean_into(name, sizeof(name),
                        sv_of((const char *)ASN1_STRING_get0_data(one->d.dNSName),
                              (size_t)ASN1_STRING_length(one->d.dNSName)));
        strbuf_addf(out, "%s%s", n > 1 ? ", " : "", name);
        if (n == 1) {
            snprintf(first, first_size, "%s", name);
        }
    }
    GENERAL_NAMES_free(all);
    if (n > SHOWN) {
        strbuf_addf(out, " and %d more", n - SHOWN);
    }
    char common[80];
    if (n == 0 && X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, common,
                                            (int)sizeof(common)) > 0) {
        text_clean_into(first, first_size, sv(common));
        strbuf_add(out, first);
    }
}

static bool is_for(X509 *x, const char *name)
{
    return name != NULL &&
           (X509_check_host(x, name, 0, 0, NULL) == 1 || X509_check_ip_asc(x, name, 0) == 1);
}

static bool check_name(WireTls *t, X509 *x)
{
    const char *sni = t->tls->sni;
    bool ok = sni != NULL ? is_for(x, sni)
                          : is_for(x, t->ip) || is_for(x, t->announced) || is_for(x, t->typed);
    if (ok) {
        return true;
    }
    StrBuf names = {0};
    char first[80] = "";
    names_in(x, &names, first, sizeof(first));
    const char *wanted = sni != NULL ? sni : t->announced != NULL ? t->announced : t->ip;
    if (first[0] == '\0') {
        snprintf(t->why, sizeof(t->why),
                 "its certificate is not for %.60s, and for no name at all; --insecure takes it",
                 wanted);
    } else {
        const char *below = first[0] == '*' ? first + 1 : first; // "*.example.com"
        snprintf(t->why, sizeof(t->why),
                 "its certificate is for %.120s, not for %.60s; if that is right: --sni %s",
                 strbuf_text(&names), wanted, below);
    }
    strbuf_done(&names);
    return false;
}

static TlsStep look_at_certificate(WireTls *t)
{
    X509 *x = SSL_get_peer_certificate(t->ssl);
    bool ok = true;
    if (x != NULL) { // every server has one but for ciphers that nobody allows
        t->ends_ms = tls_ends_ms(x);
        ok = t->tls->insecure || check_name(t, x);
        X509_free(x);
    }
    t->done = ok;
    return ok ? TLS_DONE : TLS_FAILED;
}

// --- what went wrong -----------------------------------------------------------------------------

static void say_untrusted(WireTls *t)
{
    long verdict = SSL_get_verify_result(t->ssl);
    X509 *x = SSL_get_peer_certificate(t->ssl);
    char day[16] = "?";
    int64_t ends_ms = tls_ends_ms(x);
    X509_free(x);
    if (ends_ms != 0) {
        format_day(day, sizeof(day), ends_ms);
    }
    switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        if (ends_ms == 0) { // not kept when the chain is refused
            snprintf(day, sizeof(day), "a past day");
        }
        snprintf(t->why, sizeof(t->why),
                 "its certificate has expired, or that of its CA (ended on %s): renew it; "
                 "--insecure takes it meanwhile",
                 day);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        snprintf(t->why, sizeof(t->why),
                 "its certificate is not valid yet: is a clock wrong, here or where it was made?");
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        snprintf(t->why, sizeof(t->why),
                 "its certificate is not from a CA that we trust (%s): give its CA with --cacert",
                 X509_verify_cert_error_string(verdict));
        break;
    default:
        snprintf(t->why, sizeof(t->why), "its certificate is refused: %s",
                 X509_verify_cert_error_string(verdict));
        break;
    }
}

// What the server, or OpenSSL, has against it. Alerts are 1000 and their number.
static const char *words_for(const WireTls *t, int reason)
{
    switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_UNEXPECTED_MESSAGE:
        return "it answers in plain text: a port without TLS (leave out --tls, or give the TLS "
               "port)";
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return "it closed the connection (a port without TLS, or max number of clients reached?)";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return "it wants a certificate of ours: give --cert and --key";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        return t->tls->has_cert ? "no cipher or protocol in common: see --tls-ciphers, and "
                                  "tls-ciphers, tls-protocols there"
                                : "it wants a certificate of ours (give --cert and --key), or "
                                  "there is no cipher in common";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        return "it refuses our certificate (--cert): it does not trust who signed it";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        return "it refuses our certificate (--cert): it has expired, renew it";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        return "it refuses our certificate (--cert): it was revoked";
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
        return "no protocol in common: it has none from TLS 1.2 on (see tls-protocols there)";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
        return "it does not know the name that we asked for: see --sni";
    default:
        return NULL;
    }
}

static void say_error(WireTls *t, unsigned long code, int why_errno)
{
    int reason = ERR_GET_REASON(code);
    const char *words = code != 0 && ERR_GET_LIB(code) == ERR_LIB_SSL ? words_for(t, reason) : NULL;
    if (code != 0 && ERR_GET_LIB(code) == ERR_LIB_SSL &&
        reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        say_untrusted(t);
    } else if (words != NULL) {
        snprintf(t->why, sizeof(t->why), "%s", words);
    } else if (code != 0) {
        const char *own = ERR_reason_error_string(code);
        snprintf(t->why, sizeof(t->why), "%s", own != NULL ? own : "an error of OpenSSL");
    } else {
        snprintf(t->why, sizeof(t->why), "%s (a port without TLS, or no free connection?)",
                 why_errno != 0 ? strerror(why_errno) : "it closed the connection");
    }
}

const char *wire_tls_why(WireTls *t)
{
    if (t->why[0] == '\0' && t->ssl != NULL && t->done) {
        // In TLS 1.3 the server looks at our certificate when we believe to be connected. Where
        // writing failed first, its word on that is still to be read.
        char byte;
        if (ERR_peek_last_error() == 0) {
            (void)SSL_read(t->ssl, &byte, 1);
        }
        unsigned long code = ERR_peek_last_error();
        if (code != 0 && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING &&
            ERR_GET_LIB(code) == ERR_LIB_SSL) {
            say_error(t, code, 0);
        }
    }
    return t->why;
}

// --- the handshake -------------------------------------------------------------------------------

static bool begin(WireTls *t, redisContext *c)
{
    SSL *ssl = SSL_new(t->tls->ctx);
    if (ssl == NULL) {
        snprintf(t->why, sizeof(t->why), "out of memory");
        return false;
    }
    bool is_named = t->announced != NULL && !is_numeric_ip(t->announced);
    const char *name = t->tls->sni != NULL ? t->tls->sni : is_named ? t->announced : t->typed;
    if (name != NULL && name[0] != '.' && !is_numeric_ip(name)) { // which TLS has no room for
        SSL_set_tlsext_host_name(ssl, name);
    }
    ERR_clear_error();
    errno = 0;
    if (redisInitiateSSL(c, ssl) != REDIS_OK) {
        t->ssl = ssl;
        say_error(t, ERR_peek_last_error(), errno);
        t->ssl = NULL;
        SSL_free(ssl); // not taken over
        return false;
    }
    t->ssl = ssl;
    return true;
}

TlsStep wire_tls_step(WireTls *t, redisContext *c)
{
    if (t->ssl == NULL && !begin(t, c)) {
        return TLS_FAILED;
    }
    ERR_clear_error();
    errno = 0;
    int result = SSL_do_handshake(t->ssl);
    int why_errno = errno;
    if (result == 1) {
        return look_at_certificate(t);
    }
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return TLS_READS;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WRITES;
    default:
        say_error(t, ERR_peek_last_error(), why_errno);
        return TLS_FAILED;
    }
}

void wire_tls_forget_errors(void)
{
    ERR_clear_error();
}

int64_t wire_tls_ends_ms(const WireTls *t)
{
    return t->ends_ms;
}

#else // tls_new() has refused before

WireTls *wire_tls_new(const Tls *tls, const char *ip, const WireNames *names)
{
    (void)tls;
    (void)ip;
    (void)names;
    return NULL;
}

void wire_tls_free(WireTls *t)
{
    (void)t;
}

TlsStep wire_tls_step(WireTls *t, redisContext *c)
{
    (void)t;
    (void)c;
    return TLS_FAILED;
}

void wire_tls_forget_errors(void)
{
}

const char *wire_tls_why(WireTls *t)
{
    (void)t;
    return "";
}

int64_t wire_tls_ends_ms(const WireTls *t)
{
    (void)t;
    return 0;
}

#endif
