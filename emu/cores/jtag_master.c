// SPDX-License-Identifier: MIT
//
// Our JTAG master (gateware/jtag_master.py, docs/jtag-master.md) with the virtual ECP5 of --jtag behind it. An operation
// takes effect at its end: a guest that changes the data before they are sent, or reads the answer too early, gets wrong
// data here as on the hardware.

#include <string.h>

#include "cores/models.h"
#include "models/plug.h"

#define COMMAND_TDI_MEMORY (1 << 0)
#define COMMAND_TDO_MEMORY (1 << 1)
#define COMMAND_MSB_FIRST (1 << 2)
#define COMMAND_LAST (1 << 3)
#define COMMAND_ABORT (1 << 4)
#define EVENT_DONE (1)
#define DEFAULT_DIVIDER (50) // of a clock of 100 MHz: the gateware's is not known
#define OVERHEAD_CYCLES (8)
#define CHUNK_BYTES (512)

typedef struct {
    uint32_t length, tms, tdi, tdi_base, tdo_base, command, divider;
    uint64_t start;
    uint64_t end;
} operation_t;

typedef struct {
    core_events_t events;
    event_t done;
    operation_t running;
    bool busy;
    bool queued;
} jtag_state_t;

static uint32_t value_of(core_t *core, const char *suffix) {
    return (uint32_t)reg_get(core_reg(core, suffix));
}

static void turn(uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint8_t turned = 0;
        for (unsigned bit = 0; bit < 8; bit++) {
            turned |= (uint8_t)((bytes[i] >> bit & 1) << (7 - bit));
        }
        bytes[i] = turned;
    }
}

static void set_bit(uint8_t *bytes, uint32_t i, bool value) {
    bytes[i / 8] |= (uint8_t)((unsigned)value << i % 8);
}

// Up to CHUNK_BYTES * 8 clocks from clock `from` (a multiple of 8) on.
static void run_chunk(core_t *core, const operation_t *op, uint32_t from, uint32_t bits, uint64_t start_ns) {
    uint8_t tms[CHUNK_BYTES] = { 0 };
    uint8_t tdi[CHUNK_BYTES] = { 0 };
    uint8_t tdo[CHUNK_BYTES] = { 0 };
    size_t bytes = (bits + 7) / 8;
    for (uint32_t i = 0; i < bits; i++) {
        unsigned at = from + i < 31 ? from + i : 31;
        bool last = (op->command & COMMAND_LAST) && from + i + 1 == op->length;
        set_bit(tms, i, (op->tms >> at & 1) || last);
        set_bit(tdi, i, op->tdi >> at & 1);
    }
    if (op->command & COMMAND_TDI_MEMORY) {
        memset(tdi, 0xff, bytes); // what a bus without an answer reads as
        core_memory_read(core, op->tdi_base + from / 8, tdi, bytes);
        if (op->command & COMMAND_MSB_FIRST) {
            turn(tdi, bytes);
        }
    }
    if (core->host->plug != NULL) {
        uint32_t tck_ps = (uint32_t)(2 * op->divider * UINT64_C(1000000000000) / core->host->soc->clock_hz);
        plug_shift(core->host->plug, start_ns, tck_ps, bits, tms, tdi, tdo);
    }
    uint32_t word = value_of(core, "tdo");
    for (uint32_t i = bits > 32 ? bits - 32 : 0; i < bits; i++) {
        word = word >> 1 | (uint32_t)(tdo[i / 8] >> i % 8 & 1) << 31;
    }
    reg_set(core_reg(core, "tdo"), word);
    if (op->command & COMMAND_TDO_MEMORY) {
        if (op->command & COMMAND_MSB_FIRST) {
            turn(tdo, bytes);
        }
        core_memory_write(core, op->tdo_base + from / 8, tdo, bytes);
    }
}

static void run(core_t *core, const operation_t *op, uint32_t bits) {
    uint64_t start_ns = (uint64_t)((unsigned __int128)op->start * 1000000000 / core->host->soc->clock_hz);
    for (uint32_t from = 0; from < bits;) {
        uint32_t now = bits - from < CHUNK_BYTES * 8 ? bits - from : CHUNK_BYTES * 8;
        run_chunk(core, op, from, now, start_ns);
        from += now;
    }
}

