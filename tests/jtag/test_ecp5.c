// SPDX-License-Identifier: MIT
//
// ecp5.c and bridge.c against the virtual board: identification, the SRAM load with real bitstreams, each fault with
// its verdict.

#include "harness.h"
#include "jtag/bridge.h"
#include "jtag/ecp5.h"
#include "vboard.h"

static int load(ecp5_t *ecp5, const uint8_t *data, size_t length, size_t part) {
    int status = ecp5_sram_open(ecp5);
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        status = ecp5_sram_write(ecp5, data + at, length - at < part ? length - at : part);
    }
    return status == LX_OK ? ecp5_sram_finish(ecp5) : status;
}

static void test_ids(void) {
    static const char *const names[] = {
        "LFE5U-12F", "LFE5U-25F", "LFE5U-45F", "LFE5U-85F", "LFE5UM-25F", "LFE5UM-45F", "LFE5UM-85F",
        "LFE5UM5G-25F", "LFE5UM5G-45F", "LFE5UM5G-85F",
    };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        vboard_t *board = vboard_new(names[i], NULL, NULL);
        tap_t tap;
        ecp5_t ecp5;
        tap_init(&tap, vboard_transport(board, true));
        CHECK_OK(ecp5_open(&ecp5, &tap, 0));
        CHECK(strcmp(ecp5.device->name, names[i]) == 0);
        CHECK_EQ(ecp5.device->idcode, vboard_idcode(board));
        uint32_t idcode;
        CHECK_OK(ecp5_read_idcode(&ecp5, &idcode));
        CHECK_EQ(idcode, ecp5.device->idcode);
        uint64_t unique_id;
        CHECK_OK(ecp5_read_unique_id(&ecp5, &unique_id));
        CHECK(unique_id != 0);
        CHECK_OK(ecp5_read_status(&ecp5));
        CHECK(!(ecp5.status & ECP5_STATUS_DONE));
        CHECK_EQ(ecp5_open(&ecp5, &tap, 1), LX_EDEVICE);
        vboard_free(board);
    }
    CHECK(ecp5_find(0x12345678) == NULL);
}

static void test_load(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    uint32_t crc = 0;
    for (unsigned late = 0; late < 2; late++) {
        static const size_t parts[] = { 1000000, 4096, 777 };
        for (unsigned i = 0; i < 3; i++) {
            vboard_t *board = vboard_new("LFE5U-25F", "W25Q128", NULL);
            tap_t tap;
            ecp5_t ecp5;
            tap_init(&tap, vboard_transport(board, late));
            CHECK_OK(ecp5_open(&ecp5, &tap, 0));
            CHECK_OK(load(&ecp5, data, length, parts[i]));
            CHECK(vboard_done(board) && vboard_user_mode(board));
            CHECK_EQ(vboard_frames(board), ecp5.device->frames);
            CHECK(crc == 0 || crc == vboard_memory_crc(board));
            crc = vboard_memory_crc(board);
            CHECK(vboard_in_reset(board));
            CHECK(ecp5.status & ECP5_STATUS_DONE);
            // A second time over a running design.
            CHECK_OK(load(&ecp5, data, length, 65536));
            CHECK_EQ(vboard_memory_crc(board), crc);
            vboard_free(board);
        }
    }
    free(data);
}

static void test_neighbours(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    static const char *const faults[] = { "neighbour", "neighbour-after", "neighbours" };
    for (unsigned i = 0; i < 3; i++) {
        vboard_t *board = vboard_new("LFE5U-25F", "W25Q128", faults[i]);
        tap_t tap;
        ecp5_t ecp5;
        tap_init(&tap, vboard_transport(board, true));
        CHECK_OK(ecp5_open(&ecp5, &tap, 0));
        CHECK_EQ(tap.devices, i == 2 ? 3 : 2);
        CHECK_OK(load(&ecp5, data, length, 5000));
        CHECK(vboard_user_mode(board));
        bridge_t bridge;
        nor_t nor;
        int status = bridge_open(&bridge, &ecp5);
        if (i == 1) {
            CHECK_OK(status);
            CHECK_OK(nor_open(&nor, (flash_bus_t) { &bridge_ops, &bridge }));
            CHECK_EQ(nor.id[0], 0xef);
            CHECK_EQ(nor.size_bytes, 16 << 20);
            CHECK_OK(nor_close(&nor));
        } else {
            CHECK_EQ(status, LX_ENOTSUP);
        }
        CHECK_OK(bridge_close(&bridge));
        vboard_free(board);
    }
    free(data);
}

static void test_wrong_device(void) {
    size_t length;
    uint8_t *data = bitstream_file("85f-compress.bit", &length);
    vboard_t *board = vboard_new("LFE5U-25F", NULL, NULL);
    tap_t tap;
    ecp5_t ecp5;
    tap_init(&tap, vboard_transport(board, true));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    CHECK_EQ(load(&ecp5, data, length, 65536), LX_EDEVICEID);
    CHECK(!vboard_done(board));
    CHECK(strstr(ecp5_error_text(ecp5.status), "another device"));
    vboard_free(board);
    free(data);
}

