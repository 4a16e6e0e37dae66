// SPDX-License-Identifier: MIT
//
// tap.c and bitbang.c: the table against a search, scans against a chain of shift registers written anew here, stuck
// and noisy lines.

#include "common/crc32.h"
#include "harness.h"
#include "jtag/bitbang.h"
#include "jtag/tap.h"
#include "vboard.h"

// The state diagram as IEEE 1149.1 draws it: next state by TMS 0 and 1, in the order of tap_state_t.
static const uint8_t diagram[16][2] = {
    { 1, 0 }, { 1, 2 }, { 3, 9 }, { 4, 5 }, { 4, 5 }, { 6, 8 }, { 6, 7 }, { 4, 8 },
    { 1, 2 }, { 10, 0 }, { 11, 12 }, { 11, 12 }, { 13, 15 }, { 13, 14 }, { 11, 15 }, { 1, 2 },
};

#define DEVICES_MAX (20)

typedef struct {
    uint32_t idcode; // 0: BYPASS after reset
    unsigned ir_bits;
    uint32_t ir;
    uint32_t ir_shift;
    uint64_t dr;
    unsigned dr_bits;
} fake_device_t;

// Pins of a chain; device 0 nearest to TDO.
typedef struct {
    fake_device_t device[DEVICES_MAX];
    unsigned devices;
    unsigned state;
    bool tms;
    bool tdi;
    int stuck; // -1: not
    uint32_t noise; // one bit in `noise` bits is wrong, 0: none
    uint32_t seed;
    unsigned clocks;
    unsigned idle_clocks;
    unsigned resets;
    int fail_after; // clocks, 0: never
    uint32_t time_us;
    uint32_t us_per_clock;
} fake_t;

#define FAKE_DATA (0x2a)

static void fake_capture(fake_t *fake) {
    for (unsigned i = 0; i < fake->devices; i++) {
        fake_device_t *device = &fake->device[i];
        uint32_t all = device->ir_bits == 32 ? 0xffffffff : (1u << device->ir_bits) - 1;
        if (device->ir == FAKE_DATA) {
            device->dr_bits = 64;
        } else if (device->ir == (1u & all) && device->idcode) {
            device->dr_bits = 32;
            device->dr = device->idcode;
        } else {
            device->dr_bits = 1;
            device->dr = 0;
        }
    }
}

static int fake_clock(void *pins) {
    fake_t *fake = pins;
    bool tdo = true;
    bool shift_dr = fake->state == TAP_DR_SHIFT;
    bool shift_ir = fake->state == TAP_IR_SHIFT;
    fake->clocks++;
    fake->time_us += fake->us_per_clock;
    if (fake->fail_after && (int)fake->clocks >= fake->fail_after) {
        return LX_EINTR;
    }
    if (shift_dr || shift_ir) {
        bool in = fake->tdi;
        for (unsigned i = fake->devices; i-- > 0;) {
            fake_device_t *device = &fake->device[i];
            bool out;
            if (shift_dr) {
                out = device->dr & 1;
                device->dr = device->dr >> 1 | (uint64_t)in << (device->dr_bits - 1);
            } else {
                out = device->ir_shift & 1;
                device->ir_shift = device->ir_shift >> 1 | (uint32_t)in << (device->ir_bits - 1);
            }
            in = out;
        }
        tdo = in;
    }
    fake->idle_clocks += fake->state == TAP_IDLE;
    fake->state = diagram[fake->state][fake->tms];
    for (unsigned i = 0; i < fake->devices; i++) {
        fake_device_t *device = &fake->device[i];
        if (fake->state == TAP_RESET) {
            device->ir = 1;
        } else if (fake->state == TAP_IR_CAPTURE) {
            device->ir_shift = 1;
        } else if (fake->state == TAP_IR_UPDATE) {
            device->ir = device->ir_shift;
        }
    }
    fake->resets += fake->state == TAP_RESET;
    if (fake->state == TAP_DR_CAPTURE) {
        fake_capture(fake);
    }
    if (fake->noise && random_word(&fake->seed) % fake->noise == 0) {
        tdo = !tdo;
    }
    return fake->stuck >= 0 ? fake->stuck : tdo;
}

