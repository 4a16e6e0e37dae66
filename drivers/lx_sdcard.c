// SPDX-License-Identifier: MIT
//
// LiteSDCard. One state machine sends the command, takes the response and moves the blocks; data_event.done says in both
// layouts that it is idle again.
//
// Reading: the DMA is on before the command, for the card may send at once. Writing takes two commands. The write command
// goes without data, so that its response can be looked at: once the state machine waits for a block's status token,
// nothing but a card that sends one ends that. Then a command that the card answers in any state carries the data; the DMA
// is started when its response has come, because the core's FIFO keeps what it has taken, and a later transfer would begin
// with it.
//
// CRCs of blocks: 2024.12 only strips them, later cores do not report them. With a block length of 8 bytes more they come
// through to memory, and 8 bytes of an idle bus are stripped in their place.

#include "drivers/lx_sdcard.h"

#include "drivers/lx_sd_internal.h"
#include "soc/cache.h"

#define DIVIDER_MAX (510) // even, of 9 bits
#define DATA_NONE (0)
#define DATA_READ (1)
#define DATA_WRITE (2)
#define COMMAND_DATA_SHIFT (5)
#define COMMAND_INDEX_SHIFT (8)
#define EVENT_DONE (UINT32_C(1) << 0)
#define EVENT_ERROR (UINT32_C(1) << 1)
#define EVENT_TIMEOUT (UINT32_C(1) << 2)
#define EVENT_CRC (UINT32_C(1) << 3)
#define SETTINGS_1_LINE (0)
#define SETTINGS_4_LINES (1)
#define CRC_BYTES_1_LINE (4) // the CRC, and two bytes that make a word of it
#define WAKE_CLOCKS (80)
#define RESET_CLOCKS (4096 + WAKE_CLOCKS) // of cores that reset a card by a pin first
#define AFTER_CLOCKS (10)
#define RESPONSE_BYTES (16)
#define INDEX_BYTE (4) // of a short response, above its 32 bits
#define DMA_END_POLLS (4096) // from the core's end to that of the DMA: a FIFO of words

// A poll takes four cycles at least. The core ends a command, or a block that does not come, after a second.
static uint32_t polls_of_a_second(const lx_sdcard_t *core) {
    return core->clk_hz / 4;
}

static bool is_idle(const lx_sdcard_t *core) {
    return (csr_read(core->regs->core_data_event) & EVENT_DONE) != 0;
}

static void dma_off(const lx_sdcard_t *core) {
    csr_write(core->regs->block2mem_dma_enable, 0);
    csr_write(core->regs->mem2block_dma_enable, 0);
}

static int hang(lx_sdcard_t *core) {
    core->hung = true;
    dma_off(core);
    return LX_ECARDHUNG;
}

// Two seconds: a response, and busy behind it.
static int wait_idle(lx_sdcard_t *core, uint32_t seconds) {
    for (uint32_t second = 0; second < seconds; second++) {
        for (uint32_t polls = polls_of_a_second(core); polls != 0; polls--) {
            if (is_idle(core)) {
                return LX_OK;
            }
        }
    }
    return hang(core);
}

static void send(const lx_sdcard_t *core, const lx_sd_command_t *command, uint32_t data) {
    csr_write(core->regs->core_cmd_argument, command->argument);
    csr_write(core->regs->core_cmd_command,
        (uint32_t)command->index << COMMAND_INDEX_SHIFT | data << COMMAND_DATA_SHIFT | command->response);
    csr_write(core->regs->core_cmd_send, 1);
}

static void get_response(const lx_sdcard_t *core, uint32_t *response) {
    uint8_t bytes[RESPONSE_BYTES];
    csr_read_bytes(core->regs->core_cmd_response, bytes, sizeof(bytes));
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *b = bytes + 4 * i;
        response[i] = (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
    }
}

static uint8_t response_index(const lx_sdcard_t *core) {
    uint8_t bytes[INDEX_BYTE + 1];
    csr_read_bytes(core->regs->core_cmd_response, bytes, sizeof(bytes));
    return bytes[INDEX_BYTE];
}

