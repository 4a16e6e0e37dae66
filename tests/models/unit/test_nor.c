// SPDX-License-Identifier: MIT
// The SPI NOR against its data sheets: ids, times, page wrap, write enable, protection, one-time bits, 4-byte addresses, SFDP.

#include "tests/models/unit/check.h"

#include <stdlib.h>
#include <string.h>

#define MS (1000000ull)

typedef struct {
    nor_t nor;
    uint8_t *memory;
} chip_t;

static void open_chip(chip_t *chip, const char *name) {
    const nor_chip_t *row = nor_chip_find(name);
    chip->memory = malloc(row->size_bytes);
    memset(chip->memory, 0xFF, row->size_bytes);
    nor_init(&chip->nor, row, chip->memory);
}

static void close_chip(chip_t *chip) {
    free(chip->memory);
}

// Send, then receive.
static void command(nor_t *nor, const uint8_t *tx, size_t send, uint8_t *rx, size_t receive) {
    nor_select(nor, true);
    for (size_t i = 0; i < send; i++) {
        nor_exchange(nor, tx[i]);
    }
    for (size_t i = 0; i < receive; i++) {
        rx[i] = nor_exchange(nor, 0);
    }
    nor_select(nor, false);
}

static uint8_t read1(nor_t *nor, uint8_t opcode) {
    uint8_t value;
    command(nor, &opcode, 1, &value, 1);
    return value;
}

static void simple(nor_t *nor, uint8_t opcode) {
    command(nor, &opcode, 1, NULL, 0);
}

static void erase(nor_t *nor, uint8_t opcode, uint32_t address) {
    uint8_t tx[4] = { opcode, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address };
    simple(nor, 0x06);
    command(nor, tx, 4, NULL, 0);
}

static void program(nor_t *nor, uint32_t address, const uint8_t *data, size_t bytes) {
    uint8_t tx[4 + 600] = { 0x02, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address };
    memcpy(tx + 4, data, bytes);
    simple(nor, 0x06);
    command(nor, tx, 4 + bytes, NULL, 0);
}

// How long the operation under way takes, to 10 us, by polling WIP.
static uint64_t wait_ready(nor_t *nor, uint64_t bound_ns) {
    uint64_t waited = 0;
    while (read1(nor, 0x05) & 1) {
        if (waited >= bound_ns) {
            return UINT64_MAX;
        }
        nor_advance(nor, 10000);
        waited += 10000;
    }
    return waited;
}

static void write_status(nor_t *nor, uint8_t opcode, const uint8_t *values, size_t count) {
    uint8_t tx[3] = { opcode };
    memcpy(tx + 1, values, count);
    simple(nor, 0x06);
    command(nor, tx, 1 + count, NULL, 0);
    wait_ready(nor, 1000 * MS);
}

