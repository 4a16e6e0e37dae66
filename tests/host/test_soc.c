// SPDX-License-Identifier: MIT
//
// soc/soc.h: look-ups, in tables written by hand.

#include <string.h>

#include "harness.h"
#include "soc/soc.h"

#define LONG_NAME "a_register_with_a_name_that_is_longer_than_anything_that_soc_closest_looks_at"

const soc_register_t soc_registers[] = {
    {LONG_NAME, {0xf0000000, 1, CSR_ACCESS_RW, 1}},
    {"ctrl_bus_errors", {0xf0000008, 1, CSR_ACCESS_RO, 32}},
    {"ctrl_reset", {0xf0000000, 1, CSR_ACCESS_RW, 2}},
    {"ctrl_scratch", {0xf0000004, 1, CSR_ACCESS_RW, 32}},
    {"leds_out", {0xf0001000, 1, CSR_ACCESS_RW, 8}},
    {"timer0_ev_enable", {0xf0002000, 1, CSR_ACCESS_RW, 1}},
    {"timer0_ev_pending", {0xf0002004, 1, CSR_ACCESS_RW, 1}},
    {"timer0_load", {0xf0002008, 1, CSR_ACCESS_RW, 32}},
    {"timer0_reload", {0xf000200c, 1, CSR_ACCESS_RW, 32}},
    {"timer1_load", {0xf0003008, 1, CSR_ACCESS_RW, 32}},
    {"uart_rxtx", {0xf0004000, 1, CSR_ACCESS_RW, 8}},
    // More alike than soc_closest() ever returns.
    {"zz_pad0", {0xf0005000, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad1", {0xf0005004, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad2", {0xf0005008, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad3", {0xf000500c, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad4", {0xf0005010, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad5", {0xf0005014, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad6", {0xf0005018, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad7", {0xf000501c, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad8", {0xf0005020, 1, CSR_ACCESS_RW, 8}},
    {"zz_pad9", {0xf0005024, 1, CSR_ACCESS_RW, 8}},
};
const unsigned soc_register_count = sizeof(soc_registers) / sizeof(soc_registers[0]);
const soc_memory_t soc_memories[] = {{"rom", 0, 0x1000, "cached"}, {"csr", 0xf0000000, 0x10000, "io"}};
const unsigned soc_memory_count = 2;
const soc_constant_t soc_constants[] = {
    {"config_clock_frequency", NULL, 100000000},
    {"config_identifier", "LiteX SoC", 0},
};
const unsigned soc_constant_count = 2;
const soc_core_t soc_cores[] = {{"ctrl", "ctrl", 0xf0000000, -1}, {"uart", "uart", 0xf0004000, 0}};
const unsigned soc_core_count = 2;

static void soc_finds_each_register(void) {
    for (unsigned i = 0; i < soc_register_count; i++) {
        CHECK(soc_register_find(soc_registers[i].name) == &soc_registers[i]);
    }
    CHECK(soc_register_find("") == NULL);
    CHECK(soc_register_find("a") == NULL);
    CHECK(soc_register_find("ctrl_reset_") == NULL);
    CHECK(soc_register_find("ctrl_rese") == NULL);
    CHECK(soc_register_find("timer0_m") == NULL);
    CHECK(soc_register_find("zzz") == NULL);
}

static void soc_finds_the_rest(void) {
    CHECK(soc_memory_find("csr") == &soc_memories[1]);
    CHECK(soc_memory_find("sram") == NULL);
    CHECK(soc_constant_find("CONFIG_IDENTIFIER") == &soc_constants[1]);
    CHECK(soc_constant_find("config_clock_frequency") == &soc_constants[0]);
    CHECK(soc_constant_find("config_clock") == NULL);
    CHECK(soc_constant_find("config_clock_frequency2") == NULL);
    CHECK(soc_core_find("uart") == &soc_cores[1]);
    CHECK(soc_core_find("uart0") == NULL);
}

static void soc_closest_names_likely_ones(void) {
    const char *out[8];
    CHECK_EQ(soc_closest(SOC_REGISTERS, "ctrl_scrach", out, 3), 1);
    CHECK(strcmp(out[0], "ctrl_scratch") == 0);
    // Best first, in the table's order where two are as close, at most as many as asked for.
    CHECK_EQ(soc_closest(SOC_REGISTERS, "timer2_load", out, 8), 3);
    CHECK(strcmp(out[0], "timer0_load") == 0);
    CHECK(strcmp(out[1], "timer1_load") == 0);
    CHECK(strcmp(out[2], "timer0_reload") == 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "timer1_loda", out, 1), 1);
    CHECK(strcmp(out[0], "timer1_load") == 0);
    // Letter case does not matter, and a part of a name is enough.
    CHECK_EQ(soc_closest(SOC_REGISTERS, "LEDS_OUT", out, 2), 1);
    CHECK(strcmp(out[0], "leds_out") == 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "scratch", out, 2), 1);
    CHECK(strcmp(out[0], "ctrl_scratch") == 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "reload", out, 2), 1);
    CHECK(strcmp(out[0], "timer0_reload") == 0);
}

static void soc_closest_bounds(void) {
    const char *out[16] = {NULL};
    CHECK_EQ(soc_closest(SOC_REGISTERS, "", out, 8), 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "nothing_like_this", out, 8), 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "ctrl_reset", out, 0), 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "xr", out, 8), 0); // too short to be a part
    CHECK_EQ(soc_closest(SOC_REGISTERS, LONG_NAME "x", out, 8), 1);
    CHECK(out[0] == soc_registers[0].name);
    out[8] = NULL;
    CHECK_EQ(soc_closest(SOC_REGISTERS, "zz_pad", out, 16), 8);
    CHECK(strcmp(out[7], "zz_pad7") == 0);
    CHECK(out[8] == NULL);
    char name[1000];
    memset(name, 'x', sizeof(name));
    name[999] = '\0';
    CHECK_EQ(soc_closest(SOC_REGISTERS, name, out, 8), 0);
    // More candidates than places: the best ones are kept whatever their order in the table.
    CHECK_EQ(soc_closest(SOC_REGISTERS, "timer0", out, 2), 2);
    CHECK(strcmp(out[0], "timer0_load") == 0);
    CHECK(strcmp(out[1], "timer0_reload") == 0);
    CHECK_EQ(soc_closest(SOC_REGISTERS, "load", out, 1), 1);
    CHECK(strcmp(out[0], "timer0_load") == 0);
}

