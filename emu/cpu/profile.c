// SPDX-License-Identifier: MIT
//
// The CPUs that LiteX offers, as tables: which words decode, which CSRs exist and how, which
// accidents trap. VexRiscv's come from the Verilog that LiteX ships (decode_LEGAL_INSTRUCTION,
// execute_CsrPlugin_illegalAccess, CsrPlugin_selfException in pythondata-cpu-vexriscv's
// VexRiscv*.v); the other cores' from their manuals and LiteX's cores/cpu/<name>.

#include <string.h>

#include "cpu/cpu.h"

// VexRiscv's decoder leaves don't-care bits open: srli with bit 25 set is a srli.
#define VEX_I \
    { 0x0000106f, 0x00000003 }, { 0x0000207f, 0x00000003 }, { 0x0000505f, 0x00000003 }, \
    { 0x0000607f, 0x0000000f }, { 0x0000005f, 0x00000017 }, { 0x0000603f, 0x00000023 }, \
    { 0xbe00707f, 0x00000033 }, { 0xbe00707f, 0x00005033 }, { 0xfe00007f, 0x00000033 }, \
    { 0x0000707b, 0x00000063 }, { 0x0000007f, 0x0000006f }, { 0xfc00307f, 0x00001013 }, \
    { 0xbc00707f, 0x00005013 }, { 0x0000107f, 0x00001073 }, { 0x0000207f, 0x00002013 }, \
    { 0x0000207f, 0x00002073 }, { 0x0000407f, 0x00004063 }, { 0xdfffffff, 0x10200073 }, \
    { 0xffffffff, 0x10500073 }, { 0xffffffff, 0x00000073 }
#define VEX_M { 0xfc00007f, 0x00000033 }
#define VEX_DCACHE { 0x01f0707f, 0x0000500f } // flush of the data cache
#define VEX_LRSC { 0xf9f0707f, 0x1000202f }, { 0xf800707f, 0x1800202f }
#define VEX_LINUX \
    { 0x1800707f, 0x0000202f }, { 0xe800707f, 0x0800202f }, { 0xf9f0707f, 0x1000202f }, \
    { 0xfe007fff, 0x12000073 }

// The manual's rv32i with Zicsr, Zifencei, ebreak and wfi.
#define STD_I \
    { 0x0000007f, 0x00000037 }, { 0x0000007f, 0x00000017 }, { 0x0000007f, 0x0000006f }, \
    { 0x0000707f, 0x00000067 }, \
    { 0x0000607f, 0x00000063 }, { 0x0000407f, 0x00004063 }, \
    { 0x0000607f, 0x00000003 }, { 0x0000707f, 0x00002003 }, { 0x0000607f, 0x00004003 }, \
    { 0x0000607f, 0x00000023 }, { 0x0000707f, 0x00002023 }, \
    { 0x0000707f, 0x00000013 }, { 0x0000607f, 0x00002013 }, { 0x0000707f, 0x00004013 }, \
    { 0x0000607f, 0x00006013 }, { 0xfe00707f, 0x00001013 }, { 0xbe00707f, 0x00005013 }, \
    { 0xfe00007f, 0x00000033 }, { 0xbe00707f, 0x00000033 }, { 0xbe00707f, 0x00005033 }, \
    { 0x0000607f, 0x0000000f }, { 0xffffffff, 0x00000073 }, { 0xffffffff, 0x00100073 }
#define STD_CSR \
    { 0x0000107f, 0x00001073 }, { 0x0000207f, 0x00002073 }, { 0xffffffff, 0x30200073 }, \
    { 0xffffffff, 0x10500073 }
#define STD_M { 0xfe00007f, 0x02000033 }
#define STD_A \
    { 0xf9f0707f, 0x1000202f }, { 0xf800707f, 0x1800202f }, { 0x1800707f, 0x0000202f }, \
    { 0xf800707f, 0x0800202f }
#define PICO_IRQ { 0xf000007f, 0x0000000b }
#define END { 0, 0 }

