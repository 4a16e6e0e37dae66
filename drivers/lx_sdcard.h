// SPDX-License-Identifier: MIT
//
// LiteSDCard (litesdcard/phy.py, core.py, frontend/dma.py): the registers of an instance. In LiteX 2024.12 they belong to
// five cores (<name>_phy, _core, _block2mem, _mem2block, _irq), later to one; a descriptor is the same for both.

#ifndef DRIVERS_LX_SDCARD_H
#define DRIVERS_LX_SDCARD_H

#include <stdint.h>

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

#endif // DRIVERS_LX_SDCARD_H
