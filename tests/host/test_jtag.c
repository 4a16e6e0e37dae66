// SPDX-License-Identifier: MIT
//
// The JTAG transports lx_jtag, lx_jtag_gpio and lx_jtag_spi against models of their cores, with a wire of some
// flip-flops from TDI to TDO behind them: the same random operations through each, and what the wire saw clock by
// clock against what jtag/jtag.h says of an operation.

#include <string.h>

#include "drivers/lx_jtag.h"
#include "drivers/lx_jtag_gpio.h"
#include "drivers/lx_jtag_spi.h"
#include "harness.h"
#include "mock.h"
#include "system.h"
#include "timer_model.h"

#define CLOCK_HZ (100000000)
#define LOG (4096)
#define DELAY (5)

// The wire: what it saw at each rising edge of TCK, and what it gave out before it.
static struct {
    unsigned clocks;
    uint8_t tms[LOG];
    uint8_t tdi[LOG];
    uint8_t tdo[LOG];
    uint32_t flops;
} wire;

static bool wire_level(void) {
    return wire.flops & 1;
}

static void wire_rise(bool tms, bool tdi) {
    CHECK(wire.clocks < LOG);
    wire.tms[wire.clocks] = tms;
    wire.tdi[wire.clocks] = tdi;
    wire.tdo[wire.clocks++] = wire_level();
    wire.flops = wire.flops >> 1 | (uint32_t)tdi << (DELAY - 1);
}

static uint32_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

// Memory that operations lie in. The cores know 32 bits of an address.
static uint8_t arena[8192];

static uint8_t *at_address(uint32_t address) {
    uintptr_t base = (uintptr_t)arena;
    uintptr_t guess = (base & ~(uintptr_t)UINT32_MAX) | address;
    return (uint8_t *)(guess < base ? guess + ((uintptr_t)1 << 32) : guess);
}

static timer_model_t timer;
static lx_timer_regs_t timer_regs;
static lx_clock_t clock;

static void setup(void) {
    mock_reset();
    memset(&wire, 0, sizeof(wire));
    random_state = 1;
    timer_model_init(&timer, &timer_regs, true);
    CHECK_EQ(lx_clock_init(&clock, &timer_regs, CLOCK_HZ, NULL, NULL), LX_OK);
}

// The JTAG master, after docs/jtag-master.md: an operation ends when status has been looked at some times.
typedef struct {
    uint32_t length, tms, tdi, tdi_base, tdo_base, command;
} master_op_t;

static struct {
    lx_jtag_regs_t regs;
    mock_reg_t *reg[6]; // as in master_op_t
    mock_reg_t *divider;
    master_op_t queue[2];
    unsigned queued;
    unsigned looks; // at status until the first operation ends
    uint32_t tdo;
    bool dead;
} master;

static unsigned bit_of(uint32_t i, bool msb_first) {
    return msb_first ? 7 - i % 8 : i % 8;
}

static void master_run(const master_op_t *op) {
    bool msb_first = op->command >> 2 & 1;
    uint8_t out = 0;
    for (uint32_t i = 0; i < op->length; i++) {
        unsigned at = i < 31 ? i : 31;
        bool tms = op->tms >> at & 1 || (op->command >> 3 & 1 && i + 1 == op->length);
        if (op->command & 1 && i % 8 == 0) {
            out = *at_address(op->tdi_base + i / 8);
        }
        bool tdi = op->command & 1 ? out >> bit_of(i, msb_first) & 1 : op->tdi >> at & 1;
        bool tdo = wire_level();
        wire_rise(tms, tdi);
        master.tdo = master.tdo >> 1 | (uint32_t)tdo << 31;
        if (op->command >> 1 & 1) {
            uint8_t *byte = at_address(op->tdo_base + i / 8);
            *byte = (uint8_t)((i % 8 ? *byte : 0) | tdo << bit_of(i, msb_first));
        }
    }
}