static const cpu_legal_t vex_minimal[] = { VEX_I, END };
static const cpu_legal_t vex_lite[] = { VEX_I, VEX_M, END };
static const cpu_legal_t vex_standard[] = { VEX_I, VEX_M, VEX_DCACHE, END };
static const cpu_legal_t vex_imac[] = { VEX_I, VEX_M, VEX_DCACHE, VEX_LRSC, END };
static const cpu_legal_t vex_linux[] = { VEX_I, VEX_M, VEX_DCACHE, VEX_LINUX, END };
static const cpu_legal_t rv32i[] = { STD_I, STD_CSR, END };
static const cpu_legal_t rv32im[] = { STD_I, STD_CSR, STD_M, END };
static const cpu_legal_t rv32ima[] = { STD_I, STD_CSR, STD_M, STD_A, END };
static const cpu_legal_t vex_smp[] = { STD_I, STD_CSR, STD_M, STD_A, VEX_DCACHE, END };
static const cpu_legal_t pico_minimal[] = { STD_I, PICO_IRQ, END };
static const cpu_legal_t pico_standard[] = { STD_I, STD_M, { 0x0000307f, 0x00002073 }, PICO_IRQ, END };

#define ALL (0xffffffffu)
#define CSR_MSTATUS_SMALL { 0x300, SLOT_MSTATUS, CSR_RW, 0x00001888, 0x00001800 }
#define CSR_MIE_SMALL { 0x304, SLOT_MIE, CSR_RW, 0x00000888, 0 }
#define CSR_MIP { 0x344, SLOT_MIP, CSR_RW, 0x00000888, 0 }
#define CSR_MEPC { 0x341, SLOT_MEPC, CSR_RW, ALL, 0 }
#define CSR_IRQ_ARRAY \
    { 0xbc0, SLOT_IRQ_MASK, CSR_RW, ALL, 0 }, { 0xfc0, SLOT_IRQ_PENDING, CSR_R, ALL, 0 }
#define CSR_DCACHE_INFO { 0xcc0, SLOT_CONST, CSR_R, ALL, 0x02001000 }
#define CSR_IDS(vendor, arch, imp) \
    { 0xf11, SLOT_CONST, CSR_R, ALL, vendor }, { 0xf12, SLOT_CONST, CSR_R, ALL, arch }, \
    { 0xf13, SLOT_CONST, CSR_R, ALL, imp }, { 0xf14, SLOT_CONST, CSR_R, ALL, 0 }
#define CSR_COUNTERS \
    { 0xc00, SLOT_CYCLE, CSR_R, ALL, 0 }, { 0xc80, SLOT_CYCLEH, CSR_R, ALL, 0 }, \
    { 0xc02, SLOT_INSTRET, CSR_R, ALL, 0 }, { 0xc82, SLOT_INSTRETH, CSR_R, ALL, 0 }
#define CSR_M_COUNTERS \
    { 0xb00, SLOT_CYCLE, CSR_RW, ALL, 0 }, { 0xb80, SLOT_CYCLEH, CSR_RW, ALL, 0 }, \
    { 0xb02, SLOT_INSTRET, CSR_RW, ALL, 0 }, { 0xb82, SLOT_INSTRETH, CSR_RW, ALL, 0 }
#define CSR_END { 0, 0, 0, 0, 0 }

// CsrPluginConfig.small: what is missing reads 0 and nothing traps.
#define VEX_SMALL \
    CSR_MSTATUS_SMALL, CSR_MIE_SMALL, CSR_MIP, CSR_MEPC, CSR_IRQ_ARRAY, \
    { 0x305, SLOT_MTVEC, CSR_W, ALL, 0 }, { 0x342, SLOT_MCAUSE, CSR_R, 0x8000000f, 0 }, \
    { 0x343, SLOT_MTVAL, CSR_R, ALL, 0 }
// CsrPluginConfig.all: what is missing traps.
#define VEX_ALL(misa) \
    CSR_MSTATUS_SMALL, CSR_MIE_SMALL, CSR_MIP, CSR_MEPC, CSR_IRQ_ARRAY, CSR_DCACHE_INFO, \
    CSR_COUNTERS, CSR_M_COUNTERS, \
    { 0x301, SLOT_MISA, CSR_RW, 0xc3ffffff, misa }, { 0x305, SLOT_MTVEC, CSR_RW, ALL, 0 }, \
    { 0x340, SLOT_MSCRATCH, CSR_RW, ALL, 0 }, { 0x342, SLOT_MCAUSE, CSR_RW, 0x8000000f, 0 }, \
    { 0x343, SLOT_MTVAL, CSR_RW, ALL, 0 }