// Take what the registers describe.
static void start(core_t *core, uint64_t when) {
    jtag_state_t *jtag = core->state;
    operation_t *op = &jtag->running;
    *op = (operation_t) {
        .length = value_of(core, "length"), .tms = value_of(core, "tms"), .tdi = value_of(core, "tdi"),
        .tdi_base = value_of(core, "tdi_base"), .tdo_base = value_of(core, "tdo_base"),
        .command = value_of(core, "command"), .divider = value_of(core, "divider"), .start = when,
    };
    op->divider += op->divider == 0;
    op->end = when + OVERHEAD_CYCLES + UINT64_C(2) * op->divider * op->length;
    jtag->busy = true;
    jtag->queued = false;
    core_event(core, &jtag->done, op->end);
}

// End what has ended by now.
static void settle(core_t *core) {
    jtag_state_t *jtag = core->state;
    while (jtag->busy && jtag->running.end <= core_now(core)) {
        jtag->busy = false;
        run(core, &jtag->running, jtag->running.length);
        if (jtag->queued) {
            start(core, jtag->running.end);
        }
        core_events_trigger(core, &jtag->events, EVENT_DONE);
        core_events_trigger(core, &jtag->events, 0);
    }
}

static void on_done(void *context) {
    settle(context);
}

static void abort_all(core_t *core) {
    jtag_state_t *jtag = core->state;
    jtag->queued = false;
    if (jtag->busy) {
        operation_t *op = &jtag->running;
        uint64_t clocks = (core_now(core) - op->start) / (2 * op->divider) + 1;
        jtag->busy = false;
        run(core, op, clocks < op->length ? (uint32_t)clocks : op->length);
        core_event(core, &jtag->done, EVENT_NEVER);
    }
}

static void write_command(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    jtag_state_t *jtag = core->state;
    settle(core);
    if (value & COMMAND_ABORT) {
        abort_all(core);
    } else if (jtag->busy) {
        jtag->queued = true;
    } else {
        start(core, core_now(core));
    }
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    jtag_state_t *jtag = core->state;
    settle(core);
    return (uint64_t)jtag->busy + jtag->queued;
}

static uint64_t read_tdo(core_t *core, reg_t *reg) {
    settle(core);
    return reg_get(reg);
}

static uint64_t read_pending(core_t *core, reg_t *reg) {
    (void)reg;
    jtag_state_t *jtag = core->state;
    settle(core);
    return jtag->events.pending;
}

static void write_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    jtag_state_t *jtag = core->state;
    settle(core);
    core_events_clear(core, &jtag->events, (uint32_t)value);
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    jtag_state_t *jtag = core->state;
    core_events_enable(core, &jtag->events, (uint32_t)value);
}

static bool init(core_t *core) {
    jtag_state_t *jtag = core->state;
    jtag->done.fire = on_done;
    jtag->done.context = core;
    return true;
}

static void reset(core_t *core) {
    jtag_state_t *jtag = core->state;
    abort_all(core);
    core_events_reset(&jtag->events);
}

static const core_reg_t regs[] = {
    { .suffix = "divider", .bits = 16, .reset = DEFAULT_DIVIDER },
    { .suffix = "length" },
    { .suffix = "tms" },
    { .suffix = "tdi" },
    { .suffix = "tdi_base" },
    { .suffix = "tdo_base" },
    { .suffix = "command", .bits = 5, .write = write_command },
    { .suffix = "status", .flags = REG_VOLATILE, .read = read_status },
    { .suffix = "tdo", .flags = REG_VOLATILE, .read = read_tdo },
    { .suffix = "ev_status" },
    { .suffix = "ev_pending", .flags = REG_VOLATILE, .read = read_pending, .write = write_pending },
    { .suffix = "ev_enable", .bits = 1, .write = write_enable },
    CORE_REGS_END,
};

const core_model_t core_jtag_master = {
    .kind = "jtag_master", .regs = regs, .state_size = sizeof(jtag_state_t), .init = init, .reset = reset
};
