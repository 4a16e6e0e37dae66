// SPDX-License-Identifier: MIT
//
// What csr.json lacks, from the files that LiteX writes beside it. Each changes nothing when
// its file is not there or says nothing.

#ifndef EMU_SOC_BUILD_FILES_H
#define EMU_SOC_BUILD_FILES_H

#include "soc/soc.h"

void build_files_ordering(soc_t *soc);   // litex.toml, csr.json, csr.h: which word comes first (docs/soc.md)
void build_files_identifier(soc_t *soc); // soc.h: the identifier in its own letter case
void build_files_dram(soc_t *soc);       // sdram_phy.h: how wide the DRAM's ports are
void build_files_widths(soc_t *soc);     // csr.svd: registers' widths in bits

#endif
