// SPDX-License-Identifier: MIT
// The command core of the NOR model: a table of opcodes, each with its address, dummy bytes and flow. A
// command is carried out when the chip is deselected; programs and erases then take their time and change the
// memory when it is over.

#include "models/nor_internal.h"

#include <string.h>

typedef enum {
    FLOW_IGNORE,
    FLOW_READ,
    FLOW_SFDP,
    FLOW_ID,
    FLOW_DEVICE_ID,             // AB: the id after three dummies; also leaves power-down
    FLOW_MANUFACTURER_ID,       // 90
    FLOW_UNIQUE_ID,
    FLOW_STATUS,                // operand: index, or 3 for the flag status register
    FLOW_PROGRAM,
    FLOW_ERASE,                 // which of chip->erase follows from opcode and address
    FLOW_ERASE_CHIP,
    FLOW_STATUS_WRITE,          // operand: index of the first register
    FLOW_ACTION,                // operand: one of action_t, on deselect after exactly one byte
    FLOW_EAR_READ,
    FLOW_EAR_WRITE,
    FLOW_LOCKS_READ,
    FLOW_LOCKS_WRITE,
    FLOW_SECTOR_LOCK,           // operand: locked or not
    FLOW_SECTOR_READ,
} flow_t;

enum { FLOW_MASK = 0x1F, OPERAND_SHIFT = 5 };

typedef enum {
    ACTION_WRITE_ENABLE,
    ACTION_WRITE_DISABLE,
    ACTION_VOLATILE_ENABLE,
    ACTION_CLEAR_FLAGS,
    ACTION_POWER_DOWN,
    ACTION_RESET_ENABLE,
    ACTION_RESET,
    ACTION_ENTER_4BYTE,
    ACTION_LEAVE_4BYTE,
    ACTION_ENTER_4BYTE_ENABLED,
    ACTION_LEAVE_4BYTE_ENABLED,
    ACTION_ENTER_QPI,
    ACTION_LOCK_BLOCKS,
    ACTION_UNLOCK_BLOCKS,
} action_t;

enum {
    ADDRESS_NONE,
    ADDRESS_MODE,               // 3 bytes, or 4 in 4-byte mode
    ADDRESS_3,
    ADDRESS_4,
};

#define LAYOUT(name) (1u << NOR_STATUS_##name)
#define ANY (0x1FFu) // NOR_STATUS_ADESTO is the last
#define PLAIN (ANY & ~LAYOUT(SIMPLE) & ~LAYOUT(MICRON))
#define THREE (LAYOUT(WINBOND) | LAYOUT(GIGADEVICE)) // registers

typedef struct {
    uint8_t opcode;
    uint8_t flow;
    uint8_t operand;
    uint8_t address;
    uint8_t dummy;
    uint16_t layouts;
    uint8_t features;           // all needed
    bool while_busy;
} command_t;

