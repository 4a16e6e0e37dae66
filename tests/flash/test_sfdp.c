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
    CHECK_OK(sfdp_parse(&sfdp, read_space, &space));
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
    CHECK_OK(sfdp_parse(&sfdp, read_space, &space));
    CHECK_EQ(sfdp.erase[0].typical_us, 0);
    CHECK_EQ(sfdp.program_typical_us, 0);
    CHECK_EQ(sfdp.page_bytes, 256);
    CHECK_EQ(sfdp.quad, SFDP_QUAD_UNKNOWN);
    // 4 KiB erase only in the first word.
    memset(space.data + 0x80 + 28, 0, 8);
    CHECK_OK(sfdp_parse(&sfdp, read_space, &space));
    CHECK_EQ(sfdp.erase[0].bytes, 4096);
    CHECK_EQ(sfdp.erase[0].opcode, 0x20);
    space.data[8 + 3] = 8;
    CHECK_EQ(sfdp_parse(&sfdp, read_space, &space), LX_ENOTSUP);
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
    CHECK_OK(sfdp_parse(&sfdp, read_space, &space));
    CHECK_EQ(sfdp.size_bytes, 32 << 20);
    CHECK(sfdp.read4 && sfdp.program4);
    CHECK_EQ(sfdp.erase[0].opcode4, 0x21);
    CHECK_EQ(sfdp.erase[1].opcode4, 0);
    CHECK_EQ(sfdp.erase[2].opcode4, 0x5c);
    space.data[16 + 3] = 1;
    CHECK_OK(sfdp_parse(&sfdp, read_space, &space));
    CHECK(!sfdp.read4);
}

static void test_damaged(void) {
    space_t space;
    sfdp_t sfdp;
    make_w25q128(&space);
    space.data[0] = 'X';
    CHECK_EQ(sfdp_parse(&sfdp, read_space, &space), LX_ENOTSUP);
    make_w25q128(&space);
    space.data[5] = 2;
    CHECK_EQ(sfdp_parse(&sfdp, read_space, &space), LX_ENOTSUP);
    static const uint32_t densities[] = { 0, 0xffffffff, 0x80000001, 0x80000002, 0x80000050, 0x07fffffe, 0x00000fff };
    for (unsigned i = 0; i < sizeof(densities) / sizeof(densities[0]); i++) {
        make_w25q128(&space);
        words(&space, 0x84, &densities[i], 1);
        CHECK_EQ(sfdp_parse(&sfdp, read_space, &space), LX_ENOTSUP);
    }
    // Each byte of it may be anything: no crash, and what is accepted makes sense.
    uint32_t seed = 5;
    for (unsigned i = 0; i < 20000; i++) {
        make_w25q128(&space);
        for (unsigned changes = 0; changes < 3; changes++) {
            unsigned at = random_word(&seed) % 96;
            space.data[at < 24 ? at : 0x80 + at - 24] = random_word(&seed);
        }
        if (sfdp_parse(&sfdp, read_space, &space) == LX_OK) {
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
        CHECK_EQ(sfdp_parse(&sfdp, read_space, &space), LX_EIO);
    }
}

const test_t tests_sfdp[] = {
    TEST(test_winbond), TEST(test_old), TEST(test_four_byte), TEST(test_damaged), { NULL, NULL },
};
