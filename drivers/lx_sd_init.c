// SPDX-License-Identifier: MIT
//
// From power-on to the first block (SD Physical Layer Simplified Specification 3.01, 4.2, 4.3.10, 7.2.1), and the choice of
// the clock: 25 MHz or what the card says, 50 MHz where it switches to high speed, in each case proven by blocks whose CRCs
// software checks and that are the same as at a low clock; else the next lower clock.

#include <string.h>

#include "common/crc32.h"
#include "drivers/lx_sd_internal.h"

#define IF_COND (UINT32_C(0x1aa)) // 2.7 to 3.6 V, and a pattern that comes back
#define IF_COND_MASK (UINT32_C(0xfff))
#define OP_COND_VOLTAGES (UINT32_C(0x00ff8000))
#define OP_COND_HIGH_CAPACITY (UINT32_C(1) << 30)
#define OP_COND_READY (UINT32_C(1) << 31)
#define OP_COND_POLLS (2500) // the specification's second: each takes 0.4 ms at least
#define IDLE_TRIES (8) // CMD0 in SPI mode: a card in the middle of a block takes some
#define FOUR_LINES (2)
#define PROBE_HZ (12500000) // registers and the blocks to compare with
#define DEFAULT_HZ (25000000)
#define SWITCH_BYTES (64)
#define SWITCH_CHECK (UINT32_C(0x00fffff1))
#define SWITCH_HIGH_SPEED (UINT32_C(0x80fffff1))
#define SWITCH_SUPPORT (13) // byte: functions 7 to 0 of group 1
#define SWITCH_RESULT (16) // byte: its lower half is group 1's
#define PROOFS (4) // blocks at a clock

// The sectors that prove a clock: the first one whose bytes are not all the same, so that the lines move.
static const uint32_t proof_sectors[] = { 0, 1, 2048, 2049, 8192, 32768, 65536 };

static int app_command(lx_sd_t *card, unsigned index, uint32_t argument, uint32_t *words) {
    int status = sd_command(card, SD_APP, LX_SD_SHORT, (uint32_t)card->rca << 16, words);
    return status != LX_OK ? status : sd_command(card, index, LX_SD_SHORT, argument, words);
}

static void set_clock(lx_sd_t *card, uint32_t hz) {
    card->ops->set_clock(card->transport, hz, &card->hz);
}

// A register that is read as a block.
static int read_block(lx_sd_t *card, unsigned index, uint32_t argument, uint32_t bytes) {
    uint32_t words[4];
    const lx_sd_command_t command = { (uint8_t)index, LX_SD_SHORT, argument };
    return card->ops->read(card->transport, &command, words, card->block, bytes, 1, true);
}

// The voltage. Cards before version 2 do not know the command.
static int send_if_cond(lx_sd_t *card, bool *version_2) {
    uint32_t words[4];
    int status = sd_command(card, SD_SEND_IF_COND, LX_SD_SHORT, IF_COND, words);
    uint32_t answer = card->ops->spi ? words[1] : words[0];
    *version_2 = status == LX_OK && !(card->ops->spi && (words[0] & SPI_R1_ILLEGAL));
    if (status != LX_OK && status != LX_ETIMEDOUT) {
        return status;
    }
    return *version_2 && (answer & IF_COND_MASK) != IF_COND ? LX_ECARDTYPE : LX_OK;
}

// Until the card says that it is ready. *ocr: of SD mode.
static int send_op_cond(lx_sd_t *card, bool version_2, uint32_t *ocr) {
    uint32_t words[4];
    uint32_t argument = OP_COND_VOLTAGES | (version_2 ? OP_COND_HIGH_CAPACITY : 0);
    for (unsigned poll = 0; poll < OP_COND_POLLS; poll++) {
        int status = app_command(card, SD_APP_OP_COND, argument, words);
        if (status != LX_OK) {
            return status == LX_ETIMEDOUT ? LX_ENOCARD : status;
        }
        if (card->ops->spi && (words[0] & SPI_R1_ILLEGAL)) {
            return LX_ECARDTYPE;
        }
        *ocr = words[0];
        if (card->ops->spi ? words[0] == 0 : (words[0] & OP_COND_READY) != 0) {
            return LX_OK;
        }
    }
    return LX_ECARDINIT;
}

static void put_long(uint8_t *reg, const uint32_t *words) {
    for (unsigned i = 0; i < LX_SD_REGISTER_BYTES; i++) {
        reg[i] = (uint8_t)(words[3 - i / 4] >> (24 - 8 * (i % 4)));
    }
}

