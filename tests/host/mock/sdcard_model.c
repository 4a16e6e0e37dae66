// SPDX-License-Identifier: MIT
//
// The core of sdcard_model.h. Nothing happens before somebody looks: then what there was time for is done.

#include "sdcard_model.h"

#include <string.h>

#include "harness.h"
#include "models/sdcard_bus.h"

#define COMMAND_CYCLES (40)
#define QUIET_CYCLES (16) // at a divider of 2: 8 clocks
#define CARD_NS (1000000) // that pass for the card with each step

sdcard_model_t sdcard_model;

static struct {
    mock_reg_t *divider, *settings, *argument, *command, *response, *cmd_event, *data_event, *length, *count;
    mock_reg_t *read_base, *read_length, *read_enable, *read_done;
    mock_reg_t *write_base, *write_length, *write_enable, *write_offset;
    enum { IDLE, SENT, READING, WRITING } state;
    uint64_t due;
    uint64_t quiet_until;
    bool spoilt;
    bool read_is_done;
    unsigned written;
} core;

static void done(unsigned bits) {
    core.state = IDLE;
    mock_set(core.cmd_event, mock_get(core.cmd_event) | 1 | bits);
    mock_set(core.data_event, mock_get(core.data_event) | 1);
}

static void shift_in(uint8_t byte) {
    memmove(core.response->value + 1, core.response->value, 15);
    core.response->value[0] = byte;
}

static void take_response(const sdcard_response_t *response) {
    shift_in(response->index);
    for (int i = 0; i < (response->kind == SDCARD_R2 ? 16 : 4); i++) {
        shift_in(response->kind == SDCARD_R2 ? response->reg[i] : (uint8_t)(response->value >> (24 - 8 * i)));
    }
}

static void end_command(void) {
    unsigned word = mock_get(core.command);
    sdcard_response_t response = { .kind = SDCARD_NO_RESPONSE };
    sdcard_t *card = sdcard_model.card;
    if (card != NULL && core.spoilt) {
        sdcard_command_crc(card);
    } else if (card != NULL) {
        sdcard_advance(card, CARD_NS);
        card->clock_hz = 100000000 / (mock_get(core.divider) / 2 * 2);
        response = sdcard_command(card, word >> 8 & 0x3f, mock_get(core.argument));
    }
    if ((word & 3) == 0) {
        done(0);
    } else if (response.kind == SDCARD_NO_RESPONSE) {
        done(4);
    } else {
        take_response(&response);
        core.quiet_until = sdcard_model.one_core ? 0 : mock_cycles + QUIET_CYCLES;
        core.state = (word >> 5 & 3) == 1 ? READING : (word >> 5 & 3) == 2 ? WRITING : IDLE;
        core.written = 0;
        if (core.state == IDLE) {
            done(0);
        }
    }
}

static void read_blocks(void) {
    uint8_t block[SDCARD_MAX_BLOCK];
    uint8_t lines[SDCARD_BLOCK_CLOCKS];
    uint8_t *to = (uint8_t *)(uintptr_t)mock_get(core.read_base);
    unsigned length = mock_get(core.length);
    uint64_t ns;
    bool wide = core.settings == NULL || mock_get(core.settings) == 1;
    for (unsigned i = 0; i < mock_get(core.count); i++) {
        unsigned bytes = sdcard_data_bytes(sdcard_model.card, &ns);
        if (bytes == 0 || sdcard_model.card->width != (wide ? 4 : 1)) {
            mock_set(core.data_event, 4);
            done(0);
            return;
        }
        sdcard_advance(sdcard_model.card, ns);
        bool good = sdcard_read_block(sdcard_model.card, block);
        unsigned width = sdcard_model.card->width;
        unsigned clocks = sdcard_bus_lines(lines, block, bytes, width, good);
        for (unsigned bit = 0; bit < 8 * length; bit += width) {
            unsigned clock = 1 + bit / width;
            uint8_t level = clock < clocks ? lines[clock] & (width == 4 ? 15 : 1) : width == 4 ? 15 : 1;
            to[i * length + bit / 8] = (uint8_t)(to[i * length + bit / 8] << width | level);
        }
    }
    CHECK(length * mock_get(core.count) == mock_get(core.read_length));
    core.read_is_done = mock_get(core.read_enable) && length *mock_get(core.count) % 4 == 0;
    done(0);
}

