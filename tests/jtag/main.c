// SPDX-License-Identifier: MIT
//
// Runs all tests, or those whose name contains the argument. The last line is `N passed, N failed`.

#include <stdbool.h>

#include "harness.h"

extern const test_t tests_tap[];
extern const test_t tests_ecp5[];
extern const test_t tests_bitstream[];
extern const test_t tests_inflate[];
extern const test_t tests_sfdp[];
extern const test_t tests_nor[];
extern const test_t tests_protect[];
extern const test_t tests_write[];
extern const test_t tests_stream[];
extern const test_t tests_xvc[];
extern const test_t tests_xvc_server[];

static const test_t *const groups[] = {
    tests_tap, tests_ecp5, tests_bitstream, tests_inflate, tests_sfdp,
    tests_nor, tests_protect, tests_write, tests_stream, tests_xvc, tests_xvc_server,
};

jmp_buf harness_failed;

uint8_t *bitstream_file(const char *name, size_t *length) {
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", getenv("BITSTREAMS"), name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "no %s: run tests/jtag/bitstreams.py\n", path);
        longjmp(harness_failed, 1);
    }
    fseek(file, 0, SEEK_END);
    *length = ftell(file);
    rewind(file);
    uint8_t *data = malloc(*length);
    if (fread(data, 1, *length, file) != *length) {
        abort();
    }
    fclose(file);
    return data;
}

uint32_t random_word(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

// Apart, so that longjmp() finds no variable of the loop changed.
static bool run(const test_t *test) {
    if (setjmp(harness_failed) == 0) {
        test->run();
        return true;
    }
    fprintf(stderr, "FAILED %s\n", test->name);
    return false;
}

int main(int argc, char **argv) {
    unsigned passed = 0;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
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
