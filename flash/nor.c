// SPDX-License-Identifier: MIT
//
// Commands to a SPI NOR flash (nor.h), after JESD216 and the data sheets of the families in nor_identify.c.

#include "flash/nor.h"

#include <string.h>

#include "flash/nor_internal.h"

#define WRITE_ENABLE (0x06)
#define WRITE_DISABLE (0x04)
#define READ_STATUS (0x05)
#define READ_ID (0x9f)
#define READ_UNIQUE_ID (0x4b)
#define READ_SECURITY_ID (0x88)
#define ERASE_CHIP (0xc7)
#define RELEASE_POWER_DOWN (0xab)
#define ENTER_4BYTE (0xb7)
#define EXIT_4BYTE (0xe9)
#define EXIT_4BYTE_ISSI (0x29)
#define CLEAR_STATUS_SPANSION (0x30)

#define SPANSION_ERASE_ERROR (1 << 5)
#define SPANSION_PROGRAM_ERROR (1 << 6)

#define WAKE_US (50)
// What may still be going on when we come: the longest block erase of the table.
#define UNKNOWN_OPERATION_US (6000000)
// Half as long again as the data sheet's maximum, since the time base may be wrong by that much.
#define PATIENCE(us) ((us) + (us) / 2)
#define PAUSE_MAX_US (100000)
// For each MiB, from the data sheets of the families: 40 s of 16 MiB at best, 300 s at worst.
#define CHIP_ERASE_TYPICAL_US (2500000)
#define CHIP_ERASE_MAXIMUM_US (20000000)
#define CHIP_ERASE_MIB_MAX (128)
// Status reads in one transfer: enough to see the end of a page program.
#define LOOKS (32)

static const uint8_t write_enable = WRITE_ENABLE;

static int xfer(nor_t *nor, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    return nor->bus.ops->xfer(nor->bus.ctx, tx, rx, length, last);
}

static int delay(nor_t *nor, uint32_t us) {
    return nor->bus.ops->delay(nor->bus.ctx, us);
}

int nor_wait(nor_t *nor, unsigned in_flight) {
    return nor->bus.ops->wait ? nor->bus.ops->wait(nor->bus.ctx, in_flight) : LX_OK;
}

// An opcode, address and dummy bytes; more follows unless `last`.
static int command(nor_t *nor, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy_bytes, bool last) {
    uint8_t *bytes = nor->command[nor->turn ^= 1];
    unsigned count = 0;
    bytes[count++] = opcode;
    while (address_bytes--) {
        bytes[count++] = address >> (8 * address_bytes);
    }
    while (dummy_bytes--) {
        bytes[count++] = 0;
    }
    return xfer(nor, bytes, NULL, count, last);
}

static int simple_command(nor_t *nor, uint8_t opcode) {
    int status = command(nor, opcode, 0, 0, 0, true);
    if (status != LX_OK) {
        return status;
    }
    return nor_wait(nor, 0);
}

int nor_command_read(nor_t *nor, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy_bytes,
    uint8_t *data, size_t length) {
    int status = command(nor, opcode, address, address_bytes, dummy_bytes, false);
    if (status != LX_OK) {
        return status;
    }
    status = xfer(nor, NULL, data, length, true);
    if (status != LX_OK) {
        return status;
    }
    return nor_wait(nor, 0);
}

int nor_register_read(nor_t *nor, uint8_t opcode, uint8_t *data, size_t length) {
    return nor_command_read(nor, opcode, 0, 0, 0, data, length);
}

static int read_status(nor_t *nor, uint8_t *sr1) {
    return nor_register_read(nor, READ_STATUS, sr1, 1);
}

