// SPDX-License-Identifier: MIT
// machine.PWM over lx_pwm, included by extmod/machine_pwm.c. An instance is a PWM core or a channel of a
// MultiChannelPWM, whose channels share the frequency.

#include "bindings/instance.h"
#include "drivers/lx_pwm.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc_config.h"
#include "module.h"
#include "soc_instances.h"

struct _machine_pwm_obj_t {
    mp_obj_base_t base;
    const lx_pwm_regs_t *regs;
};

// What a script asked for: a change of the frequency keeps it.
typedef enum {
    DUTY_AS_IS,
    DUTY_U16,
    DUTY_NS,
} duty_kind_t;

typedef struct {
    duty_kind_t kind;
    uint32_t value;
} duty_t;

static duty_t duties[SOC_PWM_COUNT];

static duty_t *duty_of(const lx_pwm_regs_t *regs) {
    return &duties[regs - soc_pwm];
}

static uint32_t width_of(duty_t duty, uint32_t period) {
    uint32_t width = duty.kind == DUTY_NS ? lx_pwm_ns_to_width(SOC_CLOCK_HZ, duty.value)
        : lx_pwm_u16_to_width(period, (uint16_t)duty.value);
    return width < period ? width : period;
}

// Gives a channel, and those that share its counter, another period.
static void set_period(const lx_pwm_regs_t *regs, uint32_t period) {
    for (size_t i = 0; i < SOC_PWM_COUNT; i++) {
        const lx_pwm_regs_t *other = &soc_pwm[i];
        if (other->period.addr != regs->period.addr || (other != regs && !lx_pwm_running(other))) {
            continue;
        }
        if (duties[i].kind == DUTY_AS_IS) {
            bool running = lx_pwm_running(other) && lx_pwm_period(other) != 0;
            uint16_t now = running ? lx_pwm_width_to_u16(lx_pwm_period(other), lx_pwm_width(other)) : 0;
            duties[i] = (duty_t) { DUTY_U16, now };
        }
        port_check(lx_pwm_start(other, width_of(duties[i], period), period));
    }
}

static uint32_t check_freq(mp_int_t freq) {
    if (freq < 1 || (mp_uint_t)freq > SOC_CLOCK_HZ / LX_PWM_MIN_PERIOD) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("freq must be 1 to %u"),
            (unsigned int)(SOC_CLOCK_HZ / LX_PWM_MIN_PERIOD));
    }
    return lx_pwm_hz_to_period(SOC_CLOCK_HZ, (uint32_t)freq);
}

static duty_t check_duty(duty_kind_t kind, mp_int_t value, uint32_t period) {
    if (period < LX_PWM_MIN_PERIOD) {
        mp_raise_ValueError(MP_ERROR_TEXT("set freq first"));
    }
    if (kind == DUTY_U16 && (value < 0 || value > UINT16_MAX + 1)) {
        mp_raise_ValueError(MP_ERROR_TEXT("duty_u16 must be 0 to 65535"));
    }
    // Upstream's scale ends at 65535; some scripts take 65536 for always high.
    value = kind == DUTY_U16 ? MIN(value, UINT16_MAX) : value;
    if (kind == DUTY_NS && (value < 0 || lx_pwm_ns_to_width(SOC_CLOCK_HZ, (uint64_t)value) > period)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("duty_ns must be 0 to %u, the period"),
            (unsigned int)MIN(lx_pwm_width_to_ns(SOC_CLOCK_HZ, period), UINT32_MAX));
    }
    return (duty_t) { kind, (uint32_t)value };
}

static void set_duty(const lx_pwm_regs_t *regs, duty_kind_t kind, mp_int_t value) {
    uint32_t period = lx_pwm_period(regs);
    *duty_of(regs) = check_duty(kind, value, period);
    port_check(lx_pwm_start(regs, width_of(*duty_of(regs), period), period));
}

// Stops the PWMs that were started from Python.
static void pwms_deinit(void) {
    for (size_t i = 0; i < SOC_PWM_COUNT; i++) {
        if (duties[i].kind != DUTY_AS_IS) {
            lx_pwm_stop(&soc_pwm[i]);
            duties[i].kind = DUTY_AS_IS;
        }
    }
}

PORT_MODULE(pwms) = { .deinit = pwms_deinit };

