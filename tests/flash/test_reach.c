// SPDX-License-Identifier: MIT
//
// How far an erase reaches: chips with other blocks than 64 KiB, blocks by address, statements of the user;
// neighbours survive every write, and a chip that clears more than it is known for is never called verified.

#include "common/crc32.h"
#include "flash/nor_erase.h"
#include "flash/nor_write.h"
#include "tests/runner.h"
#include "vflash.h"

static uint8_t buffer[NOR_WRITE_BUFFER_MAX];

static void fill(uint8_t *data, size_t length, uint32_t seed) {
    for (size_t i = 0; i < length; i++) {
        data[i] = random_word(&seed);
    }
}

static int write_all(nor_write_t *writer, nor_t *nor, uint32_t address, const uint8_t *data, size_t length, size_t part) {
    int status = nor_write_open(writer, nor, address, length, buffer, sizeof(buffer), 0);
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        status = nor_write(writer, data + at, length - at < part ? length - at : part);
    }
    return status == LX_OK ? nor_write_finish(writer) : status;
}

typedef struct {
    const char *chip;
    unsigned regions;
    uint32_t sector; // at address 0
    uint32_t largest; // smallest erase of any region
    const char *name;
} chip_case_t;

static const chip_case_t chips[] = {
    { "W25Q32", 1, 4096, 4096, "Winbond W25Q" },
    { "M25P16", 1, 0x10000, 0x10000, "ST M25P" },
    { "M25P05", 1, 0x8000, 0x8000, "ST M25P" },
    { "M25P128", 1, 0x40000, 0x40000, "ST M25P" },
    { "S25FL128", 1, 0x10000, 0x10000, "Spansion S25FL" },
    { "S25FL128S0", 1, 0x40000, 0x40000, "Spansion S25FL" },
    { "S25FS128S", 3, 4096, 0x10000, "Spansion S25FL" },
    { "SST26VF064B", 5, 4096, 4096, "Microchip SST26" },
    { "AT25DF321A", 1, 4096, 4096, "Adesto AT25DF" },
};

#define CHIPS (sizeof(chips) / sizeof(chips[0]))

static void unlock(nor_t *nor) {
    const uint8_t enable = 0x06;
    const uint8_t all[2][2] = { { 0x98 }, { 0x01, 0x00 } };
    bool is_adesto = nor->layout == NOR_LAYOUT_ADESTO;
    if (is_adesto || nor->layout == NOR_LAYOUT_SST26) {
        vflash_xfer(nor->bus.ctx, &enable, NULL, 1, true);
        vflash_xfer(nor->bus.ctx, all[is_adesto], NULL, 1 + is_adesto, true);
        vflash_delay(nor->bus.ctx, 1000);
    }
}

static void test_identified(void) {
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *flash = vflash_new(chips[i].chip, NULL);
        nor_t nor;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
        CHECK_EQ(nor.regions, chips[i].regions);
        CHECK_EQ(nor_sector_bytes(&nor, nor_region_at(&nor, 0)), chips[i].sector);
        CHECK_EQ(nor_largest_sector(&nor), chips[i].largest);
        CHECK_EQ(strcmp(nor.name, chips[i].name), 0);
        CHECK(nor.reach_known);
        vflash_free(flash);
    }
}

// Each erase at each of its blocks of a chip with regions clears what it is known for, exactly.
static void test_blocks(void) {
    static const char *const mapped[] = { "SST26VF064B", "S25FS128S" };
    for (unsigned i = 0; i < 2; i++) {
        vflash_t *flash = vflash_new(mapped[i], NULL);
        size_t size;
        uint8_t *memory = vflash_memory(flash, &size);
        nor_t nor;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
        unlock(&nor);
        memset(memory, 0, size);
        for (unsigned number = 0; number < nor.regions; number++) {
            const nor_region_t *region = &nor.region[number];
            for (unsigned type = 0; type < nor.erases; type++) {
                uint32_t bytes = nor_erase_bytes(&nor, region, type);
                uint32_t last = region->start + region->bytes - bytes;
                for (unsigned end = 0; end < 2; end++) {
                    uint32_t at = end ? last : region->start;
                    if (!(region->erases >> type & 1)) {
                        CHECK_EQ(nor_erase(&nor, type, at), LX_EINVAL);
                        continue;
                    }
                    nor_guard_t guard;
                    CHECK_OK(nor_guard_begin(&nor, &guard, at, at + bytes));
                    CHECK_EQ(guard.count, 1 + (at != 0) + (at + bytes != size));
                    CHECK_OK(nor_erase(&nor, type, at));
                    CHECK_OK(nor_guard_end(&nor, &guard));
                    for (uint32_t byte = at; byte < at + bytes; byte++) {
                        CHECK_EQ(memory[byte], 0xff);
                    }
                    CHECK(at == 0 || memory[at - 1] == 0);
                    CHECK(at + bytes == size || memory[at + bytes] == 0);
                    memset(memory + at, 0, bytes);
                }
            }
        }
        vflash_free(flash);
    }
}

