// SPDX-License-Identifier: MIT
// An SPI NOR flash as a state machine over command bytes, with the behaviour and times of the data sheets of
// the chips in nor_chips.c. The memory is the caller's (heap, or a file by mmap) and is changed only when an
// operation ends.
//
// The core is nor_select() and nor_exchange(): chip select, then bytes. nor_pins_t below drives it bit by
// bit. Time comes from nor_advance() alone. Not modelled: dual and quad transfers, suspend and resume, single
// block locks of Winbond (WPS = 1 locks all blocks or none), the security registers' contents beyond their
// lock bits.
#ifndef MODELS_NOR_H
#define MODELS_NOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOR_ERASES (5)          // erases of a chip: 4K, 32K, the block of D8, the whole chip, 8K
#define NOR_REGIONS (5)
#define NOR_LOCK_BYTES (18)
#define NOR_PAGE_MAX (512)
#define NOR_ID_MAX (8)
#define NOR_NS_PER_US (1000ull)
#define NOR_NS_PER_MS (1000000ull)

// How a chip lays out its status registers.
typedef enum {
    NOR_STATUS_WINBOND,         // SR1-3, CMP, SEC, TB, LB1-3, QE in SR2
    NOR_STATUS_MICRON,          // SR with TB and BP3, flag status register
    NOR_STATUS_ISSI,            // SR with BP3 and QE, function register with TBS (one time programmable)
    NOR_STATUS_MACRONIX,        // SR with BP3 and QE, configuration register with TB (one time programmable)
    NOR_STATUS_SPANSION,        // SR1 with P_ERR and E_ERR, CR1 with TBPROT and QUAD
    NOR_STATUS_GIGADEVICE,      // above 16 MiB: SR1-3 with BP0-3 and TB; QE, LB1-3 and SRL in SR2, no CMP
    NOR_STATUS_SIMPLE,          // SR with BP0-2 and SRWD, nothing else
    NOR_STATUS_SST26,           // no BP bits; a lock per block, set at power-up: read by 72, written by 42, lifted by 98
    NOR_STATUS_ADESTO,          // SWP tells how many sectors are locked, all at power-up: by 36, 39 and 3C each, by 01 all
} nor_status_layout_t;

enum {
    NOR_HAS_SFDP = 1 << 0,
    NOR_HAS_4BYTE = 1 << 1,     // B7/E9 (of ISSI B7/29) and the 4-byte opcodes 13 0C 12 21 DC
    NOR_HAS_EAR = 1 << 2,       // extended address register, C5/C8
    NOR_HAS_RESET = 1 << 3,     // 66, 99
    NOR_HAS_VOLATILE_SR = 1 << 4, // 50
    NOR_HAS_4BYTE_MODE = 1 << 5, // B7/E9, only after 06, and no opcodes with 4-byte addresses
    NOR_HAS_SR3 = 1 << 6,       // 15, 11, and 31 for SR2 alone; WPS with locks of the blocks, which 7E sets and 98 lifts
    NOR_WRITES_ONE = 1 << 7,    // 01 takes exactly one byte, and is ignored with more
};

// Times in microseconds: typical and maximum of the data sheet.
typedef struct {
    uint32_t typical_us;
    uint32_t maximum_us;
} nor_time_t;

typedef struct {
    uint8_t opcode;             // 0: the chip has no such erase
    uint32_t bytes;
    nor_time_t time;
} nor_erase_t;

// A range of a chip whose erases are not the same everywhere. An erase that is larger than its region clears
// the region.
typedef struct {
    uint32_t bytes;             // 0: no more regions
    uint8_t erases;             // a bit for each usable entry of nor_chip_t.erase
} nor_region_t;

typedef struct {
    const char *name;           // of the data sheet
    const char *alias;          // what people type; may be NULL
    uint8_t id[NOR_ID_MAX];     // what 9F answers
    uint8_t id_bytes;
    uint8_t device_id;          // what AB and 90 answer
    uint32_t size_bytes;        // a power of two
    uint16_t page_bytes;
    uint8_t status_layout;      // nor_status_layout_t
    uint8_t features;
    uint8_t sr2_default;        // factory default of SR2, CR1 or the function register
    uint8_t sr3_default;
    nor_time_t program;         // a page
    nor_time_t write_status;
    nor_erase_t erase[NOR_ERASES];
    nor_region_t region[NOR_REGIONS]; // from address 0 on; none: every erase works everywhere
    uint32_t read_hz;           // limit of opcode 03; 0B and the rest are above any JTAG clock
} nor_chip_t;

typedef enum {
    NOR_TIMES_TYPICAL,
    NOR_TIMES_MAXIMUM,
    NOR_TIMES_NONE,             // every operation ends at the first nor_advance(), even by 0 ns
} nor_times_t;

// One fault at a time; `fault_argument` is what the comment says.
typedef enum {
    NOR_FAULT_NONE,
    NOR_FAULT_WRONG_ID,         // 9F, 90, AB answer ids of no chip in the table; SFDP is gone
    NOR_FAULT_ABSENT,           // MISO stays high
    NOR_FAULT_STUCK_BUSY,       // the operation after the first `fault_argument` ones never ends
    NOR_FAULT_NO_ERASE,         // erases take their time and change nothing
    NOR_FAULT_NO_PROGRAM,       // programming takes its time and changes nothing
    NOR_FAULT_NO_WRITE_ENABLE,  // 06 sets no write-enable latch
    NOR_FAULT_STUCK_BIT,        // bit 0 of the byte at `fault_argument` can not be programmed to 0
    NOR_FAULT_STUCK_ZERO,       // bit 0 of the byte at `fault_argument` can not be erased to 1
    NOR_FAULT_PROTECTED,        // all block-protect bits set; software may clear them
    NOR_FAULT_BLOCK_LOCKS,      // WPS is set where the chip has it, and the block-protect bits are not
    NOR_FAULT_LOCKED,           // all block-protect bits set and the status registers locked until power-up
    NOR_FAULT_POWER_LOSS,       // power goes in the middle of the operation after the first `fault_argument` ones
    NOR_FAULT_COUNT
} nor_fault_t;

