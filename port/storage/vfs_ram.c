// SPDX-License-Identifier: MIT
// MicroPython's file system protocol (docs/reference/filesystem.rst) over ramfs.

#include "storage/vfs_ram.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs.h"

#include "storage/ramfs.h"
#include "size_class.h"

extern uint8_t __ramdisk_start[];

typedef struct {
    mp_obj_base_t base;
    ramfs_block_t cwd;
    uint32_t cwd_serial;
} vfs_ram_obj_t;

typedef struct {
    mp_obj_base_t base;
    bool open;
    ramfs_file_t file;
} vfs_ram_file_obj_t;

static const mp_obj_type_t file_type;
static const mp_obj_type_t text_file_type;

static uint32_t now(void) {
    return (uint32_t)(mp_hal_time_ns() / 1000000000);
}

static int check(int status) {
    if (status < 0) {
        mp_raise_OSError(-status);
    }
    return status;
}

// The current folder, or the root where it was removed.
static ramfs_block_t cwd_of(vfs_ram_obj_t *self) {
    if (ramfs_node(self->cwd)->serial != self->cwd_serial) {
        self->cwd = RAMFS_ROOT;
        self->cwd_serial = ramfs_node(RAMFS_ROOT)->serial;
    }
    return self->cwd;
}

// ---- Files --------------------------------------------------------------------------------------------

static mp_uint_t file_result(int status, int *errcode) {
    if (status < 0) {
        *errcode = -status;
        return MP_STREAM_ERROR;
    }
    return (mp_uint_t)status;
}

static mp_uint_t file_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    vfs_ram_file_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return file_result(self->open ? ramfs_read(&self->file, buf, size) : -MP_EBADF, errcode);
}

static mp_uint_t file_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    vfs_ram_file_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return file_result(self->open ? ramfs_write(&self->file, buf, size, now()) : -MP_EBADF, errcode);
}

static int file_seek(ramfs_file_t *file, struct mp_stream_seek_t *seek) {
    int size = ramfs_size(file);
    if (size < 0) {
        return size;
    }
    mp_off_t base = seek->whence == MP_SEEK_SET ? 0 : seek->whence == MP_SEEK_CUR ? (mp_off_t)file->pos : size;
    mp_off_t pos = base + seek->offset;
    if (pos < 0) {
        return -MP_EINVAL;
    }
    file->pos = (uint32_t)pos;
    seek->offset = pos;
    return 0;
}

static mp_uint_t file_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    vfs_ram_file_obj_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_CLOSE:
            self->open = false;
            return 0;
        case MP_STREAM_FLUSH:
            return 0;
        case MP_STREAM_SEEK:
            return file_result(self->open ? file_seek(&self->file, (struct mp_stream_seek_t *)arg) : -MP_EBADF, errcode);
        default:
            return file_result(-MP_EINVAL, errcode);
    }
}

static void file_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    mp_printf(print, "<io.%s>", mp_obj_get_type_str(self_in));
}

// What the letters of a mode mean; '+' is added to any.
static const struct {
    char letter;
    uint8_t flags;
} modes[] = {
    { 'r', RAMFS_READ },
    { 'w', RAMFS_WRITE | RAMFS_CREATE | RAMFS_TRUNCATE },
    { 'x', RAMFS_WRITE | RAMFS_CREATE | RAMFS_EXCLUSIVE },
    { 'a', RAMFS_WRITE | RAMFS_CREATE | RAMFS_APPEND },
};

