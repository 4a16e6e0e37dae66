// SPDX-License-Identifier: MIT
//
// lx_uart against the model of the core between two ends of a line.

#include <string.h>

#include "drivers/lx_uart.h"
#include "harness.h"
#include "soc/irq.h"
#include "uart_model.h"

#define RX_SIZE (256)
#define TX_SIZE (64)

static uart_model_t model;
static lx_uart_regs_t regs;
static lx_uart_t uart;
static uint8_t rx_buf[RX_SIZE];
static uint8_t tx_buf[TX_SIZE];
static uint8_t data[UART_MODEL_MAX];
static uint8_t got[UART_MODEL_MAX];
static unsigned intr_calls;
static unsigned rx_calls;
static uint32_t seed;

static uint32_t random_below(uint32_t n) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static void on_intr(void *arg) {
    CHECK(arg == &model);
    intr_calls++;
}

static void on_rx(void *arg) {
    CHECK(arg == &model);
    rx_calls++;
}

static lx_uart_config_t config(void) {
    return (lx_uart_config_t) {rx_buf, RX_SIZE, tx_buf, TX_SIZE, on_intr, on_rx, &model};
}

static void setup_model(void) {
    mock_reset();
    soc_irq_init();
    uart_model_init(&model, &regs);
    intr_calls = 0;
    rx_calls = 0;
    seed = 1;
    for (unsigned i = 0; i < sizeof(data); i++) {
        data[i] = i * 7 + (i >> 8);
    }
    memset(got, 0xee, sizeof(got));
    mock_step(2); // the events of a core that has just started
}

static void start(void) {
    lx_uart_config_t c = config();
    CHECK_EQ(lx_uart_init(&uart, &regs, &c), LX_OK);
    CHECK_EQ(soc_irq_claim(regs.irq, regs.ev_enable, lx_uart_isr, &uart), LX_OK);
    soc_irq_global_enable();
}

static void setup(void) {
    setup_model();
    start();
}

// Time passes; a SoC without interrupts polls.
static void step(unsigned cycles) {
    #if TEST_HAS_INTERRUPT
    mock_step(cycles);
    #else
    while (cycles > 0) {
        unsigned now = cycles < 40 ? cycles : 40;
        mock_step(now);
        cycles -= now;
        soc_irq_dispatch();
    }
    #endif
}

static void uart_arguments(void) {
    setup_model();
    lx_uart_config_t c = config();
    c.rx_size = 100;
    CHECK_EQ(lx_uart_init(&uart, &regs, &c), LX_EINVAL);
    c = config();
    c.tx_size = 8;
    CHECK_EQ(lx_uart_init(&uart, &regs, &c), LX_EINVAL);
    c = config();
    c.rx_buf = NULL;
    CHECK_EQ(lx_uart_init(&uart, &regs, &c), LX_EINVAL);
    c = config();
    c.tx_size = 0;
    CHECK_EQ(lx_uart_init(&uart, &regs, &c), LX_EINVAL);
    CHECK_EQ(model.enable->writes, 0);
}

// Bytes that arrived before have had their event, or not: either way they are kept.
static void uart_init_keeps_type_ahead(void) {
    for (unsigned with_event = 0; with_event < 2; with_event++) {
        setup_model();
        uart_model_send(&model, data, 5);
        mock_step(20);
        if (!with_event) {
            model.pending = 0;
        }
        start();
        CHECK_EQ(lx_uart_rx_count(&uart), 5);
        uart_model_send(&model, data + 5, 3);
        step(200);
        CHECK_EQ(lx_uart_read(&uart, got, 100), 8);
        CHECK(memcmp(got, data, 8) == 0);
        CHECK_EQ(model.pops_of_nothing, 0);
        CHECK_EQ(model.enable->value[0], UART_EV_RX);
    }
}

