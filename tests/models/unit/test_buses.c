// SPDX-License-Identifier: MIT
// I2C and SPI devices against their data sheets: by bytes, by wires, with each of their faults.

#include "tests/models/unit/check.h"

#include <string.h>

#include "models/bus_devices.h"
#include "models/i2c_eeprom.h"
#include "models/spi_eeprom.h"

enum { HALF_NS = 5000, WRITE_NS = 5000000 };

typedef struct {
    i2c_bus_t bus;
    i2c_pins_t pins;
    i2c_eeprom_t *eeprom;
    bool scl;
    bool sda;
} i2c_host_t;

static void i2c_setup(i2c_host_t *host, uint32_t size) {
    i2c_bus_init(&host->bus);
    i2c_pins_init(&host->pins, &host->bus);
    host->eeprom = i2c_eeprom_new(0x50, size);
    i2c_bus_add(&host->bus, &i2c_eeprom_ops, host->eeprom);
    host->scl = host->sda = true;
}

static void wires(i2c_host_t *host, bool scl, bool sda) {
    i2c_pins(&host->pins, host->scl, host->sda, HALF_NS);
    host->scl = scl;
    host->sda = sda;
    i2c_pins(&host->pins, scl, sda, 0);
}

static bool sda_level(const i2c_host_t *host) {
    return host->sda && host->pins.sda_out && !i2c_bus_sda_held(&host->bus);
}

static bool bit(i2c_host_t *host, bool out) {
    wires(host, false, host->sda);
    wires(host, false, out);
    wires(host, true, out);
    bool in = sda_level(host);
    wires(host, false, out);
    return in;
}

static void start(i2c_host_t *host) {
    wires(host, host->scl, true);
    wires(host, true, true);
    wires(host, true, false);
    wires(host, false, false);
}

static void stop(i2c_host_t *host) {
    wires(host, false, false);
    wires(host, true, false);
    wires(host, true, true);
}

static bool send(i2c_host_t *host, uint8_t byte) {
    for (int i = 7; i >= 0; i--) {
        bit(host, byte >> i & 1);
    }
    return !bit(host, true);
}

static uint8_t receive(i2c_host_t *host, bool acknowledge) {
    uint8_t byte = 0;
    for (int i = 0; i < 8; i++) {
        byte = (uint8_t)(byte << 1 | bit(host, true));
    }
    bit(host, !acknowledge);
    return byte;
}

static void test_i2c_eeprom(check_t *check) {
    static const struct {
        uint32_t size;
        unsigned address_bytes;
        unsigned page;
    } parts[] = { { 128, 1, 8 }, { 256, 1, 8 }, { 4096, 2, 32 }, { 32768, 2, 64 }, { 65536, 2, 128 } };
    for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
        i2c_host_t host;
        i2c_setup(&host, parts[p].size);
        // Two bytes before the end of a page and two that wrap to its beginning.
        unsigned at = 2 * parts[p].page - 2;
        start(&host);
        CHECK(check, send(&host, 0xa0));
        if (parts[p].address_bytes == 2) {
            CHECK(check, send(&host, (uint8_t)(at >> 8)));
        }
        CHECK(check, send(&host, (uint8_t)at));
        for (uint8_t i = 1; i <= 4; i++) {
            CHECK(check, send(&host, i));
        }
        stop(&host);
        CHECK_EQUAL(check, host.eeprom->writes, 1);
        CHECK_EQUAL(check, host.eeprom->memory[at], 1);
        CHECK_EQUAL(check, host.eeprom->memory[at + 1], 2);
        CHECK_EQUAL(check, host.eeprom->memory[at + 2 - parts[p].page], 3);
        CHECK_EQUAL(check, host.eeprom->memory[at + 3 - parts[p].page], 4);
        CHECK_EQUAL(check, host.eeprom->memory[at + 2], 0xff);
        // It does not answer while it writes.
        start(&host);
        CHECK(check, !send(&host, 0xa0));
        stop(&host);
        i2c_pins(&host.pins, true, true, WRITE_NS);
        // A random read: address, repeated start, bytes; then the current address.
        start(&host);
        CHECK(check, send(&host, 0xa0));
        if (parts[p].address_bytes == 2) {
            send(&host, (uint8_t)(at >> 8));
        }
        send(&host, (uint8_t)at);
        start(&host);
        CHECK(check, send(&host, 0xa1));
        CHECK_EQUAL(check, receive(&host, true), 1);
        CHECK_EQUAL(check, receive(&host, false), 2);
        stop(&host);
        start(&host);
        CHECK(check, send(&host, 0xa1));
        CHECK_EQUAL(check, receive(&host, false), 0xff);
        stop(&host);
        // Another address is nobody's.
        start(&host);
        CHECK(check, !send(&host, 0xa2));
        stop(&host);
        CHECK(check, sda_level(&host));
        i2c_bus_free(&host.bus);
    }
    CHECK(check, i2c_eeprom_new(0x50, 100) == NULL);
    CHECK(check, i2c_eeprom_new(0x50, 131072) == NULL);
}

