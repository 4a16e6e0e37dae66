// SPDX-License-Identifier: MIT
//
// What the files of lx_sd share: commands and status bits (SD Physical Layer Simplified Specification 3.01, 4.7.4, 4.10.1,
// 7.3.2).

#ifndef DRIVERS_LX_SD_INTERNAL_H
#define DRIVERS_LX_SD_INTERNAL_H

#include "drivers/lx_sd.h"

enum {
    SD_GO_IDLE = 0,
    SD_ALL_SEND_CID = 2,
    SD_SEND_RELATIVE_ADDRESS = 3,
    SD_SWITCH_FUNCTION = 6,
    SD_SELECT = 7,
    SD_SEND_IF_COND = 8,
    SD_SEND_CSD = 9,
    SD_SEND_CID = 10,
    SD_STOP = 12,
    SD_SEND_STATUS = 13,
    SD_SET_BLOCK_LENGTH = 16,
    SD_READ_SINGLE = 17,
    SD_READ_MULTIPLE = 18,
    SD_SET_BLOCK_COUNT = 23,
    SD_WRITE_SINGLE = 24,
    SD_WRITE_MULTIPLE = 25,
    SD_APP = 55,
    SD_READ_OCR = 58,
    SD_CRC_ON_OFF = 59,
    SD_APP_BUS_WIDTH = 6,
    SD_APP_OP_COND = 41,
    SD_APP_SEND_SCR = 51,
};

// The status in R1.
#define SD_OUT_OF_RANGE (UINT32_C(1) << 31)
#define SD_ADDRESS_ERROR (UINT32_C(1) << 30)
#define SD_WP_VIOLATION (UINT32_C(1) << 26)
#define SD_ILLEGAL_COMMAND (UINT32_C(1) << 22)
#define SD_ERRORS (UINT32_C(0xfdb80000)) // all of them but "locked" and "illegal command", which an earlier one may have left
#define SD_STATE_SHIFT (9)
#define SD_READY_FOR_DATA (UINT32_C(1) << 8)
#define SD_APP_CMD (UINT32_C(1) << 5)

enum { SD_STATE_TRANSFER = 4, SD_STATE_DATA = 5, SD_STATE_RECEIVE = 6, SD_STATE_PROGRAM = 7 };

// R1 of SPI mode, and the second byte of its R2.
#define SPI_R1_IDLE (UINT32_C(0x01))
#define SPI_R1_ILLEGAL (UINT32_C(0x04))
#define SPI_R1_CRC (UINT32_C(0x08))
#define SPI_R1_ADDRESS (UINT32_C(0x20))
#define SPI_R1_PARAMETER (UINT32_C(0x40))
#define SPI_R2_RANGE (UINT32_C(0x80))
#define SPI_R2_PROTECTED (UINT32_C(0x20))

int sd_command(lx_sd_t *card, unsigned index, unsigned response, uint32_t argument, uint32_t *words);

// A sector, with its CRCs checked, into card->block.
int sd_read_checked(lx_sd_t *card, uint32_t sector);

#endif // DRIVERS_LX_SD_INTERNAL_H
