// SPDX-License-Identifier: MIT
// litex.DMAReader, DMAWriter and, where the gateware joins the two, DMA, over lx_dma. There is one object for each
// core: it is reachable from a root pointer, so that a buffer that the core works on is never collected.

#include "py/runtime.h"

#include "drivers/lx_dma.h"
#include "instance.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc/cache.h"
#include "module.h"
#include "soc_instances.h"

#if SOC_HAS_DMA_READER || SOC_HAS_DMA_WRITER

#if !SOC_HAS_DMA_READER
#define soc_dma_reader ((const lx_dma_regs_t *)NULL)
#endif
#if !SOC_HAS_DMA_WRITER
#define soc_dma_writer ((const lx_dma_regs_t *)NULL)
#endif

#define DMA_COUNT (SOC_DMA_READER_COUNT + SOC_DMA_WRITER_COUNT)

// How long a copy may take, beyond what any bus needs: a poll takes at least ten cycles.
#define COPY_POLLS(words) (1000 + (words) * 16)

typedef struct {
    mp_obj_base_t base;
    const lx_dma_regs_t *regs;
    mp_obj_t buf; // None: no buffer
    bool busy; // started, and not known to be through
} litex_dma_obj_t;

// Readers, then writers. NULL: no script has asked for it yet.
MP_REGISTER_ROOT_POINTER(mp_obj_t litex_dma[SOC_DMA_READER_COUNT + SOC_DMA_WRITER_COUNT]);

// Before there is a heap: after the last virtual machine, or whatever ran before this image.
static void dma_init(void) {
    for (size_t i = 0; i < SOC_DMA_READER_COUNT; i++) {
        lx_dma_stop(&soc_dma_reader[i]);
    }
    for (size_t i = 0; i < SOC_DMA_WRITER_COUNT; i++) {
        lx_dma_stop(&soc_dma_writer[i]);
    }
    for (size_t i = 0; i < DMA_COUNT; i++) {
        MP_STATE_PORT(litex_dma)[i] = MP_OBJ_NULL;
    }
}

PORT_MODULE(dma) = { .init = dma_init };

static bool is_writer(const litex_dma_obj_t *self) {
    return self->base.type == &litex_dma_writer_type;
}

static mp_obj_t *root_of(const mp_obj_type_t *type, const lx_dma_regs_t *regs) {
    size_t slot = type == &litex_dma_writer_type ? SOC_DMA_READER_COUNT + (size_t)(regs - soc_dma_writer)
        : (size_t)(regs - soc_dma_reader);
    return &MP_STATE_PORT(litex_dma)[slot];
}

static litex_dma_obj_t *object_of(const mp_obj_type_t *type, const lx_dma_regs_t *regs) {
    mp_obj_t *root = root_of(type, regs);
    if (*root == MP_OBJ_NULL) {
        litex_dma_obj_t *self = mp_obj_malloc(litex_dma_obj_t, type);
        self->regs = regs;
        self->buf = mp_const_none;
        self->busy = false;
        *root = MP_OBJ_FROM_PTR(self);
    }
    return MP_OBJ_TO_PTR(*root);
}

static mp_obj_t litex_dma_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    bool writer = type == &litex_dma_writer_type;
    const port_table_t table = {
        writer ? soc_dma_writer : soc_dma_reader, sizeof(lx_dma_regs_t),
        writer ? SOC_DMA_WRITER_COUNT : SOC_DMA_READER_COUNT,
    };
    const lx_dma_regs_t *regs = port_instance(args[0], writer ? "dma_writer" : "dma_reader", &table, 1, NULL);
    return MP_OBJ_FROM_PTR(object_of(type, regs));
}

static void litex_dma_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "%q('%s')", (qstr)self->base.type->name, self->regs->name);
}

// The bytes of a buffer, which have to be whole words of the bus.
static void get_words(const litex_dma_obj_t *self, mp_obj_t buf, mp_buffer_info_t *info) {
    mp_get_buffer_raise(buf, info, is_writer(self) ? MP_BUFFER_WRITE : MP_BUFFER_READ);
    if (info->len == 0 || info->len % LX_DMA_WORD_BYTES != 0 || (uintptr_t)info->buf % LX_DMA_WORD_BYTES != 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("%s: a buffer of %u bytes at 0x%x; address and length must be multiples of %u, length not 0"),
            self->regs->name, (unsigned)info->len, (unsigned)(uintptr_t)info->buf, LX_DMA_WORD_BYTES);
    }
}

static bool is_running(const lx_dma_regs_t *regs) {
    return lx_dma_is_on(regs) && !lx_dma_done(regs);
}

static void require_idle(litex_dma_obj_t *self) {
    if (is_running(self->regs)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s: is running; stop() it first"), self->regs->name);
    }
}

