// SPDX-License-Identifier: MIT
//
// Runs all tests, or those whose name contains the argument. The last line is `N passed, N failed`.

#include "harness.h"

extern const test_t tests_tap[];
extern const test_t tests_ecp5[];
extern const test_t tests_bitstream[];
extern const test_t tests_inflate[];
extern const test_t tests_stream[];
extern const test_t tests_xvc[];
extern const test_t tests_xvc_server[];
extern const test_t tests_slave_spi[];

static const test_t *const groups[] = {
    tests_tap, tests_ecp5, tests_bitstream, tests_inflate, tests_stream, tests_xvc, tests_xvc_server,
    tests_slave_spi,
};

uint8_t *bitstream_file(const char *name, size_t *length) {
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", getenv("BITSTREAMS"), name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "no %s: run tests/jtag/bitstreams.py\n", path);
        longjmp(runner_failed, 1);
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

int main(int argc, char **argv) {
    return runner_main(groups, sizeof(groups) / sizeof(groups[0]), argc, argv);
}
