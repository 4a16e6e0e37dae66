// SPDX-License-Identifier: MIT
// What MicroPython's core and extmod expect of the hardware, over soc/ and drivers/.
#ifndef PORT_MPHALPORT_H
#define PORT_MPHALPORT_H

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

// Serves cores that have no interrupt line.
void port_poll(void);

// Prints one line when ctrl_bus_errors has risen since the last call.
void port_report_bus_errors(void);

// The system time; runs from the first entry on, across soft resets and traps.
extern lx_clock_t port_clock;

// Waits so many nanoseconds, serving events; the scheduler may raise from it.
void port_sleep_ns(uint64_t ns);

#define mp_hal_quiet_timing_enter() soc_irq_save()
#define mp_hal_quiet_timing_exit(state) soc_irq_restore(state)
// What input() reads with.
struct _vstr_t;
int port_readline(struct _vstr_t *line, const char *prompt);
#define mp_hal_readline port_readline

#define mp_hal_delay_us_fast mp_hal_delay_us

#endif
