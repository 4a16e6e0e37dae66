// SPDX-License-Identifier: MIT
//
// The ECP5's configuration port (ecp5.h), after FPGA-TN-02039 and IEEE 1532, whose ISC_ instructions it follows.
//
// The sequence of an SRAM load and its waits are those of the SVF files that Lattice's tools write:
//
//   1. PRELOAD: ones into the boundary scan register
//   2. ISC_ENABLE: programming mode
//   3. ISC_ERASE: clear the SRAM
//   4. LSC_INIT_ADDRESS
//   5. LSC_BITSTREAM_BURST: the whole file in one data register scan
//   6. BYPASS, and the status, before errors are forgotten
//   7. ISC_DISABLE: the design starts
//   8. the status again
//
// Where those files wait a fixed time for the device, its busy bit is polled.

#include "jtag/ecp5.h"

#include <string.h>

#define ERASE_SRAM (0x01)
// Longer than the boundary scan register of the largest device.
#define PRELOAD_BITS (1600)

#define BUSY_POLL_US (500)
#define BUSY_POLLS (4000)
#define REFRESH_POLL_US (5000)
#define REFRESH_DEFAULT_MS (10000)

static const ecp5_device_t devices[] = {
    { "LFE5U-12F", 0x21111043, 7562, 74 },
    { "LFE5U-25F", 0x41111043, 7562, 74 },
    { "LFE5U-45F", 0x41112043, 9470, 106 },
    { "LFE5U-85F", 0x41113043, 13294, 142 },
    { "LFE5UM-25F", 0x01111043, 7562, 74 },
    { "LFE5UM-45F", 0x01112043, 9470, 106 },
    { "LFE5UM-85F", 0x01113043, 13294, 142 },
    { "LFE5UM5G-25F", 0x81111043, 7562, 74 },
    { "LFE5UM5G-45F", 0x81112043, 9470, 106 },
    { "LFE5UM5G-85F", 0x81113043, 13294, 142 },
};

static const char *const status_words[32] = {
    [0] = "transparent mode",
    [1] = "target is not SRAM",
    [4] = "JTAG active",
    [5] = "password protection",
    [7] = "decryption enabled",
    [8] = "DONE",
    [9] = "programming enabled",
    [10] = "writable",
    [11] = "readable",
    [12] = "busy",
    [13] = "fail",
    [14] = "feature row OTP",
    [15] = "encrypted bitstreams only",
    [16] = "password enabled",
    [20] = "encrypted preamble seen",
    [21] = "standard preamble seen",
    [22] = "boot from the primary flash image failed",
    [26] = "execution error",
    [27] = "ID error",
    [28] = "invalid command",
    [29] = "soft error detected",
    [30] = "bypass mode",
    [31] = "flow-through mode",
};

static const struct {
    int8_t status;
    const char *text;
} errors[] = {
    [ECP5_ERROR_NONE] = { LX_OK, "no error" },
    [ECP5_ERROR_ID] = { LX_EDEVICEID, "ID error: the bitstream is for another device" },
    [ECP5_ERROR_COMMAND] = { LX_EDEVICECOMMAND, "illegal command" },
    [ECP5_ERROR_CRC] = { LX_EDEVICECRC, "CRC error" },
    [ECP5_ERROR_PREAMBLE] = { LX_EDEVICEDATA, "preamble error" },
    [ECP5_ERROR_ABORT] = { LX_EDEVICEDATA, "aborted" },
    [ECP5_ERROR_OVERFLOW] = { LX_EDEVICEDATA, "data overflow" },
    [ECP5_ERROR_TOO_LONG] = { LX_EDEVICEDATA, "the bitstream is longer than the SRAM" },
};

// MCLK by bits 5 to 0 of control register 0 (the same document, table of MCCLK_FREQ).
static const struct {
    uint8_t code;
    uint32_t hz;
} mclk_codes[] = {
    { 0x00, 2400000 }, { 0x01, 4800000 }, { 0x20, 9700000 }, { 0x30, 19400000 }, { 0x38, 38800000 }, { 0x3b, 62000000 },
};


