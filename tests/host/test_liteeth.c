// SPDX-License-Identifier: MIT
//
// lx_liteeth against a model of the MAC (liteeth/mac/sram.py): slots, both FIFOs, events. Frames are sent and received by
// the test, which keeps its own copies.

#include <string.h>

#include "common/crc32.h"
#include "drivers/lx_liteeth.h"
#include "harness.h"
#include "mock.h"

#define SLOTS_MAX (8)
#define SLOT_BYTES (2048)
#define RX_BASE (0x80000000)
#define TX_BASE (0x80010000)
#define SENT_MAX (16)
#define FRAME_ROOM (1536 / 4 + 1)

typedef struct {
    unsigned slot;
    unsigned length;
} command_t;

static struct {
    uint32_t rx[SLOTS_MAX][SLOT_BYTES / 4];
    uint32_t tx[SLOTS_MAX][SLOT_BYTES / 4];
    command_t received[SLOTS_MAX];
    unsigned received_count;
    unsigned rx_slot; // of the next frame
    command_t commands[SLOTS_MAX];
    unsigned command_count;
    bool stuck; // nothing is sent
    unsigned bad_slot; // the status FIFO says a slot that there is not
    bool done;
    uint32_t overflows;
    uint32_t preamble_errors;
    uint32_t crc_errors;
    uint8_t sent[SENT_MAX][SLOT_BYTES];
    unsigned sent_length[SENT_MAX];
    unsigned sent_slot[SENT_MAX];
    unsigned sent_count;
    mock_reg_t *rx_enable;
    mock_reg_t *tx_enable;
    mock_reg_t *tx_slot;
    mock_reg_t *tx_length;
    mock_reg_t *phy_reset;
} mac;

