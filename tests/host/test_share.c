// SPDX-License-Identifier: MIT
//
// soc/share.h: work of any length, at any distance, leaves the program its third.

#include "harness.h"
#include "soc/share.h"

#define ALLOWANCE (100000)
#define TICK (100000)
#define RUN (1000 * TICK)

static uint32_t now;

// What the program gets of RUN cycles, beside calls of `work` cycles of which the next comes `gap` cycles after the end
// of one, whenever they need not rest; each tick looks whether that is over.
static uint32_t program_cycles(uint32_t work, uint32_t gap) {
    soc_share_t share = {.allowance = ALLOWANCE, .since = now};
    uint32_t program = 0;
    for (uint32_t start = now; now - start < RUN;) {
        soc_share_begin(&share, now);
        now += work;
        soc_share_end(&share, now);
        do {
            uint32_t pause = share.resting ? TICK - (now - start) % TICK : gap;
            now += pause;
            program += pause > SOC_SHARE_TRAP_CYCLES ? pause - SOC_SHARE_TRAP_CYCLES : 0;
        } while (soc_share_resting(&share, now));
    }
    return program;
}

static void share_of_the_program(void) {
    static const uint32_t works[] = {100, 900, 1560, 1562, 3100, 99000, 100000, 101000, 1500000};
    static const uint32_t gaps[] = {0, 50, 199, 200, 201, 300};
    // Times wrap in one of the runs.
    now = UINT32_MAX - RUN / 2;
    for (unsigned i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        for (unsigned k = 0; k < sizeof(gaps) / sizeof(gaps[0]); k++) {
            CHECK(program_cycles(works[i], gaps[k]) >= RUN / 10 * 3);
        }
    }
}

static void share_of_short_work(void) {
    soc_share_t share = {.allowance = ALLOWANCE};
    now = 0;
    // Two thirds of the time are the work's, for as long as it likes.
    for (unsigned i = 0; i < 10000; i++) {
        soc_share_begin(&share, now);
        now += 1000;
        soc_share_end(&share, now);
        now += 500 + SOC_SHARE_TRAP_CYCLES / 2 * 3;
        CHECK(!soc_share_resting(&share, now));
    }
    // Then a burst of two allowances, and no more.
    unsigned calls = 0;
    do {
        soc_share_begin(&share, now);
        now += 1000;
        soc_share_end(&share, now);
        calls++;
    } while (!soc_share_resting(&share, now));
    CHECK_EQ(calls, 2 * ALLOWANCE / (1000 + SOC_SHARE_TRAP_CYCLES) + 1);
    // All is paid before it is over.
    now += ALLOWANCE / 2;
    CHECK(soc_share_resting(&share, now));
    now += ALLOWANCE;
    CHECK(!soc_share_resting(&share, now));
}

static void share_of_endless_work(void) {
    soc_share_t share = {.allowance = ALLOWANCE};
    for (unsigned i = 0; i < 8; i++) {
        soc_share_begin(&share, 0);
        soc_share_end(&share, UINT32_MAX);
        share.since = 0;
    }
    CHECK_EQ(share.owed, UINT32_MAX);
    CHECK(soc_share_resting(&share, 0));
}

const test_t tests_share[] = {
    TEST(share_of_the_program),
    TEST(share_of_short_work),
    TEST(share_of_endless_work),
    {NULL, NULL},
};
