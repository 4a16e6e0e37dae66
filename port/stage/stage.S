// SPDX-License-Identifier: MIT
// The first stage: the BIOS copies it to main RAM and enters it there. It moves to the end of main RAM, loads the newest
// valid image to where it was, and enters it. Without one it goes back to the BIOS, which then waits for a serial boot.

#include "../forget.inc"
#include "soc_config.h"

#define STAGE_BYTES 0x1000
#define COPY (SOC_MAIN_RAM_BASE + SOC_MAIN_RAM_SIZE - 2 * STAGE_BYTES)

    .section .start, "ax", @progbits
    .global _start
    .option norvc
_start:
    j enter
    .ascii "LXSTAGE1" // how an update knows it
enter:
    #if SOC_HAS_TRAPS
    csrci mstatus, 8
    #endif
    lla a0, _start
    li a1, COPY
    li a2, STAGE_BYTES
    add a2, a2, a1
1:  lw t0, 0(a0)
    sw t0, 0(a1)
    addi a0, a0, 4
    addi a1, a1, 4
    bltu a1, a2, 1b
    forget_instructions
    lla a0, _start
    lla a1, moved
    sub a1, a1, a0
    li a0, COPY
    add a1, a1, a0
    jr a1
moved:
    li sp, SOC_MAIN_RAM_BASE + SOC_MAIN_RAM_SIZE
    li a0, STAGE_FLASH
    li a1, SOC_MAIN_RAM_BASE
    li a2, COPY - SOC_MAIN_RAM_BASE
    call slots_load
    beqz a0, none
    forget_instructions
    li t0, SOC_MAIN_RAM_BASE
    li a0, 0
    li a1, 0
    li a2, 0
    jr t0
none:
    li t0, SOC_ROM_BASE
    jr t0
