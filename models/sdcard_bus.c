// SPDX-License-Identifier: MIT
//
// The pins of sdcard_bus.h.

#include "models/sdcard_bus.h"

#include <string.h>

#define CMD_BITS (48)
#define CRC_CLOCKS (16)
#define NCR_CLOCKS (2) // from the end of a command to its response
#define NAC_CLOCKS (8) // from the end of a response, or of a block, to the next block
#define EARLY_CLOCKS (2) // with SDCARD_FAULT_EARLY_DATA: from the end of the command
#define TOKEN_CLOCKS (2) // from the end of a block to its status
#define TOKEN_BITS (5)
#define CLOCK_MAX_NS (100000)

void sdcard_bus_init(sdcard_bus_t *bus, sdcard_t *card) {
    *bus = (sdcard_bus_t) { .card = card, .cmd = true, .dat = 15 };
}

static uint8_t width_mask(unsigned width) {
    return width == 4 ? 15 : 1;
}

// CRC-16 of each line, a clock at a time; bit i of a clock belongs to line i.
static void crc_step(uint16_t crc[4], uint8_t levels) {
    for (unsigned line = 0; line < 4; line++) {
        bool feedback = (crc[line] >> 15 ^ levels >> line) & 1;
        crc[line] = (uint16_t)(crc[line] << 1 ^ (feedback ? 0x1021 : 0));
    }
}

static uint8_t crc_bits(const uint16_t crc[4], unsigned clock) {
    uint8_t levels = 0;
    for (unsigned line = 0; line < 4; line++) {
        levels |= (uint8_t)((crc[line] >> (15 - clock) & 1) << line);
    }
    return levels;
}

static uint8_t data_bits(const uint8_t *data, unsigned clock, unsigned width) {
    unsigned at = clock * width;
    return data[at / 8] >> (8 - width - at % 8) & width_mask(width);
}

unsigned sdcard_bus_lines(uint8_t *lines, const uint8_t *data, unsigned bytes, unsigned width, bool crc_good) {
    uint16_t crc[4] = { 0 };
    uint8_t idle = 15 & ~width_mask(width);
    unsigned n = 0;
    lines[n++] = idle;
    for (unsigned clock = 0; clock < 8 * bytes / width; clock++) {
        uint8_t levels = data_bits(data, clock, width);
        crc_step(crc, levels);
        lines[n++] = levels | idle;
    }
    crc[0] ^= crc_good ? 0 : 1;
    for (unsigned clock = 0; clock < CRC_CLOCKS; clock++) {
        lines[n++] = (crc_bits(crc, clock) & width_mask(width)) | idle;
    }
    lines[n++] = 15;
    return n;
}

bool sdcard_bus_bytes(uint8_t *data, const uint8_t *lines, unsigned bytes, unsigned width) {
    uint16_t crc[4] = { 0 };
    unsigned clocks = 8 * bytes / width;
    memset(data, 0, bytes);
    for (unsigned clock = 0; clock < clocks; clock++) {
        uint8_t levels = lines[clock] & width_mask(width);
        unsigned at = clock * width;
        crc_step(crc, levels);
        data[at / 8] |= (uint8_t)(levels << (8 - width - at % 8));
    }
    bool good = true;
    for (unsigned clock = 0; clock < CRC_CLOCKS; clock++) {
        good = good && ((lines[clocks + clock] ^ crc_bits(crc, clock)) & width_mask(width)) == 0;
    }
    return good;
}

// The bits of a response in frames of bytes.
static void start_response(sdcard_bus_t *bus, const sdcard_response_t *response) {
    uint8_t *out = bus->response;
    if (response->kind == SDCARD_NO_RESPONSE) {
        return;
    }
    bus->response_at = 0;
    bus->response_wait = NCR_CLOCKS;
    bus->response_busy = response->kind == SDCARD_R1B;
    out[0] = response->index;
    if (response->kind == SDCARD_R2) {
        memcpy(out + 1, response->reg, SDCARD_REGISTER);
        bus->response_bits = SDCARD_CMD_BITS;
    } else {
        for (unsigned i = 0; i < 4; i++) {
            out[1 + i] = (uint8_t)(response->value >> (24 - 8 * i));
        }
        out[5] = response->kind == SDCARD_R3 ? 0xff : sdcard_crc7(0, out, 5) | 1;
        bus->response_bits = CMD_BITS;
    }
    out[bus->response_bits / 8 - 1] ^= response->bad_crc ? 0x10 : 0;
}

