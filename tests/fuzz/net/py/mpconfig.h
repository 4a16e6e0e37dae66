// SPDX-License-Identifier: MIT
// What port/random takes of MicroPython, for the host.
#define PORT_FULL 1
#define MP_NORETURN
