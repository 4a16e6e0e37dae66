// SPDX-License-Identifier: MIT
// lwIP's view of compiler and CPU (its doc/sys_arch.txt).
#ifndef PORT_NET_ARCH_CC_H
#define PORT_NET_ARCH_CC_H

#include <stdint.h>

// Nothing that lwIP packs lies at an odd address: frames start at 2 modulo 4 (ETH_PAD_SIZE), and the lengths of all headers
// are even. Halfword loads instead of bytes make its code smaller and faster on cores that trap on misaligned access.
#define PACK_STRUCT_STRUCT __attribute__((packed, aligned(2)))

// Three instructions; a call takes as many again, and a line of the cache.
static inline uint16_t net_htons(uint16_t x) {
    return (uint16_t)(x << 8 | x >> 8);
}
#define lwip_htons(x) net_htons(x)

#define LWIP_NO_UNISTD_H 1
#define LWIP_PLATFORM_DIAG(message) do { } while (0)
#define LWIP_PLATFORM_ASSERT(message) do { } while (0)

// extmod/modlwip.c names it, nothing calls it.
typedef uint32_t sys_prot_t;

// The C library's sets errno, which is thread-local: the firmware has none.
#define atoi net_atoi
int net_atoi(const char *digits);

uint32_t net_random(void);
#define LWIP_RAND() net_random()

#endif
