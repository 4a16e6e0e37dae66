// SPDX-License-Identifier: MIT
// The ECP5's configuration engine: ids, modes, bitstreams good and flawed, boot from flash, the SPI bridge. Status words
// quoted in comments are those that owners of boards published.

#include "tests/models/unit/check.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    board_t board;
    host_t host;
    uint8_t *flash;
} bench_t;

static void open_bench(bench_t *bench, const char *device, const char *fault) {
    memset(bench, 0, sizeof(*bench));
    const nor_chip_t *chip = nor_chip_find("W25Q128");
    bench->flash = malloc(chip->size_bytes);
    memset(bench->flash, 0xFF, chip->size_bytes);
    board_options_t options = {
        .device = ecp5_device_find(device), .chip = chip, .flash_memory = bench->flash,
    };
    board_fault_parse(fault, &options.fault);
    board_init(&bench->board, &options);
    bench->host.board = &bench->board;
    host_reset(&bench->host);
}

static void close_bench(bench_t *bench) {
    free(bench->flash);
}

// The usual sequence; the status word after ISC_DISABLE.
static uint32_t load(bench_t *bench, const uint8_t *data, size_t bytes) {
    host_t *host = &bench->host;
    host_command(host, ECP5_IR_ISC_ENABLE, 0);
    host_command(host, ECP5_IR_ISC_ERASE, 1);
    board_advance(&bench->board, 10000000);
    host_command(host, ECP5_IR_INIT_ADDRESS, 1);
    host_ir(host, ECP5_IR_BITSTREAM_BURST);
    host_dr_msb(host, data, NULL, bytes);
    host_idle(host, 100);
    host_ir(host, ECP5_IR_BYPASS);
    host_idle(host, 100);
    host_ir(host, ECP5_IR_ISC_DISABLE);
    host_idle(host, 100);
    return host_read32(host, ECP5_IR_READ_STATUS);
}

static uint32_t load_made(bench_t *bench, unsigned flaws) {
    size_t bytes;
    uint8_t *data = make_bitstream(bench->board.ecp5.device, flaws, &bytes);
    uint32_t status = load(bench, data, bytes);
    free(data);
    return status;
}

static void test_ids(check_t *check) {
    static const struct {
        const char *name;
        uint32_t idcode;
    } ids[] = {
        { "LFE5U-12F", 0x21111043 }, { "LFE5U-25F", 0x41111043 }, { "LFE5U-45F", 0x41112043 },
        { "LFE5U-85F", 0x41113043 }, { "LFE5UM-25F", 0x01111043 }, { "LFE5UM-45F", 0x01112043 },
        { "LFE5UM-85F", 0x01113043 }, { "LFE5UM5G-25F", 0x81111043 }, { "LFE5UM5G-45F", 0x81112043 },
        { "LFE5UM5G-85F", 0x81113043 },
    };
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        bench_t bench;
        open_bench(&bench, ids[i].name, "none");
        uint8_t rx[4];
        host_dr(&bench.host, NULL, rx, 4); // straight after reset
        CHECK_EQUAL(check, (uint32_t)rx[3] << 24 | rx[2] << 16 | rx[1] << 8 | rx[0], ids[i].idcode);
        CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_READ_ID), ids[i].idcode);
        close_bench(&bench);
    }
    CHECK(check, ecp5_device_find("lfe5u-85") == ecp5_device_find("LFE5U-85F"));
    CHECK(check, ecp5_device_find("LFE5U-44F") == NULL && ecp5_device_find("") == NULL);
}

static void test_modes(check_t *check) {
    bench_t bench;
    open_bench(&bench, "LFE5U-25F", "none");
    host_t *host = &bench.host;
    // A blank flash: 06400000 once the search for the preamble has ended; busy before.
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_READ_STATUS), ECP5_STATUS_BUSY);
    board_advance(&bench.board, 300000000);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_READ_STATUS), 0x06400000);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_CHECK_BUSY), 0);
    // BYPASS is one bit, and so is an unknown instruction.
    host_ir(host, ECP5_IR_BYPASS);
    uint8_t rx[2];
    host_dr(host, (const uint8_t[]) { 0x5A, 0xC3 }, rx, 2);
    CHECK(check, rx[0] == (uint8_t)(0x5A << 1) && rx[1] == (uint8_t)(0xC3 << 1));
    host_ir(host, 0x01);
    host_dr(host, (const uint8_t[]) { 0x5A, 0xC3 }, rx, 2);
    CHECK(check, rx[0] == (uint8_t)(0x5A << 1));
    // Commands act in Run-Test/Idle.
    host_command(host, ECP5_IR_ISC_ENABLE, 0);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_READ_STATUS) & 0x1FFF, 0x0E10);
    host_ir(host, ECP5_IR_ISC_ERASE);
    host_dr(host, (const uint8_t[]) { 1 }, NULL, 1);
    host_idle(host, 10);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_CHECK_BUSY) & 1, 1);
    board_advance(&bench.board, 10000000);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_CHECK_BUSY) & 1, 0);
    host_ir(host, ECP5_IR_ISC_DISABLE);
    host_idle(host, 10);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_READ_STATUS) & 0x1FFF, 0);
    close_bench(&bench);
}

