// SPDX-License-Identifier: MIT
//
// JTAG master: gateware/jtag_master.py, docs/jtag-master.md.
//
// Up to 32 bits go through the registers tdi and tdo, so that small operations touch neither memory nor the cache; the
// bits of each byte are then turned here. What is captured in tdo is read at once, since the next operation changes it.

#include "drivers/lx_jtag.h"

#include "drivers/lx_bits.h"
#include "soc/cache.h"

#define JTAG_COMMAND_TDI_MEMORY (1 << 0)
#define JTAG_COMMAND_TDO_MEMORY (1 << 1)
#define JTAG_COMMAND_MSB_FIRST (1 << 2)
#define JTAG_COMMAND_LAST (1 << 3)
#define JTAG_COMMAND_ABORT (1 << 4)
#define JTAG_STATUS_IN_FLIGHT (3)
#define JTAG_DIVIDER_MAX (0xffff)

#define REGISTER_BITS (32)
#define INIT_HZ (1000000)
// A read of status takes at least this number of cycles; the slack covers what the bus lets memory wait.
#define POLL_CYCLES (4)
#define SLACK_POLLS (20000)

static uint32_t get_bits(const uint8_t *bytes, unsigned bits, bool msb_first) {
    uint32_t word = 0;
    for (unsigned i = 0; i < bits; i += 8) {
        word |= (uint32_t)*bytes++ << i;
    }
    return msb_first ? lx_turn_bytes(word) : word;
}

static void put_bits(uint8_t *bytes, uint32_t word, unsigned bits, bool msb_first) {
    word = msb_first ? lx_turn_bytes(word) : word;
    for (unsigned i = 0; i < bits; i += 8) {
        *bytes++ = word >> i;
    }
}

// Whether at most in_flight operations are under way, within the time that they take.
static bool wait_for(const lx_jtag_t *jtag, unsigned in_flight, uint64_t cycles) {
    for (uint64_t polls = cycles / POLL_CYCLES + SLACK_POLLS; polls != 0; polls--) {
        if ((csr_read(jtag->regs->status) & JTAG_STATUS_IN_FLIGHT) <= in_flight) {
            return true;
        }
    }
    return false;
}

static int jtag_wait(void *ctx, unsigned in_flight) {
    lx_jtag_t *jtag = ctx;
    if (!wait_for(jtag, in_flight, jtag->cycles[0] + jtag->cycles[1])) {
        lx_jtag_abort(jtag);
        return LX_EIO;
    }
    // What these wrote is in memory now.
    bool written = jtag->captures[1] || (in_flight == 0 && jtag->captures[0]);
    jtag->captures[1] = false;
    jtag->captures[0] &= in_flight != 0;
    if (written) {
        soc_cache_flush_cpu();
    }
    return LX_OK;
}

static int jtag_submit(void *ctx, const jtag_op_t *op) {
    lx_jtag_t *jtag = ctx;
    const lx_jtag_regs_t *regs = jtag->regs;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    bool msb_first = op->flags & JTAG_OP_MSB_FIRST;
    bool in_registers = op->bits <= REGISTER_BITS;
    if (op->bits == 0 || (vector && !in_registers)) {
        return LX_EINVAL;
    }
    int status = jtag_wait(jtag, 1);
    if (status != LX_OK) {
        return status;
    }
    uint32_t command = 0;
    csr_write(regs->length, op->bits);
    csr_write(regs->tms, vector ? op->tms : op->tms ? UINT32_MAX : 0);
    if (op->tdi == NULL) {
        csr_write(regs->tdi, op->flags & JTAG_OP_TDI_HIGH ? UINT32_MAX : 0);
    } else if (in_registers) {
        csr_write(regs->tdi, get_bits(op->tdi, op->bits, msb_first));
    } else {
        csr_write(regs->tdi_base, (uint32_t)(uintptr_t)op->tdi);
        command |= JTAG_COMMAND_TDI_MEMORY;
    }
    if (op->tdo != NULL && !in_registers) {
        csr_write(regs->tdo_base, (uint32_t)(uintptr_t)op->tdo);
        command |= JTAG_COMMAND_TDO_MEMORY;
    }
    command |= msb_first ? JTAG_COMMAND_MSB_FIRST : 0;
    command |= !vector && (op->flags & JTAG_OP_LAST) ? JTAG_COMMAND_LAST : 0;
    jtag->cycles[1] = jtag->cycles[0];
    jtag->cycles[0] = 2ull * jtag->divider * op->bits;
    jtag->captures[1] = jtag->captures[0];
    jtag->captures[0] = (command & JTAG_COMMAND_TDO_MEMORY) != 0;
    csr_write(regs->command, command);
    if (op->tdo == NULL || !in_registers) {
        return LX_OK;
    }
    status = jtag_wait(jtag, 0);
    if (status == LX_OK) {
        put_bits(op->tdo, csr_read(regs->tdo) >> (REGISTER_BITS - op->bits), op->bits, msb_first);
    }
    return status;
}

static int jtag_set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    lx_jtag_t *jtag = ctx;
    if (hz == 0 || jtag->clk_hz / 2 / hz >= JTAG_DIVIDER_MAX) {
        return LX_EINVAL;
    }
    uint32_t divider = (uint32_t)((jtag->clk_hz + 2ull * hz - 1) / (2ull * hz));
    jtag->divider = divider;
    csr_write(jtag->regs->divider, divider);
    *actual_hz = jtag->clk_hz / (2 * divider);
    return LX_OK;
}

static uint32_t jtag_time_us(void *ctx) {
    lx_jtag_t *jtag = ctx;
    return lx_jtag_time_us(&jtag->time);
}

const jtag_transport_ops_t lx_jtag_ops = { jtag_submit, jtag_wait, jtag_set_freq, jtag_time_us };

int lx_jtag_abort(lx_jtag_t *jtag) {
    csr_write(jtag->regs->command, JTAG_COMMAND_ABORT);
    bool at_rest = wait_for(jtag, 0, 2ull * JTAG_DIVIDER_MAX);
    jtag->cycles[0] = jtag->cycles[1] = 0;
    jtag->captures[0] = jtag->captures[1] = false;
    soc_cache_flush_cpu();
    return at_rest ? LX_OK : LX_EIO;
}

int lx_jtag_init(lx_jtag_t *jtag, const lx_jtag_regs_t *regs, uint32_t clk_hz, lx_clock_t *clock) {
    uint32_t actual_hz;
    *jtag = (lx_jtag_t) { .regs = regs, .clk_hz = clk_hz };
    lx_jtag_time_init(&jtag->time, clock);
    int status = lx_jtag_abort(jtag);
    return status == LX_OK ? jtag_set_freq(jtag, INIT_HZ, &actual_hz) : status;
}