// All bytes arrive in order, at any pace of line and bus, read in any portions.
static void uart_receives_everything(void) {
    static const unsigned paces[] = {0, 30, 61, 100, 333};
    for (unsigned bubble = 0; bubble < 3; bubble++) {
        for (unsigned pace = 0; pace < 5; pace++) {
            for (unsigned access = 1; access <= 7; access += 2) {
                setup();
                mock_access_cycles = access;
                model.bubble = bubble;
                model.back_pressure = true;
                model.incoming_cycles = paces[pace];
                unsigned total = 3000;
                uart_model_send(&model, data, total);
                unsigned n = 0;
                for (unsigned tries = 0; n < total; tries++) {
                    CHECK(tries < 100000);
                    step(random_below(400));
                    n += lx_uart_read(&uart, got + n, random_below(60));
                }
                CHECK(memcmp(got, data, total) == 0);
                step(100);
                CHECK_EQ(lx_uart_rx_count(&uart), 0);
                CHECK_EQ(model.pops_of_nothing, 0);
                CHECK_EQ(lx_uart_rx_dropped(&uart), 0);
                CHECK(!uart.rx_held);
                CHECK(rx_calls > 0);
            }
        }
    }
}

// A window of raw paste fits while nobody reads, on a line without back-pressure.
static void uart_holds_a_paste_window(void) {
    setup();
    model.incoming_cycles = 200;
    uart_model_send(&model, data, RX_SIZE);
    step(RX_SIZE * 220);
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
    CHECK_EQ(model.rx_lost, 0);
    CHECK_EQ(lx_uart_rx_fifo_full(&uart), 0);
    CHECK_EQ(lx_uart_read(&uart, got, sizeof(got)), RX_SIZE);
    CHECK(memcmp(got, data, RX_SIZE) == 0);
}

static void uart_hold_leaves_bytes_in_the_fifo(void) {
    setup();
    model.back_pressure = true;
    uart_model_send(&model, data, 1000);
    step(20000);
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
    CHECK_EQ(model.rx_count, UART_MODEL_DEPTH);
    CHECK_EQ(mock_get(model.enable) & UART_EV_RX, 0);
    #if TEST_HAS_INTERRUPT
    unsigned interrupts = mock_interrupts;
    step(5000);
    CHECK_EQ(mock_interrupts, interrupts);
    #endif
    // Reading one makes room for one.
    CHECK_EQ(lx_uart_read(&uart, got, 1), 1);
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
    unsigned n = 1;
    while (n < 1000) {
        size_t more = lx_uart_read(&uart, got + n, 1000);
        CHECK(more > 0);
        n += more;
        step(100);
    }
    CHECK(memcmp(got, data, 1000) == 0);
    CHECK_EQ(mock_get(model.enable), UART_EV_RX);
    CHECK_EQ(lx_uart_rx_dropped(&uart), 0);
}

static void uart_drop_counts(void) {
    setup();
    lx_uart_set_full_mode(&uart, LX_UART_DROP);
    lx_uart_set_intr_char(&uart, 3);
    memset(data, 'a', sizeof(data));
    data[899] = 3;
    model.incoming_cycles = 150;
    uart_model_send(&model, data, 1000);
    step(1000 * 160);
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
    CHECK_EQ(lx_uart_rx_dropped(&uart), 1000 - 1 - RX_SIZE);
    CHECK_EQ(intr_calls, 1); // seen behind a full ring
    CHECK_EQ(mock_get(model.enable), UART_EV_RX);
}

static void uart_interrupt_character(void) {
    setup();
    lx_uart_set_intr_char(&uart, 3);
    static const uint8_t text[] = "ab\003c\003\003";
    uart_model_send(&model, text, 6);
    step(500);
    CHECK(intr_calls >= 1 && intr_calls <= 3);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 3);
    CHECK(memcmp(got, "abc", 3) == 0);
    // Switched off, it is a byte like others.
    lx_uart_set_intr_char(&uart, -1);
    unsigned calls = intr_calls;
    uart_model_send(&model, text, 6);
    step(500);
    CHECK_EQ(intr_calls, calls);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 6);
    lx_uart_set_intr_char(&uart, 256 + 'a');
    uart_model_send(&model, text, 6);
    step(500);
    CHECK_EQ(intr_calls, calls);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 6);
    // 255 and 0 are characters, too.
    static const uint8_t edges[] = {255, 0, 255};
    lx_uart_set_intr_char(&uart, 255);
    uart_model_send(&model, edges, 3);
    step(500);
    CHECK(intr_calls > calls);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 1);
    CHECK_EQ(got[0], 0);
}