// Accessors of the status register.

// A status of all ones does not come from an ECP5: TDO is stuck or floats.
static bool is_nonsense(uint32_t status) {
    return status == 0xffffffff;
}

static bool is_busy(uint32_t status) {
    return status & ECP5_STATUS_BUSY;
}

static bool is_done(uint32_t status) {
    return status & ECP5_STATUS_DONE;
}

static bool is_enabled(uint32_t status) {
    return status & ECP5_STATUS_ISC_ENABLE;
}

static bool takes_sram(uint32_t status) {
    return is_enabled(status) && (status & ECP5_STATUS_WRITE_ENABLE) && !(status & ECP5_STATUS_TARGET);
}

static ecp5_error_t error_of(uint32_t status) {
    return (status & ECP5_STATUS_ERROR) >> ECP5_STATUS_ERROR_SHIFT;
}

static bool lacks_key(uint32_t status) {
    return (status & ECP5_STATUS_ENCRYPT_PREAMBLE) && !(status & ECP5_STATUS_DECRYPT_ENABLE);
}

static bool wants_encrypted(uint32_t status) {
    return (status & ECP5_STATUS_STANDARD_PREAMBLE) && (status & ECP5_STATUS_DECRYPT_ONLY);
}

static int read_register(ecp5_t *ecp5, ecp5_instruction_t instruction, uint8_t *bytes, unsigned bits) {
    if (ecp5->mode == ECP5_LOADING) {
        return LX_EBUSY;
    }
    int status = tap_ir(ecp5->tap, instruction);
    return status == LX_OK ? tap_dr(ecp5->tap, NULL, bytes, bits, 0) : status;
}

static int read_word(ecp5_t *ecp5, ecp5_instruction_t instruction, uint32_t *word) {
    uint8_t bytes[4] = { 0 };
    int status = read_register(ecp5, instruction, bytes, 32);
    *word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return status;
}

// Poll the status register until the device is not busy. One that reads all ones until the bound is gone.
static int poll_until_ready(ecp5_t *ecp5) {
    for (unsigned polls = 0; polls < BUSY_POLLS; polls++) {
        int status = ecp5_read_status(ecp5);
        if (status != LX_OK || !is_busy(ecp5->status)) {
            return status;
        }
        status = tap_run(ecp5->tap, 2, BUSY_POLL_US);
        if (status != LX_OK) {
            return status;
        }
    }
    return is_nonsense(ecp5->status) ? LX_ENODEV : LX_ETIMEDOUT;
}

// A command that keeps the device busy.
static int command_and_wait(ecp5_t *ecp5, ecp5_instruction_t instruction, uint32_t operand) {
    int status = ecp5_command(ecp5, instruction, operand, 8, 2, 1000);
    return status == LX_OK ? poll_until_ready(ecp5) : status;
}

static int preload(ecp5_t *ecp5) {
    int status = tap_ir(ecp5->tap, ECP5_PRELOAD);
    return status == LX_OK ? tap_dr(ecp5->tap, NULL, NULL, PRELOAD_BITS, 0) : status;
}

// Enter programming mode. A device that is just booting may not take the first command.
static int enable(ecp5_t *ecp5) {
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        int status = command_and_wait(ecp5, ECP5_ISC_ENABLE, 0);
        if (status != LX_OK) {
            return status;
        }
        if (is_enabled(ecp5->status)) {
            break;
        }
    }
    return takes_sram(ecp5->status) && !is_nonsense(ecp5->status) ? LX_OK : LX_EENABLE;
}

static int erase(ecp5_t *ecp5) {
    int status = command_and_wait(ecp5, ECP5_ISC_ERASE, ERASE_SRAM);
    if (status == LX_ETIMEDOUT) {
        return LX_EERASE;
    }
    if (status != LX_OK) {
        return status;
    }
    return is_done(ecp5->status) || (ecp5->status & ECP5_STATUS_FAIL) ? LX_EERASE : LX_OK;
}

