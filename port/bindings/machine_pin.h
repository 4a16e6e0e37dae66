// SPDX-License-Identifier: MIT
// machine.Pin from C: what MicroPython's bit-banged protocols need of a pin (mp_hal_pin_*, port/mphalport.h).
#ifndef PORT_BINDINGS_MACHINE_PIN_H
#define PORT_BINDINGS_MACHINE_PIN_H

#include "py/obj.h"

#include "bindings/port_event.h"
#include "drivers/lx_gpio.h"

#define MACHINE_PIN_IRQ (PORT_EVENT_OWNED && SOC_HAS_GPIO_EVENT)

// Not worth room in a file that is compiled for speed.
#define COLD __attribute__((cold))

typedef struct _machine_pin_obj_t {
    mp_obj_base_t base;
    const lx_gpio_regs_t *regs;
    uint32_t mask;
    uint8_t number; // within its core
    bool open_drain;
    struct _machine_pin_obj_t *next; // of all that there are: one object for each pin
} machine_pin_obj_t;

// Of an object that is a Pin, else TypeError.
machine_pin_obj_t *machine_pin_of(mp_obj_t pin);

// As Pin.init(mode) does; ValueError where the core cannot. An open drain starts released.
void machine_pin_input(machine_pin_obj_t *pin);
void machine_pin_output(machine_pin_obj_t *pin);
void machine_pin_open_drain(machine_pin_obj_t *pin);

// As Pin.value(). An open drain is pulled low or released.
bool machine_pin_get(const machine_pin_obj_t *pin);
void machine_pin_set(const machine_pin_obj_t *pin, bool level);

// What its name is made of: "gpio" and 3.
const char *machine_pin_core(const machine_pin_obj_t *pin);
unsigned int machine_pin_number(const machine_pin_obj_t *pin);

// Pin.irq().
extern const mp_obj_fun_builtin_var_t machine_pin_irq_obj;

// ValueError: the core lacks something, such as "outputs".
MP_NORETURN void machine_pin_raise_lacks(const lx_gpio_regs_t *regs, const char *what);

#endif
