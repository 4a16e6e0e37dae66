// SPDX-License-Identifier: MIT
//
// Commands and blocks of the card of sdcard.h: SD Physical Layer Simplified Specification 3.01, chapter 4; chapter 5 for
// the registers, which sdcard_registers.c writes; 7.2 for what SPI mode changes.

#include "models/sdcard.h"

#include <string.h>

#include "models/sdcard_internal.h"

#define NS_PER_US (1000ull)
#define NS_PER_MS (1000000ull)
#define OPEN_ENDED (UINT32_MAX)
#define OCR_POLLS (3) // ACMD41 that say "not yet"
#define OCR_VOLTAGES (UINT32_C(0x00ff8000))
#define OCR_READY (UINT32_C(1) << 31)
#define OCR_CCS (UINT32_C(1) << 30)
#define RCA (0x4c58)
#define SWITCH_SET (UINT32_C(1) << 31)
#define SWITCH_NO_CHANGE (15)

enum { IDLE, READY, IDENT, STBY, TRAN, DATA, RCV, PRG, DIS };

// Error bits of the status that R1 brings.
#define OUT_OF_RANGE (UINT32_C(1) << 31)
#define ADDRESS_ERROR (UINT32_C(1) << 30)
#define BLOCK_LEN_ERROR (UINT32_C(1) << 29)
#define WP_VIOLATION (UINT32_C(1) << 26)
#define COM_CRC_ERROR (UINT32_C(1) << 23)
#define ILLEGAL_COMMAND (UINT32_C(1) << 22)
#define GENERAL_ERROR (UINT32_C(1) << 19)
#define READY_FOR_DATA (UINT32_C(1) << 8)
#define APP_CMD (UINT32_C(1) << 5)
#define STATE_SHIFT (9)

// When the first block and the following ones are there after a command, how long a block, and the end of a transfer,
// keep the card busy.
static const struct {
    uint64_t read_ns;
    uint64_t next_ns;
    uint64_t write_ns;
    uint64_t stop_ns;
} times[] = {
    [SDCARD_TIMES_TYPICAL] = { 150 * NS_PER_US, 0, 20 * NS_PER_US, 500 * NS_PER_US },
    [SDCARD_TIMES_MAXIMUM] = { 100 * NS_PER_MS, 0, 250 * NS_PER_MS, 250 * NS_PER_MS },
    [SDCARD_TIMES_NONE] = { 0, 0, 0, 0 },
};

typedef sdcard_response_t (*command_t)(sdcard_t *card, uint32_t argument);

typedef struct {
    uint8_t index;
    bool app;
    uint16_t states; // in SD mode, a bit for each; SPI mode has none
    uint8_t modes;
    command_t run;
} command_row_t;

#define SD_MODE (1)
#define SPI_MODE (2)
#define BOTH (SD_MODE | SPI_MODE)
#define IN(state) (1u << (state))

uint8_t sdcard_crc7(uint8_t crc, const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (uint8_t)(crc & 0x80 ? crc << 1 ^ 0x09 << 1 : crc << 1);
        }
    }
    return crc;
}

uint16_t sdcard_crc16(uint16_t crc, const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        crc ^= (uint16_t)(data[i] << 8);
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
        }
    }
    return crc;
}

bool sdcard_present(const sdcard_t *card) {
    return !card->gone && card->fault != SDCARD_FAULT_ABSENT;
}

bool sdcard_busy(const sdcard_t *card) {
    return sdcard_present(card) && card->busy_ns > card->now_ns;
}

uint64_t sdcard_busy_ns(const sdcard_t *card) {
    return !sdcard_busy(card) ? 0 : card->busy_ns == UINT64_MAX ? UINT64_MAX : card->busy_ns - card->now_ns;
}

// Programming ends by itself.
static void settle(sdcard_t *card) {
    if ((card->state == PRG || card->state == DIS) && !sdcard_busy(card)) {
        card->state = card->state == PRG ? TRAN : STBY;
    }
}

void sdcard_advance(sdcard_t *card, uint64_t ns) {
    card->now_ns += ns;
    settle(card);
}

