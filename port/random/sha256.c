// SPDX-License-Identifier: MIT
// SHA-256 by mbedtls where it is linked, else by the library that extmod/modhashlib.c brings.

#include "random/sha256.h"

#if PORT_TLS

#include "mbedtls/sha256.h"

void sha256_of(const void *first, size_t first_bytes, const void *second, size_t second_bytes,
    uint8_t digest[SHA256_BYTES]) {
    mbedtls_sha256_context context;
    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    mbedtls_sha256_update(&context, first, first_bytes);
    mbedtls_sha256_update(&context, second, second_bytes);
    mbedtls_sha256_finish(&context, digest);
    mbedtls_sha256_free(&context);
}

#else

#include "lib/crypto-algorithms/sha256.h"

void sha256_of(const void *first, size_t first_bytes, const void *second, size_t second_bytes,
    uint8_t digest[SHA256_BYTES]) {
    CRYAL_SHA256_CTX context;
    sha256_init(&context);
    sha256_update(&context, first, first_bytes);
    sha256_update(&context, second, second_bytes);
    sha256_final(&context, digest);
}

#endif