static void test_basics(check_t *check) {
    chip_t chip;
    open_chip(&chip, "w25q128");
    nor_t *nor = &chip.nor;
    uint8_t rx[8];
    command(nor, (const uint8_t[]) { 0x9F }, 1, rx, 4);
    CHECK(check, memcmp(rx, (const uint8_t[]) { 0xEF, 0x40, 0x18, 0x00 }, 4) == 0);
    command(nor, (const uint8_t[]) { 0x90, 0, 0, 0 }, 4, rx, 2);
    CHECK(check, rx[0] == 0xEF && rx[1] == 0x17);
    command(nor, (const uint8_t[]) { 0xAB, 0, 0, 0 }, 4, rx, 1);
    CHECK_EQUAL(check, rx[0], 0x17);

    // Write enable: without it nothing happens; it falls when the operation ends.
    uint8_t data[300];
    for (int i = 0; i < 300; i++) {
        data[i] = (uint8_t)(i * 7 + 1);
    }
    command(nor, (const uint8_t[]) { 0x02, 0, 0, 0, 0x00 }, 5, NULL, 0);
    CHECK_EQUAL(check, read1(nor, 0x05), 0);
    CHECK_EQUAL(check, nor->counters.refused, 1);
    simple(nor, 0x06);
    CHECK_EQUAL(check, read1(nor, 0x05), 0x02);
    simple(nor, 0x04);
    CHECK_EQUAL(check, read1(nor, 0x05), 0x00);

    // Page program: 0.4 ms; the memory changes at its end; reads are refused meanwhile.
    program(nor, 0x000100, data, 256);
    CHECK_EQUAL(check, read1(nor, 0x05), 0x03);
    CHECK_EQUAL(check, chip.memory[0x100], 0xFF);
    command(nor, (const uint8_t[]) { 0x03, 0, 1, 0 }, 4, rx, 1);
    CHECK_EQUAL(check, rx[0], 0xFF);
    CHECK_EQUAL(check, wait_ready(nor, 10 * MS), 400000);
    CHECK(check, memcmp(chip.memory + 0x100, data, 256) == 0);
    command(nor, (const uint8_t[]) { 0x03, 0, 1, 4 }, 4, rx, 2);
    CHECK(check, rx[0] == data[4] && rx[1] == data[5]);
    command(nor, (const uint8_t[]) { 0x0B, 0, 1, 4, 0 }, 5, rx, 2);
    CHECK(check, rx[0] == data[4] && rx[1] == data[5]);

    // Page wrap: from 0x2F0, 32 bytes end at 0x20F; more than a page keeps the last 256.
    program(nor, 0x0002F0, data, 32);
    wait_ready(nor, 10 * MS);
    CHECK(check, memcmp(chip.memory + 0x2F0, data, 16) == 0 && memcmp(chip.memory + 0x200, data + 16, 16) == 0);
    CHECK_EQUAL(check, chip.memory[0x300], 0xFF);
    program(nor, 0x000400, data, 300);
    wait_ready(nor, 10 * MS);
    CHECK(check, memcmp(chip.memory + 0x400, data + 256, 44) == 0 && memcmp(chip.memory + 0x42C, data + 44, 212) == 0);

    // Programming only clears bits.
    chip.memory[0x500] = 0xF0;
    program(nor, 0x000500, (const uint8_t[]) { 0x3C }, 1);
    wait_ready(nor, 10 * MS);
    CHECK_EQUAL(check, chip.memory[0x500], 0x30);

    // Erases: size, alignment, time.
    static const struct {
        uint8_t opcode;
        uint32_t bytes;
        uint64_t ms;
    } erases[] = { { 0x20, 0x1000, 45 }, { 0x52, 0x8000, 120 }, { 0xD8, 0x10000, 150 } };
    for (int i = 0; i < 3; i++) {
        memset(chip.memory + 0x200000, 0, 0x40000);
        erase(nor, erases[i].opcode, 0x218234);
        CHECK_EQUAL(check, wait_ready(nor, 10000 * MS), erases[i].ms * MS);
        uint32_t first = 0x218234 & ~(erases[i].bytes - 1);
        CHECK(check, chip.memory[first - 1] == 0 && chip.memory[first] == 0xFF);
        CHECK(check, chip.memory[first + erases[i].bytes - 1] == 0xFF && chip.memory[first + erases[i].bytes] == 0);
    }
    simple(nor, 0x06);
    simple(nor, 0xC7);
    nor_advance(nor, 39999 * MS);
    CHECK_EQUAL(check, read1(nor, 0x05) & 1, 1);
    nor_advance(nor, 1 * MS);
    CHECK_EQUAL(check, read1(nor, 0x05) & 1, 0);
    CHECK(check, chip.memory[0x218234] == 0xFF && chip.memory[0x100] == 0xFF);

    // The maximum times.
    nor->times = NOR_TIMES_MAXIMUM;
    program(nor, 0, data, 1);
    CHECK_EQUAL(check, wait_ready(nor, 10 * MS), 3 * MS);
    nor->times = NOR_TIMES_TYPICAL;

    // Power-down: deaf to all but AB.
    simple(nor, 0xB9);
    command(nor, (const uint8_t[]) { 0x9F }, 1, rx, 1);
    CHECK_EQUAL(check, rx[0], 0xFF);
    simple(nor, 0xAB);
    command(nor, (const uint8_t[]) { 0x9F }, 1, rx, 1);
    CHECK_EQUAL(check, rx[0], 0xEF);

    // Chip select that rises inside a byte gives the command up.
    nor_pins_t pins;
    nor_pins_init(&pins, nor);
    simple(nor, 0x04);
    for (int bits = 7; bits <= 9; bits++) {
        nor_pins(&pins, false, false, false);
        for (int i = 0; i < bits; i++) {
            bool mosi = 0x06 << 1 >> (8 - i) & 1;
            nor_pins(&pins, false, false, mosi);
            nor_pins(&pins, false, true, mosi);
        }
        nor_pins(&pins, true, true, false);
        CHECK_EQUAL(check, read1(nor, 0x05), bits == 8 ? 0x02 : 0);
        simple(nor, 0x04);
    }
    close_chip(&chip);
}

static void test_pins(check_t *check) {
    chip_t chip;
    open_chip(&chip, "W25Q128JV");
    nor_pins_t pins;
    nor_pins_init(&pins, &chip.nor);
    uint8_t rx[5] = { 0 };
    static const uint8_t tx[5] = { 0x9F };
    nor_pins(&pins, false, false, false);
    for (int byte = 0; byte < 5; byte++) {
        for (int bit = 7; bit >= 0; bit--) {
            bool mosi = tx[byte] >> bit & 1;
            bool miso = nor_pins(&pins, false, false, mosi);
            nor_pins(&pins, false, true, mosi);
            rx[byte] = (uint8_t)(rx[byte] << 1 | miso);
        }
    }
    nor_pins(&pins, true, false, false);
    CHECK(check, memcmp(rx, (const uint8_t[]) { 0xFF, 0xEF, 0x40, 0x18, 0x00 }, 5) == 0);
    close_chip(&chip);
}

