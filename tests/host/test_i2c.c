// SPDX-License-Identifier: MIT
//
// lx_i2c against two wires with a device that has 256 registers, and lx_litei2c against a model of LiteI2C with the same.

#include <string.h>

#include "drivers/lx_i2c.h"
#include "drivers/lx_litei2c.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"
#include "timer_model.h"

#define CLK_HZ (100000000)
#define ADDRESS (0x51)
#define TICK_CYCLES (CLK_HZ / LX_CLOCK_TICK_HZ)

// The device: the first byte written is a register's number, what follows goes to the registers.
typedef struct {
    uint8_t registers[256];
    uint8_t at;
    unsigned refuses_after; // bytes written in a transfer, UINT_MAX: takes all
} device_t;

static device_t device;

// The bus, edge by edge (UM10204, 3.1). `out` is what the device does with SDA.
static struct {
    mock_reg_t *w;
    bool scl;
    bool sda; // the master's part
    bool out;
    bool active; // between start and stop
    unsigned bit;
    unsigned byte; // of the transfer; 0 is the address
    uint8_t shift;
    bool addressed;
    bool reading;
    bool got_nack;
    unsigned held; // clocks until the device lets SDA go that it holds low
    unsigned starts;
    unsigned stops;
    unsigned driven_high; // a 1 that is driven, not let go
    uint64_t rose;
    uint64_t fell;
    uint64_t shortest; // half period
} bus;

static bool line(void) {
    return bus.sda && bus.out && bus.held == 0;
}

static void byte_in(void) {
    bool first = bus.byte == 0;
    if (first) {
        bus.addressed = bus.shift >> 1 == ADDRESS;
        bus.reading = bus.shift & 1;
    }
    bool takes = bus.addressed && (first || (!bus.reading && bus.byte <= device.refuses_after));
    if (takes && !first) {
        if (bus.byte == 1) {
            device.at = bus.shift;
        } else {
            device.registers[device.at++] = bus.shift;
        }
    }
    bus.out = !takes;
    bus.addressed = bus.addressed && takes;
}

static void scl_rises(void) {
    if (bus.bit < 8) {
        bus.shift = bus.shift << 1 | line();
    } else if (bus.reading && bus.byte > 0) {
        bus.got_nack = line();
    }
    bus.bit++;
}

static void scl_falls(void) {
    bus.held -= bus.held > 0;
    if (!bus.active) {
        return;
    }
    bool sends = bus.addressed && bus.reading && bus.byte > 0;
    bus.out = true;
    if (bus.bit == 8 && !sends) {
        byte_in();
    } else if (bus.bit == 9) {
        bus.bit = 0;
        bus.byte++;
        sends = bus.addressed && bus.reading && !bus.got_nack;
        if (sends) {
            bus.shift = device.registers[device.at++];
        }
    }
    if (sends && bus.bit < 8) {
        bus.out = bus.shift >> 7;
        // scl_rises() shifts back in what is on the wire.
    }
}

static void write_w(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    bool scl = value & 1;
    bool sda = !(value & 2) || (value & 4);
    bus.driven_high += (value & 6) == 6;
    bool before = line();
    if (scl != bus.scl) {
        uint64_t half = mock_cycles - (scl ? bus.fell : bus.rose);
        bus.shortest = half < bus.shortest ? half : bus.shortest;
        *(scl ? &bus.rose : &bus.fell) = mock_cycles;
    }
    if (bus.scl && !scl) {
        bus.scl = false;
        scl_falls();
    }
    bus.sda = sda;
    if (!bus.scl && scl) {
        bus.scl = true;
        scl_rises();
    } else if (bus.scl && scl && line() != before) {
        bus.bit = 0;
        bus.byte = 0;
        bus.got_nack = false;
        bus.addressed = false;
        bus.out = true;
        bus.active = !line();
        bus.starts += bus.active;
        bus.stops += !bus.active;
    }
}

static uint64_t read_r(mock_reg_t *reg) {
    (void)reg;
    return line();
}

