// SPDX-License-Identifier: MIT
//
// The contract of bus.h with a second kind of bus: a master like LiteSPI's, whose words of 8 to 32 bits go
// through a register with software's chip select, and whose window shows the beginning of the chip. All of
// flash/ works on it as on a bus of bytes.

#include "common/crc32.h"
#include "flash/nor_erase.h"
#include "flash/nor_protect.h"
#include "flash/nor_write.h"
#include "tests/runner.h"
#include "vflash.h"

#define WINDOW_BYTES (0x100000)

// cs, phyconfig and rxtx of the core; a transfer of the word that rxtx holds takes its length from phyconfig.
typedef struct {
    vflash_t *flash;
    bool cs;
    unsigned bits;
    unsigned words;
    unsigned mapped;
    unsigned matches;
    bool matches_not; // reads of the window are faster
} master_t;

static uint32_t transfer(master_t *master, uint32_t word) {
    uint8_t tx[4];
    uint32_t answer = 0;
    CHECK(master->cs && master->bits % 8 == 0 && master->bits >= 8 && master->bits <= 32);
    for (unsigned i = 0; i < master->bits / 8; i++) {
        tx[i] = word >> (master->bits - 8 - 8 * i);
        uint8_t rx;
        vflash_exchange(master->flash, tx[i], &rx);
        answer = answer << 8 | rx;
    }
    master->words++;
    return answer;
}

static int master_xfer(void *ctx, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    master_t *master = ctx;
    CHECK(length >= 1 && !(tx && rx));
    if (!master->cs) {
        vflash_select(master->flash, true);
        master->cs = true;
    }
    for (size_t at = 0; at < length;) {
        unsigned now = length - at < 4 ? length - at : 4;
        uint32_t word = 0;
        for (unsigned i = 0; i < now; i++) {
            word = word << 8 | (tx ? tx[at + i] : 0xff);
        }
        master->bits = 8 * now;
        word = transfer(master, word);
        for (unsigned i = 0; rx && i < now; i++) {
            rx[at + i] = word >> 8 * (now - 1 - i);
        }
        at += now;
    }
    if (last) {
        vflash_select(master->flash, false);
        master->cs = false;
    }
    return LX_OK;
}

static int master_delay(void *ctx, uint32_t us) {
    master_t *master = ctx;
    CHECK(!master->cs);
    return vflash_delay(master->flash, us);
}

static int master_read_mapped(void *ctx, uint32_t address, uint8_t *data, size_t length) {
    master_t *master = ctx;
    CHECK(!master->cs);
    if (address + length > WINDOW_BYTES) {
        return LX_ENOTSUP;
    }
    const uint8_t read[] = { 0x03, address >> 16, address >> 8, address };
    master->mapped++;
    vflash_xfer(master->flash, read, NULL, sizeof(read), false);
    return vflash_xfer(master->flash, NULL, data, length, true);
}

static int master_match(void *ctx, const uint8_t *command, size_t command_length, const uint8_t *wanted, size_t length,
    size_t *same, uint32_t *crc32) {
    master_t *master = ctx;
    uint8_t part[FLASH_MATCH_BYTES];
    CHECK(!master->cs && length > 0 && length % sizeof(part) == 0);
    if (master->matches_not) {
        return LX_ENOTSUP;
    }
    master->matches++;
    CHECK_OK(master_xfer(master, command, NULL, command_length, false));
    for (*same = 0; *same < length; *same += sizeof(part)) {
        CHECK_OK(master_xfer(master, NULL, part, sizeof(part), false));
        if (memcmp(part, wanted + *same, sizeof(part)) != 0) {
            break;
        }
        *crc32 = crc32_update(*crc32, part, sizeof(part));
    }
    return master_xfer(master, NULL, part, 1, true);
}

static const flash_bus_ops_t matching_ops = {
    .xfer = master_xfer, .delay = master_delay, .read_mapped = master_read_mapped, .match = master_match,
};
static const flash_bus_ops_t master_ops = {
    .xfer = master_xfer, .delay = master_delay, .read_mapped = master_read_mapped,
};
static const flash_bus_ops_t unmapped_ops = { .xfer = master_xfer, .delay = master_delay };

