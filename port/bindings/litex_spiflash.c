// SPDX-License-Identifier: MIT
// litex.SPIFlash: the flash that LiteSPI drives, or a part of it, as a block device, a buffer, and by address.
//
// What a flash understands is in flash/; drivers/lx_litespi.c clocks it. Until something else than a read of the mapped
// region is wanted, the chip is not identified: mounting a file system at boot must cost little. While C code of this
// file works, the region must not be read (lx_litespi.h): a hard callback that comes in between gets EBUSY.

#include <string.h>

#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"

#include "bindings/classes.h"
#include "clock.h"
#include "drivers/lx_litespi.h"
#include "errors.h"
#include "flash/nor.h"
#include "flash/nor_erase.h"
#include "flash/nor_protect.h"
#include "flash/nor_write.h"
#include "bindings/instance.h"
#include "module.h"
#include "soc/soc.h"
#include "soc_instances.h"
#include "storage/flash_layout.h"

#if PORT_SPIFLASH

#define BLOCK_BYTES (4096)
#define CHUNK_BYTES (4096) // of a source
#define WRITE_BYTES (65536) // that write() plans together, so that a block's erase takes the place of its sectors'
#define SAMPLE_BYTES (32) // a line of the CPU's cache
#define ALL (0xff) // regions

// One for each core. Private to this file.
typedef struct {
    const char *name;
    lx_litespi_t spi;
    nor_t nor;
    nor_write_t writer;
    bool taken; // spi is
    bool open; // nor is
    bool busy;
    bool bitstream_known;
    flash_facts_t facts;
    flash_range_t bitstream;
} chip_t;

typedef struct {
    mp_obj_base_t base;
    chip_t *chip;
    uint32_t start;
    uint32_t length;
    uint8_t named; // regions that may be written
    uint8_t *sector; // BLOCK_BYTES for writes of whole blocks, NULL: not yet
} litex_spiflash_obj_t;

static chip_t chips[SOC_LITESPI_COUNT];

static void spiflash_init(void) {
    for (size_t i = 0; i < SOC_LITESPI_COUNT; i++) {
        memset(&chips[i], 0, sizeof(chips[i]));
    }
}

PORT_MODULE(spiflash) = { .init = spiflash_init };

// ---- Errors -----------------------------------------------------------------------------------------------

// What a status of flash/ means to a user, with the errno.
static const struct {
    int8_t status;
    uint8_t error;
    const char *text;
} problems[] = {
    { LX_ENOFLASH, MP_ENODEV, "no flash answers" },
    { LX_EFLASHTYPE, MP_ENODEV, "a chip that is not known and has no SFDP" },
    { LX_EPROTECTED, MP_EROFS, "write-protected: call unprotect()" },
    { LX_EFLASHBUSY, MP_EBUSY, "the chip stays busy: cycle its power" },
    { LX_EFLASHERASE, MP_EIO, "a sector does not erase: the chip is worn out or faulty" },
    { LX_EFLASHPROGRAM, MP_EIO, "bytes do not become what was written: the chip is worn out or faulty" },
    { LX_EFLASHLOST, MP_EIO, "the chip does not answer any more" },
    { LX_EREACH, MP_EIO, "an erase cleared more than this chip's description says" },
    { LX_ETIMEDOUT, MP_ETIMEDOUT, "LiteSPI does not end a transfer" },
    { LX_EBUSY, MP_EBUSY, "in use by the code that this callback interrupted" },
    { LX_ENOTSUP, MP_EOPNOTSUPP, "this chip or core cannot do that" },
    { LX_EOVERFLOW, MP_EINVAL, "beyond the end of the flash" },
};

static MP_NORETURN void fail(chip_t *chip, int status, uint32_t address) {
    chip->busy = false;
    int error = MP_EIO;
    const char *text = "failed";
    for (size_t i = 0; i < MP_ARRAY_SIZE(problems); i++) {
        if (problems[i].status == status) {
            error = problems[i].error;
            text = problems[i].text;
        }
    }
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 96, &print);
    mp_printf(&print, "%s, 0x%06x: %s", chip->name, (unsigned int)address, text);
    mp_obj_t args[2] = { MP_OBJ_NEW_SMALL_INT(error), mp_obj_new_str_from_vstr(&vstr) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, 2, 0, args));
}

