// SPDX-License-Identifier: MIT
// litex.Video over lx_video: the picture as a buffer, without a copy. It lies outside of the heap, so an object may
// go while its memoryviews stay.

#include <string.h>

#include "py/binary.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include "drivers/lx_video.h"
#include "instance.h"
#include "bindings/classes.h"
#include "errors.h"
#include "soc/cache.h"
#include "soc_config.h"
#include "module.h"
#include "soc_instances.h"

#if SOC_HAS_VIDEO

// A tenth of a second is more than two frames of any timing; a poll takes some ten cycles.
#define SHOW_POLLS (SOC_CLOCK_HZ / 10 / 8)

typedef struct {
    mp_obj_base_t base;
    const lx_video_regs_t *regs;
} litex_video_obj_t;

// Whether this virtual machine has set a core up: LiteX's BIOS switches it on, and a soft reset leaves it on.
static bool is_ours[SOC_VIDEO_COUNT];

static void video_init(void) {
    memset(is_ours, 0, sizeof(is_ours));
}

PORT_MODULE(video) = { .init = video_init };

// By bits of a pixel; framebuf has the formats of the same name but for those of 32 and of 8 bits.
static qstr format_of(const lx_video_regs_t *regs) {
    switch (regs->depth) {
        case 32:
            return regs->bgr ? MP_QSTR_bgr888 : MP_QSTR_rgb888;
        case 16:
            return MP_QSTR_rgb565;
        case 8:
            return MP_QSTR_rgb332;
        default:
            return MP_QSTR_mono1;
    }
}

static uint8_t *page_of(const litex_video_obj_t *self, uint32_t n) {
    return (uint8_t *)(uintptr_t)lx_video_page(self->regs, n);
}

static uint32_t get_page(const litex_video_obj_t *self, mp_obj_t n_in) {
    mp_int_t n = mp_obj_get_int(n_in);
    uint32_t pages = lx_video_pages(self->regs);
    if (n < 0 || (mp_uint_t)n >= pages) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("no page %d: %s has 0 to %d"), (int)n, self->regs->name,
            (int)pages - 1);
    }
    return (uint32_t)n;
}

// Video(n): shows page 0, black at first, unless it is shown already.
static mp_obj_t litex_video_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const port_table_t table = PORT_TABLE(soc_video);
    const lx_video_regs_t *regs = port_instance(args[0], "video_framebuffer", &table, 1, NULL);
    uint32_t pages = lx_video_pages(regs);
    if (pages == 0) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("%s: main RAM has no room for %u x %u pixels of %u bits"), regs->name, regs->hres, regs->vres,
            regs->depth);
    }
    litex_video_obj_t *self = mp_obj_malloc(litex_video_obj_t, type);
    self->regs = regs;
    bool *ours = &is_ours[regs - soc_video];
    if (!*ours || !lx_video_is_on(regs)) {
        for (uint32_t n = 0; n < pages; n++) {
            memset(page_of(self, n), 0, lx_video_bytes(regs));
        }
        soc_cache_flush_all();
        port_check(lx_video_on(regs, 0));
        *ours = true;
    }
    return MP_OBJ_FROM_PTR(self);
}

static void litex_video_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const lx_video_regs_t *regs = self->regs;
    mp_printf(print, "Video('%s', %ux%u, %q)", regs->name, regs->hres, regs->vres, format_of(regs));
}

static mp_obj_t litex_video_width(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->regs->hres);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_width_obj, litex_video_width);

static mp_obj_t litex_video_height(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->regs->vres);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_height_obj, litex_video_height);

// stride(): pixels from a row to the next, as framebuf.FrameBuffer takes it.
static mp_obj_t litex_video_stride(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->regs->hres);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_stride_obj, litex_video_stride);

static mp_obj_t litex_video_stride_bytes(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(lx_video_stride(self->regs));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_stride_bytes_obj, litex_video_stride_bytes);

static mp_obj_t litex_video_bpp(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->regs->depth);
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_bpp_obj, litex_video_bpp);

static mp_obj_t litex_video_format(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_QSTR(format_of(self->regs));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_format_obj, litex_video_format);

static mp_obj_t litex_video_pages(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(lx_video_pages(self->regs));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_pages_obj, litex_video_pages);

// page(n): a memoryview of that page.
static mp_obj_t litex_video_page(mp_obj_t self_in, mp_obj_t n) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint8_t *page = page_of(self, get_page(self, n));
    return mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, lx_video_bytes(self->regs), page);
}
static MP_DEFINE_CONST_FUN_OBJ_2(litex_video_page_obj, litex_video_page);

// flush(): what was drawn goes from the caches to where the core reads it.
static mp_obj_t litex_video_flush(mp_obj_t self_in) {
    (void)self_in;
    soc_cache_flush_all();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_flush_obj, litex_video_flush);

