// SPDX-License-Identifier: MIT
//
// A card on an SPI master: command frames, R1, R2, R3, R7, tokens, CRCs, busy.

#include "drivers/lx_sdspi.h"

#include <string.h>

#include "drivers/lx_sd_internal.h"

#define FRAME_BYTES (6)
#define NCR_BYTES (8) // from a command to its response, at most
#define WAKE_BYTES (10)
#define R1_START (0x80) // bit: not yet
#define TOKEN_START (0xfe)
#define TOKEN_START_MULTIPLE (0xfc)
#define TOKEN_STOP (0xfd)
#define DATA_RESPONSE_MASK (0x1f)
#define DATA_ACCEPTED (0x05)
#define DATA_CRC_ERROR (0x0b)
#define BYTE_CYCLES (100) // of the CPU for a byte alone, at least: five registers, and the way to them
#define READ_PART (2) // of a second until a block: half of one

static int exchange(lx_sdspi_t *core, uint8_t out, uint8_t *in) {
    return lx_spi_transfer(&core->spi, &out, in, 1, 8);
}

static int select_card(lx_sdspi_t *core, bool selected) {
    return lx_spi_hold(&core->spi, selected);
}

// Until a byte that is not `idle`, or the end of the time.
static int wait_byte(lx_sdspi_t *core, uint8_t idle, uint32_t bytes, uint8_t *byte) {
    for (; bytes != 0; bytes--) {
        int status = exchange(core, 0xff, byte);
        if (status != LX_OK || *byte != idle) {
            return status;
        }
    }
    return LX_ETIMEDOUT;
}

// A busy card holds MISO low, and leaves it within a byte.
static int wait_ready(lx_sdspi_t *core) {
    uint8_t byte;
    for (uint32_t bytes = core->second; bytes != 0; bytes--) {
        int status = exchange(core, 0xff, &byte);
        if (status != LX_OK || byte == 0xff) {
            return status;
        }
    }
    return LX_ECARDBUSY;
}

// Send a frame and take R1, and what is behind it in words[1].
static int send_command(lx_sdspi_t *core, const lx_sd_command_t *command, uint32_t *words) {
    const uint32_t argument = command->argument;
    uint8_t frame[FRAME_BYTES] = {
        (uint8_t)(0x40 | command->index), (uint8_t)(argument >> 24), (uint8_t)(argument >> 16), (uint8_t)(argument >> 8),
        (uint8_t)argument
    };
    uint8_t byte = 0xff;
    frame[5] = lx_sd_crc7(0, frame, 5) | 1;
    words[0] = words[1] = 0;
    // Nobody is busy before CMD0 and while a transfer is to be stopped.
    int status = command->index == SD_GO_IDLE || command->index == SD_STOP ? LX_OK : wait_ready(core);
    if (status == LX_OK) {
        status = lx_spi_transfer(&core->spi, frame, NULL, sizeof(frame), 8);
    }
    if (status == LX_OK && command->index == SD_STOP) {
        status = exchange(core, 0xff, &byte); // of the block that was under way
    }
    for (unsigned i = 0; status == LX_OK && i <= NCR_BYTES; i++) {
        status = exchange(core, 0xff, &byte);
        if (!(byte & R1_START)) {
            break;
        }
    }
    if (status != LX_OK) {
        return status;
    }
    if (byte & R1_START) {
        return LX_ETIMEDOUT;
    }
    words[0] = byte;
    unsigned more = command->index == SD_SEND_STATUS ? 1
        : (command->index == SD_SEND_IF_COND || command->index == SD_READ_OCR) && !(byte & SPI_R1_ILLEGAL) ? 4 : 0;
    for (unsigned i = 0; i < more && status == LX_OK; i++) {
        status = exchange(core, 0xff, &byte);
        words[1] |= (uint32_t)byte << (24 - 8 * i);
    }
    if (status == LX_OK && command->response == LX_SD_SHORT_BUSY) {
        status = wait_ready(core);
    }
    return status;
}

// The card lets go of MISO with the clock behind chip select.
static int release(lx_sdspi_t *core, int status) {
    uint8_t byte;
    int released = select_card(core, false);
    if (released == LX_OK && lx_spi_select(&core->spi, LX_SPI_NO_CHIP) == LX_OK) {
        released = exchange(core, 0xff, &byte);
        lx_spi_select(&core->spi, 0);
    }
    return status != LX_OK ? status : released;
}

static int command(void *transport, const lx_sd_command_t *command, uint32_t *words) {
    lx_sdspi_t *core = transport;
    int status = select_card(core, true);
    if (status == LX_OK) {
        status = send_command(core, command, words);
    }
    return release(core, status);
}

// Receive bytes. MOSI stays high, or the card would take zeros for a command.
static int receive(lx_sdspi_t *core, uint8_t *data, uint32_t bytes) {
    memset(data, 0xff, bytes);
    return lx_spi_transfer(&core->spi, data, data, bytes, 8);
}

static int read_block(lx_sdspi_t *core, uint8_t *data, uint32_t bytes) {
    uint8_t token;
    uint8_t crc[2];
    int status = wait_byte(core, 0xff, core->second / READ_PART, &token);
    if (status != LX_OK) {
        return status == LX_ETIMEDOUT ? LX_ECARDDATA : status;
    }
    if (token != TOKEN_START) {
        return LX_ECARDREAD;
    }
    status = receive(core, data, bytes);
    if (status == LX_OK) {
        status = receive(core, crc, sizeof(crc));
    }
    if (status != LX_OK) {
        return status;
    }
    return lx_sd_crc16(0, data, bytes) == (crc[0] << 8 | crc[1]) ? LX_OK : LX_ECARDCRC;
}

