// SPDX-License-Identifier: MIT
// machine.SDCard over lx_sd, on LiteSDCard or on the SPI master of spisdcard: a block device of 512-byte sectors. The card
// is looked for at the first use and whenever a file system is mounted, not when the object is made: present() tells
// whether there is one. A slot has one object: each call returns the same.

#include <stdarg.h>
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "extmod/vfs.h"

#include "bindings/classes.h"
#include "bindings/instance.h"
#include "drivers/lx_sdcard.h"
#include "drivers/lx_sdspi.h"
#include "module.h"
#include "soc_config.h"
#include "soc_instances.h"

#if PORT_MACHINE_SDCARD

#define SECTOR LX_SD_SECTOR_BYTES
#define SLOTS ((SOC_HAS_SDCARD ? 4 : 0) + (SOC_HAS_SPI_SDCARD ? 4 : 0))

typedef struct {
    mp_obj_base_t base;
    const char *name;
    const lx_sd_transport_t *ops;
    lx_sd_options_t options;
    bool lost;              // until it is initialized again
    union {
        lx_sdcard_t core;
        lx_sdspi_t spi;
    } transport;
    lx_sd_t card;
} machine_sdcard_obj_t;

// The objects are in the heap, which the next virtual machine has anew.
static void sdcard_init(void) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(MP_STATE_PORT(machine_sdcard_slots)); i++) {
        MP_STATE_PORT(machine_sdcard_slots)[i] = NULL;
    }
}

PORT_MODULE(sdcard) = { .init = sdcard_init };

// What is between a descriptor and a transport.
typedef struct {
    port_table_t table;
    const lx_sd_transport_t *ops;
    int (*init)(machine_sdcard_obj_t *self, const void *regs);
} sdcard_core_t;

#if SOC_HAS_SDCARD
static int core_init(machine_sdcard_obj_t *self, const void *regs) {
    return lx_sdcard_init(&self->transport.core, regs, SOC_CLOCK_HZ);
}
#endif

#if SOC_HAS_SPI_SDCARD
static int spi_init(machine_sdcard_obj_t *self, const void *regs) {
    return lx_sdspi_init(&self->transport.spi, regs, SOC_CLOCK_HZ);
}
#endif

static const sdcard_core_t cores[] = {
    #if SOC_HAS_SDCARD
    { PORT_TABLE(soc_sdcard), &lx_sdcard_transport, core_init },
    #endif
    #if SOC_HAS_SPI_SDCARD
    { PORT_TABLE(soc_spi_sdcard), &lx_sdspi_transport, spi_init },
    #endif
};

static const struct {
    int8_t status;
    uint8_t errno_;
    const char *text;
} errors[] = {
    { LX_ENOCARD, MP_ENODEV, "no card in the slot, or it does not answer: put one in, then mount it again" },
    { LX_ECARDTYPE, MP_EOPNOTSUPP, "a card that is not known: SD, SDHC or SDXC at 3.3 V is needed" },
    { LX_ECARDINIT, MP_ETIMEDOUT, "the card does not end its initialization in a second: take it out and put it in again" },
    { LX_ECARDLOST, MP_ENODEV, "the card was pulled out or lost its power: put it in, then mount it again" },
    { LX_ECARDBUSY, MP_ETIMEDOUT, "the card stays busy for longer than half a second: take it out and put it in again" },
    { LX_ECARDDATA, MP_ETIMEDOUT, "the card sends no data for that sector" },
    { LX_ECARDCRC, MP_EIO, "data from or to the card has wrong CRCs, also at a low clock: look at wires and supply" },
    { LX_ECARDREAD, MP_EIO, "the card says that it cannot read that sector" },
    { LX_ECARDWRITE, MP_EIO, "the card says that it cannot write that sector" },
    { LX_ECARDPROTECTED, MP_EROFS, "the card is write-protected" },
    { LX_ECARDVERIFY, MP_EIO, "what was written does not read back the same" },
    { LX_ECARDHUNG, MP_EIO, "the card went away or stays busy while it was written, and LiteSDCard waits for it for ever: "
      "only a reset of the SoC ends that (machine.reset())" },
    { LX_ENOTSUP, MP_EOPNOTSUPP, "this core cannot read and write cards, or not with that width" },
    { LX_ETIMEDOUT, MP_ETIMEDOUT, "the card does not answer that command" },
};

