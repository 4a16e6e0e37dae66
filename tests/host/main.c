// SPDX-License-Identifier: MIT
//
// Run all tests, or those whose name contains the argument.

#include <string.h>

#include "harness.h"

int main(int argc, char **argv) {
    static const test_t *const all[] = {
        tests_csr, tests_irq, tests_deferred, tests_share, tests_soc, tests_small, tests_timer, tests_clock, tests_uart,
        tests_dma, tests_event, tests_video,
        tests_outputs, tests_watchdog, tests_pulse,
        tests_liteeth, tests_mdio,
        tests_spi, tests_spi_mmap, tests_i2c, tests_litespi,
        tests_jtag, tests_trng,
        #if TEST_DATA_WIDTH == 32 && TEST_ALIGNMENT == 32 && TEST_HAS_INTERRUPT
        tests_sd, tests_sdspi, // their waits take long
        #endif
    };
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        for (const test_t *test = all[i]; test->name != NULL; test++) {
            if (argc > 1 && strstr(test->name, argv[1]) == NULL) {
                continue;
            }
            // So that the name of a test that crashes is the last line.
            fprintf(stderr, "%s\n", test->name);
            test->run();
            count++;
        }
    }
    if (count == 0) {
        fprintf(stderr, "no such test\n");
        return 1;
    }
    printf("%u tests passed (CSR width %d, alignment %d, %s, interrupts %d)\n", count, TEST_DATA_WIDTH, TEST_ALIGNMENT,
        TEST_ORDERING_BIG ? "big" : "little", TEST_HAS_INTERRUPT);
    return 0;
}
