// SPDX-License-Identifier: MIT
//
// The models, one per file.

#ifndef EMU_CORES_MODELS_H
#define EMU_CORES_MODELS_H

#include "cores/core.h"

extern const core_model_t core_ctrl;
extern const core_model_t core_uart;
extern const core_model_t core_uart_phy;
extern const core_model_t core_timer;
extern const core_model_t core_identifier;
extern const core_model_t core_soc_map;
extern const core_model_t core_leds;
extern const core_model_t core_ws2812;
extern const core_model_t core_gpio_tristate;
extern const core_model_t core_gpio_in;
extern const core_model_t core_gpio_out;
extern const core_model_t core_jtag_master;
extern const core_model_t core_spi_master;
extern const core_model_t core_spi_mmap;
extern const core_model_t core_i2c;
extern const core_model_t core_litei2c;
extern const core_model_t core_litespi;
extern const core_model_t core_litespi_phy;
extern const core_model_t core_pwm;
extern const core_model_t core_pwm_multi;
extern const core_model_t core_watchdog;
extern const core_model_t core_xadc;
extern const core_model_t core_trng;
extern const core_model_t core_event_manager;
extern const core_model_t core_dma;
extern const core_model_t core_liteeth;
extern const core_model_t core_ethphy;
extern const core_model_t core_sdcard;
extern const core_model_t core_sdcard_core;
extern const core_model_t core_sdcard_phy;
extern const core_model_t core_sdcard_dma;
extern const core_model_t core_sdcard_irq;
extern const core_model_t core_video;
extern const core_model_t core_video_timing;

#endif