static void check(chip_t *chip, int status, uint32_t address) {
    if (status < 0) {
        if (chip->taken) {
            lx_litespi_drop(&chip->spi);
        }
        fail(chip, status, address);
    }
}

// ---- The chip ---------------------------------------------------------------------------------------------

static int poll(void *arg) {
    (void)arg;
    #if !SOC_HAS_INTERRUPT
    port_poll();
    #endif
    return LX_OK;
}

static void enter(chip_t *chip) {
    if (chip->busy) {
        mp_raise_OSError(MP_EBUSY);
    }
    chip->busy = true;
}

static void leave(chip_t *chip) {
    chip->busy = false;
}

static void open_chip(chip_t *chip) {
    if (chip->open) {
        return;
    }
    check(chip, nor_open(&chip->nor, (flash_bus_t) { &lx_litespi_ops, &chip->spi }), 0);
    chip->open = true;
    int status = lx_litespi_check_window(&chip->spi, 0);
    if (status != LX_ENOTSUP) {
        check(chip, status, 0);
    }
    if (nor_largest_sector(&chip->nor) > BLOCK_BYTES) {
        chip->open = false;
        check(chip, LX_ENOTSUP, 0);
    }
}

static void find_facts(chip_t *chip, const lx_litespi_regs_t *regs) {
    const soc_memory_t *rom = soc_memory_find("rom");
    bool boots = regs->base != 0 && regs->boot_address >= regs->base && regs->boot_address - regs->base < regs->size;
    bool in_flash = rom != NULL && regs->base != 0 && rom->base >= regs->base && rom->base - regs->base < regs->size;
    chip->facts = (flash_facts_t) {
        .size = regs->module_size != 0 ? regs->module_size : regs->size,
        .bios = in_flash ? rom->base - regs->base : FLASH_NONE,
        .bios_bytes = in_flash ? rom->size : 0,
        .boot = boots ? regs->boot_address - regs->base : FLASH_NONE,
        .stated = (uint8_t)regs->stated_regions,
        .statement = {
            { regs->bitstream_start, regs->bitstream_bytes }, { regs->bios_start, regs->bios_bytes },
            { regs->firmware_start, regs->firmware_bytes }, { regs->files_start, regs->files_bytes },
        },
    };
}

static chip_t *take_chip(const lx_litespi_regs_t *regs) {
    chip_t *chip = &chips[regs - soc_litespi];
    if (chip->taken) {
        return chip;
    }
    chip->name = regs->name;
    int status = lx_litespi_init(&chip->spi, regs, &port_clock, soc_identity.clock_hz);
    check(chip, status, 0);
    lx_litespi_on_wait(&chip->spi, poll, NULL);
    chip->taken = true;
    find_facts(chip, regs);
    if (chip->facts.size == 0) {
        open_chip(chip);
        chip->facts.size = chip->nor.size_bytes;
    }
    return chip;
}

static int read_flash(void *ctx, uint32_t address, uint8_t *data, size_t length) {
    chip_t *chip = ctx;
    if (!chip->open) {
        int status = lx_litespi_ops.read_mapped(&chip->spi, address, data, length);
        if (status != LX_ENOTSUP) {
            return status;
        }
        open_chip(chip);
    }
    return nor_read(&chip->nor, address, data, length);
}

static flash_range_t region(chip_t *chip, unsigned index) {
    if (1 << index != FLASH_BITSTREAM) {
        return flash_region(&chip->facts, index);
    }
    if (!chip->bitstream_known) {
        check(chip, flash_find_bitstream(&chip->facts, read_flash, chip, &chip->bitstream), 0);
        chip->bitstream_known = true;
    }
    return chip->bitstream;
}

