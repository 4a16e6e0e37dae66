// SPDX-License-Identifier: MIT
//
// soc/deferred.h: work after the interrupt, never inside itself, and the lock.

#include "harness.h"
#include "irq.h"
#include "mock.h"
#include "soc/deferred.h"
#include "soc/irq.h"

static soc_deferred_t work;
static soc_deferred_t other;
static unsigned runs;
static unsigned other_runs;
static unsigned depth;
static unsigned deepest;
static bool level;
static unsigned again; // requests that the work makes of itself
static bool interrupts_were_on;

static bool is_level(void *arg) {
    (void)arg;
    return level;
}

static void isr(void *arg) {
    (void)arg;
    level = false;
    soc_deferred_request(&work);
    CHECK_EQ(depth, deepest == 0 ? 0 : depth);
}

static void run(void *arg) {
    (void)arg;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    runs++;
    interrupts_were_on = irq_getie() != 0;
    CHECK(soc_deferred_running());
    CHECK(!soc_irq_handling());
    if (again > 0) {
        again--;
        // By an interrupt that comes while the work runs, or by the work itself.
        #if TEST_HAS_INTERRUPT
        level = true;
        soc_irq_restore(1);
        #else
        soc_deferred_request(&work);
        #endif
    }
    depth--;
}

static void run_other(void *arg) {
    (void)arg;
    CHECK_EQ(depth, 0);
    other_runs++;
}

static void setup(void) {
    mock_reset();
    soc_irq_init();
    soc_deferred_reset();
    work = (soc_deferred_t) {.run = run};
    other = (soc_deferred_t) {.run = run_other};
    runs = other_runs = depth = deepest = again = 0;
    level = false;
    mock_add_irq(4, is_level, NULL);
    soc_irq_claim(4, (csr_reg_t) {.addr = 0xf0000000, .words = 1}, isr, NULL);
    soc_irq_global_enable();
}

static void interrupt(void) {
    level = true;
    #if TEST_HAS_INTERRUPT
    soc_irq_restore(1);
    #else
    soc_irq_dispatch();
    soc_deferred_run();
    #endif
}

static void deferred_runs_after_the_interrupt(void) {
    setup();
    interrupt();
    CHECK_EQ(runs, 1);
    CHECK(interrupts_were_on || !TEST_HAS_INTERRUPT);
    CHECK_EQ(soc_deferred_ready, 0);
    CHECK(!soc_deferred_running());
}

static void deferred_never_runs_inside_itself(void) {
    setup();
    again = 5;
    interrupt();
    CHECK_EQ(runs, 6);
    CHECK_EQ(deepest, 1);
    // Endless work leaves time for the interrupted code.
    again = 1000;
    interrupt();
    CHECK_EQ(runs, 6 + SOC_DEFERRED_ROUNDS);
    CHECK_EQ(soc_deferred_ready, 1);
    again = 0;
    interrupt();
    CHECK_EQ(runs, 7 + SOC_DEFERRED_ROUNDS);
}

static void deferred_waits_for_the_lock(void) {
    setup();
    soc_deferred_lock();
    soc_deferred_lock();
    interrupt();
    interrupt();
    CHECK_EQ(runs, 0);
    soc_deferred_unlock();
    CHECK_EQ(runs, 0);
    soc_deferred_unlock();
    CHECK_EQ(runs, 1);
}

static void deferred_with_interrupts_off(void) {
    setup();
    uint32_t state = soc_irq_save();
    soc_deferred_request(&work);
    CHECK_EQ(runs, TEST_HAS_INTERRUPT ? 0 : 1);
    soc_irq_restore(state);
    interrupt();
    CHECK_EQ(runs, TEST_HAS_INTERRUPT ? 1 : 2);
}

static void deferred_from_the_program_and_cancelled(void) {
    setup();
    soc_deferred_request(&work);
    CHECK_EQ(runs, 1);
    soc_deferred_lock();
    soc_deferred_request(&work);
    soc_deferred_request(&other);
    soc_deferred_cancel(&other);
    soc_deferred_cancel(&other);
    soc_deferred_request(&other);
    soc_deferred_cancel(&work);
    soc_deferred_unlock();
    CHECK_EQ(runs, 1);
    CHECK_EQ(other_runs, 1);
    soc_deferred_lock();
    soc_deferred_request(&work);
    soc_deferred_reset();
    CHECK_EQ(soc_deferred_ready, 0);
    soc_deferred_request(&work);
    CHECK_EQ(runs, 2);
}

const test_t tests_deferred[] = {
    TEST(deferred_runs_after_the_interrupt),
    TEST(deferred_never_runs_inside_itself),
    TEST(deferred_waits_for_the_lock),
    TEST(deferred_with_interrupts_off),
    TEST(deferred_from_the_program_and_cancelled),
    {NULL, NULL},
};
