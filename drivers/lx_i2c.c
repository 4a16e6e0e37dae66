// SPDX-License-Identifier: MIT
//
// I2C: litex/soc/cores/bitbang.py; the bus as in UM10204 (I2C-bus specification), 3.1.
//
// Between calls of a transfer SCL is low. A bit: SDA changes while SCL is low, half a period later SCL rises, and half a
// period after that SDA is sampled and SCL falls. The core's output is never enabled with a 1: that is how it lets go.

#include "drivers/lx_i2c.h"

#define I2C_W_SCL (UINT32_C(1) << 0)
#define I2C_W_OE (UINT32_C(1) << 1)
#define I2C_W_SDA (UINT32_C(1) << 2)
#define I2C_R_SDA (UINT32_C(1) << 0)

#define RECOVER_CLOCKS (9) // UM10204, 3.1.16
#define CYCLES_PER_BIT_MIN (16)

static void drive(lx_i2c_t *i2c, bool scl, bool sda) {
    i2c->scl = scl;
    i2c->sda = sda;
    csr_write(i2c->regs->w, (scl ? I2C_W_SCL : 0) | (sda ? I2C_W_SDA : I2C_W_OE));
    i2c->edge = lx_clock_cycles32(i2c->clock);
}

static bool sda_level(const lx_i2c_t *i2c) {
    return (csr_read(i2c->regs->r) & I2C_R_SDA) != 0;
}

// Until half a period has passed since the last edge. A look at the clock takes a cycle at least.
static void wait_half(const lx_i2c_t *i2c) {
    for (uint32_t looks = i2c->half; looks > 0; looks--) {
        if (lx_clock_cycles32(i2c->clock) - i2c->edge >= i2c->half) {
            return;
        }
    }
}

static bool clock_bit(lx_i2c_t *i2c, bool out) {
    drive(i2c, false, out);
    wait_half(i2c);
    drive(i2c, true, out);
    wait_half(i2c);
    bool in = sda_level(i2c);
    drive(i2c, false, out);
    return in;
}

int lx_i2c_init(lx_i2c_t *i2c, const lx_i2c_regs_t *regs, lx_clock_t *clock, uint32_t clk_hz, uint32_t hz) {
    if (hz < LX_I2C_HZ_MIN || hz > clk_hz / CYCLES_PER_BIT_MIN) {
        return LX_EINVAL;
    }
    i2c->regs = regs;
    i2c->clock = clock;
    i2c->half = (clk_hz + 2 * hz - 1) / (2 * hz);
    drive(i2c, true, true);
    return LX_OK;
}

int lx_i2c_recover(lx_i2c_t *i2c) {
    for (unsigned i = 0; i < RECOVER_CLOCKS && !sda_level(i2c); i++) {
        drive(i2c, false, true);
        wait_half(i2c);
        drive(i2c, true, true);
        wait_half(i2c);
    }
    drive(i2c, false, true);
    wait_half(i2c);
    return lx_i2c_stop(i2c);
}

int lx_i2c_start(lx_i2c_t *i2c) {
    bool repeated = !i2c->scl;
    if (repeated) {
        drive(i2c, false, true);
        wait_half(i2c);
    }
    drive(i2c, true, true);
    wait_half(i2c);
    if (!sda_level(i2c) && (repeated || lx_i2c_recover(i2c) != LX_OK)) {
        return LX_ETIMEDOUT;
    }
    drive(i2c, true, false);
    wait_half(i2c);
    drive(i2c, false, false);
    return LX_OK;
}

int lx_i2c_stop(lx_i2c_t *i2c) {
    drive(i2c, false, false);
    wait_half(i2c);
    drive(i2c, true, false);
    wait_half(i2c);
    drive(i2c, true, true);
    wait_half(i2c);
    return sda_level(i2c) ? LX_OK : LX_ETIMEDOUT;
}

int lx_i2c_write(lx_i2c_t *i2c, const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        for (int bit = 7; bit >= 0; bit--) {
            clock_bit(i2c, data[i] >> bit & 1);
        }
        if (clock_bit(i2c, true)) {
            return (int)i;
        }
    }
    return (int)n;
}

void lx_i2c_read(lx_i2c_t *i2c, uint8_t *data, size_t n, bool nack) {
    for (size_t i = 0; i < n; i++) {
        unsigned byte = 0;
        for (unsigned bit = 0; bit < 8; bit++) {
            byte = byte << 1 | clock_bit(i2c, true);
        }
        data[i] = (uint8_t)byte;
        clock_bit(i2c, nack && i == n - 1);
    }
}

int lx_i2c_address(lx_i2c_t *i2c, unsigned address, bool read) {
    if (address > 0x7f) {
        return LX_EINVAL;
    }
    int status = lx_i2c_start(i2c);
    if (status != LX_OK) {
        return status;
    }
    uint8_t byte = (uint8_t)(address << 1 | read);
    if (lx_i2c_write(i2c, &byte, 1) == 1) {
        return LX_OK;
    }
    status = lx_i2c_stop(i2c);
    return status != LX_OK ? status : LX_ENODEV;
}
