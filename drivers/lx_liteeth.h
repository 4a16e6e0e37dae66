// SPDX-License-Identifier: MIT
//
// LiteEth's MAC with its PHY (liteeth/mac/sram.py, liteeth/phy/common.py): the registers and buffers of an instance.
//
// A frame is received into a slot: sram_writer_slot and sram_writer_length tell the oldest one, and writing 1 to
// sram_writer_ev_pending releases it. A frame is sent from a slot: write sram_reader_slot and sram_reader_length, then
// sram_reader_start, while sram_reader_ready is 1 (its command FIFO is not full).

#ifndef DRIVERS_LX_LITEETH_H
#define DRIVERS_LX_LITEETH_H

#include <stdbool.h>
#include <stdint.h>

#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line of both event managers, -1: none
    csr_reg_t sram_writer_slot;
    csr_reg_t sram_writer_length; // bytes
    csr_reg_t sram_writer_errors; // frames dropped for want of a slot, counting up
    csr_reg_t sram_writer_timestamp; // 64 bits, of timer0's uptime; absent without time stamps
    csr_reg_t sram_writer_ev_status;
    csr_reg_t sram_writer_ev_pending; // 1 while a slot holds a frame
    csr_reg_t sram_writer_ev_enable;
    csr_reg_t sram_reader_start;
    csr_reg_t sram_reader_ready;
    csr_reg_t sram_reader_level;
    csr_reg_t sram_reader_slot;
    csr_reg_t sram_reader_length; // bytes
    csr_reg_t sram_reader_timestamp_slot; // absent without time stamps
    csr_reg_t sram_reader_timestamp;
    csr_reg_t sram_reader_ev_status;
    csr_reg_t sram_reader_ev_pending;
    csr_reg_t sram_reader_ev_enable;
    csr_reg_t preamble_crc; // absent: the MAC has neither, software makes and checks preamble and FCS
    csr_reg_t rx_datapath_preamble_errors; // counting up; absent without preamble_crc
    csr_reg_t rx_datapath_crc_errors;
    csr_reg_t phy_reset; // absent where the PHY has no reset or was not found; see keep_phy
    csr_reg_t phy_mdio_w; // bits mdc, oe, w; absent without MDIO
    csr_reg_t phy_mdio_r;
    csr_reg_t phy_rx_inband_status; // link, speed and duplex of some RGMII PHYs; else absent
    uint32_t rx_base; // of receive slot 0; slot n lies n * slot_size bytes behind it
    uint32_t tx_base; // of transmit slot 0
    uint32_t rx_slots;
    uint32_t tx_slots;
    uint32_t slot_size; // bytes from slot to slot
    bool keep_phy; // gateware uses the PHY, too (Etherbone): software must not reset it
} lx_liteeth_regs_t;

#endif // DRIVERS_LX_LITEETH_H
