// SPDX-License-Identifier: MIT
//
// The models behind vboard.h.

#include "vboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crc32.h"
#include "models/board.h"
#include "models/ecp5_spi.h"

#define QUEUE (2)
#define PIN_NS (1000)
#define SLAVE_BYTE_NS (320)

typedef struct {
    jtag_op_t op;
    uint32_t sum; // of tdi when it was submitted
} queued_t;

struct vboard {
    board_t board;
    board_options_t options;
    uint8_t *memory;
    bool late;
    unsigned queued;
    queued_t queue[QUEUE + 1];
    uint64_t clocks;
    ecp5_spi_t slave;
    uint64_t slave_bytes;
};

// A mistake of the test or of the core under test: nothing to go on with.
static void give_up(const char *what) {
    #ifdef VBOARD_GIVE_UP
    VBOARD_GIVE_UP(what);
    #else
    fprintf(stderr, "vboard: %s\n", what);
    abort();
    #endif
}

static uint32_t sum_of(const jtag_op_t *op) {
    return op->tdi ? crc32_update(0, op->tdi, (op->bits + 7) / 8) : 0;
}

static uint8_t reversed(uint8_t byte) {
    byte = byte >> 4 | byte << 4;
    byte = (byte & 0xcc) >> 2 | (byte & 0x33) << 2;
    return (byte & 0xaa) >> 1 | (byte & 0x55) << 1;
}

static void run(vboard_t *board, const jtag_op_t *op) {
    bool msb_first = op->flags & JTAG_OP_MSB_FIRST;
    uint32_t now;
    for (uint32_t done = 0; done < op->bits; done += now) {
        uint8_t tms[512];
        uint8_t tdi[512];
        uint8_t tdo[512];
        now = op->bits - done < 4096 ? op->bits - done : 4096;
        uint32_t bytes = (now + 7) / 8;
        memset(tms, op->tms & 1 ? 0xff : 0, bytes);
        memset(tdi, op->flags & JTAG_OP_TDI_HIGH ? 0xff : 0, bytes);
        if (op->flags & JTAG_OP_TMS_VECTOR) {
            memcpy(tms, &op->tms, 4);
        } else if (done + now == op->bits && (op->flags & JTAG_OP_LAST)) {
            uint32_t last = (now - 1) % 4096;
            tms[last / 8] |= 1 << last % 8;
        }
        for (uint32_t i = 0; op->tdi && i < bytes; i++) {
            uint8_t byte = op->tdi[done / 8 + i];
            tdi[i] = msb_first ? reversed(byte) : byte;
        }
        board_shift(&board->board, now, tms, tdi, tdo);
        for (uint32_t i = 0; op->tdo && i < bytes; i++) {
            uint8_t byte = tdo[i];
            if (i + 1 == bytes && now % 8) {
                byte &= (1 << now % 8) - 1;
            }
            op->tdo[done / 8 + i] = msb_first ? reversed(byte) : byte;
        }
    }
    board->clocks += op->bits;
}

static int drain(vboard_t *board, unsigned in_flight) {
    while (board->queued > in_flight) {
        queued_t first = board->queue[0];
        if (sum_of(&first.op) != first.sum) {
            give_up("data changed while it belonged to the transport");
        }
        run(board, &first.op);
        board->queued--;
        memmove(board->queue, board->queue + 1, board->queued * sizeof(board->queue[0]));
    }
    return LX_OK;
}

static int submit(void *ctx, const jtag_op_t *op) {
    vboard_t *board = ctx;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    if (op->bits == 0 || (vector && op->bits > 32) || (!vector && op->tms > 1)) {
        give_up("an operation that the contract does not allow");
    }
    board->queue[board->queued].op = *op;
    board->queue[board->queued++].sum = sum_of(op);
    return drain(board, board->late ? QUEUE : 0);
}

static int wait(void *ctx, unsigned in_flight) {
    return drain(ctx, in_flight);
}

static int set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    vboard_t *board = ctx;
    board_set_tck(&board->board, hz);
    *actual_hz = hz;
    return LX_OK;
}

static const jtag_transport_ops_t ops = { .submit = submit, .wait = wait, .set_freq = set_freq };

static void parse_fault(vboard_t *board, const char *fault) {
    memset(&board->options.fault, 0, sizeof(board->options.fault));
    if (fault && !board_fault_parse(fault, &board->options.fault)) {
        give_up("no such fault");
    }
}

