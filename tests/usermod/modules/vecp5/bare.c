// SPDX-License-Identifier: MIT
//
// What the virtual board wants of a C library, on machines without one: upstream's qemu ports. Its memory lies in a part
// of the emulated machine's RAM that their firmware does not use.

#include <stdint.h>
#include <stddef.h>
#include <string.h>

#include "py/runtime.h"

#if __riscv
#define ARENA (UINT32_C(0x84000000)) // virt: RAM from 0x80000000, 128 MiB
#define ARENA_END (UINT32_C(0x88000000))
#else
#define ARENA (UINT32_C(0x21000000)) // mps2-an385: PSRAM, its last 2 MiB for files
#define ARENA_END (UINT32_C(0x21e00000))
#endif

// Before each block. A freed block serves the next request of its size or less.
typedef struct block {
    struct block *next;
    size_t size;
} block_t;

static block_t *free_blocks;
static uintptr_t unused = ARENA;

void *malloc(size_t size) {
    size = (size + sizeof(block_t) - 1) / sizeof(block_t) * sizeof(block_t);
    for (block_t **at = &free_blocks; *at; at = &(*at)->next) {
        block_t *block = *at;
        if (block->size >= size) {
            *at = block->next;
            return block + 1;
        }
    }
    if (size > ARENA_END - unused - sizeof(block_t)) {
        mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("no room for another virtual board"));
    }
    block_t *block = (block_t *)unused;
    unused += sizeof(block_t) + size;
    block->size = size;
    return block + 1;
}

void *calloc(size_t count, size_t size) {
    void *memory = malloc(count * size);
    memset(memory, 0, count * size);
    return memory;
}

void free(void *memory) {
    if (memory) {
        block_t *block = (block_t *)memory - 1;
        block->next = free_blocks;
        free_blocks = block;
    }
}

void vboard_give_up(const char *what) {
    mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("vboard: %s"), what);
}

unsigned long strtoul(const char *text, char **end, int base) {
    unsigned long value = 0;
    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    for (base = base ? base : 10;; text++) {
        unsigned digit = (*text | 0x20) >= 'a' ? (*text | 0x20) - 'a' + 10 : *text - '0';
        if (digit >= (unsigned)base) {
            break;
        }
        value = value * base + digit;
    }
    *end = (char *)text;
    return value;
}
