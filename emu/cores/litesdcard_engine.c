// SPDX-License-Identifier: MIT
//
// What LiteSDCard does (litesdcard/core.py, phy.py, frontend/dma.py), a command or a block at a time: each step is an
// event at the time at which its last bit has been on the wire, and the bytes move at once.
//
// What software has to know of it is there: commands and data share one state machine, which in 2024.12 says "done" when
// both are, and which has no time-out while a block is written; CRCs are not checked; data that comes before the response
// has ended is lost, and what follows is taken for data; the FIFO of the writing DMA keeps its content.

#include <string.h>

#include "cores/litesdcard.h"
#include "models/sdcard_bus.h"

#define CMD_NONE (0)
#define CMD_LONG (2)
#define CMD_SHORT_BUSY (3)
#define DATA_READ (1)
#define DATA_WRITE (2)
#define SPEED_4X (1)

// Clocks of the card.
#define SEND_CLOCKS (54)
#define RESPONSE_CLOCKS (2 + 48)
#define LONG_CLOCKS (2 + 136)
#define AFTER_CLOCKS (8)
#define GAP_CLOCKS (8) // before a block that is read
#define BLOCK_CLOCKS (1 + 16 + 1) // beside the data
#define WRITE_CLOCKS (8 + 10) // before the block, and the status token
#define EARLY_CLOCKS (RESPONSE_CLOCKS - 2) // of a block that came too early, lost
#define CRC_BYTES (8) // behind a block

static uint32_t command_word(const sd_t *sd) {
    return (uint32_t)sd_get(sd, SD_CMD_COMMAND, 0);
}

static unsigned command_type(const sd_t *sd) {
    return command_word(sd) & 3;
}

static unsigned data_type(const sd_t *sd) {
    return command_word(sd) >> 5 & 3;
}

static uint64_t clock_cycles(const sd_t *sd) {
    uint64_t divider = sd_get(sd, SD_CLOCKER_DIVIDER, 256);
    uint64_t half = (divider + sd->one_core) / 2;
    return 2 * (half > 0 ? half : 1);
}

static uint64_t cycles_of_ns(const sd_t *sd, uint64_t ns) {
    uint64_t hz = sd->core->host->soc->clock_hz;
    return (uint64_t)(((unsigned __int128)ns * hz + 999999999) / 1000000000);
}

// Time-outs are a second where no register says otherwise.
static uint64_t timeout_cycles(const sd_t *sd, sd_reg_t reg) {
    return sd_get(sd, reg, sd->core->host->soc->clock_hz);
}

static void at(sd_t *sd, sd_state_t state, uint64_t cycles) {
    sd->state = state;
    core_event(sd->core, &sd->step, core_due(sd->core) + cycles);
}

static void stop(sd_t *sd, sd_state_t state) {
    sd->state = state;
    core_event(sd->core, &sd->step, EVENT_NEVER);
}

static void advance_card(sd_t *sd) {
    uint64_t now = (uint64_t)((unsigned __int128)core_due(sd->core) * 1000000000u / sd->core->host->soc->clock_hz);
    if (sd->card != NULL && now > sd->last_ns) {
        sdcard_advance(sd->card, now - sd->last_ns);
        sd->last_ns = now;
    }
}

void sd_update_events(sd_t *sd) {
    bool there = sd->card != NULL && sdcard_present(sd->card);
    const bool sources[] = {
        !there,
        sd->b2m.state == DMA_DONE,
        sd->m2b.state == DMA_DONE,
        sd->data_event & SD_EVENT_DONE,
        sd->cmd_event & SD_EVENT_DONE,
    };
    const bool present[] = {
        true, sd->regs[SD_B2M_BASE] != NULL, sd->regs[SD_M2B_BASE] != NULL, sd->one_core, true,
    };
    uint32_t trigger = 0;
    unsigned bit = 0;
    sd->events.level_sources = 0;
    for (unsigned i = 0; i < sizeof(sources); i++) {
        trigger |= present[i] && sources[i] ? UINT32_C(1) << bit : 0;
        sd->events.level_sources |= i >= 3 && present[i] ? UINT32_C(1) << bit : 0;
        bit += present[i];
    }
    if (sd->irq != NULL) {
        core_events_trigger(sd->irq, &sd->events, trigger);
    }
}

static void go_idle(sd_t *sd) {
    stop(sd, SD_IDLE);
    sd->cmd_event |= SD_EVENT_DONE;
    sd->data_event |= SD_EVENT_DONE;
    sd_update_events(sd);
}

// DMA.

