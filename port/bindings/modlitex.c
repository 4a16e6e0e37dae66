// SPDX-License-Identifier: MIT
// The litex module: what the SoC is.

#include <string.h>

#include "py/runtime.h"
#include "genhdr/mpversion.h"

#include "bindings/litex_ws2812.h"
#include "bindings/classes.h"
#include "clock.h"
#include "port_version.h"
#include "random/urandom.h"
#include "bindings/litex_regs.h"
#include "bindings/port_event.h"
#include "bindings/subtype.h"
#include "storage/vfs_ram.h"
#include "soc/soc.h"
#include "soc_instances.h"

// A dictionary that keeps its order where it can, for reading at the prompt.
static mp_obj_t ordered_dict(size_t n) {
    mp_obj_t dict = mp_obj_new_dict(n);
    #if MICROPY_PY_COLLECTIONS_ORDEREDDICT
    mp_obj_dict_get_map(dict)->is_ordered = 1;
    #endif
    return dict;
}

static void put(mp_obj_t dict, qstr key, mp_obj_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), value);
}

static mp_obj_t info_cpu(void) {
    mp_obj_t d = ordered_dict(3);
    put(d, MP_QSTR_name, mp_obj_new_str_from_cstr(soc_identity.cpu_human_name));
    put(d, MP_QSTR_type, mp_obj_new_str_from_cstr(soc_identity.cpu_name));
    put(d, MP_QSTR_variant, mp_obj_new_str_from_cstr(soc_identity.cpu_variant));
    return d;
}

static mp_obj_t info_bus(void) {
    mp_obj_t d = ordered_dict(3);
    put(d, MP_QSTR_standard, mp_obj_new_str_from_cstr(soc_identity.bus_standard));
    put(d, MP_QSTR_data_width, MP_OBJ_NEW_SMALL_INT(soc_identity.bus_data_width));
    put(d, MP_QSTR_address_width, MP_OBJ_NEW_SMALL_INT(soc_identity.bus_address_width));
    return d;
}

static mp_obj_t info_csr(void) {
    mp_obj_t d = ordered_dict(5);
    put(d, MP_QSTR_base, mp_obj_new_int_from_uint(soc_identity.csr_base));
    put(d, MP_QSTR_data_width, MP_OBJ_NEW_SMALL_INT(soc_identity.csr_data_width));
    put(d, MP_QSTR_alignment, MP_OBJ_NEW_SMALL_INT(soc_identity.csr_alignment));
    put(d, MP_QSTR_ordering, MP_OBJ_NEW_QSTR(soc_identity.csr_ordering_big ? MP_QSTR_big : MP_QSTR_little));
    put(d, MP_QSTR_registers, MP_OBJ_NEW_SMALL_INT(soc_register_count));
    put(d, MP_QSTR_map_hash, mp_obj_new_int_from_uint(soc_identity.map_hash));
    return d;
}

static mp_obj_t info_memories(void) {
    mp_obj_t d = ordered_dict(soc_memory_count);
    for (unsigned i = 0; i < soc_memory_count; i++) {
        const soc_memory_t *m = &soc_memories[i];
        mp_obj_t region[3] = {
            mp_obj_new_int_from_uint(m->base), mp_obj_new_int_from_uint(m->size), mp_obj_new_str_from_cstr(m->type),
        };
        mp_obj_dict_store(d, mp_obj_new_str_from_cstr(m->name), mp_obj_new_tuple(MP_ARRAY_SIZE(region), region));
    }
    return d;
}

