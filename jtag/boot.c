// SPDX-License-Identifier: MIT
//
// Why an image does not boot (boot.h). After a SPI-mode command an ECP5 reads with opcode 0B, 3B or 6B, whose limits are
// above its fastest MCLK of 62 MHz on all chips of the table; without one it reads with 03, which many chips allow up to
// 50 MHz only.

#include "jtag/boot.h"

#include <string.h>

#define PART_BYTES (256)

// Limits of opcode 03 from the data sheets, by manufacturer and type. Where revisions with one id differ, the lowest.
static const struct {
    uint32_t id;
    uint32_t mask;
    uint32_t hz;
} slow_reads[] = {
    { 0xef0000, 0xff0000, 50000000 }, // Winbond W25Q: fR
    { 0xc80000, 0xff0000, 80000000 }, // GigaDevice GD25Q
    { 0x9d6019, 0xffffff, 80000000 }, // ISSI IS25LP256D
    { 0x9d6000, 0xffff00, 50000000 }, // IS25LP128; 80 MHz in revision F, which has the same id
    { 0xc22019, 0xffffff, 66000000 }, // Macronix MX25L256
    { 0xc20000, 0xff0000, 50000000 },
    { 0x010000, 0xff0000, 50000000 }, // Spansion, Cypress S25FL
    { 0x20ba00, 0xfffe00, 54000000 }, // Micron N25Q, MT25Q
    { 0x202000, 0xffff00, 33000000 }, // M25P
    { 0xbf2600, 0xffff00, 40000000 }, // Microchip SST26
};

static uint32_t slow_read_hz(const nor_t *nor) {
    uint32_t id = (uint32_t)nor->id[0] << 16 | nor->id[1] << 8 | nor->id[2];
    for (size_t i = 0; i < sizeof(slow_reads) / sizeof(slow_reads[0]); i++) {
        if ((id & slow_reads[i].mask) == slow_reads[i].id) {
            return slow_reads[i].hz;
        }
    }
    return 0;
}

// Push the image's beginning into the parser until it has decided. *parsed is what it said.
static int parse(nor_t *nor, uint32_t address, bitstream_t *parser, int *parsed) {
    uint8_t part[PART_BYTES];
    uint32_t end = address + BITSTREAM_SEARCH_BYTES + BITSTREAM_ID_MAX;
    if (end > nor->size_bytes) {
        end = nor->size_bytes;
    }
    *parsed = LX_OK;
    while (address < end && !parser->decided && *parsed == LX_OK) {
        uint32_t now = end - address < sizeof(part) ? end - address : sizeof(part);
        int status = nor_read(nor, address, part, now);
        if (status != LX_OK) {
            return status;
        }
        *parsed = bitstream_write(parser, part, now);
        address += now;
    }
    return LX_OK;
}

int boot_examine(nor_t *nor, uint32_t address, const ecp5_device_t *device, boot_report_t *report) {
    memset(report, 0, sizeof(*report));
    nor_status_t chip;
    int status = nor_status(nor, &chip);
    if (status != LX_OK) {
        return status;
    }
    bitstream_t parser;
    bitstream_open(&parser, device, (jtag_sink_t) { NULL, NULL }, 0);
    int parsed;
    status = parse(nor, address, &parser, &parsed);
    if (status != LX_OK) {
        return status;
    }
    report->image = parser.info;
    report->quad = chip.quad;
    report->slow_read_hz = slow_read_hz(nor);
    if (parsed == LX_EWRONGDEVICE) {
        report->problems = BOOT_WRONG_DEVICE;
        return LX_OK;
    }
    if (!parser.decided) {
        report->problems = BOOT_NO_BITSTREAM;
        return LX_OK;
    }
    if (report->image.kind != BITSTREAM_COMPLETE) {
        return LX_OK;
    }
    report->mclk_hz = ecp5_mclk_hz(report->image.control0);
    bool slow = report->image.spi_mode == BOOT_READ_SLOW;
    if (slow && report->slow_read_hz && report->mclk_hz > report->slow_read_hz) {
        report->problems |= BOOT_TOO_FAST;
    }
    if (report->image.spi_mode == BOOT_READ_QUAD && report->quad == NOR_QUAD_OFF) {
        report->problems |= BOOT_QUAD_OFF;
    }
    return LX_OK;
}
