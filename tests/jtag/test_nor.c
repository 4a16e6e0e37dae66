#include "harness.h"
const test_t tests_nor[] = { { NULL, NULL } };
