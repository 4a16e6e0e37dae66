#include "harness.h"
const test_t tests_sfdp[] = { { NULL, NULL } };
