// SPDX-License-Identifier: MIT
//
// What the wiring connects to the pins: nets, stimuli, devices, and the virtual ECP5 of --jtag.

#include "machine/internal.h"

#include <stdio.h>

#define NS (1000000000ull)

static uint64_t ns_of_cycle(const machine_t *m, uint64_t cycle) {
    return (uint64_t)((unsigned __int128)cycle * NS / m->soc->clock_hz);
}

uint64_t machine_ns(const machine_t *m) {
    return ns_of_cycle(m, m->cpu.cycle);
}

// The first cycle at or after this time.
static uint64_t cycle_of_ns(const machine_t *m, uint64_t ns) {
    return ns == UINT64_MAX ? EVENT_NEVER : (uint64_t)(((unsigned __int128)ns * m->soc->clock_hz + NS - 1) / NS);
}

static void plan_stimulus(machine_t *m) {
    machine_event(m, &m->stimulus, cycle_of_ns(m, nets_next(m->nets)));
}

static void stimulate(void *context) {
    machine_t *m = context;
    nets_advance(m->nets, machine_ns(m));
    plan_stimulus(m);
}

// Edges that a core makes by itself have their exact times. For the devices time never goes back.
static uint64_t device_now(void *context) {
    machine_t *m = context;
    uint64_t due = machine_due(m);
    m->devices_when = due > m->devices_when ? due : m->devices_when;
    return ns_of_cycle(m, m->devices_when);
}

static void device_wake(void *context) {
    machine_t *m = context;
    if (m->pin_devices != NULL) {
        machine_event(m, &m->pin_device, cycle_of_ns(m, pin_devices_next(m->pin_devices)));
    }
}

static void device_due(void *context) {
    machine_t *m = context;
    pin_devices_advance(m->pin_devices);
    device_wake(m);
}

static bool attach_pin_devices(machine_t *m) {
    const pin_devices_host_t host = { device_now, device_wake, m };
    m->pin_device = (event_t) { .when = EVENT_NEVER, .fire = device_due, .context = m };
    m->pin_devices = pin_devices_attach(m->nets, m->options.wiring, &host, m->error, sizeof(m->error));
    if (m->pin_devices != NULL) {
        device_wake(m);
    }
    return m->pin_devices != NULL;
}

static uint64_t plug_now(void *machine) {
    return machine_ns(machine);
}

bool machine_connect_pins(machine_t *m) {
    if (m->options.plug != NULL && !plug_connect(m->options.plug, m->nets, plug_now, m)) {
        snprintf(m->error, sizeof(m->error), "no memory");
        return false;
    }
    if (m->options.wiring != NULL && !nets_connect(m->nets, m->options.wiring, m->error, sizeof(m->error))) {
        return false;
    }
    m->stimulus.fire = stimulate;
    m->stimulus.context = m;
    plan_stimulus(m);
    return m->options.wiring == NULL || attach_pin_devices(m);
}