static void test_damaged(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    for (unsigned i = 0; i < 20; i++) {
        uint8_t *copy = malloc(length);
        memcpy(copy, data, length);
        uint32_t seed = i + 1;
        copy[200 + random_word(&seed) % (length - 400)] ^= 1 << i % 8;
        vboard_t *board = vboard_new("LFE5U-25F", NULL, NULL);
        tap_t tap;
        ecp5_t ecp5;
        tap_init(&tap, vboard_transport(board, true));
        CHECK_OK(ecp5_open(&ecp5, &tap, 0));
        int status = load(&ecp5, copy, length, 65536);
        CHECK(status == LX_EDEVICECRC || status == LX_EDEVICECOMMAND || status == LX_EDEVICEDATA
            || status == LX_ENOTDONE);
        CHECK(!vboard_user_mode(board));
        // The board is none the worse for it.
        CHECK_OK(load(&ecp5, data, length, 65536));
        vboard_free(board);
        free(copy);
    }
    // The end is missing.
    vboard_t *board = vboard_new("LFE5U-25F", NULL, NULL);
    tap_t tap;
    ecp5_t ecp5;
    tap_init(&tap, vboard_transport(board, true));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    int status = load(&ecp5, data, length - 100, 65536);
    CHECK(status == LX_ENOTDONE || status == LX_EDEVICEDATA || status == LX_EDEVICECRC);
    vboard_free(board);
    free(data);
}

typedef struct {
    const char *fault;
    int open;
    int load;
} fault_case_t;

static void test_faults(void) {
    static const fault_case_t cases[] = {
        { "wrong-id", LX_EDEVICE, 0 },
        { "stuck-busy", LX_OK, LX_ETIMEDOUT },
        { "erase-fails", LX_OK, LX_EERASE },
        { "no-done", LX_OK, LX_ENOTDONE },
        { "disconnect=0", LX_ENODEV, 0 },
        { "power-loss=0", LX_ENODEV, 0 },
    };
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vboard_t *board = vboard_new("LFE5U-25F", "W25Q128", cases[i].fault);
        tap_t tap;
        ecp5_t ecp5;
        tap_init(&tap, vboard_transport(board, true));
        int opened = ecp5_open(&ecp5, &tap, 0);
        if (opened != cases[i].open) {
            fprintf(stderr, "%s: ", cases[i].fault);
        }
        CHECK_EQ(opened, cases[i].open);
        if (opened == LX_OK) {
            int status = load(&ecp5, data, length, 65536);
            if (status != cases[i].load) {
                fprintf(stderr, "%s: ", cases[i].fault);
            }
            CHECK_EQ(status, cases[i].load);
            CHECK_EQ(ecp5.mode, ECP5_CLOSED);
            CHECK(vboard_in_reset(board));
        }
        vboard_free(board);
    }
    // The cable falls off, or the power goes, anywhere.
    for (uint32_t after = 30; after < length + 300; after += after < 400 ? 61 : 33011) {
        for (unsigned power = 0; power < 2; power++) {
            char fault[40];
            snprintf(fault, sizeof(fault), "%s=%u", power ? "power-loss" : "disconnect", after);
            vboard_t *board = vboard_new("LFE5U-25F", "W25Q32", fault);
            tap_t tap;
            ecp5_t ecp5;
            tap_init(&tap, vboard_transport(board, true));
            int status = ecp5_open(&ecp5, &tap, 0);
            if (status == LX_OK) {
                status = load(&ecp5, data, length, 65536);
            }
            CHECK(status != LX_OK);
            CHECK(!vboard_user_mode(board) || after > length);
            vboard_free(board);
        }
    }
    free(data);
}

static void test_order(void) {
    vboard_t *board = vboard_new("LFE5U-25F", "W25Q128", NULL);
    tap_t tap;
    ecp5_t ecp5;
    uint8_t byte = 0;
    uint32_t word;
    tap_init(&tap, vboard_transport(board, true));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    CHECK_EQ(ecp5_sram_write(&ecp5, &byte, 1), LX_EBUSY);
    CHECK_EQ(ecp5_sram_finish(&ecp5), LX_EBUSY);
    CHECK_OK(ecp5_abort(&ecp5));
    CHECK_OK(ecp5_sram_open(&ecp5));
    CHECK_EQ(ecp5_sram_open(&ecp5), LX_EBUSY);
    CHECK_EQ(ecp5_erase(&ecp5), LX_EBUSY);
    CHECK_EQ(ecp5_refresh(&ecp5, 0), LX_EBUSY);
    CHECK_EQ(ecp5_read_usercode(&ecp5, &word), LX_EBUSY);
    CHECK_OK(ecp5_sram_write(&ecp5, &byte, 1));
    CHECK_OK(ecp5_abort(&ecp5));
    CHECK(vboard_in_reset(board));
    bridge_t bridge;
    CHECK_OK(bridge_open(&bridge, &ecp5));
    CHECK_EQ(ecp5_sram_open(&ecp5), LX_EBUSY);
    CHECK_OK(bridge_close(&bridge));
    CHECK_EQ(bridge_ops.xfer(&bridge, &byte, NULL, 1, true), LX_EBUSY);
    CHECK_OK(ecp5_erase(&ecp5));
    vboard_free(board);
}