// Something happens, after which the card may be gone.
static bool happens(sdcard_t *card) {
    if (card->fault == SDCARD_FAULT_REMOVED && card->happened >= card->fault_argument) {
        card->gone = true;
    }
    card->happened++;
    return sdcard_present(card);
}

static sdcard_response_t none(void) {
    return (sdcard_response_t) { .kind = SDCARD_NO_RESPONSE };
}

// The status, as it was when the command came; its error bits are reported once.
static sdcard_response_t r1_of(sdcard_t *card, unsigned state) {
    uint32_t status = card->errors | (uint32_t)state << STATE_SHIFT;
    status |= sdcard_busy(card) ? 0 : READY_FOR_DATA;
    card->errors = 0;
    return (sdcard_response_t) { .kind = SDCARD_R1, .value = status };
}

static sdcard_response_t r1(sdcard_t *card) {
    return r1_of(card, card->state);
}

static sdcard_response_t refuse(sdcard_t *card, uint32_t error) {
    card->errors |= error;
    return r1(card);
}

static sdcard_response_t go_idle(sdcard_t *card, uint32_t argument) {
    (void)argument;
    card->state = IDLE;
    card->initialized = false;
    card->ocr_polls = 0;
    card->rca = 0;
    card->errors = 0;
    card->width = 1;
    card->high_speed = false;
    card->crc_on = false;
    card->preset_blocks = 0;
    card->left = 0;
    card->answer_bytes = 0;
    card->block_length = SDCARD_SECTOR;
    return card->spi ? r1(card) : none();
}

void sdcard_set_spi(sdcard_t *card, bool spi) {
    card->spi = spi;
}

static sdcard_response_t send_if_cond(sdcard_t *card, uint32_t argument) {
    if ((argument >> 8 & 15) != 1) {
        return none(); // another voltage
    }
    (void)card;
    return (sdcard_response_t) { .kind = SDCARD_R7, .value = argument & 0xfff };
}

static uint32_t ocr(const sdcard_t *card) {
    uint32_t value = OCR_VOLTAGES;
    if (card->initialized) {
        value |= OCR_READY | (card->kind != SDCARD_SDSC ? OCR_CCS : 0);
    }
    return value;
}

static sdcard_response_t send_op_cond(sdcard_t *card, uint32_t argument) {
    // In SD mode an argument without voltages only asks.
    bool asks = !card->spi && (argument & OCR_VOLTAGES) == 0;
    bool accepted = card->kind == SDCARD_SDSC || (argument & OCR_CCS) != 0;
    if (!asks && accepted && card->fault != SDCARD_FAULT_NO_INIT && ++card->ocr_polls > OCR_POLLS) {
        card->initialized = true;
        card->state = card->spi ? TRAN : READY;
    }
    return card->spi ? r1(card) : (sdcard_response_t) { .kind = SDCARD_R3, .index = 63, .value = ocr(card) };
}

static sdcard_response_t read_ocr(sdcard_t *card, uint32_t argument) {
    (void)argument;
    return (sdcard_response_t) { .kind = SDCARD_R3, .value = ocr(card) };
}

static sdcard_response_t crc_on_off(sdcard_t *card, uint32_t argument) {
    card->crc_on = argument & 1;
    return r1(card);
}

static sdcard_response_t r2(const uint8_t *reg) {
    return (sdcard_response_t) { .kind = SDCARD_R2, .index = 63, .reg = reg };
}

static sdcard_response_t all_send_cid(sdcard_t *card, uint32_t argument) {
    (void)argument;
    card->state = IDENT;
    return r2(card->cid);
}

static sdcard_response_t send_relative_addr(sdcard_t *card, uint32_t argument) {
    (void)argument;
    uint32_t state = card->state;
    card->state = STBY;
    card->rca = RCA;
    uint32_t status = state << STATE_SHIFT | READY_FOR_DATA;
    return (sdcard_response_t) { .kind = SDCARD_R6, .value = (uint32_t)card->rca << 16 | (status & 0x1fff) };
}

static sdcard_response_t select_card(sdcard_t *card, uint32_t argument) {
    unsigned state = card->state;
    if (argument >> 16 != card->rca) {
        card->state = card->state == PRG ? DIS : card->state == TRAN || card->state == DATA ? STBY : card->state;
        return none();
    }
    card->state = card->state == DIS ? PRG : TRAN;
    sdcard_response_t response = r1_of(card, state);
    response.kind = SDCARD_R1B;
    return response;
}