static void fake_set_tms(void *pins, bool level) {
    ((fake_t *)pins)->tms = level;
}

static void fake_set_tdi(void *pins, bool level) {
    ((fake_t *)pins)->tdi = level;
}

static uint32_t fake_time(void *pins) {
    return ((fake_t *)pins)->time_us;
}

static void fake_open(fake_t *fake, jtag_bitbang_t *bitbang, tap_t *tap) {
    *bitbang = (jtag_bitbang_t) { fake_set_tms, fake_set_tdi, fake_clock, fake_time, fake, false, false };
    fake->stuck = fake->stuck ? fake->stuck : -1;
    fake->seed = 1;
    fake->state = TAP_DR_SHIFT;
    jtag_bitbang_init(bitbang);
    tap_init(tap, (jtag_transport_t) { &jtag_bitbang_ops, bitbang });
}

static unsigned distance(unsigned from, unsigned to, bool through_reset) {
    unsigned known[16];
    memset(known, 0xff, sizeof(known));
    known[from] = 0;
    for (unsigned round = 0; round < 16; round++) {
        for (unsigned s = 0; s < 16; s++) {
            for (unsigned tms = 0; known[s] == round && tms < 2; tms++) {
                unsigned next = diagram[s][tms];
                if (known[next] > round + 1 && (through_reset || next != TAP_RESET || to == TAP_RESET)) {
                    known[next] = round + 1;
                }
            }
        }
    }
    return known[to];
}

static void test_paths(void) {
    for (unsigned from = 0; from < TAP_STATES; from++) {
        CHECK_EQ(tap_next(from, false), diagram[from][0]);
        CHECK_EQ(tap_next(from, true), diagram[from][1]);
        for (unsigned to = 0; to < TAP_STATES; to++) {
            uint32_t tms;
            unsigned count = tap_path(from, to, &tms);
            CHECK_EQ(count, distance(from, to, false));
            unsigned state = from;
            for (unsigned i = 0; i < count; i++) {
                state = diagram[state][tms >> i & 1];
                CHECK(state != TAP_RESET || to == TAP_RESET);
            }
            CHECK_EQ(state, to);
        }
    }
}

static void test_go(void) {
    fake_t fake = { .devices = 1, .device = { { 0x41111043, 8, 0, 0, 0, 1 } } };
    jtag_bitbang_t bitbang;
    tap_t tap;
    fake_open(&fake, &bitbang, &tap);
    CHECK_OK(tap_reset(&tap));
    CHECK_EQ(fake.state, TAP_RESET);
    for (unsigned from = 0; from < TAP_STATES; from++) {
        for (unsigned to = 0; to < TAP_STATES; to++) {
            bool stable = to == TAP_RESET || to == TAP_IDLE || to == TAP_DR_SHIFT || to == TAP_DR_PAUSE
                || to == TAP_IR_SHIFT || to == TAP_IR_PAUSE;
            CHECK_EQ(tap_go(&tap, to), stable ? LX_OK : LX_EINVAL);
            CHECK_EQ(fake.state, tap.state);
        }
        if (tap_go(&tap, from) == LX_OK) {
            CHECK_EQ(fake.state, from);
        }
    }
}

