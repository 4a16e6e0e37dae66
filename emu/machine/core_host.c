// SPDX-License-Identifier: MIT
//
// What the cores see of the machine: cores/host.h.

#include <string.h>

#include "host/picture.h"
#include "host/window.h"
#include "machine/internal.h"

static void irq(void *machine, int line, bool level) {
    machine_irq(machine, line, level);
}

static uint64_t due(void *machine) {
    return machine_due(machine);
}

static void event(void *machine, event_t *e, uint64_t when) {
    machine_event(machine, e, when);
}

static void clock_read(void *machine) {
    machine_t *m = machine;
    m->time_was_read = true;
}

static size_t memory_read(void *machine, uint32_t addr, void *data, size_t size) {
    machine_t *m = machine;
    return bus_peek(&m->bus, addr, data, size);
}

static size_t memory_write(void *machine, uint32_t addr, const void *data, size_t size) {
    machine_t *m = machine;
    return bus_poke(&m->bus, addr, data, size);
}

static uint32_t master_read(void *machine, uint32_t addr) {
    machine_t *m = machine;
    uint32_t value;
    bus_read(&m->bus, addr, 4, &value);
    return value;
}

static void master_write(void *machine, uint32_t addr, uint32_t value) {
    machine_t *m = machine;
    bus_write(&m->bus, addr, 4, value);
}

static bool window(void *machine, const char *region, const core_window_t *w) {
    machine_t *m = machine;
    return bus_take_over(&m->bus, region, w->context, w->read, w->write);
}

// A region with the linker's name only has no memory of its own yet.
static uint8_t *memory(void *machine, const char *region, bool writable, size_t *size) {
    machine_t *m = machine;
    const soc_memory_t *known = soc_memory(m->soc, region);
    char text[256];
    if (known == NULL || (bus_find_name(&m->bus, region) == NULL &&
                          !bus_add_memory(&m->bus, region, known->base, known->size, writable, strstr(known->type, "io") != NULL,
                              text, sizeof(text)))) {
        return NULL;
    }
    *size = known->size;
    return bus_share(&m->bus, region, writable);
}

static void stall(void *machine, uint64_t cycles) {
    machine_t *m = machine;
    m->cpu.cycle += cycles;
    m->cpu.instret_lag += cycles;
}

static void hold(void *machine) {
    machine_t *m = machine;
    m->cpu.held = true;
    m->cpu.attention = true;
    m->cpu.limit = 0;
}

static void reset(void *machine) {
    machine_reset_request(machine);
}

static uint64_t bus_errors(void *machine) {
    const machine_t *m = machine;
    return m->bus.errors;
}

static void bus_error(void *machine) {
    machine_t *m = machine;
    m->bus.errors++;
}

static core_t *find(void *machine, const char *name) {
    return machine_core(machine, name);
}

static bool receive(void *machine, uint8_t *byte) {
    machine_t *m = machine;
    return console_get(m->console, byte);
}

static bool send(void *machine, uint8_t byte) {
    machine_t *m = machine;
    return console_put(m->console, byte);
}

static bool on_demand(void *machine) {
    machine_t *m = machine;
    return console_on_demand(m->console);
}

static void wanted(void *machine) {
    machine_input_wanted(machine);
}

// LiteX calls the console's UART "uart"; a SoC without one has the console at the first UART of another name.
static const core_link_t *console(void *machine, core_t *core, void (*ready)(core_t *core)) {
    machine_t *m = machine;
    bool other = strcmp(core->name, "uart") != 0 && soc_register(m->soc, "uart_rxtx") != NULL;
    if (m->console_core != NULL || other) {
        return NULL;
    }
    m->console_core = core;
    m->console_ready = ready;
    return &m->console_link;
}

static void alive(void *machine) {
    machine_sign_of_life(machine);
}

static void lost_byte(void *machine) {
    machine_t *m = machine;
    m->uart_overflows++;
}

static const core_cable_t *cable(void *machine, core_t *core, void (*ready)(core_t *core)) {
    return machine_cable(machine, core, ready);
}

static bool watched(void *machine) {
    const machine_t *m = machine;
    return m->options.picture != NULL || m->options.window != NULL;
}

static void show(void *machine, const uint8_t *rgb, uint32_t width, uint32_t height) {
    machine_t *m = machine;
    if (m->options.picture != NULL) {
        picture_show(m->options.picture, rgb, width, height);
    }
    if (m->options.window != NULL) {
        window_show(m->options.window, rgb, width, height);
    }
}

void machine_fill_core_host(machine_t *m) {
    const machine_options_t *o = &m->options;
    m->console_link = (core_link_t) {
        .context = m, .receive = receive, .send = send, .on_demand = on_demand, .wanted = wanted,
    };
    m->core_host = (core_host_t) {
        .machine = m,
        .soc = m->soc,
        .settings = {
            .identifier = o->identifier, .map_hash = o->map_hash, .fifo_depth = o->fifo_depth, .baud = o->baud,
            .ethernet_mbit_s = o->ethernet_mbit_s,
        },
        .irq = irq,
        .now = &m->cpu.cycle,
        .due = due,
        .event = event,
        .clock_read = clock_read,
        .nets = m->nets,
        .wiring = o->wiring,
        .plug = o->plug,
        .spiflash = o->spiflash,
        .memory_read = memory_read,
        .memory_write = memory_write,
        .bus_read = master_read,
        .bus_write = master_write,
        .window = window,
        .memory = memory,
        .stall = stall,
        .hold = hold,
        .reset = reset,
        .bus_errors = bus_errors,
        .bus_error = bus_error,
        .find = find,
        .console = console,
        .alive = alive,
        .lost_byte = lost_byte,
        .cable = cable,
        .watched = watched,
        .show = show,
        .error = m->error,
        .error_size = sizeof(m->error),
    };
}
