#include "harness.h"
const test_t tests_protect[] = { { NULL, NULL } };