static uint64_t master_status(mock_reg_t *reg) {
    (void)reg;
    if (master.queued && !master.dead && master.looks-- == 0) {
        master_run(&master.queue[0]);
        master.queue[0] = master.queue[1];
        master.queued--;
        master.looks = 3;
    }
    return master.queued;
}

static uint64_t master_tdo(mock_reg_t *reg) {
    (void)reg;
    return master.tdo;
}

static void master_command(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    if (value >> 4 & 1) {
        master.queued = master.dead ? master.queued : 0;
        return;
    }
    CHECK(master.queued < 2);
    uint32_t words[6];
    for (unsigned i = 0; i < 6; i++) {
        words[i] = (uint32_t)mock_get(master.reg[i]);
    }
    master.looks = master.queued ? master.looks : 3;
    master.queue[master.queued++] = (master_op_t) { words[0], words[1], words[2], words[3], words[4], words[5] };
}

static void setup_master(lx_jtag_t *jtag) {
    setup();
    memset(&master, 0, sizeof(master));
    for (unsigned i = 0; i < 6; i++) {
        master.reg[i] = mock_add(i == 5 ? 5 : 32, CSR_ACCESS_RW);
    }
    master.reg[5]->on_write = master_command;
    master.divider = mock_add(16, CSR_ACCESS_RW);
    mock_reg_t *status = mock_add(2, CSR_ACCESS_RO);
    mock_reg_t *tdo = mock_add(32, CSR_ACCESS_RO);
    status->on_read = master_status;
    tdo->on_read = master_tdo;
    master.regs = (lx_jtag_regs_t) {
        .name = "jtag", .irq = -1, .divider = master.divider->reg, .length = master.reg[0]->reg,
        .tms = master.reg[1]->reg, .tdi = master.reg[2]->reg, .tdi_base = master.reg[3]->reg,
        .tdo_base = master.reg[4]->reg, .command = master.reg[5]->reg, .status = status->reg, .tdo = tdo->reg,
    };
    CHECK_EQ(lx_jtag_init(jtag, &master.regs, CLOCK_HZ, &clock), LX_OK);
}

// GPIOTristate of 12 pins.
static const uint8_t pins[4] = { 9, 2, 11, 0 };

static struct {
    lx_gpio_regs_t regs;
    mock_reg_t *oe;
    mock_reg_t *out;
    uint32_t before;
} gpio;

static void gpio_out(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    uint32_t rising = (uint32_t)value & ~gpio.before;
    if (rising >> pins[0] & 1) {
        // What rises with TCK would come too late.
        CHECK_EQ(((uint32_t)value ^ gpio.before) & (1u << pins[1] | 1u << pins[2]), 0);
        wire_rise(value >> pins[1] & 1, value >> pins[2] & 1);
    }
    gpio.before = (uint32_t)value;
}

static uint64_t gpio_in(mock_reg_t *reg) {
    (void)reg;
    return (uint64_t)wire_level() << pins[3] | (gpio.before & ~(1u << pins[3]));
}

static void add_gpio(void) {
    gpio.oe = mock_add(12, CSR_ACCESS_RW);
    gpio.out = mock_add(12, CSR_ACCESS_RW);
    mock_reg_t *in = mock_add(12, CSR_ACCESS_RO);
    gpio.before = 0;
    gpio.out->on_write = gpio_out;
    in->on_read = gpio_in;
    gpio.regs = (lx_gpio_regs_t) { .name = "gpio", .irq = -1, .pins = 12, .oe = gpio.oe->reg, .in = in->reg, .out = gpio.out->reg };
}

// SPIMaster of up to 32 bits with TMS from the GPIO above.
static struct {
    lx_spi_regs_t regs;
    mock_reg_t *mosi;
    mock_reg_t *divider;
    unsigned width;
    bool aligned;
    unsigned looks;
    uint32_t miso;
    unsigned left; // transfers until it does not answer any more
} spi;