static void test_shift_orders(void) {
    fake_t fake = { .devices = 1, .device = { { 0x41111043, 8, 0, 0, 0, 1 } } };
    jtag_bitbang_t bitbang;
    tap_t tap;
    fake_open(&fake, &bitbang, &tap);
    CHECK_OK(tap_scan(&tap));
    CHECK_OK(tap_ir(&tap, FAKE_DATA));
    CHECK_EQ(fake.device[0].ir, FAKE_DATA);
    // 64 bits in, read back while others go in; odd lengths, both orders, in parts.
    const uint8_t out[8] = { 0x01, 0x80, 0xa5, 0x3c, 0xff, 0x00, 0x12, 0x34 };
    uint8_t in[8];
    CHECK_OK(tap_dr(&tap, out, NULL, 64, 0));
    CHECK_OK(tap_dr(&tap, NULL, in, 64, 0));
    CHECK(memcmp(in, out, 8) == 0);
    CHECK_EQ(fake.device[0].dr, UINT64_MAX);
    CHECK_OK(tap_dr(&tap, out, NULL, 64, JTAG_OP_MSB_FIRST));
    CHECK_OK(tap_dr(&tap, NULL, in, 64, 0));
    CHECK_EQ(in[0], 0x80);
    CHECK_EQ(in[1], 0x01);
    CHECK_OK(tap_dr(&tap, out, NULL, 64, JTAG_OP_MSB_FIRST));
    CHECK_OK(tap_dr(&tap, in, in, 64, JTAG_OP_MSB_FIRST));
    CHECK(memcmp(in, out, 8) == 0);
    CHECK_OK(tap_dr_begin(&tap, true));
    memset(in, 0xff, sizeof(in));
    CHECK_OK(tap_shift(&tap, NULL, in, 3, 0));
    CHECK_EQ(in[0] & ~7, 0);
    CHECK_EQ(tap_shift(&tap, NULL, in, 0, 0), LX_EINVAL);
    CHECK_OK(tap_shift(&tap, NULL, in, 13, JTAG_OP_MSB_FIRST));
    CHECK_EQ(in[1] & 7, 0);
    CHECK_OK(tap_dr_end(&tap, NULL, NULL, 0, 0));
    CHECK_EQ(tap.state, TAP_IDLE);
    CHECK_EQ(fake.state, TAP_IDLE);
    CHECK_EQ(tap_shift(&tap, NULL, in, 8, 0), LX_EBUSY);
    CHECK_EQ(tap_dr(&tap, NULL, in, 0, 0), LX_EINVAL);
}

