// SPDX-License-Identifier: MIT
// The ECP5 behind its TAP: instructions, data registers, configuration modes and the status register. Commands act in
// Run-Test/Idle, as the sysCONFIG guide's flows and Lattice's own SVF have it; data of LSC_BITSTREAM_BURST and of the SPI
// bridge act as they are shifted.

#include "models/ecp5_internal.h"

#include <string.h>

enum {
    SPI_KEY = 0x68FE,           // FE then 68, each LSB first: opens LSC_PROG_SPI
    CTRL0_BACKGROUND = 0x2E000000, // the SPI port stays with the configuration logic in user mode
    ENABLE_NS = 1000,
    // No document gives a time for ISC_ERASE: ecpprog allows it 32 clocks at 6 MHz, the SVF of ecppack 10 ms.
    ERASE_TYPICAL_NS = 100000,
    ERASE_MAXIMUM_NS = 5000000,
    WRONG_IDCODE = 0x012BA043,  // a MachXO2
    BURST = ECP5_IR_BITSTREAM_BURST,
};

static bool busy(const ecp5_t *ecp5) {
    return ecp5->now_ns < ecp5->busy_until_ns;
}

static void set_busy(ecp5_t *ecp5, uint64_t ns) {
    uint64_t duration = ecp5->times == NOR_TIMES_NONE ? 0 : ns;
    ecp5->busy_until_ns = ecp5->fault == ECP5_FAULT_STUCK_BUSY ? UINT64_MAX : ecp5->now_ns + duration;
}

uint32_t ecp5_status(const ecp5_t *ecp5) {
    uint32_t value = 0;
    value |= ecp5->transparent ? ECP5_STATUS_TRANSPARENT : 0;
    value |= ecp5->jtag_active ? ECP5_STATUS_JTAG_ACTIVE : 0;
    value |= ecp5->done && !ecp5->booting ? ECP5_STATUS_DONE : 0;
    value |= ecp5->isc_enabled
        ? ECP5_STATUS_ISC_ENABLE | ECP5_STATUS_WRITE_ENABLE | ECP5_STATUS_READ_ENABLE : 0;
    value |= busy(ecp5) ? ECP5_STATUS_BUSY : 0;
    value |= ecp5->fail ? ECP5_STATUS_FAIL : 0;
    bool decrypt_only = ecp5->fault == ECP5_FAULT_DECRYPT_ONLY;
    value |= decrypt_only ? ECP5_STATUS_DECRYPT_ONLY : 0;
    value |= decrypt_only || ecp5->fault == ECP5_FAULT_DECRYPTS ? ECP5_STATUS_DECRYPT_ENABLE : 0;
    if (!ecp5->booting) {
        value |= ecp5->preamble_seen ? ECP5_STATUS_STD_PREAMBLE : 0;
        value |= ecp5->encrypted_seen ? ECP5_STATUS_ENCRYPT_PREAMBLE : 0;
        value |= ecp5->spim_fail ? ECP5_STATUS_SPIM_FAIL : 0;
        value |= (uint32_t)ecp5->bse << ECP5_STATUS_BSE_SHIFT;
        value |= ecp5->bse != ECP5_BSE_NONE ? ECP5_STATUS_EXEC_ERROR : 0;
        value |= ecp5->invalid_command ? ECP5_STATUS_INVALID_COMMAND : 0;
    }
    return value;
}

// Blank configuration memory.
static void clear(ecp5_t *ecp5) {
    ecp5->done = false;
    ecp5->user_mode = false;
    ecp5->usercode = 0;
    ecp5->ctrl0 = 0;
    ecp5->frames = 0;
    ecp5->memory_crc32 = 0;
    ecp5->ebr_bytes = 0;
    ecp5->burst_bytes = 0;
    ecp5->fail = false;
    ecp5->clears++;
}

