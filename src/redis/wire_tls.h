// TLS on one wire: the handshake in steps that never block, whether the certificate is for whom we
// mean, and what went wrong in words. wire.c drives it; nothing else knows OpenSSL but tls.c.
#ifndef REHOME_SRC_REDIS_WIRE_TLS_H
#define REHOME_SRC_REDIS_WIRE_TLS_H

#include <hiredis/hiredis.h>
#include <stdint.h>

#include "rehome/redis/tls.h"

#ifdef REHOME_TLS
#include <openssl/ssl.h>

struct Tls {
    SSL_CTX *ctx;
    char *sni; // NULL: the server's own name
    bool insecure;
    bool has_cert;
    int64_t ends_ms; // Unix time; our own certificate, 0: none
    char notice[160];
};

int64_t tls_ends_ms(const X509 *certificate); // Unix time; 0: cannot be told
#endif

// A server's names that its certificate may be for, beside the address that is dialled. The first
// that is no address is asked for (SNI). NULL or "": none.
typedef struct {
    const char *announced; // what the cluster calls it, or how its address was found
    const char *typed;     // how a person called the cluster
} WireNames;

typedef struct WireTls WireTls;
typedef enum { TLS_DONE, TLS_READS, TLS_WRITES, TLS_FAILED } TlsStep;

// ip and names are copied.
WireTls *wire_tls_new(const Tls *tls, const char *ip, const WireNames *names);
void wire_tls_free(WireTls *t); // before the hiredis context is freed; NULL is fine

// One step of the handshake on a connected socket; READS, WRITES: again once it can be read from or
// written to. DONE: the certificate is good, and hiredis may go on.
TlsStep wire_tls_step(WireTls *t, redisContext *c);

// Before hiredis reads or writes: what another connection left behind would be taken for its error.
void wire_tls_forget_errors(void);

// Why the connection ended, as far as it is TLS' fault; "" when it is not. Raw.
const char *wire_tls_why(WireTls *t);

int64_t wire_tls_ends_ms(const WireTls *t); // Unix time, the server's certificate; 0: not known

#endif