static void test_master(void) {
    // N25Q256 has a 4-byte mode, in which no window may be read.
    static const char *const chips[] = { "W25Q32", "W25Q256", "N25Q256", "M25P16", "SST26VF064B" };
    static uint8_t data[150000];
    static uint8_t back[sizeof(data)];
    static uint8_t buffer[0x10000];
    uint32_t seed = 3;
    for (unsigned i = 0; i < 2 * sizeof(chips) / sizeof(chips[0]); i++) {
        master_t master = { .flash = vflash_new(chips[i / 2], NULL) };
        size_t size;
        uint8_t *memory = vflash_memory(master.flash, &size);
        nor_t nor;
        nor_write_t writer;
        uint32_t bad;
        CHECK_OK(nor_open(&nor, (flash_bus_t) { i & 1 ? &unmapped_ops : &master_ops, &master }));
        CHECK_OK(nor_protect(&nor, 0, 0));
        // Within the window, over its end and behind it.
        static const uint32_t places[] = { 0x10000, WINDOW_BYTES - 0x10000, WINDOW_BYTES + 0x10000 };
        for (unsigned place = 0; place < 3; place++) {
            uint32_t at = places[place];
            memset(memory + at, 0x42, sizeof(data) + 10);
            for (size_t byte = 0; byte < sizeof(data); byte++) {
                data[byte] = random_word(&seed);
            }
            CHECK_OK(nor_write_open(&writer, &nor, at, sizeof(data), buffer, sizeof(buffer), 0));
            CHECK_OK(nor_write(&writer, data, sizeof(data)));
            CHECK_OK(nor_write_finish(&writer));
            CHECK(memcmp(memory + at, data, sizeof(data)) == 0);
            CHECK_EQ(memory[at + sizeof(data)], 0x42);
            CHECK_OK(nor_read(&nor, at, back, sizeof(back)));
            CHECK(memcmp(back, data, sizeof(back)) == 0);
        }
        CHECK_OK(nor_erase_range(&nor, 0, 0x20000, &bad));
        CHECK_OK(nor_close(&nor));
        CHECK(master.words > 0);
        bool can_map = !(i & 1) && strcmp(chips[i / 2], "N25Q256") != 0;
        CHECK_EQ(master.mapped > 0, can_map);
        vflash_free(master.flash);
    }
}

// A bus that compares: reports, states and content are what they are on one that does not, for streams that are the same,
// differ here and there, and end in the middle of a part.
static void test_match(void) {
    static const char *const chips[] = { "W25Q32", "W25Q256", "N25Q256" };
    static uint8_t data[0x21000 + 77];
    static uint8_t buffer[0x10000];
    uint32_t seed = 11;
    for (unsigned i = 0; i < 3 * 40; i++) {
        nor_report_t reports[3][2];
        unsigned matches[3];
        size_t length = i % 3 == 0 ? sizeof(data) : 1 + random_word(&seed) % sizeof(data);
        uint32_t at = 0x8000 + 0x1000 * (random_word(&seed) % 16);
        uint32_t wrong[3];
        for (unsigned n = 0; n < 3; n++) {
            wrong[n] = random_word(&seed) % length;
        }
        for (size_t byte = 0; byte < length; byte++) {
            data[byte] = random_word(&seed);
        }
        // Reads alone, a bus that compares, and one that says that its reads are faster.
        for (unsigned bus = 0; bus < 3; bus++) {
            master_t master = { .flash = vflash_new(chips[i % 3], NULL), .matches_not = bus == 2 };
            size_t size;
            uint8_t *memory = vflash_memory(master.flash, &size);
            nor_t nor;
            nor_write_t writer;
            CHECK_OK(nor_open(&nor, (flash_bus_t) { bus == 0 ? &master_ops : &matching_ops, &master }));
            memcpy(memory + at, data, length);
            for (unsigned n = 0; n < i % 4; n++) {
                memory[at + wrong[n]] ^= i & 8 ? 0x10 : 0xff;
            }
            for (unsigned turn = 0; turn < 2; turn++) {
                uint8_t options = turn == 0 ? NOR_WRITE_COMPARE_ONLY : 0;
                CHECK_OK(nor_write_open(&writer, &nor, at, length, buffer, sizeof(buffer), options));
                CHECK_OK(nor_write(&writer, data, length / 3));
                CHECK_OK(nor_write(&writer, data + length / 3, length - length / 3));
                CHECK_OK(nor_write_finish(&writer));
                reports[bus][turn] = writer.report;
                CHECK_EQ(writer.report.crc32, crc32_update(0, data, length));
            }
            CHECK(memcmp(memory + at, data, length) == 0);
            matches[bus] = master.matches;
            vflash_free(master.flash);
        }
        CHECK(memcmp(reports[0], reports[1], sizeof(reports[0])) == 0);
        CHECK(memcmp(reports[0], reports[2], sizeof(reports[0])) == 0);
        CHECK(matches[0] == 0 && matches[2] == 0 && (matches[1] > 0 || length < 2 * FLASH_MATCH_BYTES));
    }
}

const test_t tests_bus[] = { TEST(test_master), TEST(test_match), { NULL, NULL } };
