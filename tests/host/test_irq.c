// SPDX-License-Identifier: MIT
//
// soc/irq.h: dispatch by line.

#include "harness.h"
#include "irq.h"
#include "mock.h"
#include "soc/irq.h"

static unsigned calls[32];
static unsigned order[32];
static unsigned call_count;
static bool level[32];

static void handler(void *arg) {
    unsigned line = (unsigned *)arg - calls;
    order[call_count++ % 32] = line;
    calls[line]++;
    level[line] = false;
}

static bool is_level(void *arg) {
    return *(bool *)arg;
}

static void setup(void) {
    mock_reset();
    soc_irq_init();
    call_count = 0;
    for (unsigned line = 0; line < 32; line++) {
        calls[line] = 0;
        level[line] = false;
        mock_add_irq(line, is_level, &level[line]);
    }
}

static void irq_arguments(void) {
    setup();
    CHECK_EQ(soc_irq_register(-1, handler, &calls[0]), LX_EINVAL);
    CHECK_EQ(soc_irq_register(32, handler, &calls[0]), LX_EINVAL);
    CHECK_EQ(soc_irq_enable(-1), LX_EINVAL);
    CHECK_EQ(soc_irq_enable(32), LX_EINVAL);
    CHECK_EQ(soc_irq_disable(-1), LX_EINVAL);
    CHECK_EQ(soc_irq_disable(32), LX_EINVAL);
    CHECK_EQ(soc_irq_enable(3), LX_EINVAL); // no handler yet
    CHECK_EQ(soc_irq_register(3, handler, &calls[3]), LX_OK);
    CHECK_EQ(soc_irq_register(3, handler, &calls[3]), LX_OK); // the same again
    CHECK_EQ(soc_irq_register(3, handler, &calls[4]), LX_EBUSY);
    CHECK_EQ(soc_irq_enable(3), LX_OK);
    CHECK_EQ(soc_irq_register(3, NULL, NULL), LX_OK);
    CHECK_EQ(soc_irq_enable(3), LX_EINVAL);
    CHECK_EQ(soc_irq_register(3, handler, &calls[4]), LX_OK);
}

#if TEST_HAS_INTERRUPT

static void irq_dispatches_by_line(void) {
    setup();
    for (int line = 0; line < 32; line++) {
        CHECK_EQ(soc_irq_register(line, handler, &calls[line]), LX_OK);
    }
    soc_irq_enable(31);
    soc_irq_enable(0);
    soc_irq_enable(7);
    CHECK_EQ(irq_getmask(), 0x80000081);
    level[31] = level[7] = level[8] = level[0] = true;
    soc_irq_dispatch();
    CHECK_EQ(call_count, 3);
    CHECK_EQ(order[0], 0);
    CHECK_EQ(order[1], 7);
    CHECK_EQ(order[2], 31);
    CHECK_EQ(calls[8], 0); // masked
    soc_irq_disable(31);
    CHECK_EQ(irq_getmask(), 0x81);
    level[31] = true;
    soc_irq_dispatch();
    CHECK_EQ(call_count, 3);
    soc_irq_register(7, NULL, NULL);
    CHECK_EQ(irq_getmask(), 0x01);
    CHECK_EQ(soc_irq_unclaimed(NULL), 0);
}

static void irq_unclaimed_lines_are_masked_and_counted(void) {
    setup();
    soc_irq_register(2, handler, &calls[2]);
    soc_irq_enable(2);
    irq_setmask(irq_getmask() | 1u << 5 | 1u << 31); // somebody else has
    level[2] = level[5] = level[31] = true;
    // Would never end if the lines stayed unmasked: nobody clears them.
    soc_irq_global_enable();
    CHECK(mock_interrupts >= 1);
    CHECK_EQ(calls[2], 1);
    CHECK_EQ(irq_getmask(), 1u << 2);
    uint32_t lines = 0;
    CHECK_EQ(soc_irq_unclaimed(&lines), 2);
    CHECK_EQ(lines, 1u << 5 | 1u << 31);
    soc_irq_init();
    CHECK_EQ(soc_irq_unclaimed(&lines), 0);
    CHECK_EQ(lines, 0);
    CHECK_EQ(irq_getmask(), 0);
}

static void irq_save_and_restore_nest(void) {
    setup();
    soc_irq_register(1, handler, &calls[1]);
    soc_irq_enable(1);
    soc_irq_global_enable();
    uint32_t outer = soc_irq_save();
    CHECK(!mock_ie);
    uint32_t inner = soc_irq_save();
    level[1] = true;
    soc_irq_restore(inner);
    CHECK(!mock_ie);
    CHECK_EQ(calls[1], 0);
    soc_irq_restore(outer);
    CHECK(mock_ie);
    CHECK_EQ(calls[1], 1);
}

#else

static void irq_without_interrupts_calls_all_enabled(void) {
    setup();
    soc_irq_register(1, handler, &calls[1]);
    soc_irq_register(4, handler, &calls[4]);
    soc_irq_register(6, handler, &calls[6]);
    soc_irq_enable(1);
    soc_irq_enable(6);
    soc_irq_dispatch();
    CHECK_EQ(calls[1], 1);
    CHECK_EQ(calls[4], 0);
    CHECK_EQ(calls[6], 1);
    soc_irq_restore(soc_irq_save());
    soc_irq_global_enable();
    soc_irq_disable(6);
    soc_irq_dispatch();
    CHECK_EQ(calls[1], 2);
    CHECK_EQ(calls[6], 1);
}

#endif

const test_t tests_irq[] = {
    TEST(irq_arguments),
    #if TEST_HAS_INTERRUPT
    TEST(irq_dispatches_by_line),
    TEST(irq_unclaimed_lines_are_masked_and_counted),
    TEST(irq_save_and_restore_nest),
    #else
    TEST(irq_without_interrupts_calls_all_enabled),
    #endif
    {NULL, NULL},
};
