// SPDX-License-Identifier: MIT
// The Ethernet PHY against IEEE 802.3 clause 22: frames on MDIO bit by bit, registers, negotiation, faults.

#include "tests/models/unit/check.h"

#include "models/eth_phy.h"

enum { READ = 2, WRITE = 1, PREAMBLE = 32 };
enum { BMCR = 0, BMSR = 1, ID1 = 2, ID2 = 3, ADVERTISE = 4, PARTNER = 5, VENDOR = 31 };
#define MS (1000000u)

typedef struct {
    eth_phy_t phy;
    uint64_t now_ns;
} station_t;

static void send_bits(station_t *s, uint32_t bits, unsigned count) {
    while (count-- > 0) {
        bool bit = bits >> count & 1;
        eth_phy_pins(&s->phy, false, true, bit, s->now_ns);
        eth_phy_pins(&s->phy, true, true, bit, s->now_ns);
    }
    eth_phy_pins(&s->phy, false, true, true, s->now_ns);
}

// A clock with MDIO let go: its level before the rising edge.
static bool read_bit(station_t *s) {
    bool level = eth_phy_pins(&s->phy, false, false, false, s->now_ns);
    eth_phy_pins(&s->phy, true, false, false, s->now_ns);
    return level;
}

static void header(station_t *s, unsigned preamble, unsigned operation, unsigned address, unsigned reg) {
    for (unsigned i = 0; i < preamble; i++) {
        send_bits(s, 1, 1);
    }
    send_bits(s, 1u << 12 | operation << 10 | address << 5 | reg, 14);
}

static uint32_t read_with(station_t *s, unsigned preamble, unsigned address, unsigned reg, bool *turned) {
    uint32_t value = 0;
    header(s, preamble, READ, address, reg);
    read_bit(s);
    *turned = !read_bit(s); // the PHY pulls the second bit of the turnaround low
    for (unsigned i = 0; i < 16; i++) {
        value = value << 1 | read_bit(s);
    }
    return value;
}

static uint32_t read_register(station_t *s, unsigned reg) {
    bool turned;
    return read_with(s, PREAMBLE, s->phy.config.address, reg, &turned);
}

static void write_register(station_t *s, unsigned reg, uint16_t value) {
    header(s, PREAMBLE, WRITE, s->phy.config.address, reg);
    send_bits(s, 2, 2);
    send_bits(s, value, 16);
}

static station_t station(eth_phy_fault_t fault, unsigned address, bool gigabit) {
    eth_phy_config_t config = eth_phy_default;
    station_t s = { .now_ns = 0 };
    config.fault = fault;
    config.address = (uint8_t)address;
    config.gigabit = gigabit;
    eth_phy_init(&s.phy, &config);
    return s;
}

static void test_frames(check_t *check) {
    for (unsigned address = 0; address < 32; address += 31) {
        station_t s = station(ETH_PHY_OK, address, false);
        bool turned;
        CHECK_EQUAL(check, read_with(&s, PREAMBLE, address, ID1, &turned), eth_phy_default.id1);
        CHECK(check, turned);
        CHECK_EQUAL(check, read_with(&s, PREAMBLE + 7, address, ID2, &turned), eth_phy_default.id2);
        CHECK(check, turned);
        CHECK_EQUAL(check, read_with(&s, PREAMBLE, address ^ 1, ID1, &turned), 0xffff);
        CHECK(check, !turned);
        CHECK_EQUAL(check, read_with(&s, PREAMBLE - 1, address, ID1, &turned), 0xffff);
        CHECK(check, !turned);
        CHECK_EQUAL(check, read_register(&s, ID1), eth_phy_default.id1);
    }
    station_t s = station(ETH_PHY_OK, 1, false);
    write_register(&s, VENDOR, 0xa55a);
    CHECK_EQUAL(check, read_register(&s, VENDOR), 0xa55a);
    write_register(&s, ID1, 0xffff);
    CHECK_EQUAL(check, read_register(&s, ID1), eth_phy_default.id1);
    s.phy.config.address = 2; // the frame before was for 1
    write_register(&s, VENDOR, 0x1234);
    s.phy.config.address = 1;
    header(&s, PREAMBLE, WRITE, 2, VENDOR);
    send_bits(&s, 2, 2);
    send_bits(&s, 0, 16);
    CHECK_EQUAL(check, read_register(&s, VENDOR), 0x1234);
}

