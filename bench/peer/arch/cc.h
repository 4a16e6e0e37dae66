// SPDX-License-Identifier: MIT
// lwIP's view of compiler and CPU (its doc/sys_arch.txt) for the peer on the host.
#ifndef PEER_ARCH_CC_H
#define PEER_ARCH_CC_H

#include <stdint.h>

#define LWIP_PLATFORM_DIAG(message) do { } while (0)

// The same in each run.
uint32_t peer_random(void);
#define LWIP_RAND() peer_random()

#endif
