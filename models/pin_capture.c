// SPDX-License-Identifier: MIT
//
// What leaves a pin, written to files: the times of pulses, and the frames of WS2812 LEDs (data sheet: a high time of
// 0.4 us is a 0, one of 0.8 us a 1, and 50 us low show what was sent).

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/pin_device.h"

#define WS2812_ONE (600) // ns: the middle between the two high times
#define WS2812_SHOW (50 * US)
#define WS2812_BYTES (4096)

static FILE *open_file(const wiring_row_t *row, char *error, size_t error_size) {
    const char *path = wiring_text(row, "file", NULL);
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file == NULL) {
        snprintf(error, error_size, path != NULL ? "%s cannot be written" : "%swant file=PATH", path != NULL ? path : "");
    }
    return file;
}

typedef struct {
    pin_device_t device;
    FILE *file;
    uint64_t rose; // 0: not yet
    uint64_t fell; // 0: not since it rose
    uint64_t high; // of the last line
    uint64_t low;
} capture_t;

static bool capture_open(pin_device_t *device, const wiring_row_t *row, char *error, size_t error_size) {
    capture_t *c = (capture_t *)device;
    c->file = open_file(row, error, error_size);
    return c->file != NULL;
}

static void capture_edge(pin_device_t *device, bool level, uint64_t ns) {
    capture_t *c = (capture_t *)device;
    if (!level) {
        c->fell = ns;
        return;
    }
    if (c->rose != 0 && c->fell > c->rose) {
        uint64_t high = c->fell - c->rose;
        uint64_t low = ns - c->fell;
        if (high != c->high || low != c->low) {
            fprintf(c->file, "%llu %llu\n", (unsigned long long)high, (unsigned long long)low);
            fflush(c->file);
            c->high = high;
            c->low = low;
        }
    }
    c->rose = ns;
}

static void capture_close(pin_device_t *device) {
    capture_t *c = (capture_t *)device;
    if (c->file != NULL) {
        fclose(c->file);
    }
}

const pin_device_kind_t pin_device_capture = {
    .name = "capture", .bytes = sizeof(capture_t), .open = capture_open, .edge = capture_edge, .close = capture_close
};

typedef struct {
    pin_device_t device;
    FILE *file;
    uint64_t rose;
    unsigned bits;
    uint8_t frame[WS2812_BYTES];
    uint8_t shown[WS2812_BYTES];
    size_t shown_bytes;
} ws2812_t;

static bool ws2812_open(pin_device_t *device, const wiring_row_t *row, char *error, size_t error_size) {
    ws2812_t *w = (ws2812_t *)device;
    w->file = open_file(row, error, error_size);
    return w->file != NULL;
}

static void ws2812_show(pin_device_t *device, uint64_t ns) {
    (void)ns;
    ws2812_t *w = (ws2812_t *)device;
    size_t bytes = w->bits / 8;
    if (bytes > 0 && (bytes != w->shown_bytes || memcmp(w->frame, w->shown, bytes) != 0)) {
        for (size_t i = 0; i < bytes; i++) {
            fprintf(w->file, "%02x", w->frame[i]);
        }
        // A frame that does not end with a byte is none that a driver should send.
        fprintf(w->file, w->bits % 8 != 0 ? " and %u bits\n" : "\n", w->bits % 8);
        fflush(w->file);
        memcpy(w->shown, w->frame, bytes);
        w->shown_bytes = bytes;
    }
    w->bits = 0;
}

static void ws2812_edge(pin_device_t *device, bool level, uint64_t ns) {
    ws2812_t *w = (ws2812_t *)device;
    if (level) {
        w->rose = ns;
        pin_device_wake(device, PIN_DEVICE_NEVER);
        return;
    }
    if (w->rose != 0 && w->bits < 8 * WS2812_BYTES) {
        uint8_t *byte = &w->frame[w->bits / 8];
        *byte = (uint8_t)(*byte << 1 | (ns - w->rose > WS2812_ONE));
        w->bits++;
    }
    pin_device_wake(device, ns + WS2812_SHOW);
}

static void ws2812_close(pin_device_t *device) {
    ws2812_t *w = (ws2812_t *)device;
    if (w->file != NULL) {
        fclose(w->file);
    }
}

const pin_device_kind_t pin_device_ws2812 = {
    .name = "ws2812", .bytes = sizeof(ws2812_t), .open = ws2812_open, .edge = ws2812_edge, .due = ws2812_show,
    .close = ws2812_close
};