static const cpu_csr_t vex_csr_small[] = { VEX_SMALL, CSR_END };
static const cpu_csr_t vex_csr_standard[] = { VEX_SMALL, CSR_DCACHE_INFO, CSR_END };
static const cpu_csr_t vex_csr_all[] = { VEX_ALL(0x40000042), CSR_IDS(0xb, 0x16, 0x21), CSR_END };
static const cpu_csr_t vex_csr_secure[] = { VEX_ALL(0x41101064), CSR_IDS(1, 2, 3), CSR_END };
// CsrPluginConfig.linuxMinimal. Supervisor mode and translation are not modelled.
static const cpu_csr_t vex_csr_linux[] = {
    { 0x300, SLOT_MSTATUS, CSR_RW, 0x000e19aa, 0x00001800 }, { 0x304, SLOT_MIE, CSR_RW, 0x00000aaa, 0 },
    CSR_MIP, CSR_MEPC, CSR_IRQ_ARRAY, CSR_DCACHE_INFO, CSR_IDS(1, 2, 3),
    { 0x305, SLOT_MTVEC, CSR_W, ALL, 0 }, { 0x340, SLOT_MSCRATCH, CSR_RW, ALL, 0 },
    { 0x342, SLOT_MCAUSE, CSR_R, 0x8000000f, 0 }, { 0x343, SLOT_MTVAL, CSR_R, ALL, 0 },
    { 0x302, SLOT_MEDELEG, CSR_W, ALL, 0 }, { 0x303, SLOT_MIDELEG, CSR_W, ALL, 0 },
    { 0x100, SLOT_MSTATUS, CSR_RW, 0x000e0122, 0 }, { 0x104, SLOT_MIE, CSR_RW, 0x00000222, 0 },
    { 0x105, SLOT_STVEC, CSR_RW, ALL, 0 }, { 0x140, SLOT_SSCRATCH, CSR_RW, ALL, 0 },
    { 0x141, SLOT_SEPC, CSR_RW, ALL, 0 }, { 0x142, SLOT_SCAUSE, CSR_RW, 0x8000000f, 0 },
    { 0x143, SLOT_STVAL, CSR_RW, ALL, 0 }, { 0x144, SLOT_MIP, CSR_RW, 0x00000222, 0 },
    { 0x180, SLOT_SATP, CSR_RW, 0xffcfffff, 0 }, { 0x9c0, SLOT_S_IRQ_MASK, CSR_RW, ALL, 0 },
    { 0xdc0, SLOT_CONST, CSR_R, ALL, 0 }, CSR_END
};

// Machine mode as the manual has it.
#define STD_MACHINE(mie, misa) \
    { 0x300, SLOT_MSTATUS, CSR_RW, 0x00001888, 0x00001800 }, { 0x304, SLOT_MIE, CSR_RW, mie, 0 }, \
    CSR_MIP, CSR_MEPC, CSR_COUNTERS, CSR_M_COUNTERS, CSR_IDS(0, 0, 0), \
    { 0x301, SLOT_CONST, CSR_RW, ALL, misa }, { 0x305, SLOT_MTVEC, CSR_RW, ALL, 0 }, \
    { 0x340, SLOT_MSCRATCH, CSR_RW, ALL, 0 }, { 0x342, SLOT_MCAUSE, CSR_RW, 0x8000001f, 0 }, \
    { 0x343, SLOT_MTVAL, CSR_RW, ALL, 0 }
static const cpu_csr_t machine_csrs[] = { STD_MACHINE(0x888, 0x40001105), CSR_END };
static const cpu_csr_t fast_csrs[] = { STD_MACHINE(0xffff0888, 0x40001104), CSR_END };
static const cpu_csr_t minerva_csrs[] = {
    STD_MACHINE(0x888, 0x40001100), { 0x330, SLOT_IRQ_MASK, CSR_RW, ALL, 0 },
    { 0x360, SLOT_IRQ_PENDING, CSR_R, ALL, 0 }, CSR_END
};
static const cpu_csr_t pico_csrs[] = { CSR_COUNTERS, CSR_END };
static const cpu_csr_t serv_csrs[] = {
    { 0x300, SLOT_MSTATUS, CSR_RW, 0x00000088, 0 }, { 0x304, SLOT_MIE, CSR_RW, 0x00000080, 0 },
    { 0x305, SLOT_MTVEC, CSR_RW, ALL, 0 }, { 0x340, SLOT_MSCRATCH, CSR_RW, ALL, 0 }, CSR_MEPC,
    { 0x342, SLOT_MCAUSE, CSR_RW, 0x8000000f, 0 }, { 0x343, SLOT_MTVAL, CSR_RW, ALL, 0 }, CSR_END
};