// A block that is not memory: it comes as if it were read.
static sdcard_response_t answer(sdcard_t *card, const void *data, uint32_t bytes) {
    sdcard_response_t response = r1(card);
    memcpy(card->answer, data, bytes);
    card->answer_bytes = bytes;
    card->state = DATA;
    card->left = 1;
    card->data_ns = card->now_ns + times[card->times].next_ns;
    return response;
}

static bool is_mine(const sdcard_t *card, uint32_t argument) {
    return argument >> 16 == card->rca;
}

static sdcard_response_t send_csd(sdcard_t *card, uint32_t argument) {
    if (card->spi) {
        return answer(card, card->csd, sizeof(card->csd));
    }
    return is_mine(card, argument) ? r2(card->csd) : none();
}

static sdcard_response_t send_cid(sdcard_t *card, uint32_t argument) {
    if (card->spi) {
        return answer(card, card->cid, sizeof(card->cid));
    }
    return is_mine(card, argument) ? r2(card->cid) : none();
}

static sdcard_response_t send_scr(sdcard_t *card, uint32_t argument) {
    (void)argument;
    return answer(card, card->scr, sizeof(card->scr));
}

static sdcard_response_t sd_status(sdcard_t *card, uint32_t argument) {
    (void)argument;
    uint8_t status[64] = { card->width == 4 ? 0x80 : 0 };
    return answer(card, status, sizeof(status));
}

static sdcard_response_t num_wr_blocks(sdcard_t *card, uint32_t argument) {
    (void)argument;
    const uint32_t n = card->written_blocks;
    const uint8_t bytes[] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
    return answer(card, bytes, sizeof(bytes));
}

// Functions of group 1: 0 default speed, 1 high speed. The other groups have their default only.
static sdcard_response_t switch_function(sdcard_t *card, uint32_t argument) {
    uint8_t status[64] = { 0, 100 }; // mA
    unsigned wanted = argument & 15;
    unsigned result = wanted == SWITCH_NO_CHANGE ? card->high_speed : wanted <= 1 ? wanted : SWITCH_NO_CHANGE;
    for (unsigned i = 2; i < 12; i++) {
        status[i] = i % 2 ? 0x01 : 0x80; // groups 6 to 2: function 0, and 15, which is "no change"
    }
    status[12] = 0x80;
    status[13] = 0x03;
    status[16] = (uint8_t)result;
    if ((argument & SWITCH_SET) && result <= 1) {
        card->high_speed = result;
    }
    return answer(card, status, sizeof(status));
}

static sdcard_response_t stop_transmission(sdcard_t *card, uint32_t argument) {
    (void)argument;
    sdcard_response_t response = r1(card);
    response.kind = SDCARD_R1B;
    if (card->state == RCV) {
        card->state = PRG;
        if (card->busy_ns != UINT64_MAX) {
            card->busy_ns = card->now_ns + times[card->times].stop_ns;
        }
    } else {
        card->state = TRAN;
    }
    card->left = 0;
    card->answer_bytes = 0;
    settle(card);
    return response;
}

static sdcard_response_t send_status(sdcard_t *card, uint32_t argument) {
    return card->spi || is_mine(card, argument) ? r1(card) : none();
}

static sdcard_response_t set_blocklen(sdcard_t *card, uint32_t argument) {
    if (argument != SDCARD_SECTOR) {
        return refuse(card, BLOCK_LEN_ERROR);
    }
    card->block_length = argument;
    return r1(card);
}

static sdcard_response_t set_block_count(sdcard_t *card, uint32_t argument) {
    card->preset_blocks = argument;
    return r1(card);
}

// The sector of an argument. False: the error is set.
static bool find_sector(sdcard_t *card, uint32_t argument, uint64_t *sector) {
    *sector = argument;
    if (card->kind == SDCARD_SDSC) {
        *sector = argument / SDCARD_SECTOR;
        if (argument % SDCARD_SECTOR != 0) {
            card->errors |= ADDRESS_ERROR;
            return false;
        }
    }
    if (*sector >= card->sectors) {
        card->errors |= OUT_OF_RANGE;
        return false;
    }
    return true;
}

