// SPDX-License-Identifier: MIT
//
// Configuration of the Lattice ECP5 and ECP5-5G over JTAG, after Lattice FPGA-TN-02039 (TN1260, "ECP5 and ECP5-5G
// sysCONFIG Usage Guide"): identification, status, loading the SRAM, booting from the flash.

#ifndef JTAG_ECP5_H
#define JTAG_ECP5_H

#include "jtag/jtag.h"
#include "jtag/tap.h"

typedef struct {
    const char *name;
    uint32_t idcode;
    uint16_t frames; // of the configuration SRAM
    uint16_t frame_bytes;
} ecp5_device_t;

// Instructions (FPGA-TN-02039, "ECP5 and ECP5-5G Slave SPI/JTAG command table").
typedef enum {
    ECP5_ISC_ERASE = 0x0e,
    ECP5_UIDCODE_PUB = 0x19,
    ECP5_PRELOAD = 0x1c,
    ECP5_ISC_DISABLE = 0x26,
    ECP5_LSC_PROG_SPI = 0x3a,
    ECP5_LSC_READ_STATUS = 0x3c,
    ECP5_LSC_INIT_ADDRESS = 0x46,
    ECP5_LSC_REFRESH = 0x79,
    ECP5_LSC_BITSTREAM_BURST = 0x7a,
    ECP5_USERCODE = 0xc0,
    ECP5_ISC_ENABLE = 0xc6,
    ECP5_IDCODE_PUB = 0xe0,
    ECP5_BYPASS = 0xff,
} ecp5_instruction_t;

// Bits of the status register (the same, table of LSC_READ_STATUS).
#define ECP5_STATUS_TRANSPARENT (1u << 0)
#define ECP5_STATUS_TARGET (7u << 1) // 0: SRAM
#define ECP5_STATUS_JTAG_ACTIVE (1u << 4)
#define ECP5_STATUS_PASSWORD_PROTECTION (1u << 5)
#define ECP5_STATUS_DECRYPT_ENABLE (1u << 7)
#define ECP5_STATUS_DONE (1u << 8)
#define ECP5_STATUS_ISC_ENABLE (1u << 9)
#define ECP5_STATUS_WRITE_ENABLE (1u << 10)
#define ECP5_STATUS_READ_ENABLE (1u << 11)
#define ECP5_STATUS_BUSY (1u << 12)
#define ECP5_STATUS_FAIL (1u << 13)
#define ECP5_STATUS_FEATURE_OTP (1u << 14)
#define ECP5_STATUS_DECRYPT_ONLY (1u << 15)
#define ECP5_STATUS_PASSWORD_ENABLE (1u << 16)
#define ECP5_STATUS_ENCRYPT_PREAMBLE (1u << 20)
#define ECP5_STATUS_STANDARD_PREAMBLE (1u << 21)
#define ECP5_STATUS_SPIM_FAIL (1u << 22)
#define ECP5_STATUS_ERROR (7u << 23) // ecp5_error_t
#define ECP5_STATUS_ERROR_SHIFT (23)
#define ECP5_STATUS_EXECUTION_ERROR (1u << 26)
#define ECP5_STATUS_ID_ERROR (1u << 27)
#define ECP5_STATUS_INVALID_COMMAND (1u << 28)
#define ECP5_STATUS_SED_ERROR (1u << 29)
#define ECP5_STATUS_BYPASS_MODE (1u << 30)
#define ECP5_STATUS_FLOW_THROUGH (1u << 31)

// The error of the configuration engine.
typedef enum {
    ECP5_ERROR_NONE,
    ECP5_ERROR_ID,
    ECP5_ERROR_COMMAND,
    ECP5_ERROR_CRC,
    ECP5_ERROR_PREAMBLE,
    ECP5_ERROR_ABORT,
    ECP5_ERROR_OVERFLOW,
    ECP5_ERROR_TOO_LONG,
} ecp5_error_t;