static void test_link(check_t *check) {
    station_t s = station(ETH_PHY_OK, 1, false);
    uint64_t negotiation = eth_phy_default.negotiation_us * UINT64_C(1000);
    CHECK_EQUAL(check, read_register(&s, BMSR) & 0x24, 0);
    s.now_ns = 100 * MS;
    CHECK(check, !eth_phy_link(&s.phy, s.now_ns)); // no cable
    eth_phy_cable(&s.phy, true, s.now_ns);
    s.now_ns += negotiation - 1;
    CHECK(check, !eth_phy_link(&s.phy, s.now_ns));
    CHECK_EQUAL(check, read_register(&s, PARTNER), 0);
    s.now_ns += 1;
    CHECK(check, eth_phy_link(&s.phy, s.now_ns));
    CHECK_EQUAL(check, read_register(&s, BMSR) & 0x24, 0x20); // that it was down shows once
    CHECK_EQUAL(check, read_register(&s, BMSR) & 0x24, 0x24);
    CHECK_EQUAL(check, read_register(&s, PARTNER), 0x41e1);
    // A short loss that came back is seen once.
    eth_phy_cable(&s.phy, false, s.now_ns);
    eth_phy_cable(&s.phy, true, s.now_ns);
    s.now_ns += negotiation;
    CHECK_EQUAL(check, read_register(&s, BMSR) & 4, 0);
    CHECK_EQUAL(check, read_register(&s, BMSR) & 4, 4);
    // Power down, up, restart of negotiation, reset.
    write_register(&s, BMCR, 0x3900);
    CHECK(check, !eth_phy_link(&s.phy, s.now_ns + 100 * MS));
    write_register(&s, BMCR, 0x3100);
    CHECK(check, eth_phy_link(&s.phy, s.now_ns + negotiation));
    s.now_ns += negotiation;
    write_register(&s, BMCR, 0x3300);
    CHECK(check, !eth_phy_link(&s.phy, s.now_ns));
    CHECK_EQUAL(check, read_register(&s, BMCR), 0x3100);
    write_register(&s, ADVERTISE, 0x0001);
    write_register(&s, BMCR, 0x8000);
    CHECK_EQUAL(check, read_register(&s, BMCR), 0xb100);
    s.now_ns += MS;
    CHECK_EQUAL(check, read_register(&s, BMCR), 0x3100);
    CHECK_EQUAL(check, read_register(&s, ADVERTISE), 0x01e1);
}

static void test_gigabit(check_t *check) {
    station_t s = station(ETH_PHY_OK, 1, true);
    eth_phy_cable(&s.phy, true, 0);
    s.now_ns = 100 * MS;
    CHECK_EQUAL(check, read_register(&s, BMSR) & 0x100, 0x100);
    CHECK_EQUAL(check, read_register(&s, 9), 0x200);
    CHECK_EQUAL(check, read_register(&s, 10), 0x3800);
    CHECK_EQUAL(check, read_register(&s, 15), 0x2000);
}

static void test_faults(check_t *check) {
    station_t s = station(ETH_PHY_SILENT, 1, false);
    CHECK_EQUAL(check, read_register(&s, ID1), 0xffff);
    s = station(ETH_PHY_STUCK, 1, false);
    CHECK_EQUAL(check, read_register(&s, ID1), 0);
    s = station(ETH_PHY_NO_LINK, 1, false);
    eth_phy_cable(&s.phy, true, 0);
    s.now_ns = 60000 * (uint64_t)MS;
    CHECK_EQUAL(check, read_register(&s, BMSR) & 0x24, 0);
    s = station(ETH_PHY_IN_RESET, 1, false);
    s.now_ns = 60000 * (uint64_t)MS;
    CHECK_EQUAL(check, read_register(&s, BMCR) & 0x8000, 0x8000);
}

void test_eth_phy(check_t *check) {
    test_frames(check);
    test_link(check);
    test_gigabit(check);
    test_faults(check);
}
