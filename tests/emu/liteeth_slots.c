// SPDX-License-Identifier: MIT
//
// LiteEth's slots without the machine around them, as liteeth/mac/sram.py has them: several numbers of slots, the order
// in which they are freed, frames that find none free, over-long and short frames, raw frames, the command FIFO, a PHY
// in reset and a cable that is pulled out.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cores/ethphy.h"
#include "cores/models.h"

#define CLOCK_HZ (100000000)
#define FRAME_CYCLES(bytes) ((uint64_t)(8 + (bytes) + 4 + 12) * 8) // at 100 Mbit/s
#define NEGOTIATED (CLOCK_HZ / 100)
#define MAX_FRAMES (64)

#define CHECK(condition) \
    do { \
        checks++; \
        if (!(condition)) { \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            failures++; \
        } \
    } while (0)

const core_model_t *const core_models[] = { &core_liteeth, &core_ethphy, NULL };

static unsigned checks;
static unsigned failures;

typedef struct {
    size_t size;
    uint8_t data[2048];
} frame_t;

static struct {
    core_host_t host;
    soc_t soc;
    soc_constant_t constants[3];
    core_t mac;
    core_t phy;
    uint64_t now;
    event_t *events[8];
    size_t event_count;
    uint8_t *memory;
    bool irq;
    frame_t in[MAX_FRAMES];
    size_t in_first;
    size_t in_count;
    frame_t out[MAX_FRAMES];
    size_t out_count;
    void (*ready)(core_t *core);
    char error[200];
} sim;

// The host.

const soc_constant_t *soc_constant(const soc_t *soc, const char *name) {
    for (size_t i = 0; i < soc->constant_count; i++) {
        if (strcmp(soc->constants[i].name, name) == 0) {
            return &soc->constants[i];
        }
    }
    return NULL;
}

static void irq(void *machine, int line, bool level) {
    (void)machine;
    (void)line;
    sim.irq = level;
}

static uint64_t due(void *machine) {
    (void)machine;
    return sim.now;
}

static void event(void *machine, event_t *e, uint64_t when) {
    (void)machine;
    e->when = when;
    for (size_t i = 0; i < sim.event_count; i++) {
        if (sim.events[i] == e) {
            return;
        }
    }
    sim.events[sim.event_count++] = e;
}

static uint8_t *memory(void *machine, const char *region, bool writable, size_t *size) {
    (void)machine;
    (void)writable;
    *size = (size_t)(sim.constants[0].number + sim.constants[1].number) * 2048;
    sim.memory = calloc(1, *size);
    return strcmp(region, "ethmac") == 0 ? sim.memory : NULL;
}

static core_t *find(void *machine, const char *name) {
    (void)machine;
    return strcmp(name, "ethphy") == 0 ? &sim.phy : NULL;
}

static void send(void *context, const uint8_t *data, size_t size) {
    (void)context;
    sim.out[sim.out_count].size = size;
    memcpy(sim.out[sim.out_count++].data, data, size);
}

static size_t receive(void *context, uint8_t *data, size_t room) {
    (void)context;
    if (sim.in_count == 0) {
        return 0;
    }
    const frame_t *frame = &sim.in[sim.in_first++];
    sim.in_count--;
    size_t size = frame->size < room ? frame->size : room;
    memcpy(data, frame->data, size);
    return size;
}

static const core_cable_t *cable(void *machine, core_t *core, void (*ready)(core_t *core)) {
    static const core_cable_t c = { .send = send, .receive = receive };
    (void)machine;
    (void)core;
    sim.ready = ready;
    return &c;
}

static void run_until(uint64_t end) {
    for (;;) {
        event_t *next = NULL;
        for (size_t i = 0; i < sim.event_count; i++) {
            if (sim.events[i]->when <= end && (next == NULL || sim.events[i]->when < next->when)) {
                next = sim.events[i];
            }
        }
        if (next == NULL) {
            sim.now = end;
            return;
        }
        sim.now = next->when > sim.now ? next->when : sim.now;
        next->when = EVENT_NEVER;
        next->fire(next->context);
    }
}

// The cores, with all registers of their tables but those that `without` names.
static void add(core_t *core, const core_model_t *model, const char *name, const char *without) {
    core->host = &sim.host;
    core->model = model;
    core->irq = 1;
    snprintf(core->name, sizeof(core->name), "%s", name);
    core->regs = calloc(32, sizeof(*core->regs));
    core->state = calloc(1, model->state_size);
    for (const core_reg_t *r = model->regs; r->suffix != NULL; r++) {
        if (without != NULL && strstr(r->suffix, without) != NULL) {
            continue;
        }
        reg_t *reg = &core->regs[core->reg_count++];
        *reg = (reg_t) { .core = core, .model = r, .suffix = r->suffix, .bytes = calloc(1, 8), .size = 4,
                         .bits = r->bits != 0 ? r->bits : 32 };
        reg_set(reg, r->reset);
    }
}