static void test_chains(void) {
    // An ECP5 at each place of chains of up to 16, neighbours with and without an id.
    static const fake_device_t kinds[] = {
        { 0x4ba00477, 4, 0, 0, 0, 1 }, { 0, 5, 0, 0, 0, 1 }, { 0x0362d093, 6, 0, 0, 0, 1 },
        { 0x12345671, 11, 0, 0, 0, 1 },
    };
    for (unsigned devices = 1; devices <= TAP_CHAIN_MAX; devices += devices < 4 ? 1 : 6) {
        for (unsigned place = 0; place < devices; place++) {
            fake_t fake = { .devices = devices };
            jtag_bitbang_t bitbang;
            tap_t tap;
            unsigned unknown = 0;
            for (unsigned i = 0; i < devices; i++) {
                fake.device[i] = kinds[(i + place) % 4];
                unknown += i != place && ((i + place) % 4 == 1 || (i + place) % 4 == 3);
            }
            fake.device[place] = (fake_device_t) { 0x41111043, 8, 0, 0, 0, 1 };
            fake_open(&fake, &bitbang, &tap);
            CHECK_OK(tap_scan(&tap));
            CHECK_EQ(tap.devices, devices);
            CHECK_EQ(fake.state, TAP_RESET);
            for (unsigned i = 0; i < devices; i++) {
                CHECK_EQ(tap.chain[i].idcode, fake.device[i].idcode);
                if (unknown < 2) {
                    CHECK_EQ(tap.chain[i].ir_bits, fake.device[i].ir_bits);
                } else if (tap.chain[i].ir_bits == 0) {
                    CHECK_EQ(tap_select(&tap, place), LX_EIRLENGTH);
                }
            }
            for (unsigned i = 0; i < devices; i++) {
                CHECK_OK(tap_set_ir_bits(&tap, i, fake.device[i].ir_bits));
            }
            CHECK_OK(tap_select(&tap, place));
            CHECK_OK(tap_ir(&tap, FAKE_DATA));
            for (unsigned i = 0; i < devices; i++) {
                uint32_t bypass = (1u << fake.device[i].ir_bits) - 1;
                CHECK_EQ(fake.device[i].ir, i == place ? FAKE_DATA : bypass);
            }
            const uint8_t out[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
            uint8_t in[8];
            CHECK_OK(tap_dr(&tap, out, NULL, 64, 0));
            CHECK_EQ(fake.device[place].dr, 0x0807060504030201);
            CHECK_OK(tap_dr(&tap, out, in, 64, 0));
            CHECK(memcmp(in, out, 8) == 0);
            CHECK_EQ(fake.device[place].dr, 0x0807060504030201);
        }
    }
}

static void test_bad_chains(void) {
    jtag_bitbang_t bitbang;
    tap_t tap;
    for (int level = 0; level < 2; level++) {
        fake_t fake = { .devices = 1, .device = { { 0x41111043, 8, 0, 0, 0, 1 } } };
        fake_open(&fake, &bitbang, &tap);
        fake.stuck = level;
        CHECK_EQ(tap_scan(&tap), LX_ENODEV);
        CHECK_EQ(tap.devices, 0);
        CHECK_EQ(tap_ir(&tap, 1), LX_EBUSY);
        CHECK_EQ(tap_dr(&tap, NULL, NULL, 1, 0), LX_EBUSY);
        CHECK_EQ(tap_check(&tap, 1), LX_EBUSY);
        CHECK_EQ(tap_select(&tap, 0), LX_EINVAL);
        CHECK_EQ(tap_set_ir_bits(&tap, 0, 8), LX_EINVAL);
    }
    fake_t longer = { .devices = TAP_CHAIN_MAX + 1 };
    for (unsigned i = 0; i < longer.devices; i++) {
        longer.device[i] = (fake_device_t) { 0x41111043, 8, 0, 0, 0, 1 };
    }
    fake_open(&longer, &bitbang, &tap);
    CHECK_EQ(tap_scan(&tap), LX_EOVERFLOW);
    fake_t noisy = { .devices = 2, .device = { { 0x41111043, 8, 0, 0, 0, 1 }, { 0x4ba00477, 4, 0, 0, 0, 1 } } };
    noisy.noise = 20;
    unsigned chains = 0;
    for (unsigned i = 0; i < 100; i++) {
        fake_open(&noisy, &bitbang, &tap);
        noisy.seed = i + 1;
        int status = tap_scan(&tap);
        CHECK(status == LX_OK || status == LX_ECHAIN || status == LX_EOVERFLOW);
        chains += status == LX_OK;
    }
    CHECK(chains < 10);
    // Two devices that the table does not know.
    fake_t strange = { .devices = 2, .device = { { 0x12345671, 5, 0, 0, 0, 1 }, { 0x12345673, 7, 0, 0, 0, 1 } } };
    fake_open(&strange, &bitbang, &tap);
    CHECK_OK(tap_scan(&tap));
    CHECK_EQ(tap_select(&tap, 0), LX_EIRLENGTH);
    CHECK_EQ(tap_set_ir_bits(&tap, 0, 1), LX_EINVAL);
    CHECK_EQ(tap_set_ir_bits(&tap, 0, 33), LX_EINVAL);
}

static void test_errors_pass(void) {
    // A transport that stops, at every clock of a scan and a few accesses.
    fake_t fake = { .devices = 2, .device = { { 0x41111043, 8, 0, 0, 0, 1 }, { 0x12345671, 9, 0, 0, 0, 1 } } };
    jtag_bitbang_t bitbang;
    tap_t tap;
    unsigned clocks = 3000;
    for (unsigned stop = 1; stop < clocks; stop += stop < 200 ? 1 : 97) {
        fake.fail_after = 0;
        fake_open(&fake, &bitbang, &tap);
        fake.clocks = 0;
        fake.fail_after = stop;
        uint8_t in[8];
        int status = tap_scan(&tap);
        if (status == LX_OK) {
            status = tap_select(&tap, 0);
        }
        if (status == LX_OK) {
            status = tap_ir(&tap, 5);
        }
        if (status == LX_OK) {
            status = tap_dr(&tap, in, in, 60, 0);
        }
        if (status == LX_OK) {
            status = tap_run(&tap, 100000, 0);
        }
        CHECK_EQ(status, LX_EINTR);
    }
    jtag_op_t op = { .bits = 0 };
    CHECK_EQ(jtag_bitbang_ops.submit(&bitbang, &op), LX_EINVAL);
    op = (jtag_op_t) { .bits = 33, .flags = JTAG_OP_TMS_VECTOR };
    CHECK_EQ(jtag_bitbang_ops.submit(&bitbang, &op), LX_EINVAL);
}

static void test_run(void) {
    fake_t fake = { .devices = 1, .device = { { 0x41111043, 8, 0, 0, 0, 1 } } };
    jtag_bitbang_t bitbang;
    tap_t tap;
    fake_open(&fake, &bitbang, &tap);
    CHECK_OK(tap_reset(&tap));
    CHECK_OK(tap_run(&tap, 100, 0));
    CHECK_EQ(fake.idle_clocks, 100);
    fake.idle_clocks = 0;
    CHECK_OK(tap_run(&tap, 10, 4)); // 25 MHz is assumed
    CHECK_EQ(fake.idle_clocks, 100);
    tap.freq_hz = 1000000;
    fake.idle_clocks = 0;
    CHECK_OK(tap_run(&tap, 10, 4000));
    CHECK_EQ(fake.idle_clocks, 4000);
    tap.transport.ops = &jtag_bitbang_timed_ops;
    fake.us_per_clock = 3;
    fake.idle_clocks = 0;
    CHECK_OK(tap_run(&tap, 10, 4000));
    CHECK(fake.idle_clocks >= 4000 / 3 && fake.idle_clocks < 4000 / 3 + 130);
    // A clock that stands still.
    fake.us_per_clock = 0;
    fake.idle_clocks = 0;
    CHECK_OK(tap_run(&tap, 10, 4000));
    CHECK(fake.idle_clocks >= 4000 && fake.idle_clocks < 17000);
}

static void test_frequency(void) {
    fake_t fake = { .devices = 1, .device = { { 0x41111043, 8, 0, 0, 0, 1 } } };
    jtag_bitbang_t bitbang;
    tap_t tap;
    fake_open(&fake, &bitbang, &tap);
    CHECK_OK(tap_set_freq(&tap, 1000000));
    CHECK_EQ(tap.freq_hz, 0);
    CHECK_EQ(tap_set_freq(&tap, 0), LX_EINVAL);
    CHECK_EQ(tap_calibrate(&tap, 1000, 2000), LX_ENOTSUP);
    CHECK_EQ(tap_calibrate(&tap, 0, 2000), LX_EINVAL);
    CHECK_EQ(tap_calibrate(&tap, 2000, 1000), LX_EINVAL);

    vboard_t *board = vboard_new("LFE5U-25F", "W25Q128", "fast-tck=12000000");
    tap_init(&tap, vboard_transport(board, true));
    CHECK_OK(tap_calibrate(&tap, 1000000, 25000000));
    CHECK(tap.freq_hz > 8000000 && tap.freq_hz <= 9000000);
    CHECK_OK(tap_calibrate(&tap, 1000000, 11000000));
    CHECK_EQ(tap.freq_hz, 11000000);
    CHECK_OK(tap_set_freq(&tap, 20000000));
    int status = tap_scan(&tap);
    CHECK(status == LX_OK || status == LX_ECHAIN || status == LX_ENODEV);
    CHECK(status != LX_OK || tap.chain[0].idcode != 0x41111043);
    vboard_free(board);
}

static void test_texts(void) {
    for (int status = -120; status <= 1; status++) {
        CHECK(strlen(status_text(status)) > 3);
    }
    CHECK(strcmp(status_text(0), "no error") == 0);
    CHECK(strcmp(status_text(-120), "unknown error") == 0);
    CHECK_EQ(crc32_update(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
}

const test_t tests_tap[] = {
    TEST(test_paths), TEST(test_go), TEST(test_shift_orders), TEST(test_chains), TEST(test_bad_chains),
    TEST(test_errors_pass), TEST(test_run), TEST(test_frequency), TEST(test_texts), { NULL, NULL },
};
