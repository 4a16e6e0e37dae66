// SPDX-License-Identifier: MIT
// bare.c to the files of the virtual board.
#ifndef TESTS_USERMOD_BARE_H
#define TESTS_USERMOD_BARE_H

void vboard_give_up(const char *what);

#endif // TESTS_USERMOD_BARE_H
