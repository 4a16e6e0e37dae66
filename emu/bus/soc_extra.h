// SPDX-License-Identifier: MIT
//
// What csr.json lacks, from the files that LiteX writes beside it. Each leaves the SoC as it is when
// its file is not there or says nothing.

#ifndef EMU_BUS_SOC_EXTRA_H
#define EMU_BUS_SOC_EXTRA_H

#include "bus/soc.h"

void soc_extra_ordering(soc_t *soc);   // csr.h: the accessors show which word comes first
void soc_extra_identifier(soc_t *soc); // soc.h: the identifier in its own letter case
void soc_extra_dram(soc_t *soc);       // sdram_phy.h: how wide the DRAM's ports are
void soc_extra_widths(soc_t *soc);     // csr.svd: registers' widths in bits

#endif
