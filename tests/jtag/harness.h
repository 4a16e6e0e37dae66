// SPDX-License-Identifier: MIT
//
// What the tests of jtag/ share: a failed check ends that test, and the next one runs.

#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <string.h>

extern jmp_buf harness_failed;

#define CHECK_FAILED() longjmp(harness_failed, 1)
#include "tests/harness.h"

#define CHECK_OK(status) CHECK_EQ(status, 0)

// A file of build/bitstreams, read whole (the caller frees it); fails the test when it is missing.
uint8_t *bitstream_file(const char *name, size_t *length);

// A reproducible stream of numbers.
uint32_t random_word(uint32_t *seed);

#endif // HARNESS_H
