// SPDX-License-Identifier: MIT
// The configuration engine of a Lattice ECP5 behind its JTAG port, after the ECP5 and ECP5-5G sysCONFIG Usage Guide
// (FPGA-TN-02039, earlier TN1260) and Project Trellis' description of the bitstream. Where those are silent, it does what
// owners of boards report; each such place says so.
//
// ecp5_tap_ops makes it a device on a tap_t (context: the ecp5_t). The bitstream decoder decodes every frame, compressed or
// not, and keeps a CRC-32 of what lands in configuration memory; the memory itself is not stored.
#ifndef MODELS_ECP5_H
#define MODELS_ECP5_H

#include "models/nor.h"
#include "models/tap.h"

// IDCODE of the table's devices; IR is 8 bits.
typedef struct {
    const char *name;           // as in Lattice's part numbers: LFE5U-25F
    uint32_t idcode;
    uint16_t frames;
    uint16_t frame_bits;        // without padding
    uint8_t pad_bits;           // after the frame, to whole bytes
    uint16_t boundary_bits;     // of the boundary-scan register
} ecp5_device_t;

// Instructions (FPGA-TN-02039, appendix B).
enum {
    ECP5_IR_SAMPLE = 0x1C,
    ECP5_IR_UIDCODE = 0x19,
    ECP5_IR_READ_ID = 0xE0,
    ECP5_IR_USERCODE = 0xC0,
    ECP5_IR_READ_STATUS = 0x3C,
    ECP5_IR_CHECK_BUSY = 0xF0,
    ECP5_IR_REFRESH = 0x79,
    ECP5_IR_ISC_ENABLE = 0xC6,
    ECP5_IR_ISC_ENABLE_X = 0x74,
    ECP5_IR_ISC_DISABLE = 0x26,
    ECP5_IR_ISC_ERASE = 0x0E,
    ECP5_IR_PROGRAM_DONE = 0x5E,
    ECP5_IR_PROGRAM_SECURITY = 0xCE,
    ECP5_IR_PROGRAM_USERCODE = 0xC2,
    ECP5_IR_INIT_ADDRESS = 0x46,
    ECP5_IR_BITSTREAM_BURST = 0x7A,
    ECP5_IR_RESET_CRC = 0x3B,
    ECP5_IR_READ_CRC = 0x60,
    ECP5_IR_PROG_CTRL0 = 0x22,
    ECP5_IR_READ_CTRL0 = 0x20,
    ECP5_IR_PROG_SPI = 0x3A,
    ECP5_IR_BYPASS = 0xFF,
};

// Status register (FPGA-TN-02039, table 4.2).
enum {
    ECP5_STATUS_TRANSPARENT = 1u << 0,
    ECP5_STATUS_JTAG_ACTIVE = 1u << 4,
    ECP5_STATUS_DECRYPT_ENABLE = 1u << 7,
    ECP5_STATUS_DONE = 1u << 8,
    ECP5_STATUS_ISC_ENABLE = 1u << 9,
    ECP5_STATUS_WRITE_ENABLE = 1u << 10,
    ECP5_STATUS_READ_ENABLE = 1u << 11,
    ECP5_STATUS_BUSY = 1u << 12,
    ECP5_STATUS_FAIL = 1u << 13,
    ECP5_STATUS_DECRYPT_ONLY = 1u << 15,
    ECP5_STATUS_ENCRYPT_PREAMBLE = 1u << 20,
    ECP5_STATUS_STD_PREAMBLE = 1u << 21,
    ECP5_STATUS_SPIM_FAIL = 1u << 22,
    ECP5_STATUS_BSE_SHIFT = 23,
    ECP5_STATUS_EXEC_ERROR = 1u << 26,
    ECP5_STATUS_ID_ERROR = 1u << 27, // boards show it clear even after a wrong id: BSE tells
    ECP5_STATUS_INVALID_COMMAND = 1u << 28,
};

typedef enum {
    ECP5_BSE_NONE,
    ECP5_BSE_ID,
    ECP5_BSE_COMMAND,
    ECP5_BSE_CRC,
    ECP5_BSE_PREAMBLE,
    ECP5_BSE_ABORT,
    ECP5_BSE_OVERFLOW,
    ECP5_BSE_SDM,               // the bitstream passes the size of the array
} ecp5_bse_t;

