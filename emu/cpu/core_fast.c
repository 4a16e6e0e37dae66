// SPDX-License-Identifier: MIT
//
// The core loop in which every instruction takes one cycle: see core_template.h.

#define CORE_NAME cpu_core_fast
#define CORE_TIMING 0
#include "cpu/core_template.h"