static const command_t commands[] = {
    { 0x03, FLOW_READ, 0, ADDRESS_MODE, 0, ANY, 0, false },
    { 0x0B, FLOW_READ, 0, ADDRESS_MODE, 1, ANY, 0, false },
    { 0x13, FLOW_READ, 0, ADDRESS_4, 0, ANY, NOR_HAS_4BYTE, false },
    { 0x0C, FLOW_READ, 0, ADDRESS_4, 1, ANY, NOR_HAS_4BYTE, false },
    { 0x02, FLOW_PROGRAM, 0, ADDRESS_MODE, 0, ANY, 0, false },
    { 0x12, FLOW_PROGRAM, 0, ADDRESS_4, 0, ANY, NOR_HAS_4BYTE, false },
    { 0x20, FLOW_ERASE, 0, ADDRESS_MODE, 0, ANY, 0, false },
    { 0x52, FLOW_ERASE, 0, ADDRESS_MODE, 0, ANY, 0, false },
    { 0xD8, FLOW_ERASE, 0, ADDRESS_MODE, 0, ANY, 0, false },
    { 0xC7, FLOW_ERASE_CHIP, 0, ADDRESS_NONE, 0, ANY, 0, false },
    { 0x60, FLOW_ERASE_CHIP, 0, ADDRESS_NONE, 0, PLAIN, 0, false },
    { 0x21, FLOW_ERASE, 0, ADDRESS_4, 0, ANY, NOR_HAS_4BYTE, false },
    { 0xDC, FLOW_ERASE, 0, ADDRESS_4, 0, ANY, NOR_HAS_4BYTE, false },
    { 0x05, FLOW_STATUS, 0, ADDRESS_NONE, 0, ANY, 0, true },
    { 0x35, FLOW_STATUS, 1, ADDRESS_NONE, 0, THREE | LAYOUT(SPANSION) | LAYOUT(SST26), 0, true },
    { 0x15, FLOW_STATUS, 2, ADDRESS_NONE, 0, THREE, NOR_HAS_SR3, true },
    { 0x15, FLOW_STATUS, 1, ADDRESS_NONE, 0, LAYOUT(MACRONIX), 0, true },
    { 0x48, FLOW_STATUS, 1, ADDRESS_NONE, 0, LAYOUT(ISSI), 0, true },
    { 0x70, FLOW_STATUS, 3, ADDRESS_NONE, 0, LAYOUT(MICRON), 0, true },
    { 0x01, FLOW_STATUS_WRITE, 0, ADDRESS_NONE, 0, ANY, 0, false },
    { 0x31, FLOW_STATUS_WRITE, 1, ADDRESS_NONE, 0, THREE, NOR_HAS_SR3, false },
    { 0x11, FLOW_STATUS_WRITE, 2, ADDRESS_NONE, 0, THREE, NOR_HAS_SR3, false },
    { 0x7E, FLOW_ACTION, ACTION_LOCK_BLOCKS, ADDRESS_NONE, 0, LAYOUT(WINBOND), NOR_HAS_SR3, false },
    { 0x98, FLOW_ACTION, ACTION_UNLOCK_BLOCKS, ADDRESS_NONE, 0, LAYOUT(WINBOND), NOR_HAS_SR3, false },
    { 0x98, FLOW_ACTION, ACTION_UNLOCK_BLOCKS, ADDRESS_NONE, 0, LAYOUT(SST26), 0, false },
    { 0x72, FLOW_LOCKS_READ, 0, ADDRESS_NONE, 0, LAYOUT(SST26), 0, false },
    { 0x42, FLOW_LOCKS_WRITE, 0, ADDRESS_NONE, 0, LAYOUT(SST26), 0, false },
    { 0x36, FLOW_SECTOR_LOCK, 1, ADDRESS_3, 0, LAYOUT(ADESTO), 0, false },
    { 0x39, FLOW_SECTOR_LOCK, 0, ADDRESS_3, 0, LAYOUT(ADESTO), 0, false },
    { 0x3C, FLOW_SECTOR_READ, 0, ADDRESS_3, 0, LAYOUT(ADESTO), 0, false },
    { 0x42, FLOW_STATUS_WRITE, 1, ADDRESS_NONE, 0, LAYOUT(ISSI), 0, false },
    { 0x9F, FLOW_ID, 0, ADDRESS_NONE, 0, ANY, 0, false },
    { 0x9E, FLOW_ID, 0, ADDRESS_NONE, 0, LAYOUT(MICRON), 0, false },
    { 0xAB, FLOW_DEVICE_ID, 0, ADDRESS_NONE, 3, ANY, 0, false },
    { 0x90, FLOW_MANUFACTURER_ID, 0, ADDRESS_3, 0, PLAIN & ~LAYOUT(SST26) & ~LAYOUT(ADESTO), 0, false },
    { 0x4B, FLOW_UNIQUE_ID, 0, ADDRESS_NONE, 4, LAYOUT(WINBOND) | LAYOUT(ISSI), 0, false },
    { 0x5A, FLOW_SFDP, 0, ADDRESS_3, 1, ANY, NOR_HAS_SFDP, false },
    { 0x06, FLOW_ACTION, ACTION_WRITE_ENABLE, ADDRESS_NONE, 0, ANY, 0, false },
    { 0x04, FLOW_ACTION, ACTION_WRITE_DISABLE, ADDRESS_NONE, 0, ANY, 0, false },
    { 0x50, FLOW_ACTION, ACTION_VOLATILE_ENABLE, ADDRESS_NONE, 0, ANY, NOR_HAS_VOLATILE_SR, false },
    { 0x50, FLOW_ACTION, ACTION_CLEAR_FLAGS, ADDRESS_NONE, 0, LAYOUT(MICRON), 0, true },
    { 0x30, FLOW_ACTION, ACTION_CLEAR_FLAGS, ADDRESS_NONE, 0, LAYOUT(SPANSION), 0, true },
    { 0xB9, FLOW_ACTION, ACTION_POWER_DOWN, ADDRESS_NONE, 0, ANY & ~LAYOUT(SPANSION), 0, false },
    { 0x66, FLOW_ACTION, ACTION_RESET_ENABLE, ADDRESS_NONE, 0, ANY, NOR_HAS_RESET, true },
    { 0x99, FLOW_ACTION, ACTION_RESET, ADDRESS_NONE, 0, ANY, NOR_HAS_RESET, true },
    { 0xF0, FLOW_ACTION, ACTION_RESET, ADDRESS_NONE, 0, LAYOUT(SPANSION), 0, true },
    { 0xB7, FLOW_ACTION, ACTION_ENTER_4BYTE, ADDRESS_NONE, 0, ANY, NOR_HAS_4BYTE, false },
    { 0xE9, FLOW_ACTION, ACTION_LEAVE_4BYTE, ADDRESS_NONE, 0, ANY & ~LAYOUT(ISSI), NOR_HAS_4BYTE, false },
    { 0x29, FLOW_ACTION, ACTION_LEAVE_4BYTE, ADDRESS_NONE, 0, LAYOUT(ISSI), NOR_HAS_4BYTE, false },
    { 0xB7, FLOW_ACTION, ACTION_ENTER_4BYTE_ENABLED, ADDRESS_NONE, 0, ANY, NOR_HAS_4BYTE_MODE, false },
    { 0xE9, FLOW_ACTION, ACTION_LEAVE_4BYTE_ENABLED, ADDRESS_NONE, 0, ANY, NOR_HAS_4BYTE_MODE, false },
    { 0xC8, FLOW_EAR_READ, 0, ADDRESS_NONE, 0, ANY, NOR_HAS_EAR, false },
    { 0xC5, FLOW_EAR_WRITE, 0, ADDRESS_NONE, 0, ANY, NOR_HAS_EAR, false },
    // 35 reads SR2 of one vendor and switches others to four wires: a probe that sends it blindly loses the
    // chip.
    { 0x35, FLOW_ACTION, ACTION_ENTER_QPI, ADDRESS_NONE, 0, LAYOUT(MACRONIX) | LAYOUT(ISSI), 0, false },
};

