// SPDX-License-Identifier: MIT
//
// SD cards (SD Physical Layer Simplified Specification 3.01) over a transport: lx_sdcard.h (LiteSDCard, SD mode) or
// lx_sdspi.h (an SPI master, SPI mode). SDSC, SDHC and SDXC; blocks of 512 bytes, which are sectors.
//
// No call may come from an interrupt, and none while another one is under way on the same card. A call waits for the card:
// the longest times are those of the specification, a second for a response, half a second for a block that is written.
// Interrupts are not disabled.

#ifndef DRIVERS_LX_SD_H
#define DRIVERS_LX_SD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "drivers/lx_sd_registers.h"

#define LX_SD_SECTOR_BYTES (512)
#define LX_SD_ALIGN (8) // of a buffer that a transport moves data to and from: a word of the widest bus
#define LX_SD_CRC_BYTES (8) // of the data lines behind a block
#define LX_SD_INIT_HZ (400000)
#define LX_SD_FASTEST_HZ (50000000) // of a card at high speed

// What the card sends back.
typedef enum {
    LX_SD_NO_RESPONSE,
    LX_SD_SHORT, // R1, R3, R6, R7
    LX_SD_LONG, // R2: CID or CSD
    LX_SD_SHORT_BUSY, // R1b
} lx_sd_response_t;

typedef struct {
    uint8_t index;
    uint8_t response; // lx_sd_response_t
    uint32_t argument;
} lx_sd_command_t;

// What a transport does. `response` has four words: word 0 of a short one is its 32 bits (in SPI mode R1, and word 1 the
// 32 bits behind it), a long one has its upper 32 bits in word 3. All functions return LX_OK, LX_ETIMEDOUT (the card does
// not answer), LX_ECARDBUSY, LX_ECARDHUNG, or the codes listed there.
typedef struct {
    // At least 74 clocks of at most LX_SD_INIT_HZ, with CMD or chip select high.
    int (*wake)(void *transport);

    // The fastest clock of at most hz; *actual_hz: what it is then, 0 where it is not known.
    void (*set_clock)(void *transport, uint32_t hz, uint32_t *actual_hz);

    int (*command)(void *transport, const lx_sd_command_t *command, uint32_t *response);

    // A command that `blocks` blocks follow. With check, CRCs are looked at, which a core may leave to software; then it is
    // one block, and data has room for LX_SD_CRC_BYTES more. LX_ECARDDATA: no data; LX_ECARDCRC.
    int (*read)(void *transport, const lx_sd_command_t *command, uint32_t *response, void *data, uint32_t bytes,
        uint32_t blocks, bool check);

    // A command that sectors are written after. carrier: one that the card answers while it waits for them; it is sent
    // before the data, so that a card that does not answer is found in time. LX_ECARDWRITE, LX_ECARDCRC.
    int (*write)(void *transport, const lx_sd_command_t *command, const lx_sd_command_t *carrier, uint32_t *response,
        const void *data, uint32_t blocks);

    // Use this number of data lines. LX_ENOTSUP: the core has no such mode.
    int (*set_lines)(void *transport, unsigned lines);

    // Whether there may be a card in the slot; NULL: not known.
    bool (*present)(void *transport);

    bool spi;
} lx_sd_transport_t;

typedef struct {
    uint32_t max_hz; // 0: what the card allows
    uint8_t lines; // 1 or 4; 0: 4, or 1 in SPI mode
    bool verify; // read with CRC, and read back what was written
} lx_sd_options_t;

// The caller owns the memory; only `info`, `options`, `hz`, `lines` and `lowered` are for others to read.
typedef struct {
    const lx_sd_transport_t *ops;
    void *transport;
    lx_sd_options_t options;
    lx_sd_info_t info;
    uint32_t hz; // of the clock, 0: not known
    uint32_t limit_hz; // what the card and its errors leave
    uint8_t lines; // of data
    uint8_t lowered; // how often errors lowered the clock
    bool high_speed;
    bool ready; // initialized, and not lost since
    bool block_addressed;
    uint16_t rca;
    // One block with its CRCs.
    uint8_t block[LX_SD_SECTOR_BYTES + LX_SD_CRC_BYTES] __attribute__((aligned(LX_SD_ALIGN)));
} lx_sd_t;

// Find the card and make it ready: identification, registers, data lines, clock. LX_ENOCARD, LX_ECARDTYPE, LX_ECARDINIT,
// LX_ECARDCRC, LX_ECARDHUNG; LX_ENOTSUP: the core cannot use that number of data lines.
int lx_sd_init(lx_sd_t *card, const lx_sd_transport_t *ops, void *transport, const lx_sd_options_t *options);

// Read or write sectors; data may be at any address. LX_EINVAL: beyond the card's end. After LX_ECARDLOST and LX_ENOCARD
// the card has to be initialized again.
int lx_sd_read(lx_sd_t *card, uint32_t sector, void *data, uint32_t sectors);
int lx_sd_write(lx_sd_t *card, uint32_t sector, const void *data, uint32_t sectors);

// Whether the card still answers; it is ready for the next command then.
int lx_sd_check(lx_sd_t *card);

// Go through the card's end with CMD0, so that it is as after power-on. For deinit().
void lx_sd_end(lx_sd_t *card);

#endif // DRIVERS_LX_SD_H