// Refuse to change what is neither free nor named.
static void check_reserved(litex_spiflash_obj_t *self, uint32_t address, uint32_t length) {
    for (unsigned i = 0; i < FLASH_REGIONS; i++) {
        if ((1 << i & (self->named | FLASH_FILES)) != 0 || length == 0) {
            continue;
        }
        flash_range_t r = region(self->chip, i);
        if (address < r.start + r.length && r.start < address + length) {
            leave(self->chip);
            mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("0x%x to 0x%x of the flash are the %s's: name it to write there, SPIFlash(region='%s')"),
                (unsigned int)r.start, (unsigned int)(r.start + r.length), flash_region_names[i], flash_region_names[i]);
        }
    }
    if (self->named & FLASH_BITSTREAM) {
        self->chip->bitstream_known = false; // it may be another one then
    }
}

// ---- Construction -----------------------------------------------------------------------------------------

static uint32_t get_u32(mp_obj_t value) {
    mp_int_t number = mp_obj_get_int(value);
    if (number < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("must not be negative"));
    }
    return (uint32_t)number;
}

static unsigned region_index(const char *name) {
    for (unsigned i = 0; i < FLASH_REGIONS; i++) {
        if (strcmp(flash_region_names[i], name) == 0) {
            return i;
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("region must be 'bitstream', 'bios', 'firmware', 'files' or 'all'"));
}

static mp_obj_t litex_spiflash_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    enum { ARG_id, ARG_start, ARG_len, ARG_region, ARG_freq };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_id, MP_ARG_OBJ, {.u_obj = MP_OBJ_NEW_SMALL_INT(0)} },
        { MP_QSTR_start, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_len, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_region, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    const port_table_t table = PORT_TABLE(soc_litespi);
    chip_t *chip = take_chip(port_instance(args[ARG_id].u_obj, "spiflash", &table, 1, NULL));
    flash_range_t range = { 0, chip->facts.size };
    uint8_t named = 0;
    if (args[ARG_region].u_obj != mp_const_none) {
        const char *name = mp_obj_str_get_str(args[ARG_region].u_obj);
        if (strcmp(name, "all") == 0) {
            named = ALL;
        } else {
            unsigned index = region_index(name);
            range = region(chip, index);
            named = 1 << index;
        }
    } else if (args[ARG_start].u_obj == mp_const_none && args[ARG_len].u_obj == mp_const_none) {
        range = flash_region(&chip->facts, 3);
    }
    uint32_t start = args[ARG_start].u_obj != mp_const_none ? get_u32(args[ARG_start].u_obj) : 0;
    uint32_t room = start < range.length ? range.length - start : 0;
    uint32_t length = args[ARG_len].u_obj != mp_const_none ? get_u32(args[ARG_len].u_obj) : room;
    if (length > room || start % BLOCK_BYTES != 0 || length % BLOCK_BYTES != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("start and len must be multiples of %u within 0x%x bytes"), BLOCK_BYTES,
            (unsigned int)range.length);
    }
    if (args[ARG_freq].u_int != 0) {
        int status = lx_litespi_set_hz(&chip->spi, (uint32_t)args[ARG_freq].u_int, NULL);
        if (status == LX_EINVAL) {
            mp_raise_ValueError(MP_ERROR_TEXT("freq is below what the core's divisor can do"));
        }
        check(chip, status, 0);
    }
    litex_spiflash_obj_t *self = mp_obj_malloc(litex_spiflash_obj_t, type);
    self->chip = chip;
    self->start = range.start + start;
    self->length = length;
    self->named = named;
    self->sector = NULL;
    return MP_OBJ_FROM_PTR(self);
}

static void litex_spiflash_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "SPIFlash('%s', start=0x%x, len=0x%x)", self->chip->spi.regs->name, (unsigned int)self->start,
        (unsigned int)self->length);
}

// ---- Reading ----------------------------------------------------------------------------------------------

// The flash's address of `length` bytes at `offset` of the object.
static uint32_t address_of(litex_spiflash_obj_t *self, uint32_t offset, uint32_t length) {
    if (offset > self->length || length > self->length - offset) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("0x%x to 0x%x: this SPIFlash has 0x%x bytes"),
            (unsigned int)offset, (unsigned int)(offset + length), (unsigned int)self->length);
    }
    return self->start + offset;
}

static void read_bytes(litex_spiflash_obj_t *self, uint32_t offset, void *data, size_t length) {
    uint32_t address = address_of(self, offset, length);
    enter(self->chip);
    check(self->chip, read_flash(self->chip, address, data, length), address);
    leave(self->chip);
}

