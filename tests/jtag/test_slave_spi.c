// SPDX-License-Identifier: MIT
//
// slave_spi.c against the slave SPI port of the virtual board: all that the programmer does with the SRAM, by SPI.

#include "harness.h"
#include "jtag/bridge.h"
#include "jtag/ecp5.h"
#include "jtag/slave_spi.h"
#include "vboard.h"

typedef struct {
    vboard_t *board;
    jtag_slave_spi_t port;
    tap_t tap;
    ecp5_t ecp5;
} rig_t;

static int open_rig(rig_t *rig, const char *device, const char *fault) {
    rig->board = vboard_new(device, "W25Q32", fault);
    jtag_slave_spi_init(&rig->port, vboard_slave_spi(rig->board));
    tap_init(&rig->tap, (jtag_transport_t) { &jtag_slave_spi_ops, &rig->port });
    return ecp5_open(&rig->ecp5, &rig->tap, 0);
}

static int load(ecp5_t *ecp5, const uint8_t *data, size_t length, size_t part) {
    int status = ecp5_sram_open(ecp5);
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        status = ecp5_sram_write(ecp5, data + at, length - at < part ? length - at : part);
    }
    return status == LX_OK ? ecp5_sram_finish(ecp5) : status;
}

static void test_ids(void) {
    rig_t rig;
    uint32_t idcode;
    uint64_t by_spi;
    uint64_t by_jtag;
    CHECK_OK(open_rig(&rig, "LFE5U-45F", NULL));
    CHECK_EQ(rig.tap.devices, 1);
    CHECK(strcmp(rig.ecp5.device->name, "LFE5U-45F") == 0);
    CHECK_OK(ecp5_read_idcode(&rig.ecp5, &idcode));
    CHECK_EQ(idcode, 0x41112043);
    CHECK_OK(ecp5_read_unique_id(&rig.ecp5, &by_spi));
    CHECK_OK(tap_check(&rig.tap, 5));
    CHECK_EQ(vboard_clocks(rig.board), 0);
    // The same chip by JTAG.
    tap_t tap;
    ecp5_t ecp5;
    tap_init(&tap, vboard_transport(rig.board, false));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    CHECK_OK(ecp5_read_unique_id(&ecp5, &by_jtag));
    CHECK(by_spi == by_jtag);
    // The flash is out of reach.
    bridge_t bridge;
    CHECK_EQ(bridge_open(&bridge, &rig.ecp5), LX_ENOTSUP);
    vboard_free(rig.board);
}

static void test_load(void) {
    static const size_t parts[] = { 1000000, 4096, 777, 1 };
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    rig_t rig;
    CHECK_OK(open_rig(&rig, "LFE5U-25F", NULL));
    // What JTAG leaves there.
    tap_t tap;
    ecp5_t ecp5;
    tap_init(&tap, vboard_transport(rig.board, false));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    CHECK_OK(load(&ecp5, data, length, 65536));
    uint32_t crc = vboard_memory_crc(rig.board);
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint64_t before = vboard_slave_bytes(rig.board);
        CHECK_OK(load(&rig.ecp5, data, length, parts[i]));
        CHECK(vboard_done(rig.board) && vboard_user_mode(rig.board));
        CHECK_EQ(vboard_frames(rig.board), rig.ecp5.device->frames);
        CHECK_EQ(vboard_memory_crc(rig.board), crc);
        CHECK(!(rig.ecp5.status & ECP5_STATUS_JTAG_ACTIVE));
        // The file, and a few commands.
        CHECK(vboard_slave_bytes(rig.board) - before < length + 500);
    }
    CHECK_OK(ecp5_erase(&rig.ecp5));
    CHECK(!vboard_done(rig.board));
    // An abort in the middle leaves a port that works.
    CHECK_OK(ecp5_sram_open(&rig.ecp5));
    CHECK_OK(ecp5_sram_write(&rig.ecp5, data, length / 2));
    CHECK_OK(ecp5_sram_abort(&rig.ecp5));
    CHECK(!vboard_done(rig.board));
    CHECK_OK(load(&rig.ecp5, data, length, 4096));
    CHECK_EQ(vboard_memory_crc(rig.board), crc);
    vboard_free(rig.board);
    free(data);
}

