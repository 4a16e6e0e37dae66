// SPDX-License-Identifier: MIT
//
// CSD, CID and SCR of a card that says anything. What is made of them has to be usable: sectors, a kind that fits
// them, and texts that end.

#include <stdlib.h>
#include <string.h>

#include "drivers/lx_sd_registers.h"

#define SDHC_MOST ((UINT32_C(32) << 21))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void check(bool good) {
    if (!good) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    uint8_t bytes[2 * LX_SD_REGISTER_BYTES + LX_SD_SCR_BYTES] = { 0 };
    lx_sd_info_t info;
    memset(&info, 0xa5, sizeof(info));
    memcpy(bytes, data, length < sizeof(bytes) ? length : sizeof(bytes));
    memcpy(info.csd, bytes, sizeof(info.csd));
    memcpy(info.cid, bytes + LX_SD_REGISTER_BYTES, sizeof(info.cid));
    memcpy(info.scr, bytes + 2 * LX_SD_REGISTER_BYTES, sizeof(info.scr));
    if (lx_sd_parse_csd(&info) == LX_OK) {
        check(info.sectors > 0);
        check(info.kind != LX_SD_SDSC || info.sectors <= UINT32_C(1) << 23); // 4 GiB, the most that CSD 1.0 can say
        check((info.kind == LX_SD_SDXC) == (info.kind != LX_SD_SDSC && info.sectors > SDHC_MOST));
    }
    lx_sd_parse_cid(&info);
    check(strlen(info.oem) == sizeof(info.oem) - 1 && strlen(info.name) == sizeof(info.name) - 1);
    for (const char *c = info.name; *c != '\0'; c++) {
        check(*c >= 0x20 && *c < 0x7f);
    }
    lx_sd_parse_scr(&info);
    check(info.version == 0 || info.version >= 100);
    return 0;
}