static void check(machine_sdcard_obj_t *self, int status) {
    if (status == LX_OK) {
        return;
    }
    self->lost = self->lost || !self->card.ready;
    if (status == LX_EINVAL) {
        mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("%s: beyond the end of the card, which has %u sectors"), self->name,
            (unsigned)self->card.info.sectors);
    }
    mp_int_t number = MP_EIO;
    const char *text = status_text(status);
    for (size_t i = 0; i < MP_ARRAY_SIZE(errors); i++) {
        if (errors[i].status == status) {
            number = errors[i].errno_;
            text = errors[i].text;
        }
    }
    vstr_t vstr;
    vstr_init(&vstr, 64);
    vstr_printf(&vstr, "%s: %s", self->name, text);
    mp_obj_t args[] = { MP_OBJ_NEW_SMALL_INT(number), mp_obj_new_str_from_vstr(&vstr) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, 2, 0, args));
}

static void start(machine_sdcard_obj_t *self) {
    self->lost = false;
    check(self, lx_sd_init(&self->card, self->ops, &self->transport, &self->options));
}

// A card that was lost is not looked for again by itself: it may be another one.
static void need_card(machine_sdcard_obj_t *self) {
    if (self->lost) {
        check(self, self->card.ready ? LX_OK : LX_ECARDLOST);
    }
    if (!self->card.ready) {
        start(self);
    }
}

static void machine_sdcard_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const machine_sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "SDCard('%s'", self->name);
    if (self->card.ready) {
        mp_printf(print, ", width=%u, freq=%u", self->card.lines, (unsigned)self->card.hz);
    }
    mp_printf(print, "%s)", self->options.verify ? ", verify=True" : "");
}

static machine_sdcard_obj_t *find_slot(const void *regs, const sdcard_core_t *core) {
    const char *name = *(const char *const *)regs;
    size_t free_slot = SLOTS;
    for (size_t i = SLOTS; i-- > 0;) {
        machine_sdcard_obj_t *self = MP_STATE_PORT(machine_sdcard_slots)[i];
        if (self != NULL && self->name == name) {
            return self;
        }
        free_slot = self == NULL ? i : free_slot;
    }
    machine_sdcard_obj_t *self = m_new_obj(machine_sdcard_obj_t);
    memset(self, 0, sizeof(*self));
    self->base.type = &machine_sdcard_type;
    self->name = name;
    self->ops = core->ops;
    check(self, core->init(self, regs));
    if (free_slot < SLOTS) {
        MP_STATE_PORT(machine_sdcard_slots)[free_slot] = self;
    }
    return self;
}

static mp_obj_t machine_sdcard_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    (void)type;
    enum { ARG_slot, ARG_width, ARG_freq, ARG_verify };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_slot, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)} },
        { MP_QSTR_width, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_freq, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_verify, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    port_table_t tables[MP_ARRAY_SIZE(cores)];
    for (size_t i = 0; i < MP_ARRAY_SIZE(cores); i++) {
        tables[i] = cores[i].table;
    }
    lx_sd_options_t options = { .verify = args[ARG_verify].u_bool };
    if (args[ARG_freq].u_obj != mp_const_none) {
        mp_int_t freq = mp_obj_get_int(args[ARG_freq].u_obj);
        if (freq < LX_SD_INIT_HZ) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("freq must be %d or more"), LX_SD_INIT_HZ);
        }
        options.max_hz = (uint32_t)freq;
    }
    size_t which;
    const void *regs = port_instance(args[ARG_slot].u_obj, "sdcard", tables, MP_ARRAY_SIZE(cores), &which);
    machine_sdcard_obj_t *self = find_slot(regs, &cores[which]);
    if (args[ARG_width].u_obj != mp_const_none) {
        mp_int_t width = mp_obj_get_int(args[ARG_width].u_obj);
        if (width < 0 || self->ops->set_lines(&self->transport, (unsigned)width) != LX_OK) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("core '%s' has no width=%d: leave it out"), self->name,
                (int)width);
        }
        options.lines = (uint8_t)width;
    }
    // Other options count from the next initialization on.
    if (options.max_hz != self->options.max_hz || options.lines != self->options.lines) {
        self->card.ready = false;
    }
    self->options = options;
    self->card.options.verify = options.verify;
    return MP_OBJ_FROM_PTR(self);
}