#define VEX .irq_kind = IRQ_ARRAY, .mtval = true, .lrsc_any_address = true
#define VEX_CACHED VEX, .icache = true, .dcache = true
#define STD .csr_traps = true, .mtval = true, .ebreak_traps_3 = true, .wfi_waits = true

static const cpu_profile_t profiles[] = {
    { "vexriscv", "standard", vex_standard, vex_csr_standard, VEX_CACHED },
    { "vexriscv", "minimal", vex_minimal, vex_csr_small, VEX },
    { "vexriscv", "lite", vex_lite, vex_csr_small, VEX, .icache = true },
    { "vexriscv", "imac", vex_imac, vex_csr_all, VEX_CACHED, .has_c = true, .csr_traps = true, .wfi_waits = true },
    { "vexriscv", "full", vex_standard, vex_csr_all, VEX_CACHED, .csr_traps = true, .wfi_waits = true },
    { "vexriscv", "linux", vex_linux, vex_csr_linux, VEX_CACHED, .csr_traps = true, .wfi_waits = true },
    { "vexriscv", "secure", vex_standard, vex_csr_secure, VEX_CACHED, .csr_traps = true, .wfi_waits = true },
    { "vexriscv_smp", NULL, vex_smp, machine_csrs, IRQ_PLIC, STD, .icache = true, .dcache = true,
      .plic_base = 0xf0c00000 },
    { "naxriscv", NULL, rv32ima, machine_csrs, IRQ_PLIC, STD, .plic_base = 0xf0c00000 },
    { "vexiiriscv", NULL, rv32ima, machine_csrs, IRQ_PLIC, STD, .plic_base = 0xf0c00000 },
    { "picorv32", "minimal", pico_minimal, serv_csrs, IRQ_PICO, .misaligned_ok = true },
    { "picorv32", NULL, pico_standard, pico_csrs, IRQ_PICO, .csr_traps = true },
    { "femtorv", "standard", rv32i, serv_csrs, IRQ_NONE, .misaligned_ok = true },
    { "femtorv", "quark", rv32i, serv_csrs, IRQ_NONE, .misaligned_ok = true },
    { "femtorv", "tachyon", rv32i, serv_csrs, IRQ_NONE, .misaligned_ok = true },
    { "femtorv", "gracilis", rv32im, serv_csrs, IRQ_NONE, .has_c = true, .rvc_reserved_traps = true, .misaligned_ok = true },
    { "femtorv", "petitbateau", rv32im, serv_csrs, IRQ_NONE, .has_c = true, .rvc_reserved_traps = true, .misaligned_ok = true },
    { "femtorv", NULL, rv32im, serv_csrs, IRQ_NONE, .misaligned_ok = true },
    { "serv", "mdu", rv32im, serv_csrs, IRQ_NONE, .mtval = true, .ebreak_traps_3 = true },
    { "serv", NULL, rv32i, serv_csrs, IRQ_NONE, .mtval = true, .ebreak_traps_3 = true },
    { "minerva", NULL, rv32im, minerva_csrs, IRQ_ARRAY, STD },
    { "ibex", NULL, rv32im, fast_csrs, IRQ_FAST, STD, .has_c = true, .rvc_reserved_traps = true, .misaligned_ok = true },
    { "cv32e40p", NULL, rv32im, fast_csrs, IRQ_FAST, STD, .has_c = true, .rvc_reserved_traps = true, .misaligned_ok = true },
    { "cv32e41p", NULL, rv32im, fast_csrs, IRQ_FAST, STD, .has_c = true, .rvc_reserved_traps = true, .misaligned_ok = true },
    // Not known: rv32im with VexRiscv's conventions.
    { NULL, NULL, vex_standard, vex_csr_standard, VEX_CACHED },
};

const cpu_profile_t *cpu_profile_find(const char *name, const char *variant, bool *exact) {
    // "standard+debug" is standard with a debug port.
    size_t length = strcspn(variant, "+");
    const cpu_profile_t *p = profiles;
    for (; p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0 &&
            (p->variant == NULL || (strlen(p->variant) == length && strncmp(p->variant, variant, length) == 0))) {
            break;
        }
    }
    *exact = p->name != NULL;
    return p;
}
