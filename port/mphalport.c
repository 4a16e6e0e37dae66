// SPDX-License-Identifier: MIT
// Time for MicroPython, over lx_clock: ticks, delays that idle and serve events, wall time.

#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"
#if MICROPY_VFS_FAT
#include "lib/oofatfs/ff.h"
#include "lib/oofatfs/diskio.h"
#endif

#include "port_time.h"
#include "soc_config.h"

#define NS_PER_S UINT64_C(1000000000)

lx_clock_t port_clock;

// Nanoseconds of time.time_ns() at the clock's zero.
static uint64_t epoch_ns;
static bool time_is_set;

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)lx_clock_ms(&port_clock);
}

mp_uint_t mp_hal_ticks_us(void) {
    #if SOC_CLOCK_HZ % 1000000 == 0
    // The low word of cycles / mhz, with divisions of 32 bits by a constant alone.
    const uint32_t mhz = SOC_CLOCK_HZ / 1000000;
    uint64_t cycles = lx_clock_cycles(&port_clock);
    uint32_t high = (uint32_t)(cycles >> 32) % mhz;
    uint32_t low = (uint32_t)cycles;
    return high * (uint32_t)((UINT64_C(1) << 32) / mhz) + low / mhz
           + (high * (uint32_t)((UINT64_C(1) << 32) % mhz) + low % mhz) / mhz;
    #else
    return (mp_uint_t)lx_clock_us(&port_clock);
    #endif
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)lx_clock_cycles(&port_clock);
}

uint64_t mp_hal_time_ns(void) {
    return epoch_ns + lx_clock_ns(&port_clock);
}

void port_set_time_ns(uint64_t ns) {
    epoch_ns = ns - lx_clock_ns(&port_clock);
    time_is_set = true;
}

bool port_time_is_set(void) {
    return time_is_set;
}

// The fewest cycles that last at least that time.
static uint64_t cycles_of_ns(uint64_t ns) {
    uint64_t s = ns / NS_PER_S;
    return s * SOC_CLOCK_HZ + (ns % NS_PER_S * SOC_CLOCK_HZ + NS_PER_S - 1) / NS_PER_S;
}

static void sleep_cycles(uint64_t cycles) {
    const uint64_t tick = SOC_CLOCK_HZ / LX_CLOCK_TICK_HZ;
    uint64_t start = lx_clock_cycles(&port_clock);
    for (;;) {
        uint64_t past = lx_clock_cycles(&port_clock) - start;
        if (past >= cycles) {
            return;
        }
        // The tick wakes a sleep of more than its period in time; what is left is polled.
        if (cycles - past > tick) {
            mp_event_wait_indefinite();
        } else {
            mp_event_handle_nowait();
        }
    }
}

void port_sleep_ns(uint64_t ns) {
    sleep_cycles(cycles_of_ns(ns));
}

void mp_hal_delay_ms(mp_uint_t ms) {
    if (ms == 0) {
        mp_event_handle_nowait();
        return;
    }
    port_sleep_ns((uint64_t)ms * 1000000);
}

// Without events, since drivers call it in the middle of a protocol; long delays from Python serve them.
void mp_hal_delay_us(mp_uint_t us) {
    if (us >= 1000) {
        port_sleep_ns((uint64_t)us * 1000);
        return;
    }
    uint64_t end = lx_clock_cycles(&port_clock) + lx_clock_us_to_cycles(SOC_CLOCK_HZ, us);
    while (lx_clock_cycles(&port_clock) < end) {
    }
}

// A delay whose cycles fit 32 bits.
static void delay_us(uint32_t us) {
    uint32_t start = lx_clock_cycles32(&port_clock);
    uint32_t cycles = (us * (SOC_CLOCK_HZ / 1000) + 999) / 1000;
    while (lx_clock_cycles32(&port_clock) - start < cycles) {
    }
}

void port_delay_us_fast(uint32_t us) {
    const uint32_t most = UINT32_MAX / (SOC_CLOCK_HZ / 1000) - 1;
    for (; us > most; us -= most) {
        delay_us(most);
    }
    delay_us(us);
}

// The time of the first use differs from run to run on a board: good enough for games, not for keys.
uint32_t port_random_seed(void) {
    uint64_t cycles = lx_clock_cycles(&port_clock);
    return (uint32_t)(cycles ^ cycles >> 32) * 2654435761u;
}

#if MICROPY_VFS_FAT
// The time stamp of FAT (2 s, from 1980); named by lib/oofatfs.
DWORD get_fattime(void) {
    timeutils_struct_time_t tm;
    timeutils_seconds_since_epoch_to_struct_time(mp_hal_time_ns() / NS_PER_S, &tm);
    return (DWORD)(tm.tm_year - 1980) << 25 | (DWORD)tm.tm_mon << 21 | (DWORD)tm.tm_mday << 16
           | (DWORD)tm.tm_hour << 11 | (DWORD)tm.tm_min << 5 | (DWORD)tm.tm_sec >> 1;
}
#endif
