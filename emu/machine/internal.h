// SPDX-License-Identifier: MIT
//
// What the parts of the machine call of each other.

#ifndef EMU_MACHINE_INTERNAL_H
#define EMU_MACHINE_INTERNAL_H

#include "machine/machine.h"

// machine.c
void machine_irq(machine_t *m, int line, bool level); // line -1: none
void machine_reset_request(machine_t *m);

// events.c
void machine_event(machine_t *m, event_t *event, uint64_t when);
uint64_t machine_next_event(const machine_t *m); // EVENT_NEVER: none
void machine_fire_events(machine_t *m);          // those that are due
uint64_t machine_due(const machine_t *m);        // in fire(): when the event was due, else now

// pacing.c
void machine_sign_of_life(machine_t *m); // the guest moved a byte
void machine_input_wanted(machine_t *m); // the guest looked for input and found none
void machine_look_at_host(machine_t *m);
void machine_pace_from_here(machine_t *m);
void machine_pace(machine_t *m); // real time: wait until the wall clock is where the guest is
void machine_idle(machine_t *m); // the guest waits: let time pass to what it may be waiting for

// net.c
const core_cable_t *machine_cable(machine_t *m, core_t *core, void (*ready)(core_t *core)); // NULL: none
void machine_close_nets(machine_t *m);
bool machine_nets_live(const machine_t *m); // the host may bring a frame at any time
size_t machine_fill_nets(machine_t *m, struct pollfd *fds, size_t room); // what to wait for, then
void machine_poll_nets(machine_t *m, const struct pollfd *fds);          // with what became of it

// pins.c
uint64_t machine_ns(const machine_t *m); // nanoseconds since the start, at the nominal clock
bool machine_connect_pins(machine_t *m); // after the cores added theirs; false: m->error

// core_host.c
void machine_fill_core_host(machine_t *m);

// csr.c: the cores, and the window through which the processor reaches their registers
bool machine_add_cores(machine_t *m); // false: m->error
core_t *machine_core(machine_t *m, const char *name); // NULL: none
void machine_reset_cores(machine_t *m);
uint32_t machine_csr_read(void *context, uint32_t offset);
void machine_csr_write(void *context, uint32_t offset, uint32_t value, unsigned size);

// plic.c
bool machine_add_plic(machine_t *m); // false: m->error
void machine_plic_update(machine_t *m);
bool machine_add_clint(machine_t *m); // false: m->error
void machine_clint_update(machine_t *m);
void machine_clint_reset(machine_t *m);

// images.c
bool machine_load_images(machine_t *m); // false: m->error

#endif
