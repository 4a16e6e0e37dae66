// SPDX-License-Identifier: MIT
//
// DMA: litex/soc/cores/dma.py. The state machine is held in reset while enable is 0, so that clearing it stops the
// core at once and setting it starts at offset 0. A length of 0 would count as 2**30 words.

#include "drivers/lx_dma.h"

static bool whole_words(uint64_t addr, uint32_t bytes) {
    return bytes != 0 && addr % LX_DMA_WORD_BYTES == 0 && bytes % LX_DMA_WORD_BYTES == 0;
}

int lx_dma_start(const lx_dma_regs_t *regs, uint64_t addr, uint32_t bytes, bool loop) {
    if (!whole_words(addr, bytes)) {
        return LX_EINVAL;
    }
    csr_write(regs->enable, 0);
    csr_write64(regs->base, addr);
    csr_write(regs->length, bytes);
    csr_write(regs->loop, loop);
    csr_write(regs->enable, 1);
    return LX_OK;
}

void lx_dma_stop(const lx_dma_regs_t *regs) {
    csr_write(regs->enable, 0);
}

bool lx_dma_is_on(const lx_dma_regs_t *regs) {
    return csr_read(regs->enable) != 0;
}

bool lx_dma_done(const lx_dma_regs_t *regs) {
    return csr_read(regs->done) != 0;
}

uint32_t lx_dma_offset(const lx_dma_regs_t *regs) {
    return csr_read_moving(regs->offset) * LX_DMA_WORD_BYTES;
}

int lx_dma_wait(const lx_dma_regs_t *regs, uint32_t max_polls) {
    uint32_t words = csr_read(regs->length) / LX_DMA_WORD_BYTES;
    for (uint32_t poll = 0; poll < max_polls; poll++) {
        if (lx_dma_done(regs)) {
            return LX_OK;
        }
        // Each turn takes two cycles or more, as a word does.
        uint32_t turns = words - csr_read(regs->offset);
        turns = turns < LX_DMA_POLL_WORDS ? turns : LX_DMA_POLL_WORDS;
        for (uint32_t i = 0; i < turns; i++) {
            __asm__ volatile ("");
        }
    }
    return LX_ETIMEDOUT;
}

int lx_dma_copy_start(const lx_dma_regs_t *reader, uint64_t to, uint64_t from, uint32_t bytes) {
    const lx_dma_regs_t *writer = reader->loopback;
    if (writer == NULL) {
        return LX_ENODEV;
    }
    if (!whole_words(to, bytes) || !whole_words(from, bytes)) {
        return LX_EINVAL;
    }
    // While the writer is stopped it drops what is left in the reader's FIFO, a word each cycle: writing the registers
    // of both takes longer than that. The writer is ready before the first word comes.
    lx_dma_copy_stop(reader);
    csr_write64(reader->base, from);
    csr_write(reader->length, bytes);
    csr_write(reader->loop, 0);
    lx_dma_start(writer, to, bytes, false);
    csr_write(reader->enable, 1);
    return LX_OK;
}

void lx_dma_copy_stop(const lx_dma_regs_t *reader) {
    lx_dma_stop(reader);
    lx_dma_stop(reader->loopback);
}
