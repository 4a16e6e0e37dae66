// SPDX-License-Identifier: MIT
//
// The pool of entropy: what it credits, that nothing comes out before, that nothing comes out twice.

#include <stdbool.h>
#include <string.h>

#include "random/pool.h"
#include "tests/runner.h"

static pool_t pool;

static void start(void) {
    memset(&pool, 0, sizeof(pool));
}

static bool is_filled(const uint8_t *data, size_t n, uint8_t with) {
    for (size_t i = 0; i < n; i++) {
        if (data[i] != with) {
            return false;
        }
    }
    return true;
}

static void nothing_before_256_bits(void) {
    start();
    uint8_t out[64];
    memset(out, 0xaa, sizeof(out));
    uint32_t word = 1;
    for (unsigned i = 0; i < 31; i++) {
        pool_add(&pool, &word, sizeof(word), 8);
        CHECK(!pool_read(&pool, out, sizeof(out)));
        CHECK_EQ(pool_bits(&pool), 8 * (i + 1));
    }
    CHECK(is_filled(out, sizeof(out), 0xaa));
    pool_add(&pool, &word, sizeof(word), 8);
    CHECK(pool_read(&pool, out, sizeof(out)));
    CHECK(!is_filled(out, 8, 0xaa));
    // It stays so.
    CHECK(pool_read(&pool, out, sizeof(out)));
    CHECK_EQ(pool_bits(&pool), 256);
}

static void credit_does_not_overflow(void) {
    start();
    pool_add(&pool, "x", 1, UINT32_MAX);
    CHECK_EQ(pool_bits(&pool), 256);
    pool_add(&pool, "x", 1, UINT32_MAX);
    CHECK_EQ(pool_bits(&pool), 256);
}

static void outputs_differ_and_follow_from_all_input(void) {
    uint8_t first[100], second[100], other[100];
    start();
    pool_add(&pool, "abc", 3, 256);
    CHECK(pool_read(&pool, first, sizeof(first)));
    CHECK(pool_read(&pool, second, sizeof(second)));
    CHECK(memcmp(first, second, sizeof(first)) != 0);
    for (size_t i = 0; i + 64 <= sizeof(first); i += 32) {
        CHECK(memcmp(first + i, first + i + 32, 32) != 0);
    }
    start();
    pool_add(&pool, "abc", 3, 256);
    CHECK(pool_read(&pool, other, sizeof(other)));
    CHECK_EQ(memcmp(first, other, sizeof(first)), 0);
    // One bit of input, with or without credit, changes the output.
    start();
    pool_add(&pool, "abb", 3, 0);
    pool_add(&pool, "abc", 3, 256);
    CHECK(pool_read(&pool, other, sizeof(other)));
    CHECK(memcmp(first, other, sizeof(first)) != 0);
}

// Who reads the memory after an output cannot make that output again.
static void key_is_replaced(void) {
    start();
    pool_add(&pool, "abc", 3, 256);
    uint8_t key[sizeof(pool.key)];
    memcpy(key, pool.key, sizeof(key));
    uint8_t out[1];
    CHECK(pool_read(&pool, out, sizeof(out)));
    CHECK(memcmp(key, pool.key, sizeof(key)) != 0);
    // No output is the key that follows.
    uint8_t block[32];
    CHECK(pool_read(&pool, block, sizeof(block)));
    CHECK(memcmp(block, pool.key, sizeof(block)) != 0);
}

static void a_rhythm_is_worth_nothing(void) {
    start();
    for (uint32_t i = 0; i < 1000; i++) {
        pool_event(&pool, i * 8680); // characters at 115,200 baud
        if (i % 10 == 0) {
            CHECK_EQ(pool_bits(&pool), 0);
        }
    }
    // Nor one that a driver's polling blurs, nor one that gets steadily slower.
    start();
    for (uint32_t i = 0; i < 1000; i++) {
        pool_event(&pool, i * 8680 + i % 7 * 5);
    }
    CHECK_EQ(pool_bits(&pool), 0);
    start();
    for (uint32_t i = 0; i < 1000; i++) {
        pool_event(&pool, i * i * 100);
    }
    CHECK_EQ(pool_bits(&pool), 0);
}

static void irregular_events_count_a_bit_each(void) {
    start();
    uint32_t seed = 1;
    uint32_t time = 0;
    uint32_t bits = 0;
    for (unsigned i = 0; i < 100; i++) {
        time += 100000 + random_word(&seed) % 1000000;
        pool_event(&pool, time);
        uint32_t now = pool_bits(&pool);
        CHECK(now - bits <= 1);
        bits = now;
        CHECK(i >= POOL_HISTORY || bits == 0);
    }
    CHECK(bits > 80 && bits <= 97);
}

static void a_burst_counts_as_far_as_the_ring_holds_it(void) {
    start();
    uint32_t seed = 1;
    uint32_t time = 0;
    for (unsigned i = 0; i < 1000; i++) {
        time += 100000 + random_word(&seed) % 1000000;
        pool_event(&pool, time);
    }
    CHECK_EQ(pool_bits(&pool), POOL_EVENTS);
    CHECK_EQ(pool_bits(&pool), POOL_EVENTS);
}

static void times_go_into_the_output(void) {
    uint8_t outputs[2][32];
    for (uint32_t i = 0; i < 2; i++) {
        start();
        pool_event(&pool, 1000 + i);
        pool_add(&pool, NULL, 0, 256);
        CHECK(pool_read(&pool, outputs[i], 32));
    }
    CHECK(memcmp(outputs[0], outputs[1], 32) != 0);
}

static void seeds(void) {
    start();
    uint8_t next[2][SHA256_BYTES];
    pool_seed(&pool, "0123456789", 10, next[0]);
    // Without credit until the caller has stored the next one.
    CHECK_EQ(pool_bits(&pool), 0);
    uint8_t out[32];
    CHECK(!pool_read(&pool, out, sizeof(out)));
    pool_add(&pool, NULL, 0, 256);
    CHECK(pool_read(&pool, out, sizeof(out)));
    CHECK(memcmp(out, next[0], sizeof(out)) != 0);
    start();
    pool_seed(&pool, next[0], sizeof(next[0]), next[1]);
    CHECK(memcmp(next[0], next[1], sizeof(next[0])) != 0);
    CHECK(memcmp(pool.key, next[1], sizeof(next[1])) != 0);
}

int main(int argc, char **argv) {
    static const test_t tests[] = {
        TEST(nothing_before_256_bits),
        TEST(credit_does_not_overflow),
        TEST(outputs_differ_and_follow_from_all_input),
        TEST(key_is_replaced),
        TEST(a_rhythm_is_worth_nothing),
        TEST(irregular_events_count_a_bit_each),
        TEST(a_burst_counts_as_far_as_the_ring_holds_it),
        TEST(times_go_into_the_output),
        TEST(seeds),
        { NULL, NULL },
    };
    static const test_t *const groups[] = { tests };
    return runner_main(groups, 1, argc, argv);
}
