// SPDX-License-Identifier: MIT
// The wall clock of the port: time.time() and the time stamps of files count from it.
#ifndef PORT_PORT_TIME_H
#define PORT_PORT_TIME_H

#include <stdbool.h>
#include <stdint.h>

// Sets the nanoseconds since 2000-01-01, MicroPython's epoch. Zero at boot, as a SoC has no battery.
void port_set_time_ns(uint64_t ns);

// Whether that was done since power-up.
bool port_time_is_set(void);

#endif
