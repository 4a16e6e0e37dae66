// SPDX-License-Identifier: MIT
//
// Sensors on one open-drain wire: DHT22 (AM2302 data sheet, section 7) and DS18B20 (Maxim 19-7487). Typical times.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/pin_device.h"

// DHT22: after a start pulse it answers, then sends 40 bits, each 50 us low and a high time.

#define DHT_START (800 * US)
#define DHT_ANSWER_AFTER (30 * US)
#define DHT_ANSWER (80 * US)
#define DHT_LOW (50 * US)
#define DHT_HIGH_0 (26 * US)
#define DHT_HIGH_1 (70 * US)
#define DHT_BITS (40)

typedef struct {
    pin_device_t device;
    uint8_t data[DHT_BITS / 8];
    bool silent;
    uint64_t fell;
    bool answering;
    unsigned step; // edges made so far
} dht22_t;

static int64_t signed_number(const wiring_row_t *row, const char *key, int64_t fallback, bool *bad) {
    const char *text = wiring_text(row, key, NULL);
    if (text == NULL) {
        return fallback;
    }
    char *end;
    long long n = strtoll(text, &end, 0);
    *bad |= *text == '\0' || *end != '\0';
    return n;
}

static bool is_fault(const wiring_row_t *row, const char *name) {
    return strcmp(wiring_text(row, "fault", ""), name) == 0;
}

static bool dht22_open(pin_device_t *device, const wiring_row_t *row, char *error, size_t error_size) {
    dht22_t *d = (dht22_t *)device;
    bool bad = false;
    int64_t temperature = signed_number(row, "temperature", 215, &bad);
    int64_t humidity = signed_number(row, "humidity", 503, &bad);
    if (bad || temperature < -400 || temperature > 1250 || humidity < 0 || humidity > 1000) {
        snprintf(error, error_size, "want temperature=-400..1250 and humidity=0..1000, in tenths");
        return false;
    }
    uint16_t magnitude = (uint16_t)(temperature < 0 ? 0x8000 | -temperature : temperature);
    d->data[0] = (uint8_t)(humidity >> 8);
    d->data[1] = (uint8_t)humidity;
    d->data[2] = (uint8_t)(magnitude >> 8);
    d->data[3] = (uint8_t)magnitude;
    d->data[4] = (uint8_t)(d->data[0] + d->data[1] + d->data[2] + d->data[3] + is_fault(row, "checksum"));
    d->silent = is_fault(row, "silent");
    return true;
}

static void dht22_edge(pin_device_t *device, bool level, uint64_t ns) {
    dht22_t *d = (dht22_t *)device;
    if (d->answering || d->silent) {
        return;
    }
    if (!level) {
        d->fell = ns;
    } else if (d->fell != 0 && ns - d->fell >= DHT_START) {
        d->answering = true;
        d->step = 0;
        pin_device_wake(device, ns + DHT_ANSWER_AFTER);
    }
}

// Even steps pull low, odd ones let go: the answer, the bits, and the end.
static void dht22_due(pin_device_t *device, uint64_t ns) {
    dht22_t *d = (dht22_t *)device;
    unsigned pulse = d->step / 2;
    bool low = d->step % 2 == 0;
    d->step++;
    pin_device_pull(device, low);
    if (pulse > DHT_BITS && !low) {
        d->answering = false;
        d->fell = 0;
        return;
    }
    uint64_t time = DHT_ANSWER;
    if (pulse > 0 && low) {
        time = DHT_LOW;
    } else if (pulse > 0) {
        unsigned bit = pulse - 1;
        time = d->data[bit / 8] >> (7 - bit % 8) & 1 ? DHT_HIGH_1 : DHT_HIGH_0;
    }
    pin_device_wake(device, ns + time);
}

const pin_device_kind_t pin_device_dht22 = {
    .name = "dht22", .bytes = sizeof(dht22_t), .open = dht22_open, .edge = dht22_edge, .due = dht22_due
};

// DS18B20: the master opens each time slot; the sensor samples 30 us later, or holds a 0 for 30 us.