// Writes of any length at any place that is allowed: the data is there, and nothing else has changed.
static void test_neighbours(void) {
    uint8_t *data = malloc(700000);
    uint32_t seed = 77;
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *flash = vflash_new(chips[i].chip, NULL);
        size_t size;
        uint8_t *memory = vflash_memory(flash, &size);
        uint8_t *wanted = malloc(size);
        nor_t nor;
        nor_write_t writer;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
        unlock(&nor);
        fill(memory, size, i + 1);
        memcpy(wanted, memory, size);
        for (unsigned turn = 0; turn < 12; turn++) {
            // Around the regions' borders at both ends, where there are any.
            uint32_t unit = chips[i].largest < 0x10000 ? chips[i].largest : 0x10000;
            uint32_t room = size < 0x60000 ? size : 0x60000;
            uint32_t at = random_word(&seed) % room / unit * unit;
            if (turn & 1) {
                at = size - room + at;
            }
            uint32_t length = 1 + random_word(&seed) % 300000;
            length = length < size - at ? length : size - at;
            fill(data, length, seed);
            if (turn % 3 == 0) {
                memcpy(data, memory + at, length);
                data[length / 2] ^= 0x5a;
            }
            memcpy(wanted + at, data, length);
            CHECK_OK(write_all(&writer, &nor, at, data, length, 1 + random_word(&seed) % 90000));
            CHECK(memcmp(memory, wanted, size) == 0);
            CHECK_EQ(writer.report.crc32, crc32_update(0, data, length));
            CHECK_EQ(writer.report.bytes, length);
        }
        vflash_counters_t counters;
        vflash_counters(flash, &counters);
        CHECK_EQ(counters.refused, 0);
        free(wanted);
        vflash_free(flash);
    }
    free(data);
}

// The least buffer is a sector of the regions that are written, and is asked for before anything changes.
static void test_buffer(void) {
    static const uint8_t data[100] = { 1 };
    vflash_t *flash = vflash_new("M25P128", NULL);
    nor_t nor;
    nor_write_t writer;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    CHECK_EQ(nor_write_open(&writer, &nor, 0, 100, buffer, 0x3ffff, 0), LX_EOVERFLOW);
    CHECK_EQ(nor_write_open(&writer, &nor, 0x1000, 100, buffer, 0x40000, 0), LX_EINVAL);
    CHECK_OK(nor_write_open(&writer, &nor, 0x10000, 100, buffer, 0x40000, 0));
    vflash_free(flash);
    flash = vflash_new("S25FS128S", NULL);
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    CHECK_OK(nor_write_open(&writer, &nor, 0x1000, 100, buffer, 4096, 0));
    CHECK_OK(nor_write(&writer, data, 100));
    CHECK_OK(nor_write_finish(&writer));
    CHECK_EQ(nor_write_open(&writer, &nor, 0x1000, 0x8000, buffer, 4096, 0), LX_EOVERFLOW);
    CHECK_OK(nor_write_open(&writer, &nor, 0x1000, 0x8000, buffer, 0x10000, 0));
    CHECK_EQ(nor_write_open(&writer, &nor, 0x9000, 1, buffer, 0x10000, 0), LX_EINVAL);
    vflash_free(flash);
}