// Steps 1 to 3 of a load; stays in programming mode.
static int enable_and_erase(ecp5_t *ecp5) {
    int status = preload(ecp5);
    if (status != LX_OK) {
        return status;
    }
    status = enable(ecp5);
    return status == LX_OK ? erase(ecp5) : status;
}

static int disable(ecp5_t *ecp5) {
    int status = ecp5_command(ecp5, ECP5_ISC_DISABLE, 0, 0, 100, 1000);
    return status == LX_OK ? ecp5_command(ecp5, ECP5_BYPASS, 0, 0, 100, 1000) : status;
}

// The last steps of whatever was open: reset the TAP and keep the first error.
static int close(ecp5_t *ecp5, int status) {
    ecp5->mode = ECP5_CLOSED;
    int reset = tap_reset(ecp5->tap);
    if (reset == LX_OK) {
        reset = tap_wait(ecp5->tap, 0);
    }
    return status == LX_OK ? reset : status;
}

const ecp5_device_t *ecp5_find(uint32_t idcode) {
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (devices[i].idcode == idcode) {
            return &devices[i];
        }
    }
    return NULL;
}

const char *ecp5_status_text(unsigned bit) {
    return bit < 32 ? status_words[bit] : NULL;
}

const char *ecp5_error_text(uint32_t status) {
    return errors[error_of(status)].text;
}

int ecp5_verdict(uint32_t status) {
    if (is_nonsense(status)) {
        return LX_ENODEV;
    }
    int error = errors[error_of(status)].status;
    if (error != LX_OK) {
        return lacks_key(status) ? LX_ENOKEY : wants_encrypted(status) ? LX_EDECRYPTONLY : error;
    }
    if (status & ECP5_STATUS_ID_ERROR) {
        return LX_EDEVICEID;
    }
    if (status & ECP5_STATUS_INVALID_COMMAND) {
        return LX_EDEVICECOMMAND;
    }
    if (status & (ECP5_STATUS_FAIL | ECP5_STATUS_EXECUTION_ERROR)) {
        return LX_EDEVICEDATA;
    }
    return is_done(status) ? LX_OK : LX_ENOTDONE;
}

uint32_t ecp5_mclk_hz(uint32_t control0) {
    for (size_t i = 0; i < sizeof(mclk_codes) / sizeof(mclk_codes[0]); i++) {
        if (mclk_codes[i].code == (control0 & 0x3f)) {
            return mclk_codes[i].hz;
        }
    }
    return 0;
}

int ecp5_open(ecp5_t *ecp5, tap_t *tap, unsigned which) {
    memset(ecp5, 0, sizeof(*ecp5));
    int status = tap_scan(tap);
    return status == LX_OK ? ecp5_attach(ecp5, tap, which) : status;
}

int ecp5_attach(ecp5_t *ecp5, tap_t *tap, unsigned which) {
    memset(ecp5, 0, sizeof(*ecp5));
    ecp5->tap = tap;
    for (unsigned i = 0; i < tap->devices; i++) {
        const ecp5_device_t *device = ecp5_find(tap->chain[i].idcode);
        if (device == NULL || which-- != 0) {
            continue;
        }
        ecp5->device = device;
        int status = tap_select(tap, i);
        return status == LX_OK ? ecp5_read_status(ecp5) : status;
    }
    return LX_EDEVICE;
}

bool ecp5_accepts_encrypted_only(const ecp5_t *ecp5) {
    return !is_nonsense(ecp5->status) && (ecp5->status & ECP5_STATUS_DECRYPT_ONLY);
}

int ecp5_read_idcode(ecp5_t *ecp5, uint32_t *idcode) {
    return read_word(ecp5, ECP5_IDCODE_PUB, idcode);
}