// A part of a sector, by way of a whole one.
static void partial(machine_sdcard_obj_t *self, uint32_t sector, size_t offset, uint8_t *data, size_t n, bool write) {
    uint8_t *block = m_new(uint8_t, SECTOR);
    check(self, lx_sd_read(&self->card, sector, block, 1));
    if (write) {
        memcpy(block + offset, data, n);
        check(self, lx_sd_write(&self->card, sector, block, 1));
    } else {
        memcpy(data, block + offset, n);
    }
    m_del(uint8_t, block, SECTOR);
}

static mp_obj_t transfer(size_t n_args, const mp_obj_t *args, bool write) {
    machine_sdcard_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[2], &buf, write ? MP_BUFFER_READ : MP_BUFFER_WRITE);
    uint32_t sector = (uint32_t)mp_obj_get_int_truncated(args[1]);
    mp_int_t offset = n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    uint8_t *data = buf.buf;
    size_t left = buf.len;
    if (offset < 0 || (n_args <= 3 && left % SECTOR != 0)) {
        mp_raise_ValueError(MP_ERROR_TEXT("blocks have 512 bytes"));
    }
    need_card(self);
    sector += (uint32_t)offset / SECTOR;
    offset %= SECTOR;
    while (left > 0) {
        size_t n;
        if (offset != 0 || left < SECTOR) {
            n = MIN(left, (size_t)(SECTOR - offset));
            partial(self, sector, (size_t)offset, data, n, write);
            offset = 0;
            sector++;
        } else {
            uint32_t sectors = left / SECTOR;
            n = sectors * SECTOR;
            check(self, write ? lx_sd_write(&self->card, sector, data, sectors) : lx_sd_read(&self->card, sector, data, sectors));
            sector += sectors;
        }
        data += n;
        left -= n;
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}