static timer_model_t timer;
static lx_timer_regs_t timer_regs;
static lx_clock_t clock;
static lx_i2c_regs_t regs;
static lx_i2c_t i2c;

static void setup(uint32_t hz) {
    mock_reset();
    soc_irq_init();
    timer_model_init(&timer, &timer_regs, true);
    lx_clock_init(&clock, &timer_regs, CLK_HZ, NULL, NULL);
    soc_irq_claim(timer_regs.irq, timer_regs.ev_enable, lx_clock_isr, &clock);
    soc_irq_global_enable();
    memset(&bus, 0, sizeof(bus));
    memset(&device, 0, sizeof(device));
    device.refuses_after = UINT32_MAX;
    bus.scl = bus.sda = bus.out = true;
    bus.shortest = UINT64_MAX;
    bus.w = mock_add(3, CSR_ACCESS_RW);
    bus.w->on_write = write_w;
    mock_set(bus.w, 5);
    regs.w = bus.w->reg;
    mock_reg_t *r = mock_add(1, CSR_ACCESS_RO);
    r->on_read = read_r;
    regs.r = r->reg;
    CHECK_EQ(lx_i2c_init(&i2c, &regs, &clock, CLK_HZ, hz), LX_OK);
}

static void i2c_writes_and_reads(void) {
    static const uint32_t speeds[] = {10000, 100000, 400000, 1000000};
    uint8_t data[20] = {0x40};
    uint8_t back[19];
    for (unsigned i = 1; i < sizeof(data); i++) {
        data[i] = 29 * i + 3;
    }
    for (unsigned s = 0; s < 4; s++) {
        setup(speeds[s]);
        CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
        CHECK_EQ(lx_i2c_write(&i2c, data, sizeof(data)), sizeof(data));
        CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
        CHECK_EQ(memcmp(device.registers + 0x40, data + 1, 19), 0);
        CHECK_EQ(bus.starts, 1);
        CHECK_EQ(bus.stops, 1);
        // Write, repeated start, read in two parts.
        CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
        CHECK_EQ(lx_i2c_write(&i2c, data, 1), 1);
        CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, true), LX_OK);
        lx_i2c_read(&i2c, back, 7, false);
        CHECK(!bus.got_nack);
        lx_i2c_read(&i2c, back + 7, 12, true);
        CHECK(bus.got_nack);
        CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
        CHECK_EQ(memcmp(back, data + 1, 19), 0);
        CHECK_EQ(bus.starts, 3);
        CHECK_EQ(bus.stops, 2);
        CHECK_EQ(bus.driven_high, 0);
        // Never faster than asked, whatever interrupts do.
        CHECK(bus.shortest >= CLK_HZ / 2 / speeds[s]);
    }
    // Not much slower either.
    setup(100000);
    uint64_t before = mock_cycles;
    lx_i2c_address(&i2c, ADDRESS, false);
    lx_i2c_write(&i2c, data, 10);
    CHECK(mock_cycles - before < UINT64_C(11) * 9 * CLK_HZ / 100000 * 12 / 10);
}

static void i2c_nobody_there(void) {
    setup(400000);
    for (unsigned address = 0; address < 0x80; address++) {
        int status = lx_i2c_address(&i2c, address, false);
        CHECK_EQ(status, address == ADDRESS ? LX_OK : LX_ENODEV);
        if (status == LX_OK) {
            CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
        }
    }
    CHECK_EQ(bus.starts, 128);
    CHECK_EQ(bus.stops, 128);
    CHECK_EQ(lx_i2c_address(&i2c, 0x80, false), LX_EINVAL);
}

static void i2c_device_refuses_bytes(void) {
    uint8_t data[6] = {0, 1, 2, 3, 4, 5};
    setup(400000);
    device.refuses_after = 3;
    CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
    CHECK_EQ(lx_i2c_write(&i2c, data, sizeof(data)), 3);
    CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
}