typedef enum {
    ECP5_CLOSED,
    ECP5_PREPARED, // the next ecp5_sram_write() opens
    ECP5_LOADING, // between ecp5_sram_open() and finish or abort
    ECP5_BRIDGED, // the bridge to the flash is open (bridge.h)
} ecp5_mode_t;

// The caller owns it; read-only outside.
typedef struct {
    tap_t *tap;
    const ecp5_device_t *device;
    uint32_t status; // the last one that was read
    ecp5_mode_t mode;
} ecp5_t;

// The device with this IDCODE, or NULL.
const ecp5_device_t *ecp5_find(uint32_t idcode);

// The words of the status register, bit by bit: what bit `bit` means when it is 1, or NULL for reserved bits and for those
// of ECP5_STATUS_ERROR, whose sentence is ecp5_error_text().
const char *ecp5_status_text(unsigned bit);
const char *ecp5_error_text(uint32_t status);

// What a status register says about a load, as a lx_status_t: LX_OK when DONE is high and no error stands.
int ecp5_verdict(uint32_t status);

// MCLK, the clock by which the ECP5 reads its flash, as a bitstream's control register 0 asks for it. 0: unknown code.
uint32_t ecp5_mclk_hz(uint32_t control0);

// Scan the chain and take its ECP5, or device number `which` among several (0: nearest to TDO).
// LX_EDEVICE: the chain has no such ECP5; its devices are in tap->chain.
int ecp5_open(ecp5_t *ecp5, tap_t *tap, unsigned which);

// The same on a chain that was scanned already, so that IR lengths from tap_set_ir_bits() stay. Reads the status.
int ecp5_attach(ecp5_t *ecp5, tap_t *tap, unsigned which);

// Whether the device's fuses refuse every bitstream that is not encrypted, by the last status.
bool ecp5_accepts_encrypted_only(const ecp5_t *ecp5);

// Registers. Reading them does not disturb a running design.
int ecp5_read_idcode(ecp5_t *ecp5, uint32_t *idcode);
int ecp5_read_status(ecp5_t *ecp5); // into ecp5->status
int ecp5_read_usercode(ecp5_t *ecp5, uint32_t *usercode);
int ecp5_read_unique_id(ecp5_t *ecp5, uint64_t *unique_id);

// Clear the SRAM: the running design ends. LX_EENABLE, LX_EERASE.
int ecp5_erase(ecp5_t *ecp5);

// Load the SRAM: open erases it, then any number of writes, then finish. After prepare instead of open, the first write
// opens: nothing is erased before there is data. The write function has a jtag_sink_t's shape: the data may be shifted
// until the next call has returned. finish returns what the device says: LX_OK only when DONE is high and no error
// stands. abort gives up a load that is prepared or open. Finish and abort leave the TAP in reset and the ECP5 closed,
// after errors too.
void ecp5_sram_prepare(ecp5_t *ecp5);
int ecp5_sram_open(ecp5_t *ecp5);
int ecp5_sram_write(void *ecp5, const uint8_t *data, size_t length);
int ecp5_sram_finish(ecp5_t *ecp5);
int ecp5_sram_abort(ecp5_t *ecp5);
bool ecp5_sram_is_loading(const ecp5_t *ecp5);

// Close whatever is open, at any time; the TAP is in reset afterwards.
int ecp5_abort(ecp5_t *ecp5);

// Boot from the flash as after power-up, and wait at most timeout_ms (0: 10 s) until the device is done.
// LX_EREFRESH: it did not boot; ecp5->status says more. LX_EDECRYPTONLY, LX_ENOKEY: its fuses do not accept the image.
int ecp5_refresh(ecp5_t *ecp5, uint32_t timeout_ms);

// For bridge.c: an instruction, an operand of up to 32 bits, then clocks and time in Run-Test/Idle.
int ecp5_command(ecp5_t *ecp5, ecp5_instruction_t instruction, uint32_t operand, unsigned bits, uint32_t clocks, uint32_t us);

#endif // JTAG_ECP5_H
