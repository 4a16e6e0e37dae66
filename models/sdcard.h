// SPDX-License-Identifier: MIT
//
// An SD card as a state machine over commands and blocks (SD Physical Layer Simplified Specification 3.01), without its
// pins: sdcard_bus.h puts it on CMD and DAT0-3, sdcard_spi.h on an SPI bus. Time comes from sdcard_advance() alone.
// Memory is a file that is mapped, so that it survives and other programs read it, or blank.
//
// Not modelled: erase, locking by password, UHS-I, and writing CSD or CID.

#ifndef MODELS_SDCARD_H
#define MODELS_SDCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/wiring.h"

#define SDCARD_SECTOR (512)
#define SDCARD_MAX_BLOCK (SDCARD_SECTOR)
#define SDCARD_REGISTER (16) // bytes of CID and CSD

typedef enum {
    SDCARD_SDSC, // byte addresses, CSD version 1, up to 2 GiB
    SDCARD_SDHC, // sector addresses, CSD version 2, up to 32 GiB
    SDCARD_SDXC, // above
} sdcard_kind_t;

typedef enum {
    SDCARD_TIMES_TYPICAL,
    SDCARD_TIMES_MAXIMUM, // what the specification allows: 100 ms to read, 250 ms to write (SDXC: 500 ms)
    SDCARD_TIMES_NONE, // an ideal card: it answers and is ready as soon as the protocol lets it
} sdcard_times_t;

// One fault at a time. Faults with "after" happen to the first thing of its kind after `argument` such things.
typedef enum {
    SDCARD_FAULT_NONE,
    SDCARD_FAULT_READ_CRC, // blocks read after `argument` ones have a wrong CRC
    SDCARD_FAULT_NO_EFFECT, // blocks written after `argument` ones are accepted and change nothing
    SDCARD_FAULT_WRITE_CRC, // the card sees a wrong CRC in blocks written after `argument` ones
    SDCARD_FAULT_COMMAND_CRC, // responses after `argument` ones have a wrong CRC
    SDCARD_FAULT_WRITE_ERROR, // blocks written after `argument` ones are refused with a write error
    SDCARD_FAULT_READ_ERROR, // a read after `argument` ones ends in the error bit of R1, and no data comes
    SDCARD_FAULT_STUCK_BUSY, // busy for ever after `argument` written blocks
    SDCARD_FAULT_NO_DATA, // no block comes after `argument` read ones
    SDCARD_FAULT_NO_INIT, // initialization never ends
    SDCARD_FAULT_ABSENT, // an empty slot
    SDCARD_FAULT_REMOVED, // pulled out after `argument` commands and blocks
    SDCARD_FAULT_EARLY_DATA, // data comes while the response is still on the wire
    SDCARD_FAULT_NO_CMD23, // SCR lacks CMD23, and the card refuses it
    SDCARD_FAULT_POWER_CUT, // power goes after `argument` written sectors: silent from then on
    SDCARD_FAULT_TORN_SECTOR, // power goes in the sector after `argument` written ones: half of it is new
    SDCARD_FAULT_PROTECTED, // CSD says temporarily write-protected, and writes are refused
    SDCARD_FAULT_SLOW_CLOCK, // above `argument` Hz, blocks read have wrong bits
    SDCARD_FAULT_COUNT
} sdcard_fault_t;

extern const char *const sdcard_faults[SDCARD_FAULT_COUNT]; // as the command line names them

// Of a response: which kind, and thus how many bits are on the wire.
typedef enum {
    SDCARD_NO_RESPONSE,
    SDCARD_R1, // 48 bits with the card's status
    SDCARD_R1B, // and busy on DAT0
    SDCARD_R2, // 136 bits: CID or CSD
    SDCARD_R3, // 48 bits: OCR, no CRC
    SDCARD_R6, // 48 bits: RCA
    SDCARD_R7, // 48 bits: voltage and pattern
} sdcard_response_kind_t;

typedef struct {
    sdcard_response_kind_t kind;
    uint8_t index; // in the response: the command's, 63 for R2 and R3
    uint32_t value; // of the 48-bit kinds
    const uint8_t *reg; // of R2: 16 bytes, the last one with CRC7
    bool bad_crc;
} sdcard_response_t;

// What a written block led to: the bits of the status token.
typedef enum {
    SDCARD_SILENT = 0, // no token: the card is not there, or did not expect a block
    SDCARD_ACCEPTED = 2,
    SDCARD_CRC_ERROR = 5,
    SDCARD_WRITE_ERROR = 6,
} sdcard_token_t;