static void test_usercode(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress-qspi.bit", &length);
    vboard_t *board = vboard_new("LFE5U-25F", "W25Q128", NULL);
    size_t flash_bytes;
    uint8_t *flash = vboard_flash(board, &flash_bytes);
    memcpy(flash, data, length);
    tap_t tap;
    ecp5_t ecp5;
    tap_init(&tap, vboard_transport(board, true));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    CHECK_OK(ecp5_refresh(&ecp5, 0));
    CHECK(vboard_user_mode(board));
    uint32_t usercode;
    CHECK_OK(ecp5_read_usercode(&ecp5, &usercode));
    CHECK_EQ(usercode, 0x1234abcd);
    // A flash without a bitstream.
    memset(flash, 0x55, length);
    CHECK_EQ(ecp5_refresh(&ecp5, 500), LX_EREFRESH);
    vboard_free(board);
    free(data);
}

// Commands that broke off after any of their bytes: what closes the flash then is a command of its own.
static void test_drop(void) {
    static const uint8_t commands[][6] = { { 0x02, 0, 0, 0, 0x12, 0x34 }, { 0x01, 0x1c, 0x02 } };
    static const unsigned lengths[] = { 6, 3 };
    vboard_t *board = vboard_new("LFE5U-25F", "W25Q32", NULL);
    size_t length;
    uint8_t *flash = vboard_flash(board, &length);
    tap_t tap;
    ecp5_t ecp5;
    bridge_t bridge;
    nor_t nor;
    tap_init(&tap, vboard_transport(board, true));
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    CHECK_OK(bridge_open(&bridge, &ecp5));
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &bridge_ops, &bridge }));
    uint8_t before[3];
    memcpy(before, vboard_status(board), 3);
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned sent = 1; sent <= lengths[i]; sent++) {
            const uint8_t enable = 0x06;
            CHECK_OK(bridge_ops.xfer(&bridge, &enable, NULL, 1, true));
            CHECK_OK(bridge_ops.xfer(&bridge, commands[i], NULL, sent, false));
            CHECK_OK(bridge_drop(&bridge));
            CHECK_OK(nor_close(&nor));
            vboard_counters_t counters;
            vboard_counters(board, &counters);
            CHECK_EQ(counters.operations, 0);
            uint8_t sr1;
            CHECK_OK(nor_register_read(&nor, 0x05, &sr1, 1));
            CHECK_EQ(sr1, before[0]);
        }
    }
    CHECK_OK(bridge_drop(&bridge));
    CHECK(memcmp(vboard_status(board), before, 3) == 0);
    CHECK_EQ(flash[0], 0xff);
    CHECK_OK(bridge_close(&bridge));
    vboard_free(board);
}

static void test_words(void) {
    unsigned words = 0;
    for (unsigned bit = 0; bit < 40; bit++) {
        words += ecp5_status_text(bit) != NULL;
    }
    CHECK_EQ(words, 23);
    CHECK_EQ(ecp5_verdict(0xffffffff), LX_ENODEV);
    CHECK_EQ(ecp5_verdict(0), LX_ENOTDONE);
    CHECK_EQ(ecp5_verdict(ECP5_STATUS_DONE), LX_OK);
    CHECK_EQ(ecp5_verdict(ECP5_STATUS_DONE | ECP5_STATUS_FAIL), LX_EDEVICEDATA);
    CHECK_EQ(ecp5_verdict(ECP5_STATUS_ID_ERROR), LX_EDEVICEID);
    CHECK_EQ(ecp5_verdict(ECP5_STATUS_INVALID_COMMAND), LX_EDEVICECOMMAND);
    for (uint32_t error = 1; error < 8; error++) {
        CHECK(ecp5_verdict(error << ECP5_STATUS_ERROR_SHIFT) != LX_OK);
        CHECK(strlen(ecp5_error_text(error << ECP5_STATUS_ERROR_SHIFT)) > 3);
    }
}

const test_t tests_ecp5[] = {
    TEST(test_ids), TEST(test_load), TEST(test_neighbours), TEST(test_wrong_device), TEST(test_damaged),
    TEST(test_faults), TEST(test_drop),
    TEST(test_order), TEST(test_usercode), TEST(test_words), { NULL, NULL },
};