// While it is selected, a chip gives out its status again and again: look until it is ready, at most LOOKS
// times.
static int watch_status(nor_t *nor, uint8_t *sr1) {
    uint8_t rest;
    int status = command(nor, READ_STATUS, 0, 0, 0, false);
    if (status != LX_OK) {
        return status;
    }
    *sr1 = NOR_SR1_BUSY;
    for (unsigned look = 0; look < LOOKS && (*sr1 & NOR_SR1_BUSY); look++) {
        status = xfer(nor, NULL, sr1, 1, false);
        if (status != LX_OK) {
            return status;
        }
        status = nor_wait(nor, 0);
        if (status != LX_OK) {
            return status;
        }
    }
    status = xfer(nor, NULL, &rest, 1, true);
    if (status != LX_OK) {
        return status;
    }
    return nor_wait(nor, 0);
}

static bool has_failed(const nor_t *nor, uint8_t sr1) {
    return nor->layout == NOR_LAYOUT_SPANSION && (sr1 & (SPANSION_ERASE_ERROR | SPANSION_PROGRAM_ERROR));
}

// Why an operation did not end, or ended with an error.
static int wait_verdict(nor_t *nor, uint8_t sr1) {
    int status = nor_check_alive(nor);
    if (status != LX_OK) {
        return status;
    }
    if (!has_failed(nor, sr1)) {
        return LX_EFLASHBUSY;
    }
    // These chips stay busy after an error until it is cleared.
    status = simple_command(nor, CLEAR_STATUS_SPANSION);
    if (status != LX_OK) {
        return status;
    }
    return sr1 & SPANSION_ERASE_ERROR ? LX_EFLASHERASE : LX_EFLASHPROGRAM;
}

// Let half of the typical time pass, then look every thirty-second part of it. Long pauses are divided, so
// that the bus can be told to stop.
static int wait_ready(nor_t *nor, nor_time_t time) {
    uint32_t waited = 0;
    uint32_t next = time.typical_us / 2;
    for (;;) {
        while (next) {
            uint32_t pause = next < PAUSE_MAX_US ? next : PAUSE_MAX_US;
            int status = delay(nor, pause);
            if (status != LX_OK) {
                return status;
            }
            waited += pause;
            next -= pause;
        }
        uint8_t sr1;
        int status = watch_status(nor, &sr1);
        if (status != LX_OK || !(sr1 & NOR_SR1_BUSY)) {
            return status;
        }
        if (has_failed(nor, sr1) || waited >= PATIENCE(time.maximum_us)) {
            return wait_verdict(nor, sr1);
        }
        next = time.typical_us / 32 + 1;
    }
}

// Write enable, and whether the chip took it.
static int enable_write(nor_t *nor) {
    uint8_t sr1 = 0;
    nor->writable = false;
    int status = xfer(nor, &write_enable, NULL, 1, true);
    if (status != LX_OK) {
        return status;
    }
    status = read_status(nor, &sr1);
    if (status != LX_OK) {
        return status;
    }
    if ((sr1 & (NOR_SR1_WRITE_ENABLED | NOR_SR1_BUSY)) == NOR_SR1_WRITE_ENABLED) {
        return LX_OK;
    }
    status = nor_check_alive(nor);
    return status == LX_OK ? LX_EPROTECTED : status;
}

// Wait for the end of an operation that someone else began.
static int wait_left(nor_t *nor) {
    uint8_t sr1 = 0;
    int status = read_status(nor, &sr1);
    if (status != LX_OK) {
        return status;
    }
    if (sr1 == 0xff || !(sr1 & NOR_SR1_BUSY)) {
        return LX_OK;
    }
    return wait_ready(nor, (nor_time_t) { 10000, UNKNOWN_OPERATION_US });
}

// Enter or leave the 4-byte mode. Some chips (Micron) do so only after a write enable, and the others ignore
// that.
static int switch_mode(nor_t *nor, uint8_t opcode) {
    int status = xfer(nor, &write_enable, NULL, 1, true);
    if (status != LX_OK) {
        return status;
    }
    status = simple_command(nor, opcode);
    if (status != LX_OK) {
        return status;
    }
    return simple_command(nor, WRITE_DISABLE);
}