static void range(check_t *check, nor_t *nor, uint32_t first, uint32_t end) {
    uint32_t low, high;
    nor_protected_range(nor, &low, &high);
    CHECK_EQUAL(check, high - low, end - first);
    if (first != end) {
        CHECK_EQUAL(check, low, first);
    }
}

static void test_status(check_t *check) {
    chip_t chip;
    open_chip(&chip, "W25Q128");
    nor_t *nor = &chip.nor;
    CHECK_EQUAL(check, read1(nor, 0x35), 0x02);
    CHECK_EQUAL(check, read1(nor, 0x15), 0x60);
    // Data sheet, "Status register memory protection", W25Q128JV.
    static const struct {
        uint8_t sr1;
        uint8_t sr2;
        uint32_t first, end;
    } ranges[] = {
        { 0x00, 0x00, 0, 0 }, { 0x04, 0x00, 0xFC0000, 0x1000000 }, { 0x18, 0x00, 0x800000, 0x1000000 },
        { 0x24, 0x00, 0, 0x040000 }, { 0x38, 0x00, 0, 0x800000 }, { 0x1C, 0x00, 0, 0x1000000 },
        { 0x44, 0x00, 0xFFF000, 0x1000000 }, { 0x50, 0x00, 0xFF8000, 0x1000000 }, { 0x64, 0x00, 0, 0x001000 },
        { 0x04, 0x40, 0, 0xFC0000 }, { 0x24, 0x40, 0x040000, 0x1000000 }, { 0x1C, 0x40, 0, 0 },
        { 0x00, 0x40, 0, 0x1000000 }, { 0x44, 0x40, 0, 0xFFF000 },
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        write_status(nor, 0x01, (const uint8_t[]) { ranges[i].sr1, ranges[i].sr2 }, 2);
        CHECK_EQUAL(check, read1(nor, 0x05), ranges[i].sr1);
        CHECK_EQUAL(check, read1(nor, 0x35), ranges[i].sr2);
        range(check, nor, ranges[i].first, ranges[i].end);
    }
    // One byte leaves SR2 alone; 10 ms.
    write_status(nor, 0x31, (const uint8_t[]) { 0x02 }, 1);
    simple(nor, 0x06);
    command(nor, (const uint8_t[]) { 0x01, 0x24 }, 2, NULL, 0);
    CHECK_EQUAL(check, wait_ready(nor, 100 * MS), 10 * MS);
    CHECK_EQUAL(check, read1(nor, 0x35), 0x02);
    // Protected: programs and erases change nothing, and the chip says nothing.
    uint32_t refused = nor->counters.refused;
    program(nor, 0x03FF00, (const uint8_t[]) { 0 }, 1);
    CHECK_EQUAL(check, read1(nor, 0x05) & 1, 0);
    erase(nor, 0x20, 0x03F000);
    erase(nor, 0xD8, 0x030000);
    simple(nor, 0x06);
    simple(nor, 0xC7);
    CHECK_EQUAL(check, nor->counters.refused - refused, 4);
    CHECK_EQUAL(check, chip.memory[0x03FF00], 0xFF);
    program(nor, 0x040000, (const uint8_t[]) { 0 }, 1);
    wait_ready(nor, 10 * MS);
    CHECK_EQUAL(check, chip.memory[0x040000], 0);
    // Volatile writes last until power-up, non-volatile ones beyond.
    simple(nor, 0x50);
    command(nor, (const uint8_t[]) { 0x01, 0x00 }, 2, NULL, 0);
    CHECK_EQUAL(check, read1(nor, 0x05), 0);
    nor_power(nor, false);
    nor_power(nor, true);
    CHECK_EQUAL(check, read1(nor, 0x05), 0x24);
    // Lock bits of the security registers can be set once and never cleared.
    write_status(nor, 0x31, (const uint8_t[]) { 0x0A }, 1);
    CHECK_EQUAL(check, nor->counters.otp_writes, 1);
    write_status(nor, 0x31, (const uint8_t[]) { 0x02 }, 1);
    CHECK_EQUAL(check, read1(nor, 0x35), 0x0A);
    // SRL locks the status registers until power-up.
    write_status(nor, 0x31, (const uint8_t[]) { 0x03 }, 1);
    write_status(nor, 0x01, (const uint8_t[]) { 0x00 }, 1);
    CHECK_EQUAL(check, read1(nor, 0x05) & 0xFC, 0x24);
    nor_power(nor, false);
    nor_power(nor, true);
    write_status(nor, 0x01, (const uint8_t[]) { 0x00 }, 1);
    CHECK_EQUAL(check, read1(nor, 0x05), 0x00);
    close_chip(&chip);

    // WPS: each block has a lock, all are locked at power-up, and the block-protect bits do not count.
    open_chip(&chip, "W25Q128");
    write_status(&chip.nor, 0x11, (const uint8_t[]) { 0x64 }, 1);
    range(check, &chip.nor, 0, 0x1000000);
    simple(&chip.nor, 0x98); // without a write enable
    range(check, &chip.nor, 0, 0x1000000);
    simple(&chip.nor, 0x06);
    simple(&chip.nor, 0x98);
    CHECK_EQUAL(check, read1(&chip.nor, 0x05), 0);
    range(check, &chip.nor, 0, 0);
    simple(&chip.nor, 0x06);
    simple(&chip.nor, 0x7E);
    range(check, &chip.nor, 0, 0x1000000);
    simple(&chip.nor, 0x06);
    simple(&chip.nor, 0x98);
    nor_power(&chip.nor, false);
    nor_power(&chip.nor, true);
    range(check, &chip.nor, 0, 0x1000000);
    close_chip(&chip);

    // Two registers only: nothing answers 15, 31 writes nothing.
    open_chip(&chip, "W25Q64FV");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x04, 0x02 }, 2);
    CHECK_EQUAL(check, read1(&chip.nor, 0x15), 0xFF);
    write_status(&chip.nor, 0x31, (const uint8_t[]) { 0x00 }, 1);
    CHECK_EQUAL(check, read1(&chip.nor, 0x35), 0x02);
    range(check, &chip.nor, 0x7E0000, 0x800000);
    close_chip(&chip);

    // 01 with two bytes is ignored, with one it writes SR1 alone.
    open_chip(&chip, "GD25Q128E");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x04, 0x02 }, 2);
    CHECK_EQUAL(check, read1(&chip.nor, 0x05) & 0xFC, 0);
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x04 }, 1);
    write_status(&chip.nor, 0x31, (const uint8_t[]) { 0x02 }, 1);
    CHECK_EQUAL(check, read1(&chip.nor, 0x35), 0x02);
    range(check, &chip.nor, 0xFC0000, 0x1000000);
    close_chip(&chip);

    // Bit 6 of SR2 turns no range round, but locks the registers.
    open_chip(&chip, "GD25Q256E");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x44 }, 1);
    range(check, &chip.nor, 0, 0x010000);
    simple(&chip.nor, 0xB7);
    CHECK_EQUAL(check, read1(&chip.nor, 0x35), 0x01);
    write_status(&chip.nor, 0x31, (const uint8_t[]) { 0x40 }, 1);
    range(check, &chip.nor, 0, 0x010000);
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x00 }, 1);
    range(check, &chip.nor, 0, 0x010000);
    close_chip(&chip);

    // Other vendors: where the bits are.
    open_chip(&chip, "IS25LP128");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x04 }, 1);
    range(check, &chip.nor, 0xFF0000, 0x1000000);
    write_status(&chip.nor, 0x42, (const uint8_t[]) { 0x02 }, 1); // TBS, one time
    CHECK_EQUAL(check, read1(&chip.nor, 0x48), 0x02);
    range(check, &chip.nor, 0, 0x010000);
    CHECK_EQUAL(check, chip.nor.counters.otp_writes, 1);
    close_chip(&chip);

    open_chip(&chip, "MX25L128");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x48 }, 1);
    range(check, &chip.nor, 0xFE0000, 0x1000000);
    CHECK_EQUAL(check, read1(&chip.nor, 0x15), 0x07);
    simple(&chip.nor, 0x35); // not a register of this vendor: four wires from here on
    CHECK_EQUAL(check, read1(&chip.nor, 0x9F), 0xFF);
    close_chip(&chip);

    open_chip(&chip, "N25Q128");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x64 }, 1);
    range(check, &chip.nor, 0, 0x1000000);
    CHECK_EQUAL(check, read1(&chip.nor, 0x70), 0x80);
    program(&chip.nor, 0, (const uint8_t[]) { 0 }, 1);
    CHECK_EQUAL(check, read1(&chip.nor, 0x70) & 0x12, 0x12);
    simple(&chip.nor, 0x50);
    CHECK_EQUAL(check, read1(&chip.nor, 0x70), 0x80);
    close_chip(&chip);

    open_chip(&chip, "S25FL128S");
    write_status(&chip.nor, 0x01, (const uint8_t[]) { 0x04, 0x20 }, 2);
    range(check, &chip.nor, 0, 0x040000);
    program(&chip.nor, 0, (const uint8_t[]) { 0 }, 1);
    CHECK_EQUAL(check, read1(&chip.nor, 0x05) & 0x41, 0x41); // P_ERR holds WIP until CLSR
    simple(&chip.nor, 0x30);
    CHECK_EQUAL(check, read1(&chip.nor, 0x05) & 0x41, 0);
    erase(&chip.nor, 0x20, 0x100000); // no 4 KiB erase
    CHECK_EQUAL(check, read1(&chip.nor, 0x05) & 1, 0);
    close_chip(&chip);
}

