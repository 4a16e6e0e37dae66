#include "harness.h"
const test_t tests_inflate[] = { { NULL, NULL } };
