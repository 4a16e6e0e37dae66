// SPDX-License-Identifier: MIT
//
// The ECP5's configuration port (ecp5.h), after FPGA-TN-02039 and IEEE 1532, whose ISC_ instructions it follows.
//
// The sequence of an SRAM load and its waits are those of the SVF files that Lattice's tools write: preload of the
// boundary scan register with ones, ISC_ENABLE, ISC_ERASE, LSC_INIT_ADDRESS, LSC_BITSTREAM_BURST with the whole file
// in one data register scan, usercode, ISC_DISABLE, status. Where those wait a fixed time for the device, we poll its
// busy bit.

#include "jtag/ecp5.h"

#include <string.h>

// Instructions (FPGA-TN-02039, "ECP5 and ECP5-5G Slave SPI/JTAG command table").
#define PRELOAD (0x1c)
#define ISC_ENABLE (0xc6)
#define ISC_ERASE (0x0e)
#define ISC_DISABLE (0x26)
#define LSC_INIT_ADDRESS (0x46)
#define LSC_BITSTREAM_BURST (0x7a)
#define LSC_READ_STATUS (0x3c)
#define LSC_REFRESH (0x79)
#define IDCODE_PUB (0xe0)
#define USERCODE (0xc0)
#define UIDCODE_PUB (0x19)

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

static const char *const error_texts[8] = {
    "no error",
    "ID error: the bitstream is for another device",
    "illegal command",
    "CRC error",
    "preamble error",
    "aborted",
    "data overflow",
    "the bitstream is longer than the SRAM",
};

static const int8_t error_status[8] = {
    LX_OK,
    LX_EDEVICEID,
    LX_EDEVICECOMMAND,
    LX_EDEVICECRC,
    LX_EDEVICEDATA,
    LX_EDEVICEDATA,
    LX_EDEVICEDATA,
    LX_EDEVICEDATA,
};

static int read_register(ecp5_t *ecp5, uint8_t instruction, uint8_t *bytes, unsigned bits) {
    if (ecp5->mode == ECP5_LOADING) {
        return LX_EBUSY;
    }
    int status = tap_ir(ecp5->tap, instruction);
    return status == LX_OK ? tap_dr(ecp5->tap, NULL, bytes, bits, 0) : status;
}

static int read_word(ecp5_t *ecp5, uint8_t instruction, uint32_t *word) {
    uint8_t bytes[4] = { 0 };
    int status = read_register(ecp5, instruction, bytes, 32);
    *word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return status;
}

// A status of all ones comes from no ECP5: TDO is stuck or floats.
static bool status_is_nonsense(uint32_t status) {
    return status == 0xffffffff;
}

// Poll the status register until the device is not busy. One that says busy and everything else for that long is gone.
static int wait_ready(ecp5_t *ecp5, uint32_t poll_us, uint32_t polls) {
    while (polls--) {
        int status = ecp5_read_status(ecp5);
        if (status != LX_OK) {
            return status;
        }
        if (!(ecp5->status & ECP5_STATUS_BUSY)) {
            return LX_OK;
        }
        status = tap_run(ecp5->tap, 2, poll_us);
        if (status != LX_OK) {
            return status;
        }
    }
    return status_is_nonsense(ecp5->status) ? LX_ENODEV : LX_ETIMEDOUT;
}

// Enter programming mode and clear the SRAM; stays in programming mode.
static int enable_and_erase(ecp5_t *ecp5) {
    int status = tap_ir(ecp5->tap, PRELOAD);
    if (status == LX_OK) {
        status = tap_dr(ecp5->tap, NULL, NULL, PRELOAD_BITS, 0);
    }
    // A device that is just booting may not take the first one.
    uint32_t wanted = ECP5_STATUS_ISC_ENABLE | ECP5_STATUS_WRITE_ENABLE;
    for (unsigned attempt = 0; attempt < 2 && status == LX_OK; attempt++) {
        status = ecp5_command(ecp5, ISC_ENABLE, 0, 8, 2, 1000);
        if (status == LX_OK) {
            status = wait_ready(ecp5, BUSY_POLL_US, BUSY_POLLS);
        }
        if (ecp5->status & ECP5_STATUS_ISC_ENABLE) {
            break;
        }
    }
    if (status != LX_OK) {
        return status;
    }
    if (status_is_nonsense(ecp5->status) || (ecp5->status & (wanted | ECP5_STATUS_TARGET)) != wanted) {
        return LX_EENABLE;
    }
    status = ecp5_command(ecp5, ISC_ERASE, ERASE_SRAM, 8, 2, 1000);
    if (status == LX_OK) {
        status = wait_ready(ecp5, BUSY_POLL_US, BUSY_POLLS);
    }
    if (status == LX_ETIMEDOUT) {
        return LX_EERASE;
    }
    if (status == LX_OK && (ecp5->status & (ECP5_STATUS_FAIL | ECP5_STATUS_DONE | ECP5_STATUS_DECRYPT_ONLY))) {
        return LX_EERASE;
    }
    return status;
}

static int disable(ecp5_t *ecp5) {
    int status = ecp5_command(ecp5, ISC_DISABLE, 0, 0, 100, 1000);
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
    return error_texts[(status & ECP5_STATUS_ERROR) >> ECP5_STATUS_ERROR_SHIFT];
}

int ecp5_verdict(uint32_t status) {
    if (status_is_nonsense(status)) {
        return LX_ENODEV;
    }
    int error = error_status[(status & ECP5_STATUS_ERROR) >> ECP5_STATUS_ERROR_SHIFT];
    if (error != LX_OK) {
        return error;
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
    return status & ECP5_STATUS_DONE ? LX_OK : LX_ENOTDONE;
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
        if (device && which-- == 0) {
            ecp5->device = device;
            int status = tap_select(tap, i);
            return status == LX_OK ? tap_wait(tap, 0) : status;
        }
    }
    return LX_EDEVICE;
}