static void test_four_byte(check_t *check) {
    chip_t chip;
    open_chip(&chip, "W25Q256");
    nor_t *nor = &chip.nor;
    uint8_t rx[2];
    for (uint32_t i = 0; i < 4; i++) {
        chip.memory[0x01234560 + i] = (uint8_t)(0x10 + i);
        chip.memory[0x00234560 + i] = (uint8_t)(0x20 + i);
    }
    command(nor, (const uint8_t[]) { 0x03, 0x23, 0x45, 0x60 }, 4, rx, 1);
    CHECK_EQUAL(check, rx[0], 0x20);
    command(nor, (const uint8_t[]) { 0x13, 0x01, 0x23, 0x45, 0x60 }, 5, rx, 1);
    CHECK_EQUAL(check, rx[0], 0x10);
    command(nor, (const uint8_t[]) { 0x0C, 0x01, 0x23, 0x45, 0x61, 0 }, 6, rx, 1);
    CHECK_EQUAL(check, rx[0], 0x11);
    simple(nor, 0xB7);
    CHECK_EQUAL(check, read1(nor, 0x15) & 1, 1);
    command(nor, (const uint8_t[]) { 0x03, 0x01, 0x23, 0x45, 0x62 }, 5, rx, 1);
    CHECK_EQUAL(check, rx[0], 0x12);
    simple(nor, 0xE9);
    simple(nor, 0x06);
    command(nor, (const uint8_t[]) { 0xC5, 0x01 }, 2, NULL, 0);
    CHECK_EQUAL(check, read1(nor, 0xC8), 1);
    command(nor, (const uint8_t[]) { 0x03, 0x23, 0x45, 0x63 }, 4, rx, 1);
    CHECK_EQUAL(check, rx[0], 0x13);
    simple(nor, 0x06);
    command(nor, (const uint8_t[]) { 0x21, 0x01, 0x23, 0x45, 0x00 }, 5, NULL, 0);
    wait_ready(nor, 1000 * MS);
    CHECK(check, chip.memory[0x01234560] == 0xFF && chip.memory[0x00234560] == 0x20);
    // Reset brings back three bytes, but only after 66.
    simple(nor, 0xB7);
    simple(nor, 0x99);
    CHECK_EQUAL(check, read1(nor, 0x15) & 1, 1);
    simple(nor, 0x66);
    simple(nor, 0x99);
    CHECK_EQUAL(check, read1(nor, 0x15) & 1, 0);
    CHECK_EQUAL(check, read1(nor, 0xC8), 0);
    close_chip(&chip);

    // The way out is another opcode at ISSI.
    open_chip(&chip, "IS25LP256");
    chip.memory[0x00012345] = 0x12;
    chip.memory[0x01234500] = 0x34;
    static const uint8_t issi[3] = { 0xB7, 0xE9, 0x29 };
    for (unsigned i = 0; i < 3; i++) {
        simple(nor, issi[i]);
        command(nor, (const uint8_t[]) { 0x03, 0x01, 0x23, 0x45, 0x00 }, i < 2 ? 5 : 4, rx, 1);
        CHECK_EQUAL(check, rx[0], i < 2 ? 0x34 : 0x12);
    }
    close_chip(&chip);

    // By a mode alone, which is entered and left only after a write enable.
    open_chip(&chip, "N25Q256");
    chip.memory[0x00012345] = 0x12;
    chip.memory[0x01234500] = 0x34;
    command(nor, (const uint8_t[]) { 0x13, 0x01, 0x23, 0x45, 0x00 }, 5, rx, 1);
    CHECK(check, rx[0] != 0x34);
    static const uint8_t seen[4] = { 0x12, 0x34, 0x34, 0x12 };
    static const uint8_t commands[4][2] = { { 0x04, 0xB7 }, { 0x06, 0xB7 }, { 0x04, 0xE9 }, { 0x06, 0xE9 } };
    for (unsigned i = 0; i < 4; i++) {
        simple(nor, commands[i][0]);
        simple(nor, commands[i][1]);
        command(nor, (const uint8_t[]) { 0x03, 0x01, 0x23, 0x45, 0x00 }, seen[i] == 0x12 ? 4 : 5, rx, 1);
        CHECK_EQUAL(check, rx[0], seen[i]);
    }
    close_chip(&chip);
}

