#include "harness.h"
const test_t tests_xvc[] = { { NULL, NULL } };