static mp_obj_t vfs_ram_open(mp_obj_t self_in, mp_obj_t path, mp_obj_t mode_in) {
    vfs_ram_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const mp_obj_type_t *type = &text_file_type;
    unsigned int flags = 0, plus = 0;
    for (const char *mode = mp_obj_str_get_str(mode_in); *mode != '\0'; mode++) {
        if (*mode == '+') {
            plus = RAMFS_READ | RAMFS_WRITE;
        } else if (*mode == 'b') {
            type = &file_type;
        }
        for (size_t i = 0; i < MP_ARRAY_SIZE(modes); i++) {
            if (*mode == modes[i].letter) {
                if (flags != 0) {
                    mp_raise_ValueError(NULL);
                }
                flags = modes[i].flags;
            }
        }
    }
    flags = (flags == 0 ? RAMFS_READ : flags) | plus;
    vfs_ram_file_obj_t *file = mp_obj_malloc(vfs_ram_file_obj_t, type);
    file->open = true;
    check(ramfs_open(&file->file, cwd_of(self), mp_obj_str_get_str(path), flags, now()));
    return MP_OBJ_FROM_PTR(file);
}
static MP_DEFINE_CONST_FUN_OBJ_3(vfs_ram_open_obj, vfs_ram_open);

static const mp_rom_map_elem_t file_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_seek), MP_ROM_PTR(&mp_stream_seek_obj) },
    { MP_ROM_QSTR(MP_QSTR_tell), MP_ROM_PTR(&mp_stream_tell_obj) },
    { MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj) },
};
static MP_DEFINE_CONST_DICT(file_locals_dict, file_locals_dict_table);

static const mp_stream_p_t file_stream_p = {
    .read = file_read,
    .write = file_write,
    .ioctl = file_ioctl,
};

static MP_DEFINE_CONST_OBJ_TYPE(
    file_type,
    MP_QSTR_FileIO,
    MP_TYPE_FLAG_ITER_IS_STREAM,
    print, file_print,
    protocol, &file_stream_p,
    locals_dict, &file_locals_dict
    );

static const mp_stream_p_t text_file_stream_p = {
    .read = file_read,
    .write = file_write,
    .ioctl = file_ioctl,
    .is_text = true,
};

static MP_DEFINE_CONST_OBJ_TYPE(
    text_file_type,
    MP_QSTR_TextIOWrapper,
    MP_TYPE_FLAG_ITER_IS_STREAM,
    print, file_print,
    protocol, &text_file_stream_p,
    locals_dict, &file_locals_dict
    );

// ---- The file system ----------------------------------------------------------------------------------

typedef struct {
    mp_obj_base_t base;
    mp_fun_1_t iternext;
    bool is_str;
    ramfs_block_t next;
    uint32_t serial;
} ilistdir_it_t;

static void set_next(ilistdir_it_t *self, ramfs_block_t next) {
    self->next = next;
    self->serial = ramfs_node(next)->serial;
}

