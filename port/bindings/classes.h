// SPDX-License-Identifier: MIT
// The classes of the machine and litex modules.
#ifndef PORT_BINDINGS_CLASSES_H
#define PORT_BINDINGS_CLASSES_H

#include <stdbool.h>

#include "py/obj.h"

// The classes that are there when the SoC has a core for them.
#define PORT_MACHINE_PIN (SOC_HAS_GPIO || SOC_HAS_LEDS)
#define PORT_SPIFLASH (PORT_FULL && SOC_HAS_LITESPI)
// A medium for file systems: as WITH_MEDIUM of firmware.mk.
#define PORT_MEDIUM (PORT_FULL && (SOC_HAS_LITESPI || SOC_HAS_SDCARD || SOC_HAS_SPI_SDCARD))
#define PORT_MACHINE_SDCARD (!PORT_SMALL && (SOC_HAS_SDCARD || SOC_HAS_SPI_SDCARD))

// Copies memory by an idle pair of reader and writer, where the SoC has one. The CPU's cache may hold what was there
// before: the caller flushes it. False: not copied; address or length may be no whole words of the bus.
bool port_dma_copy(void *to, const void *from, size_t bytes);

extern const mp_obj_type_t machine_pin_type;
extern const mp_obj_type_t machine_rtc_type;
extern const mp_obj_type_t machine_sdcard_type;
extern const mp_obj_fun_builtin_var_t port_bitstream_obj;
extern const mp_obj_type_t machine_timer_type;
extern const mp_obj_type_t machine_wdt_type;
extern const mp_obj_type_t litex_dma_pair_type;
extern const mp_obj_type_t litex_dma_reader_type;
extern const mp_obj_type_t litex_dma_writer_type;
extern const mp_obj_type_t litex_event_manager_type;
extern const mp_obj_type_t litex_led_type;
extern const mp_obj_type_t litex_spiflash_type;
extern const mp_obj_fun_builtin_var_t litex_format_obj, litex_update_obj;
extern const mp_obj_fun_builtin_fixed_t litex_partitions_obj, litex_mounted_obj, litex_mkfs_obj, litex_first_stage_obj;
extern const mp_obj_type_t litex_video_type;
extern const mp_obj_type_t network_lan_type;

#endif