void test_nor(check_t *check) {
    test_basics(check);
    test_pins(check);
    test_status(check);
    test_four_byte(check);
}

void test_nor_faults(check_t *check) {
    chip_t chip;
    open_chip(&chip, "W25Q128");
    nor_t *nor = &chip.nor;
    uint8_t page[256];
    memset(page, 0, sizeof(page));
    uint8_t rx[3];

    nor_set_fault(nor, NOR_FAULT_WRONG_ID, 0);
    command(nor, (const uint8_t[]) { 0x9F }, 1, rx, 3);
    CHECK(check, rx[0] != 0xEF && rx[0] != 0xFF && rx[0] != 0);
    nor_set_fault(nor, NOR_FAULT_ABSENT, 0);
    command(nor, (const uint8_t[]) { 0x9F }, 1, rx, 3);
    CHECK(check, rx[0] == 0xFF && rx[1] == 0xFF && rx[2] == 0xFF);
    nor_set_fault(nor, NOR_FAULT_NO_WRITE_ENABLE, 0);
    simple(nor, 0x06);
    CHECK_EQUAL(check, read1(nor, 0x05), 0);
    nor_set_fault(nor, NOR_FAULT_NO_ERASE, 0);
    chip.memory[0] = 0;
    erase(nor, 0x20, 0);
    CHECK_EQUAL(check, wait_ready(nor, 1000 * MS), 45 * MS);
    CHECK_EQUAL(check, chip.memory[0], 0);
    nor_set_fault(nor, NOR_FAULT_NO_PROGRAM, 0);
    program(nor, 0x100, page, 256);
    wait_ready(nor, 10 * MS);
    CHECK_EQUAL(check, chip.memory[0x100], 0xFF);
    nor_set_fault(nor, NOR_FAULT_STUCK_BIT, 0x110);
    program(nor, 0x100, page, 256);
    wait_ready(nor, 10 * MS);
    CHECK(check, chip.memory[0x10F] == 0 && chip.memory[0x110] == 1 && chip.memory[0x111] == 0);
    nor_set_fault(nor, NOR_FAULT_STUCK_ZERO, 0x111);
    erase(nor, 0x20, 0);
    wait_ready(nor, 1000 * MS);
    CHECK(check, chip.memory[0x110] == 0xFF && chip.memory[0x111] == 0xFE);
    nor_set_fault(nor, NOR_FAULT_STUCK_BUSY, nor->counters.operations + 1);
    program(nor, 0x200, page, 1);
    CHECK_EQUAL(check, wait_ready(nor, 10 * MS), 400000);
    program(nor, 0x300, page, 1);
    CHECK_EQUAL(check, wait_ready(nor, 100 * MS), UINT64_MAX);
    nor_power(nor, false);
    nor_power(nor, true);
    CHECK_EQUAL(check, read1(nor, 0x05), 0);

    nor_set_fault(nor, NOR_FAULT_PROTECTED, 0);
    CHECK_EQUAL(check, read1(nor, 0x05), 0x1C);
    write_status(nor, 0x01, (const uint8_t[]) { 0 }, 1);
    CHECK_EQUAL(check, read1(nor, 0x05), 0);
    nor_set_fault(nor, NOR_FAULT_LOCKED, 0);
    write_status(nor, 0x01, (const uint8_t[]) { 0 }, 1);
    CHECK_EQUAL(check, read1(nor, 0x05) & 0x1C, 0x1C);
    close_chip(&chip);

    // Power loss in the middle of the second operation: half of the page, then a chip that is off.
    open_chip(&chip, "W25Q128");
    nor = &chip.nor;
    nor_set_fault(nor, NOR_FAULT_POWER_LOSS, 1);
    program(nor, 0x000, page, 256);
    CHECK_EQUAL(check, wait_ready(nor, 10 * MS), 400000);
    program(nor, 0x100, page, 256);
    CHECK(check, nor->lost_power && !nor->powered);
    CHECK(check, chip.memory[0x17F] == 0 && chip.memory[0x180] == 0x0F && chip.memory[0x181] == 0xFF);
    CHECK_EQUAL(check, read1(nor, 0x05), 0xFF);
    nor_power(nor, true);
    nor_set_fault(nor, NOR_FAULT_NONE, 0);
    CHECK_EQUAL(check, read1(nor, 0x05), 0);
    // Power that goes at a time: a quarter of an erase is done, the rest is neither old nor blank.
    memset(chip.memory, 0, 0x1000);
    erase(nor, 0x20, 0);
    nor_advance(nor, 45 * MS / 4);
    nor_power(nor, false);
    CHECK(check, chip.memory[0x100] == 0xFF && chip.memory[0x3F0] == 0xFF && chip.memory[0x401] != 0xFF);
    close_chip(&chip);
}

