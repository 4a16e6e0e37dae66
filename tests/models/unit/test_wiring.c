// SPDX-License-Identifier: MIT
// The reader of wiring files, and nets.

#include "tests/models/unit/check.h"

#include <string.h>

#include "models/nets.h"

static bool parses(check_t *check, const char *text, wiring_t *wiring) {
    char error[256] = "";
    bool good = wiring_parse(wiring, "text", text, error, sizeof(error));
    CHECK(check, good == (error[0] == '\0'));
    return good;
}

static void rows(check_t *check) {
    wiring_t wiring = { NULL, 0 };
    CHECK(check, parses(check, "# a comment\n\nwire gpio[3] pwm0 # and one more\r\npull a up\n"
        "device spi0[1] eeprom size=0x100 file=x\nvalue xadc.vccint 0x10\nat 2ms b[1] 1", &wiring));
    CHECK_EQUAL(check, wiring.count, 5);
    CHECK_EQUAL(check, wiring.rows[0].line, 3);
    CHECK_EQUAL(check, wiring.rows[0].place.index, 3);
    CHECK(check, strcmp(wiring.rows[0].other.core, "pwm0") == 0 && wiring.rows[0].other.index == 0);
    CHECK_EQUAL(check, wiring.rows[4].at_ns, 2000000);
    const wiring_row_t *eeprom = wiring_device(&wiring, "spi0", 1, 0);
    bool bad = false;
    CHECK(check, eeprom != NULL && wiring_device(&wiring, "spi0", 1, 1) == NULL);
    CHECK(check, wiring_device(&wiring, "spi0", 0, 0) == NULL);
    CHECK_EQUAL(check, wiring_number(eeprom, "size", 1, &bad), 0x100);
    CHECK_EQUAL(check, wiring_number(eeprom, "address", 7, &bad), 7);
    CHECK(check, !bad);
    CHECK_EQUAL(check, wiring_number(eeprom, "file", 9, &bad), 9);
    CHECK(check, bad);
    CHECK_EQUAL(check, wiring_value(&wiring, "xadc", "vccint", 0), 0x10);
    CHECK_EQUAL(check, wiring_value(&wiring, "xadc", "vccaux", 5), 5);
    wiring_free(&wiring);
}

static void refused(check_t *check) {
    static const char *const lines[] = {
        "wires a b", "wire a", "wire a b c", "wire a[ b", "wire a[1 b", "wire a[-1] b", "wire a[70000] b",
        "wire [1] b", "pull a", "pull a sideways", "device i2c0", "device i2c0 eeprom 5", "device i2c0 eeprom =5",
        "value xadc 5", "value .x 5", "value xadc. 5", "value xadc.x five", "at 5 a 1", "at 5us a 2", "at x a 1",
        "at 99999999999999999999s a 1", "at 18446744073709551615s a 1",
        "wire abcdefghijklmnopqrstuvwxyzabcdefghijklmnop b", "wire 1 2 3 4 5 6 7 8 9 10 11 12 13",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        wiring_t wiring = { NULL, 0 };
        CHECK(check, !parses(check, lines[i], &wiring));
        CHECK_EQUAL(check, wiring.count, 0);
        wiring_free(&wiring);
    }
}

typedef struct {
    unsigned calls;
    bool level;
} listener_t;

static void listen(void *context, unsigned index, bool level) {
    (void)index;
    listener_t *listener = context;
    listener->calls++;
    listener->level = level;
}

static void levels(check_t *check) {
    nets_t *nets = nets_new();
    listener_t listener = { 0, false };
    int a = nets_pin(nets, "a", 0, NULL, NULL);
    int b = nets_pin(nets, "b", 0, listen, &listener);
    int c = nets_pin(nets, "c", 0, NULL, NULL);
    nets_drive(nets, a, NETS_HIGH);
    CHECK_EQUAL(check, listener.calls, 0);
    wiring_t wiring = { NULL, 0 };
    char error[256];
    CHECK(check, parses(check, "wire b a\nwire c b\nat 10ns c 0\nat 20ns c 1\nat 5ns c 1", &wiring));
    CHECK(check, nets_connect(nets, &wiring, error, sizeof(error)));
    CHECK(check, listener.calls == 1 && listener.level);
    // Low wins, and a free net falls to its pull.
    nets_drive(nets, c, NETS_LOW);
    CHECK(check, !nets_level(nets, a) && !listener.level);
    nets_drive(nets, c, NETS_FREE);
    CHECK(check, listener.calls == 3 && listener.level);
    nets_drive(nets, a, NETS_FREE);
    CHECK(check, !nets_level(nets, b));
    CHECK_EQUAL(check, nets_next(nets), 5);
    nets_advance(nets, 5);
    CHECK(check, nets_level(nets, b) && nets_next(nets) == 10);
    nets_advance(nets, 1000);
    CHECK(check, nets_level(nets, b) && nets_next(nets) == UINT64_MAX);
    CHECK_EQUAL(check, listener.calls, 7);
    wiring_free(&wiring);
    CHECK(check, parses(check, "pull z up", &wiring));
    CHECK(check, !nets_connect(nets, &wiring, error, sizeof(error)) && strstr(error, "line 1") != NULL);
    wiring_free(&wiring);
    nets_free(nets);
}

static void pulls(check_t *check) {
    nets_t *nets = nets_new();
    int a = nets_pin(nets, "a", 0, NULL, NULL);
    int b = nets_pin(nets, "b", 2, NULL, NULL);
    wiring_t wiring = { NULL, 0 };
    char error[256];
    CHECK(check, parses(check, "pull b[2] up\nwire a b[2]", &wiring));
    CHECK(check, nets_connect(nets, &wiring, error, sizeof(error)));
    CHECK(check, nets_level(nets, a));
    nets_drive(nets, a, NETS_LOW);
    CHECK(check, !nets_level(nets, b));
    wiring_free(&wiring);
    nets_free(nets);
}

void test_wiring(check_t *check) {
    rows(check);
    refused(check);
    levels(check);
    pulls(check);
}
