// SPDX-License-Identifier: MIT
//
// What the files of LiteSDCard's model share: litesdcard.c has the registers of both layouts, litesdcard_engine.c what the
// core does.

#ifndef EMU_CORES_LITESDCARD_H
#define EMU_CORES_LITESDCARD_H

#include "cores/core.h"
#include "models/sdcard.h"

// Registers by the names of the layout with one core.
typedef enum {
    SD_CLOCKER_DIVIDER,
    SD_CMDR_TIMEOUT,
    SD_DATAR_TIMEOUT,
    SD_SETTINGS,
    SD_CMD_ARGUMENT,
    SD_CMD_COMMAND,
    SD_CMD_RESPONSE,
    SD_BLOCK_LENGTH,
    SD_BLOCK_COUNT,
    SD_B2M_BASE,
    SD_B2M_LENGTH,
    SD_B2M_LOOP,
    SD_M2B_BASE,
    SD_M2B_LENGTH,
    SD_M2B_LOOP,
    SD_EV_PENDING,
    SD_REG_COUNT,
} sd_reg_t;

typedef enum {
    SD_IDLE,
    SD_SENDING, // the command is on the wire
    SD_RESPONSE,
    SD_BUSY, // of R1b
    SD_READING,
    SD_STALLED, // the card's clock is stopped: the DMA takes no more data
    SD_WRITING, // a block is on the wire
    SD_WAITING, // for data to write
    SD_PROGRAMMING, // the card is busy with a block
    SD_HUNG, // waits for a status token that does not come: only a reset of the SoC ends that
} sd_state_t;

typedef enum { DMA_IDLE, DMA_RUN, DMA_DONE } sd_dma_state_t;

typedef struct {
    sd_dma_state_t state;
    uint32_t offset; // bytes
} sd_dma_t;

#define SD_FIFO_BYTES (512 + 64)

#define SD_EVENT_DONE (1)
#define SD_EVENT_TIMEOUT (4)
#define SD_EVENT_ERROR (2)
#define SD_EVENT_CRC (8)

typedef struct {
    core_t *core; // the one with cmd_send
    core_t *irq; // the one with the events
    bool one_core; // the later layout
    sdcard_t *card; // NULL: an empty slot
    reg_t *regs[SD_REG_COUNT]; // NULL: not in this core
    sd_state_t state;
    event_t step;
    uint64_t last_ns;
    uint64_t quiet_until; // CMD is driven high behind a response: a command before that loses its first bits
    bool timed_out; // what the next step is
    bool spoilt; // the command under way
    sdcard_response_t response;
    uint8_t cmd_event;
    uint8_t data_event;
    uint8_t dataw_status;
    uint32_t blocks; // of the transfer, done
    uint8_t block[SDCARD_MAX_BLOCK];
    sd_dma_t b2m; // to memory
    sd_dma_t m2b; // from memory
    uint8_t fifo[SD_FIFO_BYTES]; // to the card; it keeps its content
    uint32_t fifo_count;
    core_events_t events;
} sd_t;

void sd_engine_init(sd_t *sd, core_t *core);
void sd_engine_reset(sd_t *sd);
void sd_send(sd_t *sd);
void sd_dma_enable(sd_t *sd, sd_dma_t *dma, bool on);
void sd_update_events(sd_t *sd);

static inline uint64_t sd_get(const sd_t *sd, sd_reg_t reg, uint64_t otherwise) {
    return sd->regs[reg] != NULL ? reg_get(sd->regs[reg]) : otherwise;
}

#endif
