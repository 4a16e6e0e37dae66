// SPDX-License-Identifier: MIT
// The port's options of lwIP, on a machine whose pointers have eight bytes. Assertions end the run.
#ifndef FUZZ_NET_LWIPOPTS_H
#define FUZZ_NET_LWIPOPTS_H

#define PORT_NET_SMALL 0
#include "port/net/lwipopts.h"

#undef MEM_ALIGNMENT
#define MEM_ALIGNMENT 8
#define IPV6_FRAG_COPYHEADER 1
#ifndef FUZZ_NOASSERT
#undef LWIP_NOASSERT
#endif

#endif
