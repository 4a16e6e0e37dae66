// SPDX-License-Identifier: MIT
//
// LiteEth's MAC (liteeth/mac/sram.py). The slots lie in memory that is not cached and takes whole words best.
//
// Ethernet's header has 14 bytes, so a frame is copied to an address that is 2 modulo 4, where the IP header is
// aligned: each word of the copy is half of two words of the slot. The sum for the Internet checksum (RFC 1071) is made
// on the way, of the words of the copy; its order of bytes does not matter.

#include "drivers/lx_liteeth.h"

#include <string.h>

#include "common/checksum.h"
#include "common/crc32.h"
#include "soc/mmio.h"

#define EVENT (UINT32_C(1))
// Of phy_rx_inband_status.
#define INBAND_UP (UINT32_C(1) << 0)
// In front of a frame where software makes it: seven bytes of 0x55 and the start of the frame, 0xd5.
#define PREAMBLE_BYTES (8)
#define PREAMBLE_FIRST (UINT32_C(0x55555555))
#define PREAMBLE_LAST (UINT32_C(0xd5555555))
#define FCS_BYTES (4)
// The shortest frame without FCS; the core pads where it makes the FCS.
#define FRAME_MIN (60)
// Words of a copy in front of the IP header.
#define HEADER_WORDS ((2 + LX_LITEETH_HEADER_BYTES) / 4)

static uint32_t absent_is_0(csr_reg_t reg) {
    return csr_present(reg) ? csr_read_moving(reg) : 0;
}

static void read_errors(const lx_liteeth_regs_t *regs, uint32_t errors[3]) {
    errors[0] = absent_is_0(regs->sram_writer_errors);
    errors[1] = absent_is_0(regs->rx_datapath_preamble_errors);
    errors[2] = absent_is_0(regs->rx_datapath_crc_errors);
}

static uint32_t slot_address(const lx_liteeth_t *eth) {
    return eth->regs->rx_base + eth->rx_slot * eth->regs->slot_size;
}

static bool received(const lx_liteeth_regs_t *regs) {
    return (csr_read(regs->sram_writer_ev_pending) & EVENT) != 0;
}

static void release(lx_liteeth_t *eth) {
    eth->rx_length = 0;
    csr_write(eth->regs->sram_writer_ev_pending, EVENT);
}

int lx_liteeth_init(lx_liteeth_t *eth, const lx_liteeth_regs_t *regs) {
    if (regs->rx_slots == 0 || regs->tx_slots == 0 || regs->rx_base == 0 || regs->tx_base == 0) {
        return LX_ENODEV;
    }
    *eth = (lx_liteeth_t) { .regs = regs };
    lx_liteeth_enable(eth, false, false);
    for (uint32_t i = 0; i <= regs->rx_slots && received(regs); i++) {
        release(eth);
    }
    csr_write(regs->sram_reader_ev_pending, EVENT);
    // The slots of a frame that is still on its way come before.
    eth->tx_slot = (csr_read(regs->sram_reader_slot) + 1) % regs->tx_slots;
    read_errors(regs, eth->first_errors);
    return LX_OK;
}

int lx_liteeth_set_address(lx_liteeth_t *eth, const uint8_t address[LX_LITEETH_MAC_BYTES]) {
    if ((address[0] & 1) != 0) {
        return LX_EINVAL;
    }
    eth->filter_high = (uint32_t)address[0] | (uint32_t)address[1] << 8 | (uint32_t)address[2] << 16
        | (uint32_t)address[3] << 24;
    eth->filter_low = (uint32_t)address[4] | (uint32_t)address[5] << 8;
    return LX_OK;
}

int lx_liteeth_reset_phy(const lx_liteeth_t *eth, bool held) {
    if (!csr_present(eth->regs->phy_reset) || eth->regs->keep_phy) {
        return LX_ENOTSUP;
    }
    csr_write(eth->regs->phy_reset, held);
    return LX_OK;
}

int lx_liteeth_inband_link(const lx_liteeth_t *eth, bool *up) {
    if (!csr_present(eth->regs->phy_rx_inband_status)) {
        return LX_ENOTSUP;
    }
    *up = (csr_read(eth->regs->phy_rx_inband_status) & INBAND_UP) != 0;
    return LX_OK;
}

void lx_liteeth_enable_receive(const lx_liteeth_t *eth, bool on) {
    csr_write(eth->regs->sram_writer_ev_enable, on ? EVENT : 0);
}

void lx_liteeth_enable_transmit(const lx_liteeth_t *eth, bool on) {
    csr_write(eth->regs->sram_reader_ev_enable, on ? EVENT : 0);
}

void lx_liteeth_enable(const lx_liteeth_t *eth, bool receive, bool transmit) {
    lx_liteeth_enable_receive(eth, receive);
    lx_liteeth_enable_transmit(eth, transmit);
}