static void start(unsigned rx_slots, unsigned tx_slots, const char *without) {
    memset(&sim, 0, sizeof(sim));
    const soc_constant_t constants[] = {
        { .name = "ethmac_rx_slots", .is_number = true, .number = rx_slots },
        { .name = "ethmac_tx_slots", .is_number = true, .number = tx_slots },
        { .name = "ethmac_slot_size", .is_number = true, .number = 2048 },
    };
    memcpy(sim.constants, constants, sizeof(constants));
    sim.soc = (soc_t) { .constants = sim.constants, .constant_count = 3, .clock_hz = CLOCK_HZ };
    sim.host = (core_host_t) {
        .soc = &sim.soc, .settings.ethernet_mbit_s = 100, .now = &sim.now, .irq = irq, .due = due, .event = event,
        .memory = memory, .find = find, .cable = cable, .nets = nets_new(), .error = sim.error,
        .error_size = sizeof(sim.error),
    };
    add(&sim.mac, &core_liteeth, "ethmac", without);
    add(&sim.phy, &core_ethphy, "ethphy", NULL);
    CHECK(core_liteeth.init(&sim.mac));
    CHECK(core_ethphy.init(&sim.phy));
    core_liteeth.reset(&sim.mac);
    core_ethphy.reset(&sim.phy);
    run_until(NEGOTIATED);
}

static void stop(void) {
    core_t *cores[] = { &sim.mac, &sim.phy };
    for (unsigned i = 0; i < 2; i++) {
        for (size_t r = 0; r < cores[i]->reg_count; r++) {
            free(cores[i]->regs[r].bytes);
        }
        free(cores[i]->regs);
        free(cores[i]->state);
    }
    free(sim.memory);
    nets_free(sim.host.nets);
}

static uint32_t get(core_t *core, const char *suffix) {
    reg_t *reg = core_reg(core, suffix);
    return (uint32_t)(reg->model->read != NULL ? reg->model->read(core, reg) : reg_get(reg));
}

static void set(core_t *core, const char *suffix, uint32_t value) {
    reg_t *reg = core_reg(core, suffix);
    reg_set(reg, value);
    if (reg->model->write != NULL) {
        reg->model->write(core, reg, reg_get(reg));
    }
}

static uint32_t mac(const char *suffix) {
    return get(&sim.mac, suffix);
}

static void arrive(size_t size, uint8_t first) {
    frame_t *frame = &sim.in[sim.in_first + sim.in_count++];
    frame->size = size;
    for (size_t i = 0; i < size; i++) {
        frame->data[i] = (uint8_t)(first + i);
    }
    sim.ready(&sim.mac);
}

static void transmit(unsigned slot, unsigned length, uint8_t first) {
    uint8_t *data = sim.memory + ((unsigned)sim.constants[0].number + slot) * 2048;
    for (unsigned i = 0; i < length && i < 2048; i++) {
        data[i] = (uint8_t)(first + i);
    }
    set(&sim.mac, "sram_reader_slot", slot);
    set(&sim.mac, "sram_reader_length", length);
    set(&sim.mac, "sram_reader_start", 1);
}

// Fill all slots, lose one frame, and free them again, the oldest first.
static void test_receive(unsigned slots) {
    start(slots, 2, NULL);
    set(&sim.mac, "sram_writer_ev_enable", 1);
    for (unsigned i = 0; i < slots + 1; i++) {
        arrive(100 + i, (uint8_t)i);
    }
    CHECK(!sim.irq && mac("sram_writer_ev_pending") == 0);
    run_until(sim.now + (slots + 1) * FRAME_CYCLES(200));
    CHECK(sim.irq && mac("sram_writer_ev_pending") == 1 && mac("sram_writer_ev_status") == 1);
    CHECK(mac("sram_writer_errors") == 1);
    for (unsigned i = 0; i < slots; i++) {
        CHECK(mac("sram_writer_slot") == i);
        CHECK(mac("sram_writer_length") == 100 + i);
        CHECK(sim.memory[i * 2048] == i && sim.memory[i * 2048 + 99] == (uint8_t)(i + 99));
        set(&sim.mac, "sram_writer_ev_pending", 0); // frees nothing
        CHECK(sim.irq);
        set(&sim.mac, "sram_writer_ev_pending", 1);
    }
    CHECK(!sim.irq && mac("sram_writer_ev_pending") == 0);
    set(&sim.mac, "sram_writer_ev_pending", 1); // nothing is there
    arrive(61, 7);
    run_until(sim.now + 2 * FRAME_CYCLES(200));
    CHECK(mac("sram_writer_slot") == 0 && mac("sram_writer_length") == 61 && sim.irq);
    stop();
}

// A frame takes its time on the cable, and the next begins after it.
static void test_pace(void) {
    start(8, 2, NULL);
    uint64_t begin = sim.now;
    arrive(1514, 0);
    arrive(1514, 1);
    run_until(begin + FRAME_CYCLES(1514) - 12 * 8 - 1);
    CHECK(mac("sram_writer_ev_pending") == 0);
    run_until(begin + FRAME_CYCLES(1514) - 12 * 8);
    CHECK(mac("sram_writer_ev_pending") == 1);
    set(&sim.mac, "sram_writer_ev_pending", 1);
    run_until(begin + 2 * FRAME_CYCLES(1514) - 12 * 8 - 1);
    CHECK(mac("sram_writer_ev_pending") == 0);
    run_until(sim.now + 1);
    CHECK(mac("sram_writer_ev_pending") == 1);
    stop();
}