static sdcard_response_t transfer(sdcard_t *card, uint32_t argument, bool multi, unsigned state) {
    uint32_t preset = card->preset_blocks;
    card->preset_blocks = 0;
    if (!find_sector(card, argument, &card->at)) {
        return r1(card);
    }
    if (state == DATA && card->fault == SDCARD_FAULT_READ_ERROR && card->counters.blocks_read >= card->fault_argument) {
        return refuse(card, GENERAL_ERROR);
    }
    if (state == RCV && card->fault == SDCARD_FAULT_PROTECTED) {
        return refuse(card, WP_VIOLATION);
    }
    sdcard_response_t response = r1(card);
    card->state = (uint8_t)state;
    card->multi = multi;
    card->left = !multi ? 1 : preset != 0 ? preset : OPEN_ENDED;
    card->answer_bytes = 0;
    card->written_blocks = 0;
    card->first_block = true;
    card->data_ns = card->now_ns + times[card->times].read_ns;
    return response;
}

static sdcard_response_t read_single(sdcard_t *card, uint32_t argument) {
    return transfer(card, argument, false, DATA);
}

static sdcard_response_t read_multiple(sdcard_t *card, uint32_t argument) {
    return transfer(card, argument, true, DATA);
}

static sdcard_response_t write_single(sdcard_t *card, uint32_t argument) {
    return transfer(card, argument, false, RCV);
}

static sdcard_response_t write_multiple(sdcard_t *card, uint32_t argument) {
    return transfer(card, argument, true, RCV);
}

static sdcard_response_t set_erase_count(sdcard_t *card, uint32_t argument) {
    (void)argument;
    return r1(card);
}

static sdcard_response_t connect_dat3(sdcard_t *card, uint32_t argument) {
    (void)argument;
    return r1(card);
}

static sdcard_response_t set_bus_width(sdcard_t *card, uint32_t argument) {
    card->width = (argument & 3) == 2 ? 4 : 1;
    return r1(card);
}

static sdcard_response_t app_cmd(sdcard_t *card, uint32_t argument) {
    if (!card->spi && !is_mine(card, argument)) {
        return none();
    }
    sdcard_response_t response = r1(card);
    response.value |= APP_CMD;
    card->app = true;
    return response;
}

static const command_row_t commands[] = {
    { 6, true, IN(TRAN), SD_MODE, set_bus_width },
    { 13, true, IN(TRAN), BOTH, sd_status },
    { 22, true, IN(TRAN), BOTH, num_wr_blocks },
    { 23, true, IN(TRAN), BOTH, set_erase_count },
    { 41, true, IN(IDLE), BOTH, send_op_cond },
    { 42, true, IN(TRAN), BOTH, connect_dat3 },
    { 51, true, IN(TRAN), BOTH, send_scr },
    { 0, false, 0xffff, BOTH, go_idle },
    { 2, false, IN(READY), SD_MODE, all_send_cid },
    { 3, false, IN(IDENT) | IN(STBY), SD_MODE, send_relative_addr },
    { 6, false, IN(TRAN), BOTH, switch_function },
    { 7, false, IN(STBY) | IN(TRAN) | IN(DATA) | IN(PRG) | IN(DIS), SD_MODE, select_card },
    { 8, false, IN(IDLE), BOTH, send_if_cond },
    { 9, false, IN(STBY), BOTH, send_csd },
    { 10, false, IN(STBY), BOTH, send_cid },
    { 12, false, IN(DATA) | IN(RCV), BOTH, stop_transmission },
    { 13, false, IN(STBY) | IN(TRAN) | IN(DATA) | IN(RCV) | IN(PRG) | IN(DIS), BOTH, send_status },
    { 16, false, IN(TRAN), BOTH, set_blocklen },
    { 17, false, IN(TRAN), BOTH, read_single },
    { 18, false, IN(TRAN), BOTH, read_multiple },
    { 23, false, IN(TRAN), SD_MODE, set_block_count },
    { 24, false, IN(TRAN), BOTH, write_single },
    { 25, false, IN(TRAN), BOTH, write_multiple },
    { 55, false, IN(IDLE) | IN(STBY) | IN(TRAN) | IN(DATA) | IN(RCV) | IN(PRG) | IN(DIS), BOTH, app_cmd },
    { 58, false, 0, SPI_MODE, read_ocr },
    { 59, false, 0, SPI_MODE, crc_on_off },
};

