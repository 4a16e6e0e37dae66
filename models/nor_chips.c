// SPDX-License-Identifier: MIT
// The flash chips that the model knows, with the times of their data sheets (typical, maximum). Any chip can
// be added as a row; what differs between vendors beyond numbers is in nor_status.c.

#include "models/name.h"

#include <string.h>
#include "models/nor_internal.h"

#define MS(typical, maximum) { (typical) * 1000u, (maximum) * 1000u }
#define US(typical, maximum) { (typical), (maximum) }
#define KIB(n) ((n) * 1024u)
#define MIB(n) ((n) * 1024u * 1024u)
#define ERASES(t4k, t32k, t64k) \
    { 0x20, KIB(4), t4k }, { 0x52, KIB(32), t32k }, { 0xD8, KIB(64), t64k }

enum {
    USUAL = NOR_HAS_SFDP | NOR_HAS_RESET | NOR_HAS_VOLATILE_SR | NOR_HAS_SR3,
};

static const nor_chip_t chips[] = {
    // W25Q128JV revision F, section 9.6. QE is 1 from the factory in the -IQ part, which answers EF 40 18.
    { .name = "W25Q128JV", .alias = "W25Q128", .id = { 0xEF, 0x40, 0x18 }, .id_bytes = 3, .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND, .features = USUAL,
      .sr2_default = 0x02, .sr3_default = 0x60, .program = US(400, 3000), .write_status = MS(10, 15),
      .erase = { ERASES(MS(45, 400), MS(120, 1600), MS(150, 2000)), { 0xC7, 0, MS(40000, 200000) } },
      .read_hz = 50000000 },
    { .name = "W25Q64JV", .alias = "W25Q64", .id = { 0xEF, 0x40, 0x17 }, .id_bytes = 3, .device_id = 0x16,
      .size_bytes = MIB(8), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND, .features = USUAL,
      .sr2_default = 0x02, .sr3_default = 0x60, .program = US(400, 3000), .write_status = MS(10, 15),
      .erase = { ERASES(MS(45, 400), MS(120, 1600), MS(150, 2000)), { 0xC7, 0, MS(20000, 100000) } },
      .read_hz = 50000000 },
    // Two status registers only.
    { .name = "W25Q64FV", .alias = NULL, .id = { 0xEF, 0x40, 0x17 }, .id_bytes = 3, .device_id = 0x16,
      .size_bytes = MIB(8), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND, .features = USUAL & ~NOR_HAS_SR3,
      .program = US(700, 3000), .write_status = MS(10, 15),
      .erase = { ERASES(MS(60, 400), MS(120, 800), MS(150, 1000)), { 0xC7, 0, MS(15000, 30000) } },
      .read_hz = 50000000 },
    { .name = "W25Q32JV", .alias = "W25Q32", .id = { 0xEF, 0x40, 0x16 }, .id_bytes = 3, .device_id = 0x15,
      .size_bytes = MIB(4), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND, .features = USUAL,
      .sr2_default = 0x02, .sr3_default = 0x60, .program = US(400, 3000), .write_status = MS(10, 15),
      .erase = { ERASES(MS(45, 400), MS(120, 1600), MS(150, 2000)), { 0xC7, 0, MS(10000, 50000) } },
      .read_hz = 50000000 },
    // More than 16 MiB: 4-byte addresses by mode, by opcode, or by the extended address register.
    { .name = "W25Q256JV", .alias = "W25Q256", .id = { 0xEF, 0x40, 0x19 }, .id_bytes = 3, .device_id = 0x18,
      .size_bytes = MIB(32), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND,
      .features = USUAL | NOR_HAS_4BYTE | NOR_HAS_EAR,
      .sr2_default = 0x02, .sr3_default = 0x60, .program = US(400, 3000), .write_status = MS(10, 15),
      .erase = { ERASES(MS(50, 400), MS(120, 1600), MS(150, 2000)), { 0xC7, 0, MS(80000, 400000) } },
      .read_hz = 50000000 },
    { .name = "GD25Q32", .alias = "GD25Q32C", .id = { 0xC8, 0x40, 0x16 }, .id_bytes = 3, .device_id = 0x15,
      .size_bytes = MIB(4), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND, .features = USUAL,
      .program = US(600, 2400), .write_status = MS(5, 30),
      .erase = { ERASES(MS(50, 300), MS(160, 1000), MS(200, 1200)), { 0xC7, 0, MS(15000, 30000) } },
      .read_hz = 80000000 },
    // SR2 by 31 alone, about which its SFDP keeps silent.
    { .name = "GD25Q128E", .alias = "GD25Q128", .id = { 0xC8, 0x40, 0x18 }, .id_bytes = 3, .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_WINBOND,
      .features = USUAL | NOR_WRITES_ONE,
      .program = US(500, 2400), .write_status = MS(5, 30),
      .erase = { ERASES(MS(45, 400), MS(150, 1600), MS(250, 2000)), { 0xC7, 0, MS(60000, 160000) } },
      .read_hz = 80000000 },
    // The same, and its SFDP says so. SRL is where the smaller ones have CMP.
    { .name = "GD25Q256E", .alias = "GD25Q256", .id = { 0xC8, 0x40, 0x19 }, .id_bytes = 3, .device_id = 0x18,
      .size_bytes = MIB(32), .page_bytes = 256, .status_layout = NOR_STATUS_GIGADEVICE,
      .features = USUAL | NOR_HAS_4BYTE | NOR_HAS_EAR | NOR_WRITES_ONE,
      .program = US(500, 2400), .write_status = MS(5, 30),
      .erase = { ERASES(MS(45, 400), MS(150, 1600), MS(250, 2000)), { 0xC7, 0, MS(100000, 300000) } },
      .read_hz = 80000000 },
    { .name = "IS25LP128", .alias = "IS25LP128F", .id = { 0x9D, 0x60, 0x18 }, .id_bytes = 3, .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_ISSI,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET,
      .program = US(200, 800), .write_status = MS(2, 15),
      .erase = { ERASES(MS(70, 300), MS(130, 500), MS(200, 1000)), { 0xC7, 0, MS(45000, 90000) } },
      .read_hz = 80000000 },
    // Leaves its 4-byte mode by 29.
    { .name = "IS25LP256D", .alias = "IS25LP256", .id = { 0x9D, 0x60, 0x19 }, .id_bytes = 3, .device_id = 0x18,
      .size_bytes = MIB(32), .page_bytes = 256, .status_layout = NOR_STATUS_ISSI,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET | NOR_HAS_4BYTE,
      .program = US(200, 800), .write_status = MS(2, 15),
      .erase = { ERASES(MS(100, 300), MS(140, 500), MS(170, 1000)), { 0xC7, 0, MS(70000, 180000) } },
      .read_hz = 80000000 },
    { .name = "MX25L12833F", .alias = "MX25L128", .id = { 0xC2, 0x20, 0x18 }, .id_bytes = 3, .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_MACRONIX,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET,
      .sr2_default = 0x07, .program = US(250, 750), .write_status = MS(20, 40),
      .erase = { ERASES(MS(25, 120), MS(140, 650), MS(250, 650)), { 0xC7, 0, MS(26000, 60000) } },
      .read_hz = 50000000 },
    { .name = "MX25L25645G", .alias = "MX25L256", .id = { 0xC2, 0x20, 0x19 }, .id_bytes = 3, .device_id = 0x18,
      .size_bytes = MIB(32), .page_bytes = 256, .status_layout = NOR_STATUS_MACRONIX,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET | NOR_HAS_4BYTE | NOR_HAS_EAR,
      .sr2_default = 0x07, .program = US(250, 750), .write_status = MS(20, 40),
      .erase = { ERASES(MS(25, 400), MS(150, 1000), MS(220, 2000)), { 0xC7, 0, MS(100000, 200000) } },
      .read_hz = 66000000 },
    // Uniform 64 KiB sectors: no 4 KiB erase.
    { .name = "S25FL128S", .alias = "S25FL128", .id = { 0x01, 0x20, 0x18, 0x4D, 0x01, 0x80 }, .id_bytes = 6,
      .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_SPANSION, .features = NOR_HAS_SFDP,
      .program = US(250, 750), .write_status = MS(140, 500),
      .erase = { { 0 }, { 0 }, { 0xD8, KIB(64), MS(130, 650) }, { 0xC7, 0, MS(33000, 165000) } },
      .read_hz = 50000000 },
    { .name = "N25Q128A", .alias = "N25Q128", .id = { 0x20, 0xBA, 0x18, 0x10, 0x00, 0x00 }, .id_bytes = 6,
      .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_MICRON,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET,
      .program = US(500, 5000), .write_status = MS(2, 8),
      .erase = { { 0x20, KIB(4), MS(250, 800) }, { 0 }, { 0xD8, KIB(64), MS(700, 3000) },
                 { 0xC7, 0, MS(170000, 250000) } },
      .read_hz = 54000000 },
    // 4-byte addresses by a mode alone, which wants a write enable.
    { .name = "N25Q256A", .alias = "N25Q256", .id = { 0x20, 0xBA, 0x19, 0x10, 0x00, 0x00 }, .id_bytes = 6,
      .device_id = 0x18,
      .size_bytes = MIB(32), .page_bytes = 256, .status_layout = NOR_STATUS_MICRON,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET | NOR_HAS_4BYTE_MODE,
      .program = US(500, 5000), .write_status = US(1300, 8000),
      .erase = { { 0x20, KIB(4), MS(250, 800) }, { 0 }, { 0xD8, KIB(64), MS(700, 3000) },
                 { 0xC7, 0, MS(240000, 480000) } },
      .read_hz = 54000000 },
    // The same with uniform sectors of 256 KiB, which the fifth byte of its id says.
    { .name = "S25FL128S0", .alias = NULL, .id = { 0x01, 0x20, 0x18, 0x4D, 0x00, 0x80 }, .id_bytes = 6,
      .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_SPANSION, .features = 0,
      .program = US(250, 750), .write_status = MS(140, 500),
      .erase = { { 0 }, { 0 }, { 0xD8, KIB(256), MS(520, 2600) }, { 0xC7, 0, MS(33000, 165000) } },
      .read_hz = 50000000 },
    // Eight sectors of 4 KiB at the bottom, which only 20 erases, and in the same 64 KiB a rest that D8 erases.
    { .name = "S25FS128S", .alias = NULL, .id = { 0x01, 0x20, 0x18, 0x4D, 0x01, 0x81 }, .id_bytes = 6,
      .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_SPANSION, .features = NOR_HAS_SFDP,
      .program = US(360, 2000), .write_status = MS(240, 725),
      .erase = { { 0x20, KIB(4), MS(240, 725) }, { 0 }, { 0xD8, KIB(64), MS(930, 2900) },
                 { 0xC7, 0, MS(220000, 720000) } },
      .region = { { KIB(32), 1 << 0 }, { KIB(32), 1 << 2 }, { MIB(16) - KIB(64), 1 << 2 } },
      .read_hz = 50000000 },
    // D8 erases 8, 32 or 64 KiB, by the address. All blocks are locked at power-up.
    { .name = "SST26VF064B", .alias = "SST26VF064", .id = { 0xBF, 0x26, 0x43 }, .id_bytes = 3, .device_id = 0x43,
      .size_bytes = MIB(8), .page_bytes = 256, .status_layout = NOR_STATUS_SST26,
      .features = NOR_HAS_SFDP | NOR_HAS_RESET, .sr2_default = 0x08,
      .program = US(1000, 1500), .write_status = MS(10, 25),
      .erase = { { 0x20, KIB(4), MS(20, 25) }, { 0xD8, KIB(32), MS(20, 25) }, { 0xD8, KIB(64), MS(20, 25) },
                 { 0xC7, 0, MS(35, 50) }, { 0xD8, KIB(8), MS(20, 25) } },
      .region = { { KIB(32), 1 << 0 | 1 << 4 }, { KIB(32), 1 << 0 | 1 << 1 }, { MIB(8) - KIB(128), 1 << 0 | 1 << 2 },
                  { KIB(32), 1 << 0 | 1 << 1 }, { KIB(32), 1 << 0 | 1 << 4 } },
      .read_hz = 40000000 },
    // AT25DF321A, sections 9 and 11. No SFDP; all sectors are locked at power-up.
    { .name = "AT25DF321A", .alias = "AT25DF321", .id = { 0x1F, 0x47, 0x01, 0x00 }, .id_bytes = 4, .device_id = 0x47,
      .size_bytes = MIB(4), .page_bytes = 256, .status_layout = NOR_STATUS_ADESTO, .features = 0,
      .program = US(1000, 3000), .write_status = US(1, 1),
      .erase = { ERASES(MS(50, 200), MS(250, 600), MS(400, 950)), { 0xC7, 0, MS(36000, 56000) } },
      .read_hz = 50000000 },
    // No SFDP, no 4 KiB erase. The smallest and the largest of the family have other sectors than those
    // between.
    { .name = "M25P05A", .alias = "M25P05", .id = { 0x20, 0x20, 0x10 }, .id_bytes = 3, .device_id = 0x05,
      .size_bytes = KIB(64), .page_bytes = 256, .status_layout = NOR_STATUS_SIMPLE, .features = 0,
      .program = US(1400, 5000), .write_status = MS(5, 15),
      .erase = { { 0 }, { 0 }, { 0xD8, KIB(32), MS(650, 3000) }, { 0xC7, 0, MS(850, 6000) } },
      .read_hz = 20000000 },
    { .name = "M25P128", .alias = NULL, .id = { 0x20, 0x20, 0x18 }, .id_bytes = 3, .device_id = 0x17,
      .size_bytes = MIB(16), .page_bytes = 256, .status_layout = NOR_STATUS_SIMPLE, .features = 0,
      .program = US(2500, 7000), .write_status = MS(8, 15),
      .erase = { { 0 }, { 0 }, { 0xD8, KIB(256), MS(2000, 6000) }, { 0xC7, 0, MS(105000, 250000) } },
      .read_hz = 20000000 },
    { .name = "M25P16", .alias = NULL, .id = { 0x20, 0x20, 0x15 }, .id_bytes = 3, .device_id = 0x14,
      .size_bytes = MIB(2), .page_bytes = 256, .status_layout = NOR_STATUS_SIMPLE, .features = 0,
      .program = US(640, 5000), .write_status = MS(2, 15),
      .erase = { { 0 }, { 0 }, { 0xD8, KIB(64), MS(600, 3000) }, { 0xC7, 0, MS(13000, 40000) } },
      .read_hz = 33000000 },
};

const nor_chip_t *nor_chip_at(size_t index) {
    return index < sizeof(chips) / sizeof(chips[0]) ? &chips[index] : NULL;
}

const nor_chip_t *nor_chip_find(const char *name) {
    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        if (name_equal(chips[i].name, name) || (chips[i].alias != NULL && name_equal(chips[i].alias, name))) {
            return &chips[i];
        }
    }
    return NULL;
}

bool nor_times_find(const char *name, nor_times_t *times) {
    static const char *const names[] = {
        [NOR_TIMES_TYPICAL] = "typical", [NOR_TIMES_MAXIMUM] = "maximum", [NOR_TIMES_NONE] = "none",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *times = (nor_times_t)i;
            return true;
        }
    }
    return false;
}
