// SPDX-License-Identifier: MIT
//
// LiteI2C (litei2c/core/master.py, litei2c/phy/generic.py, litei2c/clkgen.py) with the devices of the wiring on its two
// wires. A request moves up to four bytes each way: when the PHY takes it, its devices live through all of it, and it is
// answered when that time has passed. The FIFOs are one entry deep, LiteX's default. SCL is not looked at.

#include "cores/models.h"
#include "models/bus_devices.h"

#define NS (1000000000)
#define SETTINGS_RECOVER (1 << 16)
#define STATUS_TX_READY (1)
#define STATUS_RX_READY (2)
#define STATUS_NACK (1 << 8)
#define STATUS_TX_UNFINISHED (1 << 16)
#define STATUS_RX_UNFINISHED (1 << 17)
#define MOST (4) // bytes each way in a request; a greater length says that more follow
#define RECOVER_CLOCKS (9)
#define REST_QUARTERS (4) // of a bit, for which the bus stays free

typedef struct {
    uint32_t settings;
    uint32_t data;
    uint8_t address;
} request_t;

typedef struct {
    uint32_t data;
    uint32_t flags;
} answer_t;

typedef struct {
    i2c_bus_t bus;
    i2c_pins_t pins;
    bool scl; // as the master leaves them
    bool sda;
    uint64_t bus_ns; // up to when the devices have lived: ahead of the guest during a request
    unsigned mode; // of speed
    bool queued; // `request` is in its FIFO, where it stays until it has ended
    bool busy; // the PHY works on it
    bool holds; // the PHY has an answer that does not fit into the FIFO
    bool answered; // `answer` is in its FIFO
    bool paused; // SCL is low until the next request
    bool reading;
    request_t request;
    answer_t result; // of the PHY's last request
    answer_t answer;
    uint64_t at; // cycle of the bus: where the PHY's last request ended or will end
    uint64_t free_at; // cycle from which the PHY takes another one
} lite_state_t;

// A quarter of a bit, in cycles.
static uint64_t quarter(const core_t *core) {
    static const uint32_t speeds[] = { 100000, 400000, 1000000 };
    const lite_state_t *i2c = core->state;
    uint64_t hz = core->host->soc->clock_hz;
    // The gateware's divider is 0 in mode 3.
    return i2c->mode < 3 ? (hz + 4 * speeds[i2c->mode] - 1) / (4 * speeds[i2c->mode]) : 1;
}

// Time passes on the bus.
static void pass(core_t *core, uint64_t cycles) {
    lite_state_t *i2c = core->state;
    uint64_t ns = cycles * NS / core->host->soc->clock_hz;
    i2c_pins(&i2c->pins, i2c->scl, i2c->sda, ns);
    i2c->at += cycles;
    i2c->bus_ns += ns;
}

// Set the wires, then a quarter of a bit passes.
static void drive(core_t *core, bool scl, bool sda) {
    lite_state_t *i2c = core->state;
    i2c->scl = scl;
    i2c->sda = sda;
    i2c_pins(&i2c->pins, scl, sda, 0);
    pass(core, quarter(core));
}

// A bit, from the middle of one low phase of SCL to that of the next; what SDA is in the middle of the high phase.
static bool bit(core_t *core, bool sda) {
    const lite_state_t *i2c = core->state;
    drive(core, false, sda);
    drive(core, true, sda);
    bool level = sda && i2c->pins.sda_out && !i2c_bus_sda_held(&i2c->bus);
    drive(core, true, sda);
    drive(core, false, sda);
    return level;
}

static void start(core_t *core) {
    drive(core, true, false);
    drive(core, false, false);
}

static void restart(core_t *core) {
    drive(core, false, true);
    drive(core, true, true);
    start(core);
}

static void stop(core_t *core) {
    lite_state_t *i2c = core->state;
    drive(core, false, false);
    drive(core, true, false);
    i2c->sda = true;
    i2c_pins(&i2c->pins, true, true, 0);
}

static void resume(core_t *core) {
    drive(core, false, true);
    drive(core, false, true);
}

// Whether it is acknowledged.
static bool put(core_t *core, uint8_t byte) {
    for (unsigned mask = 0x80; mask != 0; mask >>= 1) {
        bit(core, byte & mask);
    }
    return !bit(core, true);
}

static uint8_t get(core_t *core, bool acknowledge) {
    uint8_t byte = 0;
    for (unsigned i = 0; i < 8; i++) {
        byte = (uint8_t)(byte << 1 | bit(core, true));
    }
    bit(core, !acknowledge);
    return byte;
}

// Moves the bytes of a request. Returns flags of the status.
static uint32_t transfer(core_t *core) {
    lite_state_t *i2c = core->state;
    unsigned len_tx = i2c->request.settings & 7;
    unsigned len_rx = i2c->request.settings >> 8 & 7;
    unsigned out = len_tx < MOST ? len_tx : MOST;
    unsigned in = len_rx < MOST ? len_rx : MOST;
    uint8_t address = (uint8_t)(i2c->request.address << 1);
    if (i2c->paused) {
        resume(core);
    } else {
        i2c->reading = out == 0 && in > 0;
        start(core);
        if (!put(core, address | i2c->reading)) {
            return STATUS_NACK;
        }
    }
    if (!i2c->reading) {
        for (unsigned i = 0; i < out; i++) {
            if (!put(core, (uint8_t)(i2c->request.data >> 8 * (out - 1 - i)))) {
                return STATUS_NACK;
            }
        }
        if (len_tx > MOST) {
            return STATUS_TX_UNFINISHED;
        }
        if (in == 0) {
            return 0;
        }
        restart(core);
        i2c->reading = true;
        if (!put(core, address | 1)) {
            return STATUS_NACK;
        }
    }
    i2c->result.data = 0;
    // A request that goes on with a read reads a byte at least.
    unsigned i = 1;
    do {
        i2c->result.data = i2c->result.data << 8 | get(core, i < len_rx);
    } while (i++ < in);
    return len_rx > MOST ? STATUS_RX_UNFINISHED : 0;
}