// The table is wrong: this chip clears 256 KiB, and is taken for one of 64 KiB.
static void open_mistaken(vflash_t *flash, nor_t *nor) {
    const nor_statement_t wrong = { .sector_bytes = 0x10000 };
    CHECK_OK(nor_open_as(nor, (flash_bus_t) { &vflash_ops, flash }, &wrong));
    CHECK_EQ(nor_largest_sector(nor), 0x10000);
}

static void test_mistaken(void) {
    uint8_t *data = malloc(0x40000);
    vflash_t *flash = vflash_new("M25P128", NULL);
    size_t size;
    uint8_t *memory = vflash_memory(flash, &size);
    nor_t nor;
    nor_write_t writer;
    open_mistaken(flash, &nor);
    // An image beside the write is lost: the first erase tells.
    for (unsigned place = 0; place < 3; place++) {
        memset(memory, 0xff, size);
        fill(memory + 0x10000, 100, 1);
        fill(memory + (const uint32_t[]) { 0, 0xfff0, 0x30000 }[place], 0x40, 2);
        fill(data, 20000, 3);
        CHECK_EQ(write_all(&writer, &nor, 0x10000, data, 20000, 20000), LX_EREACH);
    }
    // Within the write, where it was compared before, and with blank edges.
    memset(memory, 0xff, size);
    fill(memory + 0x1000, 0x1000, 4);
    fill(memory + 0x11000, 0x1000, 5);
    memcpy(data, memory, 0x20000);
    data[0x11800] = ~data[0x11800];
    data[0x11801] = ~data[0x11801];
    CHECK_EQ(write_all(&writer, &nor, 0, data, 0x20000, 5000), LX_EREACH);
    // Taken for what it is, the same succeeds.
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    CHECK_OK(write_all(&writer, &nor, 0, data, 0x20000, 5000));
    CHECK(memcmp(memory, data, 0x20000) == 0);
    vflash_free(flash);
    free(data);
}

// A chip of 64 KiB that is taken for one of 128 KiB: its upper half is its lower one.
static void test_half(void) {
    const nor_statement_t wrong = { .size_bytes = 0x20000 };
    uint8_t *data = malloc(0x20000);
    vflash_t *flash = vflash_new("M25P05", NULL);
    size_t size;
    uint8_t *memory = vflash_memory(flash, &size);
    nor_t nor;
    nor_write_t writer;
    CHECK_OK(nor_open_as(&nor, (flash_bus_t) { &vflash_ops, flash }, &wrong));
    // What is erased there is lost here.
    fill(memory, size, 1);
    fill(data, 0x20000, 2);
    CHECK_EQ(write_all(&writer, &nor, 0x10000, data, 100, 100), LX_EREACH);
    // What is programmed there without an erase, over what was written before: the end tells.
    memset(memory, 0xff, size);
    memset(data, 0xff, 0x20000);
    data[0x100] = 0xfe;
    data[0x10100] = 0xfc;
    CHECK_EQ(write_all(&writer, &nor, 0, data, 0x20000, 5000), LX_EREACH);
    CHECK_EQ(writer.report.rechecked, 0x10000);
    vflash_free(flash);
    free(data);
}