static void test_bitstreams(check_t *check) {
    static const char *const devices[] = { "LFE5U-12F", "LFE5U-45F", "LFE5UM5G-85F" };
    for (size_t i = 0; i < 3; i++) {
        bench_t bench;
        open_bench(&bench, devices[i], "none");
        board_advance(&bench.board, 300000000);
        uint32_t status = load_made(&bench, 0);
        CHECK_EQUAL(check, status, 0x00600100); // the boot failed, JTAG succeeded
        CHECK(check, bench.board.ecp5.user_mode);
        CHECK_EQUAL(check, bench.board.ecp5.frames, bench.board.ecp5.device->frames);
        CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_USERCODE), 0xCAFE0123);
        uint32_t crc = bench.board.ecp5.memory_crc32;
        CHECK_EQUAL(check, load_made(&bench, WITH_COMPRESSION), 0x00600100);
        CHECK_EQUAL(check, bench.board.ecp5.memory_crc32, crc);
        CHECK_EQUAL(check, bench.board.ecp5.frames, bench.board.ecp5.device->frames);
        close_bench(&bench);
    }
    // What each flaw ends in: preamble seen, BSE code, EXEC error; never DONE, and a good one works afterwards.
    static const struct {
        unsigned flaws;
        uint32_t status;
    } flawed[] = {
        { FLAW_ID, 0x00600000 | ECP5_BSE_ID << 23 | 1u << 26 },
        { FLAW_CRC, 0x00600000 | ECP5_BSE_CRC << 23 | 1u << 26 },
        { FLAW_CRC | WITH_COMPRESSION, 0x00600000 | ECP5_BSE_CRC << 23 | 1u << 26 },
        { FLAW_COMMAND, 0x00600000 | ECP5_BSE_COMMAND << 23 | 1u << 26 | 1u << 28 },
        { FLAW_TRUNCATED, 0x00600000 | ECP5_BSE_ABORT << 23 | 1u << 26 },
        { FLAW_TOO_MANY_FRAMES, 0x00600000 | ECP5_BSE_SDM << 23 | 1u << 26 },
        { FLAW_NO_PREAMBLE, 0x00400000 | (uint32_t)ECP5_BSE_PREAMBLE << 23 | 1u << 26 },
        { WITH_SPI_MODE, 0x00400000 | (uint32_t)ECP5_BSE_ABORT << 23 | 1u << 26 },
    };
    bench_t bench;
    open_bench(&bench, "LFE5U-25F", "none");
    board_advance(&bench.board, 300000000);
    for (size_t i = 0; i < sizeof(flawed) / sizeof(flawed[0]); i++) {
        CHECK_EQUAL(check, load_made(&bench, flawed[i].flaws), flawed[i].status);
        CHECK(check, !bench.board.ecp5.user_mode);
        CHECK_EQUAL(check, load_made(&bench, WITH_COMPRESSION), 0x00600100);
    }
    close_bench(&bench);

    // Cut into scans at odd places, with an alignment of its own.
    open_bench(&bench, "LFE5U-25F", "none");
    host_t *host = &bench.host;
    size_t bytes;
    uint8_t *data = make_bitstream(bench.board.ecp5.device, WITH_COMPRESSION, &bytes);
    host_command(host, ECP5_IR_ISC_ENABLE, 0);
    host_ir(host, ECP5_IR_BITSTREAM_BURST);
    static const uint8_t shift_in[1] = { 0xFF };
    uint8_t three[8] = { 0x01, 0 }; // three stray bits first: Select-DR .. Shift-DR, 3 bits, back to idle
    board_shift(&bench.board, 3, three, shift_in, NULL);
    board_shift(&bench.board, 3, (const uint8_t[]) { 0x04 }, shift_in, NULL);
    board_shift(&bench.board, 2, (const uint8_t[]) { 0x01 }, shift_in, NULL);
    for (size_t at = 0; at < bytes;) {
        size_t some = at % 4999 + 1 < bytes - at ? at % 4999 + 1 : bytes - at;
        host_dr_msb(host, data + at, NULL, some);
        at += some;
    }
    host_ir(host, ECP5_IR_ISC_DISABLE);
    host_idle(host, 100);
    CHECK(check, bench.board.ecp5.user_mode);
    free(data);
    close_bench(&bench);

    // What is shifted while ISC_ERASE is at work is lost, the preamble with it.
    open_bench(&bench, "LFE5U-25F", "none");
    board_advance(&bench.board, 300000000);
    data = make_bitstream(bench.board.ecp5.device, WITH_COMPRESSION, &bytes);
    host_command(host, ECP5_IR_ISC_ENABLE, 0);
    host_command(host, ECP5_IR_ISC_ERASE, 1);
    host_ir(host, ECP5_IR_BITSTREAM_BURST);
    host_dr_msb(host, data, NULL, bytes);
    host_ir(host, ECP5_IR_ISC_DISABLE);
    host_idle(host, 100);
    CHECK_EQUAL(check, host_read32(host, ECP5_IR_READ_STATUS), 0x06400000);
    free(data);
    close_bench(&bench);

    // Without ISC_ENABLE nothing arrives.
    open_bench(&bench, "LFE5U-25F", "none");
    board_advance(&bench.board, 300000000);
    data = make_bitstream(bench.board.ecp5.device, WITH_COMPRESSION, &bytes);
    host_ir(&bench.host, ECP5_IR_BITSTREAM_BURST);
    host_dr_msb(&bench.host, data, NULL, bytes);
    host_idle(&bench.host, 10);
    CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_READ_STATUS), 0x06400000);
    free(data);
    close_bench(&bench);
}