// For tests and reports.
typedef struct {
    uint32_t commands;
    uint32_t blocks_read;
    uint32_t blocks_written; // that took effect
    uint32_t illegal; // commands refused
} sdcard_counters_t;

typedef struct {
    // The configuration; may be changed at any time.
    sdcard_times_t times;
    sdcard_fault_t fault;
    uint32_t fault_argument;
    uint32_t clock_hz; // of the bus, told by the adapter; 0: not known

    sdcard_counters_t counters;

    // Private.
    sdcard_kind_t kind;
    uint64_t sectors;
    uint8_t *memory;
    bool file;
    bool gone;
    bool spi;
    bool crc_on; // in SPI mode, by CMD59
    uint8_t state;
    uint8_t cid[SDCARD_REGISTER];
    uint8_t csd[SDCARD_REGISTER];
    uint8_t scr[8];
    uint8_t answer[64]; // the block of a command that reads one which is not memory
    uint32_t answer_bytes;
    uint16_t rca;
    uint32_t errors; // error bits of the status that the next R1 reports and clears
    uint32_t ocr_polls;
    uint32_t block_length; // of SDSC
    uint32_t preset_blocks; // by CMD23
    uint32_t written_blocks; // for ACMD22
    uint64_t at; // the sector of the transfer
    uint32_t left; // blocks of the transfer that are left, UINT32_MAX: until CMD12
    uint32_t happened; // commands and blocks
    uint8_t width;
    bool initialized;
    bool high_speed;
    bool app;
    bool multi;
    bool first_block;
    uint64_t now_ns;
    uint64_t data_ns; // when the next block to read is there
    uint64_t busy_ns; // until when, UINT64_MAX: for ever
} sdcard_t;

// A card with the memory of a file, or, with path NULL, blank memory of `bytes`. The kind follows from the size. NULL:
// error says why: the file cannot be mapped, or its size is not a multiple of 512 or not a card's.
sdcard_t *sdcard_new(const char *path, uint64_t bytes, char *error, size_t error_size);
void sdcard_free(sdcard_t *card);

// The card of a wiring's row `device PLACE sdcard [image=FILE] [size=BYTES] [kind=sdsc|sdhc] [times=NAME] [fault=NAME]
// [argument=N]`. NULL: error names the line.
sdcard_t *sdcard_from_row(const wiring_row_t *row, char *error, size_t error_size);

// Put a row before those of a wiring from a command line: "IMG[,slot=CORE][,KEY=VALUE]...", with the keys of such a row; the place is
// `slot` where the line names none. False: error.
bool sdcard_option(wiring_t *wiring, const char *spec, const char *slot, char *error, size_t error_size);

void sdcard_advance(sdcard_t *card, uint64_t ns);

// Whether a card is in the slot.
bool sdcard_present(const sdcard_t *card);

// A command with a good CRC. Where data is to be read it comes at sdcard_data_ready().
sdcard_response_t sdcard_command(sdcard_t *card, unsigned index, uint32_t argument);

// A command with a wrong CRC: no response, and the error shows in the next one.
void sdcard_command_crc(sdcard_t *card);

// Whether the card has begun to send the next block, and its size; 0: it will not. The time until then in *ns,
// UINT64_MAX: never.
uint32_t sdcard_data_bytes(const sdcard_t *card, uint64_t *ns);

// Take that block. False: its CRC is wrong on the wire.
bool sdcard_read_block(sdcard_t *card, uint8_t *data);

// Whether the card waits for a block.
bool sdcard_wants_block(const sdcard_t *card);

// A block of sdcard_data_bytes() size that came with this CRC result; the card may be busy afterwards.
sdcard_token_t sdcard_write_block(sdcard_t *card, const uint8_t *data, bool crc_good);

// The stop token of SPI mode.
void sdcard_stop_token(sdcard_t *card);

bool sdcard_busy(const sdcard_t *card);
uint64_t sdcard_busy_ns(const sdcard_t *card); // how much longer, UINT64_MAX: for ever

// The CRCs of the bus.
uint8_t sdcard_crc7(uint8_t crc, const uint8_t *data, size_t n); // in the upper 7 bits
uint16_t sdcard_crc16(uint16_t crc, const uint8_t *data, size_t n);

// What CMD0 does in each mode; the adapter says in which mode it came.
void sdcard_set_spi(sdcard_t *card, bool spi);

// The bytes R1 of SPI mode, and the second one of R2, for a response.
uint8_t sdcard_spi_r1(const sdcard_t *card, const sdcard_response_t *response);
uint8_t sdcard_spi_r2(const sdcard_response_t *response);

#endif // MODELS_SDCARD_H