void ecp5_boot(ecp5_t *ecp5) {
    uint64_t duration = 0;
    clear(ecp5);
    ecp5->isc_enabled = false;
    ecp5->transparent = false;
    ecp5->jtag_active = false;
    ecp5->spi_open = false;
    ecp5->boot_done = ecp5_load_flash(ecp5, &duration);
    ecp5->booting = true;
    set_busy(ecp5, duration);
    ecp5_advance(ecp5, 0);
}

void ecp5_advance(ecp5_t *ecp5, uint64_t ns) {
    ecp5->now_ns += ns;
    if (ecp5->booting && !busy(ecp5)) {
        ecp5->booting = false;
        ecp5->user_mode = ecp5->boot_done;
        ecp5->boots += ecp5->boot_done;
    }
}

static void enable(ecp5_t *ecp5, bool transparent) {
    if (ecp5->booting) { // JTAG takes the configuration logic away from the boot
        ecp5->booting = false;
        ecp5->done = false;
        ecp5->bse = ECP5_BSE_ABORT;
    }
    ecp5->isc_enabled = true;
    ecp5->jtag_active = true;
    ecp5->transparent = transparent;
    ecp5->user_mode = ecp5->user_mode && transparent;
    ecp5->fail = false;
    set_busy(ecp5, ENABLE_NS);
}

static void erase(ecp5_t *ecp5) {
    if (!ecp5->isc_enabled) {
        return;
    }
    clear(ecp5);
    ecp5->fail = ecp5->fault == ECP5_FAULT_ERASE_FAILS;
    set_busy(ecp5, ecp5->times == NOR_TIMES_MAXIMUM ? ERASE_MAXIMUM_NS : ERASE_TYPICAL_NS);
}

static void disable(ecp5_t *ecp5) {
    ecp5->isc_enabled = false;
    ecp5->transparent = false;
    ecp5->jtag_active = false;
    ecp5->user_mode = ecp5->done;
}

static void execute(ecp5_t *ecp5) {
    switch (ecp5->instruction) {
        case ECP5_IR_ISC_ENABLE:
        case ECP5_IR_ISC_ENABLE_X:
            enable(ecp5, ecp5->instruction == ECP5_IR_ISC_ENABLE_X);
            break;
        case ECP5_IR_ISC_ERASE:
            erase(ecp5);
            break;
        case ECP5_IR_ISC_DISABLE:
            disable(ecp5);
            break;
        case ECP5_IR_REFRESH:
            ecp5_boot(ecp5);
            break;
        case ECP5_IR_PROGRAM_DONE:
            ecp5->done = ecp5->done || (ecp5->isc_enabled && ecp5->fault != ECP5_FAULT_NO_DONE);
            break;
        case ECP5_IR_INIT_ADDRESS:
            if (ecp5->isc_enabled) {
                ecp5->frames = 0;
                ecp5->memory_crc32 = 0;
                ecp5->ebr_bytes = 0;
            }
            break;
        case ECP5_IR_RESET_CRC:
            ecp5->stream.crc = 0;
            break;
        default:
            break;
    }
}

static void on_idle(void *context, uint32_t clocks) {
    ecp5_t *ecp5 = context;
    (void)clocks;
    bool takes_over = ecp5->booting && ecp5->fault != ECP5_FAULT_STUCK_BUSY
        && (ecp5->instruction == ECP5_IR_ISC_ENABLE || ecp5->instruction == ECP5_IR_REFRESH);
    if (!ecp5->executed && (takes_over || !busy(ecp5))) {
        ecp5->executed = true;
        execute(ecp5);
    }
}

static void spi_deselect(ecp5_t *ecp5) {
    if (ecp5->flash != NULL && ecp5->spi_bits != 0) {
        nor_abandon(ecp5->flash);
    }
    if (ecp5->flash != NULL) {
        nor_select(ecp5->flash, false);
    }
    ecp5->spi_bits = 0;
}