// Behind a full ring that holds, it is seen when it is the next byte and lx_uart_resume() looks.
static void uart_interrupt_character_while_held(void) {
    setup();
    model.back_pressure = true;
    lx_uart_set_intr_char(&uart, 3);
    memset(data, 'x', sizeof(data));
    data[RX_SIZE] = 3;
    uart_model_send(&model, data, RX_SIZE + 1);
    step(20000);
    CHECK_EQ(intr_calls, 1);
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
    uart_model_send(&model, data + RX_SIZE - 1, 2); // x first
    step(500);
    CHECK_EQ(intr_calls, 1);
    CHECK(uart.rx_held);
    lx_uart_set_full_mode(&uart, LX_UART_DROP);
    lx_uart_resume(&uart); // as the tick does
    CHECK_EQ(intr_calls, 2);
    CHECK_EQ(lx_uart_rx_dropped(&uart), 1);
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
}

static void uart_counts_full_fifos(void) {
    setup();
    uint32_t state = soc_irq_save();
    uart_model_send(&model, data, 20);
    mock_step(100);
    CHECK_EQ(model.rx_lost, 4);
    soc_irq_restore(state);
    step(50);
    CHECK(lx_uart_rx_fifo_full(&uart) >= 1);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 16);
    // An old LiteX has no such register.
    regs.rxfull.words = 0;
    lx_uart_isr(&uart);
}

static void uart_sends_everything(void) {
    static const unsigned paces[] = {0, 1, 25, 100, 300};
    for (unsigned pace = 0; pace < 5; pace++) {
        for (unsigned access = 1; access <= 7; access += 2) {
            setup();
            mock_access_cycles = access;
            model.tx_cycles = paces[pace];
            unsigned total = 2000;
            unsigned n = 0;
            for (unsigned tries = 0; n < total; tries++) {
                CHECK(tries < 100000);
                unsigned want = random_below(200);
                n += lx_uart_write(&uart, data + n, want < total - n ? want : total - n);
                step(random_below(600));
            }
            for (unsigned tries = 0; lx_uart_tx_room(&uart) < TX_SIZE; tries++) {
                CHECK(tries < 100000);
                step(100);
            }
            step(20 * 400);
            CHECK_EQ(model.sent_count, total);
            CHECK(memcmp(model.sent, data, total) == 0);
            CHECK_EQ(model.tx_overruns, 0);
            CHECK_EQ(mock_get(model.enable), UART_EV_RX); // no event that nobody needs
        }
    }
}

// Once started, the interrupt alone sends the rest, however the line's pace falls on the accesses.
static void uart_sends_without_further_calls(void) {
    for (unsigned pace = 1; pace < 80; pace++) {
        for (unsigned access = 1; access <= 7; access++) {
            setup();
            mock_access_cycles = access;
            model.tx_cycles = pace;
            unsigned total = lx_uart_write(&uart, data, TX_SIZE);
            CHECK_EQ(total, TX_SIZE);
            step((TX_SIZE + 2) * (pace + 2) + 2000);
            CHECK_EQ(model.sent_count, total);
            CHECK(memcmp(model.sent, data, total) == 0);
        }
    }
}

// A writer that never waits, against a line that is stuck: what fits is taken, the rest is refused.
static void uart_write_never_waits(void) {
    setup();
    model.tx_stuck = true;
    CHECK_EQ(lx_uart_write(&uart, data, 1000), TX_SIZE + UART_MODEL_DEPTH);
    CHECK_EQ(lx_uart_tx_room(&uart), 0);
    CHECK_EQ(lx_uart_write(&uart, data, 1000), 0);
    CHECK_EQ(lx_uart_write(&uart, data, 0), 0);
    model.tx_stuck = false;
    step(2000);
    CHECK_EQ(model.sent_count, TX_SIZE + UART_MODEL_DEPTH);
    CHECK(memcmp(model.sent, data, model.sent_count) == 0);
}

