// SPDX-License-Identifier: MIT
//
// lx_timer against the core's model.

#include "drivers/lx_timer.h"
#include "harness.h"
#include "soc/irq.h"
#include "timer_model.h"

static timer_model_t model;
static lx_timer_regs_t regs;

static void setup(bool with_uptime) {
    mock_reset();
    soc_irq_init();
    timer_model_init(&model, &regs, with_uptime);
}

static void timer_once(void) {
    setup(false);
    CHECK_EQ(lx_timer_start_once(&regs, 0), LX_EINVAL);
    CHECK_EQ(lx_timer_start_once(&regs, 500), LX_OK);
    mock_step(500 - mock_access_cycles - 1);
    CHECK(!lx_timer_pending(&regs));
    mock_step(mock_access_cycles + 1);
    CHECK(lx_timer_pending(&regs));
    CHECK(lx_timer_take(&regs));
    CHECK(!lx_timer_take(&regs));
    mock_step(2000);
    CHECK(!lx_timer_pending(&regs));
    CHECK_EQ(lx_timer_value(&regs), 0);
}

static void timer_periodic(void) {
    setup(false);
    CHECK_EQ(lx_timer_start_periodic(&regs, 1), LX_EINVAL);
    CHECK_EQ(lx_timer_start_periodic(&regs, 100), LX_OK);
    unsigned events = 0;
    for (unsigned i = 0; i < 1000; i++) {
        events += lx_timer_take(&regs);
    }
    // Whatever taking costs, there is an event in each 100 cycles.
    CHECK_EQ(events, model.total / 100);
    CHECK(events > 40);
}

static void timer_value_counts_down(void) {
    setup(false);
    lx_timer_start_periodic(&regs, 1000);
    for (unsigned i = 0; i < 300; i++) {
        uint32_t value = lx_timer_value(&regs);
        CHECK_EQ(value, 999 - model.total_latched % 1000);
        mock_step(i);
    }
}

static void timer_restart_drops_older_events(void) {
    setup(false);
    lx_timer_start_once(&regs, 50);
    mock_step(100);
    CHECK(model.pending);
    lx_timer_start_once(&regs, 5000);
    CHECK(!lx_timer_pending(&regs));
    lx_timer_irq_enable(&regs, true);
    CHECK_EQ(mock_get(model.enable), 1);
    mock_step(6000);
    CHECK(lx_timer_pending(&regs));
    lx_timer_stop(&regs);
    CHECK(!lx_timer_pending(&regs));
    CHECK_EQ(mock_get(model.enable), 0);
    CHECK_EQ(mock_get(model.en), 0);
    lx_timer_irq_enable(&regs, true);
    lx_timer_irq_enable(&regs, false);
    CHECK_EQ(mock_get(model.enable), 0);
}

static uint64_t isr_uptime;

// An interrupt that latches, too.
static void isr(void *arg) {
    (void)arg;
    lx_timer_take(&regs);
    uint64_t now = lx_timer_uptime(&regs);
    CHECK(now > isr_uptime);
    isr_uptime = now;
}

static void timer_uptime_is_not_torn(void) {
    setup(true);
    CHECK(lx_timer_has_uptime(&regs));
    isr_uptime = 0;
    // Near a carry into the upper half, and with an interrupt at any point of a read.
    model.uptime = UINT64_C(0x4ffffc000);
    soc_irq_claim(regs.irq, regs.ev_enable, isr, NULL);
    lx_timer_start_periodic(&regs, 97);
    lx_timer_irq_enable(&regs, true);
    soc_irq_global_enable();
    uint64_t last = 0;
    for (unsigned i = 0; i < 3000; i++) {
        uint64_t before = model.uptime;
        uint64_t now = lx_timer_uptime(&regs);
        CHECK(now >= before && now <= model.uptime);
        CHECK(now > last);
        last = now;
    }
    CHECK(last > UINT64_C(0x500000000));
    #if TEST_HAS_INTERRUPT
    CHECK(mock_interrupts > 100);
    #endif
    setup(false);
    CHECK(!lx_timer_has_uptime(&regs));
}

// A carry into the upper half and an interrupt that latches again, at every distance from each other.
static void timer_uptime_carry_meets_interrupt(void) {
    for (unsigned carry = 1; carry < 130; carry++) {
        for (unsigned interrupt = 1; interrupt < 60; interrupt += 2) {
            setup(true);
            soc_irq_claim(regs.irq, regs.ev_enable, isr, NULL);
            lx_timer_start_once(&regs, interrupt);
            lx_timer_irq_enable(&regs, true);
            isr_uptime = 0;
            model.uptime = UINT64_C(0x500000000) - carry;
            soc_irq_global_enable();
            uint64_t before = model.uptime;
            uint64_t now = lx_timer_uptime(&regs);
            CHECK(now >= before && now <= model.uptime);
        }
    }
}

const test_t tests_timer[] = {
    TEST(timer_once),
    TEST(timer_periodic),
    TEST(timer_value_counts_down),
    TEST(timer_restart_drops_older_events),
    TEST(timer_uptime_is_not_torn),
    TEST(timer_uptime_carry_meets_interrupt),
    {NULL, NULL},
};
