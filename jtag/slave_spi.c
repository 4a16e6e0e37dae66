// SPDX-License-Identifier: MIT
//
// The slave SPI port as a transport (slave_spi.h), after FPGA-TN-02039, "Slave SPI Mode": an opcode, 24 bits of operand,
// and data, most significant bit first, carried out when chip select rises. The opcodes are those of JTAG, so the TAP is
// kept here in software: an instruction with a register to read becomes a read in Capture-DR, one that acts becomes a
// command in Run-Test/Idle or, where it has an operand, in Update-DR, and the scan of LSC_BITSTREAM_BURST becomes one
// transfer with chip select low.

#include "jtag/slave_spi.h"

#include <string.h>

#include "jtag/ecp5.h"

#define IR_CAPTURE (0x01)
// tap_run() counts clocks of 25 MHz where it knows neither frequency nor time.
#define CLOCKS_PER_US (25)

typedef enum {
    REGISTER, // of `bits`, read by a command
    LOCAL, // of `bits`; nothing is sent
    COMMAND, // sent in Run-Test/Idle
    OPERAND, // sent after a scan of `bits`, with them under `mask`
    STREAM,
} kind_t;

typedef struct {
    uint8_t opcode;
    uint8_t kind;
    uint8_t bits;
    uint8_t mask;
} instruction_t;

static const instruction_t instructions[] = {
    { ECP5_IDCODE_PUB, REGISTER, 32, 0 },
    { ECP5_USERCODE, REGISTER, 32, 0 },
    { ECP5_LSC_READ_STATUS, REGISTER, 32, 0 },
    { ECP5_UIDCODE_PUB, REGISTER, 64, 0 },
    { ECP5_BYPASS, LOCAL, 1, 0 },
    { ECP5_PRELOAD, LOCAL, 1, 0 },
    { ECP5_ISC_DISABLE, COMMAND, 8, 0 },
    { ECP5_LSC_REFRESH, COMMAND, 8, 0 },
    { ECP5_ISC_ENABLE, OPERAND, 8, 0 },
    { ECP5_ISC_ERASE, OPERAND, 8, 0xff },
    { ECP5_LSC_INIT_ADDRESS, OPERAND, 8, 0 },
    { ECP5_LSC_BITSTREAM_BURST, STREAM, 1, 0 },
};

static const instruction_t *find(uint8_t opcode) {
    for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
        if (instructions[i].opcode == opcode) {
            return &instructions[i];
        }
    }
    return NULL;
}

static int settle(jtag_slave_spi_t *port) {
    return port->bus.ops->wait ? port->bus.ops->wait(port->bus.ctx, 0) : LX_OK;
}

static int send(jtag_slave_spi_t *port, const uint8_t *data, size_t length, bool last) {
    int status = port->bus.ops->xfer(port->bus.ctx, data, NULL, length, last);
    return status == LX_OK ? settle(port) : status;
}

static int send_command(jtag_slave_spi_t *port, uint8_t operand, bool last) {
    uint8_t *frame = port->frame[port->turn ^= 1];
    frame[0] = port->ir;
    frame[1] = operand;
    frame[2] = frame[3] = 0;
    return send(port, frame, 4, last);
}

static int read_register(jtag_slave_spi_t *port, unsigned bits) {
    uint8_t bytes[8] = { 0 };
    int status = send_command(port, 0, false);
    if (status != LX_OK) {
        return status;
    }
    status = port->bus.ops->xfer(port->bus.ctx, NULL, bytes, bits / 8, true);
    if (status != LX_OK) {
        return status;
    }
    port->dr = 0;
    for (unsigned i = 0; i < bits / 8; i++) {
        port->dr = port->dr << 8 | bytes[i];
    }
    return settle(port);
}

static int capture_dr(jtag_slave_spi_t *port) {
    const instruction_t *is = find(port->ir);
    port->dr = 0;
    port->dr_bits = is->bits;
    if (is->kind == REGISTER) {
        return read_register(port, is->bits);
    }
    if (is->kind != STREAM) {
        return LX_OK;
    }
    port->streaming = true;
    port->byte_bits = 0;
    return send_command(port, 0, false);
}

static int update_dr(jtag_slave_spi_t *port) {
    const instruction_t *is = find(port->ir);
    if (port->streaming) {
        // Chip select rises with a last byte; where the stream has none left, ones are what follows every bitstream.
        port->streaming = false;
        uint8_t *last = port->frame[port->turn ^= 1];
        *last = port->byte_bits ? port->byte << (8 - port->byte_bits) | ((1 << (8 - port->byte_bits)) - 1) : 0xff;
        return send(port, last, 1, true);
    }
    return is->kind == OPERAND ? send_command(port, port->dr & is->mask, true) : LX_OK;
}

static int update_ir(jtag_slave_spi_t *port) {
    port->ir = port->ir_shift;
    const instruction_t *is = find(port->ir);
    if (is == NULL) {
        port->ir = ECP5_BYPASS;
        return LX_ENOTSUP;
    }
    port->pending = is->kind == COMMAND;
    return LX_OK;
}

