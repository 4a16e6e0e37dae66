// SPDX-License-Identifier: MIT
//
// VideoFrameBuffer with its VideoTimingGenerator (litex/soc/cores/video.py): shows a picture that lies in main RAM,
// again and again, row after row from the top left. LiteDRAMDMAReader (litedram/frontend/dma.py) fetches it. No
// state: functions take the registers. All may be called from an interrupt but for lx_video_show().
//
// The timing is set in the gateware. Pixels, by bits each: 32 red in the lowest byte, then green, then blue, or the
// other way round (`bgr`); 16 red in the 5 highest bits, green in 6, blue in the 5 lowest; 8 as the gateware was built (red in 3, green in 3, blue in
// 2, or grey: the registers do not tell); 1 black or white, the first pixel in the lowest bit.

#ifndef DRIVERS_LX_VIDEO_H
#define DRIVERS_LX_VIDEO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // CPU interrupt line, -1: none
    csr_reg_t dma_base;
    csr_reg_t dma_length;
    csr_reg_t dma_enable;
    csr_reg_t dma_done;
    csr_reg_t dma_loop;
    csr_reg_t dma_offset;
    csr_reg_t vtg_enable; // of the timing generator; absent where it has another name
    uint16_t hres; // pixels of a row
    uint16_t vres; // rows
    uint8_t depth; // bits of a pixel
    bool bgr; // of 32 bits, blue is the lowest byte: the core exchanges both where the DRAM's port has fewer bits
    uint32_t memory; // where the picture lies, and any further pages behind it; 0: main RAM has no room for it
    uint32_t memory_bytes;
} lx_video_regs_t;

// The bytes of a row and of a picture.
static inline uint32_t lx_video_stride(const lx_video_regs_t *regs) {
    return (uint32_t)regs->hres * regs->depth / 8;
}

static inline uint32_t lx_video_bytes(const lx_video_regs_t *regs) {
    return ((uint32_t)regs->hres * regs->vres * regs->depth + 7) / 8;
}

// How many pictures have room in memory; page n begins at lx_video_page(), a multiple of LX_VIDEO_ALIGNMENT bytes from
// memory.
#define LX_VIDEO_ALIGNMENT (64)
uint32_t lx_video_pages(const lx_video_regs_t *regs);
uint32_t lx_video_page(const lx_video_regs_t *regs, uint32_t n);

// Whether a picture is being shown.
bool lx_video_is_on(const lx_video_regs_t *regs);

// Show a page from the next frame of the timing generator on, whatever the core did before. LX_EINVAL: no such page.
int lx_video_on(const lx_video_regs_t *regs, uint32_t page);

// Show nothing.
void lx_video_off(const lx_video_regs_t *regs);

// Show another page from the next frame that the core begins to fetch, which is up to its FIFO's depth before the
// frame that it shows: the bound is at most two frames, in polls of some ten cycles. Interrupts are off only while a
// poll looks and acts. LX_EINVAL: no such page. LX_ETIMEDOUT: the core began no frame (its clock may be missing); the
// old page stays. LX_EBUSY: lx_video_on() was not called.
int lx_video_show(const lx_video_regs_t *regs, uint32_t page, uint32_t max_polls);

#endif // DRIVERS_LX_VIDEO_H
