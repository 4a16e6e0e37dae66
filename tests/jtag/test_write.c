#include "harness.h"
const test_t tests_write[] = { { NULL, NULL } };
