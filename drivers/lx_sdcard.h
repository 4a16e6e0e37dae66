// SPDX-License-Identifier: MIT
//
// LiteSDCard (litesdcard/phy.py, core.py, frontend/dma.py) as a transport of lx_sd.h. In LiteX 2024.12 its registers belong
// to five cores (<name>_phy, _core, _block2mem, _mem2block, _irq), later to one; a descriptor is the same for both.
//
// A card that is pulled out while a block is written, or that is busy for ever, leaves the core waiting for it: it has no
// time-out there and no reset of its own. Then all calls return LX_ECARDHUNG until the SoC is reset.

#ifndef DRIVERS_LX_SDCARD_H
#define DRIVERS_LX_SDCARD_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/lx_sd.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t phy_card_detect; // 0: a card is there
    csr_reg_t phy_clocker_divider;
    csr_reg_t phy_init_initialize; // write: 80 clocks with CMD high
    csr_reg_t phy_cmdr_timeout; // cycles; absent in 2024.12
    csr_reg_t phy_dataw_status; // bits accepted, CRC error, write error
    csr_reg_t phy_datar_timeout; // cycles; absent in 2024.12
    csr_reg_t phy_settings; // bus width 1, 4 or 8; absent in 2024.12: always 4
    csr_reg_t core_cmd_argument;
    csr_reg_t core_cmd_command;
    csr_reg_t core_cmd_send;
    csr_reg_t core_cmd_response; // 128 bits: csr_read_bytes()
    csr_reg_t core_cmd_event; // bits done, error, time-out, CRC error
    csr_reg_t core_data_event;
    csr_reg_t core_block_length; // bytes
    csr_reg_t core_block_count;
    csr_reg_t block2mem_dma_base; // from the card to memory; absent in a core that only writes
    csr_reg_t block2mem_dma_length;
    csr_reg_t block2mem_dma_enable;
    csr_reg_t block2mem_dma_done;
    csr_reg_t block2mem_dma_loop;
    csr_reg_t block2mem_dma_offset;
    csr_reg_t mem2block_dma_base; // from memory to the card; absent in a core that only reads
    csr_reg_t mem2block_dma_length;
    csr_reg_t mem2block_dma_enable;
    csr_reg_t mem2block_dma_done;
    csr_reg_t mem2block_dma_loop;
    csr_reg_t mem2block_dma_offset;
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
    // The events' bits in ev_status, ev_pending and ev_enable. 0: this core has no such event.
    uint8_t card_detect_event;
    uint8_t block2mem_dma_event;
    uint8_t mem2block_dma_event;
    uint8_t data_done_event; // absent in 2024.12
    uint8_t cmd_done_event;
} lx_sdcard_regs_t;

// Private to lx_sdcard; the caller owns the memory.
typedef struct {
    const lx_sdcard_regs_t *regs;
    uint32_t clk_hz;
    uint8_t lines;
    bool hung;
} lx_sdcard_t;

// The transport, whose `transport` is an lx_sdcard_t; data has to be aligned to LX_SD_ALIGN, and is moved by DMA.
extern const lx_sd_transport_t lx_sdcard_transport;

// Take over a core. LX_ENOTSUP: it only reads or only writes. LX_ECARDHUNG: it is waiting for a card since before.
int lx_sdcard_init(lx_sdcard_t *core, const lx_sdcard_regs_t *regs, uint32_t clk_hz);

#endif // DRIVERS_LX_SDCARD_H
