// SPDX-License-Identifier: MIT
//
// CID, CSD and SCR by the bit numbers of the specification, and its CRCs.

#include "drivers/lx_sd_registers.h"

#define SDHC_SECTORS (UINT32_C(32) << 21) // 32 GiB
#define SDHC_UNIT_SECTORS (1024)
#define MOST_SECTORS (UINT32_MAX)

// Bits high..low, at most 32, of a register of `bytes` bytes whose first one has the highest bits.
static uint32_t get(const uint8_t *reg, unsigned bytes, unsigned high, unsigned low) {
    uint32_t value = 0;
    for (unsigned bit = high + 1; bit-- > low;) {
        value = value << 1 | (reg[bytes - 1 - bit / 8] >> bit % 8 & 1);
    }
    return value;
}

static uint32_t csd(const lx_sd_info_t *info, unsigned high, unsigned low) {
    return get(info->csd, LX_SD_REGISTER_BYTES, high, low);
}

static uint32_t cid(const lx_sd_info_t *info, unsigned high, unsigned low) {
    return get(info->cid, LX_SD_REGISTER_BYTES, high, low);
}

static uint32_t scr(const lx_sd_info_t *info, unsigned high, unsigned low) {
    return get(info->scr, LX_SD_SCR_BYTES, high, low);
}

// TRAN_SPEED: a unit of 100 kHz to 100 MHz, and tenths.
static uint32_t speed(uint32_t code) {
    static const uint8_t tenths[16] = { 0, 10, 12, 13, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80 };
    static const uint32_t units[4] = { 10000, 100000, 1000000, 10000000 };
    return units[code & 3] * tenths[code >> 3 & 15];
}

int lx_sd_parse_csd(lx_sd_info_t *info) {
    uint64_t sectors;
    switch (csd(info, 127, 126)) {
        case 0: {
            unsigned length = csd(info, 83, 80);
            if (length < 9 || length > 11) {
                return LX_ECARDTYPE;
            }
            sectors = (uint64_t)(csd(info, 73, 62) + 1) << (csd(info, 49, 47) + 2 + length - 9);
            info->kind = LX_SD_SDSC;
            break;
        }
        case 1:
            sectors = (uint64_t)(csd(info, 69, 48) + 1) * SDHC_UNIT_SECTORS;
            info->kind = sectors > SDHC_SECTORS ? LX_SD_SDXC : LX_SD_SDHC;
            break;
        default:
            return LX_ECARDTYPE;
    }
    // The largest card of this version has one sector more than 32 bits can count.
    info->sectors = sectors > MOST_SECTORS ? MOST_SECTORS : (uint32_t)sectors;
    info->max_hz = speed(csd(info, 103, 96));
    info->classes = (uint16_t)csd(info, 95, 84);
    info->protected_ = csd(info, 13, 12) != 0;
    return LX_OK;
}

static char printable(uint32_t c) {
    return c >= 0x20 && c < 0x7f ? (char)c : '?';
}

void lx_sd_parse_cid(lx_sd_info_t *info) {
    info->manufacturer = (uint8_t)cid(info, 127, 120);
    for (unsigned i = 0; i < 2; i++) {
        info->oem[i] = printable(cid(info, 119 - 8 * i, 112 - 8 * i));
    }
    for (unsigned i = 0; i < LX_SD_NAME - 1; i++) {
        info->name[i] = printable(cid(info, 103 - 8 * i, 96 - 8 * i));
    }
    info->oem[2] = info->name[LX_SD_NAME - 1] = '\0';
    info->revision = (uint8_t)cid(info, 63, 56);
    info->serial = cid(info, 55, 24);
    info->year = (uint16_t)(2000 + cid(info, 19, 12));
    info->month = (uint8_t)cid(info, 11, 8);
}

void lx_sd_parse_scr(lx_sd_info_t *info) {
    static const uint16_t versions[] = { 100, 110, 200 };
    uint32_t spec = scr(info, 59, 56);
    uint32_t later = scr(info, 41, 38);
    info->version = spec < sizeof(versions) / sizeof(versions[0]) ? versions[spec] : 0;
    if (spec == 2 && scr(info, 47, 47)) {
        info->version = later ? (uint16_t)(400 + 100 * later) : scr(info, 42, 42) ? 400 : 300;
    }
    info->four_lines = scr(info, 51, 48) & 4;
    info->cmd23 = scr(info, 33, 33);
}

uint8_t lx_sd_crc7(uint8_t crc, const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (uint8_t)(crc & 0x80 ? crc << 1 ^ 0x12 : crc << 1);
        }
    }
    return crc;
}

// CCITT, a byte at a time without a table: x is what the feedback of its eight bits is.
uint16_t lx_sd_crc16(uint16_t crc, const uint8_t *data, size_t n) {
    uint32_t c = crc;
    for (size_t i = 0; i < n; i++) {
        uint32_t x = (c >> 8 ^ data[i]) & 0xff;
        x ^= x >> 4;
        c = (c << 8 ^ x << 12 ^ x << 5 ^ x) & 0xffff;
    }
    return (uint16_t)c;
}

// The four CRCs at once: bits 63 to 60 are the uppermost bits of the four, and so on, so that a clock's four levels are
// a nibble of the data, and x^12 and x^5 are 48 and 20 bits up.
uint64_t lx_sd_crc_lines(uint64_t crc, const uint8_t *data, size_t n) {
    uint32_t high = (uint32_t)(crc >> 32);
    uint32_t low = (uint32_t)crc;
    for (size_t i = 0; i < n; i++) {
        // Two clocks: their feedback does not meet, since the taps are more than two apart.
        uint32_t feedback = (high >> 24 ^ data[i]) & 0xff;
        high = high << 8 | low >> 24;
        low = low << 8;
        high ^= feedback << 16;
        low ^= feedback << 20 ^ feedback;
    }
    return (uint64_t)high << 32 | low;
}

bool lx_sd_crc_lines_good(const uint8_t *data, size_t n) {
    return lx_sd_crc_lines(0, data, n + 8) == 0;
}
