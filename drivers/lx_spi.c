// SPDX-License-Identifier: MIT
//
// SPI: litex/soc/cores/spi/spi_master.py.
//
// The core latches mosi when a transfer starts and changes miso when it ends, so the next word is written to mosi while
// the last one is still moving: between the end of one transfer and the start of the next lie one look at status, one
// read of miso and one write of control. A start while a transfer is under way does nothing.
//
// The time of a transfer is that of its bits and at most two more, since the core's clock runs freely. Where the divider
// was just made smaller, that clock may first have to count once around its 16 bits.

#include "drivers/lx_spi.h"

#include "drivers/lx_bits.h"

#define SPI_STATUS_MODE_ALIGNED (UINT32_C(1) << 1)
#define SPI_CS_SEL (UINT32_C(0xffff))
#define SPI_CS_MODE_MANUAL (UINT32_C(1) << 16)
#define SPI_CLK_DIVIDER_MIN (2)
#define SPI_CLK_DIVIDER_MAX (0xffff)

#define MAX_BITS (255) // in a transfer: its length is 8 bits
#define MAX_BYTES (MAX_BITS / 8)

// Looks at status without a jump: enough for a word of 32 bits at a quarter of the clock.
#define POLLS_IN_LINE (16)

// Cycles before the first look, in a transfer that only sends and in one that receives. On VexRiscv (LiteX's standard
// variant) at a quarter of the clock, words then take 142 cycles, and 144 at best; a look that comes just too early costs
// 9 and 12 more. Measured by `python -m bench.peripherals`; elsewhere they do no harm.
#define LEAD_WRITE (6)
#define LEAD_READ (10)

// Each look at status takes a cycle at least.
static inline uint32_t most_polls(const lx_spi_t *spi, unsigned length) {
    return SPI_CLK_DIVIDER_MAX + 1 + (length + 3) * spi->divider;
}

static inline __attribute__((always_inline)) void pass_cycles(unsigned cycles) {
    #pragma GCC unroll 16
    for (unsigned i = 0; i < cycles; i++) {
        __asm__ volatile ("nop");
    }
}

static inline int wait_done(csr_reg_t status, uint32_t polls) {
    while ((csr_read(status) & SPI_STATUS_DONE) == 0) {
        if (polls-- == 0) {
            return LX_ETIMEDOUT;
        }
    }
    return LX_OK;
}

// The register keeps as many bits as it has.
static unsigned find_width(const lx_spi_regs_t *regs) {
    uint8_t bytes[MAX_BYTES + 1];
    if (regs->mosi.bits != 0) {
        return regs->mosi.bits;
    }
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = UINT8_MAX;
    }
    csr_write_bytes(regs->mosi, bytes, sizeof(bytes));
    csr_read_bytes(regs->mosi, bytes, sizeof(bytes));
    unsigned width = 0;
    while (width < 8 * sizeof(bytes) && (bytes[width / 8] >> width % 8 & 1) != 0) {
        width++;
    }
    return width;
}

// The register may be written in several words, and what it holds in between shows on the pins: chips are changed while
// none is selected.
static inline void write_cs(const lx_spi_t *spi, bool manual) {
    const csr_reg_t cs = spi->regs->cs;
    #if SOC_CSR_DATA_WIDTH < 32
    if ((csr_read(cs) & SPI_CS_SEL) != spi->select) {
        csr_write(cs, 0);
        csr_write(cs, spi->select);
    }
    #endif
    csr_write(cs, spi->select | (manual ? SPI_CS_MODE_MANUAL : 0));
}

int lx_spi_init(lx_spi_t *spi, const lx_spi_regs_t *regs, uint32_t clk_hz) {
    spi->regs = regs;
    spi->clk_hz = clk_hz;
    spi->divider = SPI_CLK_DIVIDER_MAX;
    spi->held = false;
    spi->select = 1;
    spi->loopback = false;
    int status = wait_done(regs->status, most_polls(spi, MAX_BITS));
    if (status != LX_OK) {
        return status;
    }
    unsigned width = find_width(regs);
    if (width < 8 || width > MAX_BITS) {
        return LX_ENOTSUP;
    }
    spi->width = (uint8_t)width;
    spi->idle = csr_read(regs->status);
    spi->aligned = (spi->idle & SPI_STATUS_MODE_ALIGNED) != 0;
    if (csr_present(regs->cs)) {
        write_cs(spi, spi->held);
    }
    if (csr_present(regs->clk_divider)) {
        spi->divider = csr_read(regs->clk_divider);
    }
    return LX_OK;
}

