// SPDX-License-Identifier: MIT
//
// A small harness: tests are functions in a table; a failed check ends that test with a message, and the next one
// runs.

#ifndef HARNESS_H
#define HARNESS_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    void (*run)(void);
} test_t;

#define TEST(function) {#function, function}

extern jmp_buf harness_failed;

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            longjmp(harness_failed, 1); \
        } \
    } while (0)

#define CHECK_EQ(actual, expected) \
    do { \
        int64_t actual_ = (int64_t)(actual); \
        int64_t expected_ = (int64_t)(expected); \
        if (actual_ != expected_) { \
            fprintf(stderr, "%s:%d: %s is %" PRId64 " (0x%" PRIx64 "), not %" PRId64 " (0x%" PRIx64 ")\n", \
    __FILE__, __LINE__, #actual, actual_, (uint64_t)actual_, expected_, (uint64_t)expected_); \
            longjmp(harness_failed, 1); \
        } \
    } while (0)

#define CHECK_OK(status) CHECK_EQ(status, 0)

// A file of build/bitstreams, read whole (the caller frees it); fails the test when it is missing.
uint8_t *bitstream_file(const char *name, size_t *length);

// A reproducible stream of numbers.
uint32_t random_word(uint32_t *seed);

#endif // HARNESS_H