// Chips above 16 MiB without opcodes of their own for it: enter the 4-byte mode.
static int enter_four_byte(nor_t *nor) {
    if (nor->size_bytes <= NOR_SIXTEEN_MIB) {
        return LX_OK;
    }
    nor->address_bytes = 4;
    if (nor->read_opcode == NOR_READ_4BYTE || (nor->has_sfdp && !nor->sfdp.address3)) {
        return LX_OK;
    }
    nor->four_byte_mode = true;
    return switch_mode(nor, ENTER_4BYTE);
}

// End whatever mode the chip may be in: eight clocks or more of ones leave the continuous read modes, and two
// leave QPI where the other wires are pulled up; then it may be asleep.
static int wake(nor_t *nor) {
    static const uint8_t ones[4] = { 0xff, 0xff, 0xff, 0xff };
    int status = xfer(nor, ones, NULL, sizeof(ones), true);
    if (status != LX_OK) {
        return status;
    }
    status = simple_command(nor, RELEASE_POWER_DOWN);
    if (status != LX_OK) {
        return status;
    }
    return delay(nor, WAKE_US);
}

static bool id_is_nothing(const uint8_t *id) {
    return (id[0] == 0x00 || id[0] == 0xff) && id[0] == id[1] && id[1] == id[2];
}

int nor_open_as(nor_t *nor, flash_bus_t bus, const nor_statement_t *statement) {
    memset(nor, 0, sizeof(*nor));
    nor->bus = bus;
    nor->name = "unknown";
    int status = wake(nor);
    if (status != LX_OK) {
        return status;
    }
    // A chip that a former owner left erasing answers only its status.
    status = wait_left(nor);
    if (status != LX_OK) {
        return status == LX_EFLASHLOST ? LX_EFLASHBUSY : status;
    }
    status = nor_register_read(nor, READ_ID, nor->id, sizeof(nor->id));
    if (status != LX_OK) {
        return status;
    }
    if (id_is_nothing(nor->id)) {
        return LX_ENOFLASH;
    }
    status = nor_identify(nor, statement);
    if (status != LX_OK) {
        return status;
    }
    return enter_four_byte(nor);
}

int nor_open(nor_t *nor, flash_bus_t bus) {
    return nor_open_as(nor, bus, NULL);
}

int nor_close(nor_t *nor) {
    // Spansion's chips have no such mode: there E9h unlocks with a password.
    if (nor->size_bytes <= NOR_SIXTEEN_MIB || nor->layout == NOR_LAYOUT_SPANSION) {
        return simple_command(nor, WRITE_DISABLE);
    }
    // We entered the 4-byte mode, or the design that ran did. While it is busy a chip does not leave it, and
    // after Ctrl-C it may still be.
    int status = wait_left(nor);
    int left = switch_mode(nor, nor->layout == NOR_LAYOUT_ISSI ? EXIT_4BYTE_ISSI : EXIT_4BYTE);
    return status == LX_OK ? left : status;
}

int nor_read_begin(nor_t *nor, uint32_t address) {
    nor->read_address = address;
    nor->reading = false;
    return LX_OK;
}

int nor_read_next(nor_t *nor, uint8_t *data, size_t length, bool last) {
    if (!nor->reading) {
        if (nor->bus.ops->read_mapped && !nor->four_byte_mode) {
            int status = nor->bus.ops->read_mapped(nor->bus.ctx, nor->read_address, data, length);
            if (status != LX_ENOTSUP) {
                nor->read_address += length;
                return status;
            }
        }
        int status = command(nor, nor->read_opcode, nor->read_address, nor->address_bytes, 0, false);
        if (status != LX_OK) {
            return status;
        }
    }
    nor->reading = !last;
    return xfer(nor, NULL, data, length, last);
}

int nor_read(nor_t *nor, uint32_t address, uint8_t *data, size_t length) {
    if (address > nor->size_bytes || length > nor->size_bytes - address) {
        return LX_EOVERFLOW;
    }
    if (length == 0) {
        return LX_OK;
    }
    nor_read_begin(nor, address);
    int status = nor_read_next(nor, data, length, true);
    if (status != LX_OK) {
        return status;
    }
    return nor_wait(nor, 0);
}

