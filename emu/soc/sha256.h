// SPDX-License-Identifier: MIT
//
// SHA-256, for the hash of the CSR map. After: FIPS 180-4.

#ifndef EMU_SOC_SHA256_H
#define EMU_SOC_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t block[64];
} sha256_t;

void sha256_init(sha256_t *hash);
void sha256_update(sha256_t *hash, const void *data, size_t size);
void sha256_final(sha256_t *hash, uint8_t digest[32]);

#endif