static mp_obj_t mp_machine_pwm_freq_get(machine_pwm_obj_t *self) {
    uint32_t period = lx_pwm_period(self->regs);
    return mp_obj_new_int_from_uint(period == 0 ? 0 : lx_pwm_period_to_hz(SOC_CLOCK_HZ, period));
}

static void mp_machine_pwm_freq_set(machine_pwm_obj_t *self, mp_int_t freq) {
    set_period(self->regs, check_freq(freq));
}

static mp_obj_t mp_machine_pwm_duty_get_u16(machine_pwm_obj_t *self) {
    uint32_t period = lx_pwm_period(self->regs);
    bool on = lx_pwm_running(self->regs) && period != 0;
    return MP_OBJ_NEW_SMALL_INT(on ? lx_pwm_width_to_u16(period, lx_pwm_width(self->regs)) : 0);
}

static void mp_machine_pwm_duty_set_u16(machine_pwm_obj_t *self, mp_int_t duty_u16) {
    set_duty(self->regs, DUTY_U16, duty_u16);
}

static mp_obj_t mp_machine_pwm_duty_get_ns(machine_pwm_obj_t *self) {
    uint32_t width = lx_pwm_running(self->regs) ? lx_pwm_width(self->regs) : 0;
    return mp_obj_new_int_from_ull(lx_pwm_width_to_ns(SOC_CLOCK_HZ, width));
}

static void mp_machine_pwm_duty_set_ns(machine_pwm_obj_t *self, mp_int_t duty_ns) {
    set_duty(self->regs, DUTY_NS, duty_ns);
}

static void mp_machine_pwm_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_pwm_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "PWM('%s', freq=%d, duty_u16=%d)", self->regs->name,
        (int)mp_obj_get_int(mp_machine_pwm_freq_get(self)), (int)mp_obj_get_int(mp_machine_pwm_duty_get_u16(self)));
}

// All is checked before anything changes.
static void mp_machine_pwm_init_helper(machine_pwm_obj_t *self, size_t n_args, const mp_obj_t *args,
    mp_map_t *kw_args) {
    enum { ARG_freq, ARG_duty_ns, ARG_duty_u16, ARG_invert };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_freq, MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_duty_ns, MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_duty_u16, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_invert, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    mp_int_t u16 = parsed[ARG_duty_u16].u_int;
    mp_int_t ns = parsed[ARG_duty_ns].u_int;
    if (parsed[ARG_invert].u_bool) {
        mp_raise_ValueError(MP_ERROR_TEXT("the core cannot invert"));
    }
    if (u16 != -1 && ns != -1) {
        mp_raise_ValueError(MP_ERROR_TEXT("give duty_u16 or duty_ns, not both"));
    }
    uint32_t period = lx_pwm_period(self->regs);
    bool changes = parsed[ARG_freq].u_int != -1;
    if (changes) {
        period = check_freq(parsed[ARG_freq].u_int);
    }
    if (u16 != -1 || ns != -1) {
        *duty_of(self->regs) = ns != -1 ? check_duty(DUTY_NS, ns, period) : check_duty(DUTY_U16, u16, period);
        changes = true;
    }
    if (changes) {
        set_period(self->regs, period);
    }
}

// A LiteX PWM drives its own pad, whatever the pins are: a Pin only gives its number, for scripts that pass one.
static mp_obj_t id_of(mp_obj_t id) {
    #if PORT_MACHINE_PIN
    if (mp_obj_is_type(id, &machine_pin_type)) {
        return MP_OBJ_NEW_SMALL_INT(machine_pin_number(MP_OBJ_TO_PTR(id)));
    }
    #endif
    return id;
}

static mp_obj_t mp_machine_pwm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    static const port_table_t table = PORT_TABLE(soc_pwm);
    mp_arg_check_num(n_args, n_kw, 1, 1, true);
    const lx_pwm_regs_t *regs = port_instance(id_of(args[0]), "pwm", &table, 1, NULL);
    machine_pwm_obj_t *self = mp_obj_malloc(machine_pwm_obj_t, type);
    self->regs = regs;
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    mp_machine_pwm_init_helper(self, n_args - 1, args + 1, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_pwm_deinit(machine_pwm_obj_t *self) {
    lx_pwm_stop(self->regs);
    duty_of(self->regs)->kind = DUTY_AS_IS;
}
