// SPDX-License-Identifier: MIT
//
// LiteI2C (litei2c/core/master.py, litei2c/phy/generic.py) with the devices of the wiring: a request moves up to four
// bytes each way over the bus and is answered when its time has passed. The FIFOs are one entry deep, LiteX's default.

#include "cores/models.h"
#include "machine.h"
#include "models/bus_devices.h"

#define SETTINGS_RECOVER (1 << 16)
#define STATUS_TX_READY (1)
#define STATUS_RX_READY (2)
#define STATUS_NACK (1 << 8)
#define STATUS_TX_UNFINISHED (1 << 16)
#define STATUS_RX_UNFINISHED (1 << 17)
#define MOST (4) // bytes each way in a request; a greater length says that more follow
#define BYTE_BITS (9)
#define FRAME_BITS (4) // start, stop and the bus's rest

typedef struct {
    i2c_bus_t bus;
    bool waits_tx; // with SCL low, for the next request
    bool waits_rx;
    bool busy;
    bool answered;
    uint32_t data;
    uint32_t flags;
    uint64_t done_at;
    uint64_t last_ns;
} lite_state_t;

static void settle(core_t *core) {
    lite_state_t *i2c = core->state;
    uint64_t now = machine_ns(core->machine);
    i2c_bus_advance(&i2c->bus, now - i2c->last_ns);
    i2c->last_ns = now;
    if (i2c->busy && machine_now(core->machine) >= i2c->done_at) {
        i2c->busy = false;
        i2c->answered = true;
    }
}

// Moves the bytes of a request; false: one was not acknowledged. *bits is what that took.
static bool run(core_t *core, uint32_t settings, uint32_t data, unsigned *bits) {
    lite_state_t *i2c = core->state;
    unsigned len_tx = settings & 7;
    unsigned len_rx = settings >> 8 & 7;
    unsigned out = len_tx < MOST ? len_tx : MOST;
    unsigned in = len_rx < MOST ? len_rx : MOST;
    uint8_t address = (uint8_t)(reg_get(core_reg(core, "master_addr")) << 1);
    if (!i2c->waits_tx && !i2c->waits_rx) {
        i2c_bus_start(&i2c->bus);
        *bits += BYTE_BITS;
        if (!i2c_bus_write(&i2c->bus, address | (out == 0 && in > 0))) {
            return false;
        }
    }
    for (unsigned i = 0; i < out && !i2c->waits_rx; i++) {
        *bits += BYTE_BITS;
        if (!i2c_bus_write(&i2c->bus, (uint8_t)(data >> 8 * (out - 1 - i)))) {
            return false;
        }
    }
    i2c->waits_tx = len_tx > MOST && !i2c->waits_rx;
    if (i2c->waits_tx) {
        i2c->flags = STATUS_TX_UNFINISHED;
        return true;
    }
    if (out > 0 && in > 0 && !i2c->waits_rx) {
        i2c_bus_start(&i2c->bus);
        *bits += BYTE_BITS + 1;
        if (!i2c_bus_write(&i2c->bus, address | 1)) {
            return false;
        }
    }
    i2c->data = 0;
    for (unsigned i = 0; i < in; i++) {
        i2c->data = i2c->data << 8 | i2c_bus_read(&i2c->bus);
        *bits += BYTE_BITS;
    }
    i2c->waits_rx = len_rx > MOST;
    i2c->flags = i2c->waits_rx ? STATUS_RX_UNFINISHED : 0;
    if (!i2c->waits_rx) {
        i2c_bus_stop(&i2c->bus);
    }
    return true;
}

static void write_rxtx(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    static const uint32_t speeds[] = { 100000, 400000, 1000000, 1000000 };
    lite_state_t *i2c = core->state;
    settle(core);
    if (i2c->busy || i2c->answered || !(reg_get(core_reg(core, "master_active")) & 1)) {
        return;
    }
    uint32_t settings = (uint32_t)reg_get(core_reg(core, "master_settings"));
    unsigned bits = FRAME_BITS;
    i2c->flags = 0;
    if (settings & SETTINGS_RECOVER) {
        i2c_bus_stop(&i2c->bus);
        bits += BYTE_BITS;
    } else if (!run(core, settings, (uint32_t)value, &bits)) {
        i2c_bus_stop(&i2c->bus);
        i2c->waits_tx = false;
        i2c->waits_rx = false;
        i2c->flags = STATUS_NACK;
    }
    const reg_t *mode = core_reg(core, "phy_speed_mode");
    uint32_t hz = speeds[mode != NULL ? reg_get(mode) & 3 : 0];
    i2c->busy = true;
    i2c->done_at = machine_now(core->machine) + bits * (core->machine->soc->clock_hz / hz + 1);
}

static uint64_t read_rxtx(core_t *core, reg_t *reg) {
    (void)reg;
    lite_state_t *i2c = core->state;
    settle(core);
    i2c->answered = false;
    return i2c->data;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    lite_state_t *i2c = core->state;
    settle(core);
    return (i2c->busy ? 0 : STATUS_TX_READY) | (i2c->answered ? STATUS_RX_READY | i2c->flags : 0);
}

static bool init(core_t *core) {
    lite_state_t *i2c = core->state;
    i2c_bus_init(&i2c->bus);
    const wiring_row_t *row;
    for (size_t n = 0; (row = machine_device(core, 0, n)) != NULL; n++) {
        if (!bus_device_i2c(&i2c->bus, row, core->machine->error, sizeof(core->machine->error))) {
            return false;
        }
    }
    return true;
}

static void reset(core_t *core) {
    lite_state_t *i2c = core->state;
    settle(core);
    i2c_bus_stop(&i2c->bus);
    i2c->waits_tx = i2c->waits_rx = i2c->busy = i2c->answered = false;
}

static void free_state(core_t *core) {
    lite_state_t *i2c = core->state;
    i2c_bus_free(&i2c->bus);
}

static const core_reg_t regs[] = {
    { .suffix = "phy_speed_mode", .flags = REG_OPTIONAL, .bits = 2 },
    { .suffix = "master_active", .bits = 1 },
    { .suffix = "master_settings", .bits = 17 },
    { .suffix = "master_addr", .bits = 7 },
    { .suffix = "master_rxtx", .bits = 32, .flags = REG_VOLATILE, .read = read_rxtx, .write = write_rxtx },
    { .suffix = "master_status", .bits = 18, .flags = REG_VOLATILE, .read = read_status },
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_litei2c = {
    .kind = "litei2c", .regs = regs, .state_size = sizeof(lite_state_t), .init = init, .reset = reset, .free = free_state
};
