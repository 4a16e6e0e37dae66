// SPDX-License-Identifier: MIT
//
// Etherbone on a UDP port of this machine: a host reads and writes the emulated bus while the guest runs.
// After the Etherbone specification 1.0 as far as liteeth/frontend/etherbone.py has it, which LiteX's
// litex_server talks to: 32-bit addresses and data, no configuration space, no FIFO mode.

#ifndef EMU_HOST_ETHERBONE_H
#define EMU_HOST_ETHERBONE_H

#include <stddef.h>
#include <stdint.h>

// What is read and written. addr is a multiple of 4; bit i of enable says that byte i is written.
typedef struct {
    void *context;
    uint32_t (*read)(void *context, uint32_t addr);
    void (*write)(void *context, uint32_t addr, uint32_t value, unsigned enable);
} etherbone_bus_t;

typedef struct etherbone etherbone_t;

// Do what a packet asks. Returns the size of the answer, 0 for none; it is never longer than the packet, so
// that reply has room for size bytes. A record that is cut off, and all behind it, is not acted upon.
size_t etherbone_answer(const etherbone_bus_t *bus, const uint8_t *packet, size_t size, uint8_t *reply);

// where: "PORT" (of 127.0.0.1) or "ADDRESS:PORT"; port 0 takes a free one. Says on stderr where it is.
// NULL: one line in error.
etherbone_t *etherbone_open(const etherbone_bus_t *bus, const char *where, char *error, size_t error_size);
void etherbone_close(etherbone_t *e); // NULL: nothing

// Readable when there is something to do.
int etherbone_fd(const etherbone_t *e);
// Answer what has come; does not wait.
void etherbone_poll(etherbone_t *e);

#endif