static lx_liteeth_regs_t regs;
static lx_liteeth_t eth;
static uint32_t copy[FRAME_ROOM];
static const uint8_t address[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

static uint32_t rx_read(uint32_t addr) {
    return ((uint32_t *)mac.rx)[(addr - RX_BASE) / 4];
}

static void tx_write(uint32_t addr, uint32_t value, unsigned bits) {
    CHECK_EQ(bits, 32);
    CHECK_EQ(addr % 4, 0);
    unsigned slot = (addr - TX_BASE) / SLOT_BYTES;
    for (unsigned i = 0; i < mac.command_count; i++) {
        CHECK(mac.commands[i].slot != slot); // still on its way
    }
    ((uint32_t *)mac.tx)[(addr - TX_BASE) / 4] = value;
}

static uint64_t read_rx_slot(mock_reg_t *reg) {
    (void)reg;
    return mac.bad_slot != 0 ? mac.bad_slot : mac.received[0].slot;
}

static uint64_t read_rx_length(mock_reg_t *reg) {
    (void)reg;
    return mac.received[0].length;
}

static uint64_t read_rx_pending(mock_reg_t *reg) {
    (void)reg;
    return mac.received_count > 0;
}

static void write_rx_pending(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    if ((value & 1) != 0 && mac.received_count > 0) {
        mac.received_count--;
        memmove(mac.received, mac.received + 1, mac.received_count * sizeof(mac.received[0]));
    }
}

static uint64_t read_ready(mock_reg_t *reg) {
    (void)reg;
    return mac.command_count < regs.tx_slots;
}

static uint64_t read_tx_pending(mock_reg_t *reg) {
    (void)reg;
    return mac.done;
}

static void write_tx_pending(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    mac.done = mac.done && (value & 1) == 0;
}

static void write_start(mock_reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    CHECK(mac.command_count < regs.tx_slots);
    mac.commands[mac.command_count++] = (command_t) {(unsigned)mock_get(mac.tx_slot), (unsigned)mock_get(mac.tx_length)};
}

static uint64_t read_counter(mock_reg_t *reg) {
    return *(uint32_t *)reg->arg;
}

static mock_reg_t *status(unsigned bits, uint64_t (*on_read)(mock_reg_t *reg), void *arg) {
    mock_reg_t *reg = mock_add(bits, CSR_ACCESS_RO);
    reg->on_read = on_read;
    reg->arg = arg;
    return reg;
}

static void setup(unsigned rx_slots, unsigned tx_slots) {
    mock_reset();
    memset(&mac, 0, sizeof(mac));
    memset(&regs, 0, sizeof(regs));
    regs.rx_slots = rx_slots;
    regs.tx_slots = tx_slots;
    regs.slot_size = SLOT_BYTES;
    regs.rx_base = RX_BASE;
    regs.tx_base = TX_BASE;
    regs.sram_writer_slot = status(3, read_rx_slot, NULL)->reg;
    regs.sram_writer_length = status(11, read_rx_length, NULL)->reg;
    regs.sram_writer_errors = status(32, read_counter, &mac.overflows)->reg;
    mock_reg_t *pending = mock_add(1, CSR_ACCESS_RW);
    pending->on_read = read_rx_pending;
    pending->on_write = write_rx_pending;
    regs.sram_writer_ev_pending = pending->reg;
    regs.sram_writer_ev_enable = (mac.rx_enable = mock_add(1, CSR_ACCESS_RW))->reg;
    mock_reg_t *start = mock_add(1, CSR_ACCESS_RW);
    start->on_write = write_start;
    regs.sram_reader_start = start->reg;
    regs.sram_reader_ready = status(1, read_ready, NULL)->reg;
    regs.sram_reader_slot = (mac.tx_slot = mock_add(3, CSR_ACCESS_RW))->reg;
    regs.sram_reader_length = (mac.tx_length = mock_add(11, CSR_ACCESS_RW))->reg;
    pending = mock_add(1, CSR_ACCESS_RW);
    pending->on_read = read_tx_pending;
    pending->on_write = write_tx_pending;
    regs.sram_reader_ev_pending = pending->reg;
    regs.sram_reader_ev_enable = (mac.tx_enable = mock_add(1, CSR_ACCESS_RW))->reg;
    regs.preamble_crc = mock_add(1, CSR_ACCESS_RO)->reg;
    regs.rx_datapath_preamble_errors = status(32, read_counter, &mac.preamble_errors)->reg;
    regs.rx_datapath_crc_errors = status(32, read_counter, &mac.crc_errors)->reg;
    regs.phy_reset = (mac.phy_reset = mock_add(1, CSR_ACCESS_RW))->reg;
    mock_add_window(&(mock_window_t) {.base = RX_BASE, .bytes = sizeof(mac.rx), .read = rx_read});
    mock_add_window(&(mock_window_t) {.base = TX_BASE, .bytes = sizeof(mac.tx), .write = tx_write});
}

static void start(unsigned rx_slots, unsigned tx_slots) {
    setup(rx_slots, tx_slots);
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_OK);
    CHECK_EQ(lx_liteeth_set_address(&eth, address), LX_OK);
}

// A frame on the wire; dropped as hardware does where no slot is free.
static bool arrive(const uint8_t *frame, unsigned n) {
    if (mac.received_count == regs.rx_slots) {
        mac.overflows++;
        return false;
    }
    memcpy(mac.rx[mac.rx_slot], frame, n);
    mac.received[mac.received_count++] = (command_t) {mac.rx_slot, n};
    mac.rx_slot = (mac.rx_slot + 1) % regs.rx_slots;
    return true;
}

// The oldest frame goes out.
static void transmit(void) {
    if (mac.stuck || mac.command_count == 0) {
        return;
    }
    command_t command = mac.commands[0];
    CHECK(mac.sent_count < SENT_MAX);
    memcpy(mac.sent[mac.sent_count], mac.tx[command.slot], command.length);
    mac.sent_slot[mac.sent_count] = command.slot;
    mac.sent_length[mac.sent_count++] = command.length;
    mac.command_count--;
    memmove(mac.commands, mac.commands + 1, mac.command_count * sizeof(command));
    mac.done = true;
}

static void make_frame(uint8_t *frame, unsigned n, unsigned seed) {
    for (unsigned i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        frame[i] = (uint8_t)(seed >> 16);
    }
    memcpy(frame, address, n < 6 ? n : 6);
}

