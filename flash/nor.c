// SPDX-License-Identifier: MIT
//
// SPI NOR flash (nor.h), after JESD216 and the data sheets of the families in the table: Winbond W25Q-JV, Micron N25Q
// and MT25Q, Macronix MX25L, ISSI IS25LP, GigaDevice GD25Q, Spansion S25FL-S and -L, and what is compatible with
// them.

#include "flash/nor.h"

#include <string.h>

#define WRITE_ENABLE (0x06)
#define WRITE_DISABLE (0x04)
#define READ_STATUS (0x05)
#define READ_ID (0x9f)
#define READ_SFDP (0x5a)
#define RELEASE_POWER_DOWN (0xab)
#define READ (0x03)
#define READ_4BYTE (0x13)
#define PAGE_PROGRAM (0x02)
#define PAGE_PROGRAM_4BYTE (0x12)
#define ENTER_4BYTE (0xb7)
#define EXIT_4BYTE (0xe9)
#define EXIT_4BYTE_ISSI (0x29)
#define CLEAR_STATUS_SPANSION (0x30)

#define SPANSION_ERASE_ERROR (1 << 5)
#define SPANSION_PROGRAM_ERROR (1 << 6)

#define GIGADEVICE (0xc8)

#define SIXTEEN_MIB (0x1000000)
#define WAKE_US (50)
// What may still be going on when we come: the longest block erase of the table.
#define UNKNOWN_OPERATION_US (4000000)
// Half as long again as the data sheet's maximum, since the time base may be wrong by so much.
#define PATIENCE(us) ((us) + (us) / 2)

enum {
    ERASE_4K = 1 << 0,
    ERASE_32K = 1 << 1,
    ERASE_64K = 1 << 2,
};

typedef struct {
    uint8_t manufacturer;
    uint8_t type;
    uint8_t layout;
    uint8_t erases;
    const char *name;
} family_t;

// By manufacturer and type; the third byte is the logarithm of the size in all of them. First match; type 0: any.
static const family_t families[] = {
    { 0xef, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "Winbond W25Q" },
    { 0xef, 0x60, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "Winbond W25Q-W" },
    { 0xef, 0x70, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "Winbond W25Q-IM" },
    { 0xef, 0x30, NOR_LAYOUT_SIMPLE, ERASE_4K | ERASE_32K | ERASE_64K, "Winbond W25X" },
    { 0xc8, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "GigaDevice GD25Q" },
    { 0xc8, 0x60, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "GigaDevice GD25LQ" },
    { 0x9d, 0x60, NOR_LAYOUT_ISSI, ERASE_4K | ERASE_32K | ERASE_64K, "ISSI IS25LP" },
    { 0x9d, 0x70, NOR_LAYOUT_ISSI, ERASE_4K | ERASE_32K | ERASE_64K, "ISSI IS25WP" },
    { 0x9d, 0x40, NOR_LAYOUT_ISSI, ERASE_4K | ERASE_32K | ERASE_64K, "ISSI IS25LQ" },
    { 0xc2, 0x20, NOR_LAYOUT_MACRONIX, ERASE_4K | ERASE_32K | ERASE_64K, "Macronix MX25L" },
    { 0xc2, 0x25, NOR_LAYOUT_MACRONIX, ERASE_4K | ERASE_32K | ERASE_64K, "Macronix MX25U" },
    { 0x20, 0xba, NOR_LAYOUT_MICRON, ERASE_4K | ERASE_64K, "Micron N25Q/MT25QL" },
    { 0x20, 0xbb, NOR_LAYOUT_MICRON, ERASE_4K | ERASE_64K, "Micron N25Q/MT25QU" },
    { 0x20, 0x20, NOR_LAYOUT_SIMPLE, ERASE_64K, "ST M25P" },
    { 0x01, 0x60, NOR_LAYOUT_UNKNOWN, ERASE_4K | ERASE_32K | ERASE_64K, "Infineon S25FL-L" },
    { 0x01, 0x20, NOR_LAYOUT_SPANSION, ERASE_64K, "Spansion S25FL" },
    { 0x01, 0x02, NOR_LAYOUT_SPANSION, ERASE_64K, "Spansion S25FL" },
    { 0x1f, 0x00, NOR_LAYOUT_UNKNOWN, 0, "Adesto/Renesas" },
    { 0x1c, 0x70, NOR_LAYOUT_UNKNOWN, ERASE_4K | ERASE_32K | ERASE_64K, "EON EN25QH" },
    { 0x0b, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "XTX XT25F" },
    { 0x20, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "XMC XM25QH" },
    { 0x5e, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "Zbit ZB25" },
    { 0x68, 0x40, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "Boya BY25Q" },
    { 0x85, 0x60, NOR_LAYOUT_WINBOND, ERASE_4K | ERASE_32K | ERASE_64K, "Puya P25Q" },
    { 0xbf, 0x00, NOR_LAYOUT_UNKNOWN, 0, "Microchip SST" },
};

