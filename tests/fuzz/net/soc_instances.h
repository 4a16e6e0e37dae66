// SPDX-License-Identifier: MIT
// A SoC with one MAC, as soc/generate.py writes it.
#include "drivers/lx_liteeth.h"

#define SOC_ETHMAC_COUNT 1
extern lx_liteeth_regs_t soc_ethmac[SOC_ETHMAC_COUNT];