// RFC 1071, byte by byte.
static uint16_t plain_sum(const uint8_t *data, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 == 0 ? data[i] : (uint32_t)data[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static void liteeth_receives_every_length(void) {
    uint8_t frame[LX_LITEETH_FRAME_MAX];
    for (unsigned slots = 1; slots <= SLOTS_MAX; slots *= 2) {
        start(slots, 2);
        for (unsigned n = LX_LITEETH_HEADER_BYTES; n <= LX_LITEETH_FRAME_MAX; n += n < 100 ? 1 : 97) {
            make_frame(frame, n, n);
            CHECK(arrive(frame, n));
            CHECK_EQ(lx_liteeth_peek(&eth), n);
            CHECK_EQ(lx_liteeth_peek(&eth), n);
            memset(copy, 0xee, sizeof(copy));
            CHECK_EQ(lx_liteeth_read(&eth, copy), plain_sum(frame + 14, n - 14));
            CHECK(memcmp((uint8_t *)copy + 2, frame, n) == 0);
            for (unsigned i = 2 + n; i % 4 != 0; i++) {
                CHECK_EQ(((uint8_t *)copy)[i], 0);
            }
            CHECK_EQ(copy[(2 + n + 3) / 4], 0xeeeeeeee);
            CHECK_EQ(mac.received_count, 0);
            CHECK_EQ(lx_liteeth_peek(&eth), 0);
        }
    }
    // None is left.
    CHECK_EQ(lx_liteeth_read(&eth, copy), 0);
}

static void liteeth_receives_in_order(void) {
    uint8_t frame[64];
    start(4, 2);
    unsigned next = 0;
    unsigned last = 0;
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i <= round % 4; i++) {
            make_frame(frame, sizeof(frame), next);
            frame[20] = (uint8_t)next++;
            CHECK(arrive(frame, sizeof(frame)));
        }
        while (lx_liteeth_peek(&eth) != 0) {
            lx_liteeth_read(&eth, copy);
            CHECK_EQ(((uint8_t *)copy)[22], last);
            last++;
        }
    }
    CHECK_EQ(last, next);
}

static void liteeth_filters(void) {
    uint8_t frame[60];
    start(2, 2);
    static const struct {
        uint8_t to[6];
        bool ours;
    } cases[] = {
        {{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}, true},
        {{0x02, 0x11, 0x22, 0x33, 0x44, 0x54}, false},
        {{0x02, 0x11, 0x22, 0x33, 0x45, 0x55}, false},
        {{0x06, 0x11, 0x22, 0x33, 0x44, 0x55}, false},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, true},
        {{0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb}, true},
        {{0x33, 0x33, 0x00, 0x00, 0x00, 0x01}, true},
    };
    unsigned filtered = 0;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_frame(frame, sizeof(frame), i);
        memcpy(frame, cases[i].to, 6);
        arrive(frame, sizeof(frame));
        filtered += !cases[i].ours;
        CHECK_EQ(lx_liteeth_peek(&eth), cases[i].ours ? sizeof(frame) : 0);
        lx_liteeth_read(&eth, copy);
        CHECK_EQ(mac.received_count, 0);
    }
    lx_liteeth_counters_t counters;
    lx_liteeth_counters(&eth, &counters);
    CHECK_EQ(counters.rx_filtered, filtered);
    CHECK_EQ(counters.rx_frames, sizeof(cases) / sizeof(cases[0]) - filtered);
    static const uint8_t group[6] = {0x03, 0, 0, 0, 0, 1};
    CHECK_EQ(lx_liteeth_set_address(&eth, group), LX_EINVAL);
}

static void liteeth_drops_wrong_lengths(void) {
    uint8_t frame[1536];
    start(2, 2);
    static const unsigned lengths[] = {0, 1, 13, 1519, 1530, 1536};
    for (unsigned i = 0; i < 6; i++) {
        make_frame(frame, lengths[i], i);
        arrive(frame, lengths[i]);
        CHECK_EQ(lx_liteeth_peek(&eth), 0);
        CHECK_EQ(mac.received_count, 0);
    }
    lx_liteeth_counters_t counters;
    lx_liteeth_counters(&eth, &counters);
    CHECK_EQ(counters.rx_length_errors, 6);
    // A slot number beyond the last is not turned into an address.
    make_frame(frame, 60, 1);
    arrive(frame, 60);
    mac.bad_slot = 7;
    CHECK_EQ(lx_liteeth_peek(&eth), 0);
    CHECK_EQ(mac.received_count, 0);
}