static void i2c_held_low(void) {
    // Lets go within nine clocks: the start succeeds.
    setup(400000);
    bus.held = 5;
    CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
    CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
    // Never lets go.
    setup(400000);
    bus.held = 1000000;
    CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_ETIMEDOUT);
    CHECK(bus.sda && bus.scl);
    CHECK_EQ(lx_i2c_recover(&i2c), LX_ETIMEDOUT);
    CHECK(bus.held > 1000000 - 40);
    CHECK_EQ(lx_i2c_stop(&i2c), LX_ETIMEDOUT);
    // From the middle of a transfer on: a repeated start and the stop see it.
    setup(400000);
    CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
    bus.held = 1000000;
    CHECK_EQ(lx_i2c_start(&i2c), LX_ETIMEDOUT);
    CHECK_EQ(lx_i2c_stop(&i2c), LX_ETIMEDOUT);
    // Held low while nobody acknowledges.
    setup(400000);
    CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
    CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
}

static void i2c_clock_stands_still(void) {
    setup(100000);
    timer.uptime = 0;
    // A clock that does not move: the waits end all the same.
    lx_clock_deinit(&clock);
    clock.has_uptime = false;
    timer.stuck = true;
    CHECK_EQ(lx_i2c_address(&i2c, ADDRESS, false), LX_OK);
    CHECK_EQ(lx_i2c_stop(&i2c), LX_OK);
}

static void i2c_speeds(void) {
    setup(100000);
    CHECK_EQ(lx_i2c_init(&i2c, &regs, &clock, CLK_HZ, LX_I2C_HZ_MIN), LX_OK);
    CHECK_EQ(lx_i2c_init(&i2c, &regs, &clock, CLK_HZ, LX_I2C_HZ_MIN - 1), LX_EINVAL);
    CHECK_EQ(lx_i2c_init(&i2c, &regs, &clock, CLK_HZ, CLK_HZ / 16 + 1), LX_EINVAL);
    CHECK_EQ(lx_i2c_init(&i2c, &regs, &clock, CLK_HZ, UINT32_MAX), LX_EINVAL);
}

// Of a request at most: start, address, 4 bytes, repeated start, address, 4 bytes, stop, bus free.
#define REQUEST_BITS (93)

// LiteI2C, request by request.
static struct {
    mock_reg_t *active;
    mock_reg_t *settings;
    mock_reg_t *addr;
    mock_reg_t *rxtx;
    mock_reg_t *speed;
    uint64_t ready_at;
    uint32_t answer;
    bool has_answer;
    bool nack;
    bool waits_tx; // the bus waits with SCL low for more
    bool waits_rx;
    unsigned written; // bytes of this transfer
    unsigned starts;
    unsigned stops;
    unsigned recovers;
    uint32_t looks; // at the status
    bool sda_held; // everybody seems to acknowledge
    bool stuck;
    bool full;
    unsigned pushed_while_inactive;
} core;

static void rxtx_written(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    uint32_t settings = mock_get(core.settings);
    unsigned len_tx = settings & 7;
    unsigned len_rx = settings >> 8 & 7;
    CHECK(!core.has_answer);
    core.pushed_while_inactive += mock_get(core.active) == 0;
    core.has_answer = !core.stuck;
    core.ready_at = mock_cycles + CLK_HZ / 100000 * REQUEST_BITS;
    core.nack = false;
    core.answer = 0xdeadbeef;
    if (settings >> 16 & 1) {
        core.recovers++;
        return;
    }
    if (!core.waits_tx && !core.waits_rx) {
        core.starts++;
        core.written = 0;
        if (mock_get(core.addr) != ADDRESS && !core.sda_held) {
            core.nack = true;
            core.stops++;
            return;
        }
    }
    unsigned out = len_tx > 4 ? 4 : len_tx;
    for (unsigned i = 0; i < out; i++) {
        uint8_t byte = value >> 8 * (out - 1 - i);
        if (core.written >= device.refuses_after) {
            core.nack = true;
            core.waits_tx = false;
            core.stops++;
            return;
        }
        if (core.written++ == 0) {
            device.at = byte;
        } else {
            device.registers[device.at++] = byte;
        }
    }
    core.waits_tx = len_tx > 4;
    if (core.waits_tx) {
        return;
    }
    if (len_rx > 0) {
        core.starts += out > 0;
        core.answer = 0;
        for (unsigned i = 0; i < (len_rx > 4 ? 4 : len_rx); i++) {
            core.answer = core.answer << 8 | device.registers[device.at++];
        }
        core.waits_rx = len_rx > 4;
    }
    core.stops += !core.waits_rx;
}