enum { PENDING_NONE, PENDING_PROGRAM, PENDING_ERASE, PENDING_STATUS };
enum { ERASE_CHIP = 3 };        // its entry in nor_chip_t.erase

static const command_t *find_command(const nor_t *nor, uint8_t opcode) {
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const command_t *command = &commands[i];
        if (command->opcode != opcode || !(command->layouts & 1u << nor->chip->status_layout)
            || (command->features & ~nor->chip->features) != 0) {
            continue;
        }
        return command;
    }
    return NULL;
}

static uint32_t wrap(const nor_t *nor, uint32_t address) {
    return address & (nor->chip->size_bytes - 1);
}

// The pending program's byte at `offset` of the page buffer into the memory. The bits of `keep` do not make it.
static void program_byte(nor_t *nor, uint32_t page, uint32_t offset, uint8_t keep) {
    uint32_t at = page + offset;
    uint8_t value = nor->memory[at] & (nor->page[offset] | keep);
    if (nor->fault == NOR_FAULT_STUCK_BIT && at == nor->fault_argument) {
        value |= nor->memory[at] & 1;
    }
    nor->memory[at] = value;
}

// That part of `bytes`; the quotient is taken in 1/65536, so that long times do not overflow.
static uint32_t part(uint32_t bytes, uint64_t numerator, uint64_t denominator) {
    return (uint32_t)((uint64_t)bytes * ((numerator << 16) / denominator) >> 16);
}

