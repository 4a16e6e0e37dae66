// SPDX-License-Identifier: MIT
//
// Frame buffer: litex/soc/cores/video.py and litedram/frontend/dma.py. The core has no vertical sync that software
// sees. Its DMA reads at base + offset, and offset falls back to 0 where a frame begins: that is the moment to change
// base. Switching the DMA off instead would flush its FIFO and blank the rest of the frame.

#include "drivers/lx_video.h"

#include "soc/irq.h"

static uint32_t page_bytes(const lx_video_regs_t *regs) {
    return (lx_video_bytes(regs) + LX_VIDEO_ALIGNMENT - 1) / LX_VIDEO_ALIGNMENT * LX_VIDEO_ALIGNMENT;
}

uint32_t lx_video_pages(const lx_video_regs_t *regs) {
    uint32_t room = page_bytes(regs);
    if (room == 0 || regs->memory_bytes < lx_video_bytes(regs)) {
        return 0;
    }
    // The last page needs no room behind it.
    return 1 + (regs->memory_bytes - lx_video_bytes(regs)) / room;
}

uint32_t lx_video_page(const lx_video_regs_t *regs, uint32_t n) {
    return regs->memory + n * page_bytes(regs);
}

bool lx_video_is_on(const lx_video_regs_t *regs) {
    return csr_read(regs->dma_enable) != 0;
}

static void switch_vtg(const lx_video_regs_t *regs, bool on) {
    if (csr_present(regs->vtg_enable)) {
        csr_write(regs->vtg_enable, on);
    }
}

int lx_video_on(const lx_video_regs_t *regs, uint32_t page) {
    if (page >= lx_video_pages(regs)) {
        return LX_EINVAL;
    }
    lx_video_off(regs);
    csr_write64(regs->dma_base, lx_video_page(regs, page));
    csr_write(regs->dma_length, lx_video_bytes(regs));
    csr_write(regs->dma_loop, 1);
    // As LiteX's BIOS does it.
    switch_vtg(regs, true);
    csr_write(regs->dma_enable, 1);
    return LX_OK;
}

void lx_video_off(const lx_video_regs_t *regs) {
    switch_vtg(regs, false);
    csr_write(regs->dma_enable, 0);
}

int lx_video_show(const lx_video_regs_t *regs, uint32_t page, uint32_t max_polls) {
    if (page >= lx_video_pages(regs)) {
        return LX_EINVAL;
    }
    if (!lx_video_is_on(regs)) {
        return LX_EBUSY;
    }
    uint32_t last = csr_read_moving(regs->dma_offset);
    for (uint32_t poll = 0; poll < max_polls; poll++) {
        uint32_t state = soc_irq_save();
        uint32_t offset = csr_read_moving(regs->dma_offset);
        bool begins = offset < last;
        if (begins) {
            csr_write64(regs->dma_base, lx_video_page(regs, page));
        }
        soc_irq_restore(state);
        if (begins) {
            return LX_OK;
        }
        last = offset;
    }
    return LX_ETIMEDOUT;
}
