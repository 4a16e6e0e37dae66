// SPDX-License-Identifier: MIT
//
// The way to the SPI flash of an ECP5: after LSC_PROG_SPI each data register scan is one transfer on the
// flash's pins, chip select low while the TAP shifts. An implementation of flash_bus_ops_t.
//
// An unconfigured ECP5 hands its flash to JTAG. While a design runs, it does so only where the bitstream kept the SPI
// pins out of the fabric (ecppack --background).

#ifndef JTAG_BRIDGE_H
#define JTAG_BRIDGE_H

#include "flash/nor.h"
#include "jtag/ecp5.h"

typedef struct {
    ecp5_t *ecp5;
    bool selected; // chip select is low
    bool reading; // the captured bits of this transfer are aligned
} bridge_t;

extern const flash_bus_ops_t bridge_ops;

// Erase the SRAM and connect the flash. LX_ENOTSUP: a device of the chain lies between TDI and the ECP5; the
// content of its bypass register would reach the flash as the first bit of each command.
int bridge_open(bridge_t *bridge, ecp5_t *ecp5);

// Connect the flash without ending the running design. Whether it answers depends on the design, see above.
int bridge_open_beside(bridge_t *bridge, ecp5_t *ecp5);

// Let go of a transfer that broke off, so that the flash does not carry it out, and nothing else is taken for its rest.
// Before any other use of the bridge after LX_EINTR or an error of the transport.
int bridge_drop(bridge_t *bridge);

// Disconnect: the TAP is in reset then. Safe after errors and in the middle of a transfer.
int bridge_close(bridge_t *bridge);

#endif // JTAG_BRIDGE_H