// Carry out the first `numerator` of `denominator` parts of the pending operation.
static void apply_pending(nor_t *nor, uint64_t numerator, uint64_t denominator) {
    bool whole = numerator >= denominator;
    if (nor->pending == PENDING_PROGRAM && nor->fault != NOR_FAULT_NO_PROGRAM) {
        uint32_t count = nor->chip->page_bytes;
        uint32_t done = whole ? count : part(count, numerator, denominator);
        for (uint32_t i = 0; i < done; i++) {
            program_byte(nor, nor->pending_address, i, 0);
        }
        if (!whole && done < count) {
            program_byte(nor, nor->pending_address, done, 0x0F); // half of the bits
        }
    } else if (nor->pending == PENDING_ERASE && nor->fault != NOR_FAULT_NO_ERASE) {
        uint32_t first = nor->pending_address;
        uint32_t done = whole ? nor->pending_bytes : part(nor->pending_bytes, numerator, denominator);
        bool stuck = nor->fault == NOR_FAULT_STUCK_ZERO && nor->fault_argument - first < done
            && (nor->memory[nor->fault_argument] & 1) == 0;
        memset(nor->memory + first, 0xFF, done);
        if (stuck) {
            nor->memory[nor->fault_argument] &= 0xFE;
        }
        // An interrupted erase leaves the rest neither old nor blank.
        for (uint32_t i = done; !whole && i < nor->pending_bytes; i += 64) {
            nor->memory[first + i] |= 0x55;
        }
    } else if (nor->pending == PENDING_STATUS && whole) {
        nor_status_write(nor, nor->pending_address, nor->status_data, nor->pending_bytes, false);
    }
}

static void end_pending(nor_t *nor) {
    apply_pending(nor, 1, 1);
    nor->pending = PENDING_NONE;
    nor->write_enable = false;
}

static uint64_t duration_ns(const nor_t *nor, const nor_time_t *time) {
    switch (nor->times) {
        case NOR_TIMES_NONE:
            return 0;
        case NOR_TIMES_MAXIMUM:
            return time->maximum_us * NOR_NS_PER_US;
        default:
            return time->typical_us * NOR_NS_PER_US;
    }
}

static void begin(nor_t *nor, uint8_t pending, uint32_t address, uint32_t bytes, const nor_time_t *time) {
    uint64_t duration = duration_ns(nor, time);
    nor->pending = pending;
    nor->pending_address = address;
    nor->pending_bytes = bytes;
    nor->pending_from_ns = nor->now_ns;
    nor->pending_until_ns = nor->now_ns + duration;
    uint32_t before = nor->counters.operations++;
    nor->counters.busy_ns += duration;
    if (nor->fault == NOR_FAULT_STUCK_BUSY && before >= nor->fault_argument) {
        nor->pending_until_ns = UINT64_MAX;
    } else if (nor->fault == NOR_FAULT_POWER_LOSS && before == nor->fault_argument) {
        apply_pending(nor, 1, 2);
        nor->pending = PENDING_NONE;
        nor->lost_power = true;
        nor_power(nor, false);
    }
}

static void refuse(nor_t *nor, bool is_protected) {
    nor->counters.refused++;
    uint8_t layout = nor->chip->status_layout;
    if (is_protected && (layout == NOR_STATUS_MICRON || layout == NOR_STATUS_SPANSION)) {
        nor->wip_error = true;
    }
}

// The opcode with 3-byte addresses of an erase whose opcode brings 4 bytes.
static uint8_t short_opcode(uint8_t opcode) {
    return opcode == 0x21 ? 0x20 : opcode == 0xDC ? 0xD8 : opcode;
}