static void on_update_ir(void *context, uint32_t instruction) {
    ecp5_t *ecp5 = context;
    if (ecp5->instruction == BURST && ecp5->burst_open) {
        ecp5_bitstream_end(ecp5);
    }
    if (instruction != ECP5_IR_PROG_SPI) {
        ecp5->spi_open = false;
    }
    ecp5->instruction = (uint8_t)instruction;
    ecp5->executed = false;
    ecp5->burst_open = false;
    if (instruction == BURST && ecp5->isc_enabled) {
        ecp5_bitstream_start(ecp5, false);
    }
}

static void on_reset(void *context) {
    on_update_ir(context, ECP5_IR_READ_ID);
}

static void on_capture_dr(void *context) {
    ecp5_t *ecp5 = context;
    uint64_t value = 0;
    uint8_t bits = 1;
    switch (ecp5->instruction) {
        case ECP5_IR_READ_ID:
            value = ecp5->fault == ECP5_FAULT_WRONG_ID ? WRONG_IDCODE : ecp5->device->idcode;
            bits = 32;
            break;
        case ECP5_IR_USERCODE:
            value = ecp5->usercode;
            bits = 32;
            break;
        case ECP5_IR_READ_STATUS:
            value = ecp5_status(ecp5);
            bits = 32;
            break;
        case ECP5_IR_CHECK_BUSY:
            value = busy(ecp5);
            break;
        case ECP5_IR_READ_CTRL0:
            value = ecp5->ctrl0;
            bits = 32;
            break;
        case ECP5_IR_PROG_CTRL0:
        case ECP5_IR_PROGRAM_USERCODE:
            bits = 32;
            break;
        case ECP5_IR_READ_CRC:
            value = ecp5->stream.crc;
            bits = 16;
            break;
        case ECP5_IR_PROG_SPI:
            bits = 16;
            break;
        case ECP5_IR_UIDCODE:
            value = ecp5->unique_id;
            bits = 64;
            break;
        case ECP5_IR_ISC_ENABLE:
        case ECP5_IR_ISC_ENABLE_X:
        case ECP5_IR_ISC_ERASE:
        case ECP5_IR_ISC_DISABLE:
        case ECP5_IR_INIT_ADDRESS:
            bits = 8;
            break;
        default:
            break;
    }
    ecp5->register_value = value;
    ecp5->register_bits = bits;
}

static uint8_t reverse(uint8_t byte) {
    byte = (uint8_t)(byte >> 4 | byte << 4);
    byte = (uint8_t)((byte & 0xCC) >> 2 | (byte & 0x33) << 2);
    return (uint8_t)((byte & 0xAA) >> 1 | (byte & 0x55) << 1);
}

// In user mode the SPI pins belong to the fabric, unless the bitstream kept them; while booting, to the boot.
static bool bridged(const ecp5_t *ecp5) {
    bool background = (ecp5->ctrl0 & CTRL0_BACKGROUND) == CTRL0_BACKGROUND;
    return ecp5->flash != NULL && !ecp5->booting && (!ecp5->user_mode || background);
}

// TCK is SCK, TDI is MOSI, TDO is MISO, chip select is low in Shift-DR.
static uint32_t shift_spi(ecp5_t *ecp5, uint32_t tdi, unsigned bits) {
    if (!bridged(ecp5)) {
        return (1u << bits) - 1;
    }
    nor_t *nor = ecp5->flash;
    nor_select(nor, true);
    if (bits == 8 && ecp5->spi_bits == 0) {
        return reverse(nor_exchange(nor, reverse((uint8_t)tdi)));
    }
    uint32_t tdo = 0;
    for (unsigned i = 0; i < bits; i++) {
        if (ecp5->spi_bits == 0) {
            ecp5->spi_out = nor_peek(nor);
        }
        tdo |= (uint32_t)(ecp5->spi_out >> (7 - ecp5->spi_bits) & 1) << i;
        ecp5->spi_in = (uint8_t)(ecp5->spi_in << 1 | (tdi >> i & 1));
        if (++ecp5->spi_bits == 8) {
            ecp5->spi_bits = 0;
            nor_exchange(nor, ecp5->spi_in);
        }
    }
    return tdo;
}