#define OW_RESET (400 * US)
#define OW_PRESENCE_AFTER (30 * US)
#define OW_PRESENCE (120 * US)
#define OW_SAMPLE (30 * US)
#define OW_CONVERSION (750 * MS)
#define OW_POWER_UP (85 * 16)

enum { // commands
    SEARCH_ROM = 0xf0,
    READ_ROM = 0x33,
    MATCH_ROM = 0x55,
    SKIP_ROM = 0xcc,
    CONVERT = 0x44,
    READ_SCRATCHPAD = 0xbe,
};

typedef enum {
    OW_OFF,       // until a reset
    OW_ROM,       // takes a ROM command
    OW_MATCH,     // takes 8 bytes
    OW_SEARCH,    // two bits of the ROM out, one in
    OW_FUNCTION,  // takes a function command
    OW_SEND,      // gives bytes
    OW_BUSY,      // gives 0 while it converts
} ow_state_t;

typedef enum {
    OW_IDLE,
    OW_WAIT_PRESENCE,
    OW_IN_PRESENCE,
    OW_IN_SAMPLE,
    OW_IN_ZERO,
} ow_phase_t;

typedef struct {
    pin_device_t device;
    uint8_t rom[8];
    int16_t measured; // sixteenths of a degree, what a conversion gives
    int16_t value;
    bool bad_crc;
    ow_state_t state;
    ow_phase_t phase;
    uint64_t fell;
    uint64_t busy_until;
    unsigned bit;
    unsigned turn; // of OW_SEARCH: 0 the bit, 1 its complement, 2 the choice
    uint8_t in[8];
    uint8_t out[9];
    unsigned out_bits;
} ds18b20_t;

static uint8_t crc8(const uint8_t *data, size_t n) {
    uint8_t crc = 0;
    for (size_t i = 0; i < 8 * n; i++) {
        bool bit = (data[i / 8] >> i % 8 & 1) != (crc & 1);
        crc = (uint8_t)(crc >> 1 ^ (bit ? 0x8c : 0));
    }
    return crc;
}

static bool ds18b20_open(pin_device_t *device, const wiring_row_t *row, char *error, size_t error_size) {
    ds18b20_t *d = (ds18b20_t *)device;
    bool bad = false;
    int64_t temperature = signed_number(row, "temperature", 344, &bad);
    uint64_t serial = wiring_number(row, "serial", 0x123456, &bad);
    if (bad || temperature < -55 * 16 || temperature > 125 * 16) {
        snprintf(error, error_size, "want temperature=-880..2000, in sixteenths of a degree");
        return false;
    }
    d->measured = (int16_t)temperature;
    d->value = OW_POWER_UP;
    d->rom[0] = 0x28;
    for (unsigned i = 0; i < 6; i++) {
        d->rom[1 + i] = (uint8_t)(serial >> 8 * i);
    }
    d->rom[7] = crc8(d->rom, 7);
    d->bad_crc = is_fault(row, "crc");
    return true;
}

static void send(ds18b20_t *d, const uint8_t *data, size_t n) {
    memcpy(d->out, data, n);
    d->out_bits = 8 * (unsigned)n;
    d->bit = 0;
    d->state = OW_SEND;
}

static void take_rom_command(ds18b20_t *d, uint8_t command) {
    d->bit = 0;
    d->turn = 0;
    memset(d->in, 0, sizeof(d->in));
    switch (command) {
        case SEARCH_ROM:
            d->state = OW_SEARCH;
            break;
        case READ_ROM:
            send(d, d->rom, sizeof(d->rom));
            break;
        case MATCH_ROM:
            d->state = OW_MATCH;
            break;
        case SKIP_ROM:
            d->state = OW_FUNCTION;
            break;
        default:
            d->state = OW_OFF;
    }
}