static void test_i2c_faults(check_t *check) {
    for (int fault = 0; fault < I2C_EEPROM_FAULT_COUNT; fault++) {
        i2c_host_t host;
        i2c_setup(&host, 4096);
        host.eeprom->fault = (i2c_eeprom_fault_t)fault;
        host.eeprom->fault_argument = 100 * HALF_NS;
        start(&host);
        bool there = send(&host, 0xa0);
        CHECK_EQUAL(check, there, fault != I2C_EEPROM_FAULT_ABSENT);
        if (fault == I2C_EEPROM_FAULT_STRETCH) {
            CHECK(check, !host.pins.scl_out);
            i2c_pins(&host.pins, true, true, 100 * HALF_NS);
            CHECK(check, host.pins.scl_out);
        } else if (fault == I2C_EEPROM_FAULT_HOLDS_SDA) {
            wires(&host, true, true);
            CHECK(check, !sda_level(&host));
        } else if (there) {
            send(&host, 0);
            send(&host, 0);
            CHECK_EQUAL(check, send(&host, 0x55), fault != I2C_EEPROM_FAULT_PROTECTED);
            stop(&host);
            i2c_pins(&host.pins, true, true, 10 * WRITE_NS);
            start(&host);
            CHECK_EQUAL(check, send(&host, 0xa0), fault != I2C_EEPROM_FAULT_STUCK_BUSY);
        }
        i2c_bus_free(&host.bus);
    }
}

typedef struct {
    spi_pins_t pins;
    bool idle; // level of the clock
} spi_host_t;

static void spi_exchange(spi_host_t *host, const uint8_t *out, uint8_t *in, size_t n) {
    memset(in, 0, n);
    spi_pins(&host->pins, true, host->idle, false, 100);
    for (size_t i = 0; i < 8 * n; i++) {
        bool mosi = out[i / 8] >> (7 - i % 8) & 1;
        spi_pins(&host->pins, true, false, mosi, 50);
        bool miso = host->pins.miso;
        spi_pins(&host->pins, true, true, mosi, 50);
        in[i / 8] = (uint8_t)(in[i / 8] << 1 | miso);
    }
    spi_pins(&host->pins, true, host->idle, false, 50);
    spi_pins(&host->pins, false, host->idle, false, 100);
}

static uint8_t spi_status(spi_host_t *host) {
    uint8_t in[2];
    spi_exchange(host, (const uint8_t[]) { 0x05, 0 }, in, 2);
    return in[1];
}

static void spi_command(spi_host_t *host, uint8_t opcode) {
    uint8_t in;
    spi_exchange(host, &opcode, &in, 1);
}

