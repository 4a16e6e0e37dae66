// SPDX-License-Identifier: MIT
// A JTAG scan chain seen from the devices' side: the TAP state machine of IEEE 1149.1-2013 (figure 6-1) and, behind it,
// any number of devices in series. All devices on a chain share TCK and TMS, so there is one state for all of them.
//
// Two ways in: the pin adapter, one call per change of a pin, and tap_shift(), which takes vectors of TMS and TDI as
// an XVC server gets them and hands whole bytes to the devices while the chain stays in Shift-DR.
// Nothing here knows time: the code that clocks the chain advances the devices behind it.
#ifndef MODELS_TAP_H
#define MODELS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAP_DEVICES_MAX (8)

// In the order of the TAP's numbers in most tools; TAP_RESET is 0, so a zeroed tap_t is a TAP after power-up.
typedef enum {
    TAP_RESET,
    TAP_IDLE,
    TAP_SELECT_DR,
    TAP_CAPTURE_DR,
    TAP_SHIFT_DR,
    TAP_EXIT1_DR,
    TAP_PAUSE_DR,
    TAP_EXIT2_DR,
    TAP_UPDATE_DR,
    TAP_SELECT_IR,
    TAP_CAPTURE_IR,
    TAP_SHIFT_IR,
    TAP_EXIT1_IR,
    TAP_PAUSE_IR,
    TAP_EXIT2_IR,
    TAP_UPDATE_IR,
} tap_state_t;

// What a device does behind its TAP. A member may be NULL where the device has nothing to do.
typedef struct {
    uint8_t ir_bits;                                       // length of the instruction register, 2..32
    uint32_t ir_capture;                                   // what Capture-IR loads; bits 1..0 are 01
    void (*reset)(void *context);                          // Test-Logic-Reset is entered
    void (*update_ir)(void *context, uint32_t instruction);
    void (*capture_dr)(void *context);
    // Shift-DR for 1..8 clocks: bit 0 of tdi goes in first, bit 0 of the answer came out first.
    uint32_t (*shift_dr)(void *context, uint32_t tdi, unsigned bits);
    bool (*tdo)(void *context);                            // the bit that the next clock in Shift-DR gives out
    void (*exit_dr)(void *context);                        // Shift-DR is left
    void (*update_dr)(void *context);
    void (*idle)(void *context, uint32_t clocks);          // clocks in Run-Test/Idle, the one that leaves it included
} tap_ops_t;

typedef struct {
    const tap_ops_t *ops;
    void *context;                                         // the owner's, handed to every function of ops
    uint32_t ir_shift;
} tap_device_t;

// Caller-owned; zero it, then add devices. device[0] is the one that TDI reaches first.
typedef struct {
    tap_state_t state;
    size_t count;
    tap_device_t device[TAP_DEVICES_MAX];
    bool pin_tck;                                          // the pin adapter's memory
    bool pin_tdo;
    uint64_t clocks;                                       // rising edges of TCK so far
} tap_t;

void tap_init(tap_t *tap);

// Append a device at the TDO end. False when the chain is full. ops and context must outlive the tap.
bool tap_add(tap_t *tap, const tap_ops_t *ops, void *context);

// One TCK pulse. The answer is TDO as a host samples it before the rising edge; high when no register is connected.
bool tap_clock(tap_t *tap, bool tms, bool tdi);

// `bits` TCK pulses; bit i of a vector is (v[i / 8] >> (i % 8)) & 1. tdo may be NULL or the same memory as tdi.
// Returns the number of bits taken, which is less than `bits` only when `step` (may be NULL) said stop; it is called
// with each slice of 1..8 clocks before they happen.
size_t tap_shift(tap_t *tap, size_t bits, const uint8_t *tms, const uint8_t *tdi, uint8_t *tdo,
    bool (*step)(void *context, unsigned clocks), void *context);

// The pin adapter: levels of the inputs, level of TDO back. TMS and TDI are taken at the rising edge of TCK, TDO changes
// at the falling edge.
bool tap_pins(tap_t *tap, bool tck, bool tms, bool tdi);

// The state that one TCK leads to.
tap_state_t tap_next(tap_state_t state, bool tms);

// The state's name as the standard spells it, for messages.
const char *tap_state_name(tap_state_t state);

#endif // MODELS_TAP_H
