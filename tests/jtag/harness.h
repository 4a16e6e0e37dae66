// SPDX-License-Identifier: MIT
//
// What the tests of jtag/ share, beyond the runner.

#ifndef HARNESS_H
#define HARNESS_H

#include "tests/runner.h"

// A file of build/bitstreams, read whole (the caller frees it); fails the test when it is missing.
uint8_t *bitstream_file(const char *name, size_t *length);

#endif // HARNESS_H
