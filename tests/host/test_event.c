// SPDX-License-Identifier: MIT
//
// lx_event against an event manager with both sorts of sources, after litex/soc/interconnect/csr_eventmanager.py.

#include "drivers/lx_event.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"

#define LINE (3)
#define LEVELS (0xc) // sources of EventSourceLevel; the others remember their event

static lx_event_regs_t regs;
static lx_event_t event;
static mock_reg_t *status;
static mock_reg_t *pending;
static mock_reg_t *enable;
static uint32_t remembered;
static uint32_t level;
static uint32_t refire; // sources with the next event right after each acknowledgement
static unsigned taken_count;
static unsigned refused;
static uint32_t last_taken;

static uint64_t read_pending(mock_reg_t *reg) {
    (void)reg;
    return remembered | (level & LEVELS);
}

static void write_pending(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    remembered = (remembered & ~value) | (value & refire & ~LEVELS);
}

static uint64_t read_status(mock_reg_t *reg) {
    (void)reg;
    return level;
}

static bool irq(void *arg) {
    (void)arg;
    return (read_pending(NULL) & mock_get(enable)) != 0;
}

static void isr(void *arg) {
    (void)arg;
    uint32_t taken = lx_event_take(&event);
    if (taken == 0) {
        refused++;
    } else {
        taken_count++;
        last_taken = taken;
    }
}

static void setup(void) {
    mock_reset();
    soc_irq_init();
    status = mock_add(4, CSR_ACCESS_RO);
    status->on_read = read_status;
    pending = mock_add(4, CSR_ACCESS_RW);
    pending->on_read = read_pending;
    pending->on_write = write_pending;
    enable = mock_add(4, CSR_ACCESS_RW);
    mock_set(enable, 0xf); // as somebody has left it
    remembered = level = refire = last_taken = 0;
    taken_count = refused = 0;
    regs = (lx_event_regs_t) {"core", LINE, status->reg, pending->reg, enable->reg};
    mock_add_irq(LINE, irq, NULL);
    lx_event_init(&event, &regs);
    CHECK_EQ(enable->writes, 0);
    lx_event_disable(&event, UINT32_MAX);
    CHECK_EQ(mock_get(enable), 0);
    soc_irq_claim(LINE, regs.enable, isr, NULL);
    soc_irq_global_enable();
}

// On a CPU without interrupts the port calls the handlers.
static void poll(void) {
    #if !TEST_HAS_INTERRUPT
    soc_irq_dispatch();
    #else
    mock_step(1);
    soc_irq_restore(1);
    #endif
}

static void event_sources_by_width(void) {
    setup();
    CHECK_EQ(lx_event_sources(&regs), 0xf);
    regs.enable.bits = 32;
    CHECK_EQ(lx_event_sources(&regs), 0xffffffff);
}

static void event_take_and_collect(void) {
    setup();
    remembered = 0x3;
    poll();
    CHECK_EQ(taken_count, 0);
    CHECK_EQ(lx_event_pending(&event), 0x3);
    lx_event_enable(&event, 0x1);
    poll();
    // Only what is enabled is taken, and acknowledged.
    CHECK_EQ(last_taken, 0x1);
    CHECK_EQ(remembered, 0x2);
    CHECK_EQ(lx_event_pending(&event), 0x3);
    lx_event_enable(&event, 0x2);
    poll();
    CHECK_EQ(last_taken, 0x2);
    CHECK_EQ(lx_event_collect(&event), 0x3);
    CHECK_EQ(lx_event_collect(&event), 0);
    CHECK_EQ(event.count, 2);
    CHECK_EQ(event.coalesced, 1);
    remembered = 0x3;
    poll();
    CHECK_EQ(event.count, 4);
    CHECK_EQ(lx_event_collect(&event), 0x3);
    CHECK_EQ(event.coalesced, 2);
    lx_event_disable(&event, 0x1);
    CHECK_EQ(mock_get(enable), 0x2);
    remembered = 0x3;
    poll();
    CHECK_EQ(last_taken, 0x2);
    CHECK_EQ(lx_event_pending(&event), 0x3);
    lx_event_clear(&event, 0x3);
    CHECK_EQ(lx_event_pending(&event), 0);
    CHECK_EQ(lx_event_collect(&event), 0);
    level = 0x5;
    CHECK_EQ(lx_event_status(&event), 0x5);
}

static void event_level_that_nobody_clears(void) {
    setup();
    level = 0x4;
    lx_event_enable(&event, 0xf);
    poll();
    // It has come once and is masked, or this would not end.
    CHECK_EQ(taken_count, 1);
    CHECK_EQ(mock_get(enable), 0xb);
    // The other sources go on meanwhile.
    remembered = 0x1;
    poll();
    CHECK_EQ(last_taken, 0x1);
    // Not before it is collected, and not at once.
    lx_event_tick(&event);
    CHECK_EQ(mock_get(enable), 0xb);
    CHECK_EQ(lx_event_collect(&event), 0x5);
    lx_event_finish(&event);
    CHECK_EQ(mock_get(enable), 0xb);
    poll();
    CHECK_EQ(taken_count, 2);
    // Each tick brings it once.
    for (unsigned i = 0; i < 5; i++) {
        lx_event_tick(&event);
        poll();
        CHECK_EQ(taken_count, 3 + i);
        CHECK_EQ(lx_event_collect(&event), 0x4);
        lx_event_finish(&event);
    }
    // A callback that clears it unmasks it.
    lx_event_tick(&event);
    poll();
    CHECK_EQ(lx_event_collect(&event), 0x4);
    level = 0;
    lx_event_finish(&event);
    CHECK_EQ(mock_get(enable), 0xf);
    level = 0x4;
    poll();
    CHECK_EQ(taken_count, 9);
    CHECK_EQ(event.coalesced, 1);
    // A tick while the callback is still at it does not bring it again.
    CHECK_EQ(lx_event_collect(&event), 0x4);
    lx_event_tick(&event);
    poll();
    CHECK_EQ(taken_count, 9);
    level = 0;
    lx_event_finish(&event);
    CHECK_EQ(mock_get(enable), 0xf);
    CHECK_EQ(lx_event_pending(&event), 0);
    level = 0x4;
    poll();
    CHECK_EQ(taken_count, 10);
    // Disabled and enabled again, it comes at once.
    lx_event_disable(&event, 0x4);
    lx_event_enable(&event, 0x4);
    poll();
    CHECK_EQ(taken_count, 11);
}

