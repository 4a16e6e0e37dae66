// SPDX-License-Identifier: MIT
//
// lx_clock against the timer's model, which knows the true time to the cycle.

#include <string.h>

#include "drivers/lx_clock.h"
#include "harness.h"
#include "soc/irq.h"
#include "timer_model.h"

#define CLOCK_HZ (1000000)
#define PERIOD (CLOCK_HZ / 1000)

static timer_model_t model;
static lx_timer_regs_t regs;
static lx_clock_t clock;
static unsigned hooks;
static uint64_t hook_time;

static void count_hook(void *arg) {
    CHECK(arg == &hooks);
    hooks++;
}

static void setup(bool with_uptime, lx_clock_hook_t hook) {
    unsigned cycles = mock_access_cycles;
    mock_reset();
    mock_access_cycles = cycles;
    soc_irq_init();
    timer_model_init(&model, &regs, with_uptime);
    model.uptime = UINT64_C(0x1fffff000);
    hooks = 0;
    hook_time = 0;
    memset(&clock, 0xee, sizeof(clock));
    CHECK_EQ(lx_clock_init(&clock, &regs, CLOCK_HZ, hook, &hooks), LX_OK);
    CHECK_EQ(soc_irq_claim(regs.irq, regs.ev_enable, lx_clock_isr, &clock), LX_OK);
}

// What a CPU without interrupts does instead.
static void poll(void) {
    #if !TEST_HAS_INTERRUPT
    soc_irq_dispatch();
    #endif
}

static void step(unsigned cycles) {
    while (cycles > 0) {
        unsigned now = cycles < 100 ? cycles : 100;
        mock_step(now);
        cycles -= now;
        poll();
    }
}

static void clock_rejects_slow_clocks(void) {
    mock_reset();
    timer_model_init(&model, &regs, false);
    CHECK_EQ(lx_clock_init(&clock, &regs, 999999, NULL, NULL), LX_EINVAL);
}

// Every position of a look at the time around one wrap that is not served yet, at every speed of the bus.
static void clock_exact_at_every_position(void) {
    for (unsigned access = 2; access <= 9; access++) {
        mock_access_cycles = access;
        for (unsigned position = 0; position < 2 * PERIOD - 400; position++) {
            // Far from the wrap a sample is enough.
            if (position % PERIOD > 150 && position % PERIOD < PERIOD - 150 && position % 37 != 0) {
                continue;
            }
            setup(false, count_hook);
            mock_step(position);
            uint64_t first = lx_clock_cycles(&clock);
            CHECK_EQ(first, model.total_latched);
            uint64_t second = lx_clock_cycles(&clock);
            CHECK_EQ(second, model.total_latched);
            CHECK(second > first);
            // Served now, if it was due.
            soc_irq_global_enable();
            poll();
            uint64_t third = lx_clock_cycles(&clock);
            CHECK_EQ(third, model.total_latched);
            CHECK(third > second);
            #if TEST_HAS_INTERRUPT
            CHECK_EQ(hooks, model.total / PERIOD);
            #endif
            CHECK_EQ(lx_clock_lost_ticks(&clock), 0);
        }
    }
    mock_access_cycles = 5;
}

// The tick at every point between the accesses of a look at the time, and the hook looks, too.
static void look_hook(void *arg) {
    (void)arg;
    uint64_t before = model.total;
    uint64_t now = lx_clock_cycles(&clock);
    CHECK(now >= before && now <= model.total);
    CHECK(now > hook_time);
    hook_time = now;
    hooks++;
}

