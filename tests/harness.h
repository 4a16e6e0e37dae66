// SPDX-License-Identifier: MIT
//
// The checks of the C tests: tests are functions in a table, and a failed check says where and what. What it then does
// is the includer's: with CHECK_FAILED() defined before, that; else it ends the program.

#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef CHECK_FAILED
#define CHECK_FAILED() exit(1)
#endif

// Tables of tests end with an entry without name.
typedef struct {
    const char *name;
    void (*run)(void);
} test_t;

#define TEST(function) {#function, function}

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            CHECK_FAILED(); \
        } \
    } while (0)

#define CHECK_EQ(actual, expected) \
    do { \
        int64_t actual_ = (int64_t)(actual); \
        int64_t expected_ = (int64_t)(expected); \
        if (actual_ != expected_) { \
            fprintf(stderr, "%s:%d: %s is %" PRId64 " (0x%" PRIx64 "), not %" PRId64 " (0x%" PRIx64 ")\n", \
    __FILE__, __LINE__, #actual, actual_, (uint64_t)actual_, expected_, (uint64_t)expected_); \
            CHECK_FAILED(); \
        } \
    } while (0)

#endif // TESTS_HARNESS_H
