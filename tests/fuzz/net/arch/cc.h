// SPDX-License-Identifier: MIT
// The port's view of compiler and CPU; lwIP's assertions end the run.
#ifndef FUZZ_NET_ARCH_CC_H
#define FUZZ_NET_ARCH_CC_H

#include <stdio.h>

#include "port/net/arch/cc.h"

#undef LWIP_PLATFORM_ASSERT
#define LWIP_PLATFORM_ASSERT(message) do { fprintf(stderr, "lwIP: %s (%s:%d)\n", (message), __FILE__, __LINE__); __builtin_trap(); } while (0)

#endif