static void clock_with_interrupts_in_between(bool with_uptime) {
    for (unsigned access = 2; access <= 9; access++) {
        mock_access_cycles = access;
        setup(with_uptime, look_hook);
        uint64_t offset = with_uptime ? model.total - (model.uptime - clock.start) : 0;
        soc_irq_global_enable();
        uint64_t last = 0;
        for (unsigned i = 0; i < 5000; i++) {
            uint64_t before = model.total;
            uint64_t now = lx_clock_cycles(&clock);
            CHECK(now + offset >= before && now + offset <= model.total);
            CHECK(now > last && (hook_time <= now || hook_time >= last));
            last = now;
            CHECK_EQ(lx_clock_cycles32(&clock) > (uint32_t)now, true);
            mock_step(i % 23);
            poll();
        }
        CHECK_EQ(hooks, model.total / PERIOD);
        CHECK(hooks > 20);
        CHECK_EQ(lx_clock_lost_ticks(&clock), 0);
    }
    mock_access_cycles = 5;
}

static void clock_from_ticks_with_interrupts_in_between(void) {
    clock_with_interrupts_in_between(false);
}

static void clock_from_uptime_with_interrupts_in_between(void) {
    setup(true, NULL);
    // The hook compares with the timer's time, so let both start at once.
    clock_with_interrupts_in_between(true);
}

static void clock_does_not_drift(void) {
    setup(false, count_hook);
    soc_irq_global_enable();
    for (unsigned i = 0; i < 3000; i++) {
        step(977);
        CHECK_EQ(lx_clock_cycles(&clock), model.total_latched);
    }
    CHECK_EQ(clock.ticks, model.total / PERIOD);
    CHECK_EQ(hooks, model.total / PERIOD);
    CHECK_EQ(lx_clock_lost_ticks(&clock), 0);
    // The clock runs at 1 MHz, so a cycle is a microsecond.
    uint64_t before = model.total;
    uint64_t us = lx_clock_us(&clock);
    CHECK(us >= before && us <= model.total);
    before = model.total;
    uint64_t ns = lx_clock_ns(&clock);
    CHECK(ns >= before * 1000 && ns <= model.total * 1000);
    before = model.total;
    uint64_t ms = lx_clock_ms(&clock);
    CHECK(ms >= before / 1000 && ms <= model.total / 1000);
}

static void clock_period_is_rounded(void) {
    mock_reset();
    timer_model_init(&model, &regs, false);
    CHECK_EQ(lx_clock_init(&clock, &regs, 66666667, NULL, NULL), LX_OK);
    CHECK_EQ(mock_get(model.reload), 66667 - 1);
    CHECK_EQ(mock_get(model.load), 66667 - 1);
    CHECK_EQ(lx_clock_init(&clock, &regs, 33333333, NULL, NULL), LX_OK);
    CHECK_EQ(mock_get(model.reload), 33333 - 1);
    CHECK_EQ(mock_get(model.enable), 1);
}

// Interrupts off for too long: what can be seen is made good for, and time never steps back.
static void clock_lost_ticks_without_uptime(void) {
    setup(false, count_hook);
    mock_step(PERIOD + 900);
    uint64_t first = lx_clock_cycles(&clock);
    CHECK_EQ(first, model.total_latched);
    // One more wrap is merged with the one that is pending.
    mock_step(200);
    uint64_t second = lx_clock_cycles(&clock);
    CHECK_EQ(second, model.total_latched);
    CHECK_EQ(lx_clock_lost_ticks(&clock), 1);
    soc_irq_global_enable();
    poll();
    CHECK_EQ(lx_clock_cycles(&clock), model.total_latched);
    CHECK_EQ(hooks, 1);
    // Unseen, because nobody looked in between: time is late by whole periods, but goes on.
    uint32_t state = soc_irq_save();
    uint64_t before = lx_clock_cycles(&clock);
    mock_step(5 * PERIOD + 300);
    uint64_t after = lx_clock_cycles(&clock);
    CHECK(after > before);
    CHECK_EQ((model.total_latched - after) % PERIOD, 0);
    soc_irq_restore(state);
}