int lx_spi_set_baud(lx_spi_t *spi, uint32_t hz, uint32_t *actual_hz) {
    if (!csr_present(spi->regs->clk_divider)) {
        *actual_hz = 0;
        return LX_OK;
    }
    if (hz == 0 || hz < spi->clk_hz / SPI_CLK_DIVIDER_MAX) {
        return LX_EINVAL;
    }
    uint32_t divider = spi->clk_hz / hz + (spi->clk_hz % hz != 0);
    if (divider < SPI_CLK_DIVIDER_MIN) {
        divider = SPI_CLK_DIVIDER_MIN;
    } else if (divider > SPI_CLK_DIVIDER_MAX) {
        divider = SPI_CLK_DIVIDER_MAX;
    }
    spi->divider = divider;
    *actual_hz = spi->clk_hz / divider;
    return LX_OK;
}

void lx_spi_apply_baud(const lx_spi_t *spi) {
    if (csr_present(spi->regs->clk_divider)) {
        csr_write(spi->regs->clk_divider, spi->divider);
    }
}

int lx_spi_select(lx_spi_t *spi, int chip) {
    if (chip < LX_SPI_NO_CHIP || chip >= LX_SPI_CHIPS) {
        return LX_EINVAL;
    }
    if (!csr_present(spi->regs->cs)) {
        return LX_ENOTSUP;
    }
    spi->select = chip == LX_SPI_NO_CHIP ? 0 : (uint16_t)(1u << chip);
    return LX_OK;
}

int lx_spi_hold(lx_spi_t *spi, bool hold) {
    if (!csr_present(spi->regs->cs)) {
        return LX_ENOTSUP;
    }
    spi->held = hold;
    write_cs(spi, spi->held);
    return LX_OK;
}

int lx_spi_set_loopback(lx_spi_t *spi, bool on) {
    if (!csr_present(spi->regs->loopback)) {
        return LX_ENOTSUP;
    }
    spi->loopback = on;
    return LX_OK;
}

// For a register of any width: `length` bits in bytes, the first one to be sent first.
static void put_wide(const lx_spi_t *spi, const uint8_t *bytes, unsigned length) {
    uint8_t value[MAX_BYTES + 1] = {0};
    unsigned shift = spi->aligned ? 0 : spi->width - length;
    unsigned n = length / 8;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = 8 * (n - 1 - i) + shift;
        value[at / 8] |= (uint8_t)(bytes[i] << at % 8);
        if (at % 8 != 0) {
            value[at / 8 + 1] |= (uint8_t)(bytes[i] >> (8 - at % 8));
        }
    }
    csr_write_bytes(spi->regs->mosi, value, sizeof(value));
}

static void get_wide(const lx_spi_t *spi, uint8_t *bytes, unsigned length) {
    uint8_t value[MAX_BYTES];
    csr_read_bytes(spi->regs->miso, value, sizeof(value));
    for (unsigned i = 0, n = length / 8; i < n; i++) {
        bytes[i] = value[n - 1 - i];
    }
}