bool nor_is_blank(const uint8_t *data, size_t length) {
    #if defined(__GNUC__)
    for (; length >= 4 && ((uintptr_t)data & 3) == 0; data += 4, length -= 4) {
        uint32_t word;
        memcpy(&word, __builtin_assume_aligned(data, 4), sizeof(word));
        if (word != UINT32_MAX) {
            return false;
        }
    }
    #endif
    while (length && *data == 0xff) {
        data++;
        length--;
    }
    return length == 0;
}

int nor_match(nor_t *nor, uint32_t address, const uint8_t *wanted, size_t length, size_t *same, uint32_t *crc32) {
    uint8_t command[5] = { nor->read_opcode };
    unsigned count = 1;
    *same = 0;
    length -= length % FLASH_MATCH_BYTES;
    if (nor->bus.ops->match == NULL || length == 0) {
        return LX_OK;
    }
    for (unsigned left = nor->address_bytes; left-- > 0;) {
        command[count++] = address >> (8 * left);
    }
    int status = nor->bus.ops->match(nor->bus.ctx, command, count, wanted, length, same, crc32);
    return status == LX_ENOTSUP ? LX_OK : status;
}

int nor_read_parts(nor_t *nor, uint32_t address, uint32_t length, uint32_t *const buffers[2], size_t part_bytes,
    nor_part_t use, void *ctx) {
    uint32_t asked = 0;
    unsigned into = 0;
    unsigned from = 0;
    bool more = true;
    nor_read_begin(nor, address);
    for (uint32_t at = 0; more && at < length;) {
        while (asked < length && asked <= at + part_bytes) {
            uint32_t size = length - asked < part_bytes ? length - asked : part_bytes;
            int status = nor_read_next(nor, (uint8_t *)buffers[into], size, asked + size == length);
            if (status != LX_OK) {
                return status;
            }
            into ^= 1;
            asked += size;
        }
        uint32_t size = length - at < part_bytes ? length - at : part_bytes;
        int status = nor_wait(nor, asked > at + size ? 1 : 0);
        if (status != LX_OK) {
            return status;
        }
        more = use(ctx, at, (const uint8_t *)buffers[from], size);
        from ^= 1;
        at += size;
    }
    if (asked < length) {
        // A read ends with a last byte.
        int status = nor_read_next(nor, (uint8_t *)buffers[into], 1, true);
        if (status != LX_OK) {
            return status;
        }
    }
    return nor_wait(nor, 0);
}

int nor_erase(nor_t *nor, unsigned type, uint32_t address) {
    if (type >= nor->erases || address >= nor->size_bytes) {
        return LX_EINVAL;
    }
    const nor_region_t *region = nor_region_at(nor, address);
    if (!(region->erases >> type & 1) || (address - region->start) % nor_erase_bytes(nor, region, type)) {
        return LX_EINVAL;
    }
    int status = enable_write(nor);
    if (status != LX_OK) {
        return status;
    }
    status = command(nor, nor->erase[type].opcode, address, nor->address_bytes, 0, true);
    if (status != LX_OK) {
        return status;
    }
    return wait_ready(nor, nor->erase[type].time);
}

int nor_send_chip_erase(nor_t *nor) {
    int status = enable_write(nor);
    if (status != LX_OK) {
        return status;
    }
    status = simple_command(nor, ERASE_CHIP);
    if (status != LX_OK) {
        return status;
    }
    uint32_t mib = nor->size_bytes / 0x100000 + 1;
    mib = mib < CHIP_ERASE_MIB_MAX ? mib : CHIP_ERASE_MIB_MAX;
    return wait_ready(nor, (nor_time_t) { mib *CHIP_ERASE_TYPICAL_US, mib *CHIP_ERASE_MAXIMUM_US });
}

