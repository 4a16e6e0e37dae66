// SPDX-License-Identifier: MIT
//
// The bit-bang I2CMaster (litex/soc/cores/bitbang.py) with the devices of the wiring on its two wires.

#include "cores/models.h"
#include "models/bus_devices.h"

#define W_SCL (1)
#define W_OE (2)
#define W_SDA (4)

typedef struct {
    i2c_bus_t bus;
    i2c_pins_t pins;
    bool scl;
    bool sda;
    uint64_t last_ns;
} i2c_state_t;

// What happened since the last access, with the wires as they were.
static void settle(core_t *core) {
    i2c_state_t *i2c = core->state;
    uint64_t now = core_ns(core);
    i2c_pins(&i2c->pins, i2c->scl, i2c->sda, now - i2c->last_ns);
    i2c->last_ns = now;
}

static void write_w(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    i2c_state_t *i2c = core->state;
    settle(core);
    i2c->scl = value & W_SCL;
    i2c->sda = !(value & W_OE) || (value & W_SDA);
    i2c_pins(&i2c->pins, i2c->scl, i2c->sda, 0);
}

static uint64_t read_r(core_t *core, reg_t *reg) {
    (void)reg;
    i2c_state_t *i2c = core->state;
    settle(core);
    return i2c->sda && i2c->pins.sda_out && !i2c_bus_sda_held(&i2c->bus);
}

static bool init(core_t *core) {
    i2c_state_t *i2c = core->state;
    i2c_bus_init(&i2c->bus);
    i2c_pins_init(&i2c->pins, &i2c->bus);
    const wiring_row_t *row;
    for (size_t n = 0; (row = core_device(core, 0, n)) != NULL; n++) {
        if (!bus_device_i2c(&i2c->bus, row, core->host->error, core->host->error_size)) {
            return false;
        }
    }
    return true;
}

static void reset(core_t *core) {
    i2c_state_t *i2c = core->state;
    i2c->scl = true;
    i2c->sda = true;
    settle(core);
}

static void free_state(core_t *core) {
    i2c_state_t *i2c = core->state;
    i2c_bus_free(&i2c->bus);
}

static const core_reg_t regs[] = {
    { .suffix = "w", .bits = 3, .reset = W_SCL | W_SDA, .write = write_w },
    { .suffix = "r", .bits = 1, .flags = REG_VOLATILE, .read = read_r },
    CORE_REGS_END,
};

const core_model_t core_i2c = {
    .kind = "i2c", .regs = regs, .state_size = sizeof(i2c_state_t), .init = init, .reset = reset, .free = free_state
};