static uint64_t rxtx_read(mock_reg_t *reg) {
    (void)reg;
    core.has_answer = false;
    return core.answer;
}

static uint64_t read_master_status(mock_reg_t *reg) {
    (void)reg;
    core.looks++;
    bool ready = core.has_answer && mock_cycles >= core.ready_at;
    return (core.full ? 0 : 1) | ready << 1 | core.nack << 8;
}

static lx_litei2c_regs_t lite_regs;
static lx_litei2c_t lite;

static void setup_lite(uint32_t hz) {
    uint32_t actual;
    setup(100000);
    memset(&core, 0, sizeof(core));
    lite_regs.master_active = (core.active = mock_add(1, CSR_ACCESS_RW))->reg;
    lite_regs.master_settings = (core.settings = mock_add(17, CSR_ACCESS_RW))->reg;
    lite_regs.master_addr = (core.addr = mock_add(7, CSR_ACCESS_RW))->reg;
    lite_regs.master_rxtx = (core.rxtx = mock_add(32, CSR_ACCESS_RW))->reg;
    core.rxtx->on_write = rxtx_written;
    core.rxtx->on_read = rxtx_read;
    mock_reg_t *status = mock_add(18, CSR_ACCESS_RO);
    status->on_read = read_master_status;
    lite_regs.master_status = status->reg;
    lite_regs.phy_speed_mode = (core.speed = mock_add(2, CSR_ACCESS_RW))->reg;
    // An answer that nobody took.
    core.has_answer = true;
    CHECK_EQ(lx_litei2c_init(&lite, &lite_regs, CLK_HZ, hz, &actual), LX_OK);
    CHECK_EQ(mock_get(core.active), 1);
}

static void litei2c_writes_and_reads(void) {
    uint8_t data[20];
    uint8_t back[20];
    #if TEST_DATA_WIDTH == 32
    // Up to two requests of four bytes and one more, then five requests.
    for (unsigned n = 0; n <= 20; n += n < 9 ? 1 : 11) {
        for (unsigned m = 0; m <= 20; m += m < 9 ? 1 : 11) {
            setup_lite(100000);
            for (unsigned i = 0; i < sizeof(data); i++) {
                data[i] = 17 * i + n;
            }
            for (unsigned i = 0; i < 256; i++) {
                device.registers[i] = i ^ 0x5a;
            }
            device.at = 0x80;
            CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, data, n, back, m), n);
            uint8_t at = n > 0 ? data[0] + (n - 1) : 0x80;
            for (unsigned i = 1; i < n; i++) {
                CHECK_EQ(device.registers[(uint8_t)(data[0] + i - 1)], data[i]);
            }
            for (unsigned i = 0; i < m; i++) {
                CHECK_EQ(back[i], device.registers[(uint8_t)(at + i)]);
            }
            CHECK_EQ(core.starts, 1 + (n > 0 && m > 0));
            CHECK_EQ(core.stops, 1);
            CHECK_EQ(core.pushed_while_inactive, 0);
        }
    }
    #else
    (void)data;
    (void)back;
    #endif
}

