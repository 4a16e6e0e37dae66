// SPDX-License-Identifier: MIT
// Random bytes for keys: os.urandom, mbedtls. They come from the SoC's TRNG where it has one, else from the times at
// which the outside world is heard of, and from a seed that was kept (docs/entropy.md).
#ifndef PORT_RANDOM_RANDOM_H
#define PORT_RANDOM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "py/mpconfig.h"

#if PORT_FULL

// LX_EBUSY: not enough entropy was collected yet. LX_EIO: the TRNG failed a health test. LX_ETIMEDOUT: it does not
// answer. Nothing is written then.
int port_random(void *out, size_t bytes);

// Raise the OSError of a status of port_random(), with a sentence on what to do.
MP_NORETURN void port_random_raise(int status);

// From an interrupt: a character, a frame or the like arrived just now.
void port_random_event(void);

#else
static inline void port_random_event(void) {
}
#endif

#endif
