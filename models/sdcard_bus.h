// SPDX-License-Identifier: MIT
//
// The card of sdcard.h on the pins of SD mode (SD Physical Layer Simplified Specification 3.01, 4.7 to 4.12): CMD and
// DAT0-3, bit by bit. The card samples when the clock rises and changes its outputs when it falls.

#ifndef MODELS_SDCARD_BUS_H
#define MODELS_SDCARD_BUS_H

#include "models/sdcard.h"

#define SDCARD_CMD_BITS (136)
#define SDCARD_BLOCK_CLOCKS (1 + 8 * SDCARD_MAX_BLOCK + 16 + 1) // with one data line

typedef struct {
    sdcard_t *card;

    // What the card drives; a line that it does not drive is high unless the host drives it.
    bool cmd_drive;
    bool cmd;
    uint8_t dat_drive; // a bit for each line
    uint8_t dat;

    // Private.
    bool clk;
    uint64_t period_ns; // since the last rising edge
    uint8_t frame[6]; // the command that comes in
    unsigned frame_bits; // 0: none
    uint8_t response[SDCARD_CMD_BITS / 8];
    unsigned response_bits;
    unsigned response_at;
    unsigned response_wait; // clocks before it begins
    bool response_busy;
    uint8_t lines[SDCARD_BLOCK_CLOCKS]; // the levels of DAT0-3 in each clock of the block that goes out
    unsigned lines_count;
    unsigned lines_at;
    unsigned data_wait;
    uint8_t in[SDCARD_BLOCK_CLOCKS]; // of the block that comes in, behind the start bit
    unsigned in_count;
    bool in_started;
    uint8_t token; // levels of DAT0, the first one uppermost
    unsigned token_bits;
    unsigned token_wait;
} sdcard_bus_t;

void sdcard_bus_init(sdcard_bus_t *bus, sdcard_t *card);

// The levels of the wires, ns after the last call.
void sdcard_bus_pins(sdcard_bus_t *bus, bool clk, bool cmd, uint8_t dat, uint64_t ns);

// The levels of DAT0-3 in each clock of a block, from the start bit to the end bit, on one or four lines; their number.
unsigned sdcard_bus_lines(uint8_t *lines, const uint8_t *data, unsigned bytes, unsigned width, bool crc_good);

// The reverse, for levels behind the start bit: bytes, and whether the CRCs are right.
bool sdcard_bus_bytes(uint8_t *data, const uint8_t *lines, unsigned bytes, unsigned width);

#endif // MODELS_SDCARD_BUS_H
