// SPDX-License-Identifier: MIT
// litex.format(), partitions() and update(): Python that is frozen (port/boot/), imported when it is called; and what
// that Python asks of C.

#include "py/mpstate.h"
#include "py/runtime.h"
#include "extmod/vfs.h"
#include "extmod/vfs_fat.h"
#include "extmod/vfs_lfs.h"

#include "bindings/classes.h"
#include "storage/firmware_id.h"

#if PORT_MEDIUM

#define MKFS_BYTES (16384) // that f_mkfs() writes at once
#define LARGE_CARD_SECTORS (UINT32_C(1) << 20) // 512 MiB: FAT16 has more than enough clusters then
#define LARGE_CARD_CLUSTER (32768)

static mp_obj_t call(qstr module, qstr function, size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    mp_obj_t all[8];
    size_t n = 0;
    for (; n < n_args; n++) {
        all[n] = args[n];
    }
    size_t n_kw = 0;
    for (size_t i = 0; i < kw->alloc; i++) {
        if (mp_map_slot_is_filled(kw, i)) {
            if (n_args + 2 * (n_kw + 1) > MP_ARRAY_SIZE(all)) {
                mp_raise_TypeError(MP_ERROR_TEXT("too many arguments"));
            }
            all[n++] = kw->table[i].key;
            all[n++] = kw->table[i].value;
            n_kw++;
        }
    }
    mp_obj_t from = mp_import_name(module, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_n_kw(mp_load_attr(from, function), n_args, n_kw, all);
}

// format(dev, fs=None)
static mp_obj_t litex_format(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(MP_QSTR__storage, MP_QSTR_format, n_args, args, kw);
}
MP_DEFINE_CONST_FUN_OBJ_KW(litex_format_obj, 1, litex_format);

// partitions(dev)
static mp_obj_t litex_partitions(mp_obj_t dev) {
    return call(MP_QSTR__storage, MP_QSTR_partitions, 1, &dev, (mp_map_t *)&mp_const_empty_map);
}
MP_DEFINE_CONST_FUN_OBJ_1(litex_partitions_obj, litex_partitions);

// update(source, to=None)
static mp_obj_t litex_update(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(MP_QSTR__update, MP_QSTR_update, n_args, args, kw);
}
MP_DEFINE_CONST_FUN_OBJ_KW(litex_update_obj, 1, litex_update);

// What upstream's file systems on block devices begin with.
typedef struct {
    mp_obj_base_t base;
    mp_vfs_blockdev_t device;
} mounted_t;

// _mounted(): (path, block device) of each file system that is mounted from one, for sdraw.py.
static mp_obj_t litex_mounted(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (const mp_vfs_mount_t *vfs = MP_STATE_VM(vfs_mount_table); vfs != NULL; vfs = vfs->next) {
        bool has_device = false;
        #if MICROPY_VFS_FAT
        has_device = mp_obj_is_type(vfs->obj, &mp_fat_vfs_type);
        #endif
        #if MICROPY_VFS_LFS2
        has_device = has_device || mp_obj_is_type(vfs->obj, &mp_type_vfs_lfs2);
        #endif
        if (has_device) {
            const mounted_t *mounted = MP_OBJ_TO_PTR(vfs->obj);
            // A bound method: the function, and the device.
            mp_obj_t pair[] = { mp_obj_new_str(vfs->str, vfs->len), mounted->device.readblocks[1] };
            mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(pair), pair));
        }
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_0(litex_mounted_obj, litex_mounted);

#if MICROPY_VFS_FAT

// _mkfs(dev, exfat): FAT or exFAT on all of a device, without a partition table. Clusters of a card are as large as the
// SD association's own formatter makes them: FatFs reads and writes a cluster by one command.
static mp_obj_t litex_mkfs(mp_obj_t device, mp_obj_t exfat) {
    fs_user_mount_t *vfs = MP_OBJ_TO_PTR(MP_OBJ_TYPE_GET_SLOT(&mp_fat_vfs_type, make_new)(&mp_fat_vfs_type, 1, 0, &device));
    size_t size = MKFS_BYTES;
    uint8_t *work = m_new_maybe(uint8_t, size);
    if (work == NULL) {
        size = FF_MAX_SS;
        work = m_new(uint8_t, size);
    }
    mp_obj_t blocks = mp_vfs_blockdev_ioctl(&vfs->blockdev, MP_BLOCKDEV_IOCTL_BLOCK_COUNT, 0);
    uint32_t sectors = (uint32_t)mp_obj_get_int_truncated(blocks);
    DWORD cluster = vfs->blockdev.block_size == FF_MIN_SS && sectors >= LARGE_CARD_SECTORS ? LARGE_CARD_CLUSTER : 0;
    FRESULT result;
    if (mp_obj_is_true(exfat)) {
        result = f_mkfs(&vfs->fatfs, FM_EXFAT | FM_SFD, 0, work, size);
    } else {
        result = f_mkfs(&vfs->fatfs, FM_FAT | FM_SFD, cluster, work, size);
        if (result == FR_MKFS_ABORTED) {
            result = f_mkfs(&vfs->fatfs, FM_FAT32 | FM_SFD, cluster, work, size);
        }
    }
    m_del(uint8_t, work, size);
    if (result != FR_OK) {
        mp_raise_OSError(fresult_to_errno_table[result]);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(litex_mkfs_obj, litex_mkfs);

#endif

#if PORT_SPIFLASH
// _first_stage(): the code that _update.py writes.
static mp_obj_t litex_first_stage(void) {
    return mp_obj_new_bytes(first_stage, (size_t)(first_stage_end - first_stage));
}
MP_DEFINE_CONST_FUN_OBJ_0(litex_first_stage_obj, litex_first_stage);
#endif

#endif