static mp_obj_t info_cores(void) {
    mp_obj_t d = ordered_dict(soc_core_count);
    for (unsigned i = 0; i < soc_core_count; i++) {
        const soc_core_t *core = &soc_cores[i];
        mp_obj_t items[3] = {
            mp_obj_new_str_from_cstr(core->kind), mp_obj_new_int_from_uint(core->base),
            core->irq >= 0 ? MP_OBJ_NEW_SMALL_INT(core->irq) : mp_const_none,
        };
        mp_obj_dict_store(d, mp_obj_new_str_from_cstr(core->name), mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    return d;
}

static mp_obj_t info_firmware(void) {
    mp_obj_t d = ordered_dict(4);
    put(d, MP_QSTR_version, mp_obj_new_str_from_cstr(PORT_VERSION));
    put(d, MP_QSTR_micropython, mp_obj_new_str_from_cstr(MICROPY_GIT_TAG));
    put(d, MP_QSTR_compiler, mp_obj_new_str_from_cstr("gcc " __VERSION__));
    put(d, MP_QSTR_size_class, mp_obj_new_str_from_cstr(PORT_SMALL ? "small" : "full"));
    return d;
}

#if PORT_FULL

static void print_cores(const mp_print_t *print) {
    for (unsigned i = 0; i < soc_core_count; i++) {
        mp_printf(print, "%s%s", i == 0 ? "" : ", ", soc_cores[i].name);
    }
}

static void print_summary(const mp_print_t *print) {
    const soc_identity_t *soc = &soc_identity;
    mp_printf(print, "%s\n", soc->identifier);
    mp_printf(print, "  platform  %s\n", soc->platform);
    mp_printf(print, "  build     %s\n", soc->build);
    mp_printf(print, "  clock     %u Hz\n", (unsigned int)soc->clock_hz);
    mp_printf(print, "  cpu       %s (%s)\n", soc->cpu_human_name, soc->cpu_variant);
    mp_printf(print, "  bus       %s, %u bits\n", soc->bus_standard, (unsigned int)soc->bus_data_width);
    mp_printf(print, "  csr       0x%08x, %u registers in words of %u bits\n", (unsigned int)soc->csr_base,
        soc_register_count, (unsigned int)soc->csr_data_width);
    for (unsigned i = 0; i < soc_memory_count; i++) {
        const soc_memory_t *m = &soc_memories[i];
        mp_printf(print, "  %-8s  0x%08x, %u bytes\n", m->name, (unsigned int)m->base, (unsigned int)m->size);
    }
    mp_printf(print, "  cores     ");
    print_cores(print);
    mp_printf(print, "\n  firmware  %s, MicroPython %s", PORT_VERSION, MICROPY_GIT_TAG);
}

static void info_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    if (kind == PRINT_JSON) {
        port_subtype_print(print, self, kind);
    } else {
        print_summary(print);
    }
}

// A dictionary that prints as a summary. With dict's make_new MicroPython takes it for a dictionary everywhere.
static MP_DEFINE_CONST_OBJ_TYPE(
    info_type,
    MP_QSTR_info,
    MP_TYPE_FLAG_ITER_IS_GETITER | MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE,
    make_new, mp_obj_dict_make_new,
    print, info_print,
    unary_op, port_subtype_unary_op,
    binary_op, port_subtype_binary_op,
    attr, port_subtype_attr,
    subscr, port_subtype_subscr,
    iter, port_subtype_getiter,
    parent, &mp_type_dict
    );

#endif

// info(): a dictionary of all that is known of the SoC and of this firmware.
static mp_obj_t litex_info(void) {
    mp_obj_t d = ordered_dict(10);
    put(d, MP_QSTR_identifier, mp_obj_new_str_from_cstr(soc_identity.identifier));
    put(d, MP_QSTR_platform, mp_obj_new_str_from_cstr(soc_identity.platform));
    put(d, MP_QSTR_build, mp_obj_new_str_from_cstr(soc_identity.build));
    put(d, MP_QSTR_clock, mp_obj_new_int_from_uint(soc_identity.clock_hz));
    put(d, MP_QSTR_cpu, info_cpu());
    put(d, MP_QSTR_bus, info_bus());
    put(d, MP_QSTR_csr, info_csr());
    put(d, MP_QSTR_memories, info_memories());
    put(d, MP_QSTR_cores, info_cores());
    put(d, MP_QSTR_firmware, info_firmware());
    #if PORT_FULL
    ((mp_obj_base_t *)MP_OBJ_TO_PTR(d))->type = &info_type;
    #endif
    return d;
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_info_obj, litex_info);

#if PORT_FULL

// git_sha1(): LiteX's revision, "" where its output does not tell.
static mp_obj_t litex_git_sha1(void) {
    const char *start = strchr(soc_identity.build, '(');
    const char *end = start != NULL ? strchr(start, ')') : NULL;
    return end != NULL ? mp_obj_new_str(start + 1, (size_t)(end - start - 1)) : mp_obj_new_str_from_cstr("");
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_git_sha1_obj, litex_git_sha1);

static mp_obj_t litex_bus_standard(void) {
    return mp_obj_new_str_from_cstr(soc_identity.bus_standard);
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_bus_standard_obj, litex_bus_standard);

static volatile uint32_t *word_at(mp_obj_t address_in) {
    mp_uint_t address = mp_obj_get_int_truncated(address_in);
    if ((address & 3) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("address must be a multiple of 4"));
    }
    return (volatile uint32_t *)address;
}