// What D8 clears: by the chip, and on some by the address.
void test_erase_reach(check_t *check) {
    static const struct {
        const char *chip;
        uint8_t opcode;
        uint32_t address;
        uint32_t first;
        uint32_t bytes; // 0: the chip ignores it
    } cases[] = {
        { "M25P16", 0xD8, 0x54321, 0x50000, 0x10000 },
        { "M25P05", 0xD8, 0x8001, 0x8000, 0x8000 },
        { "M25P128", 0xD8, 0x54321, 0x40000, 0x40000 },
        { "S25FL128S", 0xD8, 0x54321, 0x50000, 0x10000 },
        { "S25FL128S0", 0xD8, 0x54321, 0x40000, 0x40000 },
        { "S25FS128S", 0x20, 0x1234, 0x1000, 0x1000 },
        { "S25FS128S", 0x20, 0x8000, 0, 0 },
        { "S25FS128S", 0xD8, 0x1234, 0, 0 },
        { "S25FS128S", 0xD8, 0x9000, 0x8000, 0x8000 },
        { "S25FS128S", 0xD8, 0x54321, 0x50000, 0x10000 },
        { "SST26VF064B", 0x20, 0x9123, 0x9000, 0x1000 },
        { "SST26VF064B", 0xD8, 0x3456, 0x2000, 0x2000 },
        { "SST26VF064B", 0xD8, 0x9000, 0x8000, 0x8000 },
        { "SST26VF064B", 0xD8, 0x54321, 0x50000, 0x10000 },
        { "SST26VF064B", 0xD8, 0x7F1000, 0x7F0000, 0x8000 },
        { "SST26VF064B", 0xD8, 0x7FFFFF, 0x7FE000, 0x2000 },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        chip_t chip;
        open_chip(&chip, cases[i].chip);
        uint32_t size = chip.nor.chip->size_bytes;
        memset(chip.memory, 0, size);
        simple(&chip.nor, 0x06);
        simple(&chip.nor, 0x98);
        erase(&chip.nor, cases[i].opcode, cases[i].address);
        CHECK(check, wait_ready(&chip.nor, 10000 * MS) != UINT64_MAX);
        uint32_t blank = 0;
        for (uint32_t at = 0; at < size; at++) {
            blank += chip.memory[at] == 0xFF;
        }
        CHECK_EQUAL(check, blank, cases[i].bytes);
        CHECK(check, blank == 0 || (chip.memory[cases[i].first] == 0xFF
            && chip.memory[cases[i].first + cases[i].bytes - 1] == 0xFF));
        close_chip(&chip);
    }
}