// With interrupts off, writing again and again is enough.
static void uart_write_with_interrupts_off(void) {
    setup();
    model.tx_cycles = 20;
    uint32_t state = soc_irq_save();
    unsigned n = 0;
    for (unsigned tries = 0; n < 1000; tries++) {
        CHECK(tries < 100000);
        n += lx_uart_write(&uart, data + n, 1000 - n);
    }
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_OK);
    soc_irq_restore(state);
    CHECK_EQ(model.sent_count, 1000);
    CHECK(memcmp(model.sent, data, 1000) == 0);
}

// One call never keeps interrupts off for long, however fast the line takes bytes.
static void uart_write_in_portions(void) {
    setup();
    soc_irq_restore(soc_irq_save());
    mock_longest_off = 0;
    CHECK_EQ(lx_uart_write(&uart, data, 5000), 5000);
    CHECK_EQ(model.sent_count + model.tx_count, 5000);
    #if TEST_HAS_INTERRUPT
    CHECK(mock_longest_off > 0 && mock_longest_off < 100 * mock_access_cycles);
    #endif
}

static void uart_flush_waits_and_gives_up(void) {
    setup();
    model.tx_cycles = 50;
    lx_uart_write(&uart, data, 70);
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_OK);
    CHECK_EQ(model.sent_count, 70);
    CHECK_EQ(model.tx_count, 0);
    // Stuck with bytes in the ring; and with bytes in the FIFO only.
    model.tx_stuck = true;
    lx_uart_write(&uart, data, 70);
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_ETIMEDOUT);
    CHECK_EQ(lx_uart_tx_room(&uart), TX_SIZE - 70 + UART_MODEL_DEPTH);
    model.tx_stuck = false;
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_OK);
    model.tx_stuck = true;
    lx_uart_write(&uart, data, 3);
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_ETIMEDOUT);
    // A core that does not answer at all.
    model.tx_full_stuck = true;
    model.looks = 0;
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_ETIMEDOUT);
    CHECK_EQ(lx_uart_flush(&uart, 0), LX_ETIMEDOUT);
    CHECK(model.looks <= 3000);
}

static void uart_flush_without_txempty(void) {
    setup_model();
    regs.txempty.words = 0;
    start();
    model.tx_cycles = 50;
    lx_uart_write(&uart, data, 70);
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_OK);
    CHECK_EQ(lx_uart_tx_room(&uart), TX_SIZE);
    model.tx_full_stuck = true;
    CHECK_EQ(lx_uart_flush(&uart, 1000), LX_ETIMEDOUT);
}

// A receiver that always claims to have bytes: each call ends.
static void uart_receiver_that_never_ends(void) {
    setup_model();
    model.rx_stuck = true;
    model.looks = 0;
    start();
    CHECK_EQ(lx_uart_rx_count(&uart), RX_SIZE);
    CHECK(uart.rx_held);
    CHECK(model.looks < 2 * RX_SIZE);
    lx_uart_rx_clear(&uart, 100);
    CHECK(model.looks < 6 * RX_SIZE);
    model.looks = 0;
    lx_uart_set_full_mode(&uart, LX_UART_DROP);
    lx_uart_isr(&uart);
    CHECK(model.looks < 10000);
    CHECK(uart.rx_held);
    CHECK_EQ(mock_get(model.enable), 0);
    model.looks = 0;
    CHECK_EQ(lx_uart_read(&uart, got, 10), 10);
    CHECK(model.looks < 10000);
    // The interrupt character for ever ends as well.
    lx_uart_set_intr_char(&uart, model.rx[0]);
    model.looks = 0;
    lx_uart_isr(&uart);
    CHECK(model.looks < 10000);
    // It recovers when the core does.
    model.rx_stuck = false;
    lx_uart_set_intr_char(&uart, -1);
    lx_uart_rx_clear(&uart, 1000);
    CHECK_EQ(lx_uart_rx_count(&uart), 0);
    uart_model_send(&model, data, 5);
    step(300);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 5);
}