int ecp5_read_idcode(ecp5_t *ecp5, uint32_t *idcode) {
    return read_word(ecp5, IDCODE_PUB, idcode);
}

int ecp5_read_status(ecp5_t *ecp5) {
    return read_word(ecp5, LSC_READ_STATUS, &ecp5->status);
}

int ecp5_read_usercode(ecp5_t *ecp5, uint32_t *usercode) {
    return read_word(ecp5, USERCODE, usercode);
}

int ecp5_read_unique_id(ecp5_t *ecp5, uint64_t *unique_id) {
    uint8_t bytes[8] = { 0 };
    int status = read_register(ecp5, UIDCODE_PUB, bytes, 64);
    *unique_id = 0;
    for (unsigned i = 0; i < 8; i++) {
        *unique_id |= (uint64_t)bytes[i] << (8 * i);
    }
    return status;
}

int ecp5_command(ecp5_t *ecp5, uint8_t instruction, uint32_t operand, unsigned bits, uint32_t clocks, uint32_t us) {
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
    if (status == LX_OK) {
        status = disable(ecp5);
    }
    return close(ecp5, status);
}

int ecp5_sram_open(ecp5_t *ecp5) {
    if (ecp5->mode != ECP5_CLOSED) {
        return LX_EBUSY;
    }
    int status = enable_and_erase(ecp5);
    if (status == LX_OK) {
        status = ecp5_command(ecp5, LSC_INIT_ADDRESS, 0x01, 8, 2, 1000);
    }
    if (status == LX_OK) {
        status = ecp5_command(ecp5, LSC_BITSTREAM_BURST, 0, 0, 2, 1000);
    }
    if (status == LX_OK) {
        status = tap_dr_begin(ecp5->tap, false);
    }
    // The device sees what the bypass registers on its way from TDI hold before it sees our bytes: ones fill these
    // bits up to a whole byte.
    unsigned ahead = ecp5->tap->devices - 1 - ecp5->tap->target;
    if (status == LX_OK && ahead) {
        status = tap_shift(ecp5->tap, NULL, NULL, 8 - (ahead & 7), 0);
    }
    if (status != LX_OK) {
        return close(ecp5, status);
    }
    ecp5->mode = ECP5_LOADING;
    return LX_OK;
}

int ecp5_sram_write(void *ctx, const uint8_t *data, size_t length) {
    ecp5_t *ecp5 = ctx;
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

int ecp5_sram_finish(ecp5_t *ecp5) {
    if (ecp5->mode != ECP5_LOADING) {
        return LX_EBUSY;
    }
    // A byte of ones, as after every bitstream: the last bit of the file needs no special care then.
    ecp5->mode = ECP5_CLOSED;
    int status = tap_dr_end(ecp5->tap, NULL, NULL, 8, 0);
    if (status == LX_OK) {
        status = tap_run(ecp5->tap, 100, 1000);
    }
    if (status == LX_OK) {
        status = ecp5_command(ecp5, ECP5_BYPASS, 0, 0, 100, 0);
    }
    if (status == LX_OK) {
        status = wait_ready(ecp5, BUSY_POLL_US, BUSY_POLLS);
    }
    // An error stands in the status only until ISC_DISABLE on some devices: look before and after.
    uint32_t before = ecp5->status;
    if (status == LX_OK) {
        status = disable(ecp5);
    }
    if (status == LX_OK) {
        status = wait_ready(ecp5, BUSY_POLL_US, BUSY_POLLS);
    }
    if (status == LX_OK) {
        int verdict = ecp5_verdict(before | ECP5_STATUS_DONE);
        status = verdict == LX_OK ? ecp5_verdict(ecp5->status) : verdict;
        if (verdict != LX_OK) {
            ecp5->status = before;
        }
    }
    return close(ecp5, status);
}

int ecp5_abort(ecp5_t *ecp5) {
    if (ecp5->mode == ECP5_CLOSED) {
        return close(ecp5, LX_OK);
    }
    // From the middle of a scan straight to reset; then out of programming mode, with whatever SRAM is left.
    bool loading = ecp5->mode == ECP5_LOADING;
    int status = close(ecp5, LX_OK);
    if (status == LX_OK && loading) {
        status = close(ecp5, disable(ecp5));
    }
    return status;
}

int ecp5_refresh(ecp5_t *ecp5, uint32_t timeout_ms) {
    if (ecp5->mode != ECP5_CLOSED) {
        return LX_EBUSY;
    }
    uint32_t polls = (timeout_ms ? timeout_ms : REFRESH_DEFAULT_MS) / (REFRESH_POLL_US / 1000) + 1;
    int status = disable(ecp5);
    if (status == LX_OK) {
        status = ecp5_command(ecp5, LSC_REFRESH, 0, 0, 2, REFRESH_POLL_US);
    }
    // It may report ready for a moment before it begins: only DONE or an error ends the wait early.
    while (status == LX_OK && polls--) {
        status = ecp5_read_status(ecp5);
        int verdict = status_is_nonsense(ecp5->status) ? LX_ENOTDONE : ecp5_verdict(ecp5->status);
        if (status == LX_OK && !(ecp5->status & ECP5_STATUS_BUSY) && verdict != LX_ENOTDONE) {
            break;
        }
        if (status == LX_OK) {
            status = tap_run(ecp5->tap, 2, REFRESH_POLL_US);
        }
    }
    if (status == LX_OK && (ecp5->status & ECP5_STATUS_BUSY || ecp5_verdict(ecp5->status) != LX_OK)) {
        status = LX_EREFRESH;
    }
    return close(ecp5, status);
}