// Erase sizes and times for chips that do not say: the slowest of the families above.
static const nor_erase_t usual_erases[] = {
    { 0x1000, 0x20, { 60000, 800000 } },
    { 0x8000, 0x52, { 150000, 2000000 } },
    { 0x10000, 0xd8, { 200000, 3000000 } },
};

static const nor_time_t usual_program = { 500, 5000 };

// In one transfer: enough to see the end of a page program.
#define LOOKS (32)

static const uint8_t write_enable = WRITE_ENABLE;

static int xfer(nor_t *nor, const uint8_t *tx, uint8_t *rx, size_t length, bool last) {
    return nor->bus.ops->xfer(nor->bus.ctx, tx, rx, length, last);
}

static int delay(nor_t *nor, uint32_t us) {
    return nor->bus.ops->delay(nor->bus.ctx, us);
}

// An opcode and an address; more follows unless `last`.
static int command(nor_t *nor, uint8_t opcode, uint32_t address, unsigned address_bytes, unsigned dummy, bool last) {
    uint8_t *bytes = nor->command[nor->turn ^= 1];
    unsigned count = 0;
    bytes[count++] = opcode;
    while (address_bytes--) {
        bytes[count++] = address >> (8 * address_bytes);
    }
    while (dummy--) {
        bytes[count++] = 0;
    }
    return xfer(nor, bytes, NULL, count, last);
}

static int simple_command(nor_t *nor, uint8_t opcode) {
    int status = command(nor, opcode, 0, 0, 0, true);
    return status == LX_OK ? nor_wait(nor, 0) : status;
}

static int read_sfdp(void *ctx, uint32_t address, uint8_t *data, size_t length) {
    nor_t *nor = ctx;
    int status = command(nor, READ_SFDP, address, 3, 1, false);
    if (status == LX_OK) {
        status = xfer(nor, NULL, data, length, true);
    }
    return status == LX_OK ? nor_wait(nor, 0) : status;
}

static int read_status(nor_t *nor, uint8_t *sr1) {
    return nor_register_read(nor, READ_STATUS, sr1, 1);
}

// As long as it is selected, a chip gives out its status again and again: look until it is ready, at most LOOKS times.
static int watch_status(nor_t *nor, uint8_t *sr1) {
    uint8_t rest;
    int status = command(nor, READ_STATUS, 0, 0, 0, false);
    *sr1 = NOR_SR1_BUSY;
    for (unsigned look = 0; status == LX_OK && look < LOOKS && (*sr1 & NOR_SR1_BUSY); look++) {
        status = xfer(nor, NULL, sr1, 1, false);
        if (status == LX_OK) {
            status = nor_wait(nor, 0);
        }
    }
    if (status == LX_OK) {
        status = xfer(nor, NULL, &rest, 1, true);
    }
    return status == LX_OK ? nor_wait(nor, 0) : status;
}

// The end of an operation that did not come, or not in order.
static int wait_verdict(nor_t *nor, uint8_t sr1) {
    int status = nor_check_alive(nor);
    if (status != LX_OK) {
        return status;
    }
    if (nor->layout == NOR_LAYOUT_SPANSION && (sr1 & (SPANSION_ERASE_ERROR | SPANSION_PROGRAM_ERROR))) {
        // These chips stay busy after an error until it is cleared.
        status = simple_command(nor, CLEAR_STATUS_SPANSION);
        if (status == LX_OK) {
            status = sr1 & SPANSION_ERASE_ERROR ? LX_EFLASHERASE : LX_EFLASHPROGRAM;
        }
        return status;
    }
    return LX_EFLASHBUSY;
}

