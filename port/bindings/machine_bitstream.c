// SPDX-License-Identifier: MIT
// machine.bitstream(pin, encoding, timing, data) over lx_pulse; for a core that drives a chain of WS2812 by
// itself (litex.WS2812) the data go into its memory.

#include "py/mphal.h"
#include "py/runtime.h"

#include "bindings/litex_ws2812.h"
#include "bindings/machine_pin.h"
#include "drivers/lx_pulse.h"
#include "bindings/classes.h"
#include "errors.h"

#if PORT_BITSTREAM

#define ENCODING_HIGH_LOW 0

static uint32_t get_ns(mp_obj_t time) {
    mp_int_t ns = mp_obj_get_int(time);
    if (ns < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("times must be 0 or more"));
    }
    return (uint32_t)ns;
}

static mp_obj_t machine_bitstream(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_buffer_info_t data;
    mp_get_buffer_raise(args[3], &data, MP_BUFFER_READ);
    if (mp_obj_get_int(args[1]) != ENCODING_HIGH_LOW) {
        mp_raise_ValueError(MP_ERROR_TEXT("encoding must be 0"));
    }
    mp_obj_t *times;
    mp_obj_get_array_fixed_n(args[2], 4, &times);
    const lx_pulse_timing_t timing = { get_ns(times[0]), get_ns(times[1]), get_ns(times[2]), get_ns(times[3]) };
    #if SOC_HAS_WS2812
    if (mp_obj_is_type(args[0], &litex_ws2812_type)) {
        litex_ws2812_show(args[0], data.buf, data.len);
        return mp_const_none;
    }
    #endif
    #if PORT_MACHINE_PIN
    machine_pin_obj_t *pin = machine_pin_of(args[0]);
    int status = lx_pulse_send(pin->regs, pin->mask, &port_clock, &timing, data.buf, data.len);
    if (status == LX_ENOTSUP) {
        mp_raise_ValueError(MP_ERROR_TEXT("an input, or the CPU is too slow for these times"));
    }
    if (status == LX_EINVAL) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("longer than %d ms"), LX_PULSE_MAX_US / 1000);
    }
    port_check(status);
    return mp_const_none;
    #else
    (void)timing;
    mp_raise_TypeError(MP_ERROR_TEXT("no pin"));
    #endif
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(port_bitstream_obj, 4, 4, machine_bitstream);

#endif
