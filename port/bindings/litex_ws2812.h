// SPDX-License-Identifier: MIT
// litex.WS2812 for machine.bitstream().
#ifndef PORT_BINDINGS_LITEX_WS2812_H
#define PORT_BINDINGS_LITEX_WS2812_H

#include "py/obj.h"

extern const mp_obj_type_t litex_ws2812_type;

// Show 3 bytes (green, red, blue) for each LED from the first on; ValueError where that is more than there are.
void litex_ws2812_show(mp_obj_t leds, const uint8_t *grb, size_t n);

#endif
