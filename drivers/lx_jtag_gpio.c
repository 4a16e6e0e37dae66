// SPDX-License-Identifier: MIT
//
// JTAG over GPIO: litex/soc/cores/gpio.py. Two writes a clock: TCK low with the new TMS and TDI, TCK high. On VexRiscv
// a write takes four cycles and the instructions up to the next one run beside it, so the loop over a byte is unrolled
// and computes each level from the byte's bit without a branch.

#include "drivers/lx_jtag_gpio.h"

// All bits of the result are bit `bit` of the byte.
static inline uint32_t spread(uint32_t byte, unsigned bit) {
    return 0 - (byte >> bit & 1);
}

static inline void write_bit(const lx_jtag_gpio_t *gpio, uint32_t low, uint32_t byte, unsigned bit) {
    uint32_t level = low | (spread(byte, bit) & gpio->tdi);
    csr_write(gpio->regs->out, level);
    csr_write(gpio->regs->out, level | gpio->tck);
}

static inline uint32_t read_bit(const lx_jtag_gpio_t *gpio, uint32_t low) {
    csr_write(gpio->regs->out, low);
    uint32_t in = csr_read(gpio->regs->in) & gpio->tdo;
    csr_write(gpio->regs->out, low | gpio->tck);
    return in != 0;
}

// Bytes to TDI, bit 7 first.
static void write_bytes(const lx_jtag_gpio_t *state, uint32_t low, const uint8_t *data, size_t n) {
    const lx_gpio_regs_t regs = *state->regs;
    lx_jtag_gpio_t local = *state;
    local.regs = &regs;
    const lx_jtag_gpio_t *gpio = &local;
    for (const uint8_t *end = data + n; data != end;) {
        uint32_t byte = *data++;
        write_bit(gpio, low, byte, 7);
        write_bit(gpio, low, byte, 6);
        write_bit(gpio, low, byte, 5);
        write_bit(gpio, low, byte, 4);
        write_bit(gpio, low, byte, 3);
        write_bit(gpio, low, byte, 2);
        write_bit(gpio, low, byte, 1);
        write_bit(gpio, low, byte, 0);
    }
}

// Bytes from TDO, bit 7 first, TDI constant.
static void read_bytes(const lx_jtag_gpio_t *state, uint32_t low, uint8_t *data, size_t n) {
    const lx_gpio_regs_t regs = *state->regs;
    lx_jtag_gpio_t local = *state;
    local.regs = &regs;
    const lx_jtag_gpio_t *gpio = &local;
    for (const uint8_t *end = data + n; data != end;) {
        uint32_t byte = read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        byte = byte << 1 | read_bit(gpio, low);
        *data++ = byte;
    }
}

// Any operation, from clock `from` (a multiple of 8) on.
static void clock_bits(const lx_jtag_gpio_t *gpio, const jtag_op_t *op, uint32_t low, uint32_t from) {
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    uint32_t out = op->flags & JTAG_OP_TDI_HIGH ? UINT8_MAX : 0;
    uint32_t in = 0;
    for (uint32_t i = from; i < op->bits; i++) {
        unsigned bit = op->flags & JTAG_OP_MSB_FIRST ? 7 - (i & 7) : i & 7;
        bool last = i + 1 == op->bits;
        if ((i & 7) == 0) {
            in = 0;
            out = op->tdi ? op->tdi[i / 8] : out;
        }
        bool tms = vector ? op->tms >> i & 1 : op->tms || (last && (op->flags & JTAG_OP_LAST));
        uint32_t level = low | (tms ? gpio->tms : 0) | (out >> bit & 1 ? gpio->tdi : 0);
        csr_write(gpio->regs->out, level);
        if (op->tdo) {
            in |= (uint32_t)((csr_read(gpio->regs->in) & gpio->tdo) != 0) << bit;
        }
        csr_write(gpio->regs->out, level | gpio->tck);
        if (op->tdo && ((i & 7) == 7 || last)) {
            op->tdo[i / 8] = in;
        }
    }
}

static int gpio_submit(void *ctx, const jtag_op_t *op) {
    const lx_jtag_gpio_t *gpio = ctx;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    if (op->bits == 0 || (vector && op->bits > 32)) {
        return LX_EINVAL;
    }
    uint32_t low = csr_read(gpio->regs->out) & ~(gpio->tck | gpio->tms | gpio->tdi);
    uint32_t done = 0;
    if ((op->flags & JTAG_OP_MSB_FIRST) && !vector && !(op->tdi && op->tdo) && (op->tdi || op->tdo)) {
        // The last bit is not among these: it may have another TMS.
        size_t bytes = (op->bits - 1) / 8;
        uint32_t level = low | (op->tms ? gpio->tms : 0);
        if (op->tdi) {
            write_bytes(gpio, level, op->tdi, bytes);
        } else {
            read_bytes(gpio, level | (op->flags & JTAG_OP_TDI_HIGH ? gpio->tdi : 0), op->tdo, bytes);
        }
        done = 8 * bytes;
    }
    clock_bits(gpio, op, low, done);
    csr_write(gpio->regs->out, csr_read(gpio->regs->out) & ~gpio->tck);
    return LX_OK;
}

static uint32_t gpio_time_us(void *ctx) {
    lx_jtag_gpio_t *gpio = ctx;
    return lx_jtag_time_us(&gpio->time);
}

const jtag_transport_ops_t lx_jtag_gpio_ops = { .submit = gpio_submit, .time_us = gpio_time_us };

int lx_jtag_gpio_init(lx_jtag_gpio_t *gpio, const lx_gpio_regs_t *regs, const uint8_t pins[4], lx_clock_t *clock) {
    uint32_t masks[4];
    uint32_t all = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (pins[i] >= regs->pins || pins[i] >= 32 || (all & UINT32_C(1) << pins[i])) {
            return LX_EINVAL;
        }
        masks[i] = UINT32_C(1) << pins[i];
        all |= masks[i];
    }
    *gpio = (lx_jtag_gpio_t) { .regs = regs, .tck = masks[0], .tms = masks[1], .tdi = masks[2], .tdo = masks[3] };
    lx_jtag_time_init(&gpio->time, clock);
    if (!lx_gpio_can_input(regs) || !lx_gpio_can_output(regs)) {
        return LX_ENOTSUP;
    }
    lx_gpio_write(regs, all & ~gpio->tdo, 0);
    return lx_gpio_set_direction(regs, all, all & ~gpio->tdo) == LX_OK ? LX_OK : LX_ENOTSUP;
}
