// SPDX-License-Identifier: MIT
//
// I2C: litei2c/core/master.py and litei2c/phy/generic.py.
//
// A request is a write to rxtx: it takes along address and settings, moves up to four bytes each way, and is answered by
// an entry in the receive FIFO. A length above four says "four now, more with the next request": the bus waits with SCL
// low. Bytes are at the bottom of rxtx, the first one uppermost.

#include "drivers/lx_litei2c.h"

#define LITEI2C_SETTINGS_LEN_TX_SHIFT (0)
#define LITEI2C_SETTINGS_LEN_RX_SHIFT (8)
#define LITEI2C_SETTINGS_RECOVER (UINT32_C(1) << 16)
#define LITEI2C_STATUS_TX_READY (UINT32_C(1) << 0)
#define LITEI2C_STATUS_RX_READY (UINT32_C(1) << 1)
#define LITEI2C_STATUS_NACK (UINT32_C(1) << 8)

#define RESERVED_ADDRESS (0x7f) // UM10204, 3.1.12: no device has it

#define REQUEST_BYTES (4)
#define REQUEST_MORE (5)
// Of a request with all that it may have: start, address, 4 bytes, repeated start, address, 4 bytes, stop, bus free.
#define REQUEST_BITS (110)
#define FIFO_MAX (1024)

static const struct {
    uint32_t hz;
    uint8_t mode;
} speeds[] = {
    {1000000, 2},
    {400000, 1},
    {100000, 0},
};

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

// A look at the status takes a cycle at least.
static int wait_status(const lx_litei2c_t *i2c, uint32_t bit, uint32_t *status) {
    for (uint32_t i = 0; i < i2c->polls; i++) {
        *status = csr_read(i2c->regs->master_status);
        if ((*status & bit) != 0) {
            return LX_OK;
        }
    }
    return LX_ETIMEDOUT;
}

// One request and its answer: *nack and *data.
static int request(const lx_litei2c_t *i2c, uint32_t settings, uint32_t *data, bool *nack) {
    uint32_t flags;
    int status = wait_status(i2c, LITEI2C_STATUS_TX_READY, &flags);
    if (status == LX_OK) {
        csr_write(i2c->regs->master_settings, settings);
        csr_write(i2c->regs->master_rxtx, *data);
        status = wait_status(i2c, LITEI2C_STATUS_RX_READY, &flags);
    }
    if (status == LX_OK) {
        *nack = (flags & LITEI2C_STATUS_NACK) != 0;
        *data = csr_read(i2c->regs->master_rxtx);
    }
    return status;
}

// Answers of a transfer that was given up.
static void drop_answers(const lx_litei2c_t *i2c) {
    for (unsigned i = 0; i < FIFO_MAX && (csr_read(i2c->regs->master_status) & LITEI2C_STATUS_RX_READY) != 0; i++) {
        csr_read(i2c->regs->master_rxtx);
    }
}

int lx_litei2c_init(lx_litei2c_t *i2c, const lx_litei2c_regs_t *regs, uint32_t clk_hz, uint32_t hz, uint32_t *actual_hz) {
    size_t i = 0;
    while (i < sizeof(speeds) / sizeof(speeds[0]) && (speeds[i].hz > hz
                                                      || (!csr_present(regs->phy_speed_mode) && speeds[i].mode != 0))) {
        i++;
    }
    if (i == sizeof(speeds) / sizeof(speeds[0])) {
        return LX_EINVAL;
    }
    i2c->regs = regs;
    // The core's quarters of a bit are whole cycles.
    i2c->polls = REQUEST_BITS * (clk_hz / speeds[i].hz + 4);
    *actual_hz = speeds[i].hz;
    // The core takes another speed only while it is not active.
    csr_write(regs->master_active, 0);
    if (csr_present(regs->phy_speed_mode)) {
        csr_write(regs->phy_speed_mode, speeds[i].mode);
    }
    drop_answers(i2c);
    csr_write(regs->master_active, 1);
    return LX_OK;
}

int lx_litei2c_recover(lx_litei2c_t *i2c) {
    uint32_t data = 0;
    bool nack;
    drop_answers(i2c);
    int status = request(i2c, LITEI2C_SETTINGS_RECOVER, &data, &nack);
    if (status == LX_OK) {
        // Where SDA is held low, everybody seems to acknowledge.
        csr_write(i2c->regs->master_addr, RESERVED_ADDRESS);
        status = request(i2c, 0, &data, &nack);
    }
    return status == LX_OK && !nack ? LX_ETIMEDOUT : status;
}

int lx_litei2c_transfer(lx_litei2c_t *i2c, unsigned address, const uint8_t *tx, size_t n_tx, uint8_t *rx, size_t n_rx) {
    if (address > 0x7f) {
        return LX_EINVAL;
    }
    drop_answers(i2c);
    csr_write(i2c->regs->master_addr, address);
    size_t sent = 0;
    size_t received = 0;
    do {
        size_t out = least(n_tx - sent, REQUEST_BYTES);
        bool last_out = sent + out == n_tx;
        uint32_t len_tx = last_out ? (uint32_t)out : REQUEST_MORE;
        uint32_t len_rx = last_out ? (uint32_t)least(n_rx - received, REQUEST_MORE) : 0;
        uint32_t data = 0;
        bool nack = false;
        for (size_t i = 0; i < out; i++) {
            data = data << 8 | tx[sent + i];
        }
        int status = request(i2c, len_tx << LITEI2C_SETTINGS_LEN_TX_SHIFT | len_rx << LITEI2C_SETTINGS_LEN_RX_SHIFT,
                &data, &nack);
        if (status != LX_OK) {
            return status;
        }
        if (nack) {
            return sent > 0 ? (int)sent : LX_ENODEV;
        }
        sent += out;
        size_t in = least(len_rx, REQUEST_BYTES);
        for (size_t i = in; i > 0; i--, data >>= 8) {
            rx[received + i - 1] = (uint8_t)data;
        }
        received += in;
    } while (sent < n_tx || received < n_rx);
    return (int)sent;
}