// Which entry of chip->erase an opcode means at an address, -1: none, and the block that it clears there.
static int find_erase(const nor_t *nor, uint8_t opcode, uint32_t address, uint32_t *first, uint32_t *bytes) {
    const nor_chip_t *chip = nor->chip;
    uint32_t start = 0;
    uint32_t length = chip->size_bytes;
    uint8_t usable = 0xFF;
    for (unsigned i = 0; i < NOR_REGIONS && chip->region[i].bytes != 0; i++) {
        length = chip->region[i].bytes;
        usable = chip->region[i].erases;
        if (address - start < length) {
            break;
        }
        start += length;
    }
    for (int i = 0; i < NOR_ERASES; i++) {
        const nor_erase_t *erase = &chip->erase[i];
        if (erase->bytes == 0 || erase->opcode != short_opcode(opcode) || !(usable >> i & 1)) {
            continue;
        }
        *bytes = erase->bytes < length ? erase->bytes : length;
        *first = address - (address - start) % *bytes;
        return i;
    }
    return -1;
}

// Begin an erase, unless it is not enabled or hits a protected range.
static void erase(nor_t *nor, int which, uint32_t first, uint32_t bytes) {
    bool is_protected = nor_status_protects(nor, first, bytes);
    if (!nor->write_enable || is_protected) {
        refuse(nor, is_protected);
        return;
    }
    nor->counters.erases[which]++;
    begin(nor, PENDING_ERASE, first, bytes, &nor->chip->erase[which].time);
}

static void reset(nor_t *nor) {
    nor->write_enable = false;
    nor->volatile_enable = false;
    nor->blocks_unlocked = false;
    nor->locks_down = false;
    nor_status_set_locks(nor, nor_status_locks_at_power_up(nor->chip));
    nor->status_locked = nor->fault == NOR_FAULT_LOCKED;
    nor->address_high = 0;
    nor->powered_down = false;
    nor->quad_protocol = false;
    nor->reset_enabled = false;
    nor->wip_error = false;
    nor->selected = false;
    nor->pending = PENDING_NONE;
    nor_status_restore(nor);
    if (nor->fault == NOR_FAULT_LOCKED) {
        nor_status_protect_all(nor, true);
    }
}

static void act(nor_t *nor, action_t action) {
    bool enabled = nor->reset_enabled;
    bool locked = nor->status_locked;
    nor->reset_enabled = false;
    switch (action) {
        case ACTION_WRITE_ENABLE:
            nor->write_enable = nor->fault != NOR_FAULT_NO_WRITE_ENABLE;
            nor->volatile_enable = false;
            break;
        case ACTION_WRITE_DISABLE:
            nor->write_enable = false;
            nor->volatile_enable = false;
            break;
        case ACTION_VOLATILE_ENABLE:
            nor->volatile_enable = true;
            break;
        case ACTION_CLEAR_FLAGS:
            nor->wip_error = false;
            nor->write_enable = false;
            break;
        case ACTION_POWER_DOWN:
            nor->powered_down = true;
            break;
        case ACTION_RESET_ENABLE:
            nor->reset_enabled = true;
            break;
        case ACTION_RESET:
            if (enabled || nor->chip->status_layout == NOR_STATUS_SPANSION) {
                if (nor->pending != PENDING_NONE) {
                    apply_pending(nor, nor->now_ns - nor->pending_from_ns,
                        nor->pending_until_ns - nor->pending_from_ns + 1);
                }
                reset(nor);
                nor->status_locked = locked; // only power-up unlocks
            }
            break;
        case ACTION_ENTER_4BYTE:
            nor->address4 = true;
            break;
        case ACTION_LEAVE_4BYTE:
            nor->address4 = false;
            break;
        case ACTION_ENTER_4BYTE_ENABLED:
            nor->address4 = nor->address4 || nor->write_enable;
            break;
        case ACTION_LEAVE_4BYTE_ENABLED:
            nor->address4 = nor->address4 && !nor->write_enable;
            break;
        case ACTION_ENTER_QPI:
            nor->quad_protocol = true;
            break;
        case ACTION_LOCK_BLOCKS:
        case ACTION_UNLOCK_BLOCKS:
            if (nor->write_enable) {
                nor->blocks_unlocked = action == ACTION_UNLOCK_BLOCKS;
                if (nor->blocks_unlocked && !nor->locks_down) {
                    nor_status_set_locks(nor, false);
                }
                nor->write_enable = false;
            }
            break;
    }
}

