// SPDX-License-Identifier: MIT
// What functions of upstream's take on trust. The linker calls these in their place (--wrap, firmware.mk).

#include "py/objtype.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "extmod/virtpin.h"

#include "bindings/classes.h"

// A length of -1, as in spi.read(-1), asks for one byte more than there are numbers: memory for none, and then all of
// it is written.
void __real_vstr_init_len(vstr_t *vstr, size_t len);
void __wrap_vstr_init_len(vstr_t *vstr, size_t len);

void __wrap_vstr_init_len(vstr_t *vstr, size_t len) {
    if (len == SIZE_MAX) {
        m_malloc_fail(len);
    }
    __real_vstr_init_len(vstr, len);
}

#if MICROPY_PY_MACHINE_SIGNAL

// Signal() and time_pulse_us() take any object with a protocol for a pin, also a bus, and that of a class derived
// from Pin with the instance for its Pin.
static mp_uint_t pin_ioctl(mp_obj_t pin, mp_uint_t request, uintptr_t arg) {
    static const mp_obj_type_t *const types[] = { &machine_pin_type, &machine_signal_type };
    for (size_t i = 0; i < MP_ARRAY_SIZE(types); i++) {
        mp_obj_t native = mp_obj_cast_to_native_base(pin, MP_OBJ_FROM_PTR(types[i]));
        if (native != MP_OBJ_NULL) {
            return ((const mp_pin_p_t *)MP_OBJ_TYPE_GET_SLOT(types[i], protocol))->ioctl(native, request, arg, NULL);
        }
    }
    // A class derived from PinBase: its instance has the method value().
    const mp_pin_p_t *base = MP_OBJ_TYPE_GET_SLOT(&machine_pinbase_type, protocol);
    if (MP_OBJ_TYPE_GET_SLOT_OR_NULL(mp_obj_get_type(pin), protocol) != base) {
        mp_raise_TypeError(MP_ERROR_TEXT("expecting a Pin"));
    }
    return base->ioctl(pin, request, arg, NULL);
}

int __wrap_mp_virtual_pin_read(mp_obj_t pin);
int __wrap_mp_virtual_pin_read(mp_obj_t pin) {
    return (int)pin_ioctl(pin, MP_PIN_READ, 0);
}

void __wrap_mp_virtual_pin_write(mp_obj_t pin, int value);
void __wrap_mp_virtual_pin_write(mp_obj_t pin, int value) {
    pin_ioctl(pin, MP_PIN_WRITE, (uintptr_t)value);
}

#endif