static void test_spi_eeprom(check_t *check) {
    for (unsigned mode3 = 0; mode3 < 2; mode3++) {
        spi_eeprom_t *eeprom = spi_eeprom_new(8192);
        spi_host_t host = { .idle = mode3 };
        spi_pins_init(&host.pins, (spi_device_t) { &spi_eeprom_ops, eeprom });
        uint8_t write[7] = { 0x02, 0x00, 0x3e, 1, 2, 3, 4 };
        uint8_t in[8];
        // Not enabled: nothing happens.
        spi_exchange(&host, write, in, sizeof(write));
        CHECK_EQUAL(check, eeprom->writes, 0);
        spi_command(&host, 0x06);
        CHECK_EQUAL(check, spi_status(&host), 0x02);
        spi_command(&host, 0x04);
        CHECK_EQUAL(check, spi_status(&host), 0x00);
        spi_command(&host, 0x06);
        spi_exchange(&host, write, in, sizeof(write));
        CHECK_EQUAL(check, spi_status(&host), 0x01);
        CHECK_EQUAL(check, eeprom->writes, 1);
        CHECK_EQUAL(check, eeprom->memory[0x3e], 1);
        CHECK_EQUAL(check, eeprom->memory[0x3f], 2);
        CHECK_EQUAL(check, eeprom->memory[0x20], 3);
        CHECK_EQUAL(check, eeprom->memory[0x21], 4);
        uint8_t read[6] = { 0x03, 0x00, 0x3e };
        spi_exchange(&host, read, in, sizeof(read));
        CHECK_EQUAL(check, in[3], 0); // busy
        spi_pins(&host.pins, false, mode3, false, WRITE_NS);
        CHECK_EQUAL(check, spi_status(&host), 0x00);
        spi_exchange(&host, read, in, sizeof(read));
        CHECK_EQUAL(check, in[3], 1);
        CHECK_EQUAL(check, in[4], 2);
        CHECK_EQUAL(check, in[5], 0xff);
        // Block protection of the upper half.
        spi_command(&host, 0x06);
        spi_exchange(&host, (const uint8_t[]) { 0x01, 0x08 }, in, 2);
        spi_pins(&host.pins, false, mode3, false, WRITE_NS);
        CHECK_EQUAL(check, spi_status(&host), 0x08);
        spi_command(&host, 0x06);
        spi_exchange(&host, (const uint8_t[]) { 0x02, 0x10, 0x00, 0x77 }, in, 4);
        CHECK_EQUAL(check, eeprom->memory[0x1000], 0xff);
        host.pins.device.ops->free(eeprom);
    }
    CHECK(check, spi_eeprom_new(1000) == NULL);
}

static void test_spi_faults(check_t *check) {
    for (int fault = 0; fault < SPI_EEPROM_FAULT_COUNT; fault++) {
        spi_eeprom_t *eeprom = spi_eeprom_new(131072);
        eeprom->fault = (spi_eeprom_fault_t)fault;
        spi_host_t host = { 0 };
        spi_pins_init(&host.pins, (spi_device_t) { &spi_eeprom_ops, eeprom });
        uint8_t in[5];
        spi_command(&host, 0x06);
        spi_exchange(&host, (const uint8_t[]) { 0x02, 0, 0, 0, 0x5a }, in, 5);
        spi_pins(&host.pins, false, false, false, 10 * WRITE_NS);
        CHECK_EQUAL(check, spi_status(&host), fault == SPI_EEPROM_FAULT_STUCK_BUSY);
        spi_exchange(&host, (const uint8_t[]) { 0x03, 0, 0, 0, 0 }, in, 5);
        static const uint8_t expected[] = { 0x5a, 0, 0xff, 0 };
        CHECK_EQUAL(check, in[4], expected[fault]);
        host.pins.device.ops->free(eeprom);
    }
}

static void test_bus_devices(check_t *check) {
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        { "device b eeprom", true },
        { "device b eeprom size=256 write_us=1 fault=stuck-busy", true },
        { "device b eeprom size=100", false },
        { "device b eeprom size=x", false },
        { "device b eeprom fault=unknown", false },
        { "device b flash", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned spi = 0; spi < 2; spi++) {
            wiring_t wiring = { 0 };
            char error[256] = "";
            CHECK(check, wiring_parse(&wiring, "test", rows[i].text, error, sizeof(error)));
            i2c_bus_t bus;
            spi_device_t device = { 0 };
            i2c_bus_init(&bus);
            bool good = spi ? bus_device_spi(&device, wiring.rows, error, sizeof(error))
                : bus_device_i2c(&bus, wiring.rows, error, sizeof(error));
            CHECK_EQUAL(check, good, rows[i].good && !(spi && i == 1));
            CHECK_EQUAL(check, error[0] != '\0', !good);
            if (device.ops != NULL) {
                device.ops->free(device.self);
            }
            i2c_bus_free(&bus);
            wiring_free(&wiring);
        }
    }
}

void test_buses(check_t *check) {
    test_i2c_eeprom(check);
    test_i2c_faults(check);
    test_spi_eeprom(check);
    test_spi_faults(check);
    test_bus_devices(check);
}