static int identify(lx_sd_t *card) {
    uint32_t words[4];
    uint32_t ocr;
    bool version_2;
    int status = sd_command(card, SD_GO_IDLE, LX_SD_NO_RESPONSE, 0, words);
    if (status == LX_OK) {
        status = send_if_cond(card, &version_2);
    }
    if (status == LX_OK) {
        status = send_op_cond(card, version_2, &ocr);
    }
    if (status != LX_OK) {
        return status;
    }
    card->block_addressed = ocr & OP_COND_HIGH_CAPACITY;
    status = sd_command(card, SD_ALL_SEND_CID, LX_SD_LONG, 0, words);
    put_long(card->info.cid, words);
    if (status == LX_OK) {
        status = sd_command(card, SD_SEND_RELATIVE_ADDRESS, LX_SD_SHORT, 0, words);
        card->rca = (uint16_t)(words[0] >> 16);
    }
    if (status == LX_OK) {
        status = sd_command(card, SD_SEND_CSD, LX_SD_LONG, (uint32_t)card->rca << 16, words);
        put_long(card->info.csd, words);
    }
    return status != LX_OK ? status : sd_command(card, SD_SELECT, LX_SD_SHORT_BUSY, (uint32_t)card->rca << 16, words);
}

static int set_lines(lx_sd_t *card) {
    uint32_t words[4];
    int status = app_command(card, SD_APP_BUS_WIDTH, card->lines == 4 ? FOUR_LINES : 0, words);
    return status != LX_OK ? status : words[0] & SD_ERRORS ? LX_ECARDTYPE : LX_OK;
}

static int identify_spi(lx_sd_t *card) {
    uint32_t words[4] = { 0 };
    uint32_t ocr;
    bool version_2;
    int status = LX_ETIMEDOUT;
    for (unsigned i = 0; i < IDLE_TRIES && (status == LX_ETIMEDOUT || words[0] != SPI_R1_IDLE); i++) {
        words[0] = 0;
        status = sd_command(card, SD_GO_IDLE, LX_SD_SHORT, 0, words);
    }
    if (status != LX_OK || words[0] != SPI_R1_IDLE) {
        return status != LX_OK && status != LX_ETIMEDOUT ? status : LX_ENOCARD;
    }
    status = send_if_cond(card, &version_2);
    if (status == LX_OK) {
        status = sd_command(card, SD_CRC_ON_OFF, LX_SD_SHORT, 1, words);
    }
    if (status == LX_OK) {
        status = send_op_cond(card, version_2, &ocr);
    }
    if (status == LX_OK) {
        status = sd_command(card, SD_READ_OCR, LX_SD_SHORT, 0, words);
        card->block_addressed = words[1] & OP_COND_HIGH_CAPACITY;
    }
    return status;
}

static int read_registers(lx_sd_t *card) {
    uint32_t words[4];
    lx_sd_info_t *info = &card->info;
    int status = LX_OK;
    if (card->ops->spi) {
        status = read_block(card, SD_SEND_CSD, 0, sizeof(info->csd));
        memcpy(info->csd, card->block, sizeof(info->csd));
        if (status == LX_OK) {
            status = read_block(card, SD_SEND_CID, 0, sizeof(info->cid));
            memcpy(info->cid, card->block, sizeof(info->cid));
        }
    }
    if (status == LX_OK) {
        status = lx_sd_parse_csd(info);
    }
    lx_sd_parse_cid(info);
    if (status == LX_OK && !card->ops->spi) {
        status = set_lines(card);
    }
    if (status == LX_OK) {
        status = sd_command(card, SD_APP, LX_SD_SHORT, (uint32_t)card->rca << 16, words);
    }
    if (status == LX_OK) {
        status = read_block(card, SD_APP_SEND_SCR, 0, sizeof(info->scr));
        memcpy(info->scr, card->block, sizeof(info->scr));
        lx_sd_parse_scr(info);
    }
    if (status == LX_OK && info->kind == LX_SD_SDSC) {
        status = sd_command(card, SD_SET_BLOCK_LENGTH, LX_SD_SHORT, LX_SD_SECTOR_BYTES, words);
    }
    return status;
}

// Ask for high speed. A card that does not answer as it should stays at default speed.
static bool switch_to_high_speed(lx_sd_t *card) {
    if (card->info.version < 110 || !(card->info.classes & LX_SD_CLASS_SWITCH)) {
        return false;
    }
    if (read_block(card, SD_SWITCH_FUNCTION, SWITCH_CHECK, SWITCH_BYTES) != LX_OK ||
        !(card->block[SWITCH_SUPPORT] & 2) || (card->block[SWITCH_RESULT] & 15) != 1) {
        return false;
    }
    return read_block(card, SD_SWITCH_FUNCTION, SWITCH_HIGH_SPEED, SWITCH_BYTES) == LX_OK &&
           (card->block[SWITCH_RESULT] & 15) == 1;
}

