// SPDX-License-Identifier: MIT
//
// An I2C bus of modelled devices (UM10204): i2c_bus_* moves bytes between a master and whichever device is addressed;
// i2c_pins_t drives it from the two wires. A device does with the bus what its functions say, and nothing else.

#ifndef MODELS_I2C_H
#define MODELS_I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define I2C_DEVICES (8)

typedef struct {
    // A start with an address byte's upper seven bits; whether the device acknowledges. It is told `read` then.
    bool (*address)(void *self, uint8_t address, bool read);
    bool (*write)(void *self, uint8_t byte); // whether it acknowledges
    uint8_t (*read)(void *self);
    void (*stop)(void *self); // a stop while the device is addressed; a repeated start is none
    void (*advance)(void *self, uint64_t ns); // since the last call
    uint64_t (*stretch)(void *self); // ns for which it holds SCL low after a byte; NULL: never does
    bool (*holds_sda)(void *self); // whether it holds SDA low out of turn; NULL: never does
    void (*free)(void *self);
} i2c_device_ops_t;

typedef struct {
    const i2c_device_ops_t *ops;
    void *self;
} i2c_device_t;

typedef struct {
    i2c_device_t devices[I2C_DEVICES];
    size_t count;
    // Private.
    i2c_device_t *addressed;
    bool expects_address;
    bool reading;
    uint64_t stretch_ns; // until SCL is let go
} i2c_bus_t;

void i2c_bus_init(i2c_bus_t *bus);
void i2c_bus_free(i2c_bus_t *bus);
bool i2c_bus_add(i2c_bus_t *bus, const i2c_device_ops_t *ops, void *self); // false: the bus is full
void i2c_bus_advance(i2c_bus_t *bus, uint64_t ns);

void i2c_bus_start(i2c_bus_t *bus);
bool i2c_bus_write(i2c_bus_t *bus, uint8_t byte); // whether somebody acknowledges; the first one is the address
uint8_t i2c_bus_read(i2c_bus_t *bus); // 0xff where nobody sends
void i2c_bus_stop(i2c_bus_t *bus);
bool i2c_bus_sda_held(const i2c_bus_t *bus); // by a device, out of turn

// The same by wires: call i2c_pins() whenever the master's part of SCL or SDA, or time, has changed.
typedef struct {
    i2c_bus_t *bus;
    bool scl_out; // what the devices do: false pulls low
    bool sda_out;
    // Private.
    bool scl;
    bool sda;
    bool active;
    bool sends; // a device's byte is on the wire
    bool stays; // the master acknowledged
    unsigned bit;
    uint8_t shift;
} i2c_pins_t;

void i2c_pins_init(i2c_pins_t *pins, i2c_bus_t *bus);
void i2c_pins(i2c_pins_t *pins, bool scl, bool sda, uint64_t ns); // ns since the last call

#endif // MODELS_I2C_H