static void liteeth_counts(void) {
    uint8_t frame[100];
    setup(2, 2);
    mac.overflows = 7;
    mac.crc_errors = 8;
    mac.preamble_errors = UINT32_MAX;
    // What lay there before is dropped.
    make_frame(frame, sizeof(frame), 0);
    arrive(frame, sizeof(frame));
    arrive(frame, sizeof(frame));
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_OK);
    CHECK_EQ(mac.received_count, 0);
    lx_liteeth_set_address(&eth, address);
    CHECK(arrive(frame, sizeof(frame)));
    CHECK(arrive(frame, sizeof(frame)));
    CHECK(!arrive(frame, sizeof(frame)));
    mac.crc_errors += 2;
    mac.preamble_errors += 3;
    lx_liteeth_peek(&eth);
    lx_liteeth_drop(&eth);
    lx_liteeth_peek(&eth);
    lx_liteeth_read(&eth, copy);
    lx_liteeth_drop(&eth); // of no frame
    lx_liteeth_counters_t counters;
    lx_liteeth_counters(&eth, &counters);
    CHECK_EQ(counters.rx_overflows, 1);
    CHECK_EQ(counters.rx_fcs_errors, 5);
    CHECK_EQ(counters.rx_dropped, 1);
    CHECK_EQ(counters.rx_frames, 1);
    CHECK_EQ(counters.rx_bytes, sizeof(frame));
}

// Every way to cut a frame into two pieces that lie at every alignment.
static void liteeth_sends_pieces(void) {
    uint8_t frame[128];
    uint32_t memory[2][48];
    start(2, 2);
    make_frame(frame, sizeof(frame), 5);
    for (unsigned cut = 0; cut <= 64; cut++) {
        for (unsigned align = 0; align < 16; align++) {
            unsigned n = 64 + align;
            uint8_t *first = (uint8_t *)memory[0] + align % 4;
            uint8_t *second = (uint8_t *)memory[1] + align / 4;
            memcpy(first, frame, cut);
            memcpy(second, frame + cut, n - cut);
            lx_liteeth_part_t parts[2] = {{first, cut}, {second, n - cut}};
            CHECK_EQ(lx_liteeth_send(&eth, parts, 2), LX_OK);
            mac.sent_count = 0;
            transmit();
            CHECK_EQ(mac.sent_count, 1);
            CHECK_EQ(mac.sent_length[0], n);
            CHECK(memcmp(mac.sent[0], frame, n) == 0);
        }
    }
}

static void liteeth_uses_slots_in_turn(void) {
    uint8_t frame[60];
    for (unsigned slots = 1; slots <= SLOTS_MAX; slots++) {
        setup(2, slots);
        mock_set(mac.tx_slot, slots - 1);
        CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_OK);
        for (unsigned i = 0; i < SENT_MAX; i++) {
            make_frame(frame, sizeof(frame), i);
            CHECK_EQ(lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, sizeof(frame)}, 1), LX_OK);
            if (!lx_liteeth_can_send(&eth)) {
                transmit();
            }
        }
        while (mac.command_count > 0) {
            transmit();
        }
        for (unsigned i = 0; i < SENT_MAX; i++) {
            CHECK_EQ(mac.sent_slot[i], i % slots);
        }
    }
}

static void liteeth_a_stuck_transmitter_is_busy(void) {
    uint8_t frame[60];
    start(2, 2);
    mac.stuck = true;
    make_frame(frame, sizeof(frame), 1);
    lx_liteeth_part_t part = {frame, sizeof(frame)};
    CHECK_EQ(lx_liteeth_send(&eth, &part, 1), LX_OK);
    CHECK_EQ(lx_liteeth_send(&eth, &part, 1), LX_OK);
    uint64_t before = mock_cycles;
    for (unsigned i = 0; i < 100; i++) {
        CHECK_EQ(lx_liteeth_send(&eth, &part, 1), LX_EBUSY);
    }
    CHECK(mock_cycles - before < 100 * 100);
    lx_liteeth_counters_t counters;
    lx_liteeth_counters(&eth, &counters);
    CHECK_EQ(counters.tx_frames, 2);
    CHECK_EQ(counters.tx_bytes, 120);
    mac.stuck = false;
    transmit();
    CHECK_EQ(lx_liteeth_send(&eth, &part, 1), LX_OK);
}

