// SPDX-License-Identifier: MIT
// What MD5 and SHA-1 have in common: blocks of 64 bytes, padded with 0x80, zeros and the length in bits.
#ifndef PORT_DIGEST_H
#define PORT_DIGEST_H

#include <stdbool.h>

#include "lib/axtls/crypto/crypto.h"

typedef void (*digest_block_t)(uint32_t *state, const uint8_t *block);

// Adds `len` bytes, calling `process` for each full block.
void digest_update(digest_ctx_t *ctx, const uint8_t *data, size_t len, digest_block_t process);

// Pads and processes the rest, the length in the byte order of the digest.
void digest_pad(digest_ctx_t *ctx, bool big_endian, digest_block_t process);

#endif
