// SPDX-License-Identifier: MIT
//
// The machine: see machine.h. Two clocks: in real time the guest's cycles are held back to the wall
// clock and an idle guest sleeps; in virtual time nothing waits, and what an idle guest would wait
// for happens at once.

#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/window.h"

#define SLICES_PER_SECOND (1000)      // real time: how often the host is looked at
#define VIRTUAL_SLICE (1000000)       // cycles between looks at the host in virtual time
#define IDLE_QUANTA_PER_SECOND (1000) // wfi ends at least this often, for guests that watch the time
#define IDLE_END_SECONDS (60)         // a piped run ends when the guest did nothing for so long
#define IDLE_COUNT (16)               // and not before it went idle so often
#define BUSY_WAIT_MS (1)              // an idle guest with a live host in virtual time
#define LONG_WAIT_MS (200)
#define SPIN_SECONDS (2)              // a guest that did nothing but spin for so long waits for input
#define INPUT_POLLS (64)              // looks at an empty UART that count as waiting for input
#define NS (1000000000ull)
#define LAG_LIMIT_NS (100000000ull)   // real time gives up catching up beyond this

static uint64_t wall_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

// Events: a list sorted by time.

void machine_event(machine_t *m, event_t *event, uint64_t when) {
    for (event_t **at = &m->events; *at != NULL; at = &(*at)->next) {
        if (*at == event) {
            *at = event->next;
            break;
        }
    }
    event->when = when;
    event->next = NULL;
    if (when == EVENT_NEVER) {
        return;
    }
    event_t **at = &m->events;
    while (*at != NULL && (*at)->when <= when) {
        at = &(*at)->next;
    }
    event->next = *at;
    *at = event;
    if (when < m->cpu.limit) {
        m->cpu.limit = when;
    }
}

static uint64_t next_event(const machine_t *m) {
    uint64_t when = m->events != NULL ? m->events->when : EVENT_NEVER;
    if (m->cpu.pico_timer_at != 0 && m->cpu.pico_timer_at < when) {
        when = m->cpu.pico_timer_at;
    }
    return when;
}

static void fire_events(machine_t *m) {
    // Each may schedule itself again; those due later in this call wait for the next.
    while (m->events != NULL && m->events->when <= m->cpu.cycle) {
        event_t *event = m->events;
        m->events = event->next;
        m->event_when = event->when;
        event->when = EVENT_NEVER;
        event->fire(event->context);
    }
    m->event_when = EVENT_NEVER;
    if (m->cpu.pico_timer_at != 0 && m->cpu.pico_timer_at <= m->cpu.cycle) {
        m->cpu.pico_timer_at = 0;
        m->cpu.pico_pending |= 1;
        cpu_irq_update(&m->cpu);
    }
}

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
    machine_reset_cores(m);
    if (!machine_load_images(m)) {
        return false;
    }
    if (m->kernel_loaded) {
        m->cpu.pc = m->kernel_entry & (m->cpu.profile->has_c ? ~1u : ~3u);
    }
    return true;
}

// Console.

bool machine_offer_console(machine_t *m, core_t *core, void (*pump)(void *context)) {
    if (m->console_core != NULL ||
        (strcmp(core->name, "uart") != 0 && soc_register(m->soc, "uart_rxtx") != NULL)) {
        return false;
    }
    m->console_core = core;
    m->pump = pump;
    return true;
}

static void pump(machine_t *m) {
    if (m->pump != NULL) {
        m->pump(m->console_core);
    }
}

// Offer what the host has to the UART; true when the guest got something.
static bool offer_input(machine_t *m) {
    size_t before = m->console->in_count;
    console_demand(m->console, m->options.fifo_depth);
    pump(m);
    return m->console->in_count != before;
}

void machine_sign_of_life(machine_t *m) {
    m->last_life = m->cpu.cycle;
    m->input_polls = 0;
    m->idle_count = 0;
}

void machine_input_wanted(machine_t *m) {
    if (++m->input_polls < INPUT_POLLS || !m->console->on_demand) {
        return;
    }
    m->input_polls = 0;
    if (!console_has_input(m->console)) {
        console_poll(m->console, 0);
    }
    offer_input(m);
}

// Move what goes to and from the host, waiting up to timeout_ms for it.
static void poll_host(machine_t *m, int timeout_ms) {
    console_poll(m->console, timeout_ms);
    if (m->etherbone != NULL) {
        etherbone_poll(m->etherbone);
    }
    if (m->options.window != NULL && window_poll(m->options.window)) {
        m->console->quit = true;
    }
}