// show(n): flush, then show that page from the next frame on.
static mp_obj_t litex_video_show(mp_obj_t self_in, mp_obj_t n) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint32_t page = get_page(self, n);
    soc_cache_flush_all();
    if (lx_video_is_on(self->regs)) {
        port_check(lx_video_show(self->regs, page, SHOW_POLLS));
    } else {
        port_check(lx_video_on(self->regs, page));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(litex_video_show_obj, litex_video_show);

static mp_obj_t litex_video_off(mp_obj_t self_in) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    lx_video_off(self->regs);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_video_off_obj, litex_video_off);

// RGB565 to 32 bits, with the highest bits of a colour again in its lowest, so that white stays white.
static void expand(uint32_t *to, const uint16_t *from, size_t pixels, bool bgr) {
    unsigned int red = bgr ? 16 : 0;
    while (pixels-- > 0) {
        uint32_t p = *from++;
        uint32_t r = (p >> 8 & 0xf8) | p >> 13;
        uint32_t g = (p >> 3 & 0xfc) | (p >> 9 & 3);
        uint32_t b = (p << 3 & 0xf8) | (p >> 2 & 7);
        *to++ = r << red | g << 8 | b << (16 - red);
    }
}

static void copy(uint8_t *to, const uint8_t *from, size_t bytes) {
    #if SOC_HAS_DMA_LOOPBACK
    if (port_dma_copy(to, from, bytes)) {
        return;
    }
    #endif
    memmove(to, from, bytes);
}

// blitbuf(buf[, page]): a whole picture, in the format of the screen, or RGB565 on a screen of 32 bits.
static mp_obj_t litex_video_blitbuf(size_t n_args, const mp_obj_t *args) {
    litex_video_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    const lx_video_regs_t *regs = self->regs;
    mp_buffer_info_t info;
    mp_get_buffer_raise(args[1], &info, MP_BUFFER_READ);
    uint8_t *page = page_of(self, n_args > 2 ? get_page(self, args[2]) : 0);
    uint32_t bytes = lx_video_bytes(regs);
    if (info.len == bytes) {
        copy(page, info.buf, bytes);
    } else if (regs->depth == 32 && info.len == bytes / 2 && (uintptr_t)info.buf % sizeof(uint16_t) == 0) {
        expand((uint32_t *)page, info.buf, bytes / 4, regs->bgr);
    } else {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("a buffer of %u bytes: %s takes %u (%u x %u pixels of %u bits)%s"), (unsigned)info.len,
            regs->name, (unsigned)bytes, regs->hres, regs->vres, regs->depth,
            regs->depth == 32 ? ", or half of that in RGB565" : "");
    }
    soc_cache_flush_all();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(litex_video_blitbuf_obj, 2, 3, litex_video_blitbuf);

// Page 0.
static mp_int_t litex_video_get_buffer(mp_obj_t self_in, mp_buffer_info_t *info, mp_uint_t flags) {
    (void)flags;
    litex_video_obj_t *self = MP_OBJ_TO_PTR(self_in);
    info->buf = page_of(self, 0);
    info->len = lx_video_bytes(self->regs);
    info->typecode = 'B';
    return 0;
}

static const mp_rom_map_elem_t litex_video_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_width), MP_ROM_PTR(&litex_video_width_obj) },
    { MP_ROM_QSTR(MP_QSTR_height), MP_ROM_PTR(&litex_video_height_obj) },
    { MP_ROM_QSTR(MP_QSTR_stride), MP_ROM_PTR(&litex_video_stride_obj) },
    { MP_ROM_QSTR(MP_QSTR_stride_bytes), MP_ROM_PTR(&litex_video_stride_bytes_obj) },
    { MP_ROM_QSTR(MP_QSTR_bpp), MP_ROM_PTR(&litex_video_bpp_obj) },
    { MP_ROM_QSTR(MP_QSTR_format), MP_ROM_PTR(&litex_video_format_obj) },
    { MP_ROM_QSTR(MP_QSTR_pages), MP_ROM_PTR(&litex_video_pages_obj) },
    { MP_ROM_QSTR(MP_QSTR_page), MP_ROM_PTR(&litex_video_page_obj) },
    { MP_ROM_QSTR(MP_QSTR_blitbuf), MP_ROM_PTR(&litex_video_blitbuf_obj) },
    { MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&litex_video_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_show), MP_ROM_PTR(&litex_video_show_obj) },
    { MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&litex_video_off_obj) },
};
static MP_DEFINE_CONST_DICT(litex_video_locals_dict, litex_video_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    litex_video_type,
    MP_QSTR_Video,
    MP_TYPE_FLAG_NONE,
    make_new, litex_video_make_new,
    print, litex_video_print,
    buffer, litex_video_get_buffer,
    locals_dict, &litex_video_locals_dict
    );

#endif