static void liteeth_refuses_lengths(void) {
    static uint8_t frame[LX_LITEETH_FRAME_MAX + 1];
    start(2, 2);
    CHECK_EQ(lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, 13}, 1), LX_EINVAL);
    CHECK_EQ(lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, sizeof(frame)}, 1), LX_EINVAL);
    CHECK_EQ(lx_liteeth_send(&eth, NULL, 0), LX_EINVAL);
    CHECK_EQ(mac.command_count, 0);
    CHECK_EQ(lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, LX_LITEETH_FRAME_MAX}, 1), LX_OK);
}

// A receiver whose event never goes away: every loop ends.
static uint64_t always(mock_reg_t *reg) {
    (void)reg;
    return 1;
}

static void liteeth_a_stuck_receiver_ends(void) {
    setup(2, 2);
    mock_reg_t *pending = mock_add(1, CSR_ACCESS_RW);
    pending->on_read = always;
    regs.sram_writer_ev_pending = pending->reg;
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_OK);
    uint64_t before = mock_cycles;
    CHECK_EQ(lx_liteeth_peek(&eth), 0);
    CHECK(mock_cycles - before < 10000);
}

static void liteeth_interrupts(void) {
    uint8_t frame[60];
    start(2, 2);
    CHECK(!lx_liteeth_isr(&eth));
    lx_liteeth_enable(&eth, true, true);
    CHECK(!lx_liteeth_isr(&eth));
    make_frame(frame, sizeof(frame), 1);
    arrive(frame, sizeof(frame));
    CHECK(lx_liteeth_isr(&eth));
    // The frame is still there, its interrupt is off.
    CHECK_EQ(mock_get(mac.rx_enable), 0);
    CHECK_EQ(mock_get(mac.tx_enable), 1);
    CHECK(!lx_liteeth_isr(&eth));
    CHECK_EQ(lx_liteeth_peek(&eth), sizeof(frame));
    lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, sizeof(frame)}, 1);
    transmit();
    CHECK(lx_liteeth_isr(&eth));
    CHECK_EQ(mock_get(mac.tx_enable), 0);
    CHECK(!mac.done);
    // What nobody waits for wakes nobody.
    lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, sizeof(frame)}, 1);
    transmit();
    CHECK(!lx_liteeth_isr(&eth));
    // Each direction is enabled without the other.
    lx_liteeth_enable_receive(&eth, true);
    CHECK_EQ(mock_get(mac.rx_enable), 1);
    CHECK_EQ(mock_get(mac.tx_enable), 0);
    lx_liteeth_enable_transmit(&eth, true);
    lx_liteeth_enable_receive(&eth, false);
    CHECK_EQ(mock_get(mac.rx_enable), 0);
    CHECK_EQ(mock_get(mac.tx_enable), 1);
}

static void liteeth_resets_its_phy(void) {
    start(2, 2);
    CHECK_EQ(lx_liteeth_reset_phy(&eth, true), LX_OK);
    CHECK_EQ(mock_get(mac.phy_reset), 1);
    CHECK_EQ(lx_liteeth_reset_phy(&eth, false), LX_OK);
    CHECK_EQ(mock_get(mac.phy_reset), 0);
    regs.keep_phy = true;
    unsigned writes = mac.phy_reset->writes;
    CHECK_EQ(lx_liteeth_reset_phy(&eth, true), LX_ENOTSUP);
    CHECK_EQ(mac.phy_reset->writes, writes);
    regs.keep_phy = false;
    regs.phy_reset = (csr_reg_t) {0};
    CHECK_EQ(lx_liteeth_reset_phy(&eth, true), LX_ENOTSUP);
}

