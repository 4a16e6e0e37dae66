// SPDX-License-Identifier: MIT
//
// JTAG through our own core (gateware/jtag_master.py): a transport of jtag/jtag.h. Long shifts go from and to memory
// without the CPU, and two operations are in flight.
//
// The CPU's data cache is forgotten when an operation has written to memory. Not for interrupts.

#ifndef DRIVERS_LX_JTAG_H
#define DRIVERS_LX_JTAG_H

#include "drivers/lx_jtag_time.h"
#include "jtag/jtag.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t divider;
    csr_reg_t length;
    csr_reg_t tms;
    csr_reg_t tdi;
    csr_reg_t tdi_base;
    csr_reg_t tdo_base;
    csr_reg_t command;
    csr_reg_t status;
    csr_reg_t tdo;
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
} lx_jtag_regs_t;

// Private to lx_jtag; the caller owns the memory and zeroes nothing.
typedef struct {
    const lx_jtag_regs_t *regs;
    uint32_t clk_hz;
    lx_jtag_time_t time;
    uint32_t divider;
    uint64_t cycles[2]; // that the newest operation takes, and the one before it
    bool captures[2]; // whether they write to memory
} lx_jtag_t;

// Its context is an lx_jtag_t.
extern const jtag_transport_ops_t lx_jtag_ops;

// Drop what is in flight and take TCK of at most 1 MHz. clock outlives the transport. LX_EIO: the core does not
// come to rest.
int lx_jtag_init(lx_jtag_t *jtag, const lx_jtag_regs_t *regs, uint32_t clk_hz, lx_clock_t *clock);

// Drop what is in flight, after the clock that is under way; memory is the caller's again. LX_EIO as above.
int lx_jtag_abort(lx_jtag_t *jtag);

#endif // DRIVERS_LX_JTAG_H