// An SST26 powers up with each block locked; 98 lifts that until the next time, 42 locks single blocks.
void test_power_up_locks(check_t *check) {
    chip_t chip;
    uint8_t locks[18];
    open_chip(&chip, "SST26VF064B");
    nor_t *nor = &chip.nor;
    for (unsigned turn = 0; turn < 2; turn++) {
        uint32_t first, end;
        command(nor, (const uint8_t[]) { 0x72 }, 1, locks, 18);
        CHECK(check, locks[0] == 0x55 && locks[1] == 0x55 && locks[2] == 0xFF && locks[17] == 0xFF);
        nor_protected_range(nor, &first, &end);
        CHECK(check, first == 0 && end == 8u << 20);
        memset(chip.memory, 0, 0x1000);
        uint32_t refused = nor->counters.refused;
        erase(nor, 0x20, 0);
        CHECK_EQUAL(check, nor->counters.refused, refused + 1);
        CHECK_EQUAL(check, chip.memory[0], 0);
        simple(nor, 0x04);
        simple(nor, 0x98); // without a write enable
        command(nor, (const uint8_t[]) { 0x72 }, 1, locks, 1);
        CHECK_EQUAL(check, locks[0], 0x55);
        simple(nor, 0x06);
        simple(nor, 0x98);
        command(nor, (const uint8_t[]) { 0x72 }, 1, locks, 18);
        CHECK(check, locks[0] == 0 && locks[17] == 0);
        erase(nor, 0x20, 0);
        CHECK(check, wait_ready(nor, 1000 * MS) != UINT64_MAX);
        CHECK_EQUAL(check, chip.memory[0], 0xFF);
        // The lowest bit is the second block of 64K.
        uint8_t write[19] = { 0x42 };
        write[18] = 1;
        simple(nor, 0x06);
        command(nor, write, 19, NULL, 0);
        nor_protected_range(nor, &first, &end);
        CHECK(check, first == 0x10000 && end == 0x20000);
        nor_power(nor, false);
        nor_power(nor, true);
    }
    nor_set_fault(nor, NOR_FAULT_LOCKED, 0);
    simple(nor, 0x06);
    simple(nor, 0x98);
    command(nor, (const uint8_t[]) { 0x72 }, 1, locks, 18);
    CHECK_EQUAL(check, locks[17], 0xFF);
    close_chip(&chip);
}

