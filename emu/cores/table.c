// SPDX-License-Identifier: MIT
//
// The cores that have a model. The first that fits wins: the more particular come first.

#include "cores/models.h"

const core_model_t *const core_models[] = {
    &core_ctrl,
    &core_uart,
    &core_uart_phy,
    &core_timer,
    &core_identifier,
    &core_soc_map,
    &core_leds,
    &core_ws2812,
    &core_gpio_tristate,
    &core_gpio_in,
    &core_gpio_out,
    &core_jtag_master,
    &core_spi_master,
    &core_spi_mmap,
    &core_i2c,
    &core_litei2c,
    &core_litespi,
    &core_litespi_phy,
    &core_pwm,
    &core_pwm_multi,
    &core_watchdog,
    &core_xadc,
    &core_trng,
    &core_event_manager,
    &core_dma,
    &core_liteeth,
    &core_ethphy,
    &core_sdcard,
    &core_sdcard_core,
    &core_sdcard_phy,
    &core_sdcard_dma,
    &core_sdcard_irq,
    &core_video,
    &core_video_timing,
    NULL,
};
