// SPDX-License-Identifier: MIT
// Block buffering and padding of MD5 (RFC 1321, section 3.1) and SHA-1 (FIPS 180-4, section 5.1.1).

#include <string.h>

#include "digest.h"

void digest_update(digest_ctx_t *ctx, const uint8_t *data, size_t len, digest_block_t process) {
    size_t used = ctx->length % 64;
    ctx->length += len;
    while (len > 0) {
        size_t n = 64 - used < len ? 64 - used : len;
        memcpy(ctx->block + used, data, n);
        data += n;
        len -= n;
        used += n;
        if (used == 64) {
            process(ctx->state, ctx->block);
            used = 0;
        }
    }
}

void digest_pad(digest_ctx_t *ctx, bool big_endian, digest_block_t process) {
    uint64_t bits = ctx->length * 8;
    size_t used = ctx->length % 64;
    ctx->block[used++] = 0x80;
    if (used > 56) {
        memset(ctx->block + used, 0, 64 - used);
        process(ctx->state, ctx->block);
        used = 0;
    }
    memset(ctx->block + used, 0, 56 - used);
    for (int i = 0; i < 8; i++) {
        ctx->block[56 + i] = (uint8_t)(bits >> (big_endian ? 56 - 8 * i : 8 * i));
    }
    process(ctx->state, ctx->block);
}
