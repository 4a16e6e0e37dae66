// SPDX-License-Identifier: MIT
// qstr_find_strn() with an index for the pools that are part of the image: upstream's (py/qstr.c)
// compares the hashes of the first pool one by one, as that pool keeps the order of the .mpy format,
// and searches the others by comparing strings. Here all are found through a table of chains by hash
// that the first lookup fills. Pools in RAM are searched as upstream does.

#include <string.h>

#include "py/mpconfig.h"
#include "py/misc.h"
#include "py/mpstate.h"
#include "py/qstr.h"

#if MICROPY_QSTR_BYTES_IN_HASH

#define CHAINS 256

// The last pool of the image: that of the SoC's names, behind that of frozen modules.
#ifdef MICROPY_QSTR_EXTRA_POOL
#define IMAGE_POOL MICROPY_QSTR_EXTRA_POOL
#include "soc_names.h"
#define BEHIND_MAX (256 + PORT_SOC_NAMES)
#else
#define IMAGE_POOL mp_qstr_const_pool
#define BEHIND_MAX 0
#endif
extern const qstr_pool_t IMAGE_POOL;

// Qstrs of the image are numbered from 1, so 0 ends a chain; what is behind `next` is not indexed.
static uint16_t heads[CHAINS];
static uint16_t next[MP_QSTRnumber_of + BEHIND_MAX];
static const qstr_pool_t *indexed; // the last pool that is, and with it all before it

static const qstr_pool_t *pool_of(qstr *at) {
    const qstr_pool_t *pool = indexed;
    while (*at < pool->total_prev_len) {
        pool = pool->prev;
    }
    *at -= pool->total_prev_len;
    return pool;
}

static void fill(void) {
    indexed = &IMAGE_POOL;
    while (indexed->total_prev_len + indexed->len > MP_ARRAY_SIZE(next)) {
        indexed = indexed->prev;
    }
    for (qstr q = indexed->total_prev_len + indexed->len; --q > 0;) {
        qstr at = q;
        const qstr_pool_t *pool = pool_of(&at);
        size_t chain = pool->hashes[at] % CHAINS;
        next[q] = heads[chain];
        heads[chain] = (uint16_t)q;
    }
}

qstr qstr_find_strn(const char *str, size_t len) {
    if (len == 0) {
        return MP_QSTR_;
    }
    if (indexed == NULL) {
        fill();
    }
    size_t hash = qstr_compute_hash((const byte *)str, len);

    for (const qstr_pool_t *pool = MP_STATE_VM(last_pool); pool != indexed; pool = pool->prev) {
        const qstr_hash_t *hashes = pool->hashes;
        const qstr_hash_t *top = hashes + pool->len;
        for (const qstr_hash_t *h = hashes; h < top; h++) {
            if (*h == hash) {
                size_t at = (size_t)(h - hashes);
                if (pool->lengths[at] == len && memcmp(pool->qstrs[at], str, len) == 0) {
                    return pool->total_prev_len + at;
                }
            }
        }
    }

    for (qstr q = heads[hash % CHAINS]; q != 0; q = next[q]) {
        qstr at = q;
        const qstr_pool_t *pool = pool_of(&at);
        if (pool->hashes[at] == hash && pool->lengths[at] == len && memcmp(pool->qstrs[at], str, len) == 0) {
            return q;
        }
    }
    return MP_QSTRnull;
}

#endif