// readinto(buf, addr=0)
static mp_obj_t spiflash_readinto(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(args[1], &info, MP_BUFFER_WRITE);
    read_bytes(MP_OBJ_TO_PTR(args[0]), n_args > 2 ? get_u32(args[2]) : 0, info.buf, info.len);
    return MP_OBJ_NEW_SMALL_INT(info.len);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(spiflash_readinto_obj, 2, 3, spiflash_readinto);

// The mapped region itself. What is erased or written later shows in it.
static mp_int_t litex_spiflash_get_buffer(mp_obj_t self_in, mp_buffer_info_t *info, mp_uint_t flags) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    chip_t *chip = self->chip;
    uint8_t byte;
    if ((flags & MP_BUFFER_WRITE) || self->length == 0) {
        return 1;
    }
    // Reads past the cache, which so has nothing old; and refuses what is not mapped.
    if (lx_litespi_ops.read_mapped(&chip->spi, self->start + self->length - 1, &byte, 1) != LX_OK) {
        return 1;
    }
    info->buf = (void *)(uintptr_t)(chip->spi.regs->base + self->start);
    info->len = self->length;
    info->typecode = 'B';
    return 0;
}

// ---- Writing ----------------------------------------------------------------------------------------------

// Whether data lies in the region, which cannot be read while the master has the chip.
static bool is_mapped(const chip_t *chip, const void *data) {
    const lx_litespi_regs_t *regs = chip->spi.regs;
    return regs->base != 0 && (uintptr_t)data >= regs->base && (uintptr_t)data - regs->base < regs->size;
}

// Compare, erase, program and verify whole blocks.
static void write_block(litex_spiflash_obj_t *self, uint32_t address, const uint8_t *data, size_t length) {
    chip_t *chip = self->chip;
    check(chip, nor_write_open(&chip->writer, &chip->nor, address, length, self->sector, BLOCK_BYTES, 0), address);
    check(chip, nor_write(&chip->writer, data, length), chip->writer.report.bad_address);
    check(chip, nor_write_finish(&chip->writer), chip->writer.report.bad_address);
}

// Program and verify what an erase of the block has prepared.
static void program(chip_t *chip, uint32_t address, const uint8_t *data, size_t length) {
    uint8_t back[64];
    while (length > 0) {
        uint32_t page = chip->nor.page_bytes;
        size_t n = page - (address & (page - 1));
        n = n < length ? n : length;
        if (!nor_is_blank(data, n)) {
            check(chip, nor_program(&chip->nor, address, data, n), address);
        }
        for (size_t done = 0; done < n; done += sizeof(back)) {
            size_t part = n - done < sizeof(back) ? n - done : sizeof(back);
            check(chip, nor_read(&chip->nor, address + done, back, part), address);
            if (memcmp(back, data + done, part) != 0) {
                check(chip, LX_EFLASHPROGRAM, address + done);
            }
        }
        address += n;
        data += n;
        length -= n;
    }
}

static void erase_block(chip_t *chip, uint32_t address) {
    uint32_t bad;
    int status = nor_check_blank(&chip->nor, address, BLOCK_BYTES, &bad);
    if (status == LX_EFLASHERASE) {
        status = nor_erase_range(&chip->nor, address, BLOCK_BYTES, &bad);
    }
    check(chip, status, address);
}

static void begin_change(litex_spiflash_obj_t *self, uint32_t address, uint32_t length) {
    if (self->sector == NULL) {
        self->sector = m_new(uint8_t, BLOCK_BYTES);
    }
    enter(self->chip);
    open_chip(self->chip);
    check_reserved(self, address, length);
}