static void look_at_host(machine_t *m) {
    console_t *c = m->console;
    poll_host(m, 0);
    // A guest that waits by spinning in its own memory asks for input by doing nothing else.
    if (!c->on_demand) {
        pump(m);
    } else if (m->cpu.cycle - m->last_life > (uint64_t)SPIN_SECONDS * m->soc->clock_hz && offer_input(m)) {
        m->last_life = m->cpu.cycle;
    }
    if (c->quit || c->failed) {
        m->exit = true;
        m->exit_status = 0;
    }
}

// Time.

static void skip_to(machine_t *m, uint64_t when) {
    if (when > m->cpu.cycle) {
        m->cpu.instret_lag += when - m->cpu.cycle;
        m->cpu.cycle = when;
    }
}

static uint64_t wall_cycle(const machine_t *m) {
    uint64_t passed = wall_ns() - m->pace_ns;
    uint64_t clock = m->soc->clock_hz;
    return m->pace_cycle + passed / NS * clock + passed % NS * clock / NS;
}

static void pace_from_here(machine_t *m) {
    m->pace_ns = wall_ns();
    m->pace_cycle = m->cpu.cycle;
}

// Real time: wait until the wall clock is where the guest is.
static void pace(machine_t *m) {
    uint64_t wall = wall_cycle(m);
    uint64_t clock = m->soc->clock_hz;
    if (m->cpu.cycle > wall) {
        uint64_t ms = (m->cpu.cycle - wall) * 1000 / clock;
        if (ms > 0) {
            poll_host(m, ms < LONG_WAIT_MS ? (int)ms : LONG_WAIT_MS);
        }
    } else if ((wall - m->cpu.cycle) / clock * NS + (wall - m->cpu.cycle) % clock * NS / clock > LAG_LIMIT_NS) {
        pace_from_here(m);
    }
    if (m->pace_cycle + clock * 3600 < m->cpu.cycle) {
        pace_from_here(m);
    }
}

// Whether something from the host may still wake an idle guest.
static bool host_may_ask(const machine_t *m) {
    return console_can_wait(m->console) || m->etherbone != NULL;
}

// The guest waits: let time pass to what it may be waiting for.
static void idle(machine_t *m) {
    console_t *c = m->console;
    uint64_t clock = m->soc->clock_hz;
    uint64_t quantum = clock / IDLE_QUANTA_PER_SECOND + 1;
    poll_host(m, 0);
    if (c->quit || c->failed) {
        m->exit = true;
        return;
    }
    if (!offer_input(m)) {
        uint64_t event = next_event(m);
        uint64_t until = m->cpu.cycle + quantum;
        uint64_t silence = m->cpu.cycle - m->last_life;
        // wfi alone does not mean idle: VexRiscv passes it, and a guest may do so once in a while.
        bool endless = event == EVENT_NEVER && !m->time_was_read && ++m->idle_count > IDLE_COUNT;
        if (event < until) {
            until = event;
        }
        if (m->options.max_cycles != 0 && m->options.max_cycles < until) {
            until = m->options.max_cycles;
        }
        // Input that the guest leaves in a full FIFO does not keep the run alive.
        if (!host_may_ask(m) && c->out_count == 0 && (endless || silence > IDLE_END_SECONDS * clock)) {
            m->exit = true;
            return;
        }
        if (m->options.realtime) {
            uint64_t wall = wall_cycle(m);
            if (until > wall) {
                poll_host(m, (int)((until - wall) * 1000 / clock) + 1);
                wall = wall_cycle(m);
            }
            skip_to(m, until < wall ? until : wall);
        } else if (endless && host_may_ask(m)) {
            poll_host(m, LONG_WAIT_MS);
        } else {
            if (host_may_ask(m) && silence > clock) {
                poll_host(m, BUSY_WAIT_MS);
            }
            skip_to(m, until);
        }
        m->time_was_read = false;
        pump(m);
    }
    if (!m->cpu.profile->wfi_waits && !m->cpu.held) {
        m->cpu.idle = false;
    }
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
    fire_events(m);
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
    uint64_t length = m->options.realtime ? m->soc->clock_hz / SLICES_PER_SECOND + 1 : VIRTUAL_SLICE;
    uint64_t end = m->cpu.cycle + length;
    if (m->options.max_cycles != 0 && m->options.max_cycles < end) {
        end = m->options.max_cycles;
    }
    fire_events(m);
    while (m->cpu.cycle < end && !m->exit && m->cpu.stop == STOP_NONE) {
        uint64_t event = next_event(m);
        m->cpu.limit = event < end ? event : end;
        if (m->trace != NULL && !m->cpu.idle && !m->cpu.held) {
            trace_step(m);
        } else {
            cpu_run(&m->cpu);
        }
        after_run(m);
        if ((m->cpu.idle || m->cpu.held) && !m->exit && m->cpu.stop == STOP_NONE) {
            idle(m);
            after_run(m);
            if (m->signal != NULL && *m->signal != 0) {
                break;
            }
        }
    }
    look_at_host(m);
    if (m->options.realtime) {
        pace(m);
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
        idle(m);
    }
    after_run(m);
}

