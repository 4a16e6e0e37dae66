// SPDX-License-Identifier: MIT
//
// What the system monitor's primitive would convert: the values of the wiring (`value xadc.temperature 2464`).

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

static void *xadc_pins_open(sim_t *sim, struct pad_s *pads) {
    static const char *const names[] = { "temperature", "vccint", "vccaux", "vccbram" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint16_t *pad = sim_pad(pads, names[i]);
        if (pad) {
            *pad = (uint16_t)(wiring_value(&sim->options->wiring, sim->record, names[i], 0) & 0xfff);
        }
    }
    return sim;
}

static void xadc_pins_close(void *arg) {
    (void)arg;
}

const sim_module_t xadc_pins_module = {
    .record = "xadc",
    .pad = "temperature",
    .open = xadc_pins_open,
    .close = xadc_pins_close,
};