// readblocks(block, buf[, offset])
static mp_obj_t spiflash_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(args[2], &info, MP_BUFFER_WRITE);
    uint32_t offset = n_args > 3 ? get_u32(args[3]) : 0;
    read_bytes(MP_OBJ_TO_PTR(args[0]), get_u32(args[1]) * BLOCK_BYTES + offset, info.buf, info.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(spiflash_readblocks_obj, 3, 4, spiflash_readblocks);

// writeblocks(block, buf[, offset]): with an offset, the block was erased by ioctl().
static mp_obj_t spiflash_writeblocks(size_t n_args, const mp_obj_t *args) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t info;
    mp_get_buffer_raise(args[2], &info, MP_BUFFER_READ);
    uint32_t offset = n_args > 3 ? get_u32(args[3]) : 0;
    uint32_t address = address_of(self, get_u32(args[1]) * BLOCK_BYTES + offset, info.len);
    if (is_mapped(self->chip, info.buf)) {
        info.buf = memcpy(m_new(uint8_t, info.len), info.buf, info.len);
    }
    begin_change(self, address, info.len);
    if (n_args > 3) {
        program(self->chip, address, info.buf, info.len);
    } else {
        write_block(self, address, info.buf, info.len);
    }
    leave(self->chip);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(spiflash_writeblocks_obj, 3, 4, spiflash_writeblocks);

static mp_obj_t spiflash_ioctl(mp_obj_t self_in, mp_obj_t op, mp_obj_t arg) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (mp_obj_get_int(op)) {
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(self->length / BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE: {
            uint32_t address = address_of(self, get_u32(arg) * BLOCK_BYTES, BLOCK_BYTES);
            begin_change(self, address, BLOCK_BYTES);
            erase_block(self->chip, address);
            leave(self->chip);
            return MP_OBJ_NEW_SMALL_INT(0);
        }
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(spiflash_ioctl_obj, spiflash_ioctl);

// erased(): all of it reads as erased flash does. A beginning of each block is looked at first, as that is where data
// begins: where there is some, it takes 13 us for a block, else the time to read all.
static mp_obj_t spiflash_erased(mp_obj_t self_in) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    static const uint32_t looks[] = { SAMPLE_BYTES, BLOCK_BYTES };
    int status = LX_OK;
    for (size_t i = 0; i < MP_ARRAY_SIZE(looks) && status == LX_OK; i++) {
        for (uint32_t at = 0; at < self->length && status == LX_OK; at += BLOCK_BYTES) {
            uint32_t bad;
            enter(self->chip);
            open_chip(self->chip);
            status = nor_check_blank(&self->chip->nor, self->start + at, looks[i], &bad);
            leave(self->chip);
            if (status != LX_EFLASHERASE) {
                check(self->chip, status, self->start + at);
            }
            if (at % WRITE_BYTES == 0) {
                mp_handle_pending(true);
            }
        }
    }
    return mp_obj_new_bool(status == LX_OK);
}
static MP_DEFINE_CONST_FUN_OBJ_1(spiflash_erased_obj, spiflash_erased);

static void put(mp_obj_t dict, qstr key, mp_obj_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), value);
}

static void put_uint(mp_obj_t dict, qstr key, uint32_t value) {
    put(dict, key, mp_obj_new_int_from_uint(value));
}

static mp_obj_t report_of(const nor_report_t *r, uint32_t ms) {
    mp_obj_t d = mp_obj_new_dict(8);
    put_uint(d, MP_QSTR_bytes, r->bytes);
    put_uint(d, MP_QSTR_same, r->skipped);
    put_uint(d, MP_QSTR_erased, r->erased);
    put_uint(d, MP_QSTR_written, r->written);
    put_uint(d, MP_QSTR_verified, r->verified);
    put_uint(d, MP_QSTR_retries, r->retries);
    put_uint(d, MP_QSTR_crc32, r->crc32);
    put_uint(d, MP_QSTR_ms, ms);
    return d;
}

// A buffer that is written, or a stream that is read to its end through `chunk`.
typedef struct {
    mp_buffer_info_t buffer;
    size_t taken; // of the buffer
    mp_obj_t stream; // MP_OBJ_NULL: the buffer
    bool close;
} source_t;

static void open_source(source_t *source, mp_obj_t from) {
    *source = (source_t) { .stream = MP_OBJ_NULL };
    if (mp_obj_is_str(from)) {
        mp_obj_t args[2] = { from, MP_OBJ_NEW_QSTR(MP_QSTR_rb) };
        source->stream = mp_vfs_open(2, args, (mp_map_t *)&mp_const_empty_map);
        source->close = true;
    } else if (!mp_get_buffer(from, &source->buffer, MP_BUFFER_READ)) {
        mp_get_stream_raise(from, MP_STREAM_OP_READ);
        source->stream = from;
    }
}

