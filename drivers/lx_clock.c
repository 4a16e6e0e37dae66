// SPDX-License-Identifier: MIT
//
// The system time. Why it is exact without uptime, from litex/soc/cores/timer.py and csr_eventmanager.py:
//
// The counter goes period - 1, ..., 1, 0, period - 1, ... one a cycle. In the cycle in which it is 0 the zero event's
// trigger rises; in the next, when it is period - 1 again, the event is pending. So:
// - The event is not pending: the counter has not wrapped since the last acknowledgement, and whatever was
//   latched before that look belongs to the period that `ticks` names.
// - The event is pending: it has wrapped, and what is latched after that look belongs to the next period.
// Latch, look, and latch again if pending. This needs no threshold and no retry. It holds while at most one
// event is unacknowledged, which is the bound on the time with interrupts off that the header states.

#include "drivers/lx_clock.h"

#include "soc/irq.h"

#define MIN_CLOCK_HZ (1000000)

// With interrupts off.
static uint64_t cycles_from_ticks(lx_clock_t *clock) {
    uint64_t ticks = clock->ticks;
    uint32_t value = lx_timer_value(clock->regs);
    if (lx_timer_pending(clock->regs)) {
        ticks++;
        value = lx_timer_value(clock->regs);
    }
    // A timer that does not answer must not throw time away.
    uint32_t elapsed = value < clock->period ? clock->period - 1 - value : 0;
    uint64_t cycles = ticks * clock->period + elapsed;
    if (cycles < clock->last) {
        // More than one wrap has become one event: make good for those that can be seen.
        uint64_t missing = (clock->last - cycles + clock->period - 1) / clock->period;
        clock->ticks += missing;
        clock->lost += (uint32_t)missing;
        cycles += missing * clock->period;
    }
    clock->last = cycles;
    return cycles;
}

// Seconds and the rest apart, so that nothing overflows.
static uint64_t convert(uint32_t clk_hz, uint64_t cycles, uint32_t per_second) {
    uint64_t seconds = cycles / clk_hz;
    uint32_t rest = (uint32_t)(cycles - seconds * clk_hz);
    return seconds * per_second + (uint64_t)rest * per_second / clk_hz;
}

int lx_clock_init(lx_clock_t *clock, const lx_timer_regs_t *regs, uint32_t clk_hz, lx_clock_hook_t hook, void *arg) {
    if (clk_hz < MIN_CLOCK_HZ) {
        return LX_EINVAL;
    }
    *clock = (lx_clock_t) {
        .regs = regs,
        .clk_hz = clk_hz,
        .period = (clk_hz + LX_CLOCK_TICK_HZ / 2) / LX_CLOCK_TICK_HZ,
        .has_uptime = lx_timer_has_uptime(regs),
        .running = true,
        .hook = hook,
        .hook_arg = arg,
    };
    uint32_t state = soc_irq_save();
    lx_timer_stop(regs);
    lx_timer_start_periodic(regs, clock->period);
    if (clock->has_uptime) {
        clock->start = lx_timer_uptime(regs);
        clock->next_tick = clock->start + clock->period;
        clock->uptime_low = csr_low32(regs->uptime_cycles);
    }
    lx_timer_irq_enable(regs, true);
    soc_irq_restore(state);
    return LX_OK;
}

void lx_clock_deinit(lx_clock_t *clock) {
    uint32_t state = soc_irq_save();
    clock->last = lx_clock_cycles(clock);
    clock->running = false;
    lx_timer_stop(clock->regs);
    soc_irq_restore(state);
}

int lx_clock_yield(lx_clock_t *clock) {
    if (!clock->has_uptime) {
        return LX_EBUSY;
    }
    lx_timer_stop(clock->regs);
    return LX_OK;
}

void lx_clock_resume(lx_clock_t *clock) {
    uint32_t state = soc_irq_save();
    lx_timer_stop(clock->regs);
    lx_timer_start_periodic(clock->regs, clock->period);
    clock->next_tick = lx_timer_uptime(clock->regs) + clock->period;
    lx_timer_irq_enable(clock->regs, true);
    soc_irq_restore(state);
}

void lx_clock_poll(lx_clock_t *clock) {
    while ((int64_t)(lx_timer_uptime(clock->regs) - clock->next_tick) >= 0) {
        clock->ticks++;
        clock->next_tick += clock->period;
        if (clock->hook != NULL) {
            clock->hook(clock->hook_arg);
        }
    }
}

void lx_clock_isr(void *arg) {
    lx_clock_t *clock = arg;
    if (!lx_timer_take(clock->regs)) {
        return;
    }
    clock->ticks++;
    if (clock->has_uptime) {
        int64_t late = (int64_t)(lx_timer_uptime(clock->regs) - clock->next_tick);
        clock->next_tick += clock->period;
        if (late >= (int64_t)clock->period) {
            uint64_t missing = (uint64_t)late / clock->period;
            clock->ticks += missing;
            clock->lost += (uint32_t)missing;
            clock->next_tick += missing * clock->period;
        }
    }
    if (clock->hook != NULL) {
        clock->hook(clock->hook_arg);
    }
}

uint64_t lx_clock_cycles(lx_clock_t *clock) {
    if (clock->has_uptime) {
        return lx_timer_uptime(clock->regs) - clock->start;
    }
    uint32_t state = soc_irq_save();
    uint64_t cycles = clock->running ? cycles_from_ticks(clock) : clock->last;
    soc_irq_restore(state);
    return cycles;
}

uint32_t lx_clock_cycles32(lx_clock_t *clock) {
    if (!clock->has_uptime) {
        return (uint32_t)lx_clock_cycles(clock);
    }
    uint32_t state = soc_irq_save();
    csr_write(clock->regs->uptime_latch, 1);
    uint32_t cycles = csr_read(clock->uptime_low);
    soc_irq_restore(state);
    return cycles - (uint32_t)clock->start;
}

uint64_t lx_clock_ns(lx_clock_t *clock) {
    return lx_clock_cycles_to_ns(clock->clk_hz, lx_clock_cycles(clock));
}

uint64_t lx_clock_us(lx_clock_t *clock) {
    return lx_clock_cycles_to_us(clock->clk_hz, lx_clock_cycles(clock));
}

uint64_t lx_clock_ms(lx_clock_t *clock) {
    return lx_clock_cycles_to_ms(clock->clk_hz, lx_clock_cycles(clock));
}

uint32_t lx_clock_hz(const lx_clock_t *clock) {
    return clock->clk_hz;
}

uint32_t lx_clock_lost_ticks(const lx_clock_t *clock) {
    return clock->lost;
}

uint64_t lx_clock_cycles_to_ns(uint32_t clk_hz, uint64_t cycles) {
    return convert(clk_hz, cycles, 1000000000);
}

uint64_t lx_clock_cycles_to_us(uint32_t clk_hz, uint64_t cycles) {
    return convert(clk_hz, cycles, 1000000);
}

uint64_t lx_clock_cycles_to_ms(uint32_t clk_hz, uint64_t cycles) {
    return convert(clk_hz, cycles, 1000);
}

uint64_t lx_clock_us_to_cycles(uint32_t clk_hz, uint64_t us) {
    uint64_t seconds = us / 1000000;
    uint32_t rest = (uint32_t)(us - seconds * 1000000);
    uint64_t fraction = ((uint64_t)rest * clk_hz + 999999) / 1000000;
    if (seconds > (UINT64_MAX - fraction) / clk_hz) {
        return UINT64_MAX;
    }
    return seconds * clk_hz + fraction;
}
