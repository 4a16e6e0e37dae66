// SPDX-License-Identifier: MIT
// The SHA-1 digest, from FIPS 180-4, section 6.1. Kept for protocols that ask for it (WebSocket).

#include "digest.h"

static uint32_t rotate_left(uint32_t w, unsigned int bits) {
    return w << bits | w >> (32 - bits);
}

static void process(uint32_t *state, const uint8_t *block) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++, block += 4) {
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    }
    for (int i = 16; i < 80; i++) {
        w[i] = rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
        uint32_t f;
        if (i < 20) {
            f = ((b & c) | (~b & d)) + 0x5a827999;
        } else if (i < 40) {
            f = (b ^ c ^ d) + 0x6ed9eba1;
        } else if (i < 60) {
            f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
        } else {
            f = (b ^ c ^ d) + 0xca62c1d6;
        }
        f += rotate_left(a, 5) + e + w[i];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = f;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void SHA1_Init(SHA1_CTX *ctx) {
    ctx->length = 0;
    ctx->state[0] = 0x67452301;
    ctx->state[1] = 0xefcdab89;
    ctx->state[2] = 0x98badcfe;
    ctx->state[3] = 0x10325476;
    ctx->state[4] = 0xc3d2e1f0;
}

void SHA1_Update(SHA1_CTX *ctx, const uint8_t *data, size_t len) {
    digest_update(ctx, data, len, process);
}

void SHA1_Final(uint8_t *digest, SHA1_CTX *ctx) {
    digest_pad(ctx, true, process);
    for (int i = 0; i < SHA1_SIZE; i++) {
        digest[i] = (uint8_t)(ctx->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}