vboard_t *vboard_new(const char *device, const char *chip, const char *fault) {
    vboard_t *board = calloc(1, sizeof(*board));
    board->options.device = ecp5_device_find(device);
    board->options.chip = chip ? nor_chip_find(chip) : NULL;
    if (board->options.device == NULL || (chip && board->options.chip == NULL)) {
        give_up("no such device or flash");
    }
    if (chip) {
        board->memory = malloc(board->options.chip->size_bytes);
        memset(board->memory, 0xff, board->options.chip->size_bytes);
    }
    board->options.flash_memory = board->memory;
    board->options.times = NOR_TIMES_TYPICAL;
    parse_fault(board, fault);
    board_init(&board->board, &board->options);
    return board;
}

void vboard_free(vboard_t *board) {
    free(board->memory);
    free(board);
}

jtag_transport_t vboard_transport(vboard_t *board, bool late) {
    board->late = late;
    return (jtag_transport_t) { &ops, board };
}

uint8_t *vboard_flash(vboard_t *board, size_t *length) {
    *length = board->options.chip->size_bytes;
    return board->memory;
}

bool vboard_done(const vboard_t *board) {
    return board->board.ecp5.done;
}

bool vboard_user_mode(const vboard_t *board) {
    return board->board.ecp5.user_mode;
}

uint32_t vboard_frames(const vboard_t *board) {
    return board->board.ecp5.frames;
}

uint32_t vboard_memory_crc(const vboard_t *board) {
    return board->board.ecp5.memory_crc32;
}

uint32_t vboard_clears(const vboard_t *board) {
    return board->board.ecp5.clears;
}

uint32_t vboard_boots(const vboard_t *board) {
    return board->board.ecp5.boots;
}

uint32_t vboard_idcode(const vboard_t *board) {
    return board->options.device->idcode;
}

uint64_t vboard_now_us(const vboard_t *board) {
    return board->board.now_ns / 1000;
}

uint64_t vboard_clocks(const vboard_t *board) {
    return board->clocks;
}

void vboard_counters(const vboard_t *board, vboard_counters_t *counters) {
    const nor_counters_t *from = &board->board.nor.counters;
    counters->operations = from->operations;
    counters->programs = from->programs;
    memcpy(counters->erases, from->erases, sizeof(counters->erases));
    counters->status_writes = from->status_writes;
    counters->otp_writes = from->otp_writes;
    counters->refused = from->refused;
    counters->bytes_read = from->bytes_read;
}

void vboard_protected(const vboard_t *board, uint32_t *first, uint32_t *end) {
    nor_protected_range(&board->board.nor, first, end);
}

uint8_t *vboard_status(vboard_t *board) {
    return board->board.nor.sr;
}

void vboard_advance(vboard_t *board, uint32_t us) {
    board_advance(&board->board, (uint64_t)us * 1000);
}

void vboard_power(vboard_t *board, bool on) {
    board->queued = 0;
    board_power(&board->board, on);
}

void vboard_set_fault(vboard_t *board, const char *fault) {
    board->queued = 0;
    parse_fault(board, fault);
    board_init(&board->board, &board->options);
}

bool vboard_pins(vboard_t *board, bool tck, bool tms, bool tdi) {
    board_advance(&board->board, PIN_NS);
    return board_pins(&board->board, tck, tms, tdi);
}

static int slave_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    vboard_t *board = ctx;
    ecp5_spi_select(&board->slave, true);
    for (size_t i = 0; i < length; i++) {
        uint8_t in = ecp5_spi_exchange(&board->slave, tx ? tx[i] : 0xff);
        board_advance(&board->board, SLAVE_BYTE_NS);
        if (rx) {
            rx[i] = in;
        }
    }
    board->slave_bytes += length;
    if (last) {
        ecp5_spi_select(&board->slave, false);
    }
    return LX_OK;
}

static int slave_delay(void *ctx, uint32_t us) {
    vboard_advance(ctx, us);
    return LX_OK;
}

flash_bus_t vboard_slave_spi(vboard_t *board) {
    static const flash_bus_ops_t slave_ops = { .xfer = slave_xfer, .delay = slave_delay };
    board->slave = (ecp5_spi_t) { .ecp5 = &board->board.ecp5 };
    return (flash_bus_t) { &slave_ops, board };
}

void vboard_slave_release(vboard_t *board) {
    ecp5_spi_select(&board->slave, false);
}

uint64_t vboard_slave_bytes(const vboard_t *board) {
    return board->slave_bytes;
}

const char *vboard_fault_name(size_t index) {
    return board_fault_name(index, NULL);
}

bool vboard_in_reset(const vboard_t *board) {
    return board->board.tap.state == TAP_RESET;
}

bool vboard_power_lost(const vboard_t *board) {
    return !board->board.powered || board->board.nor.lost_power;
}
