// SPDX-License-Identifier: MIT
//
// lx_watchdog against the core's model, and lx_xadc.

#include <string.h>

#include "drivers/lx_watchdog.h"
#include "drivers/lx_xadc.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"

// Watchdog, cycle by cycle, after litex/soc/cores/watchdog.py, with a reset without delay.
static lx_watchdog_regs_t regs;
static mock_reg_t *control;
static mock_reg_t *cycles;
static mock_reg_t *enable;
static uint32_t remaining;
static bool execute;
static bool feed;
static bool trigger;
static bool pending;
static bool was_reset;
static bool dead; // does not count

static void tick(void *arg) {
    (void)arg;
    uint32_t value = (uint32_t)mock_get(control);
    bool enabled = (value & WATCHDOG_CONTROL_ENABLE) != 0;
    bool rises = enabled && execute;
    pending |= rises && !trigger;
    trigger = rises;
    was_reset |= enabled && execute && (value & WATCHDOG_CONTROL_RESET) != 0;
    if (feed && !dead) {
        remaining = (uint32_t)mock_get(cycles);
    } else if (enabled) {
        execute = remaining == 0;
        remaining -= remaining != 0;
    }
    feed = false;
}

static void write_control(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    feed = (value & WATCHDOG_CONTROL_FEED) != 0;
}

static void write_pending(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    pending &= (value & 1) == 0;
}

static uint64_t read_remaining(mock_reg_t *reg) {
    (void)reg;
    return remaining;
}

static uint64_t read_pending(mock_reg_t *reg) {
    (void)reg;
    return pending;
}

static bool line(void *arg) {
    (void)arg;
    return pending && (mock_get(enable) & 1) != 0;
}

static void setup(unsigned bits) {
    mock_reset();
    soc_irq_init();
    remaining = 0;
    execute = feed = trigger = pending = was_reset = dead = false;
    control = mock_add(25, CSR_ACCESS_RW);
    control->on_write = write_control;
    cycles = mock_add(bits, CSR_ACCESS_RW);
    mock_reg_t *left = mock_add(bits, CSR_ACCESS_RO);
    left->on_read = read_remaining;
    mock_reg_t *status = mock_add(1, CSR_ACCESS_RO);
    mock_reg_t *events = mock_add(1, CSR_ACCESS_RW);
    events->on_read = read_pending;
    events->on_write = write_pending;
    enable = mock_add(1, CSR_ACCESS_RW);
    regs = (lx_watchdog_regs_t) {
        "watchdog0", 3, control->reg, cycles->reg, left->reg, status->reg, events->reg, enable->reg,
    };
    mock_add_ticker(tick, NULL);
    mock_add_irq(3, line, NULL);
}

static void watchdog_resets_unless_fed(void) {
    setup(32);
    CHECK(!lx_watchdog_running(&regs));
    CHECK_EQ(lx_watchdog_start(&regs, 1000), LX_OK);
    CHECK(lx_watchdog_running(&regs));
    CHECK_EQ(lx_watchdog_cycles(&regs), 1000);
    for (unsigned i = 0; i < 20; i++) {
        mock_step(900);
        CHECK(lx_watchdog_remaining(&regs) < 120);
        lx_watchdog_feed(&regs);
        CHECK(lx_watchdog_remaining(&regs) > 900);
    }
    CHECK(!was_reset);
    CHECK(!lx_watchdog_take(&regs));
    mock_step(1100);
    CHECK(was_reset);
    CHECK(lx_watchdog_take(&regs));
    CHECK(!lx_watchdog_take(&regs));
}

static void watchdog_start_after_it_had_run_down(void) {
    setup(32);
    // Without reset it runs down and stays so.
    mock_set(control, WATCHDOG_CONTROL_ENABLE);
    mock_step(10);
    CHECK(execute && pending && !was_reset);
    CHECK_EQ(lx_watchdog_start(&regs, 1000), LX_OK);
    mock_step(100);
    CHECK(!was_reset && !pending);
}

static void watchdog_restart_while_it_runs(void) {
    setup(32);
    CHECK_EQ(lx_watchdog_start(&regs, 1000), LX_OK);
    CHECK_EQ(lx_watchdog_start(&regs, 5000), LX_OK);
    mock_step(4500);
    CHECK(!was_reset);
    mock_step(600);
    CHECK(was_reset);
}

static unsigned calls;

static void isr(void *arg) {
    (void)arg;
    calls += lx_watchdog_take(&regs);
}

static void watchdog_interrupts(void) {
    setup(32);
    calls = 0;
    soc_irq_claim(regs.irq, regs.ev_enable, isr, NULL);
    soc_irq_global_enable();
    CHECK_EQ(lx_watchdog_start(&regs, 500), LX_OK);
    CHECK_EQ(mock_get(enable), 1);
    mock_step(400);
    CHECK_EQ(calls, 0);
    mock_step(200);
    #if TEST_HAS_INTERRUPT
    CHECK_EQ(calls, 1);
    #endif
    lx_watchdog_stop(&regs);
    CHECK(!lx_watchdog_running(&regs));
    CHECK_EQ(mock_get(enable), 0);
    CHECK(!pending);
}

static void watchdog_without_events(void) {
    setup(32);
    regs.irq = -1;
    CHECK_EQ(lx_watchdog_start(&regs, 500), LX_OK);
    CHECK_EQ(mock_get(enable), 0);
    setup(32);
    regs.ev_status.words = regs.ev_pending.words = regs.ev_enable.words = 0;
    CHECK_EQ(lx_watchdog_start(&regs, 500), LX_OK);
    mock_step(600);
    CHECK(was_reset);
    CHECK(!lx_watchdog_take(&regs));
    lx_watchdog_stop(&regs);
    CHECK(!lx_watchdog_running(&regs));
}