static uint32_t block_crc(const lx_sd_t *card) {
    return crc32_update(0, card->block, LX_SD_SECTOR_BYTES);
}

static bool is_uniform(const lx_sd_t *card) {
    return memcmp(card->block, card->block + 1, LX_SD_SECTOR_BYTES - 1) == 0;
}

// A sector to prove clocks with, and its CRC-32 at the present clock. An empty card has none: then the first one.
static int find_proof(lx_sd_t *card, uint32_t *sector, uint32_t *crc) {
    for (size_t i = 0; i < sizeof(proof_sectors) / sizeof(proof_sectors[0]); i++) {
        if (proof_sectors[i] < card->info.sectors) {
            *sector = proof_sectors[i];
            int status = sd_read_checked(card, *sector);
            if (status != LX_OK) {
                return status;
            }
            if (!is_uniform(card)) {
                *crc = block_crc(card);
                return LX_OK;
            }
        }
    }
    *sector = 0;
    int status = sd_read_checked(card, 0);
    *crc = block_crc(card);
    return status;
}

static bool is_proven(lx_sd_t *card, uint32_t sector, uint32_t crc) {
    for (unsigned i = 0; i < PROOFS; i++) {
        if (sd_read_checked(card, sector) != LX_OK || block_crc(card) != crc) {
            lx_sd_check(card); // it may be sending still
            return false;
        }
    }
    return true;
}

static int choose_clock(lx_sd_t *card) {
    uint32_t sector;
    uint32_t crc;
    uint32_t limit = card->info.max_hz != 0 && card->info.max_hz < DEFAULT_HZ ? card->info.max_hz : DEFAULT_HZ;
    uint32_t wanted = card->options.max_hz != 0 ? card->options.max_hz : LX_SD_FASTEST_HZ;
    int status = find_proof(card, &sector, &crc);
    while (status != LX_OK && card->hz > LX_SD_INIT_HZ) {
        lx_sd_check(card);
        set_clock(card, card->hz / 2);
        status = find_proof(card, &sector, &crc);
    }
    if (status != LX_OK) {
        return status;
    }
    uint32_t proven = card->hz;
    card->high_speed = wanted > DEFAULT_HZ && switch_to_high_speed(card);
    limit = card->high_speed ? LX_SD_FASTEST_HZ : limit;
    for (uint32_t hz = wanted < limit ? wanted : limit; hz > proven; hz /= 2) {
        set_clock(card, hz);
        if (is_proven(card, sector, crc)) {
            card->limit_hz = hz;
            return LX_OK;
        }
    }
    card->limit_hz = wanted < proven ? wanted : proven;
    set_clock(card, card->limit_hz);
    return lx_sd_check(card);
}

int lx_sd_init(lx_sd_t *card, const lx_sd_transport_t *ops, void *transport, const lx_sd_options_t *options) {
    memset(card, 0, sizeof(*card));
    card->ops = ops;
    card->transport = transport;
    card->options = *options;
    if (ops->present != NULL && !ops->present(transport)) {
        return LX_ENOCARD;
    }
    card->lines = options->lines != 0 ? options->lines : ops->spi ? 1 : 4;
    int status = ops->set_lines(transport, card->lines);
    if (status != LX_OK) {
        return status;
    }
    set_clock(card, LX_SD_INIT_HZ);
    status = ops->wake(transport);
    if (status == LX_OK) {
        status = ops->spi ? identify_spi(card) : identify(card);
    }
    if (status == LX_OK) {
        set_clock(card, options->max_hz != 0 && options->max_hz < PROBE_HZ ? options->max_hz : PROBE_HZ);
        card->ready = true;
        status = read_registers(card);
        while ((status == LX_ECARDCRC || status == LX_ECARDDATA) && card->hz > LX_SD_INIT_HZ) {
            lx_sd_check(card);
            set_clock(card, card->hz / 2);
            status = read_registers(card);
        }
    }
    if (status == LX_OK) {
        status = choose_clock(card);
    }
    if (status == LX_ECARDCRC || status == LX_ECARDDATA) {
        int there = lx_sd_check(card); // what a card sends that is pulled out meanwhile looks damaged
        status = there != LX_OK ? there : status;
    }
    card->ready = status == LX_OK;
    return status == LX_ETIMEDOUT ? LX_ECARDLOST : status;
}