// What happened, for tests and reports. Operations are page programs, erases and status writes that were
// accepted.
typedef struct {
    uint32_t operations;
    uint32_t programs;
    uint32_t erases[NOR_ERASES];
    uint32_t status_writes;
    uint32_t otp_writes;        // writes that set a lock bit which can never be cleared
    uint32_t refused;           // programs and erases not enabled, into a protected range, or while busy
    uint64_t bytes_read;
    uint64_t busy_ns;           // sum of the times of all operations
} nor_counters_t;

typedef struct {
    const nor_chip_t *chip;
    uint8_t *memory;            // chip->size_bytes, the caller's
    nor_times_t times;
    nor_fault_t fault;
    uint32_t fault_argument;
    nor_counters_t counters;
    bool powered;
    bool lost_power;            // NOR_FAULT_POWER_LOSS has struck

    // Everything below is private; it is here so that the caller can own it.
    uint64_t now_ns;
    uint8_t sr[3];              // as they read, BUSY and write enable aside; the meaning follows the layout
    uint8_t sr_nonvolatile[3];  // what power-up restores
    bool write_enable;
    bool volatile_enable;       // 50 came last
    bool blocks_unlocked;       // by 98; counts with WPS = 1
    uint8_t locks[NOR_LOCK_BYTES]; // NOR_STATUS_SST26: the block-protection register, as 72 reads it; _ADESTO: a bit per 64K
    bool locks_down;            // until power-up: 42 and 98 change nothing
    bool status_locked;         // SRL or FREEZE, until power-up
    bool address4;              // 4-byte address mode
    uint8_t address_high;       // extended address register
    bool powered_down;
    bool quad_protocol;         // QPI was entered: deaf on one wire until reset or power-up
    bool reset_enabled;
    bool wip_error;             // P_ERR, E_ERR, or the flag status register's failure bits
    // the command being shifted
    bool selected;
    uint32_t count;             // bytes of it so far
    uint8_t opcode;
    uint8_t flow;
    uint8_t address_bytes;
    uint8_t dummy_bytes;
    uint32_t address;
    uint8_t page[NOR_PAGE_MAX];
    uint32_t page_count;        // data bytes of a program, more than a page wraps
    uint8_t status_data[NOR_LOCK_BYTES];
    // the operation under way
    uint8_t pending;            // 0: none
    uint32_t pending_address;
    uint32_t pending_bytes;
    uint64_t pending_from_ns;
    uint64_t pending_until_ns;
} nor_t;

// The chip by its data sheet's name or the alias, letter case aside; NULL when there is none.
const nor_chip_t *nor_chip_find(const char *name);

// Row `index` of the table of chips; NULL after the last.
const nor_chip_t *nor_chip_at(size_t index);

// Translate "typical", "maximum" or "none". Returns false for any other name.
bool nor_times_find(const char *name, nor_times_t *times);

// Powered and ready, with factory defaults in the status registers. `memory` holds chip->size_bytes bytes and
// keeps its content; a blank chip is all FF.
void nor_init(nor_t *nor, const nor_chip_t *chip, uint8_t *memory);

// Set a fault and apply what it does to the state at once (protection bits).
void nor_set_fault(nor_t *nor, nor_fault_t fault, uint32_t argument);

void nor_advance(nor_t *nor, uint64_t ns);

// Chip select: true is low on the pin. Deselecting carries out the command, if it ended on a byte.
void nor_select(nor_t *nor, bool selected);

// Give up the command under way: for adapters, when chip select rises in the middle of a byte.
void nor_abandon(nor_t *nor);

// One byte each way, MSB first on the wire. FF comes back while the chip does not drive MISO.
uint8_t nor_exchange(nor_t *nor, uint8_t mosi);

// Power. What was under way when the power went is left half done.
void nor_power(nor_t *nor, bool on);

bool nor_busy(const nor_t *nor);

// The protected range by the present status registers: *first..*end-1; empty when equal. Of chips with a lock
// per block, the range from the first to the last locked one.
void nor_protected_range(const nor_t *nor, uint32_t *first, uint32_t *end);

// A byte of the SFDP space as the chip answers 5A.
uint8_t nor_sfdp_byte(const nor_chip_t *chip, uint32_t address);

// The pin adapter, SPI mode 0 and 3: levels of CS#, CLK and MOSI in, level of MISO back.
typedef struct {
    nor_t *nor;
    bool clk;
    bool selected;
    unsigned bits;              // of the byte under way
    uint8_t in;
    uint8_t out;
} nor_pins_t;

void nor_pins_init(nor_pins_t *pins, nor_t *nor);
bool nor_pins(nor_pins_t *pins, bool cs_n, bool clk, bool mosi);

// For adapters that shift bits: what the next byte's answer will be, without taking the byte.
uint8_t nor_peek(nor_t *nor);

#endif // MODELS_NOR_H
