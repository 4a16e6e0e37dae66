// SPDX-License-Identifier: MIT
//
// What the host tests share: a failed check ends the program.

#ifndef HARNESS_H
#define HARNESS_H

#include "tests/harness.h"

extern const test_t tests_csr[];
extern const test_t tests_irq[];
extern const test_t tests_deferred[];
extern const test_t tests_share[];
extern const test_t tests_soc[];
extern const test_t tests_small[];
extern const test_t tests_timer[];
extern const test_t tests_clock[];
extern const test_t tests_uart[];
extern const test_t tests_dma[];
extern const test_t tests_event[];
extern const test_t tests_video[];
extern const test_t tests_outputs[];
extern const test_t tests_watchdog[];
extern const test_t tests_pulse[];
extern const test_t tests_spi[];
extern const test_t tests_spi_mmap[];
extern const test_t tests_i2c[];
extern const test_t tests_liteeth[];
extern const test_t tests_mdio[];
extern const test_t tests_jtag[];
extern const test_t tests_litespi[];
extern const test_t tests_sd[];
extern const test_t tests_sdspi[];
extern const test_t tests_trng[];

#endif // HARNESS_H