static bool no_response(const lx_sdcard_t *core) {
    return (csr_read(core->regs->core_cmd_event) & EVENT_TIMEOUT) != 0;
}

// 2024.12 says that a command is done when its response is there, and drives CMD high for 8 clocks more: a command that
// comes too early loses its first bits. A read of a register takes two cycles at least.
static void pass_clocks(const lx_sdcard_t *core, uint32_t clocks) {
    for (uint32_t reads = clocks * (csr_read(core->regs->phy_clocker_divider) / 2); reads != 0; reads--) {
        (void)is_idle(core);
    }
}

static int command(void *transport, const lx_sd_command_t *command, uint32_t *response) {
    lx_sdcard_t *core = transport;
    if (core->hung) {
        return LX_ECARDHUNG;
    }
    send(core, command, DATA_NONE);
    int status = wait_idle(core, 3);
    if (status != LX_OK) {
        return status;
    }
    get_response(core, response);
    if (command->response != LX_SD_NO_RESPONSE && !csr_present(core->regs->phy_settings)) {
        pass_clocks(core, AFTER_CLOCKS);
    }
    return no_response(core) ? LX_ETIMEDOUT : LX_OK;
}

static void start_dma(csr_reg_t base, csr_reg_t length, csr_reg_t loop, csr_reg_t enable, const void *data, uint32_t bytes) {
    csr_write(enable, 0);
    csr_write64(base, (uintptr_t)data);
    csr_write(length, bytes);
    csr_write(loop, 0);
    csr_write(enable, 1);
}

static void set_blocks(const lx_sdcard_t *core, uint32_t bytes, uint32_t blocks) {
    csr_write(core->regs->core_block_length, bytes);
    csr_write(core->regs->core_block_count, blocks);
}

static bool crc_good(const lx_sdcard_t *core, const uint8_t *data, uint32_t bytes) {
    return core->lines == 4 ? lx_sd_crc_lines_good(data, bytes) : lx_sd_crc16(0, data, bytes + 2) == 0;
}

static int read(void *transport, const lx_sd_command_t *command, uint32_t *response, void *data, uint32_t bytes,
    uint32_t blocks, bool check) {
    lx_sdcard_t *core = transport;
    const lx_sdcard_regs_t *regs = core->regs;
    if (core->hung) {
        return LX_ECARDHUNG;
    }
    uint32_t length = bytes + (!check ? 0 : core->lines == 4 ? LX_SD_CRC_BYTES : CRC_BYTES_1_LINE);
    soc_cache_clean_cpu();
    set_blocks(core, length, blocks);
    start_dma(regs->block2mem_dma_base, regs->block2mem_dma_length, regs->block2mem_dma_loop, regs->block2mem_dma_enable,
        data, length * blocks);
    send(core, command, DATA_READ);
    int status = wait_idle(core, 3 + blocks);
    if (status != LX_OK) {
        return status;
    }
    bool complete = false;
    bool timed_out = no_response(core) || (csr_read(core->regs->core_data_event) & EVENT_TIMEOUT) != 0;
    for (uint32_t polls = DMA_END_POLLS; polls != 0 && !timed_out && !complete; polls--) {
        complete = csr_read(regs->block2mem_dma_done) != 0;
    }
    csr_write(regs->block2mem_dma_enable, 0);
    soc_cache_flush_cpu();
    get_response(core, response);
    if (no_response(core)) {
        return LX_ETIMEDOUT;
    }
    if (!complete) {
        return LX_ECARDDATA;
    }
    return check && !crc_good(core, data, bytes) ? LX_ECARDCRC : LX_OK;
}

// Until the response to the carrier is there. LX_ETIMEDOUT: none comes.
static int wait_carrier(lx_sdcard_t *core, uint8_t index) {
    for (uint32_t polls = polls_of_a_second(core); polls != 0; polls--) {
        if (response_index(core) == index) {
            return LX_OK;
        }
        if (is_idle(core)) {
            return LX_ETIMEDOUT;
        }
    }
    return hang(core);
}

