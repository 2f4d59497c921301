// What the TLS connections of a session have in common: whom we trust, and who we are. It needs
// hiredis_ssl, which came with hiredis 1.0; a build without it says so wherever TLS is asked for.
#ifndef REHOME_REDIS_TLS_H
#define REHOME_REDIS_TLS_H

#include <stdbool.h>

#include "rehome/base/error.h"
#include "rehome/base/strbuf.h"

// As redis-cli has them. NULL: not given.
typedef struct {
    const char *sni; // the name that every server's certificate has to be for, and that is asked
                     // for; ".example.com": any name below it. NULL: the server's own
    const char *ca_file;      // PEM; without it and the folder: whom the system trusts
    const char *ca_folder;    // of such files, as openssl rehash leaves it
    bool insecure;            // take any certificate
    const char *cert;         // PEM; ours, for servers that want one; needs key
    const char *key;          // PEM, without a passphrase
    const char *ciphers;      // up to TLS 1.2
    const char *ciphersuites; // of TLS 1.3
} TlsOptions;

typedef struct Tls Tls;

// NULL and err: a file cannot be read or is none, or this build has no TLS. The files are read now
// and not again.
Tls *tls_new(const TlsOptions *options, Error *err);
void tls_free(Tls *tls); // behind the last connection; NULL is fine

// Worth telling once: our own certificate has ended, or soon will; "" mostly.
const char *tls_notice(const Tls *tls);

// What redis-cli wants to hear for the same: " --tls --cacert ca.crt", every file as it was given,
// quoted for a shell where it has to be.
void tls_redis_cli(const TlsOptions *options, StrBuf *out);

// NULL: this build has TLS. Else why it has none, and what to do.
const char *tls_absent(void);
const char *tls_library(void); // "OpenSSL 3.5.7", or "no TLS"; for --version

#endif
