// SPDX-License-Identifier: MIT
//
// SPI NOR flash over a bus (bus.h): identification, reading, erasing, programming. nor_erase.h erases ranges,
// nor_write.h writes streams, nor_protect.h handles the status registers.

#ifndef FLASH_NOR_H
#define FLASH_NOR_H

#include "flash/bus.h"
#include "flash/sfdp.h"

#define NOR_ERASES (4)
#define NOR_REGIONS (SFDP_REGIONS)
#define NOR_ID_BYTES (6)
// The least and the most that one erase clears; chips with other erases only are not supported.
#define NOR_SECTOR_MIN (0x1000)
#define NOR_SECTOR_MAX (0x40000)

typedef struct {
    uint32_t typical_us;
    uint32_t maximum_us;
} nor_time_t;

typedef struct {
    uint32_t bytes;
    uint8_t opcode; // the one to send, with nor_t's address_bytes
    nor_time_t time;
} nor_erase_t;

// A range in which the same erases work; most chips have one. Blocks are counted from its start. An erase
// that is larger than its region clears the region.
typedef struct {
    uint32_t start;
    uint32_t bytes;
    uint8_t erases; // bit n: nor_t.erase[n] works here
} nor_region_t;

// The layout of the status registers: a row of the table in nor_protect.c.
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
    NOR_LAYOUT_SST26, // a lock per block, all set at power-up
    NOR_LAYOUT_ADESTO, // a lock per 64 KiB, all set at power-up; SR says how many are
} nor_layout_t;

// Facts that the caller states in place of the table and the chip; 0: not stated.
typedef struct {
    uint32_t size_bytes; // a power of two
    uint32_t sector_bytes; // that one erase clears everywhere: a power of two, NOR_SECTOR_MIN to NOR_SECTOR_MAX
    uint8_t erase_opcode; // only with sector_bytes; not stated: 20h for 4 KiB, 52h for 32 KiB, else D8h
} nor_statement_t;

// The caller owns it; read-only outside of nor*.c.
typedef struct {
    flash_bus_t bus;
    uint8_t id[NOR_ID_BYTES]; // manufacturer, type, capacity, then what the maker adds
    const char *name; // of the family or vendor, for people; "unknown" at worst
    bool has_sfdp;
    sfdp_t sfdp; // valid with has_sfdp
    uint32_t size_bytes;
    uint32_t page_bytes;
    uint8_t address_bytes; // 3 or 4
    uint8_t read_opcode;
    uint8_t program_opcode;
    uint8_t erases; // count of erase[]
    nor_erase_t erase[NOR_ERASES]; // smallest first
    uint8_t regions; // count of region[]
    nor_region_t region[NOR_REGIONS]; // in order, without gaps
    bool reach_known; // the erases are stated, described by SFDP or certain for this id, not the usual ones of a family
    nor_time_t program;
    nor_layout_t layout;
    bool writable; // private: a write enable was taken since something else than a page was written
    bool reading; // private: a read command is open
    bool four_byte_mode; // private: the chip was told to take 4-byte addresses
    uint32_t blank_start; // private: a range that was found blank by nor_guard_begin()
    uint32_t blank_end;
    uint32_t read_address; // private: of the next nor_read_next()
    uint8_t command[2][6]; // private: in turns, while they are in flight
    uint8_t turn;
} nor_t;

// Status register 1, common to all.
#define NOR_SR1_BUSY (1 << 0)
#define NOR_SR1_WRITE_ENABLED (1 << 1)

// Wake the chip and identify it. LX_ENOFLASH: nothing answers. LX_EFLASHTYPE: neither SFDP nor the table
// tells how it is erased; nor->id is valid. LX_EFLASHBUSY: an operation that someone else began does not end.
int nor_open(nor_t *nor, flash_bus_t bus);

// The same, with what the caller states in place of what table and chip say. LX_EINVAL: not a possible
// statement.
int nor_open_as(nor_t *nor, flash_bus_t bus, const nor_statement_t *statement);

// Leave the chip as an FPGA expects it after power-up. Above 16 MiB, wait for an operation that is still
// under way.
int nor_close(nor_t *nor);

// Read any number of bytes. LX_EOVERFLOW: beyond the end.
int nor_read(nor_t *nor, uint32_t address, uint8_t *data, size_t length);

// Read in parts, so that one can be used while the next comes: begin, then any number of next, the final one
// with `last`. The memory belongs to the bus until nor_wait(nor, 1) has returned after the following call.
int nor_read_begin(nor_t *nor, uint32_t address);
int nor_read_next(nor_t *nor, uint8_t *data, size_t length, bool last);
int nor_wait(nor_t *nor, unsigned in_flight);

// Whether data is what an erase leaves.
bool nor_is_blank(const uint8_t *data, size_t length);

// Erase one block of nor->erase[type] that begins at `address`, or program within one page; both wait for the
// end. They do not check the result, except that the chip accepts a write at all (LX_EPROTECTED when not).
// LX_EINVAL: this erase does not work there, or its blocks begin elsewhere. LX_EFLASHBUSY, LX_EFLASHLOST;
// from chips that report it LX_EFLASHERASE, LX_EFLASHPROGRAM.
int nor_erase(nor_t *nor, unsigned type, uint32_t address);
int nor_program(nor_t *nor, uint32_t address, const uint8_t *data, size_t length);

// Whether the same chip still answers: LX_OK or LX_EFLASHLOST.
int nor_check_alive(nor_t *nor);

// The number that the maker gave this one chip, first byte first. LX_ENOTSUP: it has none, or how to read it
// is not known.
int nor_unique_id(nor_t *nor, uint8_t id[8]);

// The region that holds an address below nor->size_bytes, what an erase clears there, and the least that one
// clears.
const nor_region_t *nor_region_at(const nor_t *nor, uint32_t address);
uint32_t nor_erase_bytes(const nor_t *nor, const nor_region_t *region, unsigned type);
uint32_t nor_sector_bytes(const nor_t *nor, const nor_region_t *region);

// The largest of the smallest erases of any region: a buffer of this size is enough for every write.
uint32_t nor_largest_sector(const nor_t *nor);

// For nor_protect.c: a command of one byte with bytes written or read after it; one that writes, with write
// enable before and a wait of at most maximum_us after it. A write takes up to 5 bytes.
int nor_register_read(nor_t *nor, uint8_t opcode, uint8_t *data, size_t length);
int nor_register_write(nor_t *nor, uint8_t opcode, const uint8_t *data, size_t length, uint32_t maximum_us);

#endif // FLASH_NOR_H
