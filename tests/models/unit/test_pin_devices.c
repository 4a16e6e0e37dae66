// SPDX-License-Identifier: MIT
// The devices on one wire, by a master of its own at the level of the net.

#include "tests/models/unit/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/pin_devices.h"

#define US (1000u)
#define CAPTURE "capture.txt"
#define LEDS "leds.txt"

typedef struct {
    nets_t *nets;
    wiring_t wiring;
    pin_devices_t *devices;
    uint64_t ns;
    int pin;
    char error[256];
} bench_t;

static uint64_t now(void *context) {
    return ((bench_t *)context)->ns;
}

static bool start(bench_t *b, const char *text) {
    *b = (bench_t) { .nets = nets_new(), .ns = 1000 * US };
    b->pin = nets_pin(b->nets, "gpio", 3, NULL, NULL);
    const pin_devices_host_t host = { now, NULL, b };
    bool good = wiring_parse(&b->wiring, "text", text, b->error, sizeof(b->error))
        && nets_connect(b->nets, &b->wiring, b->error, sizeof(b->error));
    b->devices = good ? pin_devices_attach(b->nets, &b->wiring, &host, b->error, sizeof(b->error)) : NULL;
    return b->devices != NULL;
}

static void stop(bench_t *b) {
    pin_devices_free(b->devices);
    nets_free(b->nets);
    wiring_free(&b->wiring);
}

// Lets time pass, with all that is due in it.
static void pass(bench_t *b, uint64_t ns) {
    uint64_t end = b->ns + ns;
    while (pin_devices_next(b->devices) <= end) {
        b->ns = pin_devices_next(b->devices);
        pin_devices_advance(b->devices);
    }
    b->ns = end;
}

static void drive(bench_t *b, nets_drive_t drive, uint64_t ns) {
    nets_drive(b->nets, b->pin, drive);
    pass(b, ns);
}

static void pulse(bench_t *b, uint64_t high, uint64_t low) {
    drive(b, NETS_HIGH, high);
    drive(b, NETS_LOW, low);
}

// How long the net keeps its level, at most a millisecond.
static uint64_t stays(bench_t *b) {
    bool level = nets_level(b->nets, b->pin);
    uint64_t start_ns = b->ns;
    while (nets_level(b->nets, b->pin) == level && b->ns - start_ns < 1000 * US) {
        pass(b, 100);
    }
    return b->ns - start_ns;
}

static bool near(uint64_t got, uint64_t want) {
    return got + 200 >= want && got <= want + 200;
}

static void read_dht22(check_t *check, bench_t *b, uint8_t data[5]) {
    drive(b, NETS_LOW, 1000 * US);
    drive(b, NETS_FREE, 0);
    CHECK(check, near(stays(b), 30 * US) && near(stays(b), 80 * US) && near(stays(b), 80 * US));
    memset(data, 0, 5);
    for (unsigned i = 0; i < 40; i++) {
        CHECK(check, near(stays(b), 50 * US));
        uint64_t high = stays(b);
        CHECK(check, near(high, 26 * US) || near(high, 70 * US));
        data[i / 8] = (uint8_t)(data[i / 8] << 1 | (high > 50 * US));
    }
    CHECK(check, near(stays(b), 50 * US));
    CHECK(check, stays(b) >= 1000 * US);
}

static void dht22(check_t *check) {
    bench_t b;
    uint8_t data[5];
    CHECK(check, start(&b, "pull gpio[3] up\ndevice gpio[3] dht22 temperature=-101 humidity=652"));
    read_dht22(check, &b, data);
    CHECK(check, memcmp(data, "\x02\x8c\x80\x65\x73", 5) == 0);
    read_dht22(check, &b, data);
    CHECK(check, memcmp(data, "\x02\x8c\x80\x65\x73", 5) == 0);
    // Too short a start pulse is none.
    drive(&b, NETS_LOW, 500 * US);
    drive(&b, NETS_FREE, 0);
    CHECK(check, stays(&b) >= 1000 * US);
    stop(&b);
    CHECK(check, start(&b, "pull gpio[3] up\ndevice gpio[3] dht22 temperature=351 humidity=652 fault=checksum"));
    read_dht22(check, &b, data);
    CHECK(check, memcmp(data, "\x02\x8c\x01\x5f\xef", 5) == 0); // ee would be right
    stop(&b);
    CHECK(check, start(&b, "pull gpio[3] up\ndevice gpio[3] dht22 fault=silent"));
    drive(&b, NETS_LOW, 1000 * US);
    drive(&b, NETS_FREE, 0);
    CHECK(check, stays(&b) >= 1000 * US);
    stop(&b);
}

static bool ow_reset(bench_t *b) {
    drive(b, NETS_LOW, 480 * US);
    drive(b, NETS_FREE, 70 * US);
    bool present = !nets_level(b->nets, b->pin);
    pass(b, 410 * US);
    return present;
}

static bool ow_bit(bench_t *b, bool bit) {
    drive(b, NETS_LOW, 6 * US);
    drive(b, bit ? NETS_FREE : NETS_LOW, 9 * US);
    bool level = nets_level(b->nets, b->pin);
    pass(b, 45 * US);
    drive(b, NETS_FREE, 10 * US);
    return level;
}

static uint8_t ow_byte(bench_t *b, uint8_t byte) {
    uint8_t in = 0;
    for (unsigned i = 0; i < 8; i++) {
        in = (uint8_t)(in | ow_bit(b, byte >> i & 1) << i);
    }
    return in;
}

static void ow_read(bench_t *b, uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        data[i] = ow_byte(b, 0xff);
    }
}