static void uart_rx_clear(void) {
    setup();
    model.back_pressure = true;
    uart_model_send(&model, data, RX_SIZE + 10);
    step(20000);
    CHECK(uart.rx_held);
    lx_uart_rx_clear(&uart, 1000);
    CHECK_EQ(lx_uart_rx_count(&uart), 0);
    CHECK_EQ(model.rx_count, 0);
    CHECK(!uart.rx_held);
    CHECK_EQ(model.pops_of_nothing, 0);
    uart_model_send(&model, data, 4);
    step(300);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 4);
    CHECK(memcmp(got, data, 4) == 0);
}

static void uart_polled_output(void) {
    setup_model();
    CHECK_EQ(lx_uart_putc_polled(&regs, 'x', 10), LX_OK);
    model.tx_cycles = 30;
    for (unsigned i = 0; i < 100; i++) {
        CHECK_EQ(lx_uart_putc_polled(&regs, i, 100), LX_OK);
    }
    CHECK_EQ(model.tx_overruns, 0);
    model.tx_full_stuck = true;
    model.looks = 0;
    CHECK_EQ(lx_uart_putc_polled(&regs, 'x', 1000), LX_ETIMEDOUT);
    CHECK_EQ(model.looks, 1000);
    CHECK_EQ(lx_uart_putc_polled(&regs, 'x', 0), LX_ETIMEDOUT);
}

static void uart_deinit(void) {
    setup();
    uart_model_send(&model, data, 5);
    step(300);
    lx_uart_deinit(&uart);
    CHECK_EQ(mock_get(model.enable), 0);
    uart_model_send(&model, data, 5);
    mock_step(300);
    CHECK_EQ(lx_uart_read(&uart, got, 100), 5);
    CHECK_EQ(mock_get(model.enable), 0);
    CHECK_EQ(model.rx_count, 5);
}

static void uart_baud(void) {
    setup();
    CHECK_EQ(lx_uart_set_baud(&uart, 100000000, 115200), LX_OK);
    CHECK_EQ(mock_get(model.tuning), UINT64_C(115200) * 4294967296 / 100000000);
    CHECK_EQ(lx_uart_set_baud(&uart, 100000000, 25000000), LX_OK);
    CHECK_EQ(mock_get(model.tuning), 0x40000000);
    CHECK_EQ(lx_uart_set_baud(&uart, 100000000, 25000001), LX_EINVAL);
    CHECK_EQ(lx_uart_set_baud(&uart, 100000000, 0), LX_EINVAL);
    regs.phy_tuning_word.words = 0;
    CHECK_EQ(lx_uart_set_baud(&uart, 100000000, 115200), LX_ENOTSUP);
}

// Both directions at once, no hooks.
static void uart_both_directions(void) {
    setup_model();
    lx_uart_config_t c = config();
    c.on_intr = NULL;
    c.on_rx = NULL;
    CHECK_EQ(lx_uart_init(&uart, &regs, &c), LX_OK);
    soc_irq_claim(regs.irq, regs.ev_enable, lx_uart_isr, &uart);
    soc_irq_global_enable();
    lx_uart_set_intr_char(&uart, data[0]);
    model.back_pressure = true;
    model.incoming_cycles = 90;
    model.tx_cycles = 70;
    uart_model_send(&model, data, 4000);
    unsigned expected = 0;
    for (unsigned i = 0; i < 4000; i++) {
        expected += data[i] != data[0];
    }
    unsigned received = 0;
    unsigned written = 0;
    for (unsigned tries = 0; received < expected || written < 4000; tries++) {
        CHECK(tries < 1000000);
        received += lx_uart_read(&uart, got + received, random_below(50));
        unsigned want = random_below(50);
        written += lx_uart_write(&uart, data + written, want < 4000 - written ? want : 4000 - written);
        step(random_below(100));
    }
    CHECK_EQ(lx_uart_flush(&uart, 10000), LX_OK);
    CHECK_EQ(model.sent_count, 4000);
    CHECK(memcmp(model.sent, data, 4000) == 0);
    unsigned at = 0;
    for (unsigned i = 0; i < 4000; i++) {
        if (data[i] != data[0]) {
            CHECK_EQ(got[at++], data[i]);
        }
    }
}

