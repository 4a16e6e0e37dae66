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

// Event managers are told apart by the address of their enable register.
static csr_reg_t enable_of(unsigned n) {
    return (csr_reg_t) {.addr = 0xf0000000 + 4 * n, .words = 1};
}

static int claim(int line) {
    return soc_irq_claim(line, enable_of((unsigned)line), handler, &calls[line & 31]);
}

static void release(int line) {
    soc_irq_release(line, enable_of((unsigned)line), &calls[line & 31]);
}

static void irq_arguments(void) {
    setup();
    CHECK_EQ(claim(-1), LX_EINVAL);
    CHECK_EQ(claim(32), LX_EINVAL);
    release(-1);
    release(32);
    release(3); // nobody's
    CHECK_EQ(claim(3), LX_OK);
    CHECK_EQ(claim(3), LX_OK); // the same again
    CHECK_EQ(soc_irq_claim(3, enable_of(3), handler, &calls[4]), LX_EBUSY);
    CHECK(soc_irq_owner(3, enable_of(3)) == &calls[3]);
    CHECK(soc_irq_owner(3, enable_of(4)) == NULL);
    CHECK(soc_irq_owner(-1, enable_of(3)) == NULL);
    // Who is not the owner gives up nothing.
    soc_irq_release(3, enable_of(3), &calls[4]);
    CHECK(soc_irq_owner(3, enable_of(3)) == &calls[3]);
    release(3);
    CHECK(soc_irq_owner(3, enable_of(3)) == NULL);
    CHECK_EQ(soc_irq_claim(3, enable_of(3), handler, &calls[4]), LX_OK);
}

static void irq_owners_are_counted(void) {
    setup();
    for (unsigned i = 0; i < SOC_IRQ_LINES; i++) {
        CHECK_EQ(soc_irq_claim(1, enable_of(i), handler, &calls[i]), LX_OK);
    }
    CHECK_EQ(soc_irq_claim(2, enable_of(40), handler, &calls[0]), LX_EOVERFLOW);
    soc_irq_release(1, enable_of(7), &calls[7]);
    CHECK_EQ(soc_irq_claim(2, enable_of(40), handler, &calls[0]), LX_OK);
}

static void nesting_handler(void *arg) {
    bool *result = arg;
    CHECK(soc_irq_handling());
    *result = soc_irq_dispatch();
    level[6] = false;
}

static void irq_handlers_do_not_nest(void) {
    setup();
    bool nested = true;
    CHECK_EQ(soc_irq_claim(6, enable_of(6), nesting_handler, &nested), LX_OK);
    level[6] = true;
    CHECK(!soc_irq_handling());
    CHECK(soc_irq_dispatch());
    CHECK(!nested);
    CHECK(!soc_irq_handling());
}

#if TEST_HAS_INTERRUPT

static void irq_dispatches_by_line(void) {
    setup();
    CHECK_EQ(claim(31), LX_OK);
    CHECK_EQ(claim(0), LX_OK);
    CHECK_EQ(claim(7), LX_OK);
    CHECK_EQ(irq_getmask(), 0x80000081);
    level[31] = level[7] = level[8] = level[0] = true;
    soc_irq_dispatch();
    CHECK_EQ(call_count, 3);
    CHECK_EQ(order[0], 0);
    CHECK_EQ(order[1], 7);
    CHECK_EQ(order[2], 31);
    CHECK_EQ(calls[8], 0); // masked
    release(31);
    CHECK_EQ(irq_getmask(), 0x81);
    level[31] = true;
    soc_irq_dispatch();
    CHECK_EQ(call_count, 3);
    release(7);
    CHECK_EQ(irq_getmask(), 0x01);
    CHECK_EQ(soc_irq_unclaimed(NULL), 0);
}

static csr_reg_t second_enable;

static void releasing_handler(void *arg) {
    (void)arg;
    soc_irq_release(5, second_enable, &calls[5]);
    level[5] = false;
}

static void irq_line_is_shared(void) {
    setup();
    second_enable = enable_of(10);
    CHECK_EQ(claim(5), LX_OK);
    CHECK_EQ(soc_irq_claim(5, second_enable, handler, &calls[5]), LX_OK);
    level[5] = true;
    soc_irq_dispatch();
    CHECK_EQ(calls[5], 2); // both are asked
    soc_irq_release(5, second_enable, &calls[5]);
    CHECK_EQ(irq_getmask(), 1u << 5);
    release(5);
    CHECK_EQ(irq_getmask(), 0);
    // A handler may end the next one.
    CHECK_EQ(soc_irq_claim(5, enable_of(5), releasing_handler, NULL), LX_OK);
    CHECK_EQ(soc_irq_claim(5, second_enable, handler, &calls[5]), LX_OK);
    level[5] = true;
    soc_irq_dispatch();
    CHECK_EQ(calls[5], 2);
}

static void irq_unclaimed_lines_are_masked_and_counted(void) {
    setup();
    claim(2);
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
    claim(1);
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

static void irq_without_interrupts_calls_all_owners(void) {
    setup();
    claim(1);
    claim(6);
    soc_irq_dispatch();
    CHECK_EQ(calls[1], 1);
    CHECK_EQ(calls[4], 0);
    CHECK_EQ(calls[6], 1);
    soc_irq_restore(soc_irq_save());
    soc_irq_global_enable();
    release(6);
    soc_irq_dispatch();
    CHECK_EQ(calls[1], 2);
    CHECK_EQ(calls[6], 1);
}

#endif

const test_t tests_irq[] = {
    TEST(irq_arguments),
    TEST(irq_owners_are_counted),
    TEST(irq_handlers_do_not_nest),
    #if TEST_HAS_INTERRUPT
    TEST(irq_dispatches_by_line),
    TEST(irq_line_is_shared),
    TEST(irq_unclaimed_lines_are_masked_and_counted),
    TEST(irq_save_and_restore_nest),
    #else
    TEST(irq_without_interrupts_calls_all_owners),
    #endif
    {NULL, NULL},
};
