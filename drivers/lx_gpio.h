// SPDX-License-Identifier: MIT
//
// GPIO: LiteX's GPIOIn, GPIOOut, GPIOInOut and GPIOTristate (litex/soc/cores/gpio.py), up to 32 pins each, with
// the optional interrupts, and LEDs: LedChaser (litex/soc/cores/led.py), which animates until its first write.
// Which core it is shows in the registers that are present:
//   GPIOIn: in; GPIOOut, LedChaser: out; GPIOInOut: in and out, not connected; GPIOTristate: oe, in and out.
// with_irq adds mode, edge and the event registers, a bit of each per pin.
// No state: functions take the registers. All may be called from an interrupt.

#ifndef DRIVERS_LX_GPIO_H
#define DRIVERS_LX_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"
#include "soc/irq.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    uint16_t pins; // number of pins; the width of the CSR where LiteX's output does not tell
    csr_reg_t oe;
    csr_reg_t in;
    csr_reg_t out;
    csr_reg_t mode; // 0: edge, 1: any change
    csr_reg_t edge; // with mode 0: 0 rising, 1 falling
    csr_reg_t ev_status;
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
} lx_gpio_regs_t;

typedef enum {
    LX_GPIO_RISING = 1,
    LX_GPIO_FALLING = 2,
    LX_GPIO_CHANGE = 3,
} lx_gpio_trigger_t;

// What the core can do with its pins.
static inline bool lx_gpio_can_input(const lx_gpio_regs_t *regs) {
    return csr_present(regs->in);
}

static inline bool lx_gpio_can_output(const lx_gpio_regs_t *regs) {
    return csr_present(regs->out);
}

static inline bool lx_gpio_has_oe(const lx_gpio_regs_t *regs) {
    return csr_present(regs->oe);
}

static inline bool lx_gpio_can_interrupt(const lx_gpio_regs_t *regs) {
    return regs->irq >= 0 && csr_present(regs->ev_enable);
}

// The levels of all pins: of the pads where there is an input, else as last written.
uint32_t lx_gpio_read(const lx_gpio_regs_t *regs);

// The levels that were last written, and which pins are outputs (by nature or by oe).
uint32_t lx_gpio_read_out(const lx_gpio_regs_t *regs);
uint32_t lx_gpio_read_oe(const lx_gpio_regs_t *regs);

// Set those pins that mask selects to the bits of value, whether or not they are outputs now. LX_EINVAL: mask
// has a bit beyond the last pin. LX_ENOTSUP: the core has no outputs.
int lx_gpio_write(const lx_gpio_regs_t *regs, uint32_t mask, uint32_t value);

// Invert those pins that mask selects, as last written. Errors as above.
int lx_gpio_toggle(const lx_gpio_regs_t *regs, uint32_t mask);

// The same without checks, for pins that exist and have an output, where each cycle counts.
static inline void lx_gpio_write_pin(const lx_gpio_regs_t *regs, uint32_t mask, bool level) {
    uint32_t state = soc_irq_save();
    uint32_t out = csr_read(regs->out);
    csr_write(regs->out, level ? out | mask : out & ~mask);
    soc_irq_restore(state);
}

static inline void lx_gpio_toggle_pin(const lx_gpio_regs_t *regs, uint32_t mask) {
    uint32_t state = soc_irq_save();
    csr_write(regs->out, csr_read(regs->out) ^ mask);
    soc_irq_restore(state);
}

// Make those pins that mask selects outputs (bit of outputs is 1) or inputs (0). LX_EINVAL: mask has a bit
// beyond the last pin. LX_ENOTSUP: a pin that mask selects cannot have that direction.
int lx_gpio_set_direction(const lx_gpio_regs_t *regs, uint32_t mask, uint32_t outputs);

// Choose what raises an event of those pins that mask selects, and drop what is pending of them. Their events have
// to be disabled (lx_event.h); lx_event enables them. LX_EINVAL: no such pin or trigger. LX_ENOTSUP: built without
// interrupts.
int lx_gpio_set_trigger(const lx_gpio_regs_t *regs, uint32_t mask, lx_gpio_trigger_t trigger);

#endif // DRIVERS_LX_GPIO_H