// The command is complete: chip select has risen after whole bytes.
static void finish(nor_t *nor, const command_t *command) {
    uint32_t header = 1u + nor->address_bytes;
    switch (command->flow) {
        case FLOW_ACTION:
            if (nor->count == 1) {
                act(nor, (action_t)command->operand);
            }
            return;
        case FLOW_DEVICE_ID:
            nor->powered_down = false;
            break;
        case FLOW_EAR_WRITE:
            if (nor->count == 2 && nor->write_enable) {
                nor->address_high = nor->status_data[0];
                nor->write_enable = false;
            }
            break;
        case FLOW_PROGRAM: {
            uint32_t page = nor->address & ~(uint32_t)(nor->chip->page_bytes - 1);
            if (nor->count <= header) {
                break;
            }
            bool is_protected = nor_status_protects(nor, page, nor->chip->page_bytes);
            if (!nor->write_enable || is_protected) {
                refuse(nor, is_protected);
            } else {
                nor->counters.programs++;
                begin(nor, PENDING_PROGRAM, page, nor->chip->page_bytes, &nor->chip->program);
            }
            break;
        }
        case FLOW_ERASE: {
            uint32_t first, bytes;
            int which = find_erase(nor, nor->opcode, nor->address, &first, &bytes);
            if (nor->count == header && which >= 0) {
                erase(nor, which, first, bytes);
            }
            break;
        }
        case FLOW_ERASE_CHIP:
            if (nor->count == header) {
                erase(nor, ERASE_CHIP, 0, nor->chip->size_bytes);
            }
            break;
        case FLOW_LOCKS_WRITE:
            if (nor->write_enable && nor->count == 1u + nor_status_lock_bytes(nor->chip)) {
                if (!nor->locks_down) {
                    memcpy(nor->locks, nor->status_data, nor->count - 1);
                }
                nor->write_enable = false;
            }
            break;
        case FLOW_SECTOR_LOCK:
            if (nor->write_enable && nor->count == header && !nor_status_locked(nor)) {
                nor_status_lock_sector(nor, nor->address, command->operand);
            }
            nor->write_enable = false;
            break;
        case FLOW_STATUS_WRITE: {
            uint32_t count = nor->count - 1;
            bool two = command->operand == 0 && !(nor->chip->features & NOR_WRITES_ONE)
                && nor->chip->status_layout != NOR_STATUS_SIMPLE && nor->chip->status_layout != NOR_STATUS_ADESTO
                && nor->chip->status_layout != NOR_STATUS_MICRON && nor->chip->status_layout != NOR_STATUS_ISSI;
            if (count == 0 || count > (two ? 2u : 1u)) {
                break;
            }
            bool volatile_only = nor->volatile_enable && !nor->write_enable;
            if ((!nor->write_enable && !volatile_only) || nor_status_locked(nor)) {
                refuse(nor, false);
                nor->write_enable = nor->write_enable && !nor_status_locked(nor);
            } else if (volatile_only) {
                nor_status_write(nor, command->operand, nor->status_data, count, true);
                nor->volatile_enable = false;
            } else {
                nor->counters.status_writes++;
                begin(nor, PENDING_STATUS, command->operand, count, &nor->chip->write_status);
            }
            break;
        }
        default:
            break;
    }
    nor->reset_enabled = false;
}