static const command_row_t *find_command(unsigned index, bool app) {
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].index == index && commands[i].app == app) {
            return &commands[i];
        }
    }
    return NULL;
}

// What an SPI card does before it is initialized.
static bool spi_allows(const sdcard_t *card, unsigned index, bool app) {
    if (card->initialized) {
        return card->state == TRAN || index == 0 || index == 12 || index == 13 || index == 58 || index == 59;
    }
    return app ? index == 41 : index == 0 || index == 8 || index == 55 || index == 58 || index == 59;
}

static bool allowed(const sdcard_t *card, const command_row_t *row) {
    if (row == NULL || !(row->modes & (card->spi ? SPI_MODE : SD_MODE))) {
        return false;
    }
    if (row->index == 23 && !row->app && card->fault == SDCARD_FAULT_NO_CMD23) {
        return false;
    }
    return card->spi ? spi_allows(card, row->index, row->app) : row->states >> card->state & 1;
}

sdcard_response_t sdcard_command(sdcard_t *card, unsigned index, uint32_t argument) {
    if (!happens(card)) {
        return none();
    }
    settle(card);
    card->counters.commands++;
    const command_row_t *row = find_command(index, card->app);
    if (row == NULL) {
        row = find_command(index, false);
    }
    card->app = false;
    if (!allowed(card, row)) {
        card->counters.illegal++;
        card->errors |= ILLEGAL_COMMAND;
        return card->spi ? r1(card) : none();
    }
    sdcard_response_t response = row->run(card, argument);
    response.index = response.index != 0 ? response.index : (uint8_t)index;
    response.bad_crc = card->fault == SDCARD_FAULT_COMMAND_CRC && card->counters.commands > card->fault_argument;
    return response;
}

void sdcard_command_crc(sdcard_t *card) {
    card->app = false;
    card->errors |= COM_CRC_ERROR;
}

uint32_t sdcard_data_bytes(const sdcard_t *card, uint64_t *ns) {
    *ns = UINT64_MAX;
    if (!sdcard_present(card) || card->state != DATA || card->left == 0) {
        return 0;
    }
    if (card->answer_bytes == 0 && (card->at >= card->sectors ||
                                    (card->fault == SDCARD_FAULT_NO_DATA && card->counters.blocks_read >= card->fault_argument))) {
        return 0;
    }
    *ns = card->data_ns > card->now_ns ? card->data_ns - card->now_ns : 0;
    return card->answer_bytes != 0 ? card->answer_bytes : SDCARD_SECTOR;
}

static void spoil(const sdcard_t *card, uint8_t *data, uint32_t bytes) {
    if (card->fault == SDCARD_FAULT_SLOW_CLOCK && card->clock_hz > card->fault_argument) {
        data[card->counters.blocks_read % bytes] ^= 0x10;
    }
}

bool sdcard_read_block(sdcard_t *card, uint8_t *data) {
    bool memory = card->answer_bytes == 0;
    uint32_t bytes = memory ? SDCARD_SECTOR : card->answer_bytes;
    happens(card);
    if (memory) {
        memcpy(data, card->memory + card->at * SDCARD_SECTOR, bytes);
        card->at++;
    } else {
        memcpy(data, card->answer, bytes);
    }
    bool spoilt = card->fault == SDCARD_FAULT_SLOW_CLOCK && card->clock_hz > card->fault_argument;
    bool wrong = card->fault == SDCARD_FAULT_READ_CRC && card->counters.blocks_read >= card->fault_argument && memory;
    spoil(card, data, bytes);
    card->counters.blocks_read += memory;
    card->left -= card->left != OPEN_ENDED;
    card->data_ns = card->now_ns + times[card->times].next_ns;
    if (card->left == 0) {
        card->state = TRAN;
        card->answer_bytes = 0;
    } else if (card->at == card->sectors) {
        card->errors |= OUT_OF_RANGE;
    }
    return !wrong && !spoilt;
}

