// SPDX-License-Identifier: MIT
//
// The flash behind the ECP5's JTAG port (bridge.h).
//
// SPI is MSB first, which the transport's bit order gives. Chip select rises after the last clock in Shift-DR, so a
// transfer must end with exactly its last bit. Devices between the ECP5 and TDO delay what comes back by one bit
// each: before the first captured bit, as many clocks go by uncaptured, which only makes the flash run ahead in a
// read.

#include "jtag/bridge.h"

#define UNLOCK (0x68fe)

// Chip select falls. In a read, the bits that the devices towards TDO still hold go by first.
static int select_chip(bridge_t *bridge) {
    if (bridge->selected) {
        return LX_OK;
    }
    bridge->selected = true;
    bridge->reading = false;
    return tap_go(bridge->ecp5->tap, TAP_DR_SHIFT);
}

static int align_capture(bridge_t *bridge, bool reads) {
    tap_t *tap = bridge->ecp5->tap;
    bool begins = reads && !bridge->reading;
    bridge->reading = reads;
    return begins && tap->target ? tap_shift(tap, NULL, NULL, tap->target, 0) : LX_OK;
}

static int bridge_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    bridge_t *bridge = ctx;
    tap_t *tap = bridge->ecp5->tap;
    if (bridge->ecp5->mode != ECP5_BRIDGED) {
        return LX_EBUSY;
    }
    int status = select_chip(bridge);
    if (status != LX_OK) {
        return status;
    }
    status = align_capture(bridge, rx);
    if (status != LX_OK) {
        return status;
    }
    status = tap_shift(tap, tx, rx, length * 8, JTAG_OP_MSB_FIRST | (last ? JTAG_OP_LAST : 0));
    if (status != LX_OK || !last) {
        return status;
    }
    bridge->selected = false;
    return tap_go(tap, TAP_IDLE);
}

static int bridge_wait(void *ctx, unsigned in_flight) {
    bridge_t *bridge = ctx;
    return tap_wait(bridge->ecp5->tap, in_flight);
}

static int bridge_delay(void *ctx, uint32_t us) {
    bridge_t *bridge = ctx;
    return tap_run(bridge->ecp5->tap, 0, us);
}

const flash_bus_ops_t bridge_ops = { .xfer = bridge_xfer, .wait = bridge_wait, .delay = bridge_delay };

int bridge_open_beside(bridge_t *bridge, ecp5_t *ecp5) {
    *bridge = (bridge_t) { .ecp5 = ecp5 };
    if (ecp5->tap->target + 1 != ecp5->tap->devices) {
        return LX_ENOTSUP;
    }
    int status = ecp5_command(ecp5, ECP5_BYPASS, 0, 0, 32, 0);
    if (status != LX_OK) {
        return status;
    }
    status = ecp5_command(ecp5, ECP5_LSC_PROG_SPI, UNLOCK, 16, 32, 0);
    if (status != LX_OK) {
        return status;
    }
    ecp5->mode = ECP5_BRIDGED;
    return LX_OK;
}

int bridge_open(bridge_t *bridge, ecp5_t *ecp5) {
    *bridge = (bridge_t) { .ecp5 = ecp5 };
    if (ecp5->tap->target + 1 != ecp5->tap->devices) {
        return LX_ENOTSUP;
    }
    int status = ecp5_erase(ecp5);
    return status == LX_OK ? bridge_open_beside(bridge, ecp5) : status;
}

int bridge_drop(bridge_t *bridge) {
    static const uint8_t low = 0;
    if (!bridge->selected) {
        return LX_OK;
    }
    bridge->selected = false;
    tap_t *tap = bridge->ecp5->tap;
    if (tap->state == TAP_DR_SHIFT) {
        // One bit more than was sent. Low: where a broken pin left it one bit short of a byte, that is BUSY or SRL.
        int status = tap_shift(tap, &low, NULL, 1, JTAG_OP_MSB_FIRST | JTAG_OP_LAST);
        if (status != LX_OK) {
            return status;
        }
    }
    return tap_go(tap, TAP_IDLE);
}

int bridge_close(bridge_t *bridge) {
    bridge->selected = false;
    return ecp5_abort(bridge->ecp5);
}