static void test_verdicts(void) {
    size_t length;
    size_t other_length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    uint8_t *other = bitstream_file("85f-compress.bit", &other_length);
    rig_t rig;
    CHECK_OK(open_rig(&rig, "LFE5U-25F", NULL));
    CHECK_EQ(load(&rig.ecp5, other, other_length, 65536), LX_EDEVICEID);
    data[length / 2] ^= 1;
    CHECK_EQ(load(&rig.ecp5, data, length, 65536), LX_EDEVICECRC);
    data[length / 2] ^= 1;
    CHECK_OK(load(&rig.ecp5, data, length, 65536));
    // Blank flash: no design after a refresh.
    CHECK_EQ(ecp5_refresh(&rig.ecp5, 100), LX_EREFRESH);
    CHECK(!vboard_user_mode(rig.board));
    size_t size;
    memcpy(vboard_flash(rig.board, &size), data, length);
    CHECK_OK(ecp5_refresh(&rig.ecp5, 2000));
    CHECK_EQ(vboard_boots(rig.board), 1);
    vboard_free(rig.board);
    CHECK_OK(open_rig(&rig, "LFE5U-25F", "stuck-busy"));
    CHECK_EQ(load(&rig.ecp5, data, length, 65536), LX_ETIMEDOUT);
    vboard_free(rig.board);
    CHECK_OK(open_rig(&rig, "LFE5U-25F", "erase-fails"));
    CHECK_EQ(load(&rig.ecp5, data, length, 65536), LX_EERASE);
    vboard_free(rig.board);
    free(other);
    free(data);
}

// Nothing answers, the bus fails at each of its calls in turn: an error, never a hang.
typedef struct {
    flash_bus_t bus;
    unsigned calls_left;
    uint8_t level;
} bad_bus_t;

static int bad_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    bad_bus_t *bad = ctx;
    if (bad->calls_left-- == 0) {
        bad->calls_left = 0;
        return LX_EIO;
    }
    if (bad->bus.ops) {
        return bad->bus.ops->xfer(bad->bus.ctx, tx, rx, length, last);
    }
    if (rx) {
        memset(rx, bad->level, length);
    }
    return LX_OK;
}

static int bad_delay(void *ctx, uint32_t us) {
    bad_bus_t *bad = ctx;
    return bad->bus.ops ? bad->bus.ops->delay(bad->bus.ctx, us) : LX_OK;
}

static void test_bad_bus(void) {
    static const flash_bus_ops_t bad_ops = { .xfer = bad_xfer, .delay = bad_delay };
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    bad_bus_t bad = { .calls_left = 1000000 };
    jtag_slave_spi_t port;
    tap_t tap;
    ecp5_t ecp5;
    for (unsigned level = 0; level < 2; level++) {
        bad.level = level ? 0xff : 0;
        jtag_slave_spi_init(&port, (flash_bus_t) { &bad_ops, &bad });
        tap_init(&tap, (jtag_transport_t) { &jtag_slave_spi_ops, &port });
        CHECK(ecp5_open(&ecp5, &tap, 0) != LX_OK);
    }
    vboard_t *board = vboard_new("LFE5U-25F", NULL, NULL);
    unsigned calls = 0;
    for (int status = LX_EIO; status != LX_OK; calls++) {
        CHECK(calls < 200);
        bad = (bad_bus_t) { .bus = vboard_slave_spi(board), .calls_left = calls };
        jtag_slave_spi_init(&port, (flash_bus_t) { &bad_ops, &bad });
        tap_init(&tap, (jtag_transport_t) { &jtag_slave_spi_ops, &port });
        status = ecp5_open(&ecp5, &tap, 0);
        status = status == LX_OK ? load(&ecp5, data, length, 65536) : status;
        CHECK(status == LX_OK || status == LX_EIO);
    }
    CHECK(calls > 20);
    CHECK(vboard_user_mode(board));
    const jtag_op_t none = { .bits = 0 };
    CHECK_EQ(jtag_slave_spi_ops.submit(&port, &none), LX_EINVAL);
    vboard_free(board);
    free(data);
}

const test_t tests_slave_spi[] = {
    TEST(test_ids), TEST(test_load), TEST(test_verdicts), TEST(test_bad_bus),
    { NULL, NULL },
};
