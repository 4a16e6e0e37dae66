// SPDX-License-Identifier: MIT
//
// sfdp.c with tables of real chips (typed from their data sheets), old revisions and damaged ones.

#include "flash/sfdp.h"
#include "tests/runner.h"

typedef struct {
    uint8_t data[1024];
    unsigned reads;
    unsigned fail_at;
} space_t;

static int read_space(void *ctx, uint32_t address, uint8_t *data, size_t length) {
    space_t *space = ctx;
    if (++space->reads == space->fail_at) {
        return LX_EIO;
    }
    for (size_t i = 0; i < length; i++) {
        data[i] = address + i < sizeof(space->data) ? space->data[address + i] : 0xff;
    }
    return LX_OK;
}

static int parse(sfdp_t *sfdp, space_t *space) {
    const sfdp_source_t source = { .read = read_space, .ctx = space };
    return sfdp_parse(sfdp, &source);
}

static void words(space_t *space, unsigned at, const uint32_t *from, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        for (unsigned byte = 0; byte < 4; byte++) {
            space->data[at + 4 * i + byte] = from[i] >> 8 * byte;
        }
    }
}

// W25Q128JV, data sheet revision F, "SFDP register".
static const uint32_t w25q128_header[] = { 0x50444653, 0xff000105, 0x10010500, 0xff000080 };
static const uint32_t w25q128_basic[16] = {
    0xfff920e5, 0x07ffffff, 0x6b08eb44, 0xbb423b08, 0xfffffffe, 0x0000ffff, 0xeb40ffff, 0x520f200c,
    0x0000d810, 0x00a60236, 0xb314ea82, 0x337663e9, 0x757a757a, 0x5cd5a2f7, 0xff4df719, 0xa5f970e9,
};

static void make_w25q128(space_t *space) {
    memset(space, 0, sizeof(*space));
    memset(space->data, 0xff, sizeof(space->data));
    words(space, 0, w25q128_header, 4);
    words(space, 0x80, w25q128_basic, 16);
}

static void test_winbond(void) {
    space_t space;
    sfdp_t sfdp;
    make_w25q128(&space);
    CHECK_OK(parse(&sfdp, &space));
    CHECK_EQ(sfdp.size_bytes, 16 << 20);
    CHECK_EQ(sfdp.page_bytes, 256);
    CHECK_EQ(sfdp.erase[0].bytes, 4096);
    CHECK_EQ(sfdp.erase[0].opcode, 0x20);
    CHECK_EQ(sfdp.erase[1].bytes, 32768);
    CHECK_EQ(sfdp.erase[1].opcode, 0x52);
    CHECK_EQ(sfdp.erase[2].bytes, 65536);
    CHECK_EQ(sfdp.erase[2].opcode, 0xd8);
    CHECK_EQ(sfdp.erase[3].bytes, 0);
    // 0x00a60236: type 1 (1 + 3) * 16 ms, multiplier 2 * (6 + 1).
    CHECK_EQ(sfdp.erase[0].typical_us, 64000);
    CHECK_EQ(sfdp.erase[0].maximum_us, 14 * 64000);
    // 0xb314ea82: page 2^8, (10 + 1) * 64 us, 2 * (2 + 1).
    CHECK_EQ(sfdp.program_typical_us, 704);
    CHECK_EQ(sfdp.program_maximum_us, 6 * 704);
    CHECK_EQ(sfdp.quad, SFDP_QUAD_SR2_BIT1);
    CHECK(sfdp.address3 && !sfdp.address4);
}

static void test_old(void) {
    // The first revision has nine words and says nothing of times.
    space_t space;
    sfdp_t sfdp;
    make_w25q128(&space);
    space.data[8 + 3] = 9;
    CHECK_OK(parse(&sfdp, &space));
    CHECK_EQ(sfdp.erase[0].typical_us, 0);
    CHECK_EQ(sfdp.program_typical_us, 0);
    CHECK_EQ(sfdp.page_bytes, 256);
    CHECK_EQ(sfdp.quad, SFDP_QUAD_UNKNOWN);
    // 4 KiB erase only in the first word.
    memset(space.data + 0x80 + 28, 0, 8);
    CHECK_OK(parse(&sfdp, &space));
    CHECK_EQ(sfdp.erase[0].bytes, 4096);
    CHECK_EQ(sfdp.erase[0].opcode, 0x20);
    space.data[8 + 3] = 8;
    CHECK_EQ(parse(&sfdp, &space), LX_ENOTSUP);
}

static void test_four_byte(void) {
    space_t space;
    sfdp_t sfdp;
    make_w25q128(&space);
    space.data[6] = 1; // one more header
    const uint32_t header[] = { 0x02010084, 0xff0000c0 };
    const uint32_t table[] = { 0xffffffff & ~(1u << 10), 0xdc5c2321 };
    words(&space, 16, header, 2);
    words(&space, 0xc0, table, 2);
    const uint32_t large[] = { 0x8000001c }; // 2^28 bits
    words(&space, 0x84, large, 1);
    CHECK_OK(parse(&sfdp, &space));
    CHECK_EQ(sfdp.size_bytes, 32 << 20);
    CHECK(sfdp.read4 && sfdp.program4);
    CHECK_EQ(sfdp.erase[0].opcode4, 0x21);
    CHECK_EQ(sfdp.erase[1].opcode4, 0);
    CHECK_EQ(sfdp.erase[2].opcode4, 0x5c);
    space.data[16 + 3] = 1;
    CHECK_OK(parse(&sfdp, &space));
    CHECK(!sfdp.read4);
}