// Of the range that is known to be blank, the larger part that a page does not touch is left.
static void forget_blank(nor_t *nor, uint32_t start, uint32_t end) {
    if (end <= nor->blank_start || start >= nor->blank_end) {
        return;
    }
    start -= start % NOR_SECTOR_MIN;
    end = (end + NOR_SECTOR_MIN - 1) / NOR_SECTOR_MIN * NOR_SECTOR_MIN;
    if (start > nor->blank_start && start - nor->blank_start > nor->blank_end - (end < nor->blank_end ? end : nor->blank_end)) {
        nor->blank_end = start;
    } else {
        nor->blank_start = end;
    }
    if (nor->blank_start >= nor->blank_end) {
        nor->blank_start = nor->blank_end = 0;
    }
}

int nor_program(nor_t *nor, uint32_t address, const uint8_t *data, size_t length) {
    uint32_t room = nor->page_bytes - (address & (nor->page_bytes - 1));
    if (length == 0 || length > room || address >= nor->size_bytes) {
        return LX_EINVAL;
    }
    forget_blank(nor, address, address + length);
    // Once the chip has taken a write enable, reading back tells the rest: a look after each costs a tenth of
    // a page.
    int status = nor->writable ? xfer(nor, &write_enable, NULL, 1, true) : enable_write(nor);
    nor->writable = status == LX_OK;
    if (status != LX_OK) {
        return status;
    }
    status = command(nor, nor->program_opcode, address, nor->address_bytes, 0, false);
    if (status != LX_OK) {
        return status;
    }
    status = xfer(nor, data, NULL, length, true);
    if (status != LX_OK) {
        return status;
    }
    return wait_ready(nor, nor->program);
}

int nor_check_alive(nor_t *nor) {
    uint8_t id[3] = { 0 };
    int status = nor_register_read(nor, READ_ID, id, sizeof(id));
    if (status != LX_OK || memcmp(id, nor->id, sizeof(id)) == 0) {
        return status;
    }
    // While it is busy a chip may keep silent about its id, but not about its status.
    uint8_t sr1 = 0;
    status = read_status(nor, &sr1);
    if (status != LX_OK) {
        return status;
    }
    return sr1 != 0xff && (sr1 & NOR_SR1_BUSY) ? LX_OK : LX_EFLASHLOST;
}

int nor_unique_id(nor_t *nor, uint8_t id[8]) {
    switch (nor->layout) {
        case NOR_LAYOUT_WINBOND:
        case NOR_LAYOUT_ISSI:
            return nor_command_read(nor, READ_UNIQUE_ID, 0, 0, 4, id, 8);
        case NOR_LAYOUT_WINBOND_LARGE:
        case NOR_LAYOUT_GIGADEVICE_LARGE:
            // In 4-byte mode one dummy byte more.
            return nor_command_read(nor, READ_UNIQUE_ID, 0, 0, nor->four_byte_mode ? 5 : 4, id, 8);
        case NOR_LAYOUT_SST26:
            return nor_command_read(nor, READ_SECURITY_ID, 0, 2, 1, id, 8);
        default:
            return LX_ENOTSUP;
    }
}

int nor_register_write(nor_t *nor, uint8_t opcode, const uint8_t *data, size_t length, uint32_t maximum_us) {
    int status = enable_write(nor);
    if (status != LX_OK) {
        return status;
    }
    uint8_t *bytes = nor->command[nor->turn ^= 1];
    bytes[0] = opcode;
    if (length < sizeof(nor->command[0])) {
        // In one transfer: nothing may come between a status register and what is written to it.
        for (size_t i = 0; i < length; i++) {
            bytes[1 + i] = data[i];
        }
        status = xfer(nor, bytes, NULL, 1 + length, true);
    } else {
        status = xfer(nor, bytes, NULL, 1, false);
        if (status != LX_OK) {
            return status;
        }
        status = xfer(nor, data, NULL, length, true);
    }
    if (status != LX_OK) {
        return status;
    }
    return wait_ready(nor, (nor_time_t) { maximum_us / 8, maximum_us });
}
