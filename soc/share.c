// SPDX-License-Identifier: MIT
//
// The program's share of the time: an account of what is owed; see soc/share.h.

#include "soc/share.h"

void soc_share_begin(soc_share_t *share, uint32_t now) {
    uint32_t idle = now - share->since;
    uint32_t paid = idle > SOC_SHARE_TRAP_CYCLES ? idle - SOC_SHARE_TRAP_CYCLES : 0;
    share->owed = share->owed > paid ? share->owed - paid : 0;
    share->since = now;
}

void soc_share_end(soc_share_t *share, uint32_t now) {
    uint32_t half = (now - share->since) / 2 + SOC_SHARE_TRAP_CYCLES / 2;
    share->owed = share->owed + half >= half ? share->owed + half : UINT32_MAX;
    share->since = now;
    share->resting |= share->owed > share->allowance;
}

bool soc_share_resting(soc_share_t *share, uint32_t now) {
    if (share->resting) {
        soc_share_begin(share, now);
        share->resting = share->owed > 0;
    }
    return share->resting;
}
