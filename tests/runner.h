// SPDX-License-Identifier: MIT
//
// A runner for C tests (tests/harness.h): a failed check ends that test, and the next one runs.

#ifndef TESTS_RUNNER_H
#define TESTS_RUNNER_H

#include <setjmp.h>
#include <string.h>

extern jmp_buf runner_failed;

#define CHECK_FAILED() longjmp(runner_failed, 1)
#include "tests/harness.h"

#define CHECK_OK(status) CHECK_EQ(status, 0)

// Run the tests of all groups, or those whose name contains argv[1], and print `N passed, N failed` as the last line.
// Returns what main() returns.
int runner_main(const test_t *const *groups, size_t count, int argc, char **argv);

// A reproducible stream of numbers.
uint32_t random_word(uint32_t *seed);

#endif // TESTS_RUNNER_H
