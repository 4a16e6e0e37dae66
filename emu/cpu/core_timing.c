// SPDX-License-Identifier: MIT
//
// The core loop that estimates cycles: see core_template.h and timing.h.

#define CORE_NAME cpu_core_timing
#define CORE_TIMING 1
#include "cpu/core_template.h"