bool lx_liteeth_isr(const lx_liteeth_t *eth) {
    const lx_liteeth_regs_t *regs = eth->regs;
    bool any = false;
    if ((csr_read(regs->sram_writer_ev_pending) & csr_read(regs->sram_writer_ev_enable)) != 0) {
        csr_write(regs->sram_writer_ev_enable, 0);
        any = true;
    }
    if ((csr_read(regs->sram_reader_ev_pending) & csr_read(regs->sram_reader_ev_enable)) != 0) {
        csr_write(regs->sram_reader_ev_enable, 0);
        csr_write(regs->sram_reader_ev_pending, EVENT);
        any = true;
    }
    return any;
}

static bool is_for_us(const lx_liteeth_t *eth, uint32_t address) {
    uint32_t high = mmio_read32(address);
    if ((high & 1) != 0) {
        return true;
    }
    return high == eth->filter_high && (mmio_read32(address + 4) & 0xffff) == eth->filter_low;
}

// Whether a frame with preamble and FCS has both right. It is read once here and once more when it is copied.
static bool has_good_fcs(uint32_t address, size_t n) {
    if (n < PREAMBLE_BYTES + LX_LITEETH_HEADER_BYTES + FCS_BYTES || mmio_read32(address) != PREAMBLE_FIRST
        || mmio_read32(address + 4) != PREAMBLE_LAST) {
        return false;
    }
    // Over the FCS as well, the CRC of an intact frame is a constant.
    uint32_t crc = 0;
    for (size_t at = PREAMBLE_BYTES; at < n; at += 4) {
        uint32_t word = mmio_read32(address + at);
        uint8_t bytes[4] = { (uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24) };
        crc = crc32_update(crc, bytes, n - at < 4 ? n - at : 4);
    }
    return crc == UINT32_C(0x2144df1c);
}

size_t lx_liteeth_peek(lx_liteeth_t *eth) {
    const lx_liteeth_regs_t *regs = eth->regs;
    for (uint32_t i = 0; eth->rx_length == 0 && i < regs->rx_slots && received(regs); i++) {
        eth->rx_slot = csr_read(regs->sram_writer_slot);
        size_t n = csr_read(regs->sram_writer_length);
        uint32_t address = slot_address(eth);
        if (eth->rx_slot >= regs->rx_slots) {
            release(eth);
            continue;
        }
        if (regs->software_fcs) {
            if (n > regs->slot_size || !has_good_fcs(address, n)) {
                eth->counters.rx_fcs_errors++;
                release(eth);
                continue;
            }
            n -= PREAMBLE_BYTES + FCS_BYTES;
            address += PREAMBLE_BYTES;
        }
        if (n < LX_LITEETH_HEADER_BYTES || n > LX_LITEETH_FRAME_MAX) {
            eth->counters.rx_length_errors++;
        } else if (!is_for_us(eth, address)) {
            eth->counters.rx_filtered++;
        } else {
            eth->rx_length = n;
            break;
        }
        release(eth);
    }
    return eth->rx_length;
}

uint16_t lx_liteeth_read(lx_liteeth_t *eth, uint32_t *to) {
    size_t n = eth->rx_length;
    if (n == 0) {
        return 0;
    }
    uint32_t from = slot_address(eth) + (eth->regs->software_fcs ? PREAMBLE_BYTES : 0);
    // Words of the copy: two bytes of padding and the frame. The last one may need no further word of the slot.
    size_t words = (2 + n + 3) / 4;
    uint32_t held = 0;
    uint32_t sum = 0;
    size_t i = 0;
    for (; i < HEADER_WORDS; i++, from += 4) {
        uint32_t word = mmio_read32(from);
        to[i] = held | word << 16;
        held = word >> 16;
    }
    for (; i + 4 < words; i += 4, from += 16) {
        uint32_t a = mmio_read32(from);
        uint32_t b = mmio_read32(from + 4);
        uint32_t c = mmio_read32(from + 8);
        uint32_t d = mmio_read32(from + 12);
        uint32_t w = held | a << 16;
        uint32_t x = a >> 16 | b << 16;
        uint32_t y = b >> 16 | c << 16;
        uint32_t z = c >> 16 | d << 16;
        held = d >> 16;
        to[i] = w;
        sum = checksum_add(sum, w);
        to[i + 1] = x;
        sum = checksum_add(sum, x);
        to[i + 2] = y;
        sum = checksum_add(sum, y);
        to[i + 3] = z;
        sum = checksum_add(sum, z);
    }
    for (; i < words; i++, from += 4) {
        uint32_t word = held;
        size_t rest = 2 + n - 4 * i;
        if (rest > 2) {
            uint32_t next = mmio_read32(from);
            word |= next << 16;
            held = next >> 16;
        }
        if (rest < 4) {
            word &= (UINT32_C(1) << 8 * rest) - 1;
        }
        to[i] = word;
        sum = checksum_add(sum, word);
    }
    release(eth);
    eth->counters.rx_frames++;
    eth->counters.rx_bytes += n;
    return checksum_folded(sum);
}

void lx_liteeth_drop(lx_liteeth_t *eth) {
    if (eth->rx_length != 0) {
        eth->counters.rx_dropped++;
        release(eth);
    }
}

bool lx_liteeth_can_send(const lx_liteeth_t *eth) {
    return csr_read(eth->regs->sram_reader_ready) != 0;
}