static void liteeth_inband_link(void) {
    bool up = true;
    start(2, 2);
    CHECK_EQ(lx_liteeth_inband_link(&eth, &up), LX_ENOTSUP);
    mock_reg_t *inband = mock_add(4, CSR_ACCESS_RO);
    regs.phy_rx_inband_status = inband->reg;
    CHECK_EQ(lx_liteeth_inband_link(&eth, &up), LX_OK);
    CHECK(!up);
    mock_set(inband, 0x9);
    CHECK_EQ(lx_liteeth_inband_link(&eth, &up), LX_OK);
    CHECK(up);
}

static void liteeth_needs_slots(void) {
    setup(2, 2);
    regs.rx_slots = 0;
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_ENODEV);
    setup(2, 0);
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_ENODEV);
    setup(2, 2);
    regs.tx_base = 0;
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_ENODEV);
}

// A MAC without preamble and FCS: what is in the slots is what is on the wire.
static unsigned on_the_wire(uint8_t *wire, const uint8_t *frame, unsigned n) {
    memset(wire, 0x55, 7);
    wire[7] = 0xd5;
    memcpy(wire + 8, frame, n);
    uint32_t crc = crc32_update(0, frame, n);
    for (unsigned i = 0; i < 4; i++) {
        wire[8 + n + i] = (uint8_t)(crc >> 8 * i);
    }
    return n + 12;
}

static void liteeth_software_fcs(void) {
    uint8_t frame[1514];
    uint8_t wire[1536];
    setup(2, 2);
    csr_reg_t absent = {0};
    regs.preamble_crc = regs.rx_datapath_preamble_errors = regs.rx_datapath_crc_errors = absent;
    regs.software_fcs = true;
    CHECK_EQ(lx_liteeth_init(&eth, &regs), LX_OK);
    lx_liteeth_set_address(&eth, address);
    for (unsigned n = 60; n <= 1514; n += n < 80 ? 1 : 239) {
        make_frame(frame, n, n);
        unsigned total = on_the_wire(wire, frame, n);
        arrive(wire, total);
        CHECK_EQ(lx_liteeth_peek(&eth), n);
        CHECK_EQ(lx_liteeth_read(&eth, copy), plain_sum(frame + 14, n - 14));
        CHECK(memcmp((uint8_t *)copy + 2, frame, n) == 0);
        // A bit that is wrong anywhere.
        wire[n % total] ^= 4;
        arrive(wire, total);
        CHECK_EQ(lx_liteeth_peek(&eth), 0);
        mac.sent_count = 0;
        CHECK_EQ(lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, n}, 1), LX_OK);
        transmit();
        wire[n % total] ^= 4;
        CHECK_EQ(mac.sent_length[0], total);
        CHECK(memcmp(mac.sent[0], wire, total) == 0);
    }
    arrive(wire, 10);
    CHECK_EQ(lx_liteeth_peek(&eth), 0);
    lx_liteeth_counters_t counters;
    lx_liteeth_counters(&eth, &counters);
    CHECK_EQ(counters.rx_fcs_errors, counters.rx_frames + 1);
    // A short frame is padded to the least that Ethernet has.
    make_frame(frame, 42, 1);
    mac.sent_count = 0;
    CHECK_EQ(lx_liteeth_send(&eth, &(lx_liteeth_part_t) {frame, 42}, 1), LX_OK);
    transmit();
    memset(frame + 42, 0, 18);
    CHECK_EQ(mac.sent_length[0], on_the_wire(wire, frame, 60));
    CHECK(memcmp(mac.sent[0], wire, 72) == 0);
}

const test_t tests_liteeth[] = {
    TEST(liteeth_receives_every_length),
    TEST(liteeth_receives_in_order),
    TEST(liteeth_filters),
    TEST(liteeth_drops_wrong_lengths),
    TEST(liteeth_counts),
    TEST(liteeth_sends_pieces),
    TEST(liteeth_uses_slots_in_turn),
    TEST(liteeth_a_stuck_transmitter_is_busy),
    TEST(liteeth_refuses_lengths),
    TEST(liteeth_a_stuck_receiver_ends),
    TEST(liteeth_interrupts),
    TEST(liteeth_resets_its_phy),
    TEST(liteeth_inband_link),
    TEST(liteeth_needs_slots),
    TEST(liteeth_software_fcs),
    {NULL, NULL},
};
