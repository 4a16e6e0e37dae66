// SPDX-License-Identifier: MIT
// The port's half of the machine module, included by extmod/modmachine.c.

#include <string.h>

#include "py/mphal.h"

#include "board_id.h"
#include "boot.h"
#include "bindings/classes.h"
#include "reset.h"
#include "soc/soc.h"
#include "soc_config.h"
#include "soc_instances.h"

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS \
    { MP_ROM_QSTR(MP_QSTR_identifier), MP_ROM_PTR(&machine_identifier_obj) }, \
    { MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(PORT_RESET_POWER_ON) }, \
    { MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(PORT_RESET_HARD) }, \
    { MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(PORT_RESET_SOFT) }, \
    { MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET), MP_ROM_INT(PORT_RESET_DEEPSLEEP) }, \
    MACHINE_WDT_GLOBAL \
    { MP_ROM_QSTR(MP_QSTR_TRAP_RESET), MP_ROM_INT(PORT_RESET_TRAP) }, \
    { MP_ROM_QSTR(MP_QSTR_Timer), MP_ROM_PTR(&machine_timer_type) }, \
    MACHINE_RTC_GLOBAL \
    MACHINE_BITSTREAM_GLOBAL \
    MACHINE_DHT_GLOBAL \
    MACHINE_SDCARD_GLOBAL \
    MACHINE_PIN_GLOBAL

#if PORT_MACHINE_RTC
#define MACHINE_RTC_GLOBAL { MP_ROM_QSTR(MP_QSTR_RTC), MP_ROM_PTR(&machine_rtc_type) },
#else
#define MACHINE_RTC_GLOBAL
#endif

#if SOC_HAS_WATCHDOG
#define MACHINE_WDT_GLOBAL \
    { MP_ROM_QSTR(MP_QSTR_WDT), MP_ROM_PTR(&machine_wdt_type) }, \
    { MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(PORT_RESET_WATCHDOG) },
#else
#define MACHINE_WDT_GLOBAL
#endif

#if PORT_MACHINE_SDCARD
#define MACHINE_SDCARD_GLOBAL { MP_ROM_QSTR(MP_QSTR_SDCard), MP_ROM_PTR(&machine_sdcard_type) },
#else
#define MACHINE_SDCARD_GLOBAL
#endif

#if PORT_MACHINE_PIN
#define MACHINE_PIN_GLOBAL { MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&machine_pin_type) },
#else
#define MACHINE_PIN_GLOBAL
#endif

#if PORT_BITSTREAM
#define MACHINE_BITSTREAM_GLOBAL { MP_ROM_QSTR(MP_QSTR_bitstream), MP_ROM_PTR(&port_bitstream_obj) },
#else
#define MACHINE_BITSTREAM_GLOBAL
#endif

// The driver of upstream's tree; its Python half is in examples/lib/.
#if PORT_DHT
#include "drivers/dht/dht.h"
#define MACHINE_DHT_GLOBAL { MP_ROM_QSTR(MP_QSTR_dht_readinto), MP_ROM_PTR(&dht_readinto_obj) },
#else
#define MACHINE_DHT_GLOBAL
#endif

static port_reset_cause_t reset_cause;

void port_set_reset_cause(port_reset_cause_t cause) {
    reset_cause = cause;
}

port_reset_cause_t port_reset_cause(void) {
    return reset_cause;
}

static mp_int_t mp_machine_reset_cause(void) {
    return reset_cause;
}

MP_NORETURN static void mp_machine_reset(void) {
    port_reset(PORT_RESET_HARD);
}

static void mp_machine_idle(void) {
    mp_event_wait_indefinite();
}

bool port_board_id(uint8_t id[PORT_BOARD_ID_BYTES]) {
    const soc_register_t *dna = soc_register_find("dna_id");
    if (dna == NULL) {
        return false;
    }
    csr_read_bytes(dna->reg, id, PORT_BOARD_ID_BYTES);
    return true;
}

// The chip's number where the SoC has a DNA core, else the hash of the CSR map, which all SoCs of one
// build share.
static mp_obj_t mp_machine_unique_id(void) {
    uint8_t dna[PORT_BOARD_ID_BYTES];
    if (port_board_id(dna)) {
        return mp_obj_new_bytes(dna, sizeof(dna));
    }
    uint32_t hash = soc_identity.map_hash;
    const uint8_t id[4] = { (uint8_t)(hash >> 24), (uint8_t)(hash >> 16), (uint8_t)(hash >> 8), (uint8_t)hash };
    return mp_obj_new_bytes(id, sizeof(id));
}

static mp_obj_t mp_machine_get_freq(void) {
    return mp_obj_new_int_from_uint(SOC_CLOCK_HZ);
}

static void mp_machine_set_freq(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    mp_int_t hz = mp_obj_get_int(args[0]);
    // Scripts for other boards name round figures.
    if (hz < (mp_int_t)(SOC_CLOCK_HZ - SOC_CLOCK_HZ / 100) || hz > (mp_int_t)(SOC_CLOCK_HZ + SOC_CLOCK_HZ / 100)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the gateware sets the frequency: %u Hz"),
            (unsigned int)SOC_CLOCK_HZ);
    }
}

// A LiteX SoC has no sleep modes: both idle for that number of milliseconds, and deepsleep ends in a reset.
static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args) {
    if (n_args == 0) {
        mp_event_wait_indefinite();
    } else {
        mp_int_t ms = mp_obj_get_int(args[0]);
        mp_hal_delay_ms(ms > 0 ? (mp_uint_t)ms : 0);
    }
}

MP_NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args) {
    mp_machine_lightsleep(n_args, args);
    port_reset(PORT_RESET_DEEPSLEEP);
}

static mp_obj_t machine_identifier(void) {
    return mp_obj_new_str(soc_identity.identifier, strlen(soc_identity.identifier));
}
static MP_DEFINE_CONST_FUN_OBJ_0(machine_identifier_obj, machine_identifier);