// One byte anywhere in the block that a chip clears, and nearly all else blank: whatever is written beside it or around
// it, and in how many parts, its loss is never called verified.
static void test_mistaken_anywhere(void) {
    static const struct {
        const char *chip;
        uint32_t block; // that it clears, and what it is taken for
        nor_statement_t wrong;
    } cases[] = {
        { "M25P128", 0x40000, { .sector_bytes = 0x10000 } },
        { "M25P16", 0x10000, { .sector_bytes = 0x1000, .erase_opcode = 0xd8 } },
    };
    uint8_t *data = malloc(0x40000);
    uint32_t seed = 5;
    for (unsigned i = 0; i < 2; i++) {
        uint32_t block = cases[i].block;
        uint32_t sector = cases[i].wrong.sector_bytes;
        vflash_t *flash = vflash_new(cases[i].chip, NULL);
        size_t size;
        uint8_t *memory = vflash_memory(flash, &size);
        unsigned lost[2] = { 0 };
        for (unsigned turn = 0; turn < 60; turn++) {
            nor_t nor;
            nor_write_t writer;
            CHECK_OK(nor_open_as(&nor, (flash_bus_t) { &vflash_ops, flash }, &cases[i].wrong));
            uint32_t at = block + random_word(&seed) % (block / sector) * sector;
            uint32_t length = 1 + random_word(&seed) % (2 * block - at);
            uint32_t place = block + random_word(&seed) % block;
            bool inside = place >= at && place < at + length;
            memset(memory, 0xff, 3 * block);
            memset(data, 0xff, block);
            // Two bytes that have to be erased.
            memory[at + random_word(&seed) % length] = 0x55;
            memory[at + random_word(&seed) % length] = 0x55;
            memory[place] = 0xa5;
            if (inside) {
                data[place - at] = 0xa5;
            }
            int status = write_all(&writer, &nor, at, data, length, 1 + random_word(&seed) % 90000);
            bool there = memory[place] == 0xa5;
            CHECK(status == LX_OK || status == LX_EREACH);
            if (status == LX_OK) {
                CHECK(there && memcmp(memory + at, data, length) == 0);
            }
            lost[inside] += !there;
        }
        CHECK(lost[0] > 4 && lost[1] > 0);
        vflash_free(flash);
    }
    free(data);
}

// What the guard reads: nothing where nothing is erased; next to data 64 bytes and a few; what is blank once.
static void test_guard_cost(void) {
    enum { WINDOW = 0x40000, SECTOR = 0x1000 };
    static const uint8_t zeros[256];
    vflash_t *flash = vflash_new("W25Q32", NULL);
    size_t size;
    uint8_t *memory = vflash_memory(flash, &size);
    vflash_counters_t counters;
    nor_t nor;
    nor_guard_t guard;
    uint64_t before;
    memset(memory, 0, size);
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    #define READ(what) (vflash_counters(flash, &counters), before = counters.bytes_read, (what), \
        vflash_counters(flash, &counters), (uint32_t)(counters.bytes_read - before))
    CHECK(READ(nor_guard_begin(&nor, &guard, WINDOW + SECTOR, WINDOW + 2 * SECTOR)) < 600);
    CHECK_EQ(guard.count, 3);
    CHECK(READ(nor_guard_end(&nor, &guard)) < 250);
    // All of the window is blank: read once, not for the next sector.
    memset(memory + WINDOW, 0xff, WINDOW);
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    uint32_t whole = READ(nor_guard_begin(&nor, &guard, WINDOW + 8 * SECTOR, WINDOW + 9 * SECTOR));
    CHECK(whole >= WINDOW - SECTOR && whole < WINDOW + 1000);
    CHECK_EQ(guard.count, 1);
    CHECK_OK(nor_guard_end(&nor, &guard));
    CHECK_OK(nor_program(&nor, WINDOW + 8 * SECTOR, zeros, sizeof(zeros)));
    CHECK(READ(nor_guard_begin(&nor, &guard, WINDOW + 9 * SECTOR, WINDOW + 10 * SECTOR)) < 500);
    CHECK_EQ(guard.count, 2);
    CHECK_EQ(guard.witness[0].address, WINDOW + 8 * SECTOR);
    // What was programmed is seen, wherever in that range it lies.
    uint32_t seed = 3;
    for (unsigned turn = 0; turn < 200; turn++) {
        uint32_t at = WINDOW + random_word(&seed) % WINDOW / 256 * 256;
        uint32_t run = WINDOW + random_word(&seed) % WINDOW / SECTOR * SECTOR;
        CHECK_OK(nor_program(&nor, at, zeros, sizeof(zeros)));
        CHECK_OK(nor_guard_begin(&nor, &guard, run, run + SECTOR));
        for (uint32_t byte = guard.start; byte < guard.end; byte++) {
            CHECK(memory[byte] == 0xff || (byte >= run && byte < run + SECTOR));
        }
        CHECK_OK(nor_erase(&nor, 0, run));
        CHECK_OK(nor_guard_end(&nor, &guard));
    }
    vflash_free(flash);
}