static void write_blocks(void) {
    if (!mock_get(core.write_enable)) {
        return;
    }
    const uint8_t *from = (const uint8_t *)(uintptr_t)mock_get(core.write_base);
    while (core.written < mock_get(core.count)) {
        sdcard_token_t token = sdcard_write_block(sdcard_model.card, from + 512 * core.written, true);
        sdcard_model.hung = token == SDCARD_SILENT || sdcard_busy_ns(sdcard_model.card) == UINT64_MAX;
        if (sdcard_model.hung) {
            return;
        }
        if (sdcard_model.one_core && token != SDCARD_ACCEPTED) {
            mock_set(core.data_event, mock_get(core.data_event) | (token == SDCARD_CRC_ERROR ? 8 : 2));
        }
        sdcard_advance(sdcard_model.card, sdcard_busy_ns(sdcard_model.card));
        core.written++;
    }
    mock_set(core.write_offset, mock_get(core.write_length) / 4);
    done(0);
}

static void step(void) {
    if (sdcard_model.card != NULL && core.state == IDLE) {
        sdcard_advance(sdcard_model.card, CARD_NS);
    }
    if (core.state != IDLE && !sdcard_model.dead && !sdcard_model.hung && mock_cycles >= core.due) {
        switch (core.state) {
            case SENT:
                end_command();
                break;
            case READING:
                read_blocks();
                break;
            default:
                write_blocks();
                break;
        }
        core.due = mock_cycles + COMMAND_CYCLES;
    }
}

static uint64_t read_event(mock_reg_t *reg) {
    step();
    return mock_get(reg);
}

static void send(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    if (core.state != IDLE) {
        return;
    }
    core.spoilt = mock_cycles < core.quiet_until;
    sdcard_model.commands++;
    sdcard_model.spoilt += core.spoilt;
    mock_set(core.cmd_event, 0);
    mock_set(core.data_event, 0);
    core.state = SENT;
    core.due = mock_cycles + COMMAND_CYCLES;
}

static uint64_t read_detect(mock_reg_t *reg) {
    (void)reg;
    return !sdcard_model.no_detect && (sdcard_model.card == NULL || !sdcard_present(sdcard_model.card));
}

static uint64_t read_done(mock_reg_t *reg) {
    (void)reg;
    return core.read_is_done;
}

static void enable_read(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    core.read_is_done = false;
}

static mock_reg_t *add(csr_reg_t *reg, unsigned bits) {
    mock_reg_t *mock = mock_add(bits, CSR_ACCESS_RW);
    *reg = mock->reg;
    return mock;
}

void sdcard_model_init(sdcard_t *card, bool one_core) {
    lx_sdcard_regs_t *regs = &sdcard_model.regs;
    mock_reset();
    memset(&core, 0, sizeof(core));
    memset(&sdcard_model, 0, sizeof(sdcard_model));
    sdcard_model.card = card;
    sdcard_model.one_core = one_core;
    regs->name = "sdcard";
    regs->irq = -1;
    add(&regs->phy_card_detect, 1)->on_read = read_detect;
    core.divider = add(&regs->phy_clocker_divider, 9);
    mock_set(core.divider, 256);
    add(&regs->phy_init_initialize, 1);
    if (one_core) {
        add(&regs->phy_cmdr_timeout, 32);
        add(&regs->phy_datar_timeout, 32);
        core.settings = add(&regs->phy_settings, 2);
        mock_set(core.settings, 1);
    }
    core.argument = add(&regs->core_cmd_argument, 32);
    core.command = add(&regs->core_cmd_command, 32);
    add(&regs->core_cmd_send, 1)->on_write = send;
    core.response = add(&regs->core_cmd_response, 128);
    core.cmd_event = add(&regs->core_cmd_event, 4);
    mock_set(core.cmd_event, 1);
    core.data_event = add(&regs->core_data_event, 4);
    mock_set(core.data_event, 1);
    core.data_event->on_read = read_event;
    core.length = add(&regs->core_block_length, 10);
    core.count = add(&regs->core_block_count, 32);
    core.read_base = add(&regs->block2mem_dma_base, 64);
    core.read_length = add(&regs->block2mem_dma_length, 32);
    core.read_enable = add(&regs->block2mem_dma_enable, 1);
    core.read_enable->on_write = enable_read;
    core.read_done = add(&regs->block2mem_dma_done, 1);
    core.read_done->on_read = read_done;
    add(&regs->block2mem_dma_loop, 1);
    add(&regs->block2mem_dma_offset, 32);
    core.write_base = add(&regs->mem2block_dma_base, 64);
    core.write_length = add(&regs->mem2block_dma_length, 32);
    core.write_enable = add(&regs->mem2block_dma_enable, 1);
    add(&regs->mem2block_dma_done, 1);
    add(&regs->mem2block_dma_loop, 1);
    core.write_offset = add(&regs->mem2block_dma_offset, 32);
}

void sdcard_model_free(void) {
    sdcard_free(sdcard_model.card);
    sdcard_model.card = NULL;
}
