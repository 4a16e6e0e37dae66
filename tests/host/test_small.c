// SPDX-License-Identifier: MIT
//
// The drivers without state: lx_ctrl, lx_identifier, lx_gpio.

#include <string.h>

#include "drivers/lx_ctrl.h"
#include "drivers/lx_gpio.h"
#include "drivers/lx_identifier.h"
#include "harness.h"
#include "mock.h"

static lx_ctrl_regs_t ctrl;
static mock_reg_t *scratch;
static mock_reg_t *errors;
static mock_reg_t *reset;

static void setup_ctrl(void) {
    mock_reset();
    reset = mock_add(2, CSR_ACCESS_RW);
    scratch = mock_add(32, CSR_ACCESS_RW);
    errors = mock_add(32, CSR_ACCESS_RO);
    mock_set(scratch, 0xcafe1234);
    ctrl = (lx_ctrl_regs_t) {"ctrl", -1, reset->reg, scratch->reg, errors->reg};
}

static void ctrl_counts_bus_errors(void) {
    setup_ctrl();
    mock_set(errors, 0x89abcdef);
    CHECK_EQ(lx_ctrl_bus_errors(&ctrl), 0x89abcdef);
    ctrl.bus_errors.words = 0;
    CHECK_EQ(lx_ctrl_bus_errors(&ctrl), 0);
}

static void ctrl_sane_restores_the_register(void) {
    setup_ctrl();
    CHECK_EQ(lx_ctrl_sane(&ctrl), LX_OK);
    CHECK_EQ(mock_get(scratch), 0xcafe1234);
    CHECK(scratch->writes >= 3);
    ctrl.scratch.words = 0;
    CHECK_EQ(lx_ctrl_sane(&ctrl), LX_ENODEV);
}

static uint64_t all_ones(mock_reg_t *reg) {
    (void)reg;
    return 0xffffffff;
}

static void stuck_bit(mock_reg_t *reg, uint64_t value) {
    mock_set(reg, value & ~UINT64_C(0x00010000));
}

static void stuck_bit_high(mock_reg_t *reg, uint64_t value) {
    mock_set(reg, value | 0x00010000);
}

static void ctrl_sane_notices_a_wrong_map(void) {
    setup_ctrl();
    scratch->on_read = all_ones; // what an unmapped address reads
    CHECK_EQ(lx_ctrl_sane(&ctrl), LX_EIO);
    setup_ctrl();
    scratch->on_write = stuck_bit;
    CHECK_EQ(lx_ctrl_sane(&ctrl), LX_EIO);
    setup_ctrl();
    scratch->on_write = stuck_bit_high;
    CHECK_EQ(lx_ctrl_sane(&ctrl), LX_EIO);
}

static void ctrl_reset_that_never_comes(void) {
    setup_ctrl();
    CHECK_EQ(lx_ctrl_reset(&ctrl), LX_EIO);
    CHECK_EQ(mock_get(reset), 1);
    ctrl.reset.words = 0;
    CHECK_EQ(lx_ctrl_reset(&ctrl), LX_ENODEV);
}

static lx_identifier_regs_t identifier;

// Each character is in a bus word of its own, whatever the width.
static void setup_identifier(const char *text, unsigned words) {
    mock_reset();
    for (unsigned i = 0; i < words; i++) {
        mock_reg_t *reg = mock_add(8, CSR_ACCESS_RO);
        mock_set(reg, (uint8_t)text[i]);
        if (i == 0) {
            identifier = (lx_identifier_regs_t) {"identifier_mem", -1, reg->reg.addr};
        }
    }
}

static void identifier_reads_text(void) {
    char buf[300];
    setup_identifier("LiteX SoC on Arty", 18);
    CHECK_EQ(lx_identifier_read(&identifier, buf, sizeof(buf)), 17);
    CHECK(strcmp(buf, "LiteX SoC on Arty") == 0);
    CHECK_EQ(lx_identifier_read(&identifier, buf, 18), 17);
    CHECK(strcmp(buf, "LiteX SoC on Arty") == 0);
    CHECK_EQ(lx_identifier_read(&identifier, buf, 17), LX_EOVERFLOW);
    CHECK(strcmp(buf, "LiteX SoC on Art") == 0);
    CHECK_EQ(lx_identifier_read(&identifier, buf, 1), LX_EOVERFLOW);
    CHECK(strcmp(buf, "") == 0);
    CHECK_EQ(lx_identifier_read(&identifier, buf, 0), LX_EINVAL);
    setup_identifier("", 1);
    CHECK_EQ(lx_identifier_read(&identifier, buf, 1), 0);
}