// membuf([buf]): the buffer to work on, None to let go of it.
static mp_obj_t litex_dma_membuf(size_t n_args, const mp_obj_t *args) {
    litex_dma_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return self->buf;
    }
    mp_buffer_info_t info;
    if (args[1] != mp_const_none) {
        get_words(self, args[1], &info);
    }
    require_idle(self);
    self->busy = false;
    self->buf = args[1];
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_dma_membuf_obj, 1, 2, litex_dma_membuf);

// The reader that feeds a writer, NULL: none that the SoC declares.
static const lx_dma_regs_t *feeder_of(const litex_dma_obj_t *self) {
    for (size_t i = 0; i < SOC_DMA_READER_COUNT; i++) {
        if (soc_dma_reader[i].loopback == self->regs) {
            return &soc_dma_reader[i];
        }
    }
    return NULL;
}

// What lx_dma.h says of the order.
static void require_order(const litex_dma_obj_t *self, bool loop) {
    const lx_dma_regs_t *writer = self->regs->loopback;
    const lx_dma_regs_t *reader = feeder_of(self);
    if (writer != NULL && loop && !lx_dma_is_on(writer)) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("%s: would hold the bus for ever; start %s first, which gets its words"), self->regs->name,
            writer->name);
    }
    if (reader != NULL && is_running(reader)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s: its words come from %s, which is running; stop() that first"),
            self->regs->name, reader->name);
    }
}

// start(loop=False)
static mp_obj_t litex_dma_start(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_loop, MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    litex_dma_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (self->buf == mp_const_none) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s: no buffer; membuf(buf) sets it"), self->regs->name);
    }
    require_idle(self);
    require_order(self, parsed[0].u_bool);
    // As it is now: it may have been resized.
    mp_buffer_info_t info;
    get_words(self, self->buf, &info);
    soc_cache_clean_cpu();
    port_check(lx_dma_start(self->regs, (uintptr_t)info.buf, info.len, parsed[0].u_bool));
    self->busy = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(litex_dma_start_obj, 1, litex_dma_start);

static mp_obj_t litex_dma_stop(mp_obj_t self_in) {
    litex_dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const lx_dma_regs_t *reader = feeder_of(self);
    if (reader != NULL) {
        lx_dma_stop(reader);
    }
    lx_dma_stop(self->regs);
    self->busy = false;
    soc_cache_flush_cpu();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_stop_obj, litex_dma_stop);

// offset(): how many bytes of the buffer are through.
static mp_obj_t litex_dma_offset(mp_obj_t self_in) {
    litex_dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(lx_dma_offset(self->regs));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_offset_obj, litex_dma_offset);

// done(): whether the buffer is through; the CPU then sees what a writer wrote.
static mp_obj_t litex_dma_done(mp_obj_t self_in) {
    litex_dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool done = lx_dma_done(self->regs);
    if (done && self->busy) {
        self->busy = false;
        soc_cache_flush_cpu();
    }
    return mp_obj_new_bool(done);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_done_obj, litex_dma_done);

// flush(): what the CPU wrote is in memory. start() does it.
static mp_obj_t litex_dma_flush(mp_obj_t self_in) {
    (void)self_in;
    soc_cache_clean_cpu();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_flush_obj, litex_dma_flush);

// invalidate(): the CPU sees what is in memory. done() and stop() do it.
static mp_obj_t litex_dma_invalidate(mp_obj_t self_in) {
    (void)self_in;
    soc_cache_flush_cpu();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_invalidate_obj, litex_dma_invalidate);

static const mp_rom_map_elem_t litex_dma_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_membuf), MP_ROM_PTR(&litex_dma_membuf_obj) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&litex_dma_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&litex_dma_stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_offset), MP_ROM_PTR(&litex_dma_offset_obj) },
    { MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&litex_dma_done_obj) },
    { MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&litex_dma_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_invalidate), MP_ROM_PTR(&litex_dma_invalidate_obj) },
};
static MP_DEFINE_CONST_DICT(litex_dma_locals_dict, litex_dma_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_dma_reader_type,
    MP_QSTR_DMAReader,
    MP_TYPE_FLAG_NONE,
    make_new, litex_dma_make_new,
    print, litex_dma_print,
    locals_dict, &litex_dma_locals_dict
    );

MP_DEFINE_CONST_OBJ_TYPE(
    litex_dma_writer_type,
    MP_QSTR_DMAWriter,
    MP_TYPE_FLAG_NONE,
    make_new, litex_dma_make_new,
    print, litex_dma_print,
    locals_dict, &litex_dma_locals_dict
    );

#if SOC_HAS_DMA_LOOPBACK

// A script may still ask for the end of a transfer that is through.
static bool is_free(const mp_obj_type_t *type, const lx_dma_regs_t *regs) {
    mp_obj_t root = *root_of(type, regs);
    bool busy = root != MP_OBJ_NULL && ((const litex_dma_obj_t *)MP_OBJ_TO_PTR(root))->busy;
    return !busy && !is_running(regs);
}