// The answer to the next byte of the command under way.
static uint8_t answer(nor_t *nor) {
    const nor_chip_t *chip = nor->chip;
    uint32_t header = 1u + nor->address_bytes + nor->dummy_bytes;
    if (nor->count < header) {
        return 0xFF;
    }
    uint32_t at = nor->count - header;
    bool wrong = nor->fault == NOR_FAULT_WRONG_ID;
    switch (nor->flow & FLOW_MASK) {
        case FLOW_READ:
            return nor->memory[wrap(nor, nor->address + at)];
        case FLOW_SFDP:
            return wrong ? 0xFF : nor_sfdp_byte(chip, nor->address + at);
        case FLOW_ID:
            return at < chip->id_bytes ? (uint8_t)(chip->id[at] ^ (wrong ? 0x5A : 0)) : wrong ? 0xFF : 0x00;
        case FLOW_DEVICE_ID:
            return chip->device_id ^ (wrong ? 0x5A : 0);
        case FLOW_MANUFACTURER_ID:
            return ((nor->address + at) & 1 ? chip->device_id : chip->id[0]) ^ (wrong ? 0x5A : 0);
        case FLOW_UNIQUE_ID:
            return (uint8_t)(0xD0 + at * 7);
        case FLOW_STATUS:
            return nor->flow >> OPERAND_SHIFT == 3 ? nor_status_flags(nor) : nor_status_read(nor, nor->flow >> OPERAND_SHIFT);
        case FLOW_EAR_READ:
            return nor->address_high;
        case FLOW_SECTOR_READ:
            return nor_status_sector_locked(nor, nor->address) ? 0xFF : 0;
        case FLOW_LOCKS_READ:
            return at < nor_status_lock_bytes(chip) ? nor->locks[at] : 0;
        default:
            return 0xFF;
    }
}

static void take_opcode(nor_t *nor, uint8_t opcode) {
    const command_t *command = find_command(nor, opcode);
    bool deaf = nor->powered_down && opcode != 0xAB;
    bool busy = nor_busy(nor) || (nor->wip_error && nor->chip->status_layout == NOR_STATUS_SPANSION);
    nor->opcode = opcode;
    nor->flow = FLOW_IGNORE;
    nor->address = 0;
    nor->address_bytes = 0;
    nor->dummy_bytes = 0;
    if (command == NULL || deaf || (busy && !command->while_busy)) {
        if (busy && command != NULL && (command->flow == FLOW_PROGRAM || command->flow == FLOW_ERASE
                                        || command->flow == FLOW_ERASE_CHIP)) {
            nor->counters.refused++;
        }
        return;
    }
    nor->flow = (uint8_t)(command->flow | command->operand << OPERAND_SHIFT);
    nor->address_bytes = command->address == ADDRESS_NONE ? 0 : command->address == ADDRESS_4 ? 4
        : command->address == ADDRESS_MODE && nor->address4 ? 4 : 3;
    nor->dummy_bytes = command->dummy;
    if (command->flow == FLOW_PROGRAM) {
        memset(nor->page, 0xFF, sizeof(nor->page));
        nor->page_count = 0;
    }
}

void nor_init(nor_t *nor, const nor_chip_t *chip, uint8_t *memory) {
    memset(nor, 0, sizeof(*nor));
    nor->chip = chip;
    nor->memory = memory;
    nor->powered = true;
    nor->sr_nonvolatile[1] = chip->sr2_default;
    nor->sr_nonvolatile[2] = chip->sr3_default;
    reset(nor);
}

void nor_set_fault(nor_t *nor, nor_fault_t fault, uint32_t argument) {
    nor->fault = fault;
    nor->fault_argument = argument;
    if (fault == NOR_FAULT_STUCK_BIT || fault == NOR_FAULT_STUCK_ZERO) {
        nor->fault_argument = wrap(nor, argument);
    } else if (fault == NOR_FAULT_BLOCK_LOCKS) {
        nor_status_lock_blocks(nor);
    } else if (fault == NOR_FAULT_PROTECTED || fault == NOR_FAULT_LOCKED) {
        nor_status_protect_all(nor, fault == NOR_FAULT_LOCKED);
    }
}

void nor_advance(nor_t *nor, uint64_t ns) {
    nor->now_ns += ns;
    if (nor->pending != PENDING_NONE && nor->now_ns >= nor->pending_until_ns) {
        end_pending(nor);
    }
}

bool nor_busy(const nor_t *nor) {
    return nor->pending != PENDING_NONE;
}

void nor_select(nor_t *nor, bool selected) {
    if (selected == nor->selected) {
        return;
    }
    nor->selected = selected;
    if (!nor->powered || nor->quad_protocol || nor->fault == NOR_FAULT_ABSENT) {
        return;
    }
    if (selected) {
        nor->count = 0;
        nor->flow = FLOW_IGNORE;
    } else if (nor->count != 0 && (nor->flow & FLOW_MASK) != FLOW_IGNORE) {
        const command_t *command = find_command(nor, nor->opcode);
        nor->flow = FLOW_IGNORE;
        if (command != NULL) {
            finish(nor, command);
        }
    }
}

