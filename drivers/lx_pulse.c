// SPDX-License-Identifier: MIT
//
// Bits on a pin. What is measured, in cycles:
//   turn   a turn of the shortest loop (times TURNS)
//   high   from the write of a level to the next write with no turns between them
//   bit    a whole bit with no turns: the second half has the work for the next bit in it

#include "drivers/lx_pulse.h"

#include "soc/irq.h"
#include "soc/spin.h"

#define TURNS (64)
#define WRITES (8)
#define NS_PER_S (1000000000u)

typedef struct {
    uint32_t turns_cycles; // of TURNS turns
    uint32_t high_cycles;
    uint32_t bit_cycles;
} cost_t;

// Turns after the rising and after the falling edge, of a 0 and of a 1.
typedef struct {
    uint32_t turns[2][2];
} plan_t;

// Not inlined: what is measured and what is sent have to be the same instructions.
static __attribute__((noinline)) void emit(csr_reg_t out, uint32_t high, uint32_t low, const plan_t *plan,
    const uint8_t *buf, size_t n) {
    for (; n > 0; n--) {
        uint32_t byte = *buf++;
        for (uint32_t bit = 0x80; bit != 0; bit >>= 1) {
            const uint32_t *turns = plan->turns[(byte & bit) != 0];
            csr_write(out, high);
            soc_spin(turns[0]);
            csr_write(out, low);
            soc_spin(turns[1]);
        }
    }
}

static __attribute__((noinline)) void emit_halves(csr_reg_t out, uint32_t level, const plan_t *plan) {
    const uint32_t *turns = plan->turns[0];
    csr_write(out, level);
    soc_spin(turns[0]);
    csr_write(out, level);
    soc_spin(turns[1]);
    csr_write(out, level);
    soc_spin(turns[0]);
    csr_write(out, level);
    soc_spin(turns[1]);
    csr_write(out, level);
    soc_spin(turns[0]);
    csr_write(out, level);
    soc_spin(turns[1]);
    csr_write(out, level);
    soc_spin(turns[0]);
    csr_write(out, level);
    soc_spin(turns[1]);
}

// With interrupts off. The second round finds everything in the cache.
static void measure(cost_t *cost, csr_reg_t out, uint32_t level, lx_clock_t *clock) {
    static const plan_t no_turns;
    static const uint8_t byte;
    for (unsigned round = 0; round < 2; round++) {
        uint32_t t0 = lx_clock_cycles32(clock);
        uint32_t t1 = lx_clock_cycles32(clock);
        soc_spin(TURNS);
        uint32_t t2 = lx_clock_cycles32(clock);
        soc_spin(2 * TURNS);
        uint32_t t3 = lx_clock_cycles32(clock);
        emit_halves(out, level, &no_turns);
        uint32_t t4 = lx_clock_cycles32(clock);
        emit(out, level, level, &no_turns, &byte, 1);
        uint32_t t5 = lx_clock_cycles32(clock);
        emit(out, level, level, &no_turns, &byte, 0);
        uint32_t t6 = lx_clock_cycles32(clock);
        uint32_t look = t1 - t0;
        cost->turns_cycles = (t3 - t2) - (t2 - t1);
        cost->high_cycles = (t4 - t3 - look) / WRITES;
        cost->bit_cycles = ((t5 - t4) - (t6 - t5)) / 8;
    }
}

static uint32_t cycles_of_ns(uint32_t clk_hz, uint32_t ns) {
    return (uint32_t)(((uint64_t)ns * clk_hz + NS_PER_S / 2) / NS_PER_S);
}

static uint32_t turns_for(const cost_t *cost, uint32_t cycles) {
    return (cycles * TURNS + cost->turns_cycles / 2) / cost->turns_cycles;
}

// The turns of one kind of bit; false where the high time cannot be met.
static bool plan_bit(const cost_t *cost, uint32_t high, uint32_t low, uint32_t turns[2]) {
    if (cost->high_cycles > high + high / 4) {
        return false;
    }
    turns[0] = high > cost->high_cycles ? turns_for(cost, high - cost->high_cycles) : 0;
    uint32_t used = cost->bit_cycles + turns[0] * cost->turns_cycles / TURNS;
    turns[1] = high + low > used ? turns_for(cost, high + low - used) : 0;
    return true;
}

static bool fits(const lx_pulse_timing_t *timing, size_t n) {
    static const uint64_t limit_ns = (uint64_t)LX_PULSE_MAX_US * 1000;
    uint64_t bit0 = (uint64_t)timing->high0_ns + timing->low0_ns;
    uint64_t bit1 = (uint64_t)timing->high1_ns + timing->low1_ns;
    uint64_t bit = bit0 > bit1 ? bit0 : bit1;
    return n <= limit_ns && bit * 8 * n <= limit_ns;
}

int lx_pulse_send(const lx_gpio_regs_t *regs, uint32_t mask, lx_clock_t *clock,
    const lx_pulse_timing_t *timing, const uint8_t *buf, size_t n) {
    if (!lx_gpio_can_output(regs)) {
        return LX_ENOTSUP;
    }
    if ((regs->pins < 32 && mask >> regs->pins != 0) || !fits(timing, n)) {
        return LX_EINVAL;
    }
    uint32_t clk_hz = lx_clock_hz(clock);
    uint32_t state = soc_irq_save();
    uint32_t level = csr_read(regs->out);
    cost_t cost;
    measure(&cost, regs->out, level, clock);
    plan_t plan = { .turns = { { 0, 0 }, { 0, 0 } } };
    // A loop that takes no time would be a clock that stands still.
    bool can = cost.turns_cycles != 0
        && plan_bit(&cost, cycles_of_ns(clk_hz, timing->high0_ns), cycles_of_ns(clk_hz, timing->low0_ns), plan.turns[0])
        && plan_bit(&cost, cycles_of_ns(clk_hz, timing->high1_ns), cycles_of_ns(clk_hz, timing->low1_ns), plan.turns[1]);
    if (can) {
        emit(regs->out, level | mask, level & ~mask, &plan, buf, n);
    }
    soc_irq_restore(state);
    return can ? LX_OK : LX_ENOTSUP;
}