// Let half of the typical time pass, then look every thirty-second part of it.
static int wait_ready(nor_t *nor, nor_time_t time) {
    uint32_t step = time.typical_us / 32 + 1;
    uint32_t waited = time.typical_us / 2;
    uint8_t sr1 = NOR_SR1_BUSY;
    int status = waited ? delay(nor, waited) : LX_OK;
    for (;;) {
        if (status == LX_OK) {
            status = watch_status(nor, &sr1);
        }
        if (status != LX_OK || !(sr1 & NOR_SR1_BUSY)) {
            return status;
        }
        if (nor->layout == NOR_LAYOUT_SPANSION && (sr1 & (SPANSION_ERASE_ERROR | SPANSION_PROGRAM_ERROR))) {
            break;
        }
        if (waited >= PATIENCE(time.maximum_us)) {
            break;
        }
        waited += step;
        status = delay(nor, step);
    }
    return wait_verdict(nor, sr1);
}

// Write enable, and whether the chip took it.
static int enable_write(nor_t *nor) {
    uint8_t sr1 = 0;
    nor->writable = false;
    int status = xfer(nor, &write_enable, NULL, 1, true);
    if (status == LX_OK) {
        status = read_status(nor, &sr1);
    }
    if (status != LX_OK) {
        return status;
    }
    if ((sr1 & (NOR_SR1_WRITE_ENABLED | NOR_SR1_BUSY)) != NOR_SR1_WRITE_ENABLED) {
        status = nor_check_alive(nor);
        return status == LX_OK ? LX_EPROTECTED : status;
    }
    return LX_OK;
}

static bool id_is_nothing(const uint8_t *id) {
    return (id[0] == 0x00 || id[0] == 0xff) && id[0] == id[1] && id[1] == id[2];
}

static const family_t *find_family(const uint8_t *id) {
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (families[i].manufacturer == id[0] && (families[i].type == 0 || families[i].type == id[1])) {
            return &families[i];
        }
    }
    return NULL;
}

static void add_erase(nor_t *nor, nor_erase_t erase) {
    unsigned at = nor->erases;
    while (at && nor->erase[at - 1].bytes > erase.bytes) {
        nor->erase[at] = nor->erase[at - 1];
        at--;
    }
    nor->erase[at] = erase;
    nor->erases++;
}

static nor_time_t usual_time(uint32_t bytes) {
    size_t i = 0;
    while (i + 1 < sizeof(usual_erases) / sizeof(usual_erases[0]) && usual_erases[i].bytes < bytes) {
        i++;
    }
    return usual_erases[i].time;
}

static void take_sfdp(nor_t *nor) {
    const sfdp_t *sfdp = &nor->sfdp;
    nor->size_bytes = sfdp->size_bytes < 0x80000000 ? sfdp->size_bytes : 0x80000000;
    nor->page_bytes = sfdp->page_bytes;
    if (sfdp->program_typical_us) {
        nor->program = (nor_time_t) { sfdp->program_typical_us, sfdp->program_maximum_us };
    }
    bool large = nor->size_bytes > SIXTEEN_MIB;
    bool dedicated = large && sfdp->read4 && sfdp->program4;
    for (unsigned i = 0; i < SFDP_ERASES; i++) {
        const sfdp_erase_t *erase = &sfdp->erase[i];
        // With opcodes of their own for 4-byte addresses, an erase without one is not usable. 64 KiB is the most that
        // anything here handles, and 4 KiB the least.
        if (erase->bytes < 0x1000 || erase->bytes > 0x10000 || (dedicated && erase->opcode4 == 0)) {
            continue;
        }
        nor_erase_t mine = { erase->bytes, dedicated ? erase->opcode4 : erase->opcode, usual_time(erase->bytes) };
        if (erase->typical_us) {
            mine.time = (nor_time_t) { erase->typical_us, erase->maximum_us };
        }
        add_erase(nor, mine);
    }
    if (dedicated) {
        nor->read_opcode = READ_4BYTE;
        nor->program_opcode = PAGE_PROGRAM_4BYTE;
    }
}

static void take_family(nor_t *nor, const family_t *family) {
    nor->size_bytes = nor->id[2] >= 0x10 && nor->id[2] <= 0x1f ? 1u << nor->id[2] : 0;
    for (unsigned i = 0; i < sizeof(usual_erases) / sizeof(usual_erases[0]); i++) {
        if (family->erases & (1 << i)) {
            add_erase(nor, usual_erases[i]);
        }
    }
}