// What the end reads again: nothing where nothing was changed or all is one stretch, else what lies before
// the last change.
static void test_recheck(void) {
    enum { LENGTH = 0x30000 };
    uint8_t *data = malloc(LENGTH);
    vflash_t *flash = vflash_new("W25Q32", NULL);
    nor_t nor;
    nor_write_t writer;
    fill(data, LENGTH, 9);
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    CHECK_OK(write_all(&writer, &nor, 0, data, 0x10000, 0x10000));
    CHECK_EQ(writer.report.rechecked, 0);
    CHECK_OK(write_all(&writer, &nor, 0, data, LENGTH, 70000));
    CHECK_EQ(writer.report.rechecked, 0x20000);
    CHECK_OK(write_all(&writer, &nor, 0, data, LENGTH, 70000));
    CHECK_EQ(writer.report.rechecked, 0);
    data[0x10000] ^= 1;
    CHECK_OK(write_all(&writer, &nor, 0, data, LENGTH, 70000));
    CHECK_EQ(writer.report.rechecked, 0x10000);
    vflash_free(flash);
    free(data);
}

static void test_statement(void) {
    static const nor_statement_t impossible[] = {
        { .size_bytes = 0x10000 - 1 }, { .size_bytes = 0x8000 }, { .sector_bytes = 0x800 }, { .sector_bytes = 0x80000 },
        { .sector_bytes = 0x3000 }, { .size_bytes = 0x200000, .erase_opcode = 0xd8 },
    };
    uint8_t data[5000];
    vflash_t *flash = vflash_new("M25P16", "flash-wrong-id");
    size_t size;
    uint8_t *memory = vflash_memory(flash, &size);
    flash_bus_t bus = { &vflash_ops, flash };
    nor_t nor;
    nor_write_t writer;
    for (unsigned i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        CHECK_EQ(nor_open_as(&nor, bus, &impossible[i]), LX_EINVAL);
    }
    CHECK_EQ(nor_open(&nor, bus), LX_EFLASHTYPE);
    const nor_statement_t half = { .size_bytes = 0x200000 };
    CHECK_EQ(nor_open_as(&nor, bus, &half), LX_EFLASHTYPE);
    const nor_statement_t whole = { .size_bytes = 0x200000, .sector_bytes = 0x10000, .erase_opcode = 0xd8 };
    CHECK_OK(nor_open_as(&nor, bus, &whole));
    CHECK_EQ(nor.size_bytes, 0x200000);
    fill(memory, size, 1);
    fill(data, sizeof(data), 2);
    CHECK_OK(write_all(&writer, &nor, 0x10000, data, sizeof(data), 1000));
    CHECK(memcmp(memory + 0x10000, data, sizeof(data)) == 0);
    vflash_free(flash);
    // Of a known chip: only what is stated changes.
    flash = vflash_new("W25Q32", NULL);
    const nor_statement_t small = { .size_bytes = 0x100000 };
    CHECK_OK(nor_open_as(&nor, (flash_bus_t) { &vflash_ops, flash }, &small));
    CHECK_EQ(nor.size_bytes, 0x100000);
    CHECK_EQ(nor.erases, 3);
    CHECK_EQ(nor_region_at(&nor, 0)->bytes, 0x100000);
    vflash_free(flash);
}