static void identifier_without_end(void) {
    char text[256];
    char buf[300];
    memset(text, 'x', sizeof(text));
    setup_identifier(text, 256);
    // The 257th word is not there: reading it would end the test.
    CHECK_EQ(lx_identifier_read(&identifier, buf, sizeof(buf)), LX_EIO);
    CHECK(strcmp(buf, "") == 0);
    // The longest that LiteX builds.
    text[255] = '\0';
    setup_identifier(text, 256);
    CHECK_EQ(lx_identifier_read(&identifier, buf, sizeof(buf)), 255);
    CHECK_EQ(strlen(buf), 255);
}

static lx_gpio_regs_t gpio;
static mock_reg_t *oe;
static mock_reg_t *in;
static mock_reg_t *out;
static mock_reg_t *mode;
static mock_reg_t *edge;
static mock_reg_t *pending;
static mock_reg_t *enable;

// Acknowledging clears the bits that are written as 1.
static uint64_t pending_now;

static uint64_t read_pending(mock_reg_t *reg) {
    (void)reg;
    return pending_now;
}

static void write_pending(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    pending_now &= ~value;
}

// A false event, as the core raises it when mode or edge changes.
static uint32_t changing;

static void raise_false_event(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    CHECK_EQ(mock_get(enable) & changing, 0); // nobody may hear of it
    pending_now |= changing;
}

static void setup_gpio(void) {
    mock_reset();
    oe = mock_add(12, CSR_ACCESS_RW);
    in = mock_add(12, CSR_ACCESS_RO);
    out = mock_add(12, CSR_ACCESS_RW);
    mode = mock_add(12, CSR_ACCESS_RW);
    edge = mock_add(12, CSR_ACCESS_RW);
    mock_reg_t *status = mock_add(12, CSR_ACCESS_RO);
    pending = mock_add(12, CSR_ACCESS_RW);
    enable = mock_add(12, CSR_ACCESS_RW);
    pending->on_read = read_pending;
    pending->on_write = write_pending;
    pending_now = 0;
    gpio = (lx_gpio_regs_t) {
        .name = "gpio", .irq = 2, .pins = 12, .oe = oe->reg, .in = in->reg, .out = out->reg, .mode = mode->reg,
        .edge = edge->reg, .ev_status = status->reg, .ev_pending = pending->reg, .ev_enable = enable->reg,
    };
}

static void gpio_tristate(void) {
    setup_gpio();
    mock_set(in, 0x812);
    mock_set(out, 0x0f0);
    CHECK_EQ(lx_gpio_read(&gpio), 0x812);
    CHECK_EQ(lx_gpio_read_out(&gpio), 0x0f0);
    CHECK_EQ(lx_gpio_write(&gpio, 0x811, 0x801), LX_OK);
    CHECK_EQ(mock_get(out), 0x8e1);
    CHECK_EQ(lx_gpio_toggle(&gpio, 0x801), LX_OK);
    CHECK_EQ(mock_get(out), 0x0e0);
    lx_gpio_write_pin(&gpio, 0x004, true);
    CHECK_EQ(mock_get(out), 0x0e4);
    lx_gpio_write_pin(&gpio, 0x004, true);
    lx_gpio_write_pin(&gpio, 0x040, false);
    CHECK_EQ(mock_get(out), 0x0a4);
    lx_gpio_toggle_pin(&gpio, 0x005);
    CHECK_EQ(mock_get(out), 0x0a1);
    lx_gpio_write(&gpio, 0x0ff, 0x0e0);
    CHECK_EQ(lx_gpio_set_direction(&gpio, 0x00f, 0xff5), LX_OK);
    CHECK_EQ(mock_get(oe), 0x005);
    CHECK_EQ(lx_gpio_set_direction(&gpio, 0x003, 0x002), LX_OK);
    CHECK_EQ(mock_get(oe), 0x006);
    CHECK_EQ(lx_gpio_read_oe(&gpio), 0x006);
    CHECK(lx_gpio_has_oe(&gpio) && lx_gpio_can_input(&gpio) && lx_gpio_can_output(&gpio));
}

