// SPDX-License-Identifier: MIT
// OpenOCD's remote_bitbang: '0'..'7' set TCK (4), TMS (2) and TDI (1), 'R' reads TDO, 'Q' ends, the rest are resets,
// which the board has not, and a LED, which nobody sees.

#include "vecp5/protocol.h"

#include <string.h>

enum {
    // The protocol carries no rate; OpenOCD's is 100 kHz where none is set. OpenOCD 0.12 does not send what it has buffered
    // before it sleeps, so a device sees the clocks of RUNTEST, not its seconds.
    HALF_PERIOD_NS = 5000,
};

void bitbang_init(bitbang_t *bitbang, board_t *board) {
    bitbang->board = board;
    bitbang->error = NULL;
}

bool bitbang_received(bitbang_t *bitbang, const uint8_t *data, size_t bytes, protocol_send_t send, void *context) {
    uint8_t answers[512];
    size_t count = 0;
    bool more = true;
    board_t *board = bitbang->board;
    for (size_t i = 0; more && i < bytes; i++) {
        uint8_t c = data[i];
        if (c >= '0' && c <= '7') {
            board_advance(board, HALF_PERIOD_NS);
            board_pins(board, (c & 4) != 0, (c & 2) != 0, (c & 1) != 0);
        } else if (c == 'R') {
            bool powered = board->powered && board->connected;
            answers[count++] = !powered || board->tap.pin_tdo ? '1' : '0';
        } else if (c == 'Q') {
            more = false;
        } else if (strchr("BbrstuZzDd\n", c) == NULL || c == '\0') {
            bitbang->error = "no remote_bitbang character";
            more = false;
        }
        if (count == sizeof(answers) || (count != 0 && (!more || i + 1 == bytes))) {
            if (!send(context, answers, count)) {
                return false;
            }
            count = 0;
        }
    }
    return more;
}