static int enter(jtag_slave_spi_t *port, tap_state_t state) {
    port->state = state;
    switch (state) {
        case TAP_RESET:
            port->ir = ECP5_IDCODE_PUB;
            port->pending = false;
            return LX_OK;
        case TAP_IDLE:
            if (port->pending) {
                port->pending = false;
                return send_command(port, 0, true);
            }
            return LX_OK;
        case TAP_IR_CAPTURE:
            port->ir_shift = IR_CAPTURE;
            return LX_OK;
        case TAP_IR_UPDATE:
            return update_ir(port);
        case TAP_DR_CAPTURE:
            return capture_dr(port);
        case TAP_DR_UPDATE:
            return update_dr(port);
        default:
            return LX_OK;
    }
}

static int flush_byte(jtag_slave_spi_t *port) {
    if (port->byte_bits < 8) {
        return LX_OK;
    }
    port->byte_bits = 0;
    uint8_t *byte = port->frame[port->turn ^= 1];
    *byte = port->byte;
    return send(port, byte, 1, false);
}

// One clock; the level of TDO, or a negative status.
static int clock_bit(jtag_slave_spi_t *port, bool tms, bool tdi) {
    int tdo = 1;
    if (port->state == TAP_IR_SHIFT) {
        tdo = port->ir_shift & 1;
        port->ir_shift = port->ir_shift >> 1 | tdi << 7;
    } else if (port->state == TAP_DR_SHIFT && port->streaming) {
        int status = flush_byte(port);
        if (status != LX_OK) {
            return status;
        }
        port->byte = port->byte << 1 | tdi;
        port->byte_bits++;
        tdo = 0;
    } else if (port->state == TAP_DR_SHIFT) {
        tdo = port->dr & 1;
        port->dr = port->dr >> 1 | (uint64_t)tdi << (port->dr_bits - 1);
    }
    tap_state_t next = tap_next(port->state, tms);
    int status = next == port->state ? LX_OK : enter(port, next);
    return status == LX_OK ? tdo : status;
}

// How many of the operation's first clocks need no look at each bit: whole bytes of the stream, and waiting. A
// multiple of 8, which leaves the last clock.
static uint32_t whole_bytes(const jtag_slave_spi_t *port, const jtag_op_t *op) {
    bool stays = !(op->flags & JTAG_OP_TMS_VECTOR) && op->tms == 0;
    bool is_stream = port->state == TAP_DR_SHIFT && port->streaming && op->tdi && !op->tdo
        && (op->flags & JTAG_OP_MSB_FIRST) && port->byte_bits % 8 == 0;
    bool is_wait = port->state == TAP_IDLE && !op->tdo;
    return stays && (is_stream || is_wait) ? (op->bits - 1) / 8 * 8 : 0;
}

static int skip(jtag_slave_spi_t *port, const jtag_op_t *op, uint32_t bits) {
    if (port->state == TAP_IDLE) {
        return port->bus.ops->delay(port->bus.ctx, bits / CLOCKS_PER_US);
    }
    int status = flush_byte(port);
    return status == LX_OK ? send(port, op->tdi, bits / 8, false) : status;
}

static int slave_spi_submit(void *ctx, const jtag_op_t *op) {
    jtag_slave_spi_t *port = ctx;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    bool msb_first = op->flags & JTAG_OP_MSB_FIRST;
    if (op->bits == 0 || (vector && op->bits > 32)) {
        return LX_EINVAL;
    }
    uint32_t first = whole_bytes(port, op);
    int status = first ? skip(port, op, first) : LX_OK;
    if (status != LX_OK) {
        return status;
    }
    uint8_t in = 0;
    for (uint32_t i = first; i < op->bits; i++) {
        bool last = i + 1 == op->bits;
        uint8_t mask = msb_first ? 0x80 >> (i & 7) : 1 << (i & 7);
        uint8_t out = op->tdi ? op->tdi[i / 8] : op->flags & JTAG_OP_TDI_HIGH ? 0xff : 0;
        bool tms = vector ? op->tms >> i & 1 : op->tms || (last && (op->flags & JTAG_OP_LAST));
        int tdo = clock_bit(port, tms, out & mask);
        if (tdo < 0) {
            return tdo;
        }
        in = (i & 7 ? in : 0) | (tdo ? mask : 0);
        if (op->tdo && ((i & 7) == 7 || last)) {
            op->tdo[i / 8] = in;
        }
    }
    return LX_OK;
}

const jtag_transport_ops_t jtag_slave_spi_ops = { .submit = slave_spi_submit };

void jtag_slave_spi_init(jtag_slave_spi_t *port, flash_bus_t bus) {
    memset(port, 0, sizeof(*port));
    port->bus = bus;
    port->state = TAP_RESET;
    port->ir = ECP5_IDCODE_PUB;
}
