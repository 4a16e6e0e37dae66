// SPDX-License-Identifier: MIT
//
// SPI mode of sdcard_spi.h, byte by byte: what the card sends depends on the bytes before, so the next byte to send is
// made when one has come in.

#include "models/sdcard_spi.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_BYTES (6)
#define NCR_BYTES (1) // from a command to its response
#define QUEUE_BYTES (8)
#define TOKEN_START (0xfe)
#define TOKEN_START_MULTI (0xfc)
#define TOKEN_STOP_MULTI (0xfd)
#define DATA_RESPONSE(token) ((uint8_t)((token) << 1 | 1))
#define BIT_MAX_NS (100000)

typedef enum {
    COMMANDS, // waits for a command, and may send blocks meanwhile
    TOKEN, // waits for the token of a block to write
    BLOCK, // takes that block
} phase_t;

typedef struct {
    sdcard_t *card;
    bool awake; // CMD0 has come
    bool selected;
    phase_t phase;
    uint8_t bits;
    uint8_t in;
    uint8_t out;
    uint8_t command[COMMAND_BYTES];
    unsigned command_bytes;
    uint8_t queue[QUEUE_BYTES]; // to be sent before anything else
    unsigned queue_first;
    unsigned queue_count;
    bool writing_multi;
    uint8_t block[SDCARD_MAX_BLOCK + 2];
    unsigned block_bytes; // of the block to write, that are there; of the one to read, that are sent
    unsigned send_bytes; // of the block to read with its CRC, 0: none is on its way
    uint64_t bit_ns; // since the last bit
} sd_spi_t;

static void push(sd_spi_t *self, uint8_t byte) {
    if (self->queue_count < QUEUE_BYTES) {
        self->queue[(self->queue_first + self->queue_count++) % QUEUE_BYTES] = byte;
    }
}

static void push32(sd_spi_t *self, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        push(self, (uint8_t)(value >> shift));
    }
}

static void run_command(sd_spi_t *self) {
    const uint8_t *c = self->command;
    unsigned index = c[0] & 0x3f;
    bool crc_good = (sdcard_crc7(0, c, 5) | 1) == c[5];
    bool crc_counts = self->card->crc_on || index == 0 || index == 8;
    uint32_t argument = (uint32_t)c[1] << 24 | (uint32_t)c[2] << 16 | (uint32_t)c[3] << 8 | c[4];
    if (index == 0) {
        self->awake = true;
    }
    if (!self->awake || !sdcard_present(self->card)) {
        return;
    }
    sdcard_set_spi(self->card, true);
    self->queue_count = 0;
    for (unsigned i = 0; i < NCR_BYTES; i++) {
        push(self, 0xff);
    }
    if (crc_counts && !crc_good) {
        const sdcard_response_t bad = { .kind = SDCARD_R1, .value = 0 };
        sdcard_command_crc(self->card);
        push(self, sdcard_spi_r1(self->card, &bad) | 0x08);
        return;
    }
    sdcard_response_t response = sdcard_command(self->card, index, argument);
    if (!sdcard_present(self->card)) {
        self->queue_count = 0;
        return;
    }
    push(self, sdcard_spi_r1(self->card, &response));
    if (index == 13 && response.kind == SDCARD_R1) {
        push(self, sdcard_spi_r2(&response));
    } else if (response.kind == SDCARD_R3 || response.kind == SDCARD_R7) {
        push32(self, response.value);
    }
    if (index == 12) {
        self->send_bytes = 0;
    }
    if (sdcard_wants_block(self->card)) {
        self->phase = TOKEN;
        self->writing_multi = index == 25;
    }
}

// The next block to read, when it is there.
static void start_block(sd_spi_t *self) {
    uint64_t ns;
    uint32_t bytes = sdcard_data_bytes(self->card, &ns);
    if (bytes == 0 || ns > 0) {
        return;
    }
    bool good = sdcard_read_block(self->card, self->block);
    uint16_t crc = sdcard_crc16(0, self->block, bytes) ^ (good ? 0 : 1);
    self->block[bytes] = (uint8_t)(crc >> 8);
    self->block[bytes + 1] = (uint8_t)crc;
    self->send_bytes = bytes + 2;
    self->block_bytes = 0;
    self->out = TOKEN_START;
}

