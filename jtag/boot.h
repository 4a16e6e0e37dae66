// SPDX-License-Identifier: MIT
//
// What an image in the flash asks of the chip when the ECP5 boots from it, and what the chip can do: the reasons for
// which a verified image does not boot.

#ifndef JTAG_BOOT_H
#define JTAG_BOOT_H

#include "flash/nor.h"
#include "flash/nor_protect.h"
#include "jtag/bitstream.h"

// The operand of a bitstream's SPI-mode command.
#define BOOT_READ_SLOW (0x00) // no such command: opcode 03
#define BOOT_READ_FAST (0x49)
#define BOOT_READ_DUAL (0x51)
#define BOOT_READ_QUAD (0x59)

// Flags of the problems found. A flash may boot in spite of BOOT_TOO_FAST: data sheets leave a margin.
#define BOOT_NO_BITSTREAM (1 << 0)
#define BOOT_WRONG_DEVICE (1 << 1)
#define BOOT_TOO_FAST (1 << 2) // MCLK is above the chip's limit for opcode 03
#define BOOT_QUAD_OFF (1 << 3) // four wires are asked for, and the chip's quad-enable bit is 0

typedef struct {
    bitstream_info_t image;
    uint8_t problems;
    uint32_t mclk_hz; // 0: unknown
    uint32_t slow_read_hz; // the chip's limit for opcode 03 by its data sheet, 0: unknown
    nor_quad_t quad;
} boot_report_t;

// Read the beginning of the image at an address, and the chip's status. device: the one that boots, NULL: any.
int boot_examine(nor_t *nor, uint32_t address, const ecp5_device_t *device, boot_report_t *report);

#endif // JTAG_BOOT_H