static uint32_t dma_bytes(const sd_t *sd, sd_reg_t length) {
    return (uint32_t)sd_get(sd, length, 0) & ~3u;
}

// How far it may go before it ends or goes around.
static uint32_t dma_left(const sd_t *sd, const sd_dma_t *dma, sd_reg_t length) {
    uint32_t bytes = dma_bytes(sd, length);
    return dma->state == DMA_RUN && dma->offset < bytes ? bytes - dma->offset : 0;
}

static uint32_t dma_address(const sd_t *sd, const sd_dma_t *dma, sd_reg_t base) {
    return ((uint32_t)sd_get(sd, base, 0) & ~3u) + dma->offset;
}

static void dma_moved(sd_t *sd, sd_dma_t *dma, uint32_t bytes, sd_reg_t length, sd_reg_t loop) {
    dma->offset += bytes;
    if (dma->offset >= dma_bytes(sd, length)) {
        dma->state = sd_get(sd, loop, 0) & 1 ? DMA_RUN : DMA_DONE;
        dma->offset = dma->state == DMA_RUN ? 0 : dma->offset;
        sd_update_events(sd);
    }
}

// Fill the FIFO to the card.
static void fill(sd_t *sd) {
    uint32_t left;
    while ((left = dma_left(sd, &sd->m2b, SD_M2B_LENGTH)) > 0 && sd->fifo_count < SD_FIFO_BYTES) {
        uint32_t n = SD_FIFO_BYTES - sd->fifo_count;
        n = n < left ? n : left;
        memset(sd->fifo + sd->fifo_count, 0xff, n);
        core_memory_read(sd->core, dma_address(sd, &sd->m2b, SD_M2B_BASE), sd->fifo + sd->fifo_count, n);
        sd->fifo_count += n;
        dma_moved(sd, &sd->m2b, n, SD_M2B_LENGTH, SD_M2B_LOOP);
    }
}

// Data from the card. False: the DMA is done and takes no more.
static bool deliver(sd_t *sd, const uint8_t *data, uint32_t bytes) {
    while (bytes > 0 && sd->b2m.state != DMA_IDLE) {
        uint32_t n = dma_left(sd, &sd->b2m, SD_B2M_LENGTH);
        n = n < bytes ? n : bytes;
        if (n == 0) {
            return false;
        }
        core_memory_write(sd->core, dma_address(sd, &sd->b2m, SD_B2M_BASE), data, n);
        dma_moved(sd, &sd->b2m, n, SD_B2M_LENGTH, SD_B2M_LOOP);
        data += n;
        bytes -= n;
    }
    return true;
}

// Reading.

static void start_block(sd_t *sd) {
    uint64_t ns = UINT64_MAX;
    uint64_t timeout = timeout_cycles(sd, SD_DATAR_TIMEOUT);
    bool wide = !sd->one_core || (sd_get(sd, SD_SETTINGS, 0) & 3) == SPEED_4X;
    uint32_t bytes = sd->card != NULL ? sdcard_data_bytes(sd->card, &ns) : 0;
    uint32_t width = wide ? 4 : 1;
    uint64_t cycles = UINT64_MAX;
    if (bytes > 0 && sd->card->width == width) {
        cycles = cycles_of_ns(sd, ns) + (GAP_CLOCKS + BLOCK_CLOCKS + 8 * bytes / width) * clock_cycles(sd);
    }
    sd->timed_out = cycles > timeout;
    at(sd, SD_READING, sd->timed_out ? timeout : cycles);
}

// What the core takes for the block: the levels behind the first clock in which all lines are low.
static bool take_lines(const uint8_t *lines, unsigned count, unsigned width, uint8_t *data, uint32_t bytes) {
    unsigned mask = width == 4 ? 15 : 1;
    unsigned first = 0;
    while (first < count && (lines[first] & mask) != 0) {
        first++;
    }
    memset(data, 0, bytes);
    for (unsigned bit = 0; bit < 8 * bytes; bit += width) {
        unsigned clock = first + 1 + bit / width;
        uint8_t level = clock < count ? lines[clock] & mask : mask;
        data[bit / 8] |= (uint8_t)(level << (8 - width - bit % 8));
    }
    return first < count;
}