static void spi_control(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    unsigned bits = value >> 8 & 0xff;
    if (!(value & 1)) {
        return;
    }
    CHECK(bits >= 1 && bits <= spi.width);
    CHECK_EQ(spi.looks, 0);
    uint32_t mosi = (uint32_t)mock_get(spi.mosi);
    for (unsigned i = 0; i < bits; i++) {
        spi.miso = spi.miso << 1 | wire_level();
        wire_rise(mock_get(gpio.out) >> pins[1] & 1, mosi >> ((spi.aligned ? bits : spi.width) - 1 - i) & 1);
    }
    spi.looks = 3;
    spi.left -= spi.left != 0;
}

static uint64_t spi_status(mock_reg_t *reg) {
    (void)reg;
    if (spi.left == 0) {
        return spi.aligned << 1;
    }
    spi.looks -= spi.looks != 0;
    return (spi.looks == 0) | spi.aligned << 1;
}

static uint64_t spi_miso(mock_reg_t *reg) {
    (void)reg;
    CHECK(spi.looks == 0);
    return spi.miso;
}

static int setup_spi(lx_jtag_spi_t *jtag, unsigned width, bool aligned, bool with_divider) {
    setup();
    memset(&spi, 0, sizeof(spi));
    add_gpio();
    spi.left = 1000000;
    spi.width = width;
    spi.aligned = aligned;
    mock_reg_t *control = mock_add(16, CSR_ACCESS_RW);
    mock_reg_t *status = mock_add(2, CSR_ACCESS_RO);
    spi.mosi = mock_add(width, CSR_ACCESS_RW);
    mock_reg_t *miso = mock_add(width, CSR_ACCESS_RO);
    spi.divider = mock_add(16, CSR_ACCESS_RW);
    control->on_write = spi_control;
    status->on_read = spi_status;
    miso->on_read = spi_miso;
    spi.regs = (lx_spi_regs_t) {
        .name = "spi", .irq = -1, .control = control->reg, .status = status->reg, .mosi = spi.mosi->reg, .miso = miso->reg,
    };
    if (with_divider) {
        spi.regs.clk_divider = spi.divider->reg;
    }
    return lx_jtag_spi_init(jtag, &spi.regs, CLOCK_HZ, &gpio.regs, pins[1], &clock);
}

// The bits of an operation that begin at clock `first` of the wire.
static void check_op(const jtag_op_t *op, const uint8_t *tdi, unsigned first) {
    for (uint32_t i = 0; i < op->bits; i++) {
        unsigned bit = bit_of(i, op->flags & JTAG_OP_MSB_FIRST);
        bool tms = op->flags & JTAG_OP_TMS_VECTOR ? op->tms >> i & 1
            : op->tms || (op->flags & JTAG_OP_LAST && i + 1 == op->bits);
        CHECK_EQ(wire.tms[first + i], tms);
        CHECK_EQ(wire.tdi[first + i], tdi ? tdi[i / 8] >> bit & 1 : (op->flags & JTAG_OP_TDI_HIGH) != 0);
        if (op->tdo) {
            CHECK_EQ(op->tdo[i / 8] >> bit & 1, wire.tdo[first + i]);
        }
    }
    if (op->tdo && op->bits % 8) {
        uint8_t rest = op->flags & JTAG_OP_MSB_FIRST ? 0xff >> op->bits % 8 : (uint8_t)(0xff << op->bits % 8);
        CHECK_EQ(op->tdo[op->bits / 8] & rest, 0);
    }
}

// TDO takes the place of TDI while TMS changes within a byte, at each place: as the XVC server shifts.
static void try_in_place(const jtag_transport_ops_t *ops, void *ctx) {
    static const uint8_t tdi[4] = { 0xc6, 0xff, 0x5a, 0x93 };
    for (unsigned flags = 0; flags <= JTAG_OP_MSB_FIRST; flags += JTAG_OP_MSB_FIRST) {
        for (uint32_t bits = 2; bits <= 32; bits++) {
            for (uint32_t from = 1; from < bits; from++) {
                jtag_op_t op = { .bits = bits, .tdi = arena, .tdo = arena, .flags = flags | JTAG_OP_TMS_VECTOR };
                op.tms = UINT32_MAX << from ^ UINT32_C(0x00a00000);
                wire.clocks = 0;
                memcpy(arena, tdi, sizeof(tdi));
                CHECK_EQ(ops->submit(ctx, &op), LX_OK);
                CHECK_EQ(ops->wait ? ops->wait(ctx, 0) : LX_OK, LX_OK);
                CHECK_EQ(wire.clocks, bits);
                check_op(&op, tdi, 0);
            }
        }
    }
}

