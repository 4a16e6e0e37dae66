// SPDX-License-Identifier: MIT
// What MicroPython's core and extmod expect of the hardware, over soc/ and drivers/.
#ifndef PORT_MPHALPORT_H
#define PORT_MPHALPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/lx_clock.h"
#include "shared/runtime/interrupt_char.h"
#include "soc/irq.h"

#define MICROPY_BEGIN_ATOMIC_SECTION() soc_irq_save()
#define MICROPY_END_ATOMIC_SECTION(state) soc_irq_restore(state)

// The longest that a caller wants to sleep is of no use here: the clock's tick wakes the CPU each
// millisecond, and every caller loops.
#define MICROPY_INTERNAL_WFE(timeout_ms) port_wait()
#define MICROPY_INTERNAL_EVENT_HOOK port_poll()

// Sleeps until the next interrupt.
void port_wait(void);

// Ends the wait that is under way, or the next one. From anywhere but Python's own code.
void port_wake(void);

// Serves cores that have no interrupt line.
void port_poll(void);

// Prints one line when ctrl_bus_errors has risen since the last call.
void port_report_bus_errors(void);

// The system time; runs from the first entry on, across soft resets and traps.
extern lx_clock_t port_clock;

// Waits a number of nanoseconds, serving events; the scheduler may raise from it.
void port_sleep_ns(uint64_t ns);

#define mp_hal_quiet_timing_enter() soc_irq_save()
#define mp_hal_quiet_timing_exit(state) soc_irq_restore(state)
#if MICROPY_PY_OS_DUPTERM_NOTIFY
// What os.dupterm_notify() has read.
#include "py/ringbuf.h"
extern ringbuf_t stdin_ringbuf;
#endif

// What input() reads with.
struct _vstr_t;
int port_readline(struct _vstr_t *line, const char *prompt);
#define mp_hal_readline port_readline

// As mp_hal_delay_us(), for the few microseconds of a bit-banged protocol: without 64-bit arithmetic.
void port_delay_us_fast(uint32_t us);
#define mp_hal_delay_us_fast port_delay_us_fast

// Pins for bit-banged protocols, where the SoC has any: bindings/machine_pin.h documents the functions.
struct _machine_pin_obj_t;
struct _machine_pin_obj_t *machine_pin_of(void *pin);
void machine_pin_input(struct _machine_pin_obj_t *pin);
void machine_pin_output(struct _machine_pin_obj_t *pin);
void machine_pin_open_drain(struct _machine_pin_obj_t *pin);
bool machine_pin_get(const struct _machine_pin_obj_t *pin);
void machine_pin_set(const struct _machine_pin_obj_t *pin, bool level);
const char *machine_pin_core(const struct _machine_pin_obj_t *pin);
unsigned int machine_pin_number(const struct _machine_pin_obj_t *pin);

#if PORT_VIRTUAL_PINS
// For files that take any object with the protocol of pins, not only the port's: set by firmware.mk.
#include "extmod/virtpin.h"
#define mp_hal_pin_obj_t mp_obj_t
#define mp_hal_get_pin_obj(o) (o)
#define mp_hal_pin_read(p) mp_virtual_pin_read(p)
#else
#define mp_hal_pin_obj_t struct _machine_pin_obj_t *
#define mp_hal_get_pin_obj(o) machine_pin_of(o)
#define MP_HAL_PIN_FMT "'%s[%u]'"
#define mp_hal_pin_name(p) machine_pin_core(p), machine_pin_number(p)
#define mp_hal_pin_input(p) machine_pin_input(p)
#define mp_hal_pin_output(p) machine_pin_output(p)
#define mp_hal_pin_open_drain(p) machine_pin_open_drain(p)
#define mp_hal_pin_read(p) machine_pin_get(p)
#define mp_hal_pin_write(p, level) machine_pin_set((p), (level))
#define mp_hal_pin_low(p) machine_pin_set((p), false)
#define mp_hal_pin_high(p) machine_pin_set((p), true)
#define mp_hal_pin_od_low(p) machine_pin_set((p), false)
#define mp_hal_pin_od_high(p) machine_pin_set((p), true)
#endif

#endif