static uint32_t refresh(bench_t *bench, uint64_t bound_ns, uint64_t *took_ns) {
    host_ir(&bench->host, ECP5_IR_REFRESH);
    host_idle(&bench->host, 10);
    *took_ns = 0;
    while (*took_ns < bound_ns && (host_read32(&bench->host, ECP5_IR_CHECK_BUSY) & 1)) {
        board_advance(&bench->board, 1000000);
        *took_ns += 1000000;
    }
    return host_read32(&bench->host, ECP5_IR_READ_STATUS);
}

static void test_boot(check_t *check) {
    bench_t bench;
    open_bench(&bench, "LFE5U-25F", "none");
    board_advance(&bench.board, 300000000);
    size_t bytes;
    uint64_t took;
    const ecp5_device_t *device = bench.board.ecp5.device;
    uint8_t *data = make_bitstream(device, 0, &bytes);
    memcpy(bench.flash, data, bytes);
    free(data);
    CHECK_EQUAL(check, refresh(&bench, 10000000000ull, &took), 0x00200100);
    uint64_t expected = bytes * 8ull * 1000 / 2400 * 1000; // at 2.4 MHz
    CHECK(check, took > expected - 10000000 && took < expected + 10000000);
    CHECK(check, bench.board.ecp5.user_mode && bench.board.ecp5.boots == 1);
    // ISC_ENABLE takes the engine away from a boot.
    host_ir(&bench.host, ECP5_IR_REFRESH);
    host_idle(&bench.host, 10);
    host_command(&bench.host, ECP5_IR_ISC_ENABLE, 0);
    board_advance(&bench.board, 10000000000ull);
    CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_READ_STATUS) & 0x07801FFF, 5u << 23 | 1u << 26 | 0x0E10);
    CHECK(check, !bench.board.ecp5.user_mode && bench.board.ecp5.boots == 1);
    // A faster MCLK, up to what opcode 03 of the chip can.
    data = make_bitstream(device, WITH_FAST_MCLK, &bytes);
    memcpy(bench.flash, data, bytes);
    free(data);
    uint32_t status = refresh(&bench, 10000000000ull, &took);
    CHECK(check, (status & ECP5_STATUS_DONE) == 0); // 62 MHz is more than 50
    // Quad mode: needs QE.
    data = make_bitstream(device, WITH_SPI_MODE | WITH_COMPRESSION, &bytes);
    memcpy(bench.flash, data, bytes);
    free(data);
    CHECK_EQUAL(check, refresh(&bench, 10000000000ull, &took), 0x00200100);
    bench.board.nor.sr[1] = 0;
    status = refresh(&bench, 10000000000ull, &took);
    CHECK(check, (status & ECP5_STATUS_DONE) == 0 && (status & ECP5_STATUS_SPIM_FAIL) != 0);
    // With that bitstream in flash, JTAG may load one with the same command.
    CHECK_EQUAL(check, load_made(&bench, WITH_SPI_MODE) & ECP5_STATUS_DONE, ECP5_STATUS_DONE);
    // For another device, and no bitstream at all.
    data = make_bitstream(device, FLAW_ID, &bytes);
    memcpy(bench.flash, data, bytes);
    free(data);
    CHECK_EQUAL(check, refresh(&bench, 10000000000ull, &took), 0x00600000 | ECP5_BSE_ID << 23 | 1u << 26);
    memset(bench.flash, 0, 100000);
    CHECK_EQUAL(check, refresh(&bench, 10000000000ull, &took), 0x06400000);
    close_bench(&bench);
}

