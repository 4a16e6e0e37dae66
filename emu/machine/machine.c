// SPDX-License-Identifier: MIT
//
// The machine: how it is put together, reset and run; see machine.h.

#include "machine/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cores/models.h"

#define SLICES_PER_SECOND (1000)      // real time, or a network: how often the host is looked at
#define VIRTUAL_SLICE (1000000)       // cycles between looks at the host in virtual time
#define LAST_OUTPUT_MS (1)            // each wait for a slow reader of the console at the end
#define LAST_OUTPUT_WAITS (100)

void machine_irq(machine_t *m, int line, bool level) {
    if (line < 0) {
        return;
    }
    uint32_t lines = (m->irq_lines & ~(1u << line)) | (uint32_t)level << line;
    if (lines != m->irq_lines) {
        m->irq_lines = lines;
        m->cpu.irq_lines = lines;
        machine_plic_update(m);
        cpu_irq_update(&m->cpu);
    }
}

void machine_reset_request(machine_t *m) {
    m->reset_request = true;
    m->cpu.attention = true;
    m->cpu.limit = 0;
}

static bool machine_reset(machine_t *m) {
    m->reset_request = false;
    m->irq_lines = 0;
    m->cpu.irq_lines = 0;
    memset(&m->plic, 0, sizeof(m->plic));
    machine_plic_update(m);
    cpu_reset(&m->cpu, m->soc->reset_addr);
    machine_clint_reset(m);
    machine_reset_cores(m);
    if (!machine_load_images(m)) {
        return false;
    }
    if (m->kernel_loaded) {
        m->cpu.pc = m->kernel_entry & (m->cpu.profile->has_c ? ~1u : ~3u);
    }
    return true;
}

static void trace_step(machine_t *m) {
    uint32_t before[32];
    uint32_t word = 0;
    uint32_t pc = m->cpu.pc;
    uint64_t cycle = m->cpu.cycle;
    memcpy(before, m->cpu.x, sizeof(before));
    bus_peek(&m->bus, pc, &word, 4);
    cpu_step(&m->cpu);
    fprintf(m->trace, "%" PRIu64 " %08" PRIx32 " %08" PRIx32, cycle, pc, word);
    for (unsigned i = 1; i < 32; i++) {
        if (m->cpu.x[i] != before[i]) {
            fprintf(m->trace, " x%u=%08" PRIx32, i, m->cpu.x[i]);
        }
    }
    fputc('\n', m->trace);
}

static void after_run(machine_t *m) {
    machine_fire_events(m);
    if (m->reset_request && !machine_reset(m)) {
        fprintf(stderr, "lxemu: %s\n", m->error);
        m->exit = true;
        m->exit_status = 2;
    }
    if (m->options.max_cycles != 0 && m->cpu.cycle >= m->options.max_cycles) {
        m->exit = true;
        m->exit_status = 124;
    }
    if (m->cpu.stop == STOP_STRICT) {
        m->exit = true;
        m->exit_status = 3;
    } else if (m->cpu.stop == STOP_HALT) {
        fprintf(stderr, "lxemu: %s\n", m->cpu.report);
        m->cpu.stop = STOP_NONE;
        m->cpu.held = true;
    }
}

void machine_slice(machine_t *m) {
    bool faces_host = m->options.realtime || m->cable_count > 0;
    uint64_t length = faces_host ? m->soc->clock_hz / SLICES_PER_SECOND + 1 : VIRTUAL_SLICE;
    uint64_t end = m->cpu.cycle + length;
    if (m->options.max_cycles != 0 && m->options.max_cycles < end) {
        end = m->options.max_cycles;
    }
    machine_fire_events(m);
    while (m->cpu.cycle < end && !m->exit && m->cpu.stop == STOP_NONE) {
        uint64_t event = machine_next_event(m);
        m->cpu.limit = event < end ? event : end;
        if (m->trace != NULL && !m->cpu.idle && !m->cpu.held) {
            trace_step(m);
        } else {
            cpu_run(&m->cpu);
        }
        after_run(m);
        if ((m->cpu.idle || m->cpu.held) && !m->exit && m->cpu.stop == STOP_NONE) {
            machine_idle(m);
            after_run(m);
            if (m->signal != NULL && *m->signal != 0) {
                break;
            }
        }
    }
    machine_look_at_host(m);
    if (m->options.realtime) {
        machine_pace(m);
    }
    if (m->signal != NULL && *m->signal != 0) {
        m->exit = true;
        m->exit_status = 128 + *m->signal;
    }
}

void machine_step(machine_t *m) {
    uint64_t before = m->cpu.cycle;
    if (m->trace != NULL) {
        trace_step(m);
    } else {
        cpu_step(&m->cpu);
    }
    if (m->cpu.cycle == before && m->cpu.idle) {
        machine_idle(m);
    }
    after_run(m);
}

