// SPDX-License-Identifier: MIT
//
// SPI NOR flash over any bus that exchanges bytes: identification (JEDEC id, SFDP, a table for chips without),
// reading, erasing and programming pages. nor_write.h writes streams with it, nor_protect.h handles the status
// registers.

#ifndef FLASH_NOR_H
#define FLASH_NOR_H

#include "flash/bus.h"
#include "flash/sfdp.h"

#define NOR_ERASES (4)

typedef struct {
    uint32_t typical_us;
    uint32_t maximum_us;
} nor_time_t;

typedef struct {
    uint32_t bytes;
    uint8_t opcode; // the one to send, with nor_t's address_bytes
    nor_time_t time;
} nor_erase_t;

// How the status registers are laid out; nor_protect.c knows what that means.
typedef enum {
    NOR_LAYOUT_UNKNOWN, // nothing is written, and nothing decoded but what the SFDP tells
    NOR_LAYOUT_WINBOND, // SR1 BP0-2, TB, SEC; SR2 QE, LB, CMP
    NOR_LAYOUT_WINBOND_LARGE, // SR1 BP0-3, TB; SR2 the same
    NOR_LAYOUT_GIGADEVICE_LARGE, // SR1 the same; SR2 QE, but no CMP
    NOR_LAYOUT_MICRON, // SR BP0-2, TB, BP3
    NOR_LAYOUT_ISSI, // SR BP0-3, QE; TBS in the function register
    NOR_LAYOUT_MACRONIX, // SR BP0-3, QE; TB in the configuration register
    NOR_LAYOUT_SPANSION, // SR1 BP0-2; CR1 TBPROT, QUAD
    NOR_LAYOUT_SIMPLE, // SR BP0-2
} nor_layout_t;

// The caller owns it; read-only outside of nor*.c.
typedef struct {
    flash_bus_t bus;
    uint8_t id[3]; // manufacturer, type, capacity
    const char *name; // of the family or vendor, for people; "unknown" at worst
    bool has_sfdp;
    sfdp_t sfdp; // valid with has_sfdp
    uint32_t size_bytes;
    uint32_t page_bytes;
    uint8_t address_bytes; // 3 or 4
    uint8_t read_opcode;
    uint8_t program_opcode;
    uint8_t erases; // how many sizes
    nor_erase_t erase[NOR_ERASES]; // smallest first
    nor_time_t program;
    nor_layout_t layout;
    bool writable; // private: a write enable was taken since something else than a page was written
    uint8_t command[2][6]; // private: in turns, while they are in flight
    uint8_t turn;
} nor_t;

// Status register 1, common to all.
#define NOR_SR1_BUSY (1 << 0)
#define NOR_SR1_WRITE_ENABLED (1 << 1)

// Wake the chip and identify it. LX_ENOFLASH: nothing answers. LX_EFLASHTYPE: no SFDP and not in the table;
// nor->id is valid then. LX_EFLASHBUSY: something is still going on in it that does not end.
int nor_open(nor_t *nor, flash_bus_t bus);

// Leave the chip as an FPGA expects it after power-up. Above 16 MiB, what is under way is waited for.
int nor_close(nor_t *nor);

// Read any number of bytes. LX_EOVERFLOW: beyond the end.
int nor_read(nor_t *nor, uint32_t address, uint8_t *data, size_t length);

// Reading with a look at each part while the next one comes: begin, then any number of next, of which the one with
// `last` ends it. The memory belongs to the bus until nor_wait(nor, 1) has returned after the following call.
int nor_read_begin(nor_t *nor, uint32_t address);
int nor_read_next(nor_t *nor, uint8_t *data, size_t length, bool last);
int nor_wait(nor_t *nor, unsigned in_flight);

// Erase one block of nor->erase[type] at an address aligned to it, or program within one page; both wait for the end.
// They do not look whether it worked, except that the chip accepts a write at all (LX_EPROTECTED when not).
// LX_EFLASHBUSY, LX_EFLASHLOST; from chips that say so LX_EFLASHERASE, LX_EFLASHPROGRAM.
int nor_erase(nor_t *nor, unsigned type, uint32_t address);
int nor_program(nor_t *nor, uint32_t address, const uint8_t *data, size_t length);

// Whether the same chip still answers: LX_OK or LX_EFLASHLOST.
int nor_check_alive(nor_t *nor);

// For nor_protect.c: a command of one byte with up to two bytes written or read after it; one that writes, with write
// enable before and a wait of at most maximum_us after it.
int nor_register_read(nor_t *nor, uint8_t opcode, uint8_t *data, size_t length);
int nor_register_write(nor_t *nor, uint8_t opcode, const uint8_t *data, size_t length, uint32_t maximum_us);

#endif // FLASH_NOR_H
