// SPDX-License-Identifier: MIT
// Callbacks with hard=True, which run in the interrupt itself: together they leave the program its share of the time
// (soc/share.h).
#ifndef PORT_HARD_H
#define PORT_HARD_H

#include <stdbool.h>

// Around callbacks, in the interrupt.
void port_hard_begin(void);
void port_hard_end(void);

// With interrupts off: whether hard callbacks have to wait for the program, until a tick that says false.
bool port_hard_resting(void);

#endif
