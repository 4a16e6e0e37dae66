// SPDX-License-Identifier: MIT
//
// The bus of i2c.h. A byte is eight bits and the acknowledgement; bits are taken when SCL rises, and devices change SDA
// when it falls.

#include "models/i2c.h"

#include <string.h>

#define BITS (8)

void i2c_bus_init(i2c_bus_t *bus) {
    memset(bus, 0, sizeof(*bus));
}

void i2c_bus_free(i2c_bus_t *bus) {
    for (size_t i = 0; i < bus->count; i++) {
        bus->devices[i].ops->free(bus->devices[i].self);
    }
    bus->count = 0;
}

bool i2c_bus_add(i2c_bus_t *bus, const i2c_device_ops_t *ops, void *self) {
    if (bus->count == I2C_DEVICES) {
        return false;
    }
    bus->devices[bus->count++] = (i2c_device_t) { ops, self };
    return true;
}

void i2c_bus_advance(i2c_bus_t *bus, uint64_t ns) {
    bus->stretch_ns -= ns < bus->stretch_ns ? ns : bus->stretch_ns;
    for (size_t i = 0; i < bus->count; i++) {
        bus->devices[i].ops->advance(bus->devices[i].self, ns);
    }
}

static void let_go(i2c_bus_t *bus) {
    if (bus->addressed != NULL) {
        bus->addressed->ops->stop(bus->addressed->self);
        bus->addressed = NULL;
    }
}

// The addressed device had its byte.
static void stretch(i2c_bus_t *bus) {
    if (bus->addressed != NULL && bus->addressed->ops->stretch != NULL) {
        bus->stretch_ns = bus->addressed->ops->stretch(bus->addressed->self);
    }
}

// A device ends what it does at a stop; a repeated start only ends that it is addressed.
void i2c_bus_start(i2c_bus_t *bus) {
    bus->addressed = NULL;
    bus->expects_address = true;
}

bool i2c_bus_write(i2c_bus_t *bus, uint8_t byte) {
    if (bus->expects_address) {
        bus->expects_address = false;
        bus->reading = byte & 1;
        for (size_t i = 0; i < bus->count && bus->addressed == NULL; i++) {
            if (bus->devices[i].ops->address(bus->devices[i].self, byte >> 1, bus->reading)) {
                bus->addressed = &bus->devices[i];
            }
        }
        stretch(bus);
        return bus->addressed != NULL;
    }
    if (bus->addressed == NULL || bus->reading) {
        return false;
    }
    bool acknowledged = bus->addressed->ops->write(bus->addressed->self, byte);
    stretch(bus);
    return acknowledged;
}

uint8_t i2c_bus_read(i2c_bus_t *bus) {
    if (bus->addressed == NULL || !bus->reading) {
        return UINT8_MAX;
    }
    return bus->addressed->ops->read(bus->addressed->self);
}

void i2c_bus_stop(i2c_bus_t *bus) {
    let_go(bus);
    bus->expects_address = false;
}

bool i2c_bus_sda_held(const i2c_bus_t *bus) {
    for (size_t i = 0; i < bus->count; i++) {
        const i2c_device_t *device = &bus->devices[i];
        if (device->ops->holds_sda != NULL && device->ops->holds_sda(device->self)) {
            return true;
        }
    }
    return false;
}

void i2c_pins_init(i2c_pins_t *pins, i2c_bus_t *bus) {
    memset(pins, 0, sizeof(*pins));
    pins->bus = bus;
    pins->scl_out = pins->sda_out = pins->scl = pins->sda = true;
}

static void condition(i2c_pins_t *pins, bool sda) {
    pins->active = !sda;
    pins->sends = false;
    pins->bit = 0;
    pins->sda_out = true;
    if (pins->active) {
        i2c_bus_start(pins->bus);
    } else {
        i2c_bus_stop(pins->bus);
    }
}

static void scl_rises(i2c_pins_t *pins, bool sda) {
    if (pins->bit < BITS) {
        pins->shift = (uint8_t)(pins->shift << 1 | sda);
    } else {
        pins->stays = !sda;
    }
    pins->bit++;
}

static void scl_falls(i2c_pins_t *pins) {
    pins->sda_out = true;
    if (pins->bit == BITS && !pins->sends) {
        pins->sda_out = !i2c_bus_write(pins->bus, pins->shift);
    } else if (pins->bit > BITS) {
        pins->bit = 0;
        // After the address, or after a byte that the master acknowledged.
        pins->sends = pins->bus->reading && pins->bus->addressed != NULL && (!pins->sends || pins->stays);
        if (pins->sends) {
            pins->shift = i2c_bus_read(pins->bus);
        }
    }
    if (pins->sends && pins->bit < BITS) {
        pins->sda_out = pins->shift >> (BITS - 1);
    }
}

void i2c_pins(i2c_pins_t *pins, bool scl, bool sda, uint64_t ns) {
    i2c_bus_advance(pins->bus, ns);
    // SCL as it is on the wire: low while a device holds it.
    scl = scl && pins->bus->stretch_ns == 0;
    sda = sda && pins->sda_out && !i2c_bus_sda_held(pins->bus);
    if (pins->scl && scl && sda != pins->sda) {
        condition(pins, sda);
    } else if (pins->active && scl && !pins->scl) {
        scl_rises(pins, sda);
    } else if (pins->active && !scl && pins->scl) {
        scl_falls(pins);
    }
    pins->scl = scl;
    pins->sda = sda;
    pins->scl_out = pins->bus->stretch_ns == 0;
}