static void clock_lost_ticks_with_uptime(void) {
    setup(true, count_hook);
    mock_step(300);
    soc_irq_global_enable();
    step(3 * PERIOD);
    CHECK_EQ(lx_clock_lost_ticks(&clock), 0);
    CHECK_EQ(hooks, 3);
    uint32_t state = soc_irq_save();
    mock_step(4 * PERIOD);
    soc_irq_restore(state);
    poll();
    CHECK_EQ(hooks, 4);
    CHECK_EQ(lx_clock_lost_ticks(&clock), 3);
    CHECK_EQ(clock.ticks, 7);
    // Not late again because of that.
    step(3 * PERIOD);
    CHECK_EQ(lx_clock_lost_ticks(&clock), 3);
    CHECK_EQ(clock.ticks, 10);
    // No time was lost.
    uint64_t uptime = model.uptime;
    uint64_t now = lx_clock_cycles(&clock);
    CHECK(now >= uptime - clock.start && now <= model.uptime - clock.start);
}

static void clock_cycles32_follows(void) {
    setup(true, NULL);
    // Over a carry of the lower half, which is near.
    for (unsigned i = 0; i < 3000; i++) {
        uint32_t before = lx_clock_cycles(&clock);
        uint32_t now = lx_clock_cycles32(&clock);
        CHECK(now - before > 0 && now - before < 200);
    }
    CHECK(model.uptime > UINT64_C(0x200000000));
}

// A timer that answers nonsense: the time stands, nothing waits for it.
static void clock_of_a_dead_timer(void) {
    static const uint32_t values[] = {0xffffffff, 0x80000000, PERIOD, 0};
    for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
        setup(false, count_hook);
        soc_irq_global_enable();
        step(10 * PERIOD + 10);
        uint64_t before = lx_clock_cycles(&clock);
        model.stuck = true;
        model.stuck_value = values[v];
        uint64_t accesses = mock_cycles;
        for (unsigned i = 0; i < 100; i++) {
            uint64_t now = lx_clock_cycles(&clock);
            CHECK(now >= before && now - before < PERIOD + 200);
        }
        CHECK(mock_cycles - accesses < 100 * 40 * mock_access_cycles);
        lx_clock_isr(&clock); // nothing is pending
        CHECK_EQ(hooks, 10);
        // It recovers when the core does, without a step back.
        model.stuck = false;
        uint64_t now = lx_clock_cycles(&clock);
        CHECK(now >= before && now <= model.total + PERIOD);
    }
}

static void clock_deinit_stops_time(void) {
    setup(false, count_hook);
    soc_irq_global_enable();
    step(2500);
    lx_clock_deinit(&clock);
    uint64_t time = lx_clock_cycles(&clock);
    CHECK_EQ(time, model.total_latched);
    CHECK(time >= 2500 && time < 3000);
    step(5 * PERIOD);
    CHECK_EQ(lx_clock_cycles(&clock), time);
    CHECK_EQ(hooks, 2);
    CHECK_EQ(mock_get(model.en), 0);
    CHECK_EQ(mock_get(model.enable), 0);
    CHECK(!model.pending);
    // And it starts again from 0.
    CHECK_EQ(lx_clock_init(&clock, &regs, CLOCK_HZ, NULL, NULL), LX_OK);
    CHECK(lx_clock_cycles(&clock) < 200);
    step(PERIOD); // without a hook
}