static void end_block(sd_t *sd) {
    uint32_t length = (uint32_t)sd_get(sd, SD_BLOCK_LENGTH, 512);
    uint8_t lines[SDCARD_BLOCK_CLOCKS];
    uint8_t data[1024 + CRC_BYTES];
    uint64_t ns;
    uint32_t bytes = sd->card != NULL ? sdcard_data_bytes(sd->card, &ns) : 0;
    bool early = bytes > 0 && sd->card->fault == SDCARD_FAULT_EARLY_DATA && sd->blocks == 0;
    memset(data, 0xff, sizeof(data));
    if (bytes > 0) {
        bool good = sdcard_read_block(sd->card, sd->block);
        memcpy(data, sd->block, bytes);
        if (length != bytes || early) {
            unsigned lost = early ? EARLY_CLOCKS : 0;
            unsigned count = sdcard_bus_lines(lines, sd->block, bytes, sd->card->width, good);
            take_lines(lines + lost, count - lost, sd->card->width, data, length);
        }
    }
    sd->core->host->alive(sd->core->host->machine);
    sd->blocks++;
    bool taken = deliver(sd, data, length);
    if (!taken) {
        stop(sd, SD_STALLED);
    } else if (sd->blocks >= sd_get(sd, SD_BLOCK_COUNT, 0)) {
        go_idle(sd);
    } else {
        start_block(sd);
    }
}

// Writing.

static void start_write(sd_t *sd) {
    fill(sd);
    if (sd->fifo_count < SDCARD_SECTOR) {
        stop(sd, SD_WAITING);
        return;
    }
    uint32_t width = sd->one_core && (sd_get(sd, SD_SETTINGS, 0) & 3) != SPEED_4X ? 1 : 4;
    at(sd, SD_WRITING, (WRITE_CLOCKS + BLOCK_CLOCKS + 8 * SDCARD_SECTOR / width) * clock_cycles(sd));
}

static void end_write(sd_t *sd) {
    uint8_t data[SDCARD_SECTOR];
    memcpy(data, sd->fifo, sizeof(data));
    sd->fifo_count -= SDCARD_SECTOR;
    memmove(sd->fifo, sd->fifo + SDCARD_SECTOR, sd->fifo_count);
    fill(sd);
    sdcard_token_t token = sd->card != NULL ? sdcard_write_block(sd->card, data, true) : SDCARD_SILENT;
    if (token == SDCARD_SILENT) {
        stop(sd, SD_HUNG);
        return;
    }
    sd->core->host->alive(sd->core->host->machine);
    sd->dataw_status = token == SDCARD_ACCEPTED ? 1 : token == SDCARD_CRC_ERROR ? 2 : 4;
    if (sd->one_core && token != SDCARD_ACCEPTED) {
        sd->data_event |= token == SDCARD_CRC_ERROR ? SD_EVENT_CRC : SD_EVENT_ERROR;
    }
    uint64_t busy = sdcard_busy_ns(sd->card);
    if (busy == UINT64_MAX) {
        stop(sd, SD_HUNG);
    } else {
        at(sd, SD_PROGRAMMING, cycles_of_ns(sd, busy) + clock_cycles(sd));
    }
}

static void end_programming(sd_t *sd) {
    if (!sd->one_core) {
        sd->dataw_status = 0;
    }
    sd->blocks++;
    if (sd->blocks >= sd_get(sd, SD_BLOCK_COUNT, 0)) {
        go_idle(sd);
    } else {
        start_write(sd);
    }
}

// Commands.

static void end_command(sd_t *sd) {
    if (sd->one_core) {
        sd->cmd_event |= SD_EVENT_DONE;
        sd_update_events(sd);
    }
    if (data_type(sd) == DATA_READ) {
        start_block(sd);
    } else if (data_type(sd) == DATA_WRITE) {
        start_write(sd);
    } else {
        go_idle(sd);
    }
}

static void command_timeout(sd_t *sd) {
    sd->cmd_event |= SD_EVENT_TIMEOUT;
    go_idle(sd);
}

// The bytes of the response go into the register from below; the CRC of a short one does not.
static void take_response(sd_t *sd) {
    reg_t *reg = sd->regs[SD_CMD_RESPONSE];
    uint8_t value[SDCARD_REGISTER];
    uint8_t bytes[1 + SDCARD_REGISTER] = { sd->response.index };
    unsigned n = 5;
    if (sd->response.kind == SDCARD_R2) {
        memcpy(bytes + 1, sd->response.reg, SDCARD_REGISTER);
        n = 1 + SDCARD_REGISTER;
    } else {
        for (unsigned i = 0; i < 4; i++) {
            bytes[1 + i] = (uint8_t)(sd->response.value >> (24 - 8 * i));
        }
    }
    reg_read_bytes(reg, value, sizeof(value));
    for (unsigned i = 0; i < n; i++) {
        memmove(value + 1, value, sizeof(value) - 1);
        value[0] = bytes[i];
    }
    reg_write_bytes(reg, value, sizeof(value));
}