static void take_function(ds18b20_t *d, uint8_t command, uint64_t ns) {
    if (d->busy_until != 0 && ns >= d->busy_until) {
        d->value = d->measured;
    }
    uint8_t scratchpad[9] = { (uint8_t)d->value, (uint8_t)(d->value >> 8), 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10, 0 };
    d->bit = 0;
    d->state = OW_OFF;
    if (command == CONVERT) {
        d->state = OW_BUSY;
        d->busy_until = ns + OW_CONVERSION;
    } else if (command == READ_SCRATCHPAD) {
        scratchpad[8] = (uint8_t)(crc8(scratchpad, 8) ^ (d->bad_crc ? 1 : 0));
        send(d, scratchpad, sizeof(scratchpad));
    }
}

static bool rom_bit(const ds18b20_t *d) {
    return (d->rom[d->bit / 8] >> d->bit % 8 & 1) != 0;
}

static void take_bit(ds18b20_t *d, bool bit, uint64_t ns) {
    if (d->state == OW_SEARCH) {
        d->turn = 0;
        if (bit != rom_bit(d) || ++d->bit == 64) {
            d->state = OW_OFF;
        }
        return;
    }
    d->in[d->bit / 8] = (uint8_t)(d->in[d->bit / 8] | bit << d->bit % 8);
    d->bit++;
    if (d->state == OW_MATCH) {
        if (d->bit == 64) {
            d->state = memcmp(d->in, d->rom, sizeof(d->rom)) == 0 ? OW_FUNCTION : OW_OFF;
            d->bit = 0;
            memset(d->in, 0, sizeof(d->in));
        }
    } else if (d->bit == 8) {
        uint8_t command = d->in[0];
        d->in[0] = 0;
        if (d->state == OW_ROM) {
            take_rom_command(d, command);
        } else {
            take_function(d, command, ns);
        }
    }
}

// The bit that the sensor gives in this slot: a 1 where it only listens.
static bool give_bit(ds18b20_t *d, bool *listens, uint64_t ns) {
    *listens = false;
    if (d->state == OW_SEARCH && d->turn < 2) {
        return rom_bit(d) != (d->turn++ == 1);
    }
    if (d->state == OW_SEND) {
        bool bit = d->bit >= d->out_bits || (d->out[d->bit / 8] >> d->bit % 8 & 1) != 0;
        d->bit++;
        return bit;
    }
    if (d->state == OW_BUSY) {
        return ns >= d->busy_until;
    }
    *listens = d->state != OW_OFF;
    return true;
}

static void ds18b20_edge(pin_device_t *device, bool level, uint64_t ns) {
    ds18b20_t *d = (ds18b20_t *)device;
    if (d->phase == OW_IN_PRESENCE || d->phase == OW_IN_ZERO) {
        return; // its own
    }
    if (level) {
        if (d->fell != 0 && ns - d->fell >= OW_RESET) {
            d->state = OW_ROM;
            d->bit = 0;
            memset(d->in, 0, sizeof(d->in));
            d->phase = OW_WAIT_PRESENCE;
            pin_device_wake(device, ns + OW_PRESENCE_AFTER);
        }
        return;
    }
    d->fell = ns;
    bool listens;
    if (!give_bit(d, &listens, ns)) {
        d->phase = OW_IN_ZERO;
        pin_device_pull(device, true);
        pin_device_wake(device, ns + OW_SAMPLE);
    } else if (listens) {
        d->phase = OW_IN_SAMPLE;
        pin_device_wake(device, ns + OW_SAMPLE);
    }
}

static void ds18b20_due(pin_device_t *device, uint64_t ns) {
    ds18b20_t *d = (ds18b20_t *)device;
    switch (d->phase) {
        case OW_WAIT_PRESENCE:
            d->phase = OW_IN_PRESENCE;
            pin_device_pull(device, true);
            pin_device_wake(device, ns + OW_PRESENCE);
            break;
        case OW_IN_SAMPLE:
            d->phase = OW_IDLE;
            take_bit(d, pin_device_level(device), ns);
            break;
        default:
            pin_device_pull(device, false);
            d->phase = OW_IDLE;
            d->fell = 0;
            break;
    }
}

const pin_device_kind_t pin_device_ds18b20 = {
    .name = "ds18b20", .bytes = sizeof(ds18b20_t), .open = ds18b20_open, .edge = ds18b20_edge, .due = ds18b20_due
};
