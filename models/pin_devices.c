// SPDX-License-Identifier: MIT
//
// Devices on one wire: pin_devices.h.

#include "models/pin_devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/pin_device.h"

// How a device's own pin is called among the nets.
#define OWN_PIN "device"

struct pin_devices {
    nets_t *nets;
    pin_devices_host_t host;
    pin_device_t *first;
    uint64_t next_ns;
};

static const pin_device_kind_t *const kinds[] = {
    &pin_device_capture,
    &pin_device_ws2812,
    &pin_device_dht22,
    &pin_device_ds18b20,
};

static const pin_device_kind_t *find_kind(const char *name) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

static void update_next(pin_devices_t *devices) {
    uint64_t next = PIN_DEVICE_NEVER;
    for (const pin_device_t *d = devices->first; d != NULL; d = d->next) {
        next = d->next_ns < next ? d->next_ns : next;
    }
    if (next != devices->next_ns) {
        devices->next_ns = next;
        if (devices->host.wake != NULL) {
            devices->host.wake(devices->host.context);
        }
    }
}

void pin_device_pull(pin_device_t *device, bool low) {
    nets_drive(device->owner->nets, device->pin, low ? NETS_LOW : NETS_FREE);
}

bool pin_device_level(const pin_device_t *device) {
    return nets_level(device->owner->nets, device->pin);
}

void pin_device_wake(pin_device_t *device, uint64_t ns) {
    device->next_ns = ns;
    update_next(device->owner);
}

static void sense(void *context, unsigned index, bool level) {
    (void)index;
    pin_device_t *device = context;
    pin_devices_t *devices = device->owner;
    device->kind->edge(device, level, devices->host.now_ns(devices->host.context));
}

static bool attach(pin_devices_t *devices, const wiring_row_t *row, const pin_device_kind_t *kind, unsigned number,
    char *error, size_t error_size) {
    int place = nets_find(devices->nets, row->place.core, row->place.index);
    if (place < 0) {
        snprintf(error, error_size, "wiring, line %u: this SoC has no pin %s[%u]", row->line, row->place.core,
            row->place.index);
        return false;
    }
    pin_device_t *device = calloc(1, kind->bytes);
    if (device == NULL) {
        snprintf(error, error_size, "wiring, line %u: out of memory", row->line);
        return false;
    }
    device->kind = kind;
    device->owner = devices;
    device->next = devices->first;
    device->next_ns = PIN_DEVICE_NEVER;
    devices->first = device;
    char text[200] = "";
    if (!kind->open(device, row, text, sizeof(text))) {
        snprintf(error, error_size, "wiring, line %u: %s", row->line, text);
        return false;
    }
    device->pin = nets_pin(devices->nets, OWN_PIN, number, sense, device);
    if (device->pin < 0) {
        snprintf(error, error_size, "wiring, line %u: out of memory", row->line);
        return false;
    }
    nets_join(devices->nets, place, device->pin);
    return true;
}

pin_devices_t *pin_devices_attach(nets_t *nets, const wiring_t *wiring, const pin_devices_host_t *host, char *error,
    size_t error_size) {
    pin_devices_t *devices = calloc(1, sizeof(*devices));
    if (devices == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    *devices = (pin_devices_t) { .nets = nets, .host = *host, .next_ns = PIN_DEVICE_NEVER };
    for (size_t i = 0; i < wiring->count; i++) {
        const wiring_row_t *row = &wiring->rows[i];
        const pin_device_kind_t *kind = row->kind == WIRING_DEVICE ? find_kind(row->name) : NULL;
        if (kind != NULL && !attach(devices, row, kind, (unsigned)i, error, error_size)) {
            pin_devices_free(devices);
            return NULL;
        }
    }
    return devices;
}

void pin_devices_free(pin_devices_t *devices) {
    while (devices != NULL && devices->first != NULL) {
        pin_device_t *device = devices->first;
        devices->first = device->next;
        if (device->kind->close != NULL) {
            device->kind->close(device);
        }
        free(device);
    }
    free(devices);
}

uint64_t pin_devices_next(const pin_devices_t *devices) {
    return devices->next_ns;
}

void pin_devices_advance(pin_devices_t *devices) {
    uint64_t now = devices->host.now_ns(devices->host.context);
    for (pin_device_t *d = devices->first; d != NULL; d = d->next) {
        if (d->next_ns <= now) {
            d->next_ns = PIN_DEVICE_NEVER;
            d->kind->due(d, now);
        }
    }
    update_next(devices);
}
