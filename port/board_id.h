// SPDX-License-Identifier: MIT
// The number of this one board, which no other has.
#ifndef PORT_BOARD_ID_H
#define PORT_BOARD_ID_H

#include <stdbool.h>
#include <stdint.h>

#define PORT_BOARD_ID_BYTES 8

// The FPGA's, from a DNA core. False: the SoC has none.
bool port_board_id(uint8_t id[PORT_BOARD_ID_BYTES]);

#endif