// Until all blocks are written. A card may take half a second for each; without progress for longer the core hangs.
static int wait_written(lx_sdcard_t *core) {
    uint32_t before = csr_read_moving(core->regs->mem2block_dma_offset);
    for (uint32_t polls = polls_of_a_second(core); polls != 0; polls--) {
        if (is_idle(core)) {
            return LX_OK;
        }
        uint32_t now = csr_read_moving(core->regs->mem2block_dma_offset);
        if (now != before) {
            before = now;
            polls = polls_of_a_second(core);
        }
    }
    return hang(core);
}

static int write(void *transport, const lx_sd_command_t *start, const lx_sd_command_t *carrier, uint32_t *response,
    const void *data, uint32_t blocks) {
    lx_sdcard_t *core = transport;
    const lx_sdcard_regs_t *regs = core->regs;
    int status = command(core, start, response);
    if (status != LX_OK || (response[0] & SD_ERRORS) != 0) {
        return status;
    }
    set_blocks(core, LX_SD_SECTOR_BYTES, blocks);
    send(core, carrier, DATA_WRITE);
    status = wait_carrier(core, carrier->index);
    if (status != LX_OK) {
        return status;
    }
    soc_cache_clean_cpu();
    start_dma(regs->mem2block_dma_base, regs->mem2block_dma_length, regs->mem2block_dma_loop, regs->mem2block_dma_enable,
        data, blocks * LX_SD_SECTOR_BYTES);
    status = wait_written(core);
    csr_write(regs->mem2block_dma_enable, 0);
    if (status == LX_OK) {
        uint32_t event = csr_read(regs->core_data_event);
        status = event & EVENT_CRC ? LX_ECARDCRC : event & EVENT_ERROR ? LX_ECARDWRITE : LX_OK;
    }
    return status;
}

static void set_clock(void *transport, uint32_t hz, uint32_t *actual_hz) {
    lx_sdcard_t *core = transport;
    uint32_t half = core->clk_hz / 2 / hz + (core->clk_hz % (2 * hz) != 0);
    half = half == 0 ? 1 : half > DIVIDER_MAX / 2 ? DIVIDER_MAX / 2 : half;
    csr_write(core->regs->phy_clocker_divider, 2 * half);
    *actual_hz = core->clk_hz / (2 * half);
}

static int wake(void *transport) {
    lx_sdcard_t *core = transport;
    const lx_sdcard_regs_t *regs = core->regs;
    if (core->hung) {
        return LX_ECARDHUNG;
    }
    csr_write(regs->phy_init_initialize, 1);
    // No register tells the end.
    pass_clocks(core, csr_present(regs->phy_settings) ? RESET_CLOCKS : WAKE_CLOCKS);
    return LX_OK;
}

static int set_lines(void *transport, unsigned lines) {
    lx_sdcard_t *core = transport;
    if (csr_present(core->regs->phy_settings) && (lines == 1 || lines == 4)) {
        csr_write(core->regs->phy_settings, lines == 4 ? SETTINGS_4_LINES : SETTINGS_1_LINE);
    } else if (lines != 4) {
        return LX_ENOTSUP;
    }
    core->lines = (uint8_t)lines;
    return LX_OK;
}

static bool present(void *transport) {
    const lx_sdcard_t *core = transport;
    return (csr_read(core->regs->phy_card_detect) & 1) == 0;
}

const lx_sd_transport_t lx_sdcard_transport = {
    .wake = wake,
    .set_clock = set_clock,
    .command = command,
    .read = read,
    .write = write,
    .set_lines = set_lines,
    .present = present,
};

int lx_sdcard_init(lx_sdcard_t *core, const lx_sdcard_regs_t *regs, uint32_t clk_hz) {
    *core = (lx_sdcard_t) { .regs = regs, .clk_hz = clk_hz };
    if (!csr_present(regs->block2mem_dma_enable) || !csr_present(regs->mem2block_dma_enable)) {
        return LX_ENOTSUP;
    }
    dma_off(core);
    return is_idle(core) ? LX_OK : wait_idle(core, 3);
}
