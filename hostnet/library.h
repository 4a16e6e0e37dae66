// SPDX-License-Identifier: MIT
//
// What a shared library exports to be the network of `--net library=FILE`: a peer that lives in the simulation's time
// alone, so that each run is the same to the cycle. bench/peer/ is one.

#ifndef HOSTNET_LIBRARY_H
#define HOSTNET_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the library may call, from within its functions.
typedef struct {
    void *context;
    uint64_t (*now_ns)(void *context);
    bool (*deliver)(void *context, const uint8_t *frame, size_t size); // to the guest; false: no room, it is dropped
} hostnet_wire_t;

// The symbol `hostnet_library`. Frames have neither preamble nor FCS.
typedef struct {
    void *(*open)(const hostnet_wire_t * wire); // NULL: no memory. The wire stays until close()
    void (*close)(void *self);
    void (*send)(void *self, const uint8_t *frame, size_t size); // from the guest
    void (*poll)(void *self);                                    // time has passed
} hostnet_library_t;

#define HOSTNET_LIBRARY_SYMBOL "hostnet_library"

#endif