// The next *n bytes of a source, 0 at its end: of a buffer at most `room`, of a stream or of the flash itself a chunk.
static const uint8_t *take(source_t *source, uint8_t *chunk, size_t room, size_t *n) {
    if (source->stream != MP_OBJ_NULL) {
        int error;
        *n = mp_stream_rw(source->stream, chunk, CHUNK_BYTES, &error, MP_STREAM_RW_READ);
        if (error != 0) {
            mp_raise_OSError(error);
        }
        return chunk;
    }
    const uint8_t *data = (const uint8_t *)source->buffer.buf + source->taken;
    size_t most = chunk != NULL ? CHUNK_BYTES : room;
    *n = source->buffer.len - source->taken;
    *n = *n < most ? *n : most;
    source->taken += *n;
    return chunk != NULL ? memcpy(chunk, data, *n) : data;
}

// Pushes all of the source: a buffer in the stretches that are planned together, so that they need not be copied. In
// between callbacks and Ctrl-C have their turn, with the flash idle.
static void push_source(litex_spiflash_obj_t *self, source_t *source, uint8_t *chunk, uint32_t address) {
    chip_t *chip = self->chip;
    uint32_t total = 0;
    for (;;) {
        size_t n;
        leave(chip);
        mp_handle_pending(true);
        const uint8_t *data = take(source, chunk, WRITE_BYTES - (address + total) % WRITE_BYTES, &n);
        enter(chip);
        if (n == 0) {
            break;
        }
        if (n > self->length - (address - self->start) - total) {
            check(chip, LX_EOVERFLOW, self->start + self->length);
        }
        check_reserved(self, address + total, n);
        check(chip, nor_write(&chip->writer, data, n), chip->writer.report.bad_address);
        total += n;
    }
    check(chip, nor_write_finish(&chip->writer), chip->writer.report.bad_address);
}

// write(source, addr=0): a buffer, a stream or the path of a file. The report of what was done.
static mp_obj_t spiflash_write(size_t n_args, const mp_obj_t *args) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    chip_t *chip = self->chip;
    uint32_t offset = n_args > 2 ? get_u32(args[2]) : 0;
    uint32_t address = address_of(self, offset, 0);
    if (offset % BLOCK_BYTES != 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("addr must be a multiple of %u"), BLOCK_BYTES);
    }
    source_t source;
    open_source(&source, args[1]);
    // The heap may have no such piece in a row.
    uint8_t *plan = m_new_maybe(uint8_t, WRITE_BYTES);
    bool chunked = source.stream != MP_OBJ_NULL || is_mapped(chip, source.buffer.buf);
    uint8_t *chunk = chunked ? m_new(uint8_t, CHUNK_BYTES) : NULL;
    mp_uint_t start = mp_hal_ticks_ms();
    begin_change(self, address, source.buffer.len);
    check(chip, nor_write_open(&chip->writer, &chip->nor, address, 0, plan != NULL ? plan : self->sector,
        plan != NULL ? WRITE_BYTES : BLOCK_BYTES, 0), address);
    push_source(self, &source, chunk, address);
    leave(chip);
    m_del(uint8_t, plan, plan != NULL ? WRITE_BYTES : 0);
    if (source.close) {
        mp_stream_close(source.stream);
    }
    return report_of(&chip->writer.report, mp_hal_ticks_ms() - start);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(spiflash_write_obj, 2, 3, spiflash_write);

// ---- The chip's state -------------------------------------------------------------------------------------

static mp_obj_t range_tuple(uint32_t start, uint32_t length) {
    mp_obj_t items[2] = { mp_obj_new_int_from_uint(start), mp_obj_new_int_from_uint(length) };
    return mp_obj_new_tuple(2, items);
}