// Three random operations in flight at most, each in memory of its own, and what lies beside it stays.
static void try_transport(const jtag_transport_ops_t *ops, void *ctx, unsigned turns) {
    while (turns--) {
        uint8_t tdi[3][64];
        jtag_op_t op[3];
        unsigned first[3];
        wire.clocks = 0;
        unsigned clocks = 0;
        for (size_t i = 0; i < sizeof(arena); i++) {
            arena[i] = (uint8_t)random_below(256);
        }
        for (unsigned n = 0; n < 3; n++) {
            uint8_t *out = arena + 1000 * n + 16 + random_below(4);
            uint8_t *in = random_below(4) == 0 ? out : out + 300;
            op[n] = (jtag_op_t) { .bits = 1 + random_below(random_below(2) ? 40 : 400), .tms = random_below(2) };
            op[n].flags = random_below(16) & ~JTAG_OP_TMS_VECTOR;
            if (op[n].bits <= 32 && random_below(2)) {
                op[n].flags |= JTAG_OP_TMS_VECTOR;
                op[n].tms = random_below(1 << 24) << 8 | random_below(256);
            }
            op[n].tdi = random_below(3) ? out : NULL;
            op[n].tdo = random_below(2) ? in : NULL;
            memcpy(tdi[n], out, sizeof(tdi[n]));
            first[n] = clocks;
            clocks += op[n].bits;
            CHECK_EQ(ops->submit(ctx, &op[n]), LX_OK);
        }
        CHECK_EQ(ops->wait ? ops->wait(ctx, 0) : LX_OK, LX_OK);
        CHECK_EQ(wire.clocks, clocks);
        for (unsigned n = 0; n < 3; n++) {
            check_op(&op[n], op[n].tdi ? tdi[n] : NULL, first[n]);
        }
    }
    try_in_place(ops, ctx);
    jtag_op_t none = { .bits = 0 };
    jtag_op_t long_vector = { .bits = 33, .flags = JTAG_OP_TMS_VECTOR };
    CHECK_EQ(ops->submit(ctx, &none), LX_EINVAL);
    CHECK_EQ(ops->submit(ctx, &long_vector), LX_EINVAL);
    uint32_t start = ops->time_us(ctx);
    mock_step(CLOCK_HZ / 1000000 * 17);
    CHECK(ops->time_us(ctx) - start >= 17 && ops->time_us(ctx) - start < 20);
}

static void jtag_master_operations(void) {
    lx_jtag_t jtag;
    setup_master(&jtag);
    try_transport(&lx_jtag_ops, &jtag, 60);
}

static void jtag_master_overlaps_and_forgets_the_cache(void) {
    lx_jtag_t jtag;
    setup_master(&jtag);
    unsigned flushes = mock_dcache_flushes;
    jtag_op_t write = { .bits = 100, .tdi = arena };
    jtag_op_t read = { .bits = 100, .tdo = arena };
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &write), LX_OK);
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &read), LX_OK);
    CHECK_EQ(master.queued, 2);
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &write), LX_OK);
    CHECK_EQ(master.queued, 2);
    CHECK_EQ(mock_dcache_flushes, flushes);
    CHECK_EQ(lx_jtag_ops.wait(&jtag, 1), LX_OK);
    CHECK_EQ(master.queued, 1);
    CHECK_EQ(mock_dcache_flushes, flushes + 1);
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &read), LX_OK);
    CHECK_EQ(lx_jtag_ops.wait(&jtag, 0), LX_OK);
    CHECK_EQ(mock_dcache_flushes, flushes + 2);
    CHECK_EQ(lx_jtag_ops.wait(&jtag, 0), LX_OK);
    CHECK_EQ(mock_dcache_flushes, flushes + 2);
    // What goes through registers touches no memory.
    jtag_op_t small = { .bits = 32, .tdi = arena, .tdo = arena };
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &small), LX_OK);
    CHECK_EQ(mock_dcache_flushes, flushes + 2);
}

