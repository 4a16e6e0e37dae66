// SPDX-License-Identifier: MIT
// The TAP state machine by table, and the devices of a chain shifted one after the other: what a device gives out in a
// clock depends only on what it held before that clock, so a slice of up to 8 clocks can pass through the devices in turn.

#include "models/tap.h"

#include <string.h>

static const uint8_t next_state[16][2] = {
    [TAP_RESET] = { TAP_IDLE, TAP_RESET },
    [TAP_IDLE] = { TAP_IDLE, TAP_SELECT_DR },
    [TAP_SELECT_DR] = { TAP_CAPTURE_DR, TAP_SELECT_IR },
    [TAP_CAPTURE_DR] = { TAP_SHIFT_DR, TAP_EXIT1_DR },
    [TAP_SHIFT_DR] = { TAP_SHIFT_DR, TAP_EXIT1_DR },
    [TAP_EXIT1_DR] = { TAP_PAUSE_DR, TAP_UPDATE_DR },
    [TAP_PAUSE_DR] = { TAP_PAUSE_DR, TAP_EXIT2_DR },
    [TAP_EXIT2_DR] = { TAP_SHIFT_DR, TAP_UPDATE_DR },
    [TAP_UPDATE_DR] = { TAP_IDLE, TAP_SELECT_DR },
    [TAP_SELECT_IR] = { TAP_CAPTURE_IR, TAP_RESET },
    [TAP_CAPTURE_IR] = { TAP_SHIFT_IR, TAP_EXIT1_IR },
    [TAP_SHIFT_IR] = { TAP_SHIFT_IR, TAP_EXIT1_IR },
    [TAP_EXIT1_IR] = { TAP_PAUSE_IR, TAP_UPDATE_IR },
    [TAP_PAUSE_IR] = { TAP_PAUSE_IR, TAP_EXIT2_IR },
    [TAP_EXIT2_IR] = { TAP_SHIFT_IR, TAP_UPDATE_IR },
    [TAP_UPDATE_IR] = { TAP_IDLE, TAP_SELECT_DR },
};

static const char *const state_name[16] = {
    "Test-Logic-Reset", "Run-Test/Idle", "Select-DR-Scan", "Capture-DR", "Shift-DR", "Exit1-DR", "Pause-DR", "Exit2-DR",
    "Update-DR", "Select-IR-Scan", "Capture-IR", "Shift-IR", "Exit1-IR", "Pause-IR", "Exit2-IR", "Update-IR",
};

tap_state_t tap_next(tap_state_t state, bool tms) {
    return (tap_state_t)next_state[state & 15][tms];
}

const char *tap_state_name(tap_state_t state) {
    return state_name[state & 15];
}

void tap_init(tap_t *tap) {
    memset(tap, 0, sizeof(*tap));
    tap->pin_tdo = true;
}

bool tap_add(tap_t *tap, const tap_ops_t *ops, void *context) {
    if (tap->count == TAP_DEVICES_MAX) {
        return false;
    }
    tap->device[tap->count++] = (tap_device_t) { .ops = ops, .context = context };
    return true;
}

// What entering a state does to one device.
static void enter(tap_device_t *device, tap_state_t state) {
    const tap_ops_t *ops = device->ops;
    void (*action)(void *context) = NULL;
    switch (state) {
        case TAP_RESET:
            action = ops->reset;
            break;
        case TAP_CAPTURE_DR:
            action = ops->capture_dr;
            break;
        case TAP_UPDATE_DR:
            action = ops->update_dr;
            break;
        case TAP_CAPTURE_IR:
            device->ir_shift = ops->ir_capture;
            break;
        case TAP_UPDATE_IR:
            if (ops->update_ir != NULL) {
                ops->update_ir(device->context, device->ir_shift);
            }
            break;
        default:
            break;
    }
    if (action != NULL) {
        action(device->context);
    }
}

static uint32_t shift_ir(tap_device_t *device, uint32_t tdi, unsigned bits) {
    uint32_t tdo = 0;
    for (unsigned i = 0; i < bits; i++) {
        tdo |= (device->ir_shift & 1) << i;
        device->ir_shift = device->ir_shift >> 1 | ((tdi >> i) & 1) << (device->ops->ir_bits - 1);
    }
    return tdo;
}

// 1..8 clocks in one state; only the last of them, with `tms_last`, may leave it.
static uint32_t clock_slice(tap_t *tap, uint32_t tdi, unsigned bits, bool tms_last) {
    tap_state_t state = tap->state;
    tap_state_t next = tap_next(state, tms_last);
    bool shifts = (state == TAP_SHIFT_DR || state == TAP_SHIFT_IR) && tap->count != 0;
    uint32_t tdo = shifts ? tdi : (1u << bits) - 1;
    for (size_t i = 0; i < tap->count; i++) {
        tap_device_t *device = &tap->device[i];
        if (state == TAP_SHIFT_DR) {
            tdo = device->ops->shift_dr(device->context, tdo, bits);
            if (next != state && device->ops->exit_dr != NULL) {
                device->ops->exit_dr(device->context);
            }
        } else if (state == TAP_SHIFT_IR) {
            tdo = shift_ir(device, tdo, bits);
        } else if (state == TAP_IDLE && device->ops->idle != NULL) {
            device->ops->idle(device->context, bits);
        }
        if (next != state) {
            enter(device, next);
        }
    }
    tap->clocks += bits;
    tap->state = next;
    return tdo;
}

bool tap_clock(tap_t *tap, bool tms, bool tdi) {
    return clock_slice(tap, tdi, 1, tms) & 1;
}

size_t tap_shift(tap_t *tap, size_t bits, const uint8_t *tms, const uint8_t *tdi, uint8_t *tdo,
    bool (*step)(void *context, unsigned clocks), void *context) {
    size_t at = 0;
    while (at < bits) {
        unsigned slice = 8 - at % 8;
        if (slice > bits - at) {
            slice = (unsigned)(bits - at);
        }
        unsigned mask = (1u << slice) - 1;
        unsigned modes = (tms[at / 8] >> at % 8) & mask;
        // A slice is one call only where every clock but the last keeps the state.
        bool stays = (tap->state == TAP_SHIFT_DR || tap->state == TAP_SHIFT_IR || tap->state == TAP_IDLE)
            && (modes & (mask >> 1)) == 0;
        if (!stays) {
            slice = 1;
            mask = 1;
            modes &= 1;
        }
        if (step != NULL && !step(context, slice)) {
            break;
        }
        unsigned in = (tdi[at / 8] >> at % 8) & mask;
        unsigned out = clock_slice(tap, in, slice, (modes >> (slice - 1)) & 1);
        if (tdo != NULL) {
            tdo[at / 8] = (uint8_t)((tdo[at / 8] & ~(mask << at % 8)) | (out & mask) << at % 8);
        }
        at += slice;
    }
    return at;
}

static bool tdo_level(const tap_t *tap) {
    if (tap->count == 0) {
        return true;
    }
    const tap_device_t *last = &tap->device[tap->count - 1];
    switch (tap->state) {
        case TAP_SHIFT_IR:
            return last->ir_shift & 1;
        case TAP_SHIFT_DR:
            return last->ops->tdo(last->context);
        default:
            return true; // not driven: the pull-up
    }
}

bool tap_pins(tap_t *tap, bool tck, bool tms, bool tdi) {
    if (tck && !tap->pin_tck) {
        tap_clock(tap, tms, tdi);
    } else if (!tck && tap->pin_tck) {
        tap->pin_tdo = tdo_level(tap);
    }
    tap->pin_tck = tck;
    return tap->pin_tdo;
}