static void event_burst_is_held(void) {
    setup();
    lx_event_enable(&event, 0x3);
    for (unsigned i = 0; i < 3 * LX_EVENT_BURST; i++) {
        remembered |= 0x1;
        poll();
    }
    CHECK_EQ(event.count, LX_EVENT_BURST);
    CHECK_EQ(mock_get(enable), 0x2);
    remembered |= 0x2; // the other source is held as soon as it comes
    poll();
    CHECK_EQ(mock_get(enable), 0x0);
    lx_event_tick(&event);
    CHECK_EQ(mock_get(enable), 0x0);
    CHECK_EQ(lx_event_collect(&event), 0x3);
    CHECK_EQ(event.coalesced, LX_EVENT_BURST);
    // What came meanwhile is still there, and comes when it is released.
    CHECK_EQ(remembered, 0x1);
    lx_event_finish(&event);
    CHECK_EQ(mock_get(enable), 0x3);
    poll();
    CHECK_EQ(lx_event_collect(&event), 0x1);
    CHECK_EQ(remembered, 0);
}

static void event_that_comes_again_at_once(void) {
    setup();
    refire = 0x1;
    remembered = 0x1;
    lx_event_enable(&event, 0x1);
    poll();
    CHECK_EQ(taken_count, 1);
    CHECK_EQ(mock_get(enable), 0);
    lx_event_collect(&event);
    refire = 0;
    lx_event_finish(&event);
    lx_event_tick(&event);
    poll();
    // The second one is not lost.
    CHECK_EQ(taken_count, 2);
    CHECK_EQ(mock_get(enable), 0x1);
}

// An owner that serves each event in the interrupt, and a source that is faster.
static unsigned served;
static unsigned next_events;

static void serving_isr(void *arg) {
    (void)arg;
    if (lx_event_take(&event) != 0) {
        served++;
        if (next_events > 0) {
            next_events--;
            remembered |= 0x1;
        }
        lx_event_finish(&event);
    }
}

static void event_finish_ends_a_storm(void) {
    setup();
    soc_irq_release(LINE, regs.enable, NULL);
    soc_irq_claim(LINE, regs.enable, serving_isr, NULL);
    lx_event_enable(&event, 0x1);
    served = 0;
    next_events = 10;
    remembered = 0x1;
    for (unsigned i = 0; i < 20; i++) {
        poll();
    }
    CHECK_EQ(served, 11);
    CHECK_EQ(mock_get(enable), 0x1);
    CHECK_EQ(event.uncollected, 0);
    next_events = 1000000;
    remembered = 0x1;
    for (unsigned i = 0; i < 2 * LX_EVENT_BURST; i++) {
        poll();
    }
    CHECK_EQ(served, 11 + LX_EVENT_BURST);
    CHECK_EQ(mock_get(enable), 0);
    next_events = 0;
    lx_event_tick(&event);
    poll();
    CHECK_EQ(served, 12 + LX_EVENT_BURST);
    CHECK_EQ(mock_get(enable), 0x1);
}

static void event_held_for_the_program(void) {
    setup();
    lx_event_enable(&event, 0x3);
    remembered = 0x1;
    poll();
    CHECK_EQ(taken_count, 1);
    // A source that is not enabled is not held.
    lx_event_hold(&event, 0x5);
    lx_event_finish(&event);
    CHECK_EQ(event.uncollected, 0);
    CHECK_EQ(mock_get(enable), 0x2);
    remembered = 0x1;
    poll();
    CHECK_EQ(taken_count, 1);
    lx_event_tick(&event);
    CHECK_EQ(mock_get(enable), 0x3);
    poll();
    CHECK_EQ(taken_count, 2);
    CHECK_EQ(remembered, 0);
}

static void event_without_registers(void) {
    lx_event_init(&event, NULL);
    lx_event_note(&event, 0x1);
    lx_event_note(&event, 0x1);
    CHECK_EQ(event.count, 2);
    CHECK_EQ(lx_event_collect(&event), 0x1);
    CHECK_EQ(event.coalesced, 1);
}

static void event_of_nobody(void) {
    setup();
    lx_event_enable(&event, 0x1);
    CHECK_EQ(lx_event_take(&event), 0);
    CHECK_EQ(pending->writes, 0);
    lx_event_finish(&event);
    lx_event_tick(&event);
    CHECK_EQ(event.count, 0);
}

const test_t tests_event[] = {
    TEST(event_sources_by_width),
    TEST(event_take_and_collect),
    TEST(event_level_that_nobody_clears),
    TEST(event_burst_is_held),
    TEST(event_that_comes_again_at_once),
    TEST(event_finish_ends_a_storm),
    TEST(event_held_for_the_program),
    TEST(event_without_registers),
    TEST(event_of_nobody),
    {NULL, NULL},
};
