// SPDX-License-Identifier: MIT
// The slave SPI port of the ECP5 model (FPGA-TN-02039, "Slave SPI Mode"): mode 0, most significant bit first. A command is
// an opcode, 24 bits of operand, then data in or out for as long as the port is selected; it is carried out when the port is
// deselected. Behind it is the same engine as behind JTAG.
#ifndef MODELS_ECP5_SPI_H
#define MODELS_ECP5_SPI_H

#include "models/ecp5.h"

// Caller-owned; zero it and set ecp5.
typedef struct {
    ecp5_t *ecp5;
    bool selected;
    uint32_t count;             // bytes since the port was selected
    uint8_t operand;            // its first byte
    uint8_t jtag_instruction;   // which JTAG has loaded, meanwhile
    uint64_t out;               // what a read gives, the next byte on top
} ecp5_spi_t;

void ecp5_spi_select(ecp5_spi_t *port, bool selected);

// A byte each way; all ones while the port is not selected.
uint8_t ecp5_spi_exchange(ecp5_spi_t *port, uint8_t mosi);

#endif // MODELS_ECP5_SPI_H
