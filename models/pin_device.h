// SPDX-License-Identifier: MIT
//
// What a device on one pin is, between pin_devices.c and the devices' files.

#ifndef MODELS_PIN_DEVICE_H
#define MODELS_PIN_DEVICE_H

#include "models/nets.h"

#define PIN_DEVICE_NEVER UINT64_MAX
#define US (UINT64_C(1000)) // in nanoseconds
#define MS (UINT64_C(1000000))

typedef struct pin_device pin_device_t;

// A kind of device; its state begins with a pin_device_t.
typedef struct {
    const char *name;
    size_t bytes; // of the state, which starts zeroed
    // Take the parameters. False: error says what is wrong with them.
    bool (*open)(pin_device_t *device, const wiring_row_t *row, char *error, size_t error_size);
    void (*edge)(pin_device_t *device, bool level, uint64_t ns); // of the net, its own included
    void (*due)(pin_device_t *device, uint64_t ns); // next_ns has come; it is PIN_DEVICE_NEVER now. May be NULL
    void (*close)(pin_device_t *device); // may be NULL
} pin_device_kind_t;

struct pin_device {
    const pin_device_kind_t *kind;
    struct pin_devices *owner;
    pin_device_t *next;
    int pin;
    uint64_t next_ns;
};

extern const pin_device_kind_t pin_device_capture;
extern const pin_device_kind_t pin_device_ws2812;
extern const pin_device_kind_t pin_device_dht22;
extern const pin_device_kind_t pin_device_ds18b20;

// Pull the net low, or let go.
void pin_device_pull(pin_device_t *device, bool low);

// The net's level.
bool pin_device_level(const pin_device_t *device);

// Call due() at this time.
void pin_device_wake(pin_device_t *device, uint64_t ns);

#endif // MODELS_PIN_DEVICE_H