static uint32_t recover(core_t *core) {
    start(core);
    for (unsigned i = 0; i < RECOVER_CLOCKS; i++) {
        bit(core, true);
    }
    restart(core);
    return 0;
}

static bool is_active(core_t *core) {
    return reg_get(core_reg(core, "master_active")) & 1;
}

// The PHY takes the request that waits, where it can.
static void take(core_t *core) {
    lite_state_t *i2c = core->state;
    if (!i2c->queued || i2c->busy || i2c->holds || !is_active(core)) {
        return;
    }
    i2c->busy = true;
    i2c->at = core_now(core);
    pass(core, i2c->free_at > i2c->at ? i2c->free_at - i2c->at : 0);
    bool recovers = !i2c->paused && i2c->request.settings & SETTINGS_RECOVER;
    i2c->result.flags = recovers ? recover(core) : transfer(core);
    i2c->paused = i2c->result.flags & (STATUS_TX_UNFINISHED | STATUS_RX_UNFINISHED);
    if (!i2c->paused) {
        stop(core);
    }
}

// The answer goes to the FIFO at this cycle.
static void hand_over(core_t *core, uint64_t cycle) {
    lite_state_t *i2c = core->state;
    i2c->holds = i2c->answered;
    if (!i2c->holds) {
        i2c->answered = true;
        i2c->answer = i2c->result;
        i2c->free_at = cycle + (i2c->paused ? 0 : REST_QUARTERS * quarter(core));
    }
}

// What happened since the last access.
static void settle(core_t *core) {
    lite_state_t *i2c = core->state;
    if (i2c->busy && core_now(core) >= i2c->at) {
        i2c->busy = i2c->queued = false;
        hand_over(core, i2c->at);
    }
    uint64_t now = core_ns(core);
    if (now > i2c->bus_ns) {
        i2c_pins(&i2c->pins, i2c->scl, i2c->sda, now - i2c->bus_ns);
        i2c->bus_ns = now;
    }
}

static void write_rxtx(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    lite_state_t *i2c = core->state;
    settle(core);
    if (!i2c->queued) {
        i2c->queued = true;
        i2c->request = (request_t) {
            .settings = (uint32_t)reg_get(core_reg(core, "master_settings")),
            .data = (uint32_t)value,
            .address = (uint8_t)reg_get(core_reg(core, "master_addr")),
        };
        take(core);
    }
}

static uint64_t read_rxtx(core_t *core, reg_t *reg) {
    (void)reg;
    lite_state_t *i2c = core->state;
    settle(core);
    uint32_t data = i2c->answer.data;
    i2c->answered = false;
    if (i2c->holds) {
        hand_over(core, core_now(core));
        take(core);
    }
    return data;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    lite_state_t *i2c = core->state;
    settle(core);
    return (i2c->queued ? 0 : STATUS_TX_READY) | (i2c->answered ? STATUS_RX_READY | i2c->answer.flags : 0);
}

// Another speed counts while the core is not active, and then requests wait.
static void write_control(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    lite_state_t *i2c = core->state;
    settle(core);
    if (is_active(core)) {
        take(core);
    } else {
        const reg_t *mode = core_reg(core, "phy_speed_mode");
        i2c->mode = mode != NULL ? (unsigned)reg_get(mode) : 0;
    }
}

static bool init(core_t *core) {
    lite_state_t *i2c = core->state;
    i2c->scl = i2c->sda = true;
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
    lite_state_t *i2c = core->state;
    i2c->scl = i2c->sda = true;
    settle(core);
    i2c->queued = i2c->busy = i2c->holds = i2c->answered = i2c->paused = false;
    i2c->free_at = i2c->at = 0;
    i2c->mode = 0;
}

static void free_state(core_t *core) {
    lite_state_t *i2c = core->state;
    i2c_bus_free(&i2c->bus);
}

static const core_reg_t regs[] = {
    { .suffix = "phy_speed_mode", .flags = REG_OPTIONAL, .bits = 2, .write = write_control },
    { .suffix = "master_active", .bits = 1, .write = write_control },
    { .suffix = "master_settings", .bits = 17 },
    { .suffix = "master_addr", .bits = 7 },
    { .suffix = "master_rxtx", .bits = 32, .flags = REG_VOLATILE, .read = read_rxtx, .write = write_rxtx },
    { .suffix = "master_status", .bits = 18, .flags = REG_VOLATILE, .read = read_status },
    CORE_REGS_END,
};

const core_model_t core_litei2c = {
    .kind = "litei2c", .regs = regs, .state_size = sizeof(lite_state_t), .init = init, .reset = reset, .free = free_state
};
