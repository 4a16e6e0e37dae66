#include "harness.h"
const test_t tests_bitstream[] = { { NULL, NULL } };
