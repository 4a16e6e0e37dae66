// SPDX-License-Identifier: MIT
//
// The virtual ECP5 board of models/ as a transport. models/ and jtag/ use the same names for different things, so
// only vboard.c sees the models, and the linker hides the rest (Makefile).

#ifndef VBOARD_H
#define VBOARD_H

#include "flash/bus.h"
#include "jtag/jtag.h"

typedef struct vboard vboard_t;

typedef struct {
    uint32_t operations;
    uint32_t programs;
    uint32_t erases[4]; // 4K, 32K, 64K, chip
    uint32_t status_writes;
    uint32_t otp_writes;
    uint32_t refused;
    uint64_t bytes_read;
} vboard_counters_t;

// device and chip by name; chip NULL: no flash. fault as for vecp5's --fault, NULL: none. The flash is blank.
vboard_t *vboard_new(const char *device, const char *chip, const char *fault);
void vboard_free(vboard_t *board);

// Operations run in submit, or two late: then the test fails when memory that belongs to the transport changes too
// early.
jtag_transport_t vboard_transport(vboard_t *board, bool late);

uint8_t *vboard_flash(vboard_t *board, size_t *length);
bool vboard_done(const vboard_t *board);
bool vboard_user_mode(const vboard_t *board);
uint32_t vboard_frames(const vboard_t *board);
uint32_t vboard_memory_crc(const vboard_t *board);
uint32_t vboard_clears(const vboard_t *board);
uint32_t vboard_boots(const vboard_t *board);
uint32_t vboard_idcode(const vboard_t *board);
uint64_t vboard_now_us(const vboard_t *board);
uint64_t vboard_clocks(const vboard_t *board);
void vboard_counters(const vboard_t *board, vboard_counters_t *counters);
void vboard_protected(const vboard_t *board, uint32_t *first, uint32_t *end);
uint8_t *vboard_status(vboard_t *board); // SR1-3, volatile copy
// Time passes without clocks.
void vboard_advance(vboard_t *board, uint32_t us);
void vboard_power(vboard_t *board, bool on);
// Replace the fault and power-cycle the flash without a boot.
void vboard_set_fault(vboard_t *board, const char *fault);
// The pins, one change at a time: TDO as it is after it.
bool vboard_pins(vboard_t *board, bool tck, bool tms, bool tdi);
// The faults in order, NULL after the last.
const char *vboard_fault_name(size_t index);
// The slave SPI port at 25 MHz, and how many bytes went through it.
flash_bus_t vboard_slave_spi(vboard_t *board);
void vboard_slave_release(vboard_t *board); // chip select rises
uint64_t vboard_slave_bytes(const vboard_t *board);
bool vboard_in_reset(const vboard_t *board);
bool vboard_power_lost(const vboard_t *board);

#endif // VBOARD_H
