// SPDX-License-Identifier: MIT
//
// The TAP controller of IEEE 1149.1 seen from outside: walking between states, scans of any length, and chains
// of several devices: one is addressed, the others are in BYPASS.
//
// Device 0 is the one nearest to TDO, whose id comes out first.

#ifndef JTAG_TAP_H
#define JTAG_TAP_H

#include "jtag/jtag.h"

// The longest chain, and the longest IR of a device.
#define TAP_CHAIN_MAX (16)
#define TAP_IR_BITS_MAX (32)

typedef enum {
    TAP_RESET,
    TAP_IDLE,
    TAP_DR_SELECT,
    TAP_DR_CAPTURE,
    TAP_DR_SHIFT,
    TAP_DR_EXIT1,
    TAP_DR_PAUSE,
    TAP_DR_EXIT2,
    TAP_DR_UPDATE,
    TAP_IR_SELECT,
    TAP_IR_CAPTURE,
    TAP_IR_SHIFT,
    TAP_IR_EXIT1,
    TAP_IR_PAUSE,
    TAP_IR_EXIT2,
    TAP_IR_UPDATE,
    TAP_STATES,
} tap_state_t;

typedef struct {
    uint32_t idcode; // 0: the device has none
    uint8_t ir_bits; // 0: unknown
} tap_device_t;

// The caller owns it; all fields are read-only outside of tap.c.
typedef struct {
    jtag_transport_t transport;
    jtag_stop_t stop; // none after tap_init(); the caller may set it
    uint32_t freq_hz; // 0: unknown
    uint32_t asked_hz; // of tap_set_freq(); 0: nothing yet
    tap_state_t state;
    uint8_t devices; // 0: not scanned
    uint8_t target; // the device that tap_ir() and tap_dr() speak to
    tap_device_t chain[TAP_CHAIN_MAX];
} tap_t;

// The state after a clock with this TMS.
tap_state_t tap_next(tap_state_t state, bool tms);

// The TMS levels of the way from one state to another: returns how many clocks (0 when already there), bit n of
// *tms is clock n. The way passes through RESET only when it leads there.
unsigned tap_path(tap_state_t from, tap_state_t to, uint32_t *tms);

// Start with a transport; no clock happens. The chain is one device of unknown kind until tap_scan().
void tap_init(tap_t *tap, jtag_transport_t transport);

// TCK of at most hz; afterwards tap->freq_hz is the true one, or 0 when the transport does not know.
int tap_set_freq(tap_t *tap, uint32_t hz);

// Test-Logic-Reset from whatever state, also from one that is not known.
int tap_reset(tap_t *tap);

// Walk to a state; the stable ones are RESET, IDLE, DR_SHIFT, DR_PAUSE, IR_SHIFT, IR_PAUSE, others are
// LX_EINVAL. Nothing is waited for.
int tap_go(tap_t *tap, tap_state_t state);

// Shift in DR_SHIFT or IR_SHIFT (else LX_EBUSY); tdi NULL shifts ones. flags: JTAG_OP_MSB_FIRST, and JTAG_OP_LAST
// to leave to EXIT1 with the last bit. Returns with the operation in flight: see jtag_transport_ops_t.
int tap_shift(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags);

// Wait until at most in_flight (0 or 1) operations are under way.
int tap_wait(tap_t *tap, unsigned in_flight);

// In Run-Test/Idle, pass at least `clocks` clocks and at least `us` microseconds. Where neither a time source nor
// the frequency is known, 25 MHz (the fastest that an ECP5 is rated for) is assumed.
int tap_run(tap_t *tap, uint32_t clocks, uint32_t us);

// Read the ids of the whole chain and find the IR lengths: by a table of known devices, and a single unknown one by
// measuring the sum. Leaves the TAPs in reset and the target at device 0.
// LX_ENODEV: TDO is stuck. LX_ECHAIN: the answer is not that of a chain, or two readings differ. LX_EOVERFLOW: more
// than TAP_CHAIN_MAX devices. An unknown IR length is accepted here.
int tap_scan(tap_t *tap);

// Set the IR length of a device when the table does not know it. LX_EINVAL: no such device, or bits not 2 to 32.
int tap_set_ir_bits(tap_t *tap, unsigned device, unsigned bits);

// Speak to this device. LX_EINVAL: no such device. LX_EIRLENGTH: the IR length of some device is unknown.
int tap_select(tap_t *tap, unsigned device);

// Load an instruction (all others get BYPASS) and end in Run-Test/Idle.
int tap_ir(tap_t *tap, uint32_t instruction);

// One data register scan of the target: ends in Run-Test/Idle with nothing in flight. tdi NULL: ones, tdo NULL: not
// captured. flags: JTAG_OP_MSB_FIRST.
int tap_dr(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags);

// The same in parts: begin (capture: tdo will be used), tap_shift() as often as needed without JTAG_OP_LAST, end.
// `last` of tap_dr_end() is the last part (bits may be 0 when the bits after the target's do not matter: then one
// clock more happens).
int tap_dr_begin(tap_t *tap, bool capture);
int tap_dr_end(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags);

// Read the chain's ids `times` times; LX_ECHAIN when one reading differs from what tap_scan() found.
int tap_check(tap_t *tap, unsigned times);

// Find the fastest TCK between the two at which 64 readings of the ids agree with those at min_hz. Where that is less
// than max_hz, back off to three quarters of it (but not below min_hz), and check again. Needs a transport that knows
// its frequency (else LX_ENOTSUP). tap->freq_hz has the result; after an error it is one of those that were tried.
int tap_calibrate(tap_t *tap, uint32_t min_hz, uint32_t max_hz);

#endif // JTAG_TAP_H
