// SPDX-License-Identifier: MIT
//
// lx_trng against a core that answers, is silent, or fails a health test at a chosen moment.

#include "drivers/lx_trng.h"
#include "harness.h"
#include "mock.h"

static lx_trng_regs_t regs;
static mock_reg_t *data;
static unsigned ready_in; // looks at status until a word is there; 0: it is
static uint32_t failures;
static unsigned fails_in; // looks at status until a test fails; 0: never
static uint32_t word;
static unsigned looks;

static uint64_t read_status(mock_reg_t *reg) {
    (void)reg;
    looks++;
    if (fails_in != 0 && --fails_in == 0) {
        failures = TRNG_STATUS_PROPORTION;
    }
    if (ready_in != 0) {
        ready_in--;
        return failures;
    }
    return failures != 0 ? failures : TRNG_STATUS_VALID;
}

static uint64_t read_data(mock_reg_t *reg) {
    (void)reg;
    return failures != 0 ? 0 : word;
}

static void write_control(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    if (value & TRNG_CONTROL_TAKE) {
        word++;
        ready_in = 3;
    }
    if (value & TRNG_CONTROL_RESTART) {
        failures = 0;
        ready_in = 5;
    }
}

static void setup(void) {
    mock_reset();
    ready_in = looks = fails_in = 0;
    failures = 0;
    word = 0x12345678;
    data = mock_add(32, CSR_ACCESS_RO);
    data->on_read = read_data;
    mock_reg_t *status = mock_add(3, CSR_ACCESS_RO);
    status->on_read = read_status;
    mock_reg_t *control = mock_add(2, CSR_ACCESS_RW);
    control->on_write = write_control;
    regs = (lx_trng_regs_t) { "trng", -1, data->reg, status->reg, control->reg };
}

static void trng_words(void) {
    setup();
    uint32_t got;
    for (uint32_t i = 0; i < 10; i++) {
        CHECK_EQ(lx_trng_read(&regs, &got, 10), LX_OK);
        CHECK_EQ(got, 0x12345678 + i);
    }
    CHECK_EQ(lx_trng_failures(&regs), 0);
}

static void trng_never_answers(void) {
    setup();
    ready_in = UINT32_MAX;
    uint32_t got = 1;
    CHECK_EQ(lx_trng_read(&regs, &got, 1000), LX_ETIMEDOUT);
    CHECK_EQ(looks, 1000);
    CHECK_EQ(got, 0);
    CHECK_EQ(lx_trng_read(&regs, &got, 0), LX_ETIMEDOUT);
}

static void trng_health(void) {
    setup();
    failures = TRNG_STATUS_REPETITION;
    uint32_t got = 1;
    CHECK_EQ(lx_trng_read(&regs, &got, 1000), LX_EIO);
    CHECK_EQ(got, 0);
    CHECK_EQ(lx_trng_failures(&regs), TRNG_STATUS_REPETITION);
    lx_trng_restart(&regs);
    CHECK_EQ(lx_trng_failures(&regs), 0);
    CHECK_EQ(lx_trng_read(&regs, &got, 1000), LX_OK);
    CHECK_EQ(got, 0x12345678);
}

// The word that was just read is not used: the test may have failed by its bits.
static void trng_health_while_reading(void) {
    setup();
    fails_in = 2;
    uint32_t got = 1;
    CHECK_EQ(lx_trng_read(&regs, &got, 1000), LX_EIO);
    CHECK_EQ(got, 0);
    CHECK_EQ(word, 0x12345678);
}

const test_t tests_trng[] = {
    TEST(trng_words),
    TEST(trng_never_answers),
    TEST(trng_health),
    TEST(trng_health_while_reading),
    {NULL, NULL},
};
