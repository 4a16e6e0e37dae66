// SPDX-License-Identifier: MIT
//
// The registers of SD cards in words: CID, CSD, SCR (SD Physical Layer Simplified Specification 3.01, chapter 5). They come
// from a card, so anything may be in them. No state; may be called from anywhere.

#ifndef DRIVERS_LX_SD_REGISTERS_H
#define DRIVERS_LX_SD_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define LX_SD_REGISTER_BYTES (16)
#define LX_SD_SCR_BYTES (8)
#define LX_SD_NAME (6) // five characters and a zero

typedef enum {
    LX_SD_SDSC, // byte addresses
    LX_SD_SDHC,
    LX_SD_SDXC, // above 32 GiB
} lx_sd_kind_t;

typedef struct {
    uint8_t cid[LX_SD_REGISTER_BYTES]; // bits 127 to 120 first
    uint8_t csd[LX_SD_REGISTER_BYTES];
    uint8_t scr[LX_SD_SCR_BYTES];

    // CSD.
    lx_sd_kind_t kind;
    uint32_t sectors;
    uint32_t max_hz;
    uint16_t classes; // of commands, a bit for each
    bool protected_; // temporarily or permanently

    // SCR.
    uint16_t version; // of the specification, times 100; 0: not known
    bool four_lines;
    bool cmd23;

    // CID.
    uint8_t manufacturer;
    char oem[3];
    char name[LX_SD_NAME];
    uint8_t revision; // two digits, binary coded
    uint32_t serial;
    uint16_t year;
    uint8_t month;
} lx_sd_info_t;

#define LX_SD_CLASS_SWITCH (UINT16_C(1) << 10) // CMD6

// Read the raw registers that are in info and fill the rest. LX_ECARDTYPE: a CSD of an unknown version, or without any
// sector.
int lx_sd_parse_csd(lx_sd_info_t *info);
void lx_sd_parse_cid(lx_sd_info_t *info);
void lx_sd_parse_scr(lx_sd_info_t *info);

// CRCs of commands (in the upper 7 bits), of data in SPI mode, and of the four data lines of SD mode.
uint8_t lx_sd_crc7(uint8_t crc, const uint8_t *data, size_t n);
uint16_t lx_sd_crc16(uint16_t crc, const uint8_t *data, size_t n);
uint64_t lx_sd_crc_lines(uint64_t crc, const uint8_t *data, size_t n);

// Whether the 8 bytes behind the data are its CRCs on four lines.
bool lx_sd_crc_lines_good(const uint8_t *data, size_t n);

#endif // DRIVERS_LX_SD_REGISTERS_H