int machine_run(machine_t *m) {
    machine_pace_from_here(m);
    while (!m->exit) {
        machine_slice(m);
    }
    // The rest of the output.
    for (unsigned i = 0; i < LAST_OUTPUT_WAITS && m->console->out_count > 0 && m->console->kind == CONSOLE_STDIO; i++) {
        console_poll(m->console, LAST_OUTPUT_MS);
    }
    console_poll(m->console, 0);
    if (m->cpu.stop == STOP_STRICT) {
        console_restore();
        fprintf(stderr, "lxemu: --strict: %s\n", m->cpu.report);
    }
    return m->exit_status;
}

static bool has_model(const machine_t *m, const core_model_t *wanted) {
    for (size_t i = 0; i < m->core_count; i++) {
        if (m->cores[i].model == wanted) {
            return true;
        }
    }
    return false;
}

static bool require_cores(machine_t *m) {
    if (!has_model(m, &core_uart) && m->console->kind != CONSOLE_NONE) {
        snprintf(m->error, sizeof(m->error), "%s: this SoC has no UART to be the console: "
            "give it one, or say --uart none", m->soc->path);
        return false;
    }
    if (!has_model(m, &core_timer)) {
        snprintf(m->error, sizeof(m->error), "%s: this SoC has no timer: the firmware needs one, "
            "add LiteX's timer0", m->soc->path);
        return false;
    }
    return true;
}

// The interrupt controllers are models of their own: plic.c and clint.c.
static bool is_controller(const machine_t *m, const char *name) {
    return m->cpu.profile->irq_kind == IRQ_PLIC && (strcmp(name, "plic") == 0 || strcmp(name, "clint") == 0);
}

static bool add_memories(machine_t *m) {
    const soc_t *soc = m->soc;
    char text[256];
    if (!bus_add_window(&m->bus, "csr", soc->csr_base, soc->csr_size, m, machine_csr_read, machine_csr_write,
        text, sizeof(text))) {
        snprintf(m->error, sizeof(m->error), "%s: %s", soc->path, text);
        return false;
    }
    for (size_t i = 0; i < soc->memory_count; i++) {
        const soc_memory_t *memory = &soc->memories[i];
        bool writable = strcmp(memory->name, "rom") != 0;
        if (strcmp(memory->name, "csr") == 0 || strstr(memory->type, "linker") != NULL ||
            is_controller(m, memory->name)) {
            continue;
        }
        if (!bus_add_memory(&m->bus, memory->name, memory->base, memory->size, writable,
            strstr(memory->type, "io") != NULL, text, sizeof(text))) {
            snprintf(m->error, sizeof(m->error), "%s: %s", soc->path, text);
            return false;
        }
    }
    return true;
}

// A host's accesses are of whole words; only memory knows parts of them (LiteX's CSR bridge does not).
static uint32_t host_read(void *context, uint32_t addr) {
    machine_t *m = context;
    uint32_t value;
    bus_read(&m->bus, addr, 4, &value);
    return value;
}

static void host_write(void *context, uint32_t addr, uint32_t value, unsigned enable) {
    machine_t *m = context;
    const bus_region_t *region = bus_find(&m->bus, addr);
    bool parts = region != NULL && region->memory != NULL && enable != 0xf;
    for (unsigned i = 0; parts && i < 4; i++) {
        if (enable >> i & 1) {
            bus_write(&m->bus, addr + i, 1, value >> 8 * i & 0xff);
        }
    }
    if (!parts && enable != 0) {
        bus_write(&m->bus, addr, 4, value);
    }
}

const etherbone_bus_t machine_host_bus = { .read = host_read, .write = host_write };

bool machine_init(machine_t *m, const soc_t *soc, const machine_options_t *options, console_t *console) {
    memset(m, 0, sizeof(*m));
    m->soc = soc;
    m->options = *options;
    m->console = console;
    m->event_when = EVENT_NEVER;
    bool exact;
    const cpu_profile_t *profile = cpu_profile_find(soc->cpu_name, soc->cpu_variant, &exact);
    if (!exact) {
        fprintf(stderr, "lxemu: CPU %s %s is not known: emulating rv32im with VexRiscv's conventions\n",
            soc->cpu_name, soc->cpu_variant);
    }
    m->nets = nets_new();
    if (m->nets == NULL || !bus_init(&m->bus) || !cpu_init(&m->cpu, profile, &m->bus, options->timing)) {
        snprintf(m->error, sizeof(m->error), "no memory");
        return false;
    }
    m->cpu.strict = options->strict;
    machine_fill_core_host(m);
    return add_memories(m) && machine_add_plic(m) && machine_add_clint(m) && machine_add_cores(m) && require_cores(m) && machine_connect_pins(m)
           && machine_reset(m);
}

void machine_free(machine_t *m) {
    machine_close_nets(m);
    for (size_t i = 0; i < m->core_count; i++) {
        core_t *core = &m->cores[i];
        if (core->model != NULL && core->model->free != NULL && core->state != NULL) {
            core->model->free(core);
        }
        for (size_t r = 0; core->regs != NULL && r < core->reg_count; r++) {
            free(core->regs[r].bytes);
        }
        free(core->regs);
        free(core->state);
    }
    free(m->cores);
    free(m->core_at);
    free(m->reg_at);
    free(m->reg_word);
    pin_devices_free(m->pin_devices);
    nets_free(m->nets);
    cpu_free(&m->cpu);
    bus_free(&m->bus);
}