static void test_damaged(void) {
    space_t space;
    sfdp_t sfdp;
    make_w25q128(&space);
    space.data[0] = 'X';
    CHECK_EQ(parse(&sfdp, &space), LX_ENOTSUP);
    make_w25q128(&space);
    space.data[5] = 2;
    CHECK_EQ(parse(&sfdp, &space), LX_ENOTSUP);
    static const uint32_t densities[] = { 0, 0xffffffff, 0x80000001, 0x80000002, 0x80000050, 0x07fffffe, 0x00000fff };
    for (unsigned i = 0; i < sizeof(densities) / sizeof(densities[0]); i++) {
        make_w25q128(&space);
        words(&space, 0x84, &densities[i], 1);
        CHECK_EQ(parse(&sfdp, &space), LX_ENOTSUP);
    }
    // Each byte of it may be anything: no crash, and what is accepted makes sense.
    uint32_t seed = 5;
    for (unsigned i = 0; i < 20000; i++) {
        make_w25q128(&space);
        for (unsigned changes = 0; changes < 3; changes++) {
            unsigned at = random_word(&seed) % 96;
            space.data[at < 24 ? at : 0x80 + at - 24] = random_word(&seed);
        }
        if (parse(&sfdp, &space) == LX_OK) {
            CHECK((sfdp.size_bytes & (sfdp.size_bytes - 1)) == 0 && sfdp.size_bytes >= 65536);
            CHECK(sfdp.page_bytes >= 8 && sfdp.page_bytes <= 4096);
        }
    }
    for (unsigned fail = 1; fail < 5; fail++) {
        make_w25q128(&space);
        space.data[6] = 1;
        const uint32_t header[] = { 0x02010084, 0xff0000c0 };
        words(&space, 16, header, 2);
        space.fail_at = fail;
        CHECK_EQ(parse(&sfdp, &space), LX_EIO);
    }
}

// A sector map with two detection commands and four configurations, as an S25FS128S has.
typedef struct {
    uint8_t cr3;
    uint8_t cr1;
    unsigned commands;
    int status;
} registers_t;

static registers_t registers;

static int detect(void *ctx, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy_clocks,
    uint8_t *byte) {
    (void)ctx;
    CHECK_EQ(opcode, 0x65);
    CHECK_EQ(address_bytes, 3);
    CHECK_EQ(dummy_clocks, SFDP_DUMMY_VARIABLE);
    registers.commands++;
    *byte = address == 4 ? registers.cr3 : registers.cr1;
    return registers.status;
}

static void test_sector_map(void) {
    static const uint32_t header[] = { 0x10000081, 0xff0000e0 };
    static const uint32_t map[16] = {
        0x08ff65fc, 4, // CR3 bit 3: uniform
        0x04ff65fd, 2, // CR1 bit 2: small sectors at the top
        0xff0200fe, 0x00007ff1, 0x00007ff4, 0x00fefff4, // 0: bottom
        0xff0201fe, 0x00fefff4, 0x00007ff4, 0x00007ff1, // 1: top
        0xff0002fe, 0x00fffff4, // 2: uniform
        0xff0003ff, 0x00fffff4, // 3: uniform
    };
    static const unsigned regions[4] = { 3, 3, 1, 1 };
    space_t space;
    sfdp_t sfdp;
    make_w25q128(&space);
    space.data[6] = 1;
    words(&space, 16, header, 2);
    words(&space, 0xe0, map, 16);
    const sfdp_source_t source = { .read = read_space, .detect = detect, .ctx = &space };
    for (unsigned i = 0; i < 4; i++) {
        registers = (registers_t) { .cr3 = i & 2 ? 0x08 : 0xf7, .cr1 = i & 1 ? 0x04 : 0xfb };
        CHECK_OK(sfdp_parse(&sfdp, &source));
        CHECK_EQ(registers.commands, 2);
        CHECK(!sfdp.map_unclear);
        CHECK_EQ(sfdp.regions, regions[i]);
        uint32_t sum = 0;
        for (unsigned region = 0; region < sfdp.regions; region++) {
            sum += sfdp.region[region].bytes;
        }
        CHECK_EQ(sum, 16 << 20);
        CHECK_EQ(sfdp.region[0].erases, i == 0 ? 1 : 4);
        CHECK_EQ(sfdp.region[0].bytes, i == 0 ? 0x8000 : i == 1 ? 0xff0000 : 16 << 20);
    }
    // It cannot be asked, the answer fails, no map is its configuration's, the table ends in a map.
    CHECK_OK(parse(&sfdp, &space));
    CHECK(sfdp.map_unclear);
    CHECK_EQ(sfdp.regions, 0);
    registers = (registers_t) { .status = LX_EIO };
    CHECK_EQ(sfdp_parse(&sfdp, &source), LX_EIO);
    registers = (registers_t) { .status = LX_ENOTSUP };
    CHECK_OK(sfdp_parse(&sfdp, &source));
    CHECK(sfdp.map_unclear);
    registers = (registers_t) { 0 };
    space.data[0xe0 + 17] = 7;
    CHECK_OK(sfdp_parse(&sfdp, &source));
    CHECK(sfdp.map_unclear);
    space.data[0xe0 + 17] = 0;
    space.data[19] = 6;
    CHECK_OK(sfdp_parse(&sfdp, &source));
    CHECK(sfdp.map_unclear);
}

const test_t tests_sfdp[] = {
    TEST(test_winbond), TEST(test_old), TEST(test_four_byte), TEST(test_damaged), TEST(test_sector_map), { NULL, NULL },
};
