// SPDX-License-Identifier: MIT
// The ECP5 as master of its configuration flash: what power-up and LSC_REFRESH do. One image, from address 0 or where a
// JUMP leads; no golden image.

#include "models/ecp5_internal.h"

enum {
    READ = 0x03,
    FAST_READ = 0x0B,
    MODE_QUAD = 0x59,
    RESTARTS_MAX = 8,
    // The preamble has to begin within these bytes, or the boot fails. (FPGA-TN-02039 gives 600,000 clocks of MCLK.)
    PREAMBLE_BYTES_MAX = 75000,
    STREAM_BYTES_MAX = 8 << 20,
};

// MCLK by the low bits of control register 0 (table "MCCLK_FREQ"), in units of 100 kHz.
static const struct {
    uint8_t code;
    uint16_t hz_100k;
} mclk[] = {
    { 0x00, 24 }, { 0x01, 48 }, { 0x20, 97 }, { 0x30, 194 }, { 0x38, 388 }, { 0x3B, 620 },
};

static uint32_t mclk_hz(const ecp5_t *ecp5) {
    for (unsigned i = 0; i < sizeof(mclk) / sizeof(mclk[0]); i++) {
        if (mclk[i].code == (ecp5->ctrl0 & 0x3F)) {
            return mclk[i].hz_100k * 100000u;
        }
    }
    return 2400000;
}

// Quad reads need the chip's quad-enable bit; without it IO2 and IO3 are WP# and HOLD# and the answer is noise.
static bool quad_enabled(const nor_t *nor) {
    switch (nor->chip->status_layout) {
        case NOR_STATUS_WINBOND:
        case NOR_STATUS_SPANSION:
            return (nor->sr[1] & 0x02) != 0;
        case NOR_STATUS_ISSI:
        case NOR_STATUS_MACRONIX:
            return (nor->sr[0] & 0x40) != 0;
        default:
            return true;
    }
}

static void begin_read(ecp5_t *ecp5, uint32_t address) {
    nor_t *nor = ecp5->flash;
    nor_select(nor, false);
    nor_select(nor, true);
    nor_exchange(nor, ecp5->spi_mode == 0 ? READ : FAST_READ);
    for (int shift = 16; shift >= 0; shift -= 8) {
        nor_exchange(nor, (uint8_t)(address >> shift));
    }
    if (ecp5->spi_mode != 0) {
        nor_exchange(nor, 0xFF);
    }
}

bool ecp5_load_flash(ecp5_t *ecp5, uint64_t *duration_ns) {
    uint64_t duration = 0;
    ecp5->spi_mode = 0;
    ecp5_bitstream_start(ecp5, true);
    *duration_ns = 0;
    if (ecp5->flash == NULL) {
        ecp5_bitstream_end(ecp5);
        ecp5->spim_fail = true;
        return false;
    }
    uint32_t address = 0;
    for (int restarts = 0; restarts < RESTARTS_MAX; restarts++) {
        begin_read(ecp5, address);
        bool noise = ecp5->spi_mode == MODE_QUAD && !quad_enabled(ecp5->flash);
        bool more = true;
        for (uint32_t i = 0; more && i < STREAM_BYTES_MAX && (ecp5->preamble_seen || ecp5->encrypted_seen || i < PREAMBLE_BYTES_MAX); i++) {
            uint32_t hz = mclk_hz(ecp5);
            uint8_t byte = nor_exchange(ecp5->flash, 0xFF);
            if (noise || (ecp5->spi_mode == 0 && hz > ecp5->flash->chip->read_hz)) {
                byte ^= (uint8_t)(i * 29 >> 3); // sampled too early, or on wires that are something else
            }
            duration += 8000000000ull / hz;
            more = ecp5_bitstream_byte(ecp5, byte);
        }
        nor_select(ecp5->flash, false);
        if (!ecp5->stream.restart) {
            break;
        }
        uint8_t mode = ecp5->stream.restart_mode;
        bool jumps = ecp5->stream.restart_address != 0;
        address = jumps ? ecp5->stream.restart_address : address;
        ecp5_bitstream_start(ecp5, true);
        ecp5->spi_mode = mode;
    }
    *duration_ns = duration;
    ecp5_bitstream_end(ecp5);
    bool done = ecp5->done;
    ecp5->spim_fail = !done;
    return done;
}

bool ecp5_flash_has_mode(ecp5_t *ecp5, uint8_t mode) {
    nor_t *nor = ecp5->flash;
    if (nor == NULL) {
        return false;
    }
    uint8_t wanted = ecp5->spi_mode;
    ecp5->spi_mode = 0;
    begin_read(ecp5, 0);
    ecp5->spi_mode = wanted;
    uint32_t window = 0;
    bool found = false;
    for (uint32_t i = 0; i < PREAMBLE_BYTES_MAX && !found; i++) {
        window = window << 8 | nor_exchange(nor, 0xFF);
        found = window == ECP5_PREAMBLE;
    }
    uint8_t byte = 0xFF;
    for (int i = 0; found && byte == 0xFF && i < 64; i++) {
        byte = nor_exchange(nor, 0xFF);
    }
    found = found && byte == ECP5_IR_REFRESH && nor_exchange(nor, 0xFF) == mode; // 79 is SPI_MODE in a bitstream
    nor_select(nor, false);
    return found;
}