static void spi(bench_t *bench, const uint8_t *tx, uint8_t *rx, size_t bytes) {
    host_dr_msb(&bench->host, tx, rx, bytes);
}

static void open_bridge(bench_t *bench) {
    host_ir(&bench->host, ECP5_IR_PROG_SPI);
    host_dr(&bench->host, (const uint8_t[]) { 0xFE, 0x68 }, NULL, 2);
}

static void test_bridge(check_t *check) {
    bench_t bench;
    open_bench(&bench, "LFE5U-25F", "none");
    board_advance(&bench.board, 300000000);
    uint8_t rx[8];
    // Without the key the register is just 16 bits.
    host_ir(&bench.host, ECP5_IR_PROG_SPI);
    for (int i = 0; i < 2; i++) {
        spi(&bench, (const uint8_t[]) { 0x9F, 0, 0, 0, 0 }, rx, 5);
        CHECK(check, rx[1] != 0xEF);
    }
    open_bridge(&bench);
    spi(&bench, (const uint8_t[]) { 0x9F, 0, 0, 0, 0 }, rx, 5);
    CHECK(check, memcmp(rx + 1, (const uint8_t[]) { 0xEF, 0x40, 0x18, 0 }, 4) == 0);
    // Program a byte through the bridge.
    spi(&bench, (const uint8_t[]) { 0x06 }, NULL, 1);
    spi(&bench, (const uint8_t[]) { 0x02, 0, 0x10, 0, 0x5A }, NULL, 5);
    spi(&bench, (const uint8_t[]) { 0x05, 0, 0 }, rx, 3);
    CHECK_EQUAL(check, rx[1], 0x03);
    board_advance(&bench.board, 1000000);
    CHECK_EQUAL(check, bench.flash[0x1000], 0x5A);
    // A scan that does not end on a byte gives its command up.
    for (size_t bits = 7; bits <= 9; bits++) {
        uint8_t modes[2] = { 0 };
        modes[(bits - 1) / 8] = (uint8_t)(1u << (bits - 1) % 8);
        board_shift(&bench.board, 3, (const uint8_t[]) { 0x01 }, modes, NULL);
        board_shift(&bench.board, bits, modes, (const uint8_t[]) { 0x60, 0 }, NULL); // 06 from its MSB on
        board_shift(&bench.board, 2, (const uint8_t[]) { 0x01 }, modes, NULL);
        spi(&bench, (const uint8_t[]) { 0x05, 0 }, rx, 2);
        CHECK_EQUAL(check, rx[1], bits == 8 ? 0x02 : 0);
        spi(&bench, (const uint8_t[]) { 0x04 }, NULL, 1);
    }
    // Another instruction closes it, so does Test-Logic-Reset.
    host_ir(&bench.host, ECP5_IR_BYPASS);
    host_ir(&bench.host, ECP5_IR_PROG_SPI);
    spi(&bench, (const uint8_t[]) { 0x9F, 0, 0, 0, 0 }, rx, 5);
    CHECK(check, rx[1] != 0xEF);
    open_bridge(&bench);
    host_reset(&bench.host);
    host_ir(&bench.host, ECP5_IR_PROG_SPI);
    spi(&bench, (const uint8_t[]) { 0x9F, 0, 0, 0, 0 }, rx, 5);
    CHECK(check, rx[1] != 0xEF);
    // In user mode the pins belong to the fabric, unless the bitstream keeps them.
    load_made(&bench, WITH_COMPRESSION);
    open_bridge(&bench);
    spi(&bench, (const uint8_t[]) { 0x9F, 0, 0, 0, 0 }, rx, 5);
    CHECK(check, rx[1] == 0xFF && rx[2] == 0xFF);
    load_made(&bench, WITH_COMPRESSION | WITH_BACKGROUND);
    open_bridge(&bench);
    spi(&bench, (const uint8_t[]) { 0x9F, 0, 0, 0, 0 }, rx, 5);
    CHECK_EQUAL(check, rx[1], 0xEF);
    CHECK(check, bench.board.ecp5.user_mode);
    close_bench(&bench);
}

