// SPDX-License-Identifier: MIT
//
// Runs all tests of flash/, or those whose name contains the argument.

#include "tests/runner.h"

extern const test_t tests_sfdp[];
extern const test_t tests_nor[];
extern const test_t tests_protect[];
extern const test_t tests_write[];
extern const test_t tests_reach[];
extern const test_t tests_bus[];

static const test_t *const groups[] = {
    tests_sfdp, tests_nor, tests_protect, tests_write, tests_reach, tests_bus,
};

int main(int argc, char **argv) {
    return runner_main(groups, sizeof(groups) / sizeof(groups[0]), argc, argv);
}