static void litei2c_not_acknowledged(void) {
    #if TEST_DATA_WIDTH == 32
    uint8_t data[10] = {0};
    setup_lite(400000);
    CHECK_EQ(mock_get(core.speed), 1);
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS + 1, data, 1, NULL, 0), LX_ENODEV);
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS + 1, NULL, 0, NULL, 0), LX_ENODEV);
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, NULL, 0, NULL, 0), 0);
    CHECK_EQ(lx_litei2c_transfer(&lite, 0x80, NULL, 0, NULL, 0), LX_EINVAL);
    device.refuses_after = 6;
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, data, sizeof(data), NULL, 0), 4);
    device.refuses_after = 2;
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, data, sizeof(data), NULL, 0), LX_ENODEV);
    CHECK_EQ(core.starts, core.stops);
    #endif
}

static void litei2c_recovers(void) {
    setup_lite(100000);
    CHECK_EQ(lx_litei2c_recover(&lite), LX_OK);
    CHECK_EQ(core.recovers, 1);
    CHECK_EQ(core.starts, core.stops);
    core.has_answer = true; // of a transfer that was given up
    core.sda_held = true;
    CHECK_EQ(lx_litei2c_recover(&lite), LX_ETIMEDOUT);
    CHECK_EQ(core.recovers, 2);
}

static void litei2c_never_answers(void) {
    uint8_t data[10] = {0};
    setup_lite(1000000);
    CHECK_EQ(mock_get(core.speed), 2);
    core.stuck = true;
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, data, sizeof(data), NULL, 0), LX_ETIMEDOUT);
    core.full = true;
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, data, 1, data, 1), LX_ETIMEDOUT);
    CHECK_EQ(lx_litei2c_recover(&lite), LX_ETIMEDOUT);
}

static void litei2c_slow_system_clock(void) {
    uint32_t hz;
    uint8_t data[4] = {0};
    setup_lite(100000);
    CHECK_EQ(lx_litei2c_init(&lite, &lite_regs, 4100000, 1000000, &hz), LX_OK);
    // A quarter of a bit is two cycles, the next whole number.
    core.stuck = true;
    core.looks = 0;
    CHECK_EQ(lx_litei2c_transfer(&lite, ADDRESS, data, sizeof(data), data, sizeof(data)), LX_ETIMEDOUT);
    // A look may take a single cycle.
    CHECK(core.looks >= REQUEST_BITS * 4 * 2);
}

// A FIFO that is never empty, as a core that is not there would look.
static uint64_t all_ones(mock_reg_t *reg) {
    (void)reg;
    return UINT32_MAX;
}

static void litei2c_speeds(void) {
    static const struct {
        uint32_t asked;
        uint32_t actual;
    } table[] = {
        {100000, 100000}, {399999, 100000}, {400000, 400000}, {999999, 400000}, {1000000, 1000000}, {UINT32_MAX, 1000000},
    };
    uint32_t hz = 0;
    setup_lite(100000);
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        CHECK_EQ(lx_litei2c_init(&lite, &lite_regs, CLK_HZ, table[i].asked, &hz), LX_OK);
        CHECK_EQ(hz, table[i].actual);
    }
    CHECK_EQ(lx_litei2c_init(&lite, &lite_regs, CLK_HZ, 99999, &hz), LX_EINVAL);
    mock_reg_t *status = mock_add(18, CSR_ACCESS_RO);
    status->on_read = all_ones;
    lite_regs.master_status = status->reg;
    lite_regs.phy_speed_mode.words = 0;
    CHECK_EQ(lx_litei2c_init(&lite, &lite_regs, CLK_HZ, 400000, &hz), LX_OK);
    CHECK_EQ(hz, 100000);
}

const test_t tests_i2c[] = {
    TEST(i2c_writes_and_reads),
    TEST(i2c_nobody_there),
    TEST(i2c_device_refuses_bytes),
    TEST(i2c_held_low),
    TEST(i2c_clock_stands_still),
    TEST(i2c_speeds),
    TEST(litei2c_writes_and_reads),
    TEST(litei2c_not_acknowledged),
    TEST(litei2c_recovers),
    TEST(litei2c_never_answers),
    TEST(litei2c_slow_system_clock),
    TEST(litei2c_speeds),
    {NULL, NULL},
};