static void wait_while_busy(sd_t *sd) {
    uint64_t busy = sdcard_busy_ns(sd->card);
    uint64_t timeout = timeout_cycles(sd, SD_CMDR_TIMEOUT);
    uint64_t cycles = busy == UINT64_MAX ? UINT64_MAX : cycles_of_ns(sd, busy);
    sd->timed_out = cycles > timeout;
    at(sd, SD_BUSY, sd->timed_out ? timeout : cycles);
}

static void command_sent(sd_t *sd) {
    unsigned index = command_word(sd) >> 8 & 0x3f;
    sd->response.kind = SDCARD_NO_RESPONSE;
    if (sd->card != NULL && sd->spoilt) {
        sdcard_command_crc(sd->card);
    } else if (sd->card != NULL) {
        sd->card->clock_hz = (uint32_t)(sd->core->host->soc->clock_hz / clock_cycles(sd));
        sdcard_set_spi(sd->card, false);
        sd->response = sdcard_command(sd->card, index, (uint32_t)sd_get(sd, SD_CMD_ARGUMENT, 0));
        sd_update_events(sd);
    }
    if (command_type(sd) == CMD_NONE) {
        go_idle(sd);
        return;
    }
    sd->timed_out = sd->response.kind == SDCARD_NO_RESPONSE;
    uint64_t clocks = command_type(sd) == CMD_LONG ? LONG_CLOCKS : RESPONSE_CLOCKS;
    clocks += data_type(sd) == 0 && sd->one_core ? AFTER_CLOCKS : 0;
    at(sd, SD_RESPONSE, sd->timed_out ? timeout_cycles(sd, SD_CMDR_TIMEOUT) : clocks *clock_cycles(sd));
}

static void on_step(void *context) {
    sd_t *sd = context;
    advance_card(sd);
    switch (sd->state) {
        case SD_SENDING:
            command_sent(sd);
            break;
        case SD_RESPONSE:
            if (sd->timed_out) {
                command_timeout(sd);
                break;
            }
            take_response(sd);
            sd->quiet_until = sd->one_core || data_type(sd) != 0 ? 0 : core_due(sd->core) + AFTER_CLOCKS * clock_cycles(sd);
            if (command_type(sd) == CMD_SHORT_BUSY) {
                wait_while_busy(sd);
            } else {
                end_command(sd);
            }
            break;
        case SD_BUSY:
            if (sd->timed_out) {
                command_timeout(sd);
            } else {
                end_command(sd);
            }
            break;
        case SD_READING:
            if (sd->timed_out) {
                sd->data_event |= SD_EVENT_TIMEOUT;
                go_idle(sd);
            } else {
                end_block(sd);
            }
            break;
        case SD_WRITING:
            end_write(sd);
            break;
        case SD_PROGRAMMING:
            end_programming(sd);
            break;
        default:
            break;
    }
}

void sd_send(sd_t *sd) {
    if (sd->state != SD_IDLE) {
        return;
    }
    advance_card(sd);
    sd->cmd_event = 0;
    sd->data_event = 0;
    sd->blocks = 0;
    sd->timed_out = false;
    sd->spoilt = core_now(sd->core) < sd->quiet_until;
    sd_update_events(sd);
    at(sd, SD_SENDING, SEND_CLOCKS * clock_cycles(sd));
}

void sd_dma_enable(sd_t *sd, sd_dma_t *dma, bool on) {
    if (!on) {
        dma->state = DMA_IDLE;
        dma->offset = 0;
    } else if (dma->state == DMA_IDLE) {
        dma->state = DMA_RUN;
    }
    sd_update_events(sd);
    advance_card(sd);
    if (dma == &sd->m2b) {
        fill(sd);
        if (sd->state == SD_WAITING) {
            start_write(sd);
        }
    } else if (sd->state == SD_STALLED && dma->state == DMA_IDLE) {
        if (sd->blocks >= sd_get(sd, SD_BLOCK_COUNT, 0)) {
            go_idle(sd);
        } else {
            start_block(sd);
        }
    }
}

void sd_engine_init(sd_t *sd, core_t *core) {
    sd->core = core;
    sd->step.fire = on_step;
    sd->step.context = sd;
}

void sd_engine_reset(sd_t *sd) {
    stop(sd, SD_IDLE);
    sd->b2m = sd->m2b = (sd_dma_t) { DMA_IDLE, 0 };
    sd->fifo_count = 0;
    sd->dataw_status = 0;
    sd->cmd_event = SD_EVENT_DONE;
    sd->data_event = SD_EVENT_DONE;
    core_events_reset(&sd->events);
    sd_update_events(sd);
}