// As Maxim's application note 27 has it, byte for byte another way than the model's.
static uint8_t ow_crc(const uint8_t *data, size_t n) {
    uint8_t crc = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            uint8_t mix = (crc ^ byte) & 1;
            crc >>= 1;
            if (mix) {
                crc ^= 0x8c;
            }
            byte >>= 1;
        }
    }
    return crc;
}

static int16_t ow_temperature(check_t *check, bench_t *b, bool good_crc) {
    uint8_t scratchpad[9];
    CHECK(check, ow_reset(b));
    ow_byte(b, 0xcc);
    ow_byte(b, 0xbe);
    ow_read(b, scratchpad, sizeof(scratchpad));
    CHECK_EQUAL(check, ow_crc(scratchpad, 9) == 0, good_crc);
    return (int16_t)(scratchpad[0] | scratchpad[1] << 8);
}

static void ds18b20(check_t *check) {
    bench_t b;
    uint8_t rom[8];
    CHECK(check, start(&b, "pull gpio[3] up\ndevice gpio[3] ds18b20 temperature=-162 serial=0x0102030405"));
    CHECK(check, ow_reset(&b));
    ow_byte(&b, 0x33);
    ow_read(&b, rom, 8);
    CHECK(check, memcmp(rom, "\x28\x05\x04\x03\x02\x01\x00", 7) == 0);
    CHECK_EQUAL(check, ow_crc(rom, 8), 0);
    CHECK_EQUAL(check, ow_temperature(check, &b, true), 85 * 16);
    // A conversion takes its time and says so.
    CHECK(check, ow_reset(&b));
    ow_byte(&b, 0x55);
    for (unsigned i = 0; i < 8; i++) {
        ow_byte(&b, rom[i]);
    }
    ow_byte(&b, 0x44);
    CHECK(check, !ow_bit(&b, true));
    pass(&b, 740000 * US);
    CHECK(check, !ow_bit(&b, true));
    pass(&b, 10000 * US);
    CHECK(check, ow_bit(&b, true));
    CHECK_EQUAL(check, ow_temperature(check, &b, true), -162);
    // With another ROM nobody answers; a search goes on only with its own bits; unknown commands end it.
    CHECK(check, ow_reset(&b));
    ow_byte(&b, 0x55);
    for (unsigned i = 0; i < 8; i++) {
        ow_byte(&b, rom[i] ^ (i == 6));
    }
    ow_byte(&b, 0xbe);
    CHECK_EQUAL(check, ow_byte(&b, 0xff), 0xff);
    CHECK(check, ow_reset(&b));
    ow_byte(&b, 0xf0);
    CHECK(check, !ow_bit(&b, true) && ow_bit(&b, true));
    ow_bit(&b, false);
    CHECK(check, !ow_bit(&b, true) && ow_bit(&b, true));
    ow_bit(&b, true);
    CHECK(check, ow_bit(&b, true) && ow_bit(&b, true));
    CHECK(check, ow_reset(&b));
    ow_byte(&b, 0x99);
    CHECK_EQUAL(check, ow_byte(&b, 0xff), 0xff);
    stop(&b);
    CHECK(check, start(&b, "pull gpio[3] up\ndevice gpio[3] ds18b20 fault=crc"));
    CHECK_EQUAL(check, ow_temperature(check, &b, false), 85 * 16);
    stop(&b);
}

static void check_file(check_t *check, const char *path, const char *want) {
    char text[256] = "";
    FILE *file = fopen(path, "r");
    CHECK(check, file != NULL);
    if (file != NULL) {
        text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
        fclose(file);
        CHECK(check, strcmp(text, want) == 0);
        unlink(path);
    }
}

static void files(check_t *check) {
    bench_t b;
    CHECK(check, start(&b, "device gpio[3] capture file=" CAPTURE "\ndevice gpio[3] ws2812 file=" LEDS));
    // 0xa5 twice, and a frame that is cut short.
    for (unsigned i = 0; i < 16; i++) {
        bool bit = 0xa5a5 >> (15 - i) & 1;
        pulse(&b, bit ? 800 : 400, bit ? 450 : 850);
    }
    pass(&b, 60 * US);
    for (unsigned frame = 0; frame < 2; frame++) {
        for (unsigned i = 0; i < 9; i++) {
            pulse(&b, 800, 450);
        }
        pass(&b, 60 * US);
    }
    stop(&b);
    check_file(check, LEDS, "a5a5\nff and 1 bits\n");
    // The level alternates but for two pairs; the line with the pause is the 16th bit's.
    CHECK(check, start(&b, "device gpio[3] capture file=" CAPTURE));
    pulse(&b, 1000, 3000);
    pulse(&b, 1000, 3000);
    pulse(&b, 1000, 3000);
    pulse(&b, 2000, 3000);
    pulse(&b, 1000, 1);
    stop(&b);
    check_file(check, CAPTURE, "1000 3000\n2000 3000\n");
}

static void refused(check_t *check) {
    static const char *const lines[] = {
        "device gpio[4] dht22", "device gpio[3] dht22 temperature=5000", "device gpio[3] dht22 humidity=x",
        "device gpio[3] ds18b20 temperature=-881", "device gpio[3] capture", "device gpio[3] ws2812 file=/no/such/place",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        bench_t b;
        CHECK(check, !start(&b, lines[i]));
        CHECK(check, strstr(b.error, "line 1: ") != NULL);
        stop(&b);
    }
    bench_t b;
    CHECK(check, start(&b, "device gpio[3] eeprom")); // somebody else's
    CHECK_EQUAL(check, pin_devices_next(b.devices), UINT64_MAX);
    stop(&b);
}

void test_pin_devices(check_t *check) {
    dht22(check);
    ds18b20(check);
    files(check);
    refused(check);
}
