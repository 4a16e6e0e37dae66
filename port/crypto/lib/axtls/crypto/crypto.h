// SPDX-License-Identifier: MIT
// MD5, SHA-1 and AES behind the names that MicroPython's hashlib and cryptolib use when they are built
// for axTLS. MicroPython's tree carries neither axTLS nor mbedTLS; these are our own, from the standards
// (md5.c, sha1.c, aes.c). The path is the one that upstream's modules include.
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE 16
#define SHA1_SIZE 20

// State of a digest with blocks of 64 bytes.
typedef struct {
    uint32_t state[5];
    uint64_t length;        // Bytes so far.
    uint8_t block[64];      // The last length % 64 of them.
} digest_ctx_t;

typedef digest_ctx_t MD5_CTX;
typedef digest_ctx_t SHA1_CTX;

void MD5_Init(MD5_CTX *ctx);
void MD5_Update(MD5_CTX *ctx, const uint8_t *data, size_t len);
void MD5_Final(uint8_t *digest, MD5_CTX *ctx);

void SHA1_Init(SHA1_CTX *ctx);
void SHA1_Update(SHA1_CTX *ctx, const uint8_t *data, size_t len);
void SHA1_Final(uint8_t *digest, SHA1_CTX *ctx);

#define AES_MAX_ROUNDS 14

typedef enum {
    AES_MODE_128,
    AES_MODE_256,
} AES_MODE;

typedef struct {
    uint32_t round_key[4 * (AES_MAX_ROUNDS + 1)];
    uint8_t iv[16];
    uint8_t rounds;
} AES_CTX;

// Expands the key for encryption; `iv` may be NULL.
void AES_set_key(AES_CTX *ctx, const uint8_t *key, const uint8_t *iv, AES_MODE mode);

// Makes an expanded key one for decryption. Ours serves both, so this does nothing.
void AES_convert_key(AES_CTX *ctx);

// One block, in place, as four words with the first byte in the top bits.
void AES_encrypt(const AES_CTX *ctx, uint32_t *data);
void AES_decrypt(const AES_CTX *ctx, uint32_t *data);

// Whole blocks; the context's iv goes on from call to call. `out` may be `in`.
void AES_cbc_encrypt(AES_CTX *ctx, const uint8_t *in, uint8_t *out, int len);
void AES_cbc_decrypt(AES_CTX *ctx, const uint8_t *in, uint8_t *out, int len);

#endif
