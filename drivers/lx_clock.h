// SPDX-License-Identifier: MIT
//
// The system time, from one LiteX timer (lx_timer.h), which it owns: a tick each millisecond drives a hook
// (the port hangs its soft timers on it), and the time in cycles of the system clock comes from the uptime
// register where the timer has one, else from ticks counted plus the timer's value.
//
// Without uptime, time is cycles = ticks * period + (period - 1 - value). The timer's zero event is pending from
// the very cycle in which the value wraps, so one latch and one look at the event tell which period a value
// belongs to (lx_clock.c derives it). Time never steps back and does not drift: each period has exactly
// `period` cycles, and the conversions are exact.
//
// Interrupts may be off for 1 ms at any moment (exactly: until the second wrap). If they are off for longer,
// ticks are lost. Without uptime each costs 1 ms of time; it is seen (counted and made good for) only where time
// would have stepped back. With uptime, no time is ever lost, and every tick that is late is counted.

#ifndef DRIVERS_LX_CLOCK_H
#define DRIVERS_LX_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "drivers/lx_timer.h"

#define LX_CLOCK_TICK_HZ (1000)

// Called by lx_clock_isr() once per tick event, with interrupts off.
typedef void (*lx_clock_hook_t)(void *arg);

// Private to lx_clock; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_timer_regs_t *regs;
    uint32_t clk_hz;
    uint32_t period; // cycles per tick
    bool has_uptime;
    bool running;
    csr_reg_t uptime_low; // with uptime: its bits 0 to 31
    uint64_t ticks; // tick events seen (without uptime: periods that have passed)
    uint64_t last; // the latest time handed out, in cycles
    uint64_t start; // with uptime: its value at lx_clock_init()
    uint64_t next_tick; // with uptime: its value when the next tick is due
    uint32_t lost; // ticks that were detected as lost
    lx_clock_hook_t hook;
    void *hook_arg;
} lx_clock_t;

// Start the tick: time is 0 now. The timer's event is enabled in the core; the caller claims
// regs->irq with lx_clock_isr(). hook may be NULL. LX_EINVAL: clk_hz below 1 MHz.
int lx_clock_init(lx_clock_t *clock, const lx_timer_regs_t *regs, uint32_t clk_hz, lx_clock_hook_t hook, void *arg);

// Stop the timer and its event. Without uptime, time then stands still.
void lx_clock_deinit(lx_clock_t *clock);

// Give the timer to somebody else, stopped: its uptime goes on counting, and so does the time. From now on the ticks
// come from lx_clock_poll() instead of lx_clock_isr(). LX_EBUSY: without uptime the timer is the only clock.
int lx_clock_yield(lx_clock_t *clock);

// Take the timer back, whatever it was set to.
void lx_clock_resume(lx_clock_t *clock);

// Run the hook for each tick that is due, with interrupts off; for the time between the two calls above.
void lx_clock_poll(lx_clock_t *clock);

// The interrupt half, a soc_irq_handler_t: arg is the lx_clock_t. Harmless when nothing is pending.
void lx_clock_isr(void *arg);

// Time since lx_clock_init(). From anywhere, interrupts on or off, but off no longer than said above.
uint64_t lx_clock_cycles(lx_clock_t *clock);
uint64_t lx_clock_ns(lx_clock_t *clock);
uint64_t lx_clock_us(lx_clock_t *clock);
uint64_t lx_clock_ms(lx_clock_t *clock);

// The lowest 32 bits of lx_clock_cycles(), the cheapest look at the time: it wraps after 43 s at 100 MHz.
uint32_t lx_clock_cycles32(lx_clock_t *clock);

// The system clock.
uint32_t lx_clock_hz(const lx_clock_t *clock);

// Ticks that were detected as lost since lx_clock_init(): with uptime, whole periods that the tick came late;
// without, periods made good for because time would have stepped back.
uint32_t lx_clock_lost_ticks(const lx_clock_t *clock);

// Exact conversions, rounded down: valid for 584 years in nanoseconds and any clock up to 4 GHz.
uint64_t lx_clock_cycles_to_ns(uint32_t clk_hz, uint64_t cycles);
uint64_t lx_clock_cycles_to_us(uint32_t clk_hz, uint64_t cycles);
uint64_t lx_clock_cycles_to_ms(uint32_t clk_hz, uint64_t cycles);

// The fewest cycles that last at least that time. UINT64_MAX where it does not fit.
uint64_t lx_clock_us_to_cycles(uint32_t clk_hz, uint64_t us);

#endif // DRIVERS_LX_CLOCK_H
