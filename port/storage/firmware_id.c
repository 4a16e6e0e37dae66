// SPDX-License-Identifier: MIT
// What an update looks for in an image: for which SoC it was built. It lies near the image's begin (link.ld.S). And the
// first stage, which an update writes where there is none yet.

#include "storage/firmware_id.h"

#include "soc/soc.h"
#include "soc_config.h"

#define STRING(x) #x

const firmware_id_t firmware_id __attribute__((section(".firmware_id"), used)) = {
    .magic = FIRMWARE_ID_MAGIC,
    .map_hash = SOC_MAP_HASH,
    .identifier = SOC_IDENTIFIER,
};

#if SOC_HAS_LITESPI
__asm__ (
    "    .section .rodata.first_stage\n"
    "    .global first_stage\n"
    "    .global first_stage_end\n"
    "    .balign 4\n"
    "first_stage:\n"
    "    .incbin \"" FIRST_STAGE "\"\n"
    "first_stage_end:\n"
    "    .text\n");
#endif
