// SPDX-License-Identifier: MIT
//
// WS2812 (litex/soc/cores/led.py): a memory with a word 00GGRRBB for each LED, which the core sends for ever. The
// memory is an ordinary one; the waveform, on pin 0 of the wiring, comes by events, and only where somebody hears it.
// A core with revision="old", which pauses for 62.5 instead of 350 us, looks the same in csr.json.

#include "cores/models.h"

#define LED_BITS (24)
// The FSM's states between the end of the pause and the first bit: LED-READ, LED-LATCH, LED-SEND, RUN.
#define START_CYCLES (4)

static const double pause_s = 280e-6 * 1.25;
static const double high_s[2] = { 0.40e-6, 0.80e-6 }; // of a 0, of a 1
static const double low_s[2] = { 0.85e-6, 0.45e-6 };

typedef struct {
    int pin;
    unsigned leds;
    uint64_t pause_cycles;
    uint64_t high_cycles[2];
    uint64_t low_cycles[2];
    unsigned led;  // whose bits are next
    unsigned bits; // of it still to come
    uint32_t data; // they are at the top of its lower 24 bits
    uint32_t next; // what the following LED gets: its word is read while this one's is on its way
    bool high;
    uint64_t at;   // cycle of the next edge
    event_t edge;
} ws2812_state_t;

static uint32_t read_led(core_t *core, unsigned led) {
    uint32_t word = 0;
    core_memory_read(core, core->base + 4 * led, &word, sizeof(word));
    return word;
}

// The bits of an LED begin.
static void start_led(core_t *core) {
    ws2812_state_t *w = core->state;
    w->data = w->led == 0 ? read_led(core, 0) : w->next;
    w->bits = LED_BITS;
    w->led = (w->led + 1) % w->leds;
    w->next = read_led(core, w->led);
}

static void on_edge(void *context) {
    core_t *core = context;
    ws2812_state_t *w = core->state;
    if (!w->high && w->bits == 0) {
        start_led(core);
    }
    unsigned bit = w->data >> (LED_BITS - 1) & 1;
    w->high = !w->high;
    if (w->high) {
        w->at += w->high_cycles[bit];
    } else {
        w->at += w->low_cycles[bit];
        w->data <<= 1;
        w->bits--;
        if (w->bits == 0) {
            // A cycle until the next one is asked for, or the pause.
            w->at += w->led != 0 ? 1 : w->pause_cycles + START_CYCLES;
        }
    }
    core_drive(core, w->pin, w->high);
    core_event(core, &w->edge, w->at);
}

static bool init(core_t *core) {
    ws2812_state_t *w = core->state;
    const soc_t *soc = core->host->soc;
    w->edge = (event_t) { .when = EVENT_NEVER, .fire = on_edge, .context = core };
    w->leds = (unsigned)(soc_memory(soc, core->name)->size / sizeof(uint32_t));
    w->pause_cycles = (uint64_t)(pause_s * soc->clock_hz);
    for (unsigned bit = 0; bit < 2; bit++) {
        w->high_cycles[bit] = (uint64_t)(high_s[bit] * soc->clock_hz);
        w->low_cycles[bit] = (uint64_t)(low_s[bit] * soc->clock_hz);
        // The cycle in which the low time's timer is done.
        w->low_cycles[bit] += w->low_cycles[bit] == 0;
    }
    w->pin = core_pin(core, 0, NULL);
    return w->pin >= 0;
}

static void reset(core_t *core) {
    ws2812_state_t *w = core->state;
    bool heard = w->leds > 0 && nets_shared(core->host->nets, w->pin);
    w->high = false;
    w->bits = 0;
    w->led = 0;
    w->at = core_now(core) + w->pause_cycles + START_CYCLES;
    core_drive(core, w->pin, false);
    core_event(core, &w->edge, heard ? w->at : EVENT_NEVER);
}

static const char *const memories[] = { "ws2812", "neopixel", NULL };

// None: csr.json shows only the memory.
static const core_reg_t regs[] = {
    CORE_REGS_END,
};

const core_model_t core_ws2812 = {
    .kind = "ws2812", .regs = regs, .memories = memories, .state_size = sizeof(ws2812_state_t), .init = init,
    .reset = reset
};