// read32(address), write32(address, value): a word of the bus, as machine.mem32 reaches it.
static mp_obj_t litex_read32(mp_obj_t address) {
    return mp_obj_new_int_from_uint(*word_at(address));
}
static MP_DEFINE_CONST_FUN_OBJ_1(litex_read32_obj, litex_read32);

static mp_obj_t litex_write32(mp_obj_t address, mp_obj_t value) {
    volatile uint32_t *word = word_at(address);
    port_clock_before_write((uint32_t)word);
    *word = (uint32_t)mp_obj_get_int_truncated(value);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(litex_write32_obj, litex_write32);

static mp_obj_t litex_csr_base(void) {
    return mp_obj_new_int_from_uint(soc_identity.csr_base);
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_csr_base_obj, litex_csr_base);

// 0 where the SoC has no region of that name.
static mp_obj_t base_of(const char *name) {
    const soc_memory_t *m = soc_memory_find(name);
    return mp_obj_new_int_from_uint(m != NULL ? m->base : 0);
}

static mp_obj_t size_of(const char *name) {
    const soc_memory_t *m = soc_memory_find(name);
    return mp_obj_new_int_from_uint(m != NULL ? m->size : 0);
}

static mp_obj_t litex_main_ram_base(void) {
    return base_of("main_ram");
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_main_ram_base_obj, litex_main_ram_base);

static mp_obj_t litex_main_ram_size(void) {
    return size_of("main_ram");
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_main_ram_size_obj, litex_main_ram_size);

static mp_obj_t litex_rom_base(void) {
    return base_of("rom");
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_rom_base_obj, litex_rom_base);

static mp_obj_t litex_rom_size(void) {
    return size_of("rom");
}
static MP_DEFINE_CONST_FUN_OBJ_0(litex_rom_size_obj, litex_rom_size);

#endif

static const mp_rom_map_elem_t litex_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_litex) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&litex_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_csrs), MP_ROM_PTR(&litex_csrs_obj) },
    { MP_ROM_QSTR(MP_QSTR_csr_read), MP_ROM_PTR(&litex_csr_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_csr_write), MP_ROM_PTR(&litex_csr_write_obj) },
    #if PORT_FULL
    { MP_ROM_QSTR(MP_QSTR_sys_clk_freq), MP_ROM_INT(SOC_CLOCK_HZ) },
    { MP_ROM_QSTR(MP_QSTR_entropy), MP_ROM_PTR(&port_entropy_obj) },
    { MP_ROM_QSTR(MP_QSTR_entropy_seed), MP_ROM_PTR(&port_entropy_seed_obj) },
    { MP_ROM_QSTR(MP_QSTR_entropy_restart), MP_ROM_PTR(&port_entropy_restart_obj) },
    { MP_ROM_QSTR(MP_QSTR_git_sha1), MP_ROM_PTR(&litex_git_sha1_obj) },
    { MP_ROM_QSTR(MP_QSTR_bus_standard), MP_ROM_PTR(&litex_bus_standard_obj) },
    { MP_ROM_QSTR(MP_QSTR_read32), MP_ROM_PTR(&litex_read32_obj) },
    { MP_ROM_QSTR(MP_QSTR_write32), MP_ROM_PTR(&litex_write32_obj) },
    { MP_ROM_QSTR(MP_QSTR_CSR_BASE), MP_ROM_PTR(&litex_csr_base_obj) },
    { MP_ROM_QSTR(MP_QSTR_MAIN_RAM_BASE), MP_ROM_PTR(&litex_main_ram_base_obj) },
    { MP_ROM_QSTR(MP_QSTR_MAIN_RAM_SIZE), MP_ROM_PTR(&litex_main_ram_size_obj) },
    { MP_ROM_QSTR(MP_QSTR_ROM_BASE), MP_ROM_PTR(&litex_rom_base_obj) },
    { MP_ROM_QSTR(MP_QSTR_ROM_SIZE), MP_ROM_PTR(&litex_rom_size_obj) },
    { MP_ROM_QSTR(MP_QSTR_regs), MP_ROM_PTR(&litex_regs_obj) },
    { MP_ROM_QSTR(MP_QSTR_mems), MP_ROM_PTR(&litex_mems_obj) },
    { MP_ROM_QSTR(MP_QSTR_constants), MP_ROM_PTR(&litex_constants_obj) },
    { MP_ROM_QSTR(MP_QSTR_RemoteClient), MP_ROM_PTR(&litex_remote_type) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_VfsRam), MP_ROM_PTR(&vfs_ram_type) },
    #if PORT_EVENT
    { MP_ROM_QSTR(MP_QSTR_EventManager), MP_ROM_PTR(&litex_event_manager_type) },
    #endif
    #if SOC_HAS_WS2812
    { MP_ROM_QSTR(MP_QSTR_WS2812), MP_ROM_PTR(&litex_ws2812_type) },
    #endif
    #if SOC_HAS_DMA_READER
    { MP_ROM_QSTR(MP_QSTR_DMAReader), MP_ROM_PTR(&litex_dma_reader_type) },
    #endif
    #if SOC_HAS_DMA_WRITER
    { MP_ROM_QSTR(MP_QSTR_DMAWriter), MP_ROM_PTR(&litex_dma_writer_type) },
    #endif
    #if SOC_HAS_DMA_LOOPBACK
    { MP_ROM_QSTR(MP_QSTR_DMA), MP_ROM_PTR(&litex_dma_pair_type) },
    #endif
    #if SOC_HAS_VIDEO
    { MP_ROM_QSTR(MP_QSTR_Video), MP_ROM_PTR(&litex_video_type) },
    #endif
    #if PORT_MEDIUM
    { MP_ROM_QSTR(MP_QSTR_format), MP_ROM_PTR(&litex_format_obj) },
    { MP_ROM_QSTR(MP_QSTR_partitions), MP_ROM_PTR(&litex_partitions_obj) },
    { MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&litex_update_obj) },
    { MP_ROM_QSTR(MP_QSTR__mounted), MP_ROM_PTR(&litex_mounted_obj) },
    #if MICROPY_VFS_FAT
    { MP_ROM_QSTR(MP_QSTR__mkfs), MP_ROM_PTR(&litex_mkfs_obj) },
    #endif
    #endif
    #if PORT_SPIFLASH
    { MP_ROM_QSTR(MP_QSTR__first_stage), MP_ROM_PTR(&litex_first_stage_obj) },
    { MP_ROM_QSTR(MP_QSTR_SPIFlash), MP_ROM_PTR(&litex_spiflash_type) },
    #endif
    #if SOC_HAS_LEDS
    { MP_ROM_QSTR(MP_QSTR_LED), MP_ROM_PTR(&litex_led_type) },
    #endif
};
static MP_DEFINE_CONST_DICT(litex_globals, litex_globals_table);

const mp_obj_module_t mp_module_litex = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&litex_globals,
};

MP_REGISTER_MODULE(MP_QSTR_litex, mp_module_litex);
