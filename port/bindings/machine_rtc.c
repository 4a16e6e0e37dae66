// SPDX-License-Identifier: MIT
// machine.RTC: the wall clock, which starts at 2000-01-01 as no LiteX SoC keeps it over power-down.
// `mpremote rtc --set` sets it.

#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"

#include "bindings/classes.h"
#include "port_time.h"

#if PORT_MACHINE_RTC

static const mp_obj_base_t machine_rtc_obj = { &machine_rtc_type };

static mp_obj_t machine_rtc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    if (n_args > 0 && mp_obj_get_int(args[0]) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("there is only RTC(0)"));
    }
    return MP_OBJ_FROM_PTR(&machine_rtc_obj);
}

// datetime([(year, month, day, weekday, hours, minutes, seconds, subseconds)]), subseconds in microseconds.
static mp_obj_t machine_rtc_datetime(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        uint64_t ns = mp_hal_time_ns();
        timeutils_struct_time_t tm;
        timeutils_seconds_since_epoch_to_struct_time(ns / 1000000000, &tm);
        mp_obj_t items[8] = {
            mp_obj_new_int(tm.tm_year),
            mp_obj_new_int(tm.tm_mon),
            mp_obj_new_int(tm.tm_mday),
            mp_obj_new_int(tm.tm_wday),
            mp_obj_new_int(tm.tm_hour),
            mp_obj_new_int(tm.tm_min),
            mp_obj_new_int(tm.tm_sec),
            mp_obj_new_int((mp_int_t)(ns % 1000000000 / 1000)),
        };
        return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(args[1], 8, &items);
    // MicroPython 1.25 counts seconds from 2000 in 31 bits.
    static const struct {
        uint16_t first;
        uint32_t last;
    } ranges[8] = { { 2000, 2067 }, { 1, 12 }, { 1, 31 }, { 0, 6 }, { 0, 23 }, { 0, 59 }, { 0, 59 }, { 0, 999999 } };
    mp_uint_t values[8];
    for (size_t i = 0; i < 8; i++) {
        // The weekday follows from the date.
        mp_int_t value = i == 3 ? 0 : mp_obj_get_int(items[i]);
        if (value < ranges[i].first || (mp_uint_t)value > ranges[i].last) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("datetime[%d] must be %d to %d"), (int)i,
                (int)ranges[i].first, (int)ranges[i].last);
        }
        values[i] = (mp_uint_t)value;
    }
    if (values[2] > (mp_uint_t)timeutils_days_in_month(values[0], values[1])) {
        mp_raise_ValueError(MP_ERROR_TEXT("datetime[2] is not a day of that month"));
    }
    uint64_t seconds = (uint64_t)timeutils_seconds_since_epoch(values[0], values[1], values[2], values[4], values[5],
        values[6]);
    port_set_time_ns(seconds * 1000000000 + (uint64_t)values[7] * 1000);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(machine_rtc_datetime_obj, 1, 2, machine_rtc_datetime);

// init(datetime): the same, for scripts of ports that call it so.
static mp_obj_t machine_rtc_init(mp_obj_t self_in, mp_obj_t datetime) {
    const mp_obj_t args[2] = { self_in, datetime };
    return machine_rtc_datetime(2, args);
}
static MP_DEFINE_CONST_FUN_OBJ_2(machine_rtc_init_obj, machine_rtc_init);

static const mp_rom_map_elem_t machine_rtc_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&machine_rtc_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_datetime), MP_ROM_PTR(&machine_rtc_datetime_obj) },
};
static MP_DEFINE_CONST_DICT(machine_rtc_locals_dict, machine_rtc_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_rtc_type,
    MP_QSTR_RTC,
    MP_TYPE_FLAG_NONE,
    make_new, machine_rtc_make_new,
    locals_dict, &machine_rtc_locals_dict
    );

#endif
