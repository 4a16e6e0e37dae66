// SPDX-License-Identifier: MIT
//
// soc/csr.h and csr.c: every width, against a bus that splits registers into words on its own.

#include <string.h>

#include "harness.h"
#include "mock.h"

static const uint64_t pattern = UINT64_C(0xfedcba9876543210);

static uint64_t low_bits(uint64_t value, unsigned bits) {
    return bits < 64 ? value & ((UINT64_C(1) << bits) - 1) : value;
}

static void csr_32_bits_round_trip(void) {
    for (unsigned bits = 1; bits <= 32; bits++) {
        mock_reset();
        mock_reg_t *reg = mock_add(bits, CSR_ACCESS_RW);
        uint32_t value = low_bits(0x9abcdef1, bits);
        csr_write(reg->reg, value);
        CHECK_EQ(mock_get(reg), value);
        CHECK_EQ(csr_read(reg->reg), value);
        CHECK_EQ(reg->writes, reg->reg.words);
        CHECK_EQ(reg->reads, reg->reg.words);
    }
}

static void csr_64_bits_round_trip(void) {
    for (unsigned bits = 1; bits <= 64; bits++) {
        mock_reset();
        mock_reg_t *reg = mock_add(bits, CSR_ACCESS_RW);
        csr_write64(reg->reg, low_bits(pattern, bits));
        CHECK_EQ(mock_get(reg), low_bits(pattern, bits));
        CHECK_EQ(csr_read64(reg->reg), low_bits(pattern, bits));
    }
}

static unsigned cycles_per_count;

static void count(void *arg) {
    if (mock_cycles % cycles_per_count == 0) {
        mock_set(arg, mock_get(arg) + 1);
    }
}

static void csr_moving_status_is_of_one_moment(void) {
    for (cycles_per_count = 1; cycles_per_count < 8; cycles_per_count++) {
        mock_reset();
        mock_reg_t *reg = mock_add(32, CSR_ACCESS_RO);
        mock_add_ticker(count, reg);
        mock_set(reg, 0x00fff000);
        for (unsigned i = 0; i < 1000; i++) {
            uint64_t before = mock_get(reg);
            uint32_t value = csr_read_moving(reg->reg);
            CHECK(before <= value && value <= mock_get(reg));
            mock_step(1);
        }
    }
    // At rest it costs one reading more at most.
    mock_reset();
    mock_reg_t *rests = mock_add(32, CSR_ACCESS_RO);
    mock_set(rests, 0x12345678);
    CHECK_EQ(csr_read_moving(rests->reg), 0x12345678);
    CHECK_EQ(rests->reads, TEST_DATA_WIDTH < 32 ? 2 * rests->reg.words : 1);
}

static uint64_t read_restless(mock_reg_t *reg) {
    return mock_get(reg) + 0x01010101;
}

static void csr_moving_status_that_never_rests(void) {
    mock_reset();
    mock_reg_t *reg = mock_add(32, CSR_ACCESS_RO);
    reg->on_read = read_restless;
    csr_read_moving(reg->reg);
    CHECK(reg->reads < 100);
}

static uint64_t written;

static void note_write(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    written = value;
}

static void csr_write_ends_with_the_word_that_acts(void) {
    // The core acts on the word with the highest address: it must see all the others by then.
    mock_reset();
    mock_reg_t *narrow = mock_add(32, CSR_ACCESS_RW);
    mock_reg_t *wide = mock_add(64, CSR_ACCESS_RW);
    mock_reg_t *bytes = mock_add(64, CSR_ACCESS_RW);
    narrow->on_write = wide->on_write = bytes->on_write = note_write;
    csr_write(narrow->reg, 0x12345678);
    CHECK_EQ(written, 0x12345678);
    csr_write64(wide->reg, pattern);
    CHECK_EQ(written, pattern);
    uint8_t data[8];
    for (unsigned i = 0; i < 8; i++) {
        data[i] = pattern >> (8 * i);
    }
    written = 0;
    csr_write_bytes(bytes->reg, data, sizeof(data));
    CHECK_EQ(written, pattern);
}

static void csr_bytes_of_any_width(void) {
    for (unsigned bits = 8; bits <= 128; bits += 8) {
        for (size_t n = 0; n <= 20; n++) {
            mock_reset();
            mock_reg_t *reg = mock_add(bits, CSR_ACCESS_RW);
            uint8_t data[20];
            uint8_t back[20];
            for (unsigned i = 0; i < sizeof(data); i++) {
                data[i] = 0xa0 + i;
            }
            memset(reg->value, 0x55, bits / 8);
            csr_write_bytes(reg->reg, data, n);
            for (unsigned i = 0; i < bits / 8; i++) {
                CHECK_EQ(reg->value[i], i < n ? data[i] : 0);
            }
            memset(back, 0xee, sizeof(back));
            csr_read_bytes(reg->reg, back, n);
            for (unsigned i = 0; i < sizeof(back); i++) {
                CHECK_EQ(back[i], i >= n ? 0xee : i < bits / 8 ? data[i] : 0);
            }
        }
    }
}

static void csr_low_bits_of_a_wide_register(void) {
    for (unsigned bits = 32; bits <= 128; bits += 32) {
        mock_reset();
        mock_reg_t *reg = mock_add(bits, CSR_ACCESS_RO);
        for (unsigned i = 0; i < bits / 8; i++) {
            reg->value[i] = 0xa0 + i;
        }
        csr_reg_t low = csr_low32(reg->reg);
        CHECK_EQ(csr_bits(low), 32);
        CHECK_EQ(csr_read(low), 0xa3a2a1a0);
        CHECK_EQ(csr_bytes(reg->reg), bits / 8);
    }
}

static void csr_bits_falls_back_to_the_words(void) {
    csr_reg_t reg = {0xf0000000, 2, CSR_ACCESS_RO, 0};
    CHECK_EQ(csr_bits(reg), 2 * TEST_DATA_WIDTH);
    reg.bits = 5;
    CHECK_EQ(csr_bits(reg), 5);
    CHECK(csr_present(reg));
    reg.words = 0;
    CHECK(!csr_present(reg));
}

const test_t tests_csr[] = {
    TEST(csr_32_bits_round_trip),
    TEST(csr_64_bits_round_trip),
    TEST(csr_moving_status_is_of_one_moment),
    TEST(csr_moving_status_that_never_rests),
    TEST(csr_write_ends_with_the_word_that_acts),
    TEST(csr_bytes_of_any_width),
    TEST(csr_low_bits_of_a_wide_register),
    TEST(csr_bits_falls_back_to_the_words),
    {NULL, NULL},
};