bool port_dma_copy(void *to, const void *from, size_t bytes) {
    for (size_t i = 0; i < SOC_DMA_READER_COUNT; i++) {
        const lx_dma_regs_t *reader = &soc_dma_reader[i];
        if (reader->loopback == NULL || !is_free(&litex_dma_reader_type, reader)
            || !is_free(&litex_dma_writer_type, reader->loopback)) {
            continue;
        }
        soc_cache_clean_cpu();
        int status = lx_dma_copy_start(reader, (uintptr_t)to, (uintptr_t)from, bytes);
        if (status >= 0) {
            status = lx_dma_wait(reader->loopback, COPY_POLLS((uint32_t)bytes / LX_DMA_WORD_BYTES));
        }
        lx_dma_copy_stop(reader);
        return status >= 0;
    }
    return false;
}

typedef struct {
    mp_obj_base_t base;
    litex_dma_obj_t *reader;
    litex_dma_obj_t *writer;
} litex_dma_pair_obj_t;

// DMA(n): the reader's number or name.
static mp_obj_t litex_dma_pair_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const port_table_t table = PORT_TABLE(soc_dma_reader);
    const lx_dma_regs_t *regs = port_instance(args[0], "dma_reader", &table, 1, NULL);
    if (regs->loopback == NULL) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("%s: the SoC does not declare that a writer gets its words"), regs->name);
    }
    litex_dma_pair_obj_t *self = mp_obj_malloc(litex_dma_pair_obj_t, type);
    self->reader = object_of(&litex_dma_reader_type, regs);
    self->writer = object_of(&litex_dma_writer_type, regs->loopback);
    return MP_OBJ_FROM_PTR(self);
}

static void litex_dma_pair_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_dma_pair_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "DMA('%s', '%s')", self->reader->regs->name, self->writer->regs->name);
}

// Returns the number of bytes.
static size_t pair_start(litex_dma_pair_obj_t *self, mp_obj_t to_in, mp_obj_t from_in) {
    mp_buffer_info_t to;
    mp_buffer_info_t from;
    get_words(self->writer, to_in, &to);
    get_words(self->reader, from_in, &from);
    if (to.len < from.len) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%u bytes do not fit into a buffer of %u"),
            (unsigned)from.len, (unsigned)to.len);
    }
    require_idle(self->reader);
    require_idle(self->writer);
    self->reader->buf = from_in;
    self->writer->buf = to_in;
    soc_cache_clean_cpu();
    port_check(lx_dma_copy_start(self->reader->regs, (uintptr_t)to.buf, (uintptr_t)from.buf, from.len));
    self->reader->busy = true;
    self->writer->busy = true;
    return from.len;
}

static void pair_end(litex_dma_pair_obj_t *self) {
    self->reader->busy = false;
    self->reader->buf = mp_const_none;
    self->writer->busy = false;
    self->writer->buf = mp_const_none;
    soc_cache_flush_cpu();
}

// start(to, from): begin to copy; done() tells the end.
static mp_obj_t litex_dma_pair_start(mp_obj_t self_in, mp_obj_t to, mp_obj_t from) {
    pair_start(MP_OBJ_TO_PTR(self_in), to, from);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(litex_dma_pair_start_obj, litex_dma_pair_start);

// copy(to, from): copy, and return when the last byte is there.
static mp_obj_t litex_dma_pair_copy(mp_obj_t self_in, mp_obj_t to, mp_obj_t from) {
    litex_dma_pair_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t bytes = pair_start(self, to, from);
    int status = lx_dma_wait(self->writer->regs, COPY_POLLS((uint32_t)bytes / LX_DMA_WORD_BYTES));
    if (status < 0) {
        lx_dma_copy_stop(self->reader->regs);
    }
    pair_end(self);
    port_check(status);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(litex_dma_pair_copy_obj, litex_dma_pair_copy);

static mp_obj_t litex_dma_pair_done(mp_obj_t self_in) {
    litex_dma_pair_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool done = lx_dma_done(self->writer->regs);
    if (done && self->writer->busy) {
        pair_end(self);
    }
    return mp_obj_new_bool(done);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_pair_done_obj, litex_dma_pair_done);

static mp_obj_t litex_dma_pair_stop(mp_obj_t self_in) {
    litex_dma_pair_obj_t *self = MP_OBJ_TO_PTR(self_in);
    lx_dma_copy_stop(self->reader->regs);
    pair_end(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_dma_pair_stop_obj, litex_dma_pair_stop);

static const mp_rom_map_elem_t litex_dma_pair_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&litex_dma_pair_copy_obj) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&litex_dma_pair_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&litex_dma_pair_stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&litex_dma_pair_done_obj) },
};
static MP_DEFINE_CONST_DICT(litex_dma_pair_locals_dict, litex_dma_pair_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_dma_pair_type,
    MP_QSTR_DMA,
    MP_TYPE_FLAG_NONE,
    make_new, litex_dma_pair_make_new,
    print, litex_dma_pair_print,
    locals_dict, &litex_dma_pair_locals_dict
    );

#endif

#endif
