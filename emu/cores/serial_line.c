// SPDX-License-Identifier: MIT
//
// RS232PHY: serial_line.h. A phase accumulator of 32 bits gives a tick whenever it overflows; the receiver's
// starts half full. Ten ticks make a byte: start bit, eight data bits, stop bit.

#include "cores/serial_line.h"

#define BITS (10)
#define STOP_BIT (1u << 9)
// From an edge on the pin to the receiver's look at it: two registers against metastability and one for the edge.
#define SYNC_CYCLES (3)

// The cycles until half a bit's time has passed so often; never, where the tuning word is 0.
static uint64_t after_halves(const serial_line_t *line, unsigned halves) {
    uint64_t word = reg_get(line->tuning);
    return word != 0 ? (((uint64_t)halves << 31) + word - 1) / word : EVENT_NEVER / 2;
}

static void drive(serial_line_t *line, bool level) {
    core_drive(line->core, line->tx, level);
}

static void plan_tx(serial_line_t *line) {
    core_event(line->core, &line->tx_bit, line->tx_start + after_halves(line, 2 * (line->tx_done + 1)));
}

static void on_tx_bit(void *context) {
    serial_line_t *line = context;
    line->tx_done++;
    line->tx_shift >>= 1;
    if (line->tx_done < BITS) {
        drive(line, (line->tx_shift & 1) != 0);
        plan_tx(line);
        return;
    }
    line->sending = false;
    line->sent(line->core);
}

void serial_line_send(serial_line_t *line, uint8_t byte) {
    if (line->sending) {
        return;
    }
    line->sending = true;
    line->tx_start = core_now(line->core);
    line->tx_done = 0;
    line->tx_shift = (uint32_t)byte << 1 | STOP_BIT;
    drive(line, false);
    plan_tx(line);
}

static void plan_rx(serial_line_t *line) {
    core_event(line->core, &line->rx_bit,
        line->rx_start + SYNC_CYCLES + after_halves(line, 2 * line->rx_done + 1));
}

static void on_rx_bit(void *context) {
    serial_line_t *line = context;
    bool level = nets_level(line->core->host->nets, line->rx);
    line->rx_shift = line->rx_shift >> 1 | (level ? STOP_BIT : 0);
    line->rx_done++;
    if (line->rx_done < BITS) {
        plan_rx(line);
        return;
    }
    line->receiving = false;
    if (level) {
        line->received(line->core, (uint8_t)(line->rx_shift >> 1));
    }
}

// A falling edge while idle begins a byte.
static void on_rx(void *context, unsigned index, bool level) {
    (void)index;
    serial_line_t *line = context;
    if (!level && !line->receiving) {
        line->receiving = true;
        line->rx_start = core_now(line->core);
        line->rx_done = 0;
        plan_rx(line);
    }
}

bool serial_line_init(serial_line_t *line, core_t *core) {
    nets_t *nets = core->host->nets;
    line->core = core;
    line->tx_bit = (event_t) { .when = EVENT_NEVER, .fire = on_tx_bit, .context = line };
    line->rx_bit = (event_t) { .when = EVENT_NEVER, .fire = on_rx_bit, .context = line };
    line->tx = nets_pin(nets, core->name, 0, NULL, NULL);
    line->rx = nets_pin(nets, core->name, 1, on_rx, line);
    return line->tx >= 0 && line->rx >= 0;
}

void serial_line_reset(serial_line_t *line, const reg_t *tuning) {
    line->tuning = tuning;
    line->sending = false;
    line->receiving = false;
    core_event(line->core, &line->tx_bit, EVENT_NEVER);
    core_event(line->core, &line->rx_bit, EVENT_NEVER);
    drive(line, true);
}