static void jtag_master_frequency(void) {
    static const struct {
        uint32_t hz, actual_hz, divider;
    } rows[] = {
        { 25000000, 25000000, 2 }, { 24999999, 16666666, 3 }, { 4000000000, 50000000, 1 }, { 50000000, 50000000, 1 },
        { 763, 762, 65531 },
    };
    lx_jtag_t jtag;
    uint32_t actual_hz;
    setup_master(&jtag);
    CHECK_EQ(mock_get(master.divider), 50);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_EQ(lx_jtag_ops.set_freq(&jtag, rows[i].hz, &actual_hz), LX_OK);
        CHECK_EQ(actual_hz, rows[i].actual_hz);
        CHECK_EQ(mock_get(master.divider), rows[i].divider);
    }
    CHECK_EQ(lx_jtag_ops.set_freq(&jtag, 0, &actual_hz), LX_EINVAL);
    CHECK_EQ(lx_jtag_ops.set_freq(&jtag, 762, &actual_hz), LX_EINVAL);
}

static void jtag_master_that_never_answers(void) {
    lx_jtag_t jtag;
    setup_master(&jtag);
    jtag_op_t op = { .bits = 64, .tdi = arena };
    jtag_op_t small = { .bits = 8, .tdo = arena };
    master.dead = true;
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &small), LX_EIO);
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &op), LX_OK);
    CHECK_EQ(lx_jtag_ops.submit(&jtag, &op), LX_EIO);
    CHECK_EQ(lx_jtag_ops.wait(&jtag, 0), LX_EIO);
    CHECK_EQ(lx_jtag_abort(&jtag), LX_EIO);
    CHECK_EQ(lx_jtag_init(&jtag, &master.regs, CLOCK_HZ, &clock), LX_EIO);
    master.dead = false;
    CHECK_EQ(lx_jtag_abort(&jtag), LX_OK);
    CHECK_EQ(master.queued, 0);
    try_transport(&lx_jtag_ops, &jtag, 2);
}

static void jtag_gpio_operations(void) {
    lx_jtag_gpio_t jtag;
    setup();
    add_gpio();
    gpio.before = 1 << 5 | 1 << 11;
    mock_set(gpio.out, gpio.before);
    CHECK_EQ(lx_jtag_gpio_init(&jtag, &gpio.regs, pins, &clock), LX_OK);
    CHECK_EQ(mock_get(gpio.oe), 1 << pins[0] | 1 << pins[1] | 1 << pins[2]);
    CHECK_EQ(gpio.before, 1 << 5);
    try_transport(&lx_jtag_gpio_ops, &jtag, 60);
    // The other pin kept its level, and TCK is low.
    CHECK_EQ(gpio.before & (1 << 5 | 1 << pins[0]), 1 << 5);
}

static void jtag_gpio_refuses_pins(void) {
    static const uint8_t twice[4] = { 1, 2, 2, 3 };
    static const uint8_t beyond[4] = { 1, 2, 12, 3 };
    lx_jtag_gpio_t jtag;
    setup();
    add_gpio();
    CHECK_EQ(lx_jtag_gpio_init(&jtag, &gpio.regs, twice, &clock), LX_EINVAL);
    CHECK_EQ(lx_jtag_gpio_init(&jtag, &gpio.regs, beyond, &clock), LX_EINVAL);
    lx_gpio_regs_t regs = gpio.regs;
    regs.oe = regs.in = (csr_reg_t) { 0 };
    CHECK_EQ(lx_jtag_gpio_init(&jtag, &regs, pins, &clock), LX_ENOTSUP);
    regs = gpio.regs;
    regs.out = (csr_reg_t) { 0 };
    CHECK_EQ(lx_jtag_gpio_init(&jtag, &regs, pins, &clock), LX_ENOTSUP);
}

