// SPDX-License-Identifier: MIT
//
// libFuzzer target: Etherbone packets from the network. An answer is no longer than its packet (it is given
// no more room), answers are well formed, and nothing but whole words at aligned addresses reaches the bus.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/etherbone.h"

#define HEADER (8)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned accesses;

static uint32_t on_read(void *context, uint32_t addr) {
    (void)context;
    accesses++;
    if (addr & 3) {
        __builtin_trap();
    }
    return addr;
}

static void on_write(void *context, uint32_t addr, uint32_t value, unsigned enable) {
    (void)context;
    (void)value;
    accesses++;
    if ((addr & 3) || enable > 0xf) {
        __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const etherbone_bus_t bus = { .read = on_read, .write = on_write };
    // Both exactly as large as they may be, for the sanitizer.
    uint8_t *packet = malloc(size + 1);
    uint8_t *reply = malloc(size + 1);
    if (packet == NULL || reply == NULL) {
        __builtin_trap();
    }
    memcpy(packet + 1, data, size);
    accesses = 0;
    size_t n = etherbone_answer(&bus, packet + 1, size, reply + 1);
    if (n > size || (n > 0 && n < HEADER) || accesses > size / 4) {
        __builtin_trap();
    }
    if (n > 0 && !(data[2] & 1)) {
        // An answer to reads is a packet of writes alone: taken for a request, it is not answered.
        unsigned before = accesses;
        if (etherbone_answer(&bus, reply + 1, n, packet + 1) != 0 || accesses == before) {
            __builtin_trap();
        }
    }
    free(packet);
    free(reply);
    return 0;
}