// Bytes that become words of a slot.
typedef struct {
    uint32_t address; // of the next word
    uint32_t held; // of the bytes that are not a word yet
    unsigned bits;
} writer_t;

static void put(writer_t *writer, uint32_t byte) {
    writer->held |= byte << writer->bits;
    writer->bits += 8;
    if (writer->bits == 32) {
        mmio_write32(writer->address, writer->held);
        writer->address += 4;
        writer->held = 0;
        writer->bits = 0;
    }
}

static void put_words(writer_t *writer, const uint32_t *words, size_t count) {
    uint32_t address = writer->address;
    writer->address += 4 * count;
    if (writer->bits == 0) {
        for (; count >= 4; count -= 4, words += 4, address += 16) {
            uint32_t a = words[0];
            uint32_t b = words[1];
            uint32_t c = words[2];
            uint32_t d = words[3];
            mmio_write32(address, a);
            mmio_write32(address + 4, b);
            mmio_write32(address + 8, c);
            mmio_write32(address + 12, d);
        }
        for (; count > 0; count--, address += 4) {
            mmio_write32(address, *words++);
        }
        return;
    }
    uint32_t held = writer->held;
    unsigned left = writer->bits;
    unsigned right = 32 - left;
    for (; count >= 4; count -= 4, words += 4, address += 16) {
        uint32_t a = words[0];
        uint32_t b = words[1];
        uint32_t c = words[2];
        uint32_t d = words[3];
        mmio_write32(address, held | a << left);
        mmio_write32(address + 4, a >> right | b << left);
        mmio_write32(address + 8, b >> right | c << left);
        mmio_write32(address + 12, c >> right | d << left);
        held = d >> right;
    }
    for (; count > 0; count--, address += 4) {
        uint32_t word = *words++;
        mmio_write32(address, held | word << left);
        held = word >> right;
    }
    writer->held = held;
}

static void put_bytes(writer_t *writer, const uint8_t *data, size_t n) {
    for (; n > 0 && ((uintptr_t)data & 3) != 0; n--) {
        put(writer, *data++);
    }
    put_words(writer, (const uint32_t *)(const void *)data, n / 4);
    data += n & ~(size_t)3;
    for (n &= 3; n > 0; n--) {
        put(writer, *data++);
    }
}

static void put_parts(writer_t *writer, const lx_liteeth_part_t *parts, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        put_bytes(writer, parts[i].data, parts[i].n);
    }
}

static const uint8_t zeros[FRAME_MIN];

// The frame with what the MAC does not make. Returns its bytes.
static size_t put_with_fcs(writer_t *writer, const lx_liteeth_part_t *parts, unsigned count, size_t n) {
    uint32_t crc = 0;
    size_t padding = n < FRAME_MIN ? FRAME_MIN - n : 0;
    mmio_write32(writer->address, PREAMBLE_FIRST);
    mmio_write32(writer->address + 4, PREAMBLE_LAST);
    writer->address += PREAMBLE_BYTES;
    for (unsigned i = 0; i < count; i++) {
        crc = crc32_update(crc, parts[i].data, parts[i].n);
    }
    crc = crc32_update(crc, zeros, padding);
    put_parts(writer, parts, count);
    put_bytes(writer, zeros, padding);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        put(writer, crc >> shift & 0xff);
    }
    return PREAMBLE_BYTES + n + padding + FCS_BYTES;
}

int lx_liteeth_send(lx_liteeth_t *eth, const lx_liteeth_part_t *parts, unsigned count) {
    const lx_liteeth_regs_t *regs = eth->regs;
    size_t n = 0;
    for (unsigned i = 0; i < count; i++) {
        n += parts[i].n;
    }
    if (n < LX_LITEETH_HEADER_BYTES || n > LX_LITEETH_FRAME_MAX) {
        return LX_EINVAL;
    }
    if (!lx_liteeth_can_send(eth)) {
        return LX_EBUSY;
    }
    writer_t writer = { .address = regs->tx_base + eth->tx_slot * regs->slot_size };
    size_t bytes = n;
    if (regs->software_fcs) {
        bytes = put_with_fcs(&writer, parts, count, n);
    } else {
        put_parts(&writer, parts, count);
    }
    if (writer.bits != 0) {
        mmio_write32(writer.address, writer.held);
    }
    csr_write(regs->sram_reader_slot, eth->tx_slot);
    csr_write(regs->sram_reader_length, (uint32_t)bytes);
    csr_write(regs->sram_reader_start, 1);
    eth->tx_slot = (eth->tx_slot + 1) % regs->tx_slots;
    eth->counters.tx_frames++;
    eth->counters.tx_bytes += n;
    return LX_OK;
}

void lx_liteeth_counters(const lx_liteeth_t *eth, lx_liteeth_counters_t *counters) {
    uint32_t errors[3];
    read_errors(eth->regs, errors);
    *counters = eth->counters;
    counters->rx_overflows += errors[0] - eth->first_errors[0];
    counters->rx_fcs_errors += errors[1] - eth->first_errors[1] + errors[2] - eth->first_errors[2];
}