// Exact against 128-bit arithmetic, near every power of two.
static void clock_conversions(void) {
    static const uint32_t clocks[] = {1000000, 12000000, 33333333, 48000000, 66666666, 100000000, 125000000, 4294967295};
    for (unsigned c = 0; c < sizeof(clocks) / sizeof(clocks[0]); c++) {
        uint32_t hz = clocks[c];
        for (unsigned shift = 0; shift < 64; shift++) {
            for (int delta = -3; delta <= 3; delta++) {
                uint64_t x = (UINT64_C(1) << shift) + (uint64_t)(int64_t)delta;
                unsigned __int128 ns = (unsigned __int128)x * 1000000000 / hz;
                if (ns <= UINT64_MAX) {
                    CHECK(lx_clock_cycles_to_ns(hz, x) == (uint64_t)ns);
                }
                unsigned __int128 us = (unsigned __int128)x * 1000000 / hz;
                CHECK(us > UINT64_MAX || lx_clock_cycles_to_us(hz, x) == (uint64_t)us);
                CHECK(lx_clock_cycles_to_ms(hz, x) == (uint64_t)((unsigned __int128)x * 1000 / hz));
                unsigned __int128 cycles = ((unsigned __int128)x * hz + 999999) / 1000000;
                uint64_t expected = cycles > UINT64_MAX ? UINT64_MAX : (uint64_t)cycles;
                CHECK(lx_clock_us_to_cycles(hz, x) == expected);
            }
        }
    }
    CHECK_EQ(lx_clock_us_to_cycles(33333333, 1), 34);
}

// Runs the ticks that are due: as many in all as milliseconds have passed.
static void poll_ticks(void) {
    uint64_t before = lx_clock_cycles(&clock);
    lx_clock_poll(&clock);
    uint64_t after = lx_clock_cycles(&clock);
    CHECK(hooks >= before / PERIOD && hooks <= after / PERIOD);
}

// Somebody else starts the timer at another rate: the time stays the uptime's, and each millisecond has its tick.
static void clock_yields_its_timer(void) {
    setup(true, count_hook);
    soc_irq_global_enable();
    step(5 * PERIOD + PERIOD / 4);
    CHECK_EQ(hooks, 5);
    CHECK_EQ(lx_clock_yield(&clock), LX_OK);
    CHECK_EQ(csr_read(regs.en) | csr_read(regs.ev_enable) | csr_read(regs.ev_pending), 0);
    soc_irq_release(regs.irq, regs.ev_enable, &clock);
    CHECK_EQ(lx_timer_start_periodic(&regs, 77), LX_OK);
    for (unsigned i = 0; i < 50; i++) {
        uint64_t last = lx_clock_cycles(&clock);
        mock_step(PERIOD / 3);
        uint64_t passed = lx_clock_cycles(&clock) - last;
        CHECK(passed >= PERIOD / 3 && passed < PERIOD / 3 + 200);
        poll_ticks();
    }
    // A long time without a look.
    mock_step(7 * PERIOD);
    poll_ticks();

    lx_clock_resume(&clock);
    CHECK_EQ(soc_irq_claim(regs.irq, regs.ev_enable, lx_clock_isr, &clock), LX_OK);
    unsigned before = hooks;
    uint64_t resumed = lx_clock_cycles(&clock);
    step(10 * PERIOD);
    uint64_t periods = (lx_clock_cycles(&clock) - resumed) / PERIOD;
    CHECK(hooks - before >= periods - 1 && hooks - before <= periods + 1);
    CHECK_EQ(lx_clock_lost_ticks(&clock), 0);
}

static void clock_keeps_its_only_timer(void) {
    setup(false, count_hook);
    soc_irq_global_enable();
    CHECK_EQ(lx_clock_yield(&clock), LX_EBUSY);
    step(3 * PERIOD + PERIOD / 2);
    CHECK_EQ(hooks, 3);
}

const test_t tests_clock[] = {
    TEST(clock_rejects_slow_clocks),
    TEST(clock_exact_at_every_position),
    TEST(clock_from_ticks_with_interrupts_in_between),
    TEST(clock_from_uptime_with_interrupts_in_between),
    TEST(clock_does_not_drift),
    TEST(clock_period_is_rounded),
    TEST(clock_lost_ticks_without_uptime),
    TEST(clock_lost_ticks_with_uptime),
    TEST(clock_cycles32_follows),
    TEST(clock_of_a_dead_timer),
    TEST(clock_deinit_stops_time),
    TEST(clock_conversions),
    TEST(clock_yields_its_timer),
    TEST(clock_keeps_its_only_timer),
    {NULL, NULL},
};