// readblocks(block, buf[, offset])
static mp_obj_t machine_sdcard_readblocks(size_t n_args, const mp_obj_t *args) {
    return transfer(n_args, args, false);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(machine_sdcard_readblocks_obj, 3, 4, machine_sdcard_readblocks);

// writeblocks(block, buf[, offset])
static mp_obj_t machine_sdcard_writeblocks(size_t n_args, const mp_obj_t *args) {
    return transfer(n_args, args, true);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(machine_sdcard_writeblocks_obj, 3, 4, machine_sdcard_writeblocks);

// ioctl(op, arg): a file system that is mounted asks for the card anew.
static mp_obj_t machine_sdcard_ioctl(mp_obj_t self_in, mp_obj_t op, mp_obj_t arg) {
    (void)arg;
    machine_sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (mp_obj_get_int(op)) {
        case MP_BLOCKDEV_IOCTL_INIT:
            if (self->lost || !self->card.ready || lx_sd_check(&self->card) != LX_OK) {
                start(self);
            }
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:
            return MP_OBJ_NEW_SMALL_INT(0);
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            need_card(self);
            return mp_obj_new_int_from_uint(self->card.info.sectors);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(SECTOR);
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(machine_sdcard_ioctl_obj, machine_sdcard_ioctl);

static void put(mp_obj_t dict, qstr key, mp_obj_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), value);
}

static mp_obj_t text(const char *format, ...) {
    vstr_t vstr;
    va_list args;
    vstr_init(&vstr, 16);
    va_start(args, format);
    vstr_vprintf(&vstr, format, args);
    va_end(args);
    return mp_obj_new_str_from_vstr(&vstr);
}

// info() -> dict: the card's registers in words, and how it is driven.
static mp_obj_t machine_sdcard_info(mp_obj_t self_in) {
    static const char *const kinds[] = { [LX_SD_SDSC] = "SDSC", [LX_SD_SDHC] = "SDHC", [LX_SD_SDXC] = "SDXC" };
    machine_sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    need_card(self);
    const lx_sd_t *card = &self->card;
    const lx_sd_info_t *info = &card->info;
    mp_obj_t dict = mp_obj_new_dict(20);
    put(dict, MP_QSTR_kind, text("%s", kinds[info->kind]));
    put(dict, MP_QSTR_size, mp_obj_new_int_from_ull((uint64_t)info->sectors * SECTOR));
    put(dict, MP_QSTR_mode, text("%s", self->ops->spi ? "SPI" : "SD"));
    put(dict, MP_QSTR_width, MP_OBJ_NEW_SMALL_INT(card->lines));
    put(dict, MP_QSTR_freq, mp_obj_new_int_from_uint(card->hz));
    put(dict, MP_QSTR_high_speed, mp_obj_new_bool(card->high_speed));
    put(dict, MP_QSTR_lowered, MP_OBJ_NEW_SMALL_INT(card->lowered));
    put(dict, MP_QSTR_verify, mp_obj_new_bool(card->options.verify));
    put(dict, MP_QSTR_protected, mp_obj_new_bool(info->protected_));
    put(dict, MP_QSTR_manufacturer, MP_OBJ_NEW_SMALL_INT(info->manufacturer));
    put(dict, MP_QSTR_oem, text("%s", info->oem));
    put(dict, MP_QSTR_name, text("%s", info->name));
    put(dict, MP_QSTR_revision, text("%u.%u", info->revision >> 4, info->revision & 15));
    put(dict, MP_QSTR_serial, mp_obj_new_int_from_uint(info->serial));
    put(dict, MP_QSTR_made, text("%u-%02u", info->year, info->month));
    put(dict, MP_QSTR_version, text("%u.%02u", info->version / 100, info->version % 100));
    put(dict, MP_QSTR_cmd23, mp_obj_new_bool(info->cmd23));
    put(dict, MP_QSTR_cid, mp_obj_new_bytes(info->cid, sizeof(info->cid)));
    put(dict, MP_QSTR_csd, mp_obj_new_bytes(info->csd, sizeof(info->csd)));
    put(dict, MP_QSTR_scr, mp_obj_new_bytes(info->scr, sizeof(info->scr)));
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_sdcard_info_obj, machine_sdcard_info);

// present() -> bool: whether a card answers now.
static mp_obj_t machine_sdcard_present(mp_obj_t self_in) {
    machine_sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->ops->present != NULL && !self->ops->present(&self->transport)) {
        return mp_const_false;
    }
    if (self->card.ready) {
        int status = lx_sd_check(&self->card);
        self->lost = self->lost || !self->card.ready;
        return mp_obj_new_bool(status == LX_OK);
    }
    // Nothing is mounted on a card that is not ready, or it is lost for it.
    lx_sd_t *card = m_new_obj(lx_sd_t);
    int status = lx_sd_init(card, self->ops, &self->transport, &self->options);
    if (!self->lost && status == LX_OK) {
        self->card = *card;
    }
    m_del_obj(lx_sd_t, card);
    return mp_obj_new_bool(status == LX_OK);
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_sdcard_present_obj, machine_sdcard_present);

// deinit(): leave the card as it is after power-on; the next use initializes it.
static mp_obj_t machine_sdcard_deinit(mp_obj_t self_in) {
    machine_sdcard_obj_t *self = MP_OBJ_TO_PTR(self_in);
    lx_sd_end(&self->card);
    self->lost = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_sdcard_deinit_obj, machine_sdcard_deinit);

static const mp_rom_map_elem_t machine_sdcard_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&machine_sdcard_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&machine_sdcard_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&machine_sdcard_ioctl_obj) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&machine_sdcard_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_present), MP_ROM_PTR(&machine_sdcard_present_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&machine_sdcard_deinit_obj) },
};
static MP_DEFINE_CONST_DICT(machine_sdcard_locals_dict, machine_sdcard_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_sdcard_type,
    MP_QSTR_SDCard,
    MP_TYPE_FLAG_NONE,
    make_new, machine_sdcard_make_new,
    print, machine_sdcard_print,
    locals_dict, &machine_sdcard_locals_dict
    );

MP_REGISTER_ROOT_POINTER(void *machine_sdcard_slots[8]);

#endif