static void soc_tables_as_names(void) {
    const char *out[2];
    CHECK_EQ(soc_table_count(SOC_REGISTERS), soc_register_count);
    CHECK(strcmp(soc_table_name(SOC_REGISTERS, 1), "ctrl_bus_errors") == 0);
    CHECK_EQ(soc_table_count(SOC_MEMORIES), 2);
    CHECK(strcmp(soc_table_name(SOC_MEMORIES, 1), "csr") == 0);
    CHECK_EQ(soc_table_count(SOC_CONSTANTS), 2);
    CHECK(strcmp(soc_table_name(SOC_CONSTANTS, 0), "config_clock_frequency") == 0);
    CHECK_EQ(soc_table_count(SOC_CORES), 2);
    CHECK(strcmp(soc_table_name(SOC_CORES, 1), "uart") == 0);
    CHECK_EQ(soc_closest(SOC_MEMORIES, "rim", out, 2), 1);
    CHECK(strcmp(out[0], "rom") == 0);
    CHECK_EQ(soc_closest(SOC_CONSTANTS, "clock_frequency", out, 2), 1);
    CHECK(strcmp(out[0], "config_clock_frequency") == 0);
    CHECK_EQ(soc_closest(SOC_CORES, "uart0", out, 2), 1);
    CHECK(strcmp(out[0], "uart") == 0);
}

const test_t tests_soc[] = {
    TEST(soc_finds_each_register),
    TEST(soc_finds_the_rest),
    TEST(soc_closest_names_likely_ones),
    TEST(soc_closest_bounds),
    TEST(soc_tables_as_names),
    {NULL, NULL},
};
