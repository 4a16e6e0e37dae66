// SPDX-License-Identifier: MIT
//
// The runner of the C tests (runner.h).

#include "tests/runner.h"

#include <stdbool.h>

jmp_buf runner_failed;

uint32_t random_word(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

// Apart, so that longjmp() finds no variable of the loop changed.
static bool run(const test_t *test) {
    if (setjmp(runner_failed) == 0) {
        test->run();
        return true;
    }
    fprintf(stderr, "FAILED %s\n", test->name);
    return false;
}

int runner_main(const test_t *const *groups, size_t count, int argc, char **argv) {
    unsigned passed = 0;
    unsigned failed = 0;
    for (size_t i = 0; i < count; i++) {
        for (const test_t *test = groups[i]; test->name; test++) {
            if (argc > 1 && strstr(test->name, argv[1]) == NULL) {
                continue;
            }
            if (run(test)) {
                passed++;
            } else {
                failed++;
            }
        }
    }
    fflush(stderr);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