// In a stream that JTAG shifts in, boards abort at an SPI mode unless the flash holds a bitstream with the same one.
static void shift_bitstream(ecp5_t *ecp5, uint32_t tdi, unsigned bits) {
    ecp5_bitstream_bits(ecp5, tdi, bits);
    uint8_t mode = ecp5->stream.asked_mode;
    ecp5->stream.asked_mode = 0;
    if (mode != 0 && !ecp5_flash_has_mode(ecp5, mode)) {
        ecp5_bitstream_refuse(ecp5, ECP5_BSE_ABORT);
    }
}

static uint32_t on_shift_dr(void *context, uint32_t tdi, unsigned bits) {
    ecp5_t *ecp5 = context;
    uint32_t mask = (1u << bits) - 1;
    if (ecp5->instruction == BURST) {
        if (ecp5->isc_enabled && !busy(ecp5)) {
            ecp5->burst_open = true;
            shift_bitstream(ecp5, tdi, bits);
        }
        return 0;
    }
    if (ecp5->instruction == ECP5_IR_SAMPLE) {
        return 0; // nothing is wired to the boundary cells
    }
    if (ecp5->instruction == ECP5_IR_PROG_SPI && ecp5->spi_open) {
        return shift_spi(ecp5, tdi, bits);
    }
    uint32_t tdo = 0;
    for (unsigned i = 0; i < bits; i++) {
        tdo |= (uint32_t)(ecp5->register_value & 1) << i;
        ecp5->register_value = ecp5->register_value >> 1
            | (uint64_t)(tdi >> i & 1) << (ecp5->register_bits - 1);
    }
    return tdo & mask;
}

static bool on_tdo(void *context) {
    ecp5_t *ecp5 = context;
    if (ecp5->instruction == BURST || ecp5->instruction == ECP5_IR_SAMPLE) {
        return false;
    }
    if (ecp5->instruction == ECP5_IR_PROG_SPI && ecp5->spi_open) {
        if (!bridged(ecp5)) {
            return true;
        }
        uint8_t out = ecp5->spi_bits == 0 ? nor_peek(ecp5->flash) : ecp5->spi_out;
        return out >> (7 - ecp5->spi_bits) & 1;
    }
    return ecp5->register_value & 1;
}

static void on_exit_dr(void *context) {
    ecp5_t *ecp5 = context;
    if (ecp5->instruction == ECP5_IR_PROG_SPI && ecp5->spi_open) {
        spi_deselect(ecp5);
    }
}

static void on_update_dr(void *context) {
    ecp5_t *ecp5 = context;
    uint32_t value = (uint32_t)ecp5->register_value;
    switch (ecp5->instruction) {
        case ECP5_IR_PROG_SPI:
            if ((value & 0xFFFF) == SPI_KEY) { // on a chain the scan is longer; what counts is what stays
                ecp5->spi_open = true;
            }
            break;
        case ECP5_IR_PROGRAM_USERCODE:
            if (ecp5->isc_enabled) {
                ecp5->usercode = value;
            }
            break;
        case ECP5_IR_PROG_CTRL0:
            if (ecp5->isc_enabled) {
                ecp5->ctrl0 = value;
            }
            break;
        default:
            break;
    }
}

const tap_ops_t ecp5_tap_ops = {
    .ir_bits = 8,
    .ir_capture = 0x01,
    .reset = on_reset,
    .update_ir = on_update_ir,
    .capture_dr = on_capture_dr,
    .shift_dr = on_shift_dr,
    .tdo = on_tdo,
    .exit_dr = on_exit_dr,
    .update_dr = on_update_dr,
    .idle = on_idle,
};

void ecp5_init(ecp5_t *ecp5, const ecp5_device_t *device, nor_t *flash) {
    memset(ecp5, 0, sizeof(*ecp5));
    ecp5->device = device;
    ecp5->flash = flash;
    ecp5->instruction = ECP5_IR_READ_ID;
    ecp5->executed = true;
    ecp5->unique_id = 0x0123456789ABCDEFull;
    ecp5->register_bits = 1;
}
