// SPDX-License-Identifier: MIT
//
// SD cards: blocks, errors, and the clock. lx_sd_init.c has the way from power-on to the first block.
//
// LiteSDCard of 2024.12 checks no CRC, and no core tells whether the card still was there at a block's end. So each
// transfer ends with a command that only a card can answer; the clock is proven by blocks with CRCs that software checks;
// and an error lowers it, until the card's data is right or the clock is at its lowest.

#include "drivers/lx_sd.h"
#include "drivers/lx_sd_internal.h"

#include <string.h>

#define READY_POLLS (1 << 16) // CMD13 until a card is ready: each takes a hundred clocks at least
#define TRIES (4) // of a transfer, each at a lower clock
#define LOWEST_HZ (1000000)

int sd_command(lx_sd_t *card, unsigned index, unsigned response, uint32_t argument, uint32_t *words) {
    const lx_sd_command_t command = { (uint8_t)index, (uint8_t)response, argument };
    return card->ops->command(card->transport, &command, words);
}

static lx_sd_command_t status_command(const lx_sd_t *card) {
    return (lx_sd_command_t) { SD_SEND_STATUS, LX_SD_SHORT, (uint32_t)card->rca << 16 };
}

// What the bits of a status mean, as a status of ours.
static int error_of(const lx_sd_t *card, uint32_t *words, bool writing) {
    if (card->ops->spi) {
        uint32_t r1 = words[0];
        return r1 & (SPI_R1_ADDRESS | SPI_R1_PARAMETER) ? LX_EINVAL : r1 & ~SPI_R1_IDLE ? LX_EIO : LX_OK;
    }
    if (words[0] & (SD_OUT_OF_RANGE | SD_ADDRESS_ERROR)) {
        return LX_EINVAL;
    }
    if (words[0] & SD_WP_VIOLATION) {
        return LX_ECARDPROTECTED;
    }
    return !(words[0] & SD_ERRORS) ? LX_OK : writing ? LX_ECARDWRITE : LX_ECARDREAD;
}

// The status byte behind R1 in SPI mode.
static int spi_status(uint32_t *words, bool writing) {
    uint32_t status = words[1] >> 24;
    if (words[0] & ~SPI_R1_IDLE) {
        return LX_EIO;
    }
    if (status & SPI_R2_PROTECTED) {
        return LX_ECARDPROTECTED;
    }
    return status & SPI_R2_RANGE ? LX_EINVAL : status == 0 ? LX_OK : writing ? LX_ECARDWRITE : LX_ECARDREAD;
}

// Wait until the card is ready for a transfer. Its last errors are *error, which may be NULL.
static int wait_ready(lx_sd_t *card, int *error, bool writing) {
    for (uint32_t polls = 0; polls < READY_POLLS; polls++) {
        uint32_t words[4] = { 0 };
        const lx_sd_command_t command = status_command(card);
        int status = card->ops->command(card->transport, &command, words);
        if (status != LX_OK) {
            return status == LX_ETIMEDOUT ? LX_ECARDLOST : status;
        }
        int found = card->ops->spi ? spi_status(words, writing) : error_of(card, words, writing);
        if (error != NULL && *error == LX_OK) {
            *error = found;
        }
        uint32_t state = words[0] >> SD_STATE_SHIFT & 15;
        if (card->ops->spi || (state == SD_STATE_TRANSFER && (words[0] & SD_READY_FOR_DATA))) {
            return LX_OK;
        }
        if (state == SD_STATE_DATA || state == SD_STATE_RECEIVE) {
            sd_command(card, SD_STOP, LX_SD_SHORT_BUSY, 0, words);
        } else if (state != SD_STATE_PROGRAM && state != SD_STATE_TRANSFER) {
            return LX_ECARDLOST; // it has been replaced
        }
    }
    return LX_ECARDBUSY;
}

int lx_sd_check(lx_sd_t *card) {
    if (!card->ready) {
        return LX_ENOCARD;
    }
    int status = wait_ready(card, NULL, false);
    if (status == LX_ECARDLOST || status == LX_ECARDHUNG) {
        card->ready = false;
    }
    return status;
}

// The card's address of a sector.
static uint32_t address(const lx_sd_t *card, uint32_t sector) {
    return card->block_addressed ? sector : sector *LX_SD_SECTOR_BYTES;
}

