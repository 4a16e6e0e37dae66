// SPDX-License-Identifier: MIT
//
// LiteEth's MAC with its PHY (liteeth/mac/sram.py, liteeth/phy/common.py): frames in and out of its slots.
//
// A frame is received into a slot: sram_writer_slot and sram_writer_length tell the oldest one, and writing 1 to
// sram_writer_ev_pending releases it. A frame is sent from a slot: write sram_reader_slot and sram_reader_length, then
// sram_reader_start, while sram_reader_ready is 1 (its command FIFO, which is as long as there are slots, is not full).
// Slots are used in turn in both directions, so the oldest is always the next one to be free.
//
// No function waits. What receives and what sends share nothing, so that each may have a context of its own: the
// interrupt takes frames by lx_liteeth_isr(), lx_liteeth_peek(), lx_liteeth_read() and lx_liteeth_enable_receive() while
// something else sends.

#ifndef DRIVERS_LX_LITEETH_H
#define DRIVERS_LX_LITEETH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

#define LX_LITEETH_MAC_BYTES (6)
#define LX_LITEETH_HEADER_BYTES (14)
// The longest frame, with a VLAN tag and without FCS.
#define LX_LITEETH_FRAME_MAX (1518)

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
    csr_reg_t preamble_crc; // absent: the MAC has neither, see software_fcs
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
    bool software_fcs; // frames in the slots have preamble and FCS, which software makes and checks
} lx_liteeth_regs_t;

// Counting up since lx_liteeth_init(), modulo 2^32. Bytes are those of frames without preamble and FCS.
typedef struct {
    uint32_t rx_frames; // read by lx_liteeth_read()
    uint32_t rx_bytes;
    uint32_t rx_filtered; // for somebody else
    uint32_t rx_length_errors; // shorter than a header, or longer than LX_LITEETH_FRAME_MAX
    uint32_t rx_fcs_errors; // preamble or FCS wrong
    uint32_t rx_overflows; // no slot was free
    uint32_t rx_dropped; // by lx_liteeth_drop()
    uint32_t tx_frames;
    uint32_t tx_bytes;
} lx_liteeth_counters_t;

// Private to lx_liteeth but for what lx_liteeth_set_address() and lx_liteeth_counters() give.
typedef struct {
    const lx_liteeth_regs_t *regs;
    uint32_t filter_high; // bytes 0 to 3 of the address as a slot's first word
    uint32_t filter_low; // bytes 4 and 5
    uint32_t tx_slot; // of the next frame
    uint32_t rx_slot; // that lx_liteeth_peek() has looked at
    uint32_t rx_length; // of the frame there, 0: none
    uint32_t first_errors[3]; // the core's counters at the start
    lx_liteeth_counters_t counters;
} lx_liteeth_t;

// A piece of a frame to send.
typedef struct {
    const void *data;
    size_t n;
} lx_liteeth_part_t;

// Take over a MAC in whatever state it is: interrupts off, and what was received is dropped. Its address is all zeros,
// so that it receives broadcast and multicast alone. LX_ENODEV: it has no slots.
int lx_liteeth_init(lx_liteeth_t *eth, const lx_liteeth_regs_t *regs);

// Have the frames to this address received, beside broadcast and multicast. LX_EINVAL: a multicast address.
int lx_liteeth_set_address(lx_liteeth_t *eth, const uint8_t address[LX_LITEETH_MAC_BYTES]);

// Hold the PHY in reset, or let it go. LX_ENOTSUP: software cannot, or must not, reset it.
int lx_liteeth_reset_phy(const lx_liteeth_t *eth, bool held);

// Whether an RGMII PHY says in its receive signals that there is a link. LX_ENOTSUP: this one does not tell.
int lx_liteeth_inband_link(const lx_liteeth_t *eth, bool *up);

// Interrupts for received frames, and for a transmit slot that has become free.
void lx_liteeth_enable_receive(const lx_liteeth_t *eth, bool on);
void lx_liteeth_enable_transmit(const lx_liteeth_t *eth, bool on);
void lx_liteeth_enable(const lx_liteeth_t *eth, bool receive, bool transmit);

// For the interrupt: mask what is pending, acknowledge the transmitter's event. Returns whether there was any.
bool lx_liteeth_isr(const lx_liteeth_t *eth);

// The bytes of the oldest received frame that is for us, 0: there is none. Frames for others and broken ones
// are dropped on the way, as many as there are slots at most.
size_t lx_liteeth_peek(lx_liteeth_t *eth);

// Copy the frame that lx_liteeth_peek() has found and release its slot. `to` has room for two bytes of padding, which
// align the IP header, and the frame, rounded up to whole words; bytes behind the frame become 0. Returns the sum in
// ones' complement over all from the IP header on, as 16-bit words in memory's order (RFC 1071). 0 and no write
// where lx_liteeth_peek() has found none.
uint16_t lx_liteeth_read(lx_liteeth_t *eth, uint32_t *to);

// Release it unread and count it as dropped.
void lx_liteeth_drop(lx_liteeth_t *eth);

// Whether a frame can be sent now.
bool lx_liteeth_can_send(const lx_liteeth_t *eth);

// Copy a frame into a slot and start it. LX_EBUSY: no slot is free. LX_EINVAL: shorter than a header or longer than
// LX_LITEETH_FRAME_MAX.
int lx_liteeth_send(lx_liteeth_t *eth, const lx_liteeth_part_t *parts, unsigned count);

// The counters, those of the core included.
void lx_liteeth_counters(const lx_liteeth_t *eth, lx_liteeth_counters_t *counters);

#endif // DRIVERS_LX_LITEETH_H