int ecp5_read_status(ecp5_t *ecp5) {
    return read_word(ecp5, ECP5_LSC_READ_STATUS, &ecp5->status);
}

int ecp5_read_usercode(ecp5_t *ecp5, uint32_t *usercode) {
    return read_word(ecp5, ECP5_USERCODE, usercode);
}

int ecp5_read_unique_id(ecp5_t *ecp5, uint64_t *unique_id) {
    uint8_t bytes[8] = { 0 };
    int status = read_register(ecp5, ECP5_UIDCODE_PUB, bytes, 64);
    *unique_id = 0;
    for (unsigned i = 0; i < 8; i++) {
        *unique_id |= (uint64_t)bytes[i] << (8 * i);
    }
    return status;
}

int ecp5_command(ecp5_t *ecp5, ecp5_instruction_t instruction, uint32_t operand, unsigned bits, uint32_t clocks, uint32_t us) {
    uint8_t bytes[4] = { operand, operand >> 8, operand >> 16, operand >> 24 };
    int status = tap_ir(ecp5->tap, instruction);
    if (status == LX_OK && bits) {
        status = tap_dr(ecp5->tap, bytes, NULL, bits, 0);
    }
    return status == LX_OK ? tap_run(ecp5->tap, clocks, us) : status;
}

int ecp5_erase(ecp5_t *ecp5) {
    if (ecp5->mode != ECP5_CLOSED) {
        return LX_EBUSY;
    }
    int status = enable_and_erase(ecp5);
    return close(ecp5, status == LX_OK ? disable(ecp5) : status);
}

void ecp5_sram_prepare(ecp5_t *ecp5) {
    if (ecp5->mode == ECP5_CLOSED) {
        ecp5->mode = ECP5_PREPARED;
    }
}

// Steps 1 to 5 of a load, up to the first byte.
static int begin_burst(ecp5_t *ecp5) {
    int status = enable_and_erase(ecp5);
    if (status != LX_OK) {
        return status;
    }
    status = ecp5_command(ecp5, ECP5_LSC_INIT_ADDRESS, 0x01, 8, 2, 1000);
    if (status != LX_OK) {
        return status;
    }
    status = ecp5_command(ecp5, ECP5_LSC_BITSTREAM_BURST, 0, 0, 2, 1000);
    if (status != LX_OK) {
        return status;
    }
    status = tap_dr_begin(ecp5->tap, false);
    if (status != LX_OK) {
        return status;
    }
    // The device sees the content of the bypass registers between TDI and itself before it sees our bytes: ones fill these
    // bits up to a whole byte.
    unsigned ahead = ecp5->tap->devices - 1 - ecp5->tap->target;
    return ahead ? tap_shift(ecp5->tap, NULL, NULL, 8 - (ahead & 7), 0) : LX_OK;
}

int ecp5_sram_open(ecp5_t *ecp5) {
    if (ecp5->mode != ECP5_CLOSED && ecp5->mode != ECP5_PREPARED) {
        return LX_EBUSY;
    }
    int status = begin_burst(ecp5);
    if (status != LX_OK) {
        return close(ecp5, status);
    }
    ecp5->mode = ECP5_LOADING;
    return LX_OK;
}

int ecp5_sram_write(void *ctx, const uint8_t *data, size_t length) {
    ecp5_t *ecp5 = ctx;
    if (ecp5->mode == ECP5_PREPARED) {
        int status = ecp5_sram_open(ecp5);
        if (status != LX_OK) {
            return status;
        }
    }
    if (ecp5->mode != ECP5_LOADING) {
        return LX_EBUSY;
    }
    while (length) {
        size_t now = length < (1u << 24) ? length : (1u << 24);
        int status = tap_shift(ecp5->tap, data, NULL, now * 8, JTAG_OP_MSB_FIRST);
        if (status == LX_OK) {
            status = tap_wait(ecp5->tap, 1);
        }
        if (status != LX_OK) {
            return status;
        }
        data += now;
        length -= now;
    }
    return LX_OK;
}

