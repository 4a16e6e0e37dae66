// SPDX-License-Identifier: MIT
// The pool of entropy and its generator.

#include "random/pool.h"

#include <string.h>

enum {
    OUTPUT = 1,
    NEXT_KEY,
    NEXT_SEED,
};

static void credit(pool_t *pool, uint32_t bits) {
    bits = bits < POOL_BITS_NEEDED ? bits : POOL_BITS_NEEDED;
    pool->credit = pool->credit + bits < POOL_BITS_NEEDED ? pool->credit + bits : POOL_BITS_NEEDED;
    pool->seeded |= pool->credit == POOL_BITS_NEEDED;
}

void pool_add(pool_t *pool, const void *data, size_t bytes, uint32_t bits) {
    sha256_of(pool->key, sizeof(pool->key), data, bytes, pool->key);
    credit(pool, bits);
}

static uint32_t distance(uint32_t a, uint32_t b) {
    return a - b < b - a ? a - b : b - a;
}

void pool_event(pool_t *pool, uint32_t cycles) {
    uint32_t at = pool->events % POOL_EVENTS;
    pool->times[at] = (pool->times[at] << 7 | pool->times[at] >> 25) ^ cycles;
    uint32_t delta = cycles - pool->last;
    uint32_t delta2 = distance(delta, pool->delta);
    uint32_t delta3 = distance(delta2, pool->delta2);
    bool irregular = delta >= POOL_EVENT_CYCLES && delta2 >= POOL_EVENT_CYCLES && delta3 >= POOL_EVENT_CYCLES;
    if (pool->seen < POOL_HISTORY) {
        pool->seen++;
    } else if (irregular && pool->credited < POOL_EVENTS) {
        pool->credited++;
    }
    pool->last = cycles;
    pool->delta = delta;
    pool->delta2 = delta2;
    pool->events++;
}

// An event that comes in between is hashed, or at the next look.
static void collect_events(pool_t *pool) {
    if (pool->events == 0) {
        return;
    }
    uint32_t times[POOL_EVENTS];
    for (size_t i = 0; i < POOL_EVENTS; i++) {
        times[i] = pool->times[i];
    }
    uint32_t bits = pool->credited;
    pool->credited = 0;
    pool->events = 0;
    pool_add(pool, times, sizeof(times), bits);
    memset(times, 0, sizeof(times));
}

uint32_t pool_bits(pool_t *pool) {
    collect_events(pool);
    return pool->credit;
}

static void derive(const pool_t *pool, uint8_t purpose, uint8_t digest[SHA256_BYTES]) {
    sha256_of(pool->key, sizeof(pool->key), &purpose, sizeof(purpose), digest);
}

static void erase_key(pool_t *pool) {
    derive(pool, NEXT_KEY, pool->key);
}

bool pool_read(pool_t *pool, void *out, size_t bytes) {
    collect_events(pool);
    if (!pool->seeded) {
        return false;
    }
    uint8_t block[SHA256_BYTES];
    for (uint8_t *p = out; bytes > 0;) {
        size_t n = bytes < sizeof(block) ? bytes : sizeof(block);
        derive(pool, OUTPUT, block);
        erase_key(pool);
        memcpy(p, block, n);
        p += n;
        bytes -= n;
    }
    memset(block, 0, sizeof(block));
    __asm__ volatile ("" : : "r" (block) : "memory"); // which keeps the line above
    return true;
}

void pool_seed(pool_t *pool, const void *seed, size_t bytes, uint8_t next[SHA256_BYTES]) {
    collect_events(pool);
    pool_add(pool, seed, bytes, 0);
    derive(pool, NEXT_SEED, next);
    erase_key(pool);
}