int sd_read_checked(lx_sd_t *card, uint32_t sector) {
    uint32_t words[4] = { 0 };
    const lx_sd_command_t command = { SD_READ_SINGLE, LX_SD_SHORT, address(card, sector) };
    int status = card->ops->read(card->transport, &command, words, card->block, LX_SD_SECTOR_BYTES, 1, true);
    int error = status == LX_ETIMEDOUT ? LX_OK : error_of(card, words, false);
    return error != LX_OK ? error : status;
}

// Several blocks are announced by CMD23 where the card knows it, else ended by CMD12.
static int announce(lx_sd_t *card, uint32_t blocks) {
    uint32_t words[4];
    if (blocks == 1 || !card->info.cmd23 || card->ops->spi) {
        return LX_OK;
    }
    int status = sd_command(card, SD_SET_BLOCK_COUNT, LX_SD_SHORT, blocks, words);
    return status != LX_OK ? status : error_of(card, words, false);
}

// After a transfer, a good one or not: the card is at rest, or lost. The worse of the two statuses.
static int finish(lx_sd_t *card, int status, uint32_t blocks, bool writing) {
    uint32_t words[4];
    int error = LX_OK;
    bool open_ended = blocks > 1 && !card->info.cmd23 && !card->ops->spi;
    if (status == LX_ECARDHUNG) {
        card->ready = false;
        return status;
    }
    if (open_ended && status == LX_OK && sd_command(card, SD_STOP, LX_SD_SHORT_BUSY, 0, words) == LX_OK) {
        // A card that was about to read on behind its end says so.
        words[0] &= writing ? UINT32_MAX : ~SD_OUT_OF_RANGE;
        error = error_of(card, words, writing);
    }
    int ready = wait_ready(card, &error, writing);
    if (ready != LX_OK) {
        card->ready = card->ready && ready == LX_ECARDBUSY;
        return ready;
    }
    return status != LX_OK ? status : error;
}

static int read_once(lx_sd_t *card, uint32_t sector, void *data, uint32_t sectors) {
    uint32_t words[4] = { 0 };
    const lx_sd_command_t command = {
        sectors > 1 ? SD_READ_MULTIPLE : SD_READ_SINGLE, LX_SD_SHORT, address(card, sector)
    };
    int status = announce(card, sectors);
    if (status == LX_OK) {
        status = card->ops->read(card->transport, &command, words, data, LX_SD_SECTOR_BYTES, sectors, false);
        int error = status == LX_ETIMEDOUT ? LX_OK : error_of(card, words, false);
        status = error != LX_OK ? error : status;
    }
    return finish(card, status, sectors, false);
}

// With CRCs, a block after the other.
static int read_verified(lx_sd_t *card, uint32_t sector, uint8_t *data, uint32_t sectors) {
    for (uint32_t i = 0; i < sectors; i++) {
        int status = finish(card, sd_read_checked(card, sector + i), 1, false);
        if (status != LX_OK) {
            return status;
        }
        memcpy(data + i * LX_SD_SECTOR_BYTES, card->block, LX_SD_SECTOR_BYTES);
    }
    return LX_OK;
}

static int write_once(lx_sd_t *card, uint32_t sector, const void *data, uint32_t sectors) {
    uint32_t words[4] = { 0 };
    const lx_sd_command_t command = {
        sectors > 1 ? SD_WRITE_MULTIPLE : SD_WRITE_SINGLE, LX_SD_SHORT, address(card, sector)
    };
    const lx_sd_command_t carrier = status_command(card);
    int status = announce(card, sectors);
    if (status == LX_OK) {
        status = card->ops->write(card->transport, &command, &carrier, words, data, sectors);
        int error = status == LX_ETIMEDOUT ? LX_OK : error_of(card, words, true);
        status = error != LX_OK ? error : status;
    }
    return finish(card, status, sectors, true);
}

static int compare(lx_sd_t *card, uint32_t sector, const uint8_t *data, uint32_t sectors) {
    for (uint32_t i = 0; i < sectors; i++) {
        int status = finish(card, sd_read_checked(card, sector + i), 1, false);
        if (status != LX_OK) {
            return status;
        }
        if (memcmp(card->block, data + i * LX_SD_SECTOR_BYTES, LX_SD_SECTOR_BYTES) != 0) {
            return LX_ECARDVERIFY;
        }
    }
    return LX_OK;
}

// Whether another try at a lower clock may help; the clock is lower then.
static bool lower_clock(lx_sd_t *card, int status) {
    bool may_help = status == LX_ECARDCRC || status == LX_ECARDDATA || status == LX_ECARDVERIFY || status == LX_ETIMEDOUT;
    if (!may_help || card->hz <= LOWEST_HZ) {
        return false;
    }
    card->lowered++;
    card->limit_hz = card->hz / 2;
    card->ops->set_clock(card->transport, card->limit_hz, &card->hz);
    return true;
}