// Steps 6 to 8 of a load. Some devices forget an error at ISC_DISABLE: the status is read before and after.
static int end_burst(ecp5_t *ecp5) {
    // A byte of ones, as after every bitstream: the last bit of the file needs no special care then.
    int status = tap_dr_end(ecp5->tap, NULL, NULL, 8, 0);
    if (status != LX_OK) {
        return status;
    }
    status = tap_run(ecp5->tap, 100, 1000);
    if (status != LX_OK) {
        return status;
    }
    status = ecp5_command(ecp5, ECP5_BYPASS, 0, 0, 100, 0);
    if (status != LX_OK) {
        return status;
    }
    status = poll_until_ready(ecp5);
    if (status != LX_OK) {
        return status;
    }
    uint32_t before = ecp5->status;
    status = disable(ecp5);
    if (status != LX_OK) {
        return status;
    }
    status = poll_until_ready(ecp5);
    if (status != LX_OK) {
        return status;
    }
    int verdict = ecp5_verdict(before | ECP5_STATUS_DONE);
    if (verdict == LX_OK) {
        return ecp5_verdict(ecp5->status);
    }
    ecp5->status = before;
    return verdict;
}

int ecp5_sram_finish(ecp5_t *ecp5) {
    if (ecp5->mode != ECP5_LOADING) {
        return LX_EBUSY;
    }
    ecp5->mode = ECP5_CLOSED;
    return close(ecp5, end_burst(ecp5));
}

int ecp5_sram_abort(ecp5_t *ecp5) {
    if (ecp5->mode == ECP5_PREPARED) {
        ecp5->mode = ECP5_CLOSED;
    }
    return ecp5->mode == ECP5_LOADING ? ecp5_abort(ecp5) : LX_OK;
}

bool ecp5_sram_is_loading(const ecp5_t *ecp5) {
    return ecp5->mode == ECP5_LOADING;
}

int ecp5_abort(ecp5_t *ecp5) {
    // From the middle of a scan straight to reset; then out of programming mode, with whatever SRAM is left.
    bool loading = ecp5->mode == ECP5_LOADING;
    int status = close(ecp5, LX_OK);
    return status == LX_OK && loading ? close(ecp5, disable(ecp5)) : status;
}

// It may report ready for a moment before it begins: only DONE or an error ends the wait early.
static bool has_booted_or_failed(uint32_t status) {
    return !is_busy(status) && !is_nonsense(status) && ecp5_verdict(status) != LX_ENOTDONE;
}

static int refresh(ecp5_t *ecp5, uint32_t polls) {
    int status = disable(ecp5);
    if (status != LX_OK) {
        return status;
    }
    status = ecp5_command(ecp5, ECP5_LSC_REFRESH, 0, 0, 2, REFRESH_POLL_US);
    while (status == LX_OK && polls--) {
        status = ecp5_read_status(ecp5);
        if (status != LX_OK || has_booted_or_failed(ecp5->status)) {
            break;
        }
        status = tap_run(ecp5->tap, 2, REFRESH_POLL_US);
    }
    if (status != LX_OK) {
        return status;
    }
    int verdict = ecp5_verdict(ecp5->status);
    if (verdict == LX_ENOKEY || verdict == LX_EDECRYPTONLY) {
        return verdict;
    }
    return verdict == LX_OK && !is_busy(ecp5->status) ? LX_OK : LX_EREFRESH;
}

int ecp5_refresh(ecp5_t *ecp5, uint32_t timeout_ms) {
    if (ecp5->mode != ECP5_CLOSED) {
        return LX_EBUSY;
    }
    uint32_t polls = (timeout_ms ? timeout_ms : REFRESH_DEFAULT_MS) / (REFRESH_POLL_US / 1000) + 1;
    return close(ecp5, refresh(ecp5, polls));
}
