// SPDX-License-Identifier: MIT
// What the firmware makes of a SoC's main RAM: one row per size class; MEDIUM is FULL but for its RAM disk.
// Included by C and by the linker script. docs/port.md has the same table for readers, with what the small
// class leaves out.
#ifndef PORT_SIZE_CLASS_H
#define PORT_SIZE_CLASS_H

#include "soc_config.h"

// Main RAM below            class          RAM disk        GC block
//   1 MiB                   SMALL          8 KiB           16 bytes
//   4 MiB                   MEDIUM         64 KiB          16 bytes
//   16 MiB                  FULL           128 KiB         16 bytes
//   above                   FULL           1 MiB           16 bytes; 32 from 512 MiB, 64 from 1 GiB
//
// The heap's tables take 6 bits for each block and are cleared at boot, so a larger block keeps them
// at 6 MiB at most: a boot then stays under a second at 100 MHz whatever the size of RAM.
#define PORT_SIZE_SMALL 0
#define PORT_SIZE_MEDIUM 1
#define PORT_SIZE_FULL 2

#if SOC_MAIN_RAM_FREE_SIZE < 0x100000
#define PORT_SIZE_CLASS PORT_SIZE_SMALL
#define PORT_RAMDISK_BYTES 0x2000
#elif SOC_MAIN_RAM_FREE_SIZE < 0x400000
#define PORT_SIZE_CLASS PORT_SIZE_MEDIUM
#define PORT_RAMDISK_BYTES 0x10000
#elif SOC_MAIN_RAM_SIZE < 0x1000000 // all of it: a frame buffer in it does not shrink the RAM disk
#define PORT_SIZE_CLASS PORT_SIZE_FULL
#define PORT_RAMDISK_BYTES 0x20000
#else
#define PORT_SIZE_CLASS PORT_SIZE_FULL
#define PORT_RAMDISK_BYTES 0x100000
#endif

#if SOC_MAIN_RAM_FREE_SIZE >= 0x40000000
#define PORT_GC_BLOCK_BYTES 64
#elif SOC_MAIN_RAM_FREE_SIZE >= 0x20000000
#define PORT_GC_BLOCK_BYTES 32
#else
#define PORT_GC_BLOCK_BYTES 16
#endif

// gc.c counts an area's bits in 32 bits, so that one of 512 MiB or more would lose all beyond: then several.
#define PORT_HEAP_AREA_MAX 0x1fff0000

// The stack lies in SRAM where that has room for it beside the code that sram.ld puts there.
#if SOC_SRAM_SIZE >= 0xc000
#define PORT_STACK_IN_SRAM 1
#define PORT_STACK_BYTES 0x8000
#elif PORT_SIZE_CLASS == PORT_SIZE_SMALL
#define PORT_STACK_IN_SRAM (SOC_SRAM_SIZE >= 0x2000)
#define PORT_STACK_BYTES 0x2000
#else
#define PORT_STACK_IN_SRAM 0
#define PORT_STACK_BYTES 0x8000
#endif

#endif
