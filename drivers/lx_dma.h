// SPDX-License-Identifier: MIT
//
// WishboneDMAReader and WishboneDMAWriter with CSRs (litex/soc/cores/dma.py): a reader sends words of memory to a
// stream of the gateware, a writer puts those of a stream into memory. Both go once through a buffer, or in a loop.
// No state: functions take the registers. All may be called from an interrupt.
//
// The cores do not know caches: soc/cache.h, before a reader is started and after a writer is done. They reach all of
// the bus: the caller owns the buffer until the transfer is done or stopped.

#ifndef DRIVERS_LX_DMA_H
#define DRIVERS_LX_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct lx_dma_regs {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t base;
    csr_reg_t length;
    csr_reg_t enable;
    csr_reg_t done;
    csr_reg_t loop;
    csr_reg_t offset;
    csr_reg_t ev_status; // LiteX's own cores have no events
    csr_reg_t ev_pending;
    csr_reg_t ev_enable;
    const struct lx_dma_regs *loopback; // of a reader: the writer that all its words go to, NULL: none
} lx_dma_regs_t;

// Address and length of a transfer are multiples of this: the cores move words of the bus.
#define LX_DMA_WORD_BYTES (SOC_BUS_DATA_WIDTH / 8)

// Go through a buffer, once or again and again, beginning at its start whatever the core did before. LX_EINVAL: no
// bytes, or address or length is not a multiple of LX_DMA_WORD_BYTES.
int lx_dma_start(const lx_dma_regs_t *regs, uint64_t addr, uint32_t bytes, bool loop);

// Stop where it is. Afterwards the core does not touch memory. A writer that is stopped takes and drops what its stream
// brings, at once; one that is done takes nothing.
//
// LiteX's bus goes to another master only when the one that has it pauses, and a reader pauses only when its FIFO is
// full: while a reader's words are dropped, the CPU waits, and with loop for ever. So a writer has to be started before
// the reader that feeds it, and stopped after it.
void lx_dma_stop(const lx_dma_regs_t *regs);

// Whether it was started and not stopped since; also when it is done.
bool lx_dma_is_on(const lx_dma_regs_t *regs);

// Whether the buffer is through. Never in a loop, and not after lx_dma_stop().
bool lx_dma_done(const lx_dma_regs_t *regs);

// How many bytes of the buffer are through (in a loop: in this round). A reader is ahead of its stream by the words
// in its FIFO.
uint32_t lx_dma_offset(const lx_dma_regs_t *regs);

// Wait until the buffer is through, or LX_ETIMEDOUT: it is not after max_polls polls. From one to the next it takes up
// to LX_DMA_POLL_WORDS times a word's least time, and the bus is left to the core.
int lx_dma_wait(const lx_dma_regs_t *regs, uint32_t max_polls);
#define LX_DMA_POLL_WORDS (512)

// A reader and its loopback copy memory; it is through when the writer is. LX_EINVAL: as lx_dma_start(). LX_ENODEV:
// the reader has no loopback.
int lx_dma_copy_start(const lx_dma_regs_t *reader, uint64_t to, uint64_t from, uint32_t bytes);
void lx_dma_copy_stop(const lx_dma_regs_t *reader);

#endif // DRIVERS_LX_DMA_H