// A clock that did not help is not to blame.
static int give_back(lx_sd_t *card, int status, uint32_t hz, uint8_t lowered) {
    if (status != LX_OK && card->lowered != lowered) {
        card->lowered = lowered;
        card->limit_hz = hz;
        card->ops->set_clock(card->transport, hz, &card->hz);
    }
    return status;
}

static int read_aligned(lx_sd_t *card, uint32_t sector, uint8_t *data, uint32_t sectors) {
    int status;
    unsigned tries = TRIES;
    const uint32_t hz = card->hz;
    const uint8_t lowered = card->lowered;
    do {
        status = card->options.verify ? read_verified(card, sector, data, sectors) : read_once(card, sector, data, sectors);
    } while (status != LX_OK && --tries != 0 && lower_clock(card, status));
    return give_back(card, status, hz, lowered);
}

static int write_aligned(lx_sd_t *card, uint32_t sector, const uint8_t *data, uint32_t sectors) {
    int status;
    unsigned tries = TRIES;
    const uint32_t hz = card->hz;
    const uint8_t lowered = card->lowered;
    do {
        status = write_once(card, sector, data, sectors);
        if (status == LX_OK && card->options.verify) {
            status = compare(card, sector, data, sectors);
        }
    } while (status != LX_OK && --tries != 0 && lower_clock(card, status));
    return give_back(card, status, hz, lowered);
}

// Whether the transport can reach the data; in SPI mode it is the CPU that moves it.
static bool is_aligned(const lx_sd_t *card, const void *data) {
    return card->ops->spi || (uintptr_t)data % LX_SD_ALIGN == 0;
}

static int start(lx_sd_t *card, uint32_t sector, uint32_t sectors) {
    if (!card->ready) {
        return LX_ENOCARD;
    }
    if (card->ops->present != NULL && !card->ops->present(card->transport)) {
        card->ready = false;
        return LX_ECARDLOST;
    }
    return sector < card->info.sectors && sectors <= card->info.sectors - sector ? LX_OK : LX_EINVAL;
}

int lx_sd_read(lx_sd_t *card, uint32_t sector, void *data, uint32_t sectors) {
    uint8_t *to = data;
    int status = start(card, sector, sectors);
    if (status != LX_OK || sectors == 0) {
        return status;
    }
    if (is_aligned(card, to)) {
        return read_aligned(card, sector, to, sectors);
    }
    // All but the last sector go to the first aligned address, and from there to where they belong.
    if (sectors > 1) {
        uint8_t *aligned = to + (LX_SD_ALIGN - (uintptr_t)to % LX_SD_ALIGN);
        status = read_aligned(card, sector, aligned, sectors - 1);
        memmove(to, aligned, (size_t)(sectors - 1) * LX_SD_SECTOR_BYTES);
    }
    if (status == LX_OK) {
        status = read_aligned(card, sector + sectors - 1, card->block, 1);
        memcpy(to + (size_t)(sectors - 1) * LX_SD_SECTOR_BYTES, card->block, LX_SD_SECTOR_BYTES);
    }
    return status;
}

int lx_sd_write(lx_sd_t *card, uint32_t sector, const void *data, uint32_t sectors) {
    const uint8_t *from = data;
    uint8_t block[LX_SD_SECTOR_BYTES] __attribute__((aligned(LX_SD_ALIGN)));
    int status = start(card, sector, sectors);
    if (status == LX_OK && card->info.protected_) {
        return LX_ECARDPROTECTED;
    }
    if (status != LX_OK || sectors == 0) {
        return status;
    }
    if (is_aligned(card, from)) {
        return write_aligned(card, sector, from, sectors);
    }
    // Verification needs card->block.
    for (uint32_t i = 0; i < sectors && status == LX_OK; i++) {
        memcpy(block, from + i * LX_SD_SECTOR_BYTES, LX_SD_SECTOR_BYTES);
        status = write_aligned(card, sector + i, block, 1);
    }
    return status;
}

void lx_sd_end(lx_sd_t *card) {
    uint32_t words[4];
    if (card->ready) {
        sd_command(card, SD_GO_IDLE, card->ops->spi ? LX_SD_SHORT : LX_SD_NO_RESPONSE, 0, words);
    }
    card->ready = false;
}
