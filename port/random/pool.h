// SPDX-License-Identifier: MIT
// A pool of entropy and the generator over it. What comes in is hashed into a key of 256 bits and credited with what
// its source is good for; random bytes come out once 256 bits were credited, never before. Each output replaces the
// key by a hash of it ("fast key erasure"), so that who reads the memory later learns nothing of earlier outputs.
//
// The caller owns the memory, and zeroes it before the first use. pool_event() may be called from interrupts; all else
// belongs to the program.
#ifndef PORT_RANDOM_POOL_H
#define PORT_RANDOM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random/sha256.h"

#define POOL_BITS_NEEDED 256
#define POOL_EVENTS 16
#define POOL_HISTORY 3 // events that the third difference looks back to

typedef struct {
    uint8_t key[SHA256_BYTES];
    uint32_t credit;            // bits, up to POOL_BITS_NEEDED
    bool seeded;                // credit has reached POOL_BITS_NEEDED once
    // Times of events that are still to be hashed.
    volatile uint32_t times[POOL_EVENTS];
    volatile uint32_t events;   // since the last look, counting those without credit, too
    volatile uint32_t credited; // of these
    uint32_t last, delta, delta2; // of the events before, as far as there were any
    uint32_t seen;              // events so far, up to POOL_HISTORY
} pool_t;

// Hash data into the key; bits: the min-entropy that it has for an attacker who does not know it.
void pool_add(pool_t *pool, const void *data, size_t bytes, uint32_t bits);

// Something from outside arrived at a time, in cycles of the clock. It is worth a bit where its distance from the last
// event differs from the distances before, of first, second and third order, by POOL_EVENT_CYCLES or more: a rhythm is
// worth nothing. At most a bit for each word of the ring between two looks counts.
void pool_event(pool_t *pool, uint32_t cycles);

// Bits that were credited, up to POOL_BITS_NEEDED.
uint32_t pool_bits(pool_t *pool);

// False: not enough has come in yet, and nothing was written.
bool pool_read(pool_t *pool, void *out, size_t bytes);

// A seed that was kept from the last run: hashes it in, without credit, and makes the one for the next run. Credit for
// it is due only when `next` lies where `seed` was, so that no seed is used twice: pool_add(pool, NULL, 0, 256).
void pool_seed(pool_t *pool, const void *seed, size_t bytes, uint8_t next[SHA256_BYTES]);

// Least difference in cycles between two distances of events that counts, above what a driver that polls makes up.
#define POOL_EVENT_CYCLES 64

#endif