static void run_command(sdcard_bus_t *bus) {
    const uint8_t *f = bus->frame;
    if ((sdcard_crc7(0, f, 5) | 1) != f[5]) {
        sdcard_command_crc(bus->card);
        return;
    }
    uint32_t argument = (uint32_t)f[1] << 24 | (uint32_t)f[2] << 16 | (uint32_t)f[3] << 8 | f[4];
    sdcard_set_spi(bus->card, false);
    sdcard_response_t response = sdcard_command(bus->card, f[0] & 0x3f, argument);
    // CMD0 and CMD12 end what is on the data lines.
    if ((f[0] & 0x3f) == 0 || (f[0] & 0x3f) == 12) {
        bus->lines_count = bus->lines_at = 0;
        bus->in_started = false;
    }
    start_response(bus, &response);
    bus->data_wait = NCR_CLOCKS + bus->response_bits + NAC_CLOCKS;
    if (bus->card->fault == SDCARD_FAULT_EARLY_DATA) {
        bus->data_wait = EARLY_CLOCKS;
    }
}

static void sample_cmd(sdcard_bus_t *bus, bool cmd) {
    if (bus->frame_bits == 0 && cmd) {
        return;
    }
    uint8_t *byte = &bus->frame[bus->frame_bits / 8];
    *byte = (uint8_t)(*byte << 1 | cmd);
    if (++bus->frame_bits == 2 && !cmd) {
        bus->frame_bits = 0; // a response, as cards on the same bus see one
    } else if (bus->frame_bits == CMD_BITS) {
        bus->frame_bits = 0;
        run_command(bus);
    }
}

static void sample_dat(sdcard_bus_t *bus, uint8_t dat) {
    unsigned width = bus->card->width;
    unsigned clocks = 8 * SDCARD_SECTOR / width + CRC_CLOCKS + 1;
    if (!bus->in_started) {
        bus->in_started = bus->token_bits == 0 && sdcard_wants_block(bus->card) && (dat & 1) == 0;
        bus->in_count = 0;
        return;
    }
    bus->in[bus->in_count++] = dat;
    if (bus->in_count < clocks) {
        return;
    }
    uint8_t data[SDCARD_SECTOR];
    bus->in_started = false;
    bool good = sdcard_bus_bytes(data, bus->in, SDCARD_SECTOR, width);
    sdcard_token_t token = sdcard_write_block(bus->card, data, good);
    if (token != SDCARD_SILENT) {
        bus->token = (uint8_t)((token << 1 | 1) << (8 - TOKEN_BITS));
        bus->token_bits = TOKEN_BITS;
        bus->token_wait = TOKEN_CLOCKS;
    }
}

static void drive_cmd(sdcard_bus_t *bus) {
    bus->cmd_drive = false;
    bus->cmd = true;
    if (bus->response_wait > 0) {
        bus->response_wait--;
    } else if (bus->response_at < bus->response_bits) {
        bus->cmd_drive = true;
        bus->cmd = bus->response[bus->response_at / 8] >> (7 - bus->response_at % 8) & 1;
        bus->response_at++;
    } else {
        bus->response_bits = bus->response_at = 0;
    }
}

// Begin the next block when it is there.
static void fetch_block(sdcard_bus_t *bus) {
    uint8_t data[SDCARD_MAX_BLOCK];
    uint64_t ns;
    uint32_t bytes = sdcard_data_bytes(bus->card, &ns);
    if (bus->data_wait > 0) {
        bus->data_wait--;
    } else if (bytes > 0 && ns == 0) {
        bool good = sdcard_read_block(bus->card, data);
        bus->lines_count = sdcard_bus_lines(bus->lines, data, bytes, bus->card->width, good);
        bus->lines_at = 0;
        bus->data_wait = NAC_CLOCKS;
    }
}

static void drive_dat(sdcard_bus_t *bus) {
    bus->dat_drive = 0;
    bus->dat = 15;
    if (bus->lines_at == bus->lines_count) {
        fetch_block(bus);
    }
    if (bus->lines_at < bus->lines_count) {
        bus->dat_drive = width_mask(bus->card->width);
        bus->dat = bus->lines[bus->lines_at++];
    } else if (bus->token_wait > 0) {
        bus->token_wait--;
    } else if (bus->token_bits > 0) {
        bus->dat_drive = 1;
        bus->dat = 14 | bus->token >> 7;
        bus->token = (uint8_t)(bus->token << 1);
        bus->token_bits--;
    } else if (sdcard_busy(bus->card)) {
        bus->dat_drive = 1;
        bus->dat = 14;
    }
}

void sdcard_bus_pins(sdcard_bus_t *bus, bool clk, bool cmd, uint8_t dat, uint64_t ns) {
    sdcard_t *card = bus->card;
    sdcard_advance(card, ns);
    bus->period_ns += ns;
    if (!sdcard_present(card)) {
        sdcard_bus_init(bus, card);
    } else if (clk && !bus->clk) {
        if (bus->period_ns > 0 && bus->period_ns < CLOCK_MAX_NS) {
            card->clock_hz = (uint32_t)(UINT64_C(1000000000) / bus->period_ns);
        }
        bus->period_ns = 0;
        if (bus->response_bits == 0) {
            sample_cmd(bus, cmd);
        }
        sample_dat(bus, dat);
    } else if (!clk && bus->clk) {
        drive_cmd(bus);
        drive_dat(bus);
    }
    bus->clk = clk;
}