// Wait for the end of what somebody began and left.
static int wait_left(nor_t *nor) {
    uint8_t sr1 = 0;
    int status = read_status(nor, &sr1);
    if (status == LX_OK && sr1 != 0xff && (sr1 & NOR_SR1_BUSY)) {
        status = wait_ready(nor, (nor_time_t) { 10000, UNKNOWN_OPERATION_US });
    }
    return status;
}

// Enter or leave the 4-byte mode. Some chips (Micron) do so only after a write enable, and no chip minds it.
static int switch_mode(nor_t *nor, uint8_t opcode) {
    int status = xfer(nor, &write_enable, NULL, 1, true);
    if (status == LX_OK) {
        status = simple_command(nor, opcode);
    }
    return status == LX_OK ? simple_command(nor, WRITE_DISABLE) : status;
}

// Chips above 16 MiB without opcodes of their own for it: enter the 4-byte mode.
static int enter_four_byte(nor_t *nor) {
    if (nor->size_bytes <= SIXTEEN_MIB) {
        return LX_OK;
    }
    nor->address_bytes = 4;
    if (nor->read_opcode == READ_4BYTE || (nor->has_sfdp && !nor->sfdp.address3)) {
        return LX_OK;
    }
    return switch_mode(nor, ENTER_4BYTE);
}

// End whatever mode the chip may be in: eight clocks or more of ones leave the continuous read modes, then it may be
// asleep.
static int wake(nor_t *nor) {
    static const uint8_t ones[4] = { 0xff, 0xff, 0xff, 0xff };
    int status = xfer(nor, ones, NULL, sizeof(ones), true);
    if (status == LX_OK) {
        status = simple_command(nor, RELEASE_POWER_DOWN);
    }
    return status == LX_OK ? delay(nor, WAKE_US) : status;
}

static int identify(nor_t *nor) {
    int status = nor_register_read(nor, READ_ID, nor->id, sizeof(nor->id));
    if (status != LX_OK) {
        return status;
    }
    if (id_is_nothing(nor->id)) {
        return LX_ENOFLASH;
    }
    status = sfdp_parse(&nor->sfdp, read_sfdp, nor);
    if (status != LX_OK && status != LX_ENOTSUP) {
        return status;
    }
    nor->has_sfdp = status == LX_OK;
    const family_t *family = find_family(nor->id);
    if (family) {
        nor->name = family->name;
        nor->layout = family->layout;
    }
    if (nor->has_sfdp) {
        take_sfdp(nor);
    } else if (family) {
        take_family(nor, family);
    }
    if (nor->erases == 0 || nor->size_bytes == 0) {
        return LX_EFLASHTYPE;
    }
    if (nor->layout == NOR_LAYOUT_WINBOND && nor->size_bytes > SIXTEEN_MIB) {
        nor->layout = NOR_LAYOUT_WINBOND_LARGE;
        if (nor->id[0] == GIGADEVICE) {
            // The GD25Q256C has the id of the D and the E; its QE lies where they have "bottom", and its SFDP is too
            // old to say so.
            bool is_older = !nor->has_sfdp || nor->sfdp.quad == SFDP_QUAD_UNKNOWN;
            nor->layout = is_older ? NOR_LAYOUT_UNKNOWN : NOR_LAYOUT_GIGADEVICE_LARGE;
        }
    }
    return LX_OK;
}

int nor_open(nor_t *nor, flash_bus_t bus) {
    memset(nor, 0, sizeof(*nor));
    nor->bus = bus;
    nor->name = "unknown";
    nor->address_bytes = 3;
    nor->page_bytes = 256;
    nor->read_opcode = READ;
    nor->program_opcode = PAGE_PROGRAM;
    nor->program = usual_program;
    int status = wake(nor);
    // A chip that a former owner left erasing answers nothing but its status.
    if (status == LX_OK) {
        status = wait_left(nor);
        status = status == LX_EFLASHLOST ? LX_EFLASHBUSY : status;
    }
    if (status == LX_OK) {
        status = identify(nor);
    }
    return status == LX_OK ? enter_four_byte(nor) : status;
}

