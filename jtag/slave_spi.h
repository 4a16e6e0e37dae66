// SPDX-License-Identifier: MIT
//
// An ECP5 by its slave SPI port in place of JTAG: four wires (SN, CCLK, MOSI, MISO) of a device whose CFGMDN pins, or
// whose running design (SLAVE_SPI_PORT=ENABLE), have it on. It loads the SRAM and reads ids and status; the SPI flash
// behind the FPGA is out of reach from there (LX_ENOTSUP).

#ifndef JTAG_SLAVE_SPI_H
#define JTAG_SLAVE_SPI_H

#include "flash/bus.h"
#include "jtag/tap.h"

// The caller owns it as long as the transport is used. All but the bus is private.
typedef struct {
    flash_bus_t bus;
    tap_state_t state;
    uint8_t ir; // the present instruction
    uint8_t ir_shift;
    bool pending; // an instruction that Run-Test/Idle carries out
    uint64_t dr;
    uint8_t dr_bits;
    bool streaming; // the port is selected, and takes a bitstream
    uint8_t byte; // of the stream, not sent yet
    uint8_t byte_bits;
    uint8_t frame[2][4]; // in turns, while they are in flight
    uint8_t turn;
} jtag_slave_spi_t;

// The ctx is a jtag_slave_spi_t. Synchronous; the frequency is the bus's, and waits are its delays.
extern const jtag_transport_ops_t jtag_slave_spi_ops;

// Nothing is sent. The port is one device that has just been reset.
void jtag_slave_spi_init(jtag_slave_spi_t *port, flash_bus_t bus);

#endif // JTAG_SLAVE_SPI_H