int machine_run(machine_t *m) {
    pace_from_here(m);
    while (!m->exit) {
        machine_slice(m);
    }
    // The last words.
    for (unsigned i = 0; i < 100 && m->console->out_count > 0 && m->console->kind == CONSOLE_STDIO; i++) {
        console_poll(m->console, BUSY_WAIT_MS);
    }
    console_poll(m->console, 0);
    if (m->cpu.stop == STOP_STRICT) {
        console_restore();
        fprintf(stderr, "lxemu: --strict: %s\n", m->cpu.report);
    }
    return m->exit_status;
}

// Life.

static bool has_model(const machine_t *m, const core_model_t *wanted) {
    for (size_t i = 0; i < m->core_count; i++) {
        if (m->cores[i].model == wanted) {
            return true;
        }
    }
    return false;
}

extern const core_model_t core_uart;
extern const core_model_t core_timer;

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
        if (strcmp(memory->name, "csr") == 0 || strstr(memory->type, "linker") != NULL) {
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

int machine_pin(core_t *core, unsigned index, nets_sense_t sense) {
    return nets_pin(core->machine->nets, core->name, index, sense, core);
}

const wiring_row_t *machine_device(const core_t *core, unsigned index, size_t n) {
    const wiring_t *wiring = core->machine->options.wiring;
    return wiring != NULL ? wiring_device(wiring, core->name, index, n) : NULL;
}

static uint64_t ns_of_cycle(const machine_t *m, uint64_t cycle) {
    return (uint64_t)((unsigned __int128)cycle * NS / m->soc->clock_hz);
}

uint64_t machine_ns(const machine_t *m) {
    return ns_of_cycle(m, m->cpu.cycle);
}

// The first cycle at which so many nanoseconds have passed.
static uint64_t cycle_of_ns(const machine_t *m, uint64_t ns) {
    return ns == UINT64_MAX ? EVENT_NEVER : (uint64_t)(((unsigned __int128)ns * m->soc->clock_hz + NS - 1) / NS);
}

static void plan_stimulus(machine_t *m) {
    machine_event(m, &m->stimulus, cycle_of_ns(m, nets_next(m->nets)));
}

static void stimulate(void *context) {
    machine_t *m = context;
    nets_advance(m->nets, machine_ns(m));
    plan_stimulus(m);
}

// Edges that a core makes by itself have their exact times. For the devices time never goes back.
static uint64_t device_now(void *context) {
    machine_t *m = context;
    uint64_t due = machine_due(m);
    m->devices_when = due > m->devices_when ? due : m->devices_when;
    return ns_of_cycle(m, m->devices_when);
}

static void device_wake(void *context) {
    machine_t *m = context;
    if (m->pin_devices != NULL) {
        machine_event(m, &m->pin_device, cycle_of_ns(m, pin_devices_next(m->pin_devices)));
    }
}

static void device_due(void *context) {
    machine_t *m = context;
    pin_devices_advance(m->pin_devices);
    device_wake(m);
}

static bool attach_pin_devices(machine_t *m) {
    const pin_devices_host_t host = { device_now, device_wake, m };
    m->pin_device = (event_t) { .when = EVENT_NEVER, .fire = device_due, .context = m };
    m->pin_devices = pin_devices_attach(m->nets, m->options.wiring, &host, m->error, sizeof(m->error));
    if (m->pin_devices != NULL) {
        device_wake(m);
    }
    return m->pin_devices != NULL;
}

static uint64_t plug_now(void *machine) {
    return machine_ns(machine);
}

static bool connect_nets(machine_t *m) {
    if (m->options.plug != NULL && !plug_connect(m->options.plug, m->nets, plug_now, m)) {
        snprintf(m->error, sizeof(m->error), "no memory");
        return false;
    }
    if (m->options.wiring != NULL && !nets_connect(m->nets, m->options.wiring, m->error, sizeof(m->error))) {
        return false;
    }
    m->stimulus.fire = stimulate;
    m->stimulus.context = m;
    plan_stimulus(m);
    return m->options.wiring == NULL || attach_pin_devices(m);
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
    return add_memories(m) && machine_add_plic(m) && machine_add_cores(m) && require_cores(m) && connect_nets(m)
           && machine_reset(m);
}

void machine_free(machine_t *m) {
    for (size_t i = 0; i < m->core_count; i++) {
        core_t *core = &m->cores[i];
        if (core->model != NULL && core->model->free != NULL && core->state != NULL) {
            core->model->free(core);
        }
        for (size_t r = 0; core->regs != NULL && r < core->reg_count; r++) {
            free(core->regs[r].words);
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
