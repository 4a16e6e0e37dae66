// SPDX-License-Identifier: MIT
// A block device over the memory that the linker script leaves between the heap and the end of main RAM,
// after MicroPython's extended block device interface (docs/library/os.rst), and its mounting.

#include "ramdisk.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/mpprint.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "extmod/vfs_lfs.h"

#include "size_class.h"

// Small blocks: each file takes one at least.
#define BLOCK_BYTES (PORT_RAMDISK_BYTES >= 0x40000 ? 1024 : 512)

extern uint8_t __ramdisk_start[];

static const mp_obj_base_t ramdisk_obj = { &ramdisk_type };

static mp_obj_t ramdisk_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&ramdisk_obj);
}

// The bytes that (block, buf, offset=0) means; raises where they are not all on the disk.
static uint8_t *range(size_t n_args, const mp_obj_t *args, mp_buffer_info_t *buf, mp_uint_t flags) {
    mp_get_buffer_raise(args[2], buf, flags);
    mp_uint_t block = (mp_uint_t)mp_obj_get_int(args[1]);
    mp_uint_t offset = n_args > 3 ? (mp_uint_t)mp_obj_get_int(args[3]) : 0;
    if (block > PORT_RAMDISK_BYTES / BLOCK_BYTES || offset > PORT_RAMDISK_BYTES
        || buf->len > PORT_RAMDISK_BYTES || block * BLOCK_BYTES + offset + buf->len > PORT_RAMDISK_BYTES) {
        mp_raise_OSError(MP_EINVAL);
    }
    return __ramdisk_start + block * BLOCK_BYTES + offset;
}

static mp_obj_t ramdisk_readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    uint8_t *p = range(n_args, args, &buf, MP_BUFFER_WRITE);
    memcpy(buf.buf, p, buf.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ramdisk_readblocks_obj, 3, 4, ramdisk_readblocks);

static mp_obj_t ramdisk_writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t buf;
    uint8_t *p = range(n_args, args, &buf, MP_BUFFER_READ);
    memcpy(p, buf.buf, buf.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ramdisk_writeblocks_obj, 3, 4, ramdisk_writeblocks);

static mp_obj_t ramdisk_ioctl(mp_obj_t self, mp_obj_t op_in, mp_obj_t arg) {
    (void)self;
    (void)arg;
    switch (mp_obj_get_int(op_in)) {
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT:
            return MP_OBJ_NEW_SMALL_INT(PORT_RAMDISK_BYTES / BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE:
            return MP_OBJ_NEW_SMALL_INT(BLOCK_BYTES);
        case MP_BLOCKDEV_IOCTL_INIT:
        case MP_BLOCKDEV_IOCTL_DEINIT:
        case MP_BLOCKDEV_IOCTL_SYNC:
        case MP_BLOCKDEV_IOCTL_BLOCK_ERASE:     // RAM needs no erase.
            return MP_OBJ_NEW_SMALL_INT(0);
        default:
            return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(ramdisk_ioctl_obj, ramdisk_ioctl);

static const mp_rom_map_elem_t ramdisk_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&ramdisk_readblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&ramdisk_writeblocks_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&ramdisk_ioctl_obj) },
};
static MP_DEFINE_CONST_DICT(ramdisk_locals_dict, ramdisk_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    ramdisk_type,
    MP_QSTR_RAMDisk,
    MP_TYPE_FLAG_NONE,
    make_new, ramdisk_make_new,
    locals_dict, &ramdisk_locals_dict
    );

static void format_disk(void) {
    mp_obj_t args[3] = { MP_OBJ_NULL, MP_OBJ_NULL, MP_OBJ_FROM_PTR(&ramdisk_obj) };
    mp_load_method(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2), MP_QSTR_mkfs, args);
    // A static method: load_method leaves no self.
    mp_call_function_1(args[0], MP_OBJ_FROM_PTR(&ramdisk_obj));
}

static bool try_mount(bool format) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return false;
    }
    if (format) {
        format_disk();
    }
    mp_obj_t disk = MP_OBJ_FROM_PTR(&ramdisk_obj);
    mp_obj_t vfs = MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_lfs2, make_new)(&mp_type_vfs_lfs2, 1, 0, &disk);
    mp_obj_t args[2] = { vfs, MP_OBJ_NEW_QSTR(MP_QSTR__slash_) };
    mp_vfs_mount(MP_ARRAY_SIZE(args), args, (mp_map_t *)&mp_const_empty_map);
    MP_STATE_PORT(vfs_cur) = MP_STATE_PORT(vfs_mount_table);
    nlr_pop();
    return true;
}

void ramdisk_mount(bool format) {
    if (format) {
        // An older superblock with a higher revision must not win over the one that is written now.
        memset(__ramdisk_start, 0xff, 2 * BLOCK_BYTES);
    }
    if (!try_mount(format) && (format || !try_mount(true))) {
        mp_printf(&mp_plat_print, "no RAM disk: not enough memory\n");
    }
}
