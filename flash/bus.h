// SPDX-License-Identifier: MIT
//
// How a SPI flash is reached: the contract of whatever clocks bytes into one. Implementations: the JTAG
// bridge of an ECP5 (jtag/bridge.h); a master with words of up to 32 bits and a memory-mapped window, such as
// LiteSPI; a plain SPI master with a pin as chip select.
//
// The bus owns the wires: mode 0, most significant bit first, and the clock rate, which must not exceed what
// the chip allows for opcode 03h. It drives chip select itself. One bus is used from one thread, and not from
// interrupts.

#ifndef FLASH_BUS_H
#define FLASH_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

// All functions return LX_OK or a negative status, which ends the call of flash/ that made the transfer.
// After an error or LX_EINTR the owner of the bus raises chip select so that the chip does not carry out a
// cut command, before the bus is used again.
// The least that match compares, and what it counts in.
#define FLASH_MATCH_BYTES (256)

typedef struct {
    // Clock `length` (at least 1) bytes with chip select low. Chip select falls with the first call of a
    // transaction and rises after the last bit of the call with `last`; between calls the clock may pause.
    // Half duplex: either tx or rx is NULL. With rx, the level of MOSI does not matter; a transaction sends
    // first and receives after, so no call with tx follows one with rx before chip select rises. The call may
    // return before the bytes are clocked. The memory then belongs to the bus until the call after the next
    // has returned, or until wait says so.
    int (*xfer)(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last);

    // Return when at most in_flight (0 or 1) calls of xfer have not ended. NULL: xfer returns when the bytes
    // are clocked.
    int (*wait)(void *ctx, unsigned in_flight);

    // Let at least `us` microseconds pass with chip select high.
    int (*delay)(void *ctx, uint32_t us);

    // Read through a memory-mapped window, past any cache, with the chip idle, in the address mode of its
    // power-up and chip select high. LX_ENOTSUP: part of the range is outside of the window. NULL: there is
    // no window.
    int (*read_mapped)(void *ctx, uint32_t address, uint8_t *data, size_t length);

    // A transaction of its own: send a command, then compare what comes with `wanted` (a multiple of
    // FLASH_MATCH_BYTES), at most up to the first difference. *same: how much is the same, a multiple of
    // FLASH_MATCH_BYTES, and *crc32 goes over that. It returns when all is clocked. For a bus that can compare while the
    // next bytes are on the wires. LX_ENOTSUP, before anything is sent: read_mapped is faster. NULL: the bus cannot.
    int (*match)(void *ctx, const uint8_t *command, size_t command_length, const uint8_t *wanted, size_t length,
        size_t *same, uint32_t *crc32);
} flash_bus_ops_t;

typedef struct {
    const flash_bus_ops_t *ops;
    void *ctx;
} flash_bus_t;

#endif // FLASH_BUS_H
