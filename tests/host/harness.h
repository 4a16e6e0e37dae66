// SPDX-License-Identifier: MIT
//
// The smallest harness: tests are functions in a table, a failed check ends the program with a message.

#ifndef HARNESS_H
#define HARNESS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const char *name;
    void (*run)(void);
} test_t;

#define TEST(function) {#function, function}

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

#define CHECK_EQ(actual, expected) \
    do { \
        int64_t actual_ = (int64_t)(actual); \
        int64_t expected_ = (int64_t)(expected); \
        if (actual_ != expected_) { \
            fprintf(stderr, "%s:%d: %s is %" PRId64 " (0x%" PRIx64 "), not %" PRId64 " (0x%" PRIx64 ")\n", \
    __FILE__, __LINE__, #actual, actual_, (uint64_t)actual_, expected_, (uint64_t)expected_); \
            exit(1); \
        } \
    } while (0)

// Each file of tests has one, ended by an entry without name.
extern const test_t tests_csr[];
extern const test_t tests_irq[];
extern const test_t tests_soc[];
extern const test_t tests_small[];
extern const test_t tests_timer[];
extern const test_t tests_clock[];
extern const test_t tests_uart[];

#endif // HARNESS_H
