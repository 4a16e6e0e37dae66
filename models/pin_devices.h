// SPDX-License-Identifier: MIT
//
// Devices on one wire that a wiring hangs on a pin (`device gpio[5] dht22 temperature=21.5`), for both simulations.
// They hear the net, may pull it low, and ask to be called at a time. Names and parameters:
//   capture file=F                     the pulses of the pin: a line with the high and the low time in ns at each change
//   ws2812 file=F                      what a chain of LEDs shows: a line of hexadecimal bytes at each change
//   dht22 temperature=T humidity=H     tenths of a degree and of a percent; the net wants a pull-up. fault=silent,
//                                      fault=checksum
//   ds18b20 temperature=T serial=N     sixteenths of a degree; the net wants a pull-up. fault=crc

#ifndef MODELS_PIN_DEVICES_H
#define MODELS_PIN_DEVICES_H

#include "models/nets.h"

typedef struct pin_devices pin_devices_t;

// What the simulation offers.
typedef struct {
    uint64_t (*now_ns)(void *context);
    void (*wake)(void *context); // pin_devices_next() has changed. May be NULL
    void *context;
} pin_devices_host_t;

// Attach all devices of a wiring that have one of the names above. NULL: error says what is wrong.
pin_devices_t *pin_devices_attach(nets_t *nets, const wiring_t *wiring, const pin_devices_host_t *host, char *error,
    size_t error_size);
void pin_devices_free(pin_devices_t *devices);

// When the next one wants to be called, UINT64_MAX: none does; and call those that are due.
uint64_t pin_devices_next(const pin_devices_t *devices);
void pin_devices_advance(pin_devices_t *devices);

#endif // MODELS_PIN_DEVICES_H