int nor_close(nor_t *nor) {
    // Those of Spansion know no such mode: there E9h unlocks with a password.
    if (nor->size_bytes <= SIXTEEN_MIB || nor->layout == NOR_LAYOUT_SPANSION) {
        return simple_command(nor, WRITE_DISABLE);
    }
    // We entered the 4-byte mode, or the design that ran did. While it is busy a chip does not leave it, and after
    // Ctrl-C it may still be.
    int status = wait_left(nor);
    int left = switch_mode(nor, nor->layout == NOR_LAYOUT_ISSI ? EXIT_4BYTE_ISSI : EXIT_4BYTE);
    return status == LX_OK ? left : status;
}

int nor_wait(nor_t *nor, unsigned in_flight) {
    return nor->bus.ops->wait ? nor->bus.ops->wait(nor->bus.ctx, in_flight) : LX_OK;
}

int nor_read_begin(nor_t *nor, uint32_t address) {
    return command(nor, nor->read_opcode, address, nor->address_bytes, 0, false);
}

int nor_read_next(nor_t *nor, uint8_t *data, size_t length, bool last) {
    return xfer(nor, NULL, data, length, last);
}

int nor_read(nor_t *nor, uint32_t address, uint8_t *data, size_t length) {
    if (address > nor->size_bytes || length > nor->size_bytes - address) {
        return LX_EOVERFLOW;
    }
    if (length == 0) {
        return LX_OK;
    }
    int status = nor_read_begin(nor, address);
    if (status == LX_OK) {
        status = nor_read_next(nor, data, length, true);
    }
    return status == LX_OK ? nor_wait(nor, 0) : status;
}

int nor_erase(nor_t *nor, unsigned type, uint32_t address) {
    if (type >= nor->erases || (address & (nor->erase[type].bytes - 1)) || address >= nor->size_bytes) {
        return LX_EINVAL;
    }
    int status = enable_write(nor);
    if (status == LX_OK) {
        status = command(nor, nor->erase[type].opcode, address, nor->address_bytes, 0, true);
    }
    return status == LX_OK ? wait_ready(nor, nor->erase[type].time) : status;
}

int nor_program(nor_t *nor, uint32_t address, const uint8_t *data, size_t length) {
    uint32_t room = nor->page_bytes - (address & (nor->page_bytes - 1));
    if (length == 0 || length > room || address >= nor->size_bytes) {
        return LX_EINVAL;
    }
    // Once the chip has taken a write enable, the reading back tells the rest: a look after each costs a tenth of a page.
    int status = nor->writable ? xfer(nor, &write_enable, NULL, 1, true) : enable_write(nor);
    nor->writable = status == LX_OK;
    if (status == LX_OK) {
        status = command(nor, nor->program_opcode, address, nor->address_bytes, 0, false);
    }
    if (status == LX_OK) {
        status = xfer(nor, data, NULL, length, true);
    }
    return status == LX_OK ? wait_ready(nor, nor->program) : status;
}

int nor_check_alive(nor_t *nor) {
    uint8_t id[3] = { 0 };
    int status = nor_register_read(nor, READ_ID, id, sizeof(id));
    if (status != LX_OK) {
        return status;
    }
    // While it is busy a chip may keep silent about its id, but not about its status.
    uint8_t sr1 = 0;
    status = memcmp(id, nor->id, sizeof(id)) == 0 ? LX_OK : read_status(nor, &sr1);
    if (status == LX_OK && memcmp(id, nor->id, sizeof(id)) != 0) {
        status = sr1 != 0xff && (sr1 & NOR_SR1_BUSY) ? LX_OK : LX_EFLASHLOST;
    }
    return status;
}

int nor_register_read(nor_t *nor, uint8_t opcode, uint8_t *data, size_t length) {
    int status = command(nor, opcode, 0, 0, 0, false);
    if (status == LX_OK) {
        status = xfer(nor, NULL, data, length, true);
    }
    return status == LX_OK ? nor_wait(nor, 0) : status;
}

int nor_register_write(nor_t *nor, uint8_t opcode, const uint8_t *data, size_t length, uint32_t maximum_us) {
    int status = enable_write(nor);
    if (status == LX_OK) {
        // In one transfer: nothing may come between a status register and what is written to it.
        uint8_t *bytes = nor->command[nor->turn ^= 1];
        bytes[0] = opcode;
        for (size_t i = 0; i < length; i++) {
            bytes[1 + i] = data[i];
        }
        status = xfer(nor, bytes, NULL, 1 + length, true);
    }
    return status == LX_OK ? wait_ready(nor, (nor_time_t) { maximum_us / 8, maximum_us }) : status;
}