static void jtag_spi_operations(void) {
    static const uint8_t widths[] = { 32, 8, 24, 27 };
    for (size_t i = 0; i < sizeof(widths); i++) {
        for (unsigned aligned = 0; aligned < 2; aligned++) {
            lx_jtag_spi_t jtag;
            CHECK_EQ(setup_spi(&jtag, widths[i], aligned, true), LX_OK);
            CHECK_EQ(mock_get(gpio.oe), 1 << pins[1]);
            try_transport(&lx_jtag_spi_ops, &jtag, 30);
        }
    }
}

static void jtag_spi_frequency(void) {
    lx_jtag_spi_t jtag;
    uint32_t actual_hz;
    CHECK_EQ(setup_spi(&jtag, 32, false, true), LX_OK);
    CHECK_EQ(lx_jtag_spi_ops.set_freq(&jtag, 25000000, &actual_hz), LX_OK);
    CHECK_EQ(actual_hz, 25000000);
    CHECK_EQ(mock_get(spi.divider), 4);
    CHECK_EQ(lx_jtag_spi_ops.set_freq(&jtag, 0, &actual_hz), LX_EINVAL);
    CHECK_EQ(setup_spi(&jtag, 32, false, false), LX_OK);
    CHECK_EQ(lx_jtag_spi_ops.set_freq(&jtag, 25000000, &actual_hz), LX_OK);
    CHECK_EQ(actual_hz, 0);
}

static void jtag_spi_that_never_answers(void) {
    lx_jtag_spi_t jtag;
    jtag_op_t write = { .bits = 8 * 16, .tdi = arena, .flags = JTAG_OP_MSB_FIRST };
    jtag_op_t read = { .bits = 8 * 16, .tdo = arena, .flags = JTAG_OP_MSB_FIRST };
    jtag_op_t small = { .bits = 3 };
    const jtag_op_t *const ops[] = { &write, &read, &small };
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        for (unsigned transfers = 1; transfers < 4; transfers++) {
            uint32_t actual_hz;
            CHECK_EQ(setup_spi(&jtag, 32, false, true), LX_OK);
            CHECK_EQ(lx_jtag_spi_ops.set_freq(&jtag, 25000000, &actual_hz), LX_OK);
            spi.left = ops[i] == &small ? 1 : transfers;
            CHECK_EQ(lx_jtag_spi_ops.submit(&jtag, ops[i]), LX_EIO);
        }
    }
    spi.looks = 0;
    CHECK_EQ(lx_jtag_spi_init(&jtag, &spi.regs, CLOCK_HZ, &gpio.regs, pins[1], &clock), LX_EIO);
}

static void jtag_spi_refuses_cores_and_pins(void) {
    lx_jtag_spi_t jtag;
    CHECK_EQ(setup_spi(&jtag, 40, false, true), LX_ENOTSUP);
    CHECK_EQ(setup_spi(&jtag, 4, false, true), LX_ENOTSUP);
    CHECK_EQ(setup_spi(&jtag, 32, false, true), LX_OK);
    CHECK_EQ(lx_jtag_spi_init(&jtag, &spi.regs, CLOCK_HZ, &gpio.regs, 12, &clock), LX_EINVAL);
    gpio.regs.out = gpio.regs.oe = (csr_reg_t) { 0 };
    CHECK_EQ(lx_jtag_spi_init(&jtag, &spi.regs, CLOCK_HZ, &gpio.regs, pins[1], &clock), LX_ENOTSUP);
}

const test_t tests_jtag[] = {
    TEST(jtag_master_operations),
    TEST(jtag_master_overlaps_and_forgets_the_cache),
    TEST(jtag_master_frequency),
    TEST(jtag_master_that_never_answers),
    TEST(jtag_gpio_operations),
    TEST(jtag_gpio_refuses_pins),
    TEST(jtag_spi_operations),
    TEST(jtag_spi_frequency),
    TEST(jtag_spi_that_never_answers),
    TEST(jtag_spi_refuses_cores_and_pins),
    { NULL, NULL },
};
