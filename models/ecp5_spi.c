// SPDX-License-Identifier: MIT
// The slave SPI port: see ecp5_spi.h. Opcodes are JTAG's instructions, and registers come out from the other end.

#include "models/ecp5_spi.h"

#define HEADER (4)
#define ERASE_SRAM (1 << 0)

static uint8_t reverse(uint8_t byte) {
    uint8_t reversed = 0;
    for (unsigned bit = 0; bit < 8; bit++) {
        reversed = (uint8_t)(reversed << 1 | (byte >> bit & 1));
    }
    return reversed;
}

// The register of the instruction, with its first byte on top.
static void capture(ecp5_spi_t *port) {
    ecp5_t *ecp5 = port->ecp5;
    ecp5_tap_ops.capture_dr(ecp5);
    unsigned bits = ecp5->register_bits;
    port->out = bits < 8 ? 0 : ecp5->register_value << (64 - bits);
}

static void begin(ecp5_spi_t *port, uint8_t opcode) {
    // These are JTAG's alone.
    port->jtag_instruction = port->ecp5->instruction;
    bool taken = opcode != ECP5_IR_PROG_SPI && opcode != ECP5_IR_SAMPLE;
    ecp5_tap_ops.update_ir(port->ecp5, taken ? opcode : ECP5_IR_BYPASS);
}

static void carry_out(ecp5_spi_t *port) {
    ecp5_t *ecp5 = port->ecp5;
    bool nothing = ecp5->instruction == ECP5_IR_ISC_ERASE && !(port->operand & ERASE_SRAM);
    if (port->count >= HEADER && !nothing) {
        ecp5_tap_ops.idle(ecp5, 1);
        ecp5->jtag_active = false;
    }
    ecp5_tap_ops.update_ir(ecp5, port->jtag_instruction);
    ecp5->executed = true;
}

void ecp5_spi_select(ecp5_spi_t *port, bool selected) {
    if (selected == port->selected) {
        return;
    }
    port->selected = selected;
    if (selected) {
        port->count = 0;
    } else if (port->count) {
        carry_out(port);
    }
}

uint8_t ecp5_spi_exchange(ecp5_spi_t *port, uint8_t mosi) {
    ecp5_t *ecp5 = port->ecp5;
    if (!port->selected) {
        return 0xFF;
    }
    uint32_t at = port->count++;
    if (at == 0) {
        begin(port, mosi);
    } else if (at == 1) {
        port->operand = mosi;
    } else if (at >= HEADER && ecp5->instruction == ECP5_IR_BITSTREAM_BURST) {
        ecp5_tap_ops.shift_dr(ecp5, reverse(mosi), 8);
    }
    if (at + 1 == HEADER) {
        capture(port);
    }
    if (at < HEADER) {
        return 0xFF;
    }
    uint8_t miso = (uint8_t)(port->out >> 56);
    port->out <<= 8;
    return miso;
}