static mp_obj_t ilistdir_iternext(mp_obj_t self_in) {
    ilistdir_it_t *self = MP_OBJ_TO_PTR(self_in);
    const ramfs_node_t *n = ramfs_node(self->next);
    // A node that was removed since ends the listing.
    if (self->next == RAMFS_NONE || n->serial != self->serial) {
        return MP_OBJ_STOP_ITERATION;
    }
    mp_obj_t items[4] = {
        self->is_str ? mp_obj_new_str(n->name, n->name_len) : mp_obj_new_bytes((const byte *)n->name, n->name_len),
        MP_OBJ_NEW_SMALL_INT(n->is_dir ? MP_S_IFDIR : MP_S_IFREG),
        MP_OBJ_NEW_SMALL_INT(0),
        MP_OBJ_NEW_SMALL_INT(n->size),
    };
    set_next(self, n->sibling);
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

static mp_obj_t vfs_ram_ilistdir(size_t n_args, const mp_obj_t *args) {
    vfs_ram_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    bool is_str = n_args < 2 || mp_obj_get_type(args[1]) == &mp_type_str;
    const char *path = n_args < 2 ? "" : mp_obj_str_get_str(args[1]);
    int node = check(ramfs_lookup(cwd_of(self), path));
    if (!ramfs_node((ramfs_block_t)node)->is_dir) {
        mp_raise_OSError(MP_ENOTDIR);
    }
    ilistdir_it_t *it = mp_obj_malloc(ilistdir_it_t, &mp_type_polymorph_iter);
    it->iternext = ilistdir_iternext;
    it->is_str = is_str;
    set_next(it, ramfs_node((ramfs_block_t)node)->first);
    return MP_OBJ_FROM_PTR(it);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vfs_ram_ilistdir_obj, 1, 2, vfs_ram_ilistdir);

static mp_obj_t vfs_ram_mkdir(mp_obj_t self_in, mp_obj_t path) {
    check(ramfs_mkdir(cwd_of(MP_OBJ_TO_PTR(self_in)), mp_obj_str_get_str(path), now()));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(vfs_ram_mkdir_obj, vfs_ram_mkdir);

static mp_obj_t vfs_ram_remove(mp_obj_t self_in, mp_obj_t path) {
    check(ramfs_remove(cwd_of(MP_OBJ_TO_PTR(self_in)), mp_obj_str_get_str(path), false));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(vfs_ram_remove_obj, vfs_ram_remove);

static mp_obj_t vfs_ram_rmdir(mp_obj_t self_in, mp_obj_t path) {
    check(ramfs_remove(cwd_of(MP_OBJ_TO_PTR(self_in)), mp_obj_str_get_str(path), true));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(vfs_ram_rmdir_obj, vfs_ram_rmdir);

static mp_obj_t vfs_ram_rename(mp_obj_t self_in, mp_obj_t from, mp_obj_t to) {
    check(ramfs_rename(cwd_of(MP_OBJ_TO_PTR(self_in)), mp_obj_str_get_str(from), mp_obj_str_get_str(to)));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(vfs_ram_rename_obj, vfs_ram_rename);

static mp_obj_t vfs_ram_chdir(mp_obj_t self_in, mp_obj_t path) {
    vfs_ram_obj_t *self = MP_OBJ_TO_PTR(self_in);
    int node = check(ramfs_lookup(cwd_of(self), mp_obj_str_get_str(path)));
    if (!ramfs_node((ramfs_block_t)node)->is_dir) {
        mp_raise_OSError(MP_ENOTDIR);
    }
    self->cwd = (ramfs_block_t)node;
    self->cwd_serial = ramfs_node(self->cwd)->serial;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(vfs_ram_chdir_obj, vfs_ram_chdir);

// Writes the path of a folder, the root first.
static void put_path(vstr_t *vstr, ramfs_block_t node) {
    if (node != RAMFS_ROOT) {
        const ramfs_node_t *n = ramfs_node(node);
        put_path(vstr, n->parent);
        vstr_add_byte(vstr, '/');
        vstr_add_strn(vstr, n->name, n->name_len);
    }
}

static mp_obj_t vfs_ram_getcwd(mp_obj_t self_in) {
    vstr_t vstr;
    vstr_init(&vstr, 16);
    put_path(&vstr, cwd_of(MP_OBJ_TO_PTR(self_in)));
    if (vstr.len == 0) {
        vstr_add_byte(&vstr, '/');
    }
    return mp_obj_new_str_from_vstr(&vstr);
}
static MP_DEFINE_CONST_FUN_OBJ_1(vfs_ram_getcwd_obj, vfs_ram_getcwd);

static mp_obj_t vfs_ram_stat(mp_obj_t self_in, mp_obj_t path) {
    int node = check(ramfs_lookup(cwd_of(MP_OBJ_TO_PTR(self_in)), mp_obj_str_get_str(path)));
    const ramfs_node_t *n = ramfs_node((ramfs_block_t)node);
    mp_obj_t mtime = mp_obj_new_int_from_uint(n->mtime);
    mp_obj_t items[10] = {
        MP_OBJ_NEW_SMALL_INT(n->is_dir ? MP_S_IFDIR : MP_S_IFREG),
        MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(0),
        MP_OBJ_NEW_SMALL_INT(0), mp_obj_new_int_from_uint(n->size), mtime, mtime, mtime,
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_2(vfs_ram_stat_obj, vfs_ram_stat);

static mp_obj_t vfs_ram_statvfs(mp_obj_t self_in, mp_obj_t path) {
    (void)self_in;
    (void)path;
    size_t bytes, blocks, free_blocks;
    ramfs_stat(&bytes, &blocks, &free_blocks);
    mp_obj_t items[10] = {
        MP_OBJ_NEW_SMALL_INT(bytes), MP_OBJ_NEW_SMALL_INT(bytes), MP_OBJ_NEW_SMALL_INT(blocks),
        MP_OBJ_NEW_SMALL_INT(free_blocks), MP_OBJ_NEW_SMALL_INT(free_blocks), MP_OBJ_NEW_SMALL_INT(0),
        MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(0),
        MP_OBJ_NEW_SMALL_INT(ramfs_name_max()),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_2(vfs_ram_statvfs_obj, vfs_ram_statvfs);

static mp_obj_t vfs_ram_mount_method(mp_obj_t self_in, mp_obj_t readonly, mp_obj_t mkfs) {
    (void)self_in;
    (void)mkfs;
    if (mp_obj_is_true(readonly)) {
        mp_raise_OSError(MP_EINVAL);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(vfs_ram_mount_obj, vfs_ram_mount_method);

static mp_obj_t vfs_ram_umount(mp_obj_t self_in) {
    (void)self_in;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(vfs_ram_umount_obj, vfs_ram_umount);

static mp_import_stat_t vfs_ram_import_stat(void *self_in, const char *path) {
    int node = ramfs_lookup(cwd_of(self_in), path);
    if (node < 0) {
        return MP_IMPORT_STAT_NO_EXIST;
    }
    return ramfs_node((ramfs_block_t)node)->is_dir ? MP_IMPORT_STAT_DIR : MP_IMPORT_STAT_FILE;
}

static const mp_vfs_proto_t vfs_ram_proto = {
    .import_stat = vfs_ram_import_stat,
};

// VfsRam(): there is one, so that after an umount() it can be mounted again.
static mp_obj_t vfs_ram_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    vfs_ram_obj_t *self = mp_obj_malloc(vfs_ram_obj_t, type);
    self->cwd = RAMFS_ROOT;
    self->cwd_serial = ramfs_node(RAMFS_ROOT)->serial;
    return MP_OBJ_FROM_PTR(self);
}

static const mp_rom_map_elem_t vfs_ram_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&vfs_ram_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_ilistdir), MP_ROM_PTR(&vfs_ram_ilistdir_obj) },
    { MP_ROM_QSTR(MP_QSTR_mkdir), MP_ROM_PTR(&vfs_ram_mkdir_obj) },
    { MP_ROM_QSTR(MP_QSTR_rmdir), MP_ROM_PTR(&vfs_ram_rmdir_obj) },
    { MP_ROM_QSTR(MP_QSTR_chdir), MP_ROM_PTR(&vfs_ram_chdir_obj) },
    { MP_ROM_QSTR(MP_QSTR_getcwd), MP_ROM_PTR(&vfs_ram_getcwd_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&vfs_ram_remove_obj) },
    { MP_ROM_QSTR(MP_QSTR_rename), MP_ROM_PTR(&vfs_ram_rename_obj) },
    { MP_ROM_QSTR(MP_QSTR_stat), MP_ROM_PTR(&vfs_ram_stat_obj) },
    { MP_ROM_QSTR(MP_QSTR_statvfs), MP_ROM_PTR(&vfs_ram_statvfs_obj) },
    { MP_ROM_QSTR(MP_QSTR_mount), MP_ROM_PTR(&vfs_ram_mount_obj) },
    { MP_ROM_QSTR(MP_QSTR_umount), MP_ROM_PTR(&vfs_ram_umount_obj) },
};
static MP_DEFINE_CONST_DICT(vfs_ram_locals_dict, vfs_ram_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    vfs_ram_type,
    MP_QSTR_VfsRam,
    MP_TYPE_FLAG_NONE,
    make_new, vfs_ram_make_new,
    protocol, &vfs_ram_proto,
    locals_dict, &vfs_ram_locals_dict
    );

void vfs_ram_init(bool format) {
    ramfs_init(__ramdisk_start, PORT_RAMDISK_BYTES, format);
}
