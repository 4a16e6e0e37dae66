// SPDX-License-Identifier: MIT
// The mark phase of the garbage collector: gc_collect_root() of py/gc.c with its bounds in registers, one comparison
// for each word that is not a pointer, and one loop for roots and children. The mark stack and its overflow are
// upstream's: gc_collect_end() looks for marked blocks again (mpconfigport.h bounds that search).

#include "py/gc.h"
#include "py/mpstate.h"

#if MICROPY_ENABLE_GC && !MICROPY_GC_SPLIT_HEAP

// The kinds of a block in the allocation table, two bits each.
#define KIND_HEAD 1u
#define KIND_TAIL 2u
#define KIND_MARK 3u
#define BLOCKS_PER_BYTE 4u

static inline unsigned int kind_of(const uint8_t *table, size_t block) {
    return table[block / BLOCKS_PER_BYTE] >> 2 * (block % BLOCKS_PER_BYTE) & 3u;
}

void gc_collect_root(void **ptrs, size_t len) {
    uint8_t *const table = MP_STATE_MEM(area).gc_alloc_table_start;
    const uintptr_t start = (uintptr_t)MP_STATE_MEM(area).gc_pool_start;
    const size_t bytes = (uintptr_t)MP_STATE_MEM(area).gc_pool_end - start;
    MICROPY_GC_STACK_ENTRY_TYPE *const stack = MP_STATE_MEM(gc_block_stack);
    size_t depth = 0;
    for (void **end = ptrs + len;;) {
        while (ptrs < end) {
            // The pool starts at a multiple of a block.
            uintptr_t at = (uintptr_t)*ptrs++ - start;
            if (MP_UNLIKELY(at < bytes) && at % MICROPY_BYTES_PER_GC_BLOCK == 0) {
                size_t block = at / MICROPY_BYTES_PER_GC_BLOCK;
                if (kind_of(table, block) == KIND_HEAD) {
                    table[block / BLOCKS_PER_BYTE] |= KIND_MARK << 2 * (block % BLOCKS_PER_BYTE);
                    if (depth < MICROPY_ALLOC_GC_STACK_SIZE) {
                        stack[depth++] = (MICROPY_GC_STACK_ENTRY_TYPE)block;
                    } else {
                        MP_STATE_MEM(gc_stack_overflow) = 1;
                    }
                }
            }
        }
        if (depth == 0) {
            return;
        }
        size_t block = stack[--depth];
        ptrs = (void **)(start + block * MICROPY_BYTES_PER_GC_BLOCK);
        // A free byte follows the table, so the last object ends there.
        do {
            block++;
        } while (kind_of(table, block) == KIND_TAIL);
        end = (void **)(start + block * MICROPY_BYTES_PER_GC_BLOCK);
    }
}

#endif