// info(): chip, clock, protection, and what lies where.
static mp_obj_t spiflash_info(mp_obj_t self_in) {
    static const qstr quad[] = { MP_QSTR_unknown, MP_QSTR_none, MP_QSTR_off, MP_QSTR_on };
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    chip_t *chip = self->chip;
    const nor_t *nor = &chip->nor;
    nor_status_t status;
    enter(chip);
    open_chip(chip);
    check(chip, nor_status(&chip->nor, &status), 0);
    mp_obj_t regions = mp_obj_new_dict(FLASH_REGIONS);
    for (unsigned i = 0; i < FLASH_REGIONS; i++) {
        flash_range_t r = region(chip, i);
        mp_obj_dict_store(regions, mp_obj_new_str_from_cstr(flash_region_names[i]), range_tuple(r.start, r.length));
    }
    leave(chip);
    mp_obj_t d = mp_obj_new_dict(17);
    put(d, MP_QSTR_core, mp_obj_new_str_from_cstr(chip->spi.regs->name));
    put_uint(d, MP_QSTR_start, self->start);
    put_uint(d, MP_QSTR_len, self->length);
    put(d, MP_QSTR_name, mp_obj_new_str_from_cstr(nor->name));
    put(d, MP_QSTR_id, mp_obj_new_bytes(nor->id, 3));
    put_uint(d, MP_QSTR_size, nor->size_bytes);
    put_uint(d, MP_QSTR_page, nor->page_bytes);
    put_uint(d, MP_QSTR_sector, nor_largest_sector(nor));
    put(d, MP_QSTR_sfdp, mp_obj_new_bool(nor->has_sfdp));
    put_uint(d, MP_QSTR_freq, lx_litespi_hz(&chip->spi));
    put(d, MP_QSTR_mapped, chip->spi.window != 0 ? range_tuple(chip->spi.regs->base, chip->spi.window) : mp_const_none);
    put(d, MP_QSTR_status, mp_obj_new_bytes(status.sr, status.registers));
    put(d, MP_QSTR_protected, status.known ? range_tuple(status.start, status.length) : mp_const_none);
    put(d, MP_QSTR_locked, mp_obj_new_bool(status.locked));
    put(d, MP_QSTR_quad, MP_OBJ_NEW_QSTR(quad[status.quad]));
    put(d, MP_QSTR_regions, regions);
    return d;
}
static MP_DEFINE_CONST_FUN_OBJ_1(spiflash_info_obj, spiflash_info);

static void set_protection(chip_t *chip, uint32_t start, uint32_t length) {
    enter(chip);
    open_chip(chip);
    int status = nor_protect(&chip->nor, start, length);
    if (status == LX_EINVAL) {
        leave(chip);
        mp_raise_ValueError(MP_ERROR_TEXT("this chip cannot protect just that: try the lower or upper half, or a power of two"));
    }
    check(chip, status, start);
    leave(chip);
}

// protect(start, length): addresses of the flash.
static mp_obj_t spiflash_protect(mp_obj_t self_in, mp_obj_t start, mp_obj_t length) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    set_protection(self->chip, get_u32(start), get_u32(length));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(spiflash_protect_obj, spiflash_protect);

static mp_obj_t spiflash_unprotect(mp_obj_t self_in) {
    litex_spiflash_obj_t *self = MP_OBJ_TO_PTR(self_in);
    set_protection(self->chip, 0, 0);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(spiflash_unprotect_obj, spiflash_unprotect);

static const mp_rom_map_elem_t litex_spiflash_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&spiflash_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&spiflash_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&spiflash_ioctl_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&spiflash_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&spiflash_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_erased), MP_ROM_PTR(&spiflash_erased_obj) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&spiflash_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_protect), MP_ROM_PTR(&spiflash_protect_obj) },
    { MP_ROM_QSTR(MP_QSTR_unprotect), MP_ROM_PTR(&spiflash_unprotect_obj) },
};
static MP_DEFINE_CONST_DICT(litex_spiflash_locals, litex_spiflash_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_spiflash_type,
    MP_QSTR_SPIFlash,
    MP_TYPE_FLAG_NONE,
    make_new, litex_spiflash_make_new,
    print, litex_spiflash_print,
    buffer, litex_spiflash_get_buffer,
    locals_dict, &litex_spiflash_locals
    );

#endif
