// SPDX-License-Identifier: MIT
//
// MDIO: IEEE 802.3, 22.2.4 (registers) and 22.2.4.5 (frames).
//
// We change MDIO while MDC is low and the PHY samples it at the rising edge; the PHY changes it up to 300 ns after that
// edge, so we sample at the end of the next low half.

#include "drivers/lx_mdio.h"

#define MDIO_W_MDC (UINT32_C(1) << 0)
#define MDIO_W_OE (UINT32_C(1) << 1)
#define MDIO_W_W (UINT32_C(1) << 2)
#define MDIO_R_R (UINT32_C(1) << 0)

#define MDC_HZ (1000000) // of 2,500,000 at most
#define PREAMBLE_BITS (32)
#define FRAME_READ (UINT32_C(0x6)) // start 01, operation 10
#define FRAME_WRITE (UINT32_C(0x5)) // start 01, operation 01
#define TURNAROUND_WRITE (UINT32_C(0x2))

// Basic registers (22.2.4.1) and auto-negotiation (28.2.4.1).
#define BMSR (1)
#define PHY_ID1 (2)
#define ANAR (4)
#define ANLPAR (5)
#define GIGABIT_CONTROL (9)
#define GIGABIT_STATUS (10)
#define BMSR_LINK (1u << 2)
#define BMSR_NEGOTIATED (1u << 5)
#define BMSR_EXTENDED_STATUS (1u << 8)

static void wait_half(const lx_mdio_t *mdio) {
    uint32_t start = lx_clock_cycles32(mdio->clock);
    // A look at the clock takes a cycle at least.
    for (uint32_t looks = mdio->half; looks > 0; looks--) {
        if (lx_clock_cycles32(mdio->clock) - start >= mdio->half) {
            return;
        }
    }
}

static void half(const lx_mdio_t *mdio, uint32_t w) {
    csr_write(mdio->w, w);
    wait_half(mdio);
}

static void put(const lx_mdio_t *mdio, uint32_t bits, unsigned count) {
    while (count-- > 0) {
        uint32_t w = MDIO_W_OE | ((bits >> count & 1) != 0 ? MDIO_W_W : 0);
        half(mdio, w);
        half(mdio, w | MDIO_W_MDC);
    }
}

static uint32_t get(const lx_mdio_t *mdio, unsigned count) {
    uint32_t bits = 0;
    while (count-- > 0) {
        half(mdio, 0);
        bits = bits << 1 | (csr_read(mdio->r) & MDIO_R_R);
        half(mdio, MDIO_W_MDC);
    }
    return bits;
}

static void put_address(const lx_mdio_t *mdio, uint32_t start, unsigned phy, unsigned reg) {
    put(mdio, UINT32_MAX, PREAMBLE_BITS);
    put(mdio, start, 4);
    put(mdio, phy, 5);
    put(mdio, reg, 5);
}

int lx_mdio_init(lx_mdio_t *mdio, csr_reg_t w, csr_reg_t r, lx_clock_t *clock, uint32_t clk_hz) {
    if (!csr_present(w) || !csr_present(r)) {
        return LX_ENODEV;
    }
    *mdio = (lx_mdio_t) { .w = w, .r = r, .clock = clock, .half = clk_hz / (2 * MDC_HZ) + 1 };
    return LX_OK;
}

int lx_mdio_read(const lx_mdio_t *mdio, unsigned phy, unsigned reg, uint16_t *value) {
    if (phy >= LX_MDIO_PHYS || reg >= LX_MDIO_REGISTERS) {
        return LX_EINVAL;
    }
    put_address(mdio, FRAME_READ, phy, reg);
    // The turnaround: one bit in which nobody drives, and a 0 of the PHY; a pull-up makes a 1 of no answer.
    uint32_t turnaround = get(mdio, 2);
    *value = (uint16_t)get(mdio, 16);
    half(mdio, 0);
    return (turnaround & 1) == 0 ? LX_OK : LX_ENODEV;
}

int lx_mdio_write(const lx_mdio_t *mdio, unsigned phy, unsigned reg, uint16_t value) {
    if (phy >= LX_MDIO_PHYS || reg >= LX_MDIO_REGISTERS) {
        return LX_EINVAL;
    }
    put_address(mdio, FRAME_WRITE, phy, reg);
    put(mdio, TURNAROUND_WRITE, 2);
    put(mdio, value, 16);
    half(mdio, 0);
    return LX_OK;
}

int lx_mdio_find(const lx_mdio_t *mdio, unsigned *phy) {
    for (unsigned i = 1; i <= LX_MDIO_PHYS; i++) {
        unsigned address = i % LX_MDIO_PHYS;
        uint16_t id;
        // Where nothing pulls MDIO up, no answer may read as all zeros.
        if (lx_mdio_read(mdio, address, PHY_ID1, &id) == LX_OK && id != 0 && id != 0xffff) {
            *phy = address;
            return LX_OK;
        }
    }
    return LX_ENODEV;
}

int lx_mdio_link(const lx_mdio_t *mdio, unsigned phy, bool *up) {
    uint16_t status;
    // A loss of the link stays in the register until it is read.
    int result = lx_mdio_read(mdio, phy, BMSR, &status);
    if (result == LX_OK && status == 0xffff) {
        result = LX_ENODEV;
    }
    *up = result == LX_OK && (status & BMSR_LINK) != 0;
    return result;
}

// What both ends offer, in the bits of our end's register: the other's gigabit bits lie two higher.
static unsigned offered(const lx_mdio_t *mdio, unsigned phy, unsigned ours, unsigned theirs, unsigned shift) {
    uint16_t our_bits;
    uint16_t their_bits;
    if (lx_mdio_read(mdio, phy, ours, &our_bits) != LX_OK || lx_mdio_read(mdio, phy, theirs, &their_bits) != LX_OK) {
        return 0;
    }
    return our_bits & their_bits >> shift;
}

unsigned lx_mdio_mbps(const lx_mdio_t *mdio, unsigned phy, bool *full_duplex) {
    // From the best on (28B.3): the bit of full duplex lies above that of half duplex.
    static const struct {
        uint16_t mbps;
        uint8_t ours;
        uint8_t theirs;
        uint8_t shift;
        uint16_t full;
        uint16_t half;
    } speeds[] = {
        {1000, GIGABIT_CONTROL, GIGABIT_STATUS, 2, 1u << 9, 1u << 8},
        {100, ANAR, ANLPAR, 0, 1u << 8, 1u << 7},
        {10, ANAR, ANLPAR, 0, 1u << 6, 1u << 5},
    };
    uint16_t status;
    if (lx_mdio_read(mdio, phy, BMSR, &status) != LX_OK || (status & BMSR_NEGOTIATED) == 0) {
        return 0;
    }
    unsigned first = (status & BMSR_EXTENDED_STATUS) != 0 ? 0 : 1;
    for (unsigned i = first; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
        unsigned bits = offered(mdio, phy, speeds[i].ours, speeds[i].theirs, speeds[i].shift);
        if ((bits & (speeds[i].full | speeds[i].half)) != 0) {
            *full_duplex = (bits & speeds[i].full) != 0;
            return speeds[i].mbps;
        }
    }
    return 0;
}