static void test_erase_range(void) {
    uint32_t bad = 1;
    for (unsigned i = 0; i < CHIPS; i++) {
        vflash_t *flash = vflash_new(chips[i].chip, NULL);
        size_t size;
        uint8_t *memory = vflash_memory(flash, &size);
        nor_t nor;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
        uint32_t sector = chips[i].sector;
        memset(memory, 0, size);
        if (nor.layout == NOR_LAYOUT_SST26 || nor.layout == NOR_LAYOUT_ADESTO) {
            CHECK_EQ(nor_erase_range(&nor, 0, sector, &bad), LX_EPROTECTED);
            CHECK_EQ(nor_erase_chip(&nor, &bad), LX_EPROTECTED);
            CHECK_EQ(memory[0], 0);
            unlock(&nor);
        }
        CHECK_EQ(nor_erase_range(&nor, sector / 2, sector, &bad), LX_EINVAL);
        CHECK_EQ(nor_erase_range(&nor, 0, sector + 1, &bad), LX_EINVAL);
        CHECK_EQ(nor_erase_range(&nor, size, sector, &bad), LX_EOVERFLOW);
        CHECK_EQ(nor_erase_range(&nor, 0, size + 1, &bad), LX_EOVERFLOW);
        CHECK_EQ(memory[0], 0);
        CHECK_OK(nor_erase_range(&nor, 0, sector, &bad));
        CHECK(memory[0] == 0xff && memory[sector - 1] == 0xff && memory[sector] == 0);
        uint32_t end = size < 0x80000 ? size / 2 : 0x80000;
        CHECK_OK(nor_erase_range(&nor, 0, end, &bad));
        CHECK(memory[end - 1] == 0xff && memory[end] == 0);
        CHECK_OK(nor_erase_chip(&nor, &bad));
        CHECK_OK(nor_check_blank(&nor, 0, size, &bad));
        memory[size / 2 + 130] = 0x7f;
        CHECK_EQ(nor_check_blank(&nor, 0, size, &bad), LX_EFLASHERASE);
        CHECK_EQ(bad, size / 2 + 130);
        vflash_free(flash);
    }
    vflash_t *flash = vflash_new("W25Q32", "flash-no-erase");
    size_t size;
    nor_t nor;
    CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
    vflash_memory(flash, &size)[0x1234] = 0;
    CHECK_EQ(nor_erase_range(&nor, 0, 0x2000, &bad), LX_EFLASHERASE);
    CHECK_EQ(bad, 0x1234);
    vflash_free(flash);
}

// "Worn" is said of a known chip whose sector was found blank and did not take the data; not of one that does
// not erase.
static void test_worn(void) {
    static const struct {
        const char *fault;
        bool known;
        int verdict;
        bool worn;
    } cases[] = {
        { "flash-stuck-bit=0x1234", true, LX_EFLASHPROGRAM, true },
        { "flash-stuck-bit=0x1234", false, LX_EFLASHPROGRAM, false },
        { "flash-stuck-zero=0x2345", true, LX_EFLASHERASE, false },
        { "flash-no-erase", true, LX_EFLASHERASE, false },
    };
    uint8_t data[20000];
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vflash_t *flash = vflash_new("W25Q32", cases[i].fault);
        size_t size;
        uint8_t *memory = vflash_memory(flash, &size);
        nor_t nor;
        nor_write_t writer;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
        nor.reach_known = cases[i].known;
        fill(memory, sizeof(data), 1);
        memory[0x2345] = 0;
        fill(data, sizeof(data), 2);
        data[0x1234] = 0xfe;
        data[0x2345] = 0xff;
        CHECK_EQ(write_all(&writer, &nor, 0, data, sizeof(data), 3000), cases[i].verdict);
        CHECK_EQ(writer.report.worn, cases[i].worn);
        vflash_free(flash);
    }
}

static void test_unique_id(void) {
    static const struct {
        const char *chip;
        int status;
    } cases[] = {
        { "W25Q128", LX_OK }, { "W25Q256", LX_OK }, { "IS25LP128", LX_OK }, { "N25Q128", LX_ENOTSUP },
        { "M25P16", LX_ENOTSUP },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vflash_t *flash = vflash_new(cases[i].chip, NULL);
        nor_t nor;
        uint8_t id[8] = { 0 };
        CHECK_OK(nor_open(&nor, (flash_bus_t) { &vflash_ops, flash }));
        CHECK_EQ(nor_unique_id(&nor, id), cases[i].status);
        CHECK_EQ(id[0], cases[i].status == LX_OK ? 0xd0 : 0);
        CHECK_EQ(id[7], cases[i].status == LX_OK ? (0xd0 + 49) & 0xff : 0);
        vflash_free(flash);
    }
}

const test_t tests_reach[] = {
    TEST(test_identified), TEST(test_blocks), TEST(test_neighbours), TEST(test_buffer), TEST(test_mistaken),
    TEST(test_half), TEST(test_mistaken_anywhere), TEST(test_guard_cost), TEST(test_recheck), TEST(test_statement), TEST(test_erase_range), TEST(test_worn), TEST(test_unique_id),
    { NULL, NULL },
};