bool sdcard_wants_block(const sdcard_t *card) {
    return sdcard_present(card) && card->state == RCV && card->left != 0 && !sdcard_busy(card);
}

static sdcard_token_t end_write(sdcard_t *card, sdcard_token_t token) {
    if (token == SDCARD_ACCEPTED) {
        bool last = card->left != OPEN_ENDED && card->left == 1;
        uint64_t factor = card->times == SDCARD_TIMES_MAXIMUM && card->kind == SDCARD_SDXC ? 2 : 1;
        bool stuck = card->fault == SDCARD_FAULT_STUCK_BUSY && card->counters.blocks_written >= card->fault_argument;
        uint64_t ns = last ? times[card->times].stop_ns : times[card->times].write_ns;
        card->busy_ns = stuck ? UINT64_MAX : card->now_ns + ns * factor;
        card->counters.blocks_written++;
        card->written_blocks++;
        card->at++;
        card->left -= card->left != OPEN_ENDED;
    } else if (card->multi) {
        card->left = 0; // what follows is ignored until CMD12
        return token;
    } else {
        card->left = 0;
    }
    if (card->left == 0) {
        card->state = PRG;
    }
    return token;
}

sdcard_token_t sdcard_write_block(sdcard_t *card, const uint8_t *data, bool crc_good) {
    if (!happens(card) || card->state != RCV || card->left == 0) {
        return SDCARD_SILENT;
    }
    bool due = card->counters.blocks_written >= card->fault_argument;
    if (!crc_good || (due && card->fault == SDCARD_FAULT_WRITE_CRC)) {
        return end_write(card, SDCARD_CRC_ERROR);
    }
    if (card->at >= card->sectors) {
        card->errors |= OUT_OF_RANGE;
        return end_write(card, SDCARD_WRITE_ERROR);
    }
    if (due && card->fault == SDCARD_FAULT_WRITE_ERROR) {
        card->errors |= GENERAL_ERROR;
        return end_write(card, SDCARD_WRITE_ERROR);
    }
    uint8_t *sector = card->memory + card->at * SDCARD_SECTOR;
    if (due && (card->fault == SDCARD_FAULT_POWER_CUT || card->fault == SDCARD_FAULT_TORN_SECTOR)) {
        memcpy(sector, data, card->fault == SDCARD_FAULT_TORN_SECTOR ? SDCARD_SECTOR / 2 : 0);
        card->gone = true;
        return SDCARD_SILENT;
    }
    if (!due || card->fault != SDCARD_FAULT_NO_EFFECT) {
        memcpy(sector, data, SDCARD_SECTOR);
    }
    return end_write(card, SDCARD_ACCEPTED);
}

void sdcard_stop_token(sdcard_t *card) {
    if (sdcard_present(card) && card->state == RCV) {
        card->state = PRG;
        card->left = 0;
        if (card->busy_ns != UINT64_MAX) {
            card->busy_ns = card->now_ns + times[card->times].stop_ns;
        }
    }
}

// Errors of a command show in its own R1 in SPI mode.
uint8_t sdcard_spi_r1(const sdcard_t *card, const sdcard_response_t *response) {
    static const struct {
        uint32_t status;
        uint8_t r1;
    } bits[] = {
        { ILLEGAL_COMMAND, 0x04 },
        { COM_CRC_ERROR, 0x08 },
        { ADDRESS_ERROR, 0x20 },
        { OUT_OF_RANGE | BLOCK_LEN_ERROR, 0x40 },
    };
    uint8_t value = card->initialized ? 0 : 0x01;
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]) && response->kind <= SDCARD_R1B; i++) {
        value |= response->value & bits[i].status ? bits[i].r1 : 0;
    }
    return value;
}

uint8_t sdcard_spi_r2(const sdcard_response_t *response) {
    uint8_t value = response->value & OUT_OF_RANGE ? 0x80 : 0;
    value |= response->value & WP_VIOLATION ? 0x20 : 0;
    return value | (response->value & GENERAL_ERROR ? 0x04 : 0);
}
