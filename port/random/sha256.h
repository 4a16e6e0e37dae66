// SPDX-License-Identifier: MIT
// SHA-256 (FIPS 180-4) of the library that this firmware has for hashlib.
#ifndef PORT_RANDOM_SHA256_H
#define PORT_RANDOM_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

// The digest of two pieces of data in a row; either may overlap `digest`.
void sha256_of(const void *first, size_t first_bytes, const void *second, size_t second_bytes,
    uint8_t digest[SHA256_BYTES]);

#endif