typedef enum {
    ECP5_FAULT_NONE,
    ECP5_FAULT_WRONG_ID,        // READ_ID answers the id of no ECP5
    ECP5_FAULT_STUCK_BUSY,      // busy never ends after the first ISC_ENABLE
    ECP5_FAULT_ERASE_FAILS,     // ISC_ERASE ends with FAIL
    ECP5_FAULT_NO_DONE,         // a good bitstream is accepted and DONE stays low
    ECP5_FAULT_DECRYPTS,        // the key fuses are programmed: encrypted bitstreams are accepted too
    ECP5_FAULT_DECRYPT_ONLY,    // besides, the fuse that refuses every other bitstream
    ECP5_FAULT_COUNT
} ecp5_fault_t;

// The bitstream decoder's state; private, see ecp5_internal.h.
typedef struct {
    uint8_t phase;
    uint32_t window;            // the last 32 bits, for the preamble
    uint8_t byte;               // bits of the byte under way
    uint8_t bits;
    uint16_t crc;
    uint8_t command;
    uint8_t operand[12];
    uint32_t need;              // bytes still to come in this phase
    uint32_t have;
    uint8_t flags;
    bool crc_per_frame;
    uint8_t dummy;              // bytes between frames
    uint32_t frames_left;
    uint32_t frame_bytes_left;  // of unpacked bytes
    uint32_t code;              // compressed bits not yet decoded
    uint8_t code_bits;
    bool has_dictionary;
    uint8_t dictionary[8];
    uint16_t crc_received;
    bool from_flash;            // the engine reads it itself, by master SPI
    bool restart;               // from flash: go on at restart_address in restart_mode
    uint8_t restart_mode;
    uint32_t restart_address;
    uint8_t asked_mode;         // from JTAG: the SPI mode of a command that ecp5.c has not answered yet, 0: none
    uint32_t padding;           // bytes of FF in a row, of an encrypted stream
} ecp5_bitstream_t;

typedef struct ecp5 {
    const ecp5_device_t *device;
    nor_t *flash;               // on the configuration SPI port; may be NULL
    ecp5_fault_t fault;
    uint64_t unique_id;
    nor_times_t times;          // of ISC_ENABLE, ISC_ERASE and the boot as of the flash

    // What tests look at.
    bool done;                  // the DONE pin
    bool user_mode;             // DONE and out of configuration: the fabric runs
    uint32_t usercode;
    uint32_t ctrl0;
    uint32_t frames;            // written since the memory was cleared
    uint32_t memory_crc32;      // of all frame bytes written, in order, padding bits included
    uint32_t ebr_bytes;
    uint64_t burst_bytes;       // bytes taken by the bitstream engine since the memory was cleared
    uint32_t boots;             // from flash, ended with DONE
    uint32_t clears;            // of the configuration memory

    // Private.
    uint64_t now_ns;
    uint64_t busy_until_ns;
    bool booting;               // ends with busy, with boot_done for DONE
    bool boot_done;
    uint8_t instruction;
    bool executed;              // the instruction's action has been carried out
    bool burst_open;            // bits have gone to the bitstream engine under this instruction
    bool isc_enabled;
    bool transparent;
    bool jtag_active;
    bool write_protected;
    bool fail;
    bool preamble_seen;
    bool encrypted_seen;        // the preamble was that of an encrypted bitstream
    bool spim_fail;
    bool invalid_command;
    ecp5_bse_t bse;
    bool spi_open;              // LSC_PROG_SPI and its key have come
    uint64_t register_value;    // the data register that the instruction selected
    uint8_t register_bits;      // its length
    uint8_t spi_bits;           // of the SPI byte under way
    uint8_t spi_in;
    uint8_t spi_out;
    uint8_t spi_mode;           // of the running boot: 0x49 fast read, 0x51 dual, 0x59 quad, 0: slow
    ecp5_bitstream_t stream;
} ecp5_t;

extern const tap_ops_t ecp5_tap_ops;

// The device by name, letter case aside, with or without the trailing F; NULL when there is none.
const ecp5_device_t *ecp5_device_find(const char *name);
const ecp5_device_t *ecp5_device_at(size_t index);

// Powered, memory blank, nothing booted: call ecp5_boot() for what power-up does next.
void ecp5_init(ecp5_t *ecp5, const ecp5_device_t *device, nor_t *flash);

void ecp5_advance(ecp5_t *ecp5, uint64_t ns);

// Power-up or PROGRAMN: clear the memory and load from flash; busy for as long as MCLK needs for the bytes.
void ecp5_boot(ecp5_t *ecp5);

// The status register as LSC_READ_STATUS gives it now.
uint32_t ecp5_status(const ecp5_t *ecp5);

#endif // MODELS_ECP5_H