static void test_faults(check_t *check) {
    bench_t bench;
    open_bench(&bench, "LFE5U-25F", "wrong-id");
    CHECK(check, host_read32(&bench.host, ECP5_IR_READ_ID) == 0x012BA043);
    close_bench(&bench);
    open_bench(&bench, "LFE5U-25F", "no-done");
    CHECK_EQUAL(check, load_made(&bench, WITH_COMPRESSION) & 0x07A00100, 0x00200000);
    close_bench(&bench);
    open_bench(&bench, "LFE5U-25F", "erase-fails");
    host_command(&bench.host, ECP5_IR_ISC_ENABLE, 0);
    host_command(&bench.host, ECP5_IR_ISC_ERASE, 1);
    board_advance(&bench.board, 10000000);
    CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_READ_STATUS) & ECP5_STATUS_FAIL, ECP5_STATUS_FAIL);
    close_bench(&bench);
    open_bench(&bench, "LFE5U-25F", "stuck-busy");
    board_advance(&bench.board, 300000000);
    host_command(&bench.host, ECP5_IR_ISC_ENABLE, 0);
    board_advance(&bench.board, 100000000000ull);
    CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_CHECK_BUSY) & 1, 1);
    close_bench(&bench);
}

// Fuses: a key, and "encrypted only". Without the key the preamble of an encrypted bitstream is an error; with the second
// fuse that of a plain one is (0620 8080, as an owner's openFPGALoader printed it).
static void test_encryption(check_t *check) {
    static uint8_t encrypted[20000];
    for (size_t i = 0; i < sizeof(encrypted); i++) {
        encrypted[i] = (uint8_t)(i * 37 >> 3);
    }
    memcpy(encrypted, "\xFF\xFF\xBF\xB3", 4);
    bench_t bench;
    open_bench(&bench, "LFE5U-25F", "none");
    CHECK_EQUAL(check, load(&bench, encrypted, sizeof(encrypted)) & 0x07B08180, 0x06100000);
    CHECK(check, !bench.board.ecp5.user_mode);
    close_bench(&bench);
    open_bench(&bench, "LFE5U-25F", "decrypts");
    CHECK_EQUAL(check, load(&bench, encrypted, sizeof(encrypted)) & 0x07B08180, 0x00100180);
    CHECK_EQUAL(check, load_made(&bench, WITH_COMPRESSION) & 0x07B08180, 0x00200180);
    CHECK(check, bench.board.ecp5.user_mode);
    close_bench(&bench);
    open_bench(&bench, "LFE5U-25F", "decrypt-only");
    CHECK_EQUAL(check, load_made(&bench, WITH_COMPRESSION) & 0x07A08180, 0x06208080);
    CHECK(check, !bench.board.ecp5.user_mode);
    CHECK_EQUAL(check, load(&bench, encrypted, 2000) & ECP5_STATUS_DONE, 0); // cut
    CHECK_EQUAL(check, load(&bench, encrypted, sizeof(encrypted)) & 0x07B08180, 0x00108180);
    CHECK(check, bench.board.ecp5.user_mode);
    // The same from flash, where blank memory ends it.
    memcpy(bench.flash, encrypted, sizeof(encrypted));
    ecp5_boot(&bench.board.ecp5);
    board_advance(&bench.board, 300000000);
    CHECK_EQUAL(check, host_read32(&bench.host, ECP5_IR_READ_STATUS) & 0x07F08180, 0x00108180);
    CHECK_EQUAL(check, bench.board.ecp5.boots, 1);
    close_bench(&bench);
}

void test_ecp5(check_t *check) {
    test_ids(check);
    test_modes(check);
    test_bitstreams(check);
    test_boot(check);
    test_bridge(check);
    test_faults(check);
    test_encryption(check);
}