// The same with the events of LiteX of 2026.
#define WITH_LEVELS(test) \
    static void test##_with_levels(void) { \
        uart_model_levels = true; \
        test(); \
        uart_model_levels = false; \
    }
WITH_LEVELS(uart_init_keeps_type_ahead)
WITH_LEVELS(uart_receives_everything)
WITH_LEVELS(uart_holds_a_paste_window)
WITH_LEVELS(uart_hold_leaves_bytes_in_the_fifo)
WITH_LEVELS(uart_drop_counts)
WITH_LEVELS(uart_interrupt_character)
WITH_LEVELS(uart_interrupt_character_while_held)
WITH_LEVELS(uart_counts_full_fifos)
WITH_LEVELS(uart_sends_everything)
WITH_LEVELS(uart_sends_without_further_calls)
WITH_LEVELS(uart_write_never_waits)
WITH_LEVELS(uart_write_with_interrupts_off)
WITH_LEVELS(uart_write_in_portions)
WITH_LEVELS(uart_flush_waits_and_gives_up)
WITH_LEVELS(uart_flush_without_txempty)
WITH_LEVELS(uart_receiver_that_never_ends)
WITH_LEVELS(uart_rx_clear)
WITH_LEVELS(uart_polled_output)
WITH_LEVELS(uart_deinit)
WITH_LEVELS(uart_both_directions)

const test_t tests_uart[] = {
    TEST(uart_arguments),
    TEST(uart_init_keeps_type_ahead),
    TEST(uart_receives_everything),
    TEST(uart_holds_a_paste_window),
    TEST(uart_hold_leaves_bytes_in_the_fifo),
    TEST(uart_drop_counts),
    TEST(uart_interrupt_character),
    TEST(uart_interrupt_character_while_held),
    TEST(uart_counts_full_fifos),
    TEST(uart_sends_everything),
    TEST(uart_sends_without_further_calls),
    TEST(uart_write_never_waits),
    TEST(uart_write_with_interrupts_off),
    TEST(uart_write_in_portions),
    TEST(uart_flush_waits_and_gives_up),
    TEST(uart_flush_without_txempty),
    TEST(uart_receiver_that_never_ends),
    TEST(uart_rx_clear),
    TEST(uart_polled_output),
    TEST(uart_deinit),
    TEST(uart_baud),
    TEST(uart_both_directions),
    TEST(uart_init_keeps_type_ahead_with_levels),
    TEST(uart_receives_everything_with_levels),
    TEST(uart_holds_a_paste_window_with_levels),
    TEST(uart_hold_leaves_bytes_in_the_fifo_with_levels),
    TEST(uart_drop_counts_with_levels),
    TEST(uart_interrupt_character_with_levels),
    TEST(uart_interrupt_character_while_held_with_levels),
    TEST(uart_counts_full_fifos_with_levels),
    TEST(uart_sends_everything_with_levels),
    TEST(uart_sends_without_further_calls_with_levels),
    TEST(uart_write_never_waits_with_levels),
    TEST(uart_write_with_interrupts_off_with_levels),
    TEST(uart_write_in_portions_with_levels),
    TEST(uart_flush_waits_and_gives_up_with_levels),
    TEST(uart_flush_without_txempty_with_levels),
    TEST(uart_receiver_that_never_ends_with_levels),
    TEST(uart_rx_clear_with_levels),
    TEST(uart_polled_output_with_levels),
    TEST(uart_deinit_with_levels),
    TEST(uart_both_directions_with_levels),
    {NULL, NULL},
};