static int read(void *transport, const lx_sd_command_t *command, uint32_t *words, void *data, uint32_t bytes,
    uint32_t blocks, bool check) {
    lx_sdspi_t *core = transport;
    uint8_t *to = data;
    uint32_t ignored[2];
    const lx_sd_command_t stop = { SD_STOP, LX_SD_SHORT_BUSY, 0 };
    (void)check; // they always are
    int status = select_card(core, true);
    if (status == LX_OK) {
        status = send_command(core, command, words);
    }
    if (status == LX_OK && (words[0] & ~SPI_R1_IDLE) == 0) {
        for (uint32_t i = 0; i < blocks && status == LX_OK; i++) {
            status = read_block(core, to + i * bytes, bytes);
        }
        // A card that has sent nothing may still be about to.
        if (blocks > 1 || status == LX_ECARDDATA) {
            int stopped = send_command(core, &stop, ignored);
            status = status != LX_OK ? status : stopped;
        }
    }
    return release(core, status);
}

static int write_block(lx_sdspi_t *core, uint8_t token, const uint8_t *data) {
    uint16_t crc = lx_sd_crc16(0, data, LX_SD_SECTOR_BYTES);
    const uint8_t tail[2] = { (uint8_t)(crc >> 8), (uint8_t)crc };
    uint8_t answer;
    int status = lx_spi_transfer(&core->spi, &token, NULL, 1, 8);
    if (status == LX_OK) {
        status = lx_spi_transfer(&core->spi, data, NULL, LX_SD_SECTOR_BYTES, 8);
    }
    if (status == LX_OK) {
        status = lx_spi_transfer(&core->spi, tail, NULL, sizeof(tail), 8);
    }
    if (status == LX_OK) {
        status = wait_byte(core, 0xff, NCR_BYTES, &answer);
    }
    if (status != LX_OK) {
        return status == LX_ETIMEDOUT ? LX_ECARDLOST : status;
    }
    answer &= DATA_RESPONSE_MASK;
    if (answer != DATA_ACCEPTED) {
        return answer == DATA_CRC_ERROR ? LX_ECARDCRC : LX_ECARDWRITE;
    }
    return wait_ready(core);
}

static int write(void *transport, const lx_sd_command_t *command, const lx_sd_command_t *carrier, uint32_t *words,
    const void *data, uint32_t blocks) {
    lx_sdspi_t *core = transport;
    const uint8_t *from = data;
    const lx_sd_command_t stop = { SD_STOP, LX_SD_SHORT_BUSY, 0 };
    const uint8_t stop_token[2] = { TOKEN_STOP, 0xff };
    uint32_t ignored[2];
    (void)carrier;
    int status = select_card(core, true);
    if (status == LX_OK) {
        status = send_command(core, command, words);
    }
    if (status == LX_OK && (words[0] & ~SPI_R1_IDLE) == 0) {
        uint8_t token = blocks > 1 ? TOKEN_START_MULTIPLE : TOKEN_START;
        for (uint32_t i = 0; i < blocks && status == LX_OK; i++) {
            status = write_block(core, token, from + i * LX_SD_SECTOR_BYTES);
        }
        if (blocks > 1 && status == LX_OK) {
            status = lx_spi_transfer(&core->spi, stop_token, NULL, sizeof(stop_token), 8);
            status = status != LX_OK ? status : wait_ready(core);
        } else if (blocks > 1 && (status == LX_ECARDCRC || status == LX_ECARDWRITE)) {
            send_command(core, &stop, ignored);
        }
    }
    return release(core, status);
}

static void set_clock(void *transport, uint32_t hz, uint32_t *actual_hz) {
    lx_sdspi_t *core = transport;
    if (lx_spi_set_baud(&core->spi, hz, actual_hz) != LX_OK) {
        *actual_hz = 0;
    }
    // A byte takes its bits, and what the CPU needs for its registers. Where the clock is not known: the fastest one.
    uint32_t most = *actual_hz != 0 ? *actual_hz : core->clk_hz / 2;
    core->second = (uint32_t)((uint64_t)most * core->clk_hz / ((uint64_t)core->clk_hz * 8 + (uint64_t)most * BYTE_CYCLES));
}

static int set_lines(void *transport, unsigned lines) {
    (void)transport;
    return lines == 1 ? LX_OK : LX_ENOTSUP;
}

static int wake(void *transport) {
    lx_sdspi_t *core = transport;
    uint8_t bytes[WAKE_BYTES];
    int status = select_card(core, false);
    if (status == LX_OK) {
        status = lx_spi_select(&core->spi, LX_SPI_NO_CHIP);
    }
    if (status == LX_OK) {
        status = receive(core, bytes, sizeof(bytes));
        lx_spi_select(&core->spi, 0);
    }
    return status;
}

const lx_sd_transport_t lx_sdspi_transport = {
    .wake = wake,
    .set_clock = set_clock,
    .command = command,
    .read = read,
    .write = write,
    .set_lines = set_lines,
    .spi = true,
};

int lx_sdspi_init(lx_sdspi_t *core, const lx_spi_regs_t *regs, uint32_t clk_hz) {
    int status = lx_spi_init(&core->spi, regs, clk_hz);
    core->clk_hz = clk_hz;
    core->second = clk_hz / 16;
    return status != LX_OK ? status : csr_present(regs->cs) ? LX_OK : LX_ENOTSUP;
}