static void watchdog_bounds(void) {
    setup(32);
    CHECK_EQ(lx_watchdog_max_cycles(&regs), UINT32_MAX);
    CHECK_EQ(lx_watchdog_start(&regs, 0), LX_EINVAL);
    CHECK_EQ(control->writes, 0);
    setup(20);
    CHECK_EQ(lx_watchdog_max_cycles(&regs), 0xfffff);
    CHECK_EQ(lx_watchdog_start(&regs, 0x100000), LX_EINVAL);
    CHECK_EQ(lx_watchdog_start(&regs, 0xfffff), LX_OK);
    setup(32);
    dead = true;
    CHECK_EQ(lx_watchdog_start(&regs, 1000), LX_EIO);
}

static lx_xadc_regs_t adc;
static mock_reg_t *value;
static bool ended;
static unsigned conversion;

static uint64_t read_eos(mock_reg_t *reg) {
    (void)reg;
    bool was = ended;
    ended = false;
    return was;
}

static void convert(void *arg) {
    (void)arg;
    ended |= conversion != 0 && mock_cycles % conversion == 0;
}

static void setup_adc(lx_xadc_monitor_t monitor, const char *channel, unsigned bits) {
    mock_reset();
    ended = false;
    conversion = 0;
    value = mock_add(bits, CSR_ACCESS_RO);
    mock_reg_t *eos = mock_add(1, CSR_ACCESS_RO);
    eos->on_read = read_eos;
    adc = (lx_xadc_regs_t) {channel, -1, monitor, value->reg, eos->reg};
    mock_add_ticker(convert, NULL);
}

static void xadc_waits_for_a_sequence(void) {
    setup_adc(LX_XADC, "vccint", 12);
    CHECK_EQ(lx_xadc_wait(&adc, 100), LX_ETIMEDOUT);
    CHECK(mock_cycles < 1000);
    conversion = 300;
    CHECK_EQ(lx_xadc_wait(&adc, 100), LX_OK);
    uint64_t before = mock_cycles;
    CHECK_EQ(lx_xadc_wait(&adc, 100), LX_OK);
    CHECK(mock_cycles - before > 250);
    CHECK_EQ(lx_xadc_wait(&adc, 0), LX_ETIMEDOUT);
}

// LiteX's descriptions of the registers have the formulas; here in floating point.
static double celsius(lx_xadc_monitor_t monitor, uint32_t raw) {
    switch (monitor) {
        case LX_XADC:
            return raw * 503.975 / 4096 - 273.15;
        case LX_SYSMONE1:
            return raw * 503.975 / 1024 - 273.15;
        default:
            return raw * 507.5921310 / 1024 - 279.42657680;
    }
}

static void xadc_temperature(void) {
    for (lx_xadc_monitor_t monitor = LX_XADC; monitor <= LX_SYSMONE4; monitor++) {
        unsigned bits = monitor == LX_XADC ? 12 : 10;
        setup_adc(monitor, "temperature", bits);
        CHECK(lx_xadc_is_temperature(&adc));
        for (uint32_t raw = 0; raw < 1u << bits; raw += 1 + raw / 7) {
            mock_set(value, raw);
            int32_t micro = 0;
            CHECK_EQ(lx_xadc_microcelsius(&adc, &micro), LX_OK);
            double error = micro * 1e-6 - celsius(monitor, raw);
            CHECK(error < 2e-6 && error > -2e-6);
        }
        // As the core is where nothing tells its width.
        adc.value.bits = 0;
        CHECK_EQ(lx_xadc_bits(&adc), bits);
        mock_set(value, 1);
        CHECK_EQ(lx_xadc_microvolts(&adc), (1000000 + (1 << (bits - 1))) >> bits);
    }
    setup_adc(LX_XADC, "vccaux", 12);
    int32_t micro = 5;
    CHECK(!lx_xadc_is_temperature(&adc));
    CHECK_EQ(lx_xadc_microcelsius(&adc, &micro), LX_ENOTSUP);
    CHECK_EQ(micro, 5);
}

static void xadc_voltages(void) {
    static const struct {
        lx_xadc_monitor_t monitor;
        const char *channel;
        unsigned bits;
        uint32_t raw;
        uint32_t microvolts;
        uint16_t u16;
    } cases[] = {
        {LX_XADC, "vccint", 12, 0, 0, 0},
        {LX_XADC, "vccint", 12, 1365, 999756, 0x5555},
        {LX_XADC, "vccbram", 12, 4095, 2999268, 0xffff},
        {LX_XADC, "vaux5", 12, 2048, 500000, 0x8008},
        {LX_XADC, "vp", 12, 4095, 999756, 0xffff},
        {LX_SYSMONE1, "vccint", 10, 1023, 2997070, 0xffff},
        {LX_SYSMONE4, "vccpsaux", 10, 614, 1798828, 0x99a6},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setup_adc(cases[i].monitor, cases[i].channel, cases[i].bits);
        mock_set(value, cases[i].raw);
        CHECK_EQ(lx_xadc_raw(&adc), cases[i].raw);
        CHECK_EQ(lx_xadc_microvolts(&adc), cases[i].microvolts);
        CHECK_EQ(lx_xadc_u16(&adc), cases[i].u16);
    }
}

const test_t tests_watchdog[] = {
    TEST(watchdog_resets_unless_fed),
    TEST(watchdog_start_after_it_had_run_down),
    TEST(watchdog_restart_while_it_runs),
    TEST(watchdog_interrupts),
    TEST(watchdog_without_events),
    TEST(watchdog_bounds),
    TEST(xadc_waits_for_a_sequence),
    TEST(xadc_temperature),
    TEST(xadc_voltages),
    {NULL, NULL},
};
