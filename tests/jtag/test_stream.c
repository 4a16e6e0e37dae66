#include "harness.h"
const test_t tests_stream[] = { { NULL, NULL } };