static uint32_t dword(const nor_chip_t *chip, uint32_t at) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < 4; i++) {
        value |= (uint32_t)nor_sfdp_byte(chip, at + i) << 8 * i;
    }
    return value;
}

void test_sfdp(check_t *check) {
    for (size_t i = 0; nor_chip_at(i) != NULL; i++) {
        const nor_chip_t *chip = nor_chip_at(i);
        if (!(chip->features & NOR_HAS_SFDP)) {
            continue;
        }
        CHECK_EQUAL(check, dword(chip, 0), 0x50444653);
        CHECK_EQUAL(check, nor_sfdp_byte(chip, 8), 0);
        CHECK_EQUAL(check, nor_sfdp_byte(chip, 15), 0xFF);
        uint32_t table = dword(chip, 12) & 0xFFFFFF;
        CHECK_EQUAL(check, dword(chip, table + 4), chip->size_bytes * 8 - 1);
        // Decode the erase types and their times as JESD216B says, and compare with the row.
        uint32_t times = dword(chip, table + 4 * 9);
        for (unsigned type = 0; type < 3; type++) {
            uint32_t word = dword(chip, table + 4 * (7 + type / 2)) >> 16 * (type % 2);
            uint8_t power = word & 0xFF;
            if (chip->erase[type].opcode == 0) {
                CHECK_EQUAL(check, power, 0);
                continue;
            }
            CHECK_EQUAL(check, 1u << power, chip->erase[type].bytes);
            CHECK_EQUAL(check, word >> 8 & 0xFF, chip->erase[type].opcode);
            static const uint32_t units_ms[4] = { 1, 16, 128, 1000 };
            uint32_t field = times >> (4 + 7 * type) & 0x7F;
            uint32_t typical_us = ((field & 0x1F) + 1) * units_ms[field >> 5] * 1000;
            CHECK(check, typical_us >= chip->erase[type].time.typical_us);
            CHECK(check, typical_us <= 2 * chip->erase[type].time.typical_us + 16000);
            CHECK(check, 2 * ((times & 0xF) + 1) * typical_us >= chip->erase[type].time.maximum_us);
        }
        uint32_t program = dword(chip, table + 4 * 10);
        CHECK_EQUAL(check, 1u << (program >> 4 & 0xF), chip->page_bytes);
        uint32_t page_us = ((program >> 8 & 0x1F) + 1) * (program >> 13 & 1 ? 64 : 8);
        CHECK(check, page_us >= chip->program.typical_us && page_us <= chip->program.typical_us + 64);
        CHECK_EQUAL(check, dword(chip, table) >> 17 & 3, chip->size_bytes > 16u << 20 ? 1 : 0);
        CHECK_EQUAL(check, nor_sfdp_byte(chip, 6), chip->features & NOR_HAS_4BYTE || chip->region[0].bytes ? 1 : 0);
    }
    // The first words of a W25Q128JV as its data sheet prints them (DTR aside).
    const nor_chip_t *chip = nor_chip_find("W25Q128JV");
    CHECK_EQUAL(check, dword(chip, 0x80) | 1u << 19, 0xFFF920E5);
    CHECK_EQUAL(check, dword(chip, 0x84), 0x07FFFFFF);
    CHECK_EQUAL(check, dword(chip, 0x88), 0x6B08EB44);
    CHECK_EQUAL(check, dword(chip, 0x8C), 0xBB423B08);
    CHECK_EQUAL(check, dword(chip, 0x9C), 0x520F200C);
    CHECK_EQUAL(check, dword(chip, 0xA0) & 0xFFFF, 0xD810);
    // And the way there: 5A, address, a dummy byte.
    chip_t one;
    open_chip(&one, "W25Q128");
    uint8_t rx[4];
    command(&one.nor, (const uint8_t[]) { 0x5A, 0, 0, 0, 0xFF }, 5, rx, 4);
    CHECK(check, memcmp(rx, "SFDP", 4) == 0);
    close_chip(&one);
    open_chip(&one, "M25P16");
    command(&one.nor, (const uint8_t[]) { 0x5A, 0, 0, 0, 0xFF }, 5, rx, 4);
    CHECK(check, rx[0] == 0xFF && rx[3] == 0xFF);
    close_chip(&one);
}