void nor_abandon(nor_t *nor) {
    nor->flow = FLOW_IGNORE;
}

uint8_t nor_peek(nor_t *nor) {
    if (!nor->powered || !nor->selected || nor->quad_protocol || nor->fault == NOR_FAULT_ABSENT || nor->count == 0) {
        return 0xFF;
    }
    return answer(nor);
}

uint8_t nor_exchange(nor_t *nor, uint8_t mosi) {
    uint8_t miso = nor_peek(nor);
    if (!nor->powered || !nor->selected || nor->quad_protocol || nor->fault == NOR_FAULT_ABSENT) {
        return miso;
    }
    if (nor->count == 0) {
        take_opcode(nor, mosi);
    } else if (nor->count <= nor->address_bytes) {
        nor->address = nor->address << 8 | mosi;
        if (nor->count == 3 && nor->address_bytes == 3 && (nor->flow & FLOW_MASK) != FLOW_SFDP) {
            nor->address |= (uint32_t)nor->address_high << 24;
        }
        if (nor->count == nor->address_bytes && (nor->flow & FLOW_MASK) != FLOW_SFDP) {
            nor->address = wrap(nor, nor->address);
        }
    } else if ((nor->flow & FLOW_MASK) == FLOW_PROGRAM) {
        uint32_t offset = (nor->address + nor->page_count++) & (nor->chip->page_bytes - 1u);
        nor->page[offset] = mosi;
    } else if ((nor->flow & FLOW_MASK) == FLOW_STATUS_WRITE || (nor->flow & FLOW_MASK) == FLOW_EAR_WRITE
               || (nor->flow & FLOW_MASK) == FLOW_LOCKS_WRITE) {
        if (nor->count - 1 < sizeof(nor->status_data)) {
            nor->status_data[nor->count - 1] = mosi;
        }
    } else if ((nor->flow & FLOW_MASK) == FLOW_READ) {
        nor->counters.bytes_read += nor->count >= 1u + nor->address_bytes + nor->dummy_bytes;
    }
    nor->count++;
    return miso;
}

void nor_power(nor_t *nor, bool on) {
    if (on == nor->powered) {
        return;
    }
    nor->powered = on;
    if (!on) {
        if (nor->pending != PENDING_NONE) {
            uint64_t whole = nor->pending_until_ns - nor->pending_from_ns;
            apply_pending(nor, nor->now_ns - nor->pending_from_ns, whole == UINT64_MAX ? whole : whole + 1);
            nor->pending = PENDING_NONE;
        }
        return;
    }
    reset(nor);
}

void nor_pins_init(nor_pins_t *pins, nor_t *nor) {
    *pins = (nor_pins_t) { .nor = nor, .out = 0xFF };
}

bool nor_pins(nor_pins_t *pins, bool cs_n, bool clk, bool mosi) {
    if (cs_n == pins->selected) {
        if (cs_n && pins->bits % 8 != 0) {
            nor_abandon(pins->nor);
        }
        pins->selected = !cs_n;
        pins->bits = 0;
        nor_select(pins->nor, pins->selected);
        pins->out = nor_peek(pins->nor);
        pins->clk = clk;
        return (pins->out & 0x80) != 0;
    }
    if (pins->selected && clk && !pins->clk) {
        pins->in = (uint8_t)(pins->in << 1 | mosi);
        pins->bits++;
        if (pins->bits == 8) {
            nor_exchange(pins->nor, pins->in);
        }
    } else if (pins->selected && !clk && pins->clk && pins->bits != 0) {
        // Data change at the falling edge.
        if (pins->bits == 8) {
            pins->bits = 0;
            pins->out = nor_peek(pins->nor);
        } else {
            pins->out = (uint8_t)(pins->out << 1 | 1);
        }
    }
    pins->clk = clk;
    return !pins->selected || (pins->out & 0x80) != 0;
}