static void gpio_pins_that_are_not_there(void) {
    setup_gpio();
    CHECK_EQ(lx_gpio_write(&gpio, 0x1000, 0), LX_EINVAL);
    CHECK_EQ(lx_gpio_toggle(&gpio, 0x1000), LX_EINVAL);
    CHECK_EQ(lx_gpio_set_direction(&gpio, 0x1000, 0), LX_EINVAL);
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 0x1000, LX_GPIO_RISING), LX_EINVAL);
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 1, 0), LX_EINVAL);
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 1, 4), LX_EINVAL);
    CHECK_EQ(out->writes + oe->writes + mode->writes + edge->writes + pending->writes, 0);
    gpio.pins = 32;
    CHECK_EQ(lx_gpio_write(&gpio, 0x80000000, 0), LX_OK);
}

static void gpio_without_directions(void) {
    setup_gpio();
    lx_gpio_regs_t outputs = {.name = "o", .irq = -1, .pins = 12, .out = out->reg};
    mock_set(out, 0x123);
    CHECK_EQ(lx_gpio_read(&outputs), 0x123);
    CHECK_EQ(lx_gpio_read_oe(&outputs), 0xfff);
    CHECK_EQ(lx_gpio_set_direction(&outputs, 0x1, 0x1), LX_OK);
    CHECK_EQ(lx_gpio_set_direction(&outputs, 0x3, 0x1), LX_ENOTSUP);
    CHECK_EQ(lx_gpio_set_trigger(&outputs, 0x1, LX_GPIO_RISING), LX_ENOTSUP);
    lx_gpio_regs_t inputs = {.name = "i", .irq = -1, .pins = 12, .in = in->reg};
    CHECK_EQ(lx_gpio_read_out(&inputs), 0);
    CHECK_EQ(lx_gpio_read_oe(&inputs), 0);
    CHECK_EQ(lx_gpio_write(&inputs, 0x1, 0x1), LX_ENOTSUP);
    CHECK_EQ(lx_gpio_toggle(&inputs, 0x1), LX_ENOTSUP);
    CHECK_EQ(lx_gpio_set_direction(&inputs, 0x3, 0x0), LX_OK);
    CHECK_EQ(lx_gpio_set_direction(&inputs, 0x3, 0x2), LX_ENOTSUP);
    // Event registers that no interrupt line belongs to.
    gpio.irq = -1;
    CHECK(!lx_gpio_can_interrupt(&gpio));
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 0x1, LX_GPIO_RISING), LX_ENOTSUP);
}

static void gpio_triggers(void) {
    setup_gpio();
    mock_set(mode, 0xf00);
    mock_set(edge, 0xf00);
    mock_set(enable, 0xf00);
    mode->on_write = edge->on_write = raise_false_event;
    pending_now = 0x901;
    changing = 0x6;
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 0x6, LX_GPIO_FALLING), LX_OK);
    CHECK_EQ(mock_get(mode), 0xf00);
    CHECK_EQ(mock_get(edge), 0xf06);
    CHECK_EQ(mock_get(enable), 0xf00);
    CHECK_EQ(pending_now, 0x901); // of other pins nothing is lost
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 0x6, LX_GPIO_CHANGE), LX_OK);
    CHECK_EQ(mock_get(mode), 0xf06);
    CHECK_EQ(mock_get(edge), 0xf00);
    changing = 0x4;
    CHECK_EQ(lx_gpio_set_trigger(&gpio, 0x4, LX_GPIO_RISING), LX_OK);
    CHECK_EQ(mock_get(mode), 0xf02);
    CHECK_EQ(mock_get(edge), 0xf00);
    CHECK_EQ(pending_now, 0x901);
}

const test_t tests_small[] = {
    TEST(ctrl_counts_bus_errors),
    TEST(ctrl_sane_restores_the_register),
    TEST(ctrl_sane_notices_a_wrong_map),
    TEST(ctrl_reset_that_never_comes),
    TEST(identifier_reads_text),
    TEST(identifier_without_end),
    TEST(gpio_tristate),
    TEST(gpio_pins_that_are_not_there),
    TEST(gpio_without_directions),
    TEST(gpio_triggers),
    {NULL, NULL},
};