static void take_token(sd_spi_t *self, uint8_t byte) {
    if (byte == TOKEN_STOP_MULTI && self->writing_multi) {
        sdcard_stop_token(self->card);
        self->phase = COMMANDS;
        push(self, 0xff);
    } else if (byte == (self->writing_multi ? TOKEN_START_MULTI : TOKEN_START)) {
        self->phase = BLOCK;
        self->block_bytes = 0;
    }
}

static void take_block_byte(sd_spi_t *self, uint8_t byte) {
    self->block[self->block_bytes++] = byte;
    if (self->block_bytes < sizeof(self->block)) {
        return;
    }
    uint16_t crc = (uint16_t)(self->block[SDCARD_SECTOR] << 8 | self->block[SDCARD_SECTOR + 1]);
    bool good = !self->card->crc_on || crc == sdcard_crc16(0, self->block, SDCARD_SECTOR);
    sdcard_token_t token = sdcard_write_block(self->card, self->block, good);
    if (token != SDCARD_SILENT) {
        push(self, DATA_RESPONSE(token));
    }
    self->block_bytes = 0;
    self->phase = self->writing_multi ? TOKEN : COMMANDS;
}

// A byte has come in: what goes out next.
static void take(sd_spi_t *self, uint8_t byte) {
    bool busy = sdcard_busy(self->card);
    if (self->phase == BLOCK) {
        take_block_byte(self, byte);
    } else if (self->phase == TOKEN && !busy && self->queue_count == 0 && self->command_bytes == 0 &&
               (byte & 0xc0) != 0x40) {
        take_token(self, byte);
    } else if (self->command_bytes > 0 || (byte & 0xc0) == 0x40) {
        self->command[self->command_bytes++] = byte;
        if (self->command_bytes == COMMAND_BYTES) {
            self->command_bytes = 0;
            run_command(self);
        }
    }
    self->out = 0xff;
    if (!sdcard_present(self->card) || !self->awake) {
        self->queue_count = 0;
        self->send_bytes = 0;
        self->phase = COMMANDS;
    } else if (self->queue_count > 0) {
        self->out = self->queue[self->queue_first];
        self->queue_first = (self->queue_first + 1) % QUEUE_BYTES;
        self->queue_count--;
    } else if (sdcard_busy(self->card)) {
        self->out = 0;
    } else if (self->send_bytes > 0) {
        self->out = self->block[self->block_bytes++];
        self->send_bytes = self->block_bytes == self->send_bytes ? 0 : self->send_bytes;
    } else if (self->phase == COMMANDS) {
        start_block(self);
    }
}

static void set_selected(void *arg, bool selected) {
    sd_spi_t *self = arg;
    self->selected = selected;
    self->bits = 0;
    self->command_bytes = 0;
    self->queue_count = 0;
    self->out = selected && sdcard_busy(self->card) && self->awake ? 0 : 0xff;
}

static bool miso(void *arg, bool mosi) {
    const sd_spi_t *self = arg;
    (void)mosi;
    return self->out >> 7;
}

static void clock(void *arg, bool mosi) {
    sd_spi_t *self = arg;
    if (self->bit_ns > 0 && self->bit_ns < BIT_MAX_NS && self->bits % 8 != 0) {
        self->card->clock_hz = (uint32_t)(UINT64_C(1000000000) / self->bit_ns);
    }
    self->bit_ns = 0;
    self->in = (uint8_t)(self->in << 1 | mosi);
    self->out = (uint8_t)(self->out << 1 | 1);
    if (++self->bits == 8) {
        self->bits = 0;
        take(self, self->in);
    }
}

static void advance(void *arg, uint64_t ns) {
    sd_spi_t *self = arg;
    self->bit_ns += ns;
    sdcard_advance(self->card, ns);
}

static void free_card(void *arg) {
    sd_spi_t *self = arg;
    sdcard_free(self->card);
    free(self);
}

void *sdcard_spi_new(sdcard_t *card) {
    sd_spi_t *self = calloc(1, sizeof(*self));
    if (self != NULL) {
        self->card = card;
        self->out = 0xff;
    }
    return self;
}

sdcard_t *sdcard_spi_card(void *arg) {
    sd_spi_t *self = arg;
    return self->card;
}

const spi_device_ops_t sdcard_spi_ops = {
    .select = set_selected,
    .miso = miso,
    .clock = clock,
    .advance = advance,
    .free = free_card,
};