static void test_lengths(void) {
    static const struct {
        size_t size;
        unsigned length;
    } cases[] = { { 14, 60 }, { 60, 60 }, { 61, 61 }, { 1514, 1514 }, { 1532, 1532 }, { 1535, 1535 }, { 1536, 1536 },
                  { 1537, 1536 }, { 2000, 1536 } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(2, 2, NULL);
        memset(sim.memory, 0xee, 4096);
        arrive(cases[i].size, 1);
        run_until(sim.now + FRAME_CYCLES(2048));
        CHECK(mac("sram_writer_length") == cases[i].length);
        CHECK(cases[i].size >= 60 || sim.memory[59] == 0);
        CHECK(sim.memory[1532] == 0xee); // there is no more memory in a slot
        stop();
    }
}

static void test_transmit(unsigned slots) {
    start(2, slots, NULL);
    set(&sim.mac, "sram_reader_ev_enable", 1);
    for (unsigned i = 0; i < slots; i++) {
        CHECK(mac("sram_reader_ready") == 1 && mac("sram_reader_level") == i);
        transmit(i, 1000 + i, (uint8_t)i);
    }
    CHECK(mac("sram_reader_ready") == 0 && mac("sram_reader_level") == slots);
    set(&sim.mac, "sram_reader_start", 1); // the FIFO is full: lost
    run_until(sim.now + (slots + 2) * FRAME_CYCLES(1200));
    CHECK(sim.out_count == slots && sim.irq);
    for (unsigned i = 0; i < slots; i++) {
        CHECK(sim.out[i].size == 1000 + i && sim.out[i].data[0] == i);
    }
    CHECK(mac("sram_reader_ev_pending") == 1);
    set(&sim.mac, "sram_reader_ev_pending", 1);
    CHECK(!sim.irq && mac("sram_reader_ready") == 1 && mac("sram_reader_level") == 0);
    transmit(0, 20, 3);
    run_until(sim.now + FRAME_CYCLES(60));
    CHECK(sim.out[slots].size == 60); // padded
    stop();
}

static void test_raw(void) {
    start(2, 2, "preamble_crc");
    arrive(60, 9);
    run_until(sim.now + FRAME_CYCLES(100));
    CHECK(mac("sram_writer_length") == 72);
    CHECK(sim.memory[0] == 0x55 && sim.memory[7] == 0xd5 && sim.memory[8] == 9);
    // What came goes out again as it is, and a wrong FCS does not get through.
    uint8_t *slot = sim.memory + 2 * 2048;
    memcpy(slot, sim.memory, 72);
    for (unsigned i = 0; i < 2; i++) {
        set(&sim.mac, "sram_reader_slot", 0);
        set(&sim.mac, "sram_reader_length", 72);
        set(&sim.mac, "sram_reader_start", 1);
        run_until(sim.now + FRAME_CYCLES(100));
        CHECK(sim.out_count == 1 && sim.out[0].size == 60 && sim.out[0].data[0] == 9);
        slot[71] ^= 1;
    }
    stop();
}

static void test_cable(void) {
    start(2, 2, NULL);
    int pin = nets_find(sim.host.nets, "ethphy", 0);
    int hand = nets_pin(sim.host.nets, "hand", 0, NULL, NULL);
    nets_join(sim.host.nets, pin, hand);
    arrive(1514, 0);
    run_until(sim.now + FRAME_CYCLES(1514) / 2);
    nets_drive(sim.host.nets, hand, NETS_HIGH);
    run_until(sim.now + FRAME_CYCLES(1514));
    CHECK(mac("sram_writer_ev_pending") == 0 && mac("rx_datapath_crc_errors") == 1);
    transmit(0, 100, 0);
    run_until(sim.now + FRAME_CYCLES(100));
    CHECK(sim.out_count == 0 && mac("sram_reader_ev_pending") == 1);
    nets_drive(sim.host.nets, hand, NETS_LOW);
    run_until(sim.now + NEGOTIATED);
    transmit(0, 100, 0);
    run_until(sim.now + FRAME_CYCLES(100));
    CHECK(sim.out_count == 1);
    // In reset nothing is sent before it ends.
    set(&sim.phy, "crg_reset", 1);
    transmit(1, 100, 0);
    run_until(sim.now + NEGOTIATED);
    CHECK(sim.out_count == 1 && mac("sram_reader_level") == 1);
    set(&sim.phy, "crg_reset", 0);
    run_until(sim.now + NEGOTIATED);
    CHECK(mac("sram_reader_level") == 0);
    stop();
}

int main(void) {
    for (unsigned slots = 2; slots <= 32; slots *= 2) {
        test_receive(slots);
        test_transmit(slots);
    }
    test_pace();
    test_lengths();
    test_raw();
    test_cable();
    printf("%u checks, %u failed\n", checks, failures);
    return failures != 0;
}