static __attribute__((noinline)) uint32_t join_bytes(const uint8_t *bytes, unsigned n) {
    uint32_t value = 0;
    for (unsigned i = 0; i < n; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static __attribute__((noinline)) void split_bytes(uint8_t *bytes, unsigned n, uint32_t value) {
    while (n-- > 0) {
        bytes[n] = (uint8_t)value;
        value >>= 8;
    }
}

// The next n bytes, the first one uppermost.
static inline uint32_t join(const uint8_t *bytes, unsigned n) {
    return n == 4 && lx_word_aligned(bytes) ? lx_swap_bytes(*(const uint32_t *)bytes) : join_bytes(bytes, n);
}

static inline void split(uint8_t *bytes, unsigned n, uint32_t value) {
    if (n == 4 && lx_word_aligned(bytes)) {
        *(uint32_t *)bytes = lx_swap_bytes(value);
    } else {
        split_bytes(bytes, n, value);
    }
}

static __attribute__((noinline)) int transfer_bytes_wide(const lx_spi_t *spi, const uint8_t *tx, uint8_t *rx, size_t n) {
    static const uint8_t zeros[MAX_BYTES];
    size_t most = spi->width / 8;
    int status = LX_OK;
    for (size_t done = 0; done < n && status == LX_OK;) {
        unsigned now = (unsigned)(n - done < most ? n - done : most);
        put_wide(spi, tx != NULL ? tx + done : zeros, 8 * now);
        lx_spi_start(spi, 8 * now);
        status = wait_done(spi->regs->status, most_polls(spi, 8 * now));
        if (rx != NULL) {
            get_wide(spi, rx + done, 8 * now);
        }
        done += now;
    }
    return status;
}

// The registers of a transfer in local variables, since between two words each cycle counts.
typedef struct {
    csr_reg_t control;
    csr_reg_t status;
    csr_reg_t miso;
    uint32_t idle; // status of the idle core: the same but for `done` when it is not
    uint32_t length; // what is to be added to status to have the value for control
    uint32_t polls;
} words_t;

// Start the next word as soon as the last one is done; what that one brought is *in, unless in is NULL.
//
// What is written to control is the length with status.done as its start bit: nothing happens until the core is idle, and
// then the word starts, without a branch in between. It starts once: only a look at an idle core starts it, and that is
// also the last look. Neither an interrupt nor a slow bus changes that. And miso is read before.
static inline __attribute__((always_inline)) int start_next(const words_t *core, uint32_t *in) {
    for (uint32_t polls = 0; polls <= core->polls; polls += POLLS_IN_LINE) {
        #pragma GCC unroll 16
        for (unsigned i = 0; i < POLLS_IN_LINE; i++) {
            uint32_t status = csr_read(core->status);
            if (in != NULL) {
                *in = csr_read(core->miso);
            }
            csr_write(core->control, status + core->length);
            if (status == core->idle) {
                return LX_OK;
            }
        }
    }
    return LX_ETIMEDOUT;
}

// Words of as many bytes as fit into the register, 1 to 4, then a shorter one. While a word moves, the next one is made
// ready.
static int transfer_bytes(const lx_spi_t *spi, const uint8_t *tx, uint8_t *rx, size_t n) {
    const csr_reg_t mosi = spi->regs->mosi;
    unsigned bytes = spi->width / 8;
    while (n > 0) {
        if (n < bytes) {
            bytes = (unsigned)n;
        }
        const unsigned shift = spi->aligned ? 0 : spi->width - 8 * bytes;
        csr_write(mosi, tx != NULL ? join(tx, bytes) << shift : 0);
        lx_spi_start(spi, 8 * bytes);
        words_t core = {
            .control = spi->regs->control,
            .status = spi->regs->status,
            .miso = spi->regs->miso,
            .idle = spi->idle,
            .polls = most_polls(spi, 8 * bytes),
        };
        core.length = lx_spi_control(8 * bytes) - core.idle;
        bool more;
        do {
            n -= bytes;
            more = n >= bytes;
            if (tx != NULL) {
                tx += bytes;
                if (more) {
                    csr_write(mosi, join(tx, bytes) << shift);
                }
            }
            // After the last word nothing starts: its value goes where it does no harm.
            if (!more) {
                core.control = mosi;
            }
            if (rx == NULL) {
                pass_cycles(LEAD_WRITE);
                if (start_next(&core, NULL) != LX_OK) {
                    return LX_ETIMEDOUT;
                }
            } else {
                uint32_t in;
                pass_cycles(LEAD_READ);
                if (start_next(&core, &in) != LX_OK) {
                    return LX_ETIMEDOUT;
                }
                split(rx, bytes, in);
                rx += bytes;
            }
        } while (more);
    }
    return LX_OK;
}

// A word of `bytes` bytes in memory, at any address.
static uint32_t load(const uint8_t *at, unsigned bytes) {
    uint32_t value = 0;
    while (bytes-- > 0) {
        value = value << 8 | at[bytes];
    }
    return value;
}

static void store(uint8_t *at, unsigned bytes, uint32_t value) {
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static __attribute__((noinline)) int transfer_words(const lx_spi_t *spi, const uint8_t *tx, uint8_t *rx, size_t n, unsigned bits) {
    uint32_t mask = UINT32_MAX >> (32 - bits);
    unsigned bytes = lx_spi_word_bytes(bits);
    int status = LX_OK;
    for (size_t i = 0; i < n && status == LX_OK; i++) {
        uint64_t value = tx != NULL ? load(tx + i * bytes, bytes) & mask : 0;
        csr_write64(spi->regs->mosi, spi->aligned ? value : value << (spi->width - bits));
        lx_spi_start(spi, bits);
        status = wait_done(spi->regs->status, most_polls(spi, bits));
        if (rx != NULL) {
            store(rx + i * bytes, bytes, (uint32_t)csr_read64(spi->regs->miso) & mask);
        }
    }
    return status;
}

// Another lx_spi_t may have used the core since.
static void apply(const lx_spi_t *spi) {
    if (csr_present(spi->regs->clk_divider)) {
        csr_write(spi->regs->clk_divider, spi->divider);
    }
    if (csr_present(spi->regs->loopback)) {
        csr_write(spi->regs->loopback, spi->loopback);
    }
}

int lx_spi_transfer(lx_spi_t *spi, const void *tx, void *rx, size_t n, unsigned bits) {
    if (bits < 1 || bits > LX_SPI_MAX_BITS || bits > spi->width || (bits != 8 && spi->width > 64)) {
        return LX_EINVAL;
    }
    apply(spi);
    if (csr_present(spi->regs->cs)) {
        write_cs(spi, true);
    }
    int status;
    if (bits != 8) {
        status = transfer_words(spi, tx, rx, n, bits);
    } else if (spi->width > 32) {
        status = transfer_bytes_wide(spi, tx, rx, n);
    } else {
        status = transfer_bytes(spi, tx, rx, n);
    }
    if (status != LX_OK) {
        spi->held = false;
    }
    if (csr_present(spi->regs->cs)) {
        write_cs(spi, spi->held);
    }
    return status;
}
